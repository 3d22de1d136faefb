// A peer for acme_libraries_test.py: acme-client for Node; the job and the answer are those of go_acme/main.go.
const fs = require("fs");
const acme = require("acme-client");

async function main() {
    const job = JSON.parse(process.argv[2]);
    const makeKey = (kind) => (kind === "RSA" ? acme.crypto.createPrivateRsaKey(2048) : acme.crypto.createPrivateEcdsaKey(kind));
    const client = new acme.Client({
        directoryUrl: job.directory, accountKey: await makeKey("P-256"), backoffMin: 100, backoffMax: 1000 });
    const solve = async (authorization, challenge, value) => {
        const body = JSON.stringify({ kind: challenge.type, name: authorization.identifier.value, token: challenge.token, value });
        await fetch(job.solve, { method: "POST", body });
    };
    if (job.keyChange) {
        await client.createAccount({ termsOfServiceAgreed: true });
        await client.updateAccountKey(await makeKey("P-256"));
    }
    const key = await makeKey(job.key);
    const issue = async () => {
        const [, csr] = await acme.crypto.createCsr({ altNames: job.names }, key);
        return client.auto({ csr, email: "node@node.test", termsOfServiceAgreed: true, challengePriority: [job.challenge],
            challengeCreateFn: solve, challengeRemoveFn: async () => {}, skipChallengeVerification: true });
    };
    const first = await issue();
    const second = await issue();
    await client.revokeCertificate(acme.crypto.splitPemChain(first)[0], { reason: 4 });
    console.log(JSON.stringify({ first, second, key: key.toString() }));
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
