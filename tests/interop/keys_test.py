"""Key files, signatures of files and PKCS#12 against OpenSSL, ssh-keygen, Java and Python's cryptography."""
import base64
import pathlib
import shutil
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import Home  # noqa: E402

try:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12
except ImportError:
    serialization = None
    print("SKIP: python3-cryptography is not installed", file=sys.stderr)
KEYTOOL = shutil.which("keytool")
if KEYTOOL is None:
    print("SKIP: Java's keytool is not installed", file=sys.stderr)

KINDS = {"EC-P-256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
         "EC-P-384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
         "EC-P-521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
         "RSA": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
         "Ed25519": ["-algorithm", "ED25519"]}
CLEAR = ["--no-password", "--insecure"]


class Keys(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)
        self.sh = self.home.run
        (self.home.path / "pass").write_text("secret word")
        (self.home.path / "other").write_text("another word")

    def step(self, *words, **options):
        return self.home.s("crypto", *words, **options)

    def openssl(self, *words, **options):
        return self.home.run("openssl", *words, **options)

    def generate(self, kind):
        self.openssl("genpkey", *KINDS[kind], "-out", "key.pem")
        self.openssl("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub")
        return (self.home.path / "key.pub").read_text()

    def public_of(self, name, *password):
        return self.openssl("pkey", "-in", name, "-pubout", *password).stdout

    def test_openssl_reads_what_format_writes(self):
        for kind in KINDS:
            with self.subTest(kind):
                public = self.generate(kind)
                for form in (["--pem"], ["--pem", "--pkcs8"], ["--der"], ["--der", "--pkcs8"]):
                    self.step("key", "format", "key.pem", *form, *CLEAR, "--out", "new", "--force")
                    self.assertEqual(self.public_of("new"), public, form)
                for form in (["--pem"], ["--pem", "--pkcs8"]):
                    clear = ["key", "format", "key.pem", *form]
                    self.step(*clear, "--password-file", "pass", "--out", "new", "--force")
                    self.assertEqual(self.public_of("new", "-passin", "file:pass"), public, form)

    def test_we_read_what_openssl_encrypts(self):
        for kind in KINDS:
            public = self.generate(kind)
            for cipher in ("-aes-128-cbc", "-aes-192-cbc", "-aes-256-cbc", "-des-ede3-cbc"):
                for hash_name in ("hmacWithSHA1", "hmacWithSHA256", "hmacWithSHA512"):
                    with self.subTest(kind + cipher + hash_name):
                        self.openssl("pkcs8", "-topk8", "-in", "key.pem", "-out", "enc.pem", "-v2", cipher[1:], "-v2prf",
                                     hash_name, "-passout", "file:pass")
                        done = self.step("key", "public", "enc.pem", "--password-file", "pass")
                        self.assertEqual(done.stdout, public)

    def test_ssh_keygen_reads_what_format_writes(self):
        for kind in KINDS:
            for password in ("", "secret word"):
                with self.subTest(kind + password):
                    self.generate(kind)
                    how = ["--password-file", "pass"] if password else CLEAR
                    ssh = self.step("key", "format", "key.pem", "--ssh", *how).stdout
                    (self.home.path / "id").write_text(ssh)
                    (self.home.path / "id").chmod(0o600)
                    theirs = self.sh("ssh-keygen", "-y", "-P", password, "-f", "id").stdout
                    ours = self.step("key", "format", "key.pub", "--ssh").stdout
                    self.assertEqual(theirs.split()[:2], ours.split())
                    if serialization and not password:  # It may lack the module for passwords.
                        read = serialization.load_ssh_private_key(ssh.encode(), password.encode() or None)
                        self.assertEqual(read.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
                                         (self.home.path / "key.pub").read_text())

    def test_we_read_what_ssh_keygen_writes(self):
        for kind in (["ed25519"], ["ecdsa", "-b", "256"], ["ecdsa", "-b", "384"], ["ecdsa", "-b", "521"], ["rsa"]):
            for password in ("", "secret word"):
                with self.subTest(" ".join(kind) + password):
                    for name in ("id", "id.pub"):
                        (self.home.path / name).unlink(missing_ok=True)
                    self.sh("ssh-keygen", "-q", "-t", *kind, "-N", password, "-f", "id")
                    shown = self.sh("ssh-keygen", "-l", "-f", "id.pub").stdout.split()[1]
                    for name in ("id", "id.pub"):
                        ours = self.step("key", "fingerprint", name, "--ssh", "--format", "base64-raw",
                                         "--password-file", "pass").stdout
                        self.assertEqual(ours.strip(), shown)

    def test_change_pass(self):
        for kind in KINDS:
            with self.subTest(kind):
                public = self.generate(kind)
                self.step("change-pass", "key.pem", "--new-password-file", "pass", "--force")
                self.assertEqual(self.public_of("key.pem", "-passin", "file:pass"), public)
                self.step("change-pass", "key.pem", "--password-file", "pass", "--new-password-file", "other", "--out", "new",
                          "--force")
                self.assertEqual(self.public_of("new", "-passin", "file:other"), public)
                self.assertEqual((self.home.path / "new").stat().st_mode & 0o777, 0o600)
                self.step("change-pass", "new", "--password-file", "other", *CLEAR, "--force")
                self.assertEqual(self.public_of("new"), public)
                before = (self.home.path / "key.pem").read_bytes()
                wrong = self.step("change-pass", "key.pem", "--password-file", "other", *CLEAR, "--force", check=False)
                self.assertEqual(wrong.returncode, 1)
                self.assertEqual((self.home.path / "key.pem").read_bytes(), before)

    def test_signatures(self):
        (self.home.path / "file").write_bytes(bytes(range(256)))
        digests = {"EC-P-256": "sha256", "EC-P-384": "sha384", "EC-P-521": "sha512"}
        for kind in KINDS:
            self.generate(kind)
            rows = [([], ["-rawin"])] if kind == "Ed25519" else \
                [([], ["-rawin", "-digest", digests[kind]])] if kind in digests else \
                [(["--alg", name, *(["--pss"] if pss else [])],
                  ["-rawin", "-digest", name, *(["-pkeyopt", "rsa_padding_mode:pss"] if pss else [])])
                 for name in ("sha1", "sha256", "sha512") for pss in (False, True)]
            for ours, theirs in rows:
                with self.subTest(kind + str(ours)):
                    signature = self.step("key", "sign", "file", "--key", "key.pem", *ours).stdout
                    (self.home.path / "sig").write_bytes(base64.b64decode(signature))
                    self.openssl("pkeyutl", "-verify", "-pubin", "-inkey", "key.pub", "-in", "file", "-sigfile", "sig", *theirs)
                    self.openssl("pkeyutl", "-sign", "-inkey", "key.pem", "-in", "file", "-out", "sig", *theirs)
                    encoded = base64.b64encode((self.home.path / "sig").read_bytes()).decode()
                    done = self.step("key", "verify", "file", "--key", "key.pub", "--signature", encoded, *ours)
                    self.assertEqual(done.stdout, "true\n")
                    wrong = self.step("key", "verify", "pass", "--key", "key.pub", "--signature", encoded, *ours, check=False)
                    self.assertEqual((wrong.returncode, wrong.stderr), (1, "false\n"))


class Pkcs12(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)
        (self.home.path / "pass").write_text("secret word")
        self.home.s("certificate", "create", "root", "root.crt", "root.key", "--profile", "root-ca", *CLEAR)
        self.home.s("certificate", "create", "leaf", "leaf.crt", "leaf.key", "--ca", "root.crt", "--ca-key", "root.key", *CLEAR)

    def make(self, *words):
        self.home.s("certificate", "p12", "a.p12", *words, "--password-file", "pass", "--force")

    def test_openssl_takes_certificate_and_key(self):
        for form, theirs in (([], []), (["--legacy"], ["-legacy"])):
            with self.subTest(str(form)):
                self.make("leaf.crt", "leaf.key", "--ca", "root.crt", *form)
                out = self.home.run("openssl", "pkcs12", "-in", "a.p12", "-passin", "file:pass", "-nodes", *theirs).stdout
                self.assertEqual(out.count("BEGIN CERTIFICATE"), 2)
                key = out[out.index("-----BEGIN PRIVATE KEY"):]
                (self.home.path / "out.key").write_text(key[:key.index("-----END PRIVATE KEY-----") + 26])
                self.assertEqual(self.home.s("crypto", "key", "public", "out.key").stdout,
                                 self.home.s("crypto", "key", "public", "leaf.key").stdout)
                wrong = self.home.run("openssl", "pkcs12", "-in", "a.p12", "-passin", "pass:x", "-nodes", *theirs, check=False)
                self.assertNotEqual(wrong.returncode, 0)

    @unittest.skipIf(serialization is None, "python3-cryptography is not installed")
    def test_cryptography_takes_certificate_and_key(self):
        self.make("leaf.crt", "leaf.key", "--ca", "root.crt")
        key, leaf, others = pkcs12.load_key_and_certificates((self.home.path / "a.p12").read_bytes(), b"secret word")
        self.assertEqual(key.public_key().public_numbers(), leaf.public_key().public_numbers())
        self.assertEqual(len(others), 1)

    @unittest.skipIf(KEYTOOL is None, "keytool is not installed")
    def test_java_takes_both_kinds(self):
        for form in ([], ["--legacy"]):
            with self.subTest(str(form)):
                self.make("--ca", "root.crt", "--ca", "leaf.crt", *form)
                listed = self.home.run(KEYTOOL, "-list", "-keystore", "a.p12", "-storepass", "secret word").stdout
                self.assertEqual(listed.count("trustedCertEntry"), 2, listed)
                self.assertIn("cn=root", listed)
                self.make("leaf.crt", "leaf.key", "--ca", "root.crt", *form)
                listed = self.home.run(KEYTOOL, "-list", "-keystore", "a.p12", "-storepass", "secret word").stdout
                self.assertEqual(listed.count("PrivateKeyEntry"), 1, listed)

    def test_refusals_leave_no_file(self):
        self.home.s("crypto", "keypair", "o.pub", "o.key", *CLEAR)
        for words, error in ((["leaf.crt", "o.key"], "o.key is not the key of leaf.crt\n"),
                             (["leaf.crt", "o.pub"], "o.pub does not hold a private key\n"),
                             (["o.key", "leaf.key"], "error reading certificate: error parsing o.key: does not contain a valid "
                                                     "PEM encoded certificate\n"),
                             (["leaf.crt", "none"], "error reading key: error reading \"none\": no such file or directory\n")):
            done = self.home.s("certificate", "p12", "b.p12", *words, "--password-file", "pass", check=False)
            self.assertEqual((done.returncode, done.stderr), (1, error))
            self.assertFalse((self.home.path / "b.p12").exists())


if __name__ == "__main__":
    unittest.main()
