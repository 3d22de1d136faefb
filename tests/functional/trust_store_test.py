"""`step certificate install` and `uninstall` with the real tools: NSS databases (certutil of the package libnss3-tools) and Java's key
store (keytool). The stores of systems are tested with fake ones in commands/trust_store_test.cc and bootstrap_test.py.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import Case, tool  # noqa: E402


class Stores(Case):
    def setUp(self):
        self.h = self.home()
        for name in ("One Root", "Two"):
            self.h.s("certificate", "create", name, f"{name}.crt", "key", "--profile", "root-ca", "--no-password", "--insecure", "--force")
        self.file = "One Root.crt"

    def change(self, verb, *words, exit=0):
        done = self.h.s("certificate", verb, self.file, "--no-system", *words, check=False)
        self.assertEqual(done.returncode, exit, done.stdout + done.stderr)
        return done

    def fingerprint(self):
        return self.h.s("certificate", "fingerprint", self.file).stdout.strip()


class Nss(Stores):
    def setUp(self):
        super().setUp()
        self.certutil = tool("certutil")
        self.databases = []
        for folder in (".pki/nssdb", ".mozilla/firefox/abc.default", "snap/firefox/common/.mozilla/firefox/def.default"):
            path = self.h.file(folder)
            path.mkdir(parents=True)
            self.databases.append(f"sql:{path}")
            self.h.run(self.certutil, "-N", "--empty-password", "-d", self.databases[-1])
        self.h.file(".mozilla/firefox/no-database").mkdir()

    def trusted(self, database):
        rows = self.h.run(self.certutil, "-L", "-d", database).stdout
        return [row.rsplit(None, 1)[0].strip() for row in rows.splitlines() if row.rstrip().endswith("C,,")]

    def test_every_database_gets_the_root_and_loses_it_again(self):
        done = self.change("install", "--firefox")
        self.assertTrue(done.stdout.startswith("Certificate One Root.crt has been installed.\nX.509v3 Root CA Certificate (ECDSA P-256) "))
        for database in self.databases:
            names = self.trusted(database)
            self.assertEqual(len(names), 1)
            self.assertRegex(names[0], r"^One Root \d+$")
            self.h.file("out.pem").write_text(self.h.run(self.certutil, "-L", "-a", "-d", database, "-n", names[0]).stdout)
            self.assertEqual(self.h.s("certificate", "fingerprint", "out.pem").stdout.strip(), self.fingerprint())
        self.change("install", "--firefox")  # A second time changes nothing.
        self.assertEqual([len(self.trusted(d)) for d in self.databases], [1, 1, 1])
        self.change("uninstall", "--firefox")
        self.assertEqual([self.trusted(d) for d in self.databases], [[], [], []])
        self.change("uninstall", "--firefox")

    def test_a_prefix_names_it(self):
        self.change("install", "--firefox", "--prefix", "mine ")
        self.assertRegex(self.trusted(self.databases[0])[0], r"^mine \d+$")
        self.change("uninstall", "--firefox")  # Of that name there is none.
        self.assertEqual(len(self.trusted(self.databases[0])), 1)
        self.change("uninstall", "--firefox", "--prefix", "mine ")
        self.assertEqual(self.trusted(self.databases[0]), [])


class Java(Stores):
    def setUp(self):
        super().setUp()
        self.keytool = tool("keytool")
        home = self.h.file("java")
        (home / "bin").mkdir(parents=True)
        (home / "lib/security").mkdir(parents=True)
        (home / "bin/keytool").write_text(f'#!/bin/sh\nexec {self.keytool} -J-Duser.language=en "$@"\n')
        (home / "bin/keytool").chmod(0o755)
        self.store = home / "lib/security/cacerts"
        self.h.run(self.keytool, "-importcert", "-noprompt", "-file", "Two.crt", "-keystore", self.store, "-storepass", "changeit", "-alias", "two")
        self.h.env["JAVA_HOME"] = str(home)

    def entries(self):
        rows = self.h.run(self.keytool, "-list", "-keystore", self.store, "-storepass", "changeit").stdout
        return sorted(row.split(",")[0] for row in rows.splitlines() if "trustedCertEntry" in row)

    def test_the_key_store_gets_the_root_once_and_loses_it_again(self):
        self.change("install", "--java")
        self.assertEqual(len(self.entries()), 2)
        self.assertRegex(self.entries()[0], r"^one root \d+$")
        self.change("install", "--java")
        self.assertEqual(len(self.entries()), 2)
        self.change("uninstall", "--java")
        self.assertEqual(self.entries(), ["two"])
        self.change("uninstall", "--java")

    def test_what_keytool_refuses_is_told(self):
        self.store.write_bytes(b"no key store")
        done = self.change("install", "--java", exit=1)
        self.assertIn('/java/bin/keytool -importcert -noprompt -file One Root.crt -keystore', done.stderr)
        self.assertIn("failed with: exit status 1\n", done.stderr)


class Misuse(Stores):
    def test_what_is_no_root_and_what_is_no_file(self):
        self.h.s("certificate", "create", "leaf", "leaf.crt", "leaf.key", "--profile", "self-signed", "--subtle", "--no-password", "--insecure")
        self.h.file("empty").write_text("")
        self.h.file("folder").mkdir()
        both = self.h.file("One Root.crt").read_text() + self.h.file("Two.crt").read_text()
        self.h.file("both.crt").write_text(both)
        for verb in ("install", "uninstall"):
            for words, says in (([], "not enough positional arguments were provided in 'step certificate "),
                                (["a", "b"], "too many positional arguments were provided in 'step certificate "),
                                (["none"], 'error reading "none": no such file or directory'),
                                (["folder"], 'error reading "folder": is a directory'),
                                (["empty"], "error parsing empty: error parsing certificate as DER format: x509: malformed certificate"),
                                (["key"], "error parsing key: does not contain a valid PEM encoded certificate"),
                                (["both.crt"], "error decoding both.crt: contains more than one PEM encoded block"),
                                (["leaf.crt"], "certificate leaf.crt is not a root CA"),
                                (["--no-system", self.file], "flag '--no-system' leaves no trust store: add '--firefox' or '--java'"),
                                (["--no-system", "--java", self.file], f"failed to {verb} {self.file}: JAVA_HOME is not set")):
                with self.subTest(f"{verb} {words}"):
                    done = self.h.s("certificate", verb, *words, check=False)
                    self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1), done.stderr)
                    self.assertIn(says, done.stderr)
            done = self.h.s("certificate", verb, "--nope", self.file, check=False)
            self.assertIn("flag provided but not defined: -nope", done.stderr)


if __name__ == "__main__":
    unittest.main()
