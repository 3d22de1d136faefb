// A peer for jose_peers_test.py: Node's `jose` does what each line of standard input asks, a JSON
// object with "op", and answers with a line of JSON: the result or {"error": …}.
//   sign {alg, key, payload, form} -> {text}      verify {alg, key, text} -> {payload}
//   encrypt {alg, enc, key|password, payload, form} -> {text}      decrypt {alg, enc, key|password, text} -> {payload}
//   thumbprint {key} -> {value}
// Payloads are base64. The folder that holds node_modules is the first argument.
const {createRequire} = require('module');
const jose = createRequire(process.argv[2] + '/')('jose');

const load = (ask) => ask.password === undefined ? jose.importJWK(ask.key, ask.alg) : new TextEncoder().encode(ask.password);
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const out = (payload) => ({payload: Buffer.from(payload).toString('base64')});
const text = (value) => ({text: typeof value === 'string' ? value : JSON.stringify(value)});

const ops = {
  async sign({alg, payload, form}, key) {
    if (form === 'general') {
      return text(await new jose.GeneralSign(bytes(payload)).addSignature(key).setProtectedHeader({alg}).sign());
    }
    const kind = form === 'compact' ? jose.CompactSign : jose.FlattenedSign;
    return text(await new kind(bytes(payload)).setProtectedHeader({alg}).sign(key));
  },
  async verify({alg, text: message}, key) {
    const options = {algorithms: [alg]};
    if (!message.startsWith('{')) return out((await jose.compactVerify(message, key, options)).payload);
    const value = JSON.parse(message);
    const verify = value.signatures ? jose.generalVerify : jose.flattenedVerify;
    return out((await verify(value, key, options)).payload);
  },
  async encrypt({alg, enc, payload, form}, key) {
    if (form === 'general') {
      const made = new jose.GeneralEncrypt(bytes(payload)).setProtectedHeader({enc});
      made.addRecipient(key).setUnprotectedHeader({alg});
      return text(await made.encrypt());
    }
    const kind = form === 'compact' ? jose.CompactEncrypt : jose.FlattenedEncrypt;
    return text(await new kind(bytes(payload)).setProtectedHeader({alg, enc}).encrypt(key));
  },
  async decrypt({alg, enc, text: message}, key) {
    const options = {keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc], maxPBES2Count: 1e6};
    if (!message.startsWith('{')) return out((await jose.compactDecrypt(message, key, options)).plaintext);
    const value = JSON.parse(message);
    const decrypt = value.recipients ? jose.generalDecrypt : jose.flattenedDecrypt;
    return out((await decrypt(value, key, options)).plaintext);
  },
};

async function answer(line) {
  try {
    const ask = JSON.parse(line);
    if (ask.op === 'thumbprint') return {value: await jose.calculateJwkThumbprint(ask.key)};
    return await ops[ask.op](ask, await load(ask));
  } catch (error) {
    return {error: String(error.message)};
  }
}

const lines = require('readline').createInterface({input: process.stdin});
(async () => {
  for await (const line of lines) {
    process.stdout.write(JSON.stringify(await answer(line)) + '\n');
  }
})();
