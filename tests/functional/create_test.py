"""`step certificate create`: what it makes has the facts of the original's, down to the encoding; every profile with every kind of
key; what it writes where, and what it refuses."""
import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import der  # noqa: E402
from tests.support.harness import ROOT, Case, tool  # noqa: E402

DATA = ROOT / "tests/data/cli"
CLEAR = ("--no-password", "--insecure")
KEYS = {"ec256": (), "ec384": ("--kty", "EC", "--crv", "P-384"), "ec521": ("--kty", "EC", "--crv", "P-521"),
        "ed25519": ("--kty", "OKP", "--crv", "Ed25519"), "rsa2048": ("--kty", "RSA", "--size", "2048")}


class Create(Case):
    def setUp(self):
        self.h = self.home()

    def create(self, *words, exit=0, **options):
        done = self.h.s("certificate", "create", *words, check=False, **options)
        self.assertEqual(done.returncode, exit, f"{words}\n{done.stdout}{done.stderr}")
        return done

    def fails(self, *words, says, **options):
        before = {p.name: p.stat().st_mtime_ns for p in self.h.path.iterdir()}
        done = self.create(*words, exit=1, **options)
        self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1), done.stderr)
        self.assertIn(says, done.stderr)
        self.assertEqual(before, {p.name: p.stat().st_mtime_ns for p in self.h.path.iterdir()})

    def authorities(self, *kinds):
        for kind in kinds:
            self.create("Root CA", f"r_{kind}.crt", f"r_{kind}.key", "--profile", "root-ca", *KEYS[kind], *CLEAR)
            self.create("Int CA", f"i_{kind}.crt", f"i_{kind}.key", "--profile", "intermediate-ca", "--ca", f"r_{kind}.crt",
                        "--ca-key", f"r_{kind}.key", *KEYS[kind], *CLEAR)

    def mode(self, name):
        return self.h.file(name).stat().st_mode & 0o777


class Facts(Create):
    def test_what_is_made_has_the_facts_of_the_original(self):
        self.authorities(*KEYS)
        recorded = json.loads((DATA / "create_facts.json").read_text())
        self.assertEqual(len(recorded), 35)
        for name, case in recorded.items():
            with self.subTest(name):
                # Subjects hold blanks, or nothing at all.
                words = case["made_by"].removeprefix("step certificate create ")
                subject, _, rest = words.partition(" o.crt o.key")
                self.create(subject.strip(), "o.crt", "o.key", *rest.split(), "--force")
                made, want = der.facts(self.h.file("o.crt").read_text()), case["facts"]
                for one in (made, want):
                    for facts in one if isinstance(one, list) else [one]:
                        if "serialBytes" in facts:
                            self.assertIn(facts.pop("serialBytes"), range(14, 18))  # By chance.
                self.assertEqual(made, want)

    def test_openssl_agrees_with_every_chain(self):
        self.authorities(*KEYS)
        openssl = tool("openssl")
        for issuer in KEYS:
            for kind, words in KEYS.items():
                self.create("leaf.test", "l.crt", "l.key", "--ca", f"i_{issuer}.crt", "--ca-key", f"i_{issuer}.key", *words, *CLEAR, "--force")
                self.h.run(openssl, "verify", "-x509_strict", "-CAfile", f"r_{issuer}.crt", "-untrusted", f"i_{issuer}.crt", "-purpose", "sslserver",
                           "-verify_hostname", "leaf.test", "l.crt")
                self.h.s("certificate", "verify", "l.crt", "--roots", f"i_{issuer}.crt", "--host", "leaf.test")
                key = self.h.run(openssl, "pkey", "-in", "l.key", "-pubout").stdout
                self.assertEqual(key, self.h.run(openssl, "x509", "-in", "l.crt", "-noout", "-pubkey").stdout)

    def test_times(self):
        make = ("x", "o.crt", "o.key", "--profile", "self-signed", "--subtle", *CLEAR, "--force")

        def life(*words):
            self.create(*make, *words)
            return der.facts(self.h.file("o.crt").read_text())["lifetimeSeconds"]
        self.assertEqual(life(), 86400)
        self.assertIn(life("--not-after", "36h"), range(36 * 3600 - 60, 36 * 3600 + 1))  # From two looks at the clock.
        self.assertIn(life("--not-before=-1h", "--not-after", "1h30m"), range(9000 - 60, 9000 + 61))
        self.assertEqual(life("--not-before", "2040-01-01T01:00:00+01:00", "--not-after", "2040-01-02T00:00:00Z"), 86400)
        self.assertEqual(life("--not-before", "2040-01-01T00:00:00Z"), 86400)
        for words, says in ((["--not-before", "2h", "--not-after", "1h"], "flag '--not-before 2h' is incompatible with flag '--not-after 1h'"),
                            (["--not-after=-1m"], "invalid value '-1m' for flag '--not-after': certificate is already expired"),
                            (["--not-after", "1d"], "invalid value '1d' for flag '--not-after'"),
                            (["--not-before", "noon"], "invalid value 'noon' for flag '--not-before'")):
            self.fails(*make, *words, says=says)


class Keys(Create):
    def test_a_new_key_is_encrypted_and_private(self):
        self.create("Root", "r.crt", "r.key", "--profile", "root-ca", "--password-file", self.h.password)
        self.assertEqual((self.mode("r.crt"), self.mode("r.key")), (0o600, 0o600))
        text = self.h.file("r.key").read_text()
        self.assertIn("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,", text)
        self.h.run(tool("openssl"), "pkey", "-in", "r.key", "-passin", "pass:password", "-noout")
        leaf = ("leaf", "l.crt", "l.key", "--ca", "r.crt", "--ca-key", "r.key", *CLEAR)
        self.create(*leaf, "--ca-password-file", self.h.password)
        self.h.file("wrong").write_text("wrong")
        again = ("leaf", "m.crt", "m.key", *leaf[3:])
        self.fails(*again, "--ca-password-file", "wrong", says="error decrypting r.key: x509: decryption password incorrect")
        self.fails(*again, "--ca-password-file", "none", says='error reading none: error reading "none": no such file or directory')
        self.fails(*again, says="error allocating terminal: open /dev/tty")
        self.h.file("blank").write_text("\n")
        self.fails("x", "m.crt", "m.key", "--profile", "root-ca", "--password-file", "blank", says="the password file blank is empty")
        self.fails("x", "m.crt", "m.key", "--profile", "root-ca", "--password-file", "none", says="no such file or directory")
        self.fails("x", "m.crt", "m.key", "--profile", "root-ca", says="error allocating terminal: open /dev/tty")
        self.fails("x", "m.crt", "m.key", "--no-password", says="flag '--no-password' requires the '--insecure' flag")

    def test_a_key_that_is_there_already(self):
        openssl = tool("openssl")
        self.create("Root", "r.crt", "r.key", "--profile", "root-ca", *CLEAR)
        issuer = ("--ca", "r.crt", "--ca-key", "r.key")
        self.h.run(openssl, "genpkey", "-algorithm", "rsa", "-out", "rsa.key", "-aes256", "-pass", "pass:password")
        self.h.run(openssl, "pkey", "-in", "rsa.key", "-passin", "pass:password", "-pubout", "-out", "rsa.pub")
        done = self.create("leaf", "l.crt", "--key", "rsa.key", "--password-file", self.h.password, *issuer)
        self.assertEqual(done.stderr, "Your certificate has been saved in l.crt.\n")
        public = self.h.file("rsa.pub").read_text()
        self.assertEqual(self.h.s("certificate", "key", "l.crt").stdout, public)
        # A third argument: the key is written there too.
        self.create("leaf", "m.crt", "m.key", "--key", "rsa.key", "--password-file", self.h.password, *issuer)
        self.h.run(openssl, "pkey", "-in", "m.key", "-passin", "pass:password", "-noout")
        self.create("leaf", "n.crt", "--key", "rsa.pub", "--skip-csr-signature", *issuer)
        self.assertEqual(self.h.s("certificate", "key", "n.crt").stdout, public)
        self.assertEqual(der.facts(self.h.file("n.crt").read_text())["extensions"], der.facts(self.h.file("l.crt").read_text())["extensions"])
        self.create("csr", "o.csr", "--csr", "--key", "rsa.key", "--password-file", self.h.password)
        self.h.run(openssl, "req", "-in", "o.csr", "-verify", "-noout")
        for words, says in ((["--key", "rsa.pub", *issuer], "flag '--skip-csr-signature' is required with a public key"),
                            (["--key", "rsa.pub", "--csr"], "invalid value for flag --key: a private key is required"),
                            (["--key", "rsa.pub", "--skip-csr-signature", "--profile", "root-ca"], "a private key is required"),
                            (["--key", "none", *issuer], "none"), (["--key", ".", *issuer], "is a directory"),
                            (["--key", "password.txt", *issuer], "password.txt"),
                            (["--key", "rsa.key", "--kty", "RSA", *issuer], "flag '--key' is incompatible with 'kty'"),
                            (["--key", "rsa.key", "--size", "2048", *issuer], "flag '--key' is incompatible with 'size'"),
                            (["--csr", "--key", "rsa.key", "--skip-csr-signature"], "flag '--csr' is incompatible with '--skip-csr-signature'")):
            with self.subTest(words):
                self.fails("x", "x.crt", *words, says=says)

    def test_short_rsa_keys_must_be_asked_for(self):
        make = ("x", "o.crt", "o.key", "--profile", "root-ca", "--kty", "RSA")
        self.fails(*make, "--size", "1024", "--password-file", self.h.password, says="flag '--size' requires at least 2048 unless '--insecure' flag is provided")
        self.fails(*make, "--size=-1", *CLEAR, says="flag '--size' must be greater than or equal to 0")
        self.fails(*make, "--size", "16", *CLEAR, says="crypto/rsa: 16-bit keys are insecure")
        self.create(*make, "--size", "1024", *CLEAR)
        self.assertEqual(der.facts(self.h.file("o.crt").read_text())["publicKey"]["bits"], 1024)
        self.create(*make, "--size", "3072", *CLEAR, "--force")
        self.assertEqual(der.facts(self.h.file("o.crt").read_text())["publicKey"]["bits"], 3072)

    def test_key_stores_are_refused_by_name(self):
        self.create("Root", "r.crt", "r.key", "--profile", "root-ca", *CLEAR)
        says = "is in a key store, which this version does not support"
        for uri in ("pkcs11:id=7331;object=my-key", "yubikey:slot-id=9a", "awskms:key-id=x", "tpmkms:name=x", "kms:x"):
            self.fails("x", "x.crt", "--key", uri, "--ca", "r.crt", "--ca-key", "r.key", says=f"'{uri}' {says}")
            self.fails("x", "x.crt", "x.key", "--ca", "r.crt", "--ca-key", uri, *CLEAR, says=f"'{uri}' {says}")
        self.h.file("kms:x").write_bytes(self.h.file("r.key").read_bytes())  # A file of that name is a file.
        self.create("x", "x.crt", "--key", "kms:x", "--ca", "r.crt", "--ca-key", "r.key")
        self.create("--csr", "x", "x.csr", "y.key", *CLEAR)
        self.h.file("text").write_text("{}")
        for words in (["certificate", "sign", "x.csr", "r.crt", "URI"], ["certificate", "p12", "x.p12", "r.crt", "URI", "--no-password", "--insecure"],
                      ["crypto", "key", "public", "URI"], ["crypto", "key", "format", "URI"], ["crypto", "key", "fingerprint", "URI"],
                      ["crypto", "key", "sign", "--key", "URI", "text"], ["crypto", "key", "verify", "--key", "URI", "--sig", "AA==", "text"],
                      ["crypto", "change-pass", "URI"], ["crypto", "jws", "sign", "--key", "URI", "text"],
                      ["crypto", "jwt", "sign", "--key", "URI", "--subtle", "text"]):
            with self.subTest(words):
                done = self.h.s(*["pkcs11:object=x" if w == "URI" else w for w in words], check=False)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(f"the key 'pkcs11:object=x' {says}", done.stderr)


class Misuse(Create):
    def setUp(self):
        super().setUp()
        for file in (DATA / "inputs").iterdir():
            shutil.copy(file, self.h.path)
        self.h.file("empty").write_text("")
        self.h.file("folder").mkdir()

    def test_flags_that_do_not_fit(self):
        out = ("x", "x.crt", "x.key", *CLEAR)
        issuer = ("--ca", "int.crt", "--ca-key", "int.key")
        for words, says in (
                ([], "'--profile leaf' requires the '--ca' flag"), (["--ca", "int.crt"], "'--profile leaf' requires the '--ca-key' flag"),
                (["--profile", "intermediate-ca"], "'--profile intermediate-ca' requires the '--ca' flag"),
                (["--profile", "root-ca", "--ca", "int.crt"], "flag '--ca' is incompatible with flag '--profile root-ca'"),
                (["--profile", "root-ca", "--ca-key", "int.key"], "flag '--ca-key' is incompatible with flag '--profile root-ca'"),
                (["--profile", "self-signed"], "'--profile self-signed' requires the '--subtle' flag"),
                (["--profile", "self-signed", "--subtle", "--ca", "int.crt"], "flag '--ca' is incompatible with flag '--profile self-signed'"),
                (["--profile", "nope"], "invalid value 'nope' for flag '--profile'; options are leaf, intermediate-ca, root-ca, self-signed"),
                (["--bundle", "--profile", "intermediate-ca", *issuer], "flag '--bundle' is incompatible with flag '--profile intermediate-ca'"),
                (["--csr", "--bundle"], "flag '--bundle' is incompatible with '--csr'"),
                (["--csr", "--profile", "root-ca"], "flag '--profile' is incompatible with '--csr'"),
                *[(["--csr", f"--{flag}", "int.crt"], f"flag '--{flag}' is incompatible with '--csr'") for flag in ("ca", "ca-key", "ca-password-file")],
                *[(["--csr", f"--{flag}", "1h"], f"flag '--{flag}' is incompatible with '--csr'") for flag in ("not-before", "not-after")],
                (["--crv", "P-384", *issuer], "flag '--curve' requires the '--kty' flag"),
                (["--kty", "ec", *issuer], "invalid value 'ec' for flag '--kty'"),
                (["--kty", "EC", "--size", "256", *issuer], "flag '--size' is incompatible with flag '--kty EC'"),
                (["--kty", "RSA", "--crv", "P-256", *issuer], "flag '--curve' is incompatible with flag '--kty RSA'"),
                (["--ca", "none", "--ca-key", "int.key"], "none"), (["--ca", "empty", "--ca-key", "int.key"], "empty"),
                (["--ca", "folder", "--ca-key", "int.key"], "folder"), (["--ca", "hello.txt", "--ca-key", "int.key"], "hello.txt"),
                (["--ca", "int.crt", "--ca-key", "none"], "none"), (["--ca", "int.crt", "--ca-key", "empty"], "empty"),
                (["--ca", "int.crt", "--ca-key", "folder"], "folder"), (["--ca", "int.crt", "--ca-key", "cert.crt"], "cert.crt"),
                (["--ca", "int.crt", "--ca-key", "root.key"], "x509: provided PrivateKey doesn't match parent's PublicKey"),
                (["--template", "none"], "open none failed: no such file or directory"),
                (["--template", "hello.txt", "--profile", "leaf"], "flag '--profile' is incompatible with '--template'")):
            with self.subTest(words):
                self.fails(*out, *words, says=says)

    def test_arguments(self):
        usage = "'step certificate create <subject> <crt-file> <key-file>'"
        for words in ([], ["x"], ["x", "c"]):
            self.fails(*words, says=f"not enough positional arguments were provided in {usage}")
        self.fails("x", "c", "k", "more", says=f"too many positional arguments were provided in {usage}")
        self.fails("x", "c", "c", says="positional arguments <<crt-file>> and <<key-file>> cannot be equal in")
        self.fails("x", "c", "--key", "cert.key", "more", "evenmore", says=f"too many positional arguments were provided in {usage}")
        self.assertIn("flag provided but not defined: -nope", self.create("--nope", "x", "c", "k", exit=1).stderr)

    def test_nothing_is_written_where_something_cannot_be(self):
        make = ("--profile", "root-ca", *CLEAR)
        self.fails("x", "folder", "x.key", *make, says="file is a directory")
        self.fails("x", "x.crt", "folder", *make, says="file is a directory")
        self.fails("x", "cert.crt", "x.key", *make, says="error allocating terminal")
        self.fails("x", "x.crt", "cert.key", *make, says="error allocating terminal")
        self.fails("x", "nowhere/x.crt", "x.key", *make, says="nowhere/x.crt")
        self.create("x", "cert.crt", "cert.key", *make, "--force")

    def test_names(self):
        def names(*words):
            self.create("--csr", *words, "o.csr", "o.key", *CLEAR, "--force")
            return self.h.run(tool("openssl"), "req", "-in", "o.csr", "-noout", "-text").stdout
        text = names("x", "--san", "urn:x", "--san", "a.test", "--san", "10.0.0.1", "--san", "b.test", "--san", "c@d.test")
        self.assertIn("DNS:a.test, DNS:b.test, email:c@d.test, IP Address:10.0.0.1, URI:urn:x", text)
        self.assertIn("DNS:x", names("x"))
        self.assertNotIn("DNS:x", names("x", "--san", "y.test"))
        self.assertNotIn("Subject Alternative Name", names("x", "--san", ""))


if __name__ == "__main__":
    unittest.main()
