"""step ca init whole: conflicts, existing roots, --pki, --helm, contexts, against recordings of the original."""
import json
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import Case, Server, free_port, original_ca, original_step, tool  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402

GOLDEN = ROOT / "tests/data/setup/init"
PEM = r"-----BEGIN {0}-----\n(?:.*\n)*? *-----END {0}-----"


def normalised(text, home):
    """What changes between runs by the names that the recordings have for it; comments are not compared."""
    text = re.sub(PEM.format("CERTIFICATE"), "<PEM CERTIFICATE>", text)
    text = re.sub(PEM.format("EC PRIVATE KEY"), "<PEM EC PRIVATE KEY encrypted(Proc-Type/DEK-Info AES-256-CBC)>", text)
    text = re.sub(r'"encryptedKey":"[^"]+"', '"encryptedKey":"<JWE>"', text)
    text = re.sub(r'"(kid|x|y)":"[\w-]{43}"', r'"\1":"<b64url43>"', text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "<sha256hex>", text)
    text = re.sub(r"(?m)^( *)# .*$", lambda m: m[0] if m[0] == "# Helm template" else m[1] + "# <comment>", text)
    return text.replace(str(home.steppath), "$STEPPATH").replace(str(home.path), "$WORK")


def recorded(name):
    result = json.loads((GOLDEN / name / "result.json").read_text())
    result["stderr"] = re.sub(r"\x1b\[\d+m", "", result["stderr"]).replace("\n<feedback paragraph>\n", "")
    return result


def tree(home):
    return sorted((f"{p.stat().st_mode & 0o777:04o} {p.relative_to(home.steppath)}{'/' if p.is_dir() else ''}"
                   for p in home.steppath.rglob("*")), key=lambda line: line[5:])


class Init(Case):
    FLAGS = ["ca", "init", "--name", "Golden CA", "--dns", "ca.test", "--address", "127.0.0.1:9443",
             "--provisioner", "admin@test", "--password-file", "password.txt", "--deployment-type", "standalone"]

    def setUp(self):
        self.user = self.home()

    def init(self, *extra, **options):
        return self.user.s(*self.FLAGS, *extra, **options)

    def fails(self, *extra):
        done = self.user.s("ca", "init", *extra, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stderr.strip()

    def openssl(self, *words):
        return self.user.run(tool("openssl"), *words).stdout

    def root(self, name="root", *key, ca="CA:TRUE", usage="keyCertSign,cRLSign", days="30", issuer=None, path=""):
        """A certificate made with another tool."""
        self.openssl("req", "-new", "-x509", "-subj", f"/CN={name}", "-days", days, "-out", f"{name}.crt",
                     "-keyout", f"{name}.key", "-nodes", *(key or ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")),
                     "-addext", f"basicConstraints=critical,{ca}{path}", "-addext", f"keyUsage=critical,{usage}",
                     *(("-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key") if issuer else ()))
        return f"{name}.crt", f"{name}.key"

    def test_pki_makes_certificates_and_keys_only(self):
        done = self.init("--pki")
        golden = recorded("pki")
        self.assertEqual(normalised(done.stderr, self.user), golden["stderr"].rstrip("\n") + "\n")
        self.assertEqual(tree(self.user), golden["tree"])

    def test_pki_asks_for_nothing_else(self):
        self.user.s("ca", "init", "--pki", "--name", "X", "--password-file", "password.txt")
        self.assertFalse((self.user.steppath / "config/ca.json").exists())

    def test_helm_prints_the_values_and_writes_nothing(self):
        done = self.init("--helm")
        golden = recorded("helm")
        self.assertEqual(normalised(done.stdout, self.user), golden["stdout"])
        self.assertEqual(done.stderr, golden["stderr"])
        self.assertFalse(self.user.steppath.exists())
        # --no-db counts, unlike in the original.
        database = "        db:\n          type: badgerv2\n          dataSource: /home/step/db\n"
        self.assertEqual(normalised(self.init("--helm", "--no-db").stdout, self.user),
                         golden["stdout"].replace(database, ""))

    def test_acme_adds_a_provisioner_that_the_ca_serves(self):
        done = self.init("--acme")
        golden = recorded("acme")
        self.assertEqual(normalised(done.stderr, self.user), golden["stderr"].rstrip("\n") + "\n")
        self.assertEqual(normalised(self.init("--acme", "--helm").stdout, self.user), recorded("helm-acme")["stdout"])
        self.user = self.home()
        self.user.s(*[f if f != "admin@test" else "acme" for f in self.FLAGS], "--acme")
        entries = json.loads((self.user.steppath / "config/ca.json").read_text())["authority"]["provisioners"]
        self.assertEqual([e["name"] for e in entries], ["acme", "acme-1"])
        self.assertEqual(entries[1], {"type": "ACME", "name": "acme-1"})

    def test_helm_values_are_yaml_whatever_the_answers(self):
        try:
            import yaml
        except ImportError:
            raise unittest.SkipTest("PyYAML is not installed") from None
        flags = [f if f != "127.0.0.1:9443" else "[::1]:9443" for f in self.FLAGS]
        text = self.user.s(*flags, "--dns", "::1", "--dns", "123", "--helm").stdout
        config = yaml.safe_load(text)["inject"]["config"]["files"]["ca.json"]
        self.assertEqual(config["address"], "[::1]:9443")
        self.assertEqual(config["dnsNames"], ["ca.test", "::1", "123"])

    def test_an_existing_root_signs_and_is_copied_without_its_key(self):
        for name, key in [("ec", ()), ("rsa", ("-newkey", "rsa:2048")), ("ed", ("-newkey", "ed25519"))]:
            with self.subTest(name):
                self.user = self.home()
                certificate, key_file = self.root(name, *key)
                done = self.init("--root", certificate, "--key", key_file)
                golden = recorded("root-key-ec")
                said = normalised(done.stderr, self.user).replace(f"key: {key_file}", "key: $STEPPATH/secrets/root_ca_key")
                self.assertEqual(said, golden["stderr"])
                self.assertEqual(tree(self.user), golden["tree"])
                self.assertEqual(self.user.file(certificate).read_text(),
                                 (self.user.steppath / "certs/root_ca.crt").read_text())
                self.openssl("verify", "-CAfile", certificate, self.user.steppath / "certs/intermediate_ca.crt")

    def test_an_encrypted_root_key_is_opened_by_file_or_question(self):
        certificate, key = self.root()
        self.user.file("other.txt").write_text("other\n")
        self.openssl("pkey", "-in", key, "-aes256", "-passout", "pass:other", "-out", "enc.key")
        self.init("--root", certificate, "--key", "enc.key", "--key-password-file", "other.txt", "--pki")
        done = self.init("--root", certificate, "--key", "enc.key", "--key-password-file", "password.txt", check=False)
        self.assertIn("error decrypting enc.key: x509: decryption password incorrect", done.stderr)
        second = self.home()
        for name in ("enc.key", certificate):
            second.file(name).write_text(self.user.file(name).read_text())
        terminal = Terminal(second.path, *self.FLAGS, "--root", certificate, "--key", "enc.key", env=second.env)
        self.addCleanup(terminal.close)
        terminal.until("Please enter the password to decrypt enc.key")
        terminal.type("other\r")
        terminal.until("Your PKI is ready to go.")
        self.assertEqual(terminal.finish(), 0)

    def test_a_chain_makes_a_subordinate_authority_that_the_original_serves_too(self):
        self.root("top")
        self.root("middle", issuer="top", path=",pathlen:1")
        chain = self.user.file("chain.crt")
        chain.write_text(self.user.file("middle.crt").read_text() + self.user.file("top.crt").read_text())
        port = free_port()
        self.user.init(port, "--root", "chain.crt", "--key", "middle.key")
        self.assertEqual((self.user.steppath / "certs/root_ca.crt").read_text(), self.user.file("top.crt").read_text())
        bundle = (self.user.steppath / "certs/intermediate_ca.crt").read_text()
        self.assertEqual(bundle.count("BEGIN CERTIFICATE"), 2)
        for program in (None, original_ca()):
            config = self.user.steppath / "config/ca.json"
            if program:  # The original does not serve our database.
                settings = json.loads(config.read_text())
                settings["db"]["dataSource"] = str(self.user.file("other-db"))
                config.write_text(json.dumps(settings))
            with Server(self.user, **({"program": program} if program else {})):
                self.user.s("ca", "certificate", "leaf.test", "leaf.crt", "leaf.key", "--force", "--provisioner", "admin",
                            "--password-file", "password.txt")
                self.openssl("verify", "-CAfile", "top.crt", "-untrusted", "leaf.crt", "leaf.crt")

    def test_what_cannot_certify_an_intermediate_is_refused_and_nothing_written(self):
        self.root("good")
        cases = {"not a CA": self.root("leaf", ca="CA:FALSE"),
                 "may not sign": self.root("sign", usage="cRLSign"),
                 "too long": self.root("short", path=",pathlen:0"),
                 "wrong key": ("good.crt", "leaf.key"),
                 "no chain": ("bundle.crt", "good.key"),
                 "not PEM": ("password.txt", "good.key"),
                 "no key": ("good.crt", "password.txt"),
                 "missing": ("none.crt", "good.key")}
        self.user.file("bundle.crt").write_text(self.user.file("good.crt").read_text() +
                                                self.user.file("short.crt").read_text())
        for why, (certificate, key) in cases.items():
            with self.subTest(why):
                done = self.init("--root", certificate, "--key", key, check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertNotIn("✔", done.stderr)
                self.assertFalse(self.user.steppath.exists(), done.stderr)
        told = self.init("--root", "good.crt", "--key", "leaf.key", check=False).stderr
        self.assertEqual(told, "the key in leaf.key does not belong to the certificate in good.crt\n")

    def test_contexts_have_the_files_of_the_original(self):
        done = self.init("--context", "ctx1")
        golden = recorded("context")
        self.assertEqual(normalised(done.stderr, self.user), golden["stderr"])
        self.assertEqual(tree(self.user), golden["tree"])
        for name in ("contexts.json", "current-context.json"):
            self.assertEqual((self.user.steppath / name).read_text(), (GOLDEN / "context" / name).read_text())
        # Now contexts are in use: the next one is called by its first name, and beside the first.
        self.init("--dns", "second.test", "--authority", "a2", "--context", "two")
        self.init("--profile", "p3")
        contexts = json.loads((self.user.steppath / "contexts.json").read_text())
        self.assertEqual(contexts, {"ca.test": {"profile": "p3", "authority": "ca.test"},
                                    "ctx1": {"profile": "ctx1", "authority": "ctx1"},
                                    "two": {"profile": "two", "authority": "a2"}})
        self.assertEqual(self.user.s("context", "list").stdout, "▶ ca.test\nctx1\ntwo\n")

    def test_a_failure_leaves_no_context_behind(self):
        done = self.init("--context", "../out", check=False)
        self.assertIn("error adding context: context cannot have the folder '../out'", done.stderr)
        (self.user.steppath / "authorities/c/config/ca.json").mkdir(parents=True)
        self.assertEqual(self.init("--context", "c", check=False).returncode, 1)
        self.assertFalse((self.user.steppath / "contexts.json").exists())

    def test_a_context_is_served_and_used_by_both_and_seen_by_the_original(self):
        port = free_port()
        self.user.init(port, "--context", "one")
        config = self.user.steppath / "authorities/one/config/ca.json"
        self.init("--context", "two")
        with Server(self.user, config=config):
            self.assertEqual(self.user.s("ca", "health", "--context", "one").stdout, "ok\n")
            self.assertIn("https://ca.test:9443/health", self.user.s("ca", "health", check=False).stderr)
            old = original_step()
            self.assertEqual(self.user.run(old, "context", "current").stdout, "two\n")
            self.assertEqual(self.user.run(old, "ca", "health", "--context", "one").stdout, "ok\n")
            self.user.run(old, "context", "select", "one")
            self.assertEqual(self.user.s("ca", "health").stdout, "ok\n")
            self.user.run(old, "ca", "bootstrap", "--ca-url", f"https://localhost:{port}", "--context", "of-old",
                          "--fingerprint", json.loads((config.parent / "defaults.json").read_text())["fingerprint"])
            self.assertEqual(self.user.s("context", "current").stdout, "of-old\n")
            self.assertEqual(self.user.s("ca", "health").stdout, "ok\n")
            self.user.s("context", "select", "one")
            self.user.s("context", "remove", "of-old", "--force")
            self.assertEqual(sorted(self.user.run(old, "context", "list").stdout.split()), ["one", "two", "▶"])

    def test_flags_that_contradict_each_other_are_refused_in_order(self):
        for flags, told in [
                ("--root r", "flag '--root' requires the '--key' flag"),
                ("--ra bogus --kms bogus", "invalid value 'bogus' for flag '--ra'; options are StepCAS or CloudCAS"),
                ("--kms azurekms --ra stepcas --pki --no-db", "flag '--kms' is incompatible with '--ra'"),
                ("--root r --key k --pki --no-db", "flag '--pki' is incompatible with '--no-db'"),
                ("--helm --context c", "flag '--helm' is incompatible with '--context'"),
                ("--key-password-file x", "flag '--key-password-file' requires the '--key' flag"),
                ("--ssh", "flag '--ssh' needs an SSH certificate authority, which is not supported yet"),
                ("--acme --no-db", "flag '--acme' is incompatible with '--no-db'"),
                ("--ra StepCAS", "flag '--ra' needs a registration authority mode, which is not supported yet"),
                ("--kms-root x", "flag '--kms-root' needs a key management service, which is not supported yet"),
                ("--deployment-type linked", "deployment type 'linked' needs a linked authority, which is not supported yet")]:
            with self.subTest(flags):
                self.assertEqual(self.fails(*flags.split()), told)
        self.assertFalse(self.user.steppath.exists())

    def test_root_and_key_come_from_the_command_line_only(self):
        self.assertIn("/dev/tty", self.user.s("ca", "init", check=False, env={"STEP_ROOT": "x", "STEP_KEY": "y"}).stderr)

    def test_hosted_says_what_to_do_and_does_nothing(self):
        done = self.user.s("ca", "init", "--deployment-type", "Hosted")
        self.assertIn("step ca bootstrap --team", done.stderr)
        self.assertFalse(self.user.steppath.exists())

    def test_the_warning_comes_only_where_a_ca_would_be_replaced(self):
        self.init()
        done = self.init(check=False)
        self.assertIn("already configured to connect to an authority", done.stderr)
        self.assertNotIn("already configured", self.init("--context", "c").stderr)
        self.assertNotIn("already configured", self.init(check=False).stderr)


if __name__ == "__main__":
    unittest.main()
