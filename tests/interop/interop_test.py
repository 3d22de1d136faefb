"""Old client and new server, new client and old server, a $STEPPATH of either served by the other.

The originals are step-ca v0.30.2 and step v0.21.0 (./dev peers).
"""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import (Case, OURS_CA, OURS_STEP, free_port, original_ca,  # noqa: E402
                                   original_step, tool)


class LifeCycle:
    """Every command of the first scope, from one client to one server."""

    INIT = SERVER = CLIENT = staticmethod(lambda: None)

    def setUp(self):
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.authority = self.home()
        self.authority.init(self.port, step=self.INIT())
        self.server = self.serve(self.authority, self.SERVER())
        self.client = self.home(self.CLIENT())
        root = self.authority.steppath / "certs/root_ca.crt"
        self.fingerprint = self.client.s("certificate", "fingerprint", root).stdout.strip()
        self.client.s("ca", "bootstrap", "--ca-url", self.url, "--fingerprint", self.fingerprint)
        self.root = self.client.steppath / "certs/root_ca.crt"

    def issue(self, name="leaf.test", *extra):
        self.client.s("ca", "certificate", name, f"{name}.crt", f"{name}.key", "--provisioner", "admin",
                      "--password-file", self.client.password, *extra)
        return self.client.file(f"{name}.crt"), self.client.file(f"{name}.key")

    def serial(self, certificate):
        out = self.client.run(tool("openssl"), "x509", "-in", certificate, "-noout", "-serial").stdout
        return int(out.strip().partition("=")[2], 16)

    def test_bootstrap_wrote_root_and_defaults(self):
        self.assertEqual(self.root.read_bytes(),
                         (self.authority.steppath / "certs/root_ca.crt").read_bytes())
        defaults = json.loads((self.client.steppath / "config/defaults.json").read_text())
        self.assertEqual(defaults["fingerprint"], self.fingerprint)
        self.assertEqual(defaults["ca-url"], self.url)

    def test_health_roots_and_federation(self):
        self.assertEqual(self.client.s("ca", "health").stdout, "ok\n")
        for command in ("roots", "federation"):
            self.assertIn("BEGIN CERTIFICATE", self.client.s("ca", command).stdout)
            self.client.s("ca", command, f"{command}.pem")
            self.assertEqual(self.client.file(f"{command}.pem").read_bytes(), self.root.read_bytes())
        self.client.s("ca", "root", "root.pem", "--ca-url", self.url, "--fingerprint", self.fingerprint)
        self.assertEqual(self.client.file("root.pem").read_bytes(), self.root.read_bytes())

    def test_a_wrong_fingerprint_is_refused(self):
        done = self.client.s("ca", "root", "bad.pem", "--ca-url", self.url, "--fingerprint", "00" * 32, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(self.client.file("bad.pem").exists())

    def test_provisioner_list_names_the_provisioner(self):
        listed = json.loads(self.client.s("ca", "provisioner", "list").stdout)
        self.assertEqual([p["name"] for p in listed], ["admin"])
        self.assertIn("encryptedKey", listed[0])

    def test_certificate_is_accepted_by_openssl_for_its_names(self):
        crt, key = self.issue("leaf.test", "--san", "leaf.test", "--san", "10.0.0.1")
        self.client.run(tool("openssl"), "verify", "-CAfile", self.root, "-untrusted", crt,
                        "-purpose", "sslserver", "-verify_hostname", "leaf.test", crt)
        self.assertEqual(crt.stat().st_mode & 0o777, 0o600)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    def test_token_is_good_once(self):
        token = self.client.s("ca", "token", "once.test", "--provisioner", "admin",
                              "--password-file", self.client.password).stdout.strip()
        self.client.s("ca", "certificate", "--token", token, "once.test", "a.crt", "a.key")
        again = self.client.s("ca", "certificate", "--token", token, "once.test", "b.crt", "b.key", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertFalse(self.client.file("b.crt").exists())

    def test_sign_a_request(self):
        self.client.run(tool("openssl"), "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "r.key",
                        "-out", "r.csr", "-subj", "/CN=req.test", "-addext", "subjectAltName=DNS:req.test")
        self.client.s("ca", "sign", "r.csr", "r.crt", "--provisioner", "admin",
                      "--password-file", self.client.password)
        self.client.run(tool("openssl"), "verify", "-CAfile", self.root, "-untrusted", "r.crt", "r.crt")

    def test_renew_keeps_key_and_names(self):
        crt, key = self.issue()
        before = self.serial(crt)
        self.client.s("ca", "renew", "--force", crt, key)
        self.assertNotEqual(self.serial(crt), before)
        self.client.run(tool("openssl"), "verify", "-CAfile", self.root, "-untrusted", crt,
                        "-verify_hostname", "leaf.test", crt)

    def test_rekey_makes_a_new_key(self):
        crt, key = self.issue()
        before = key.read_bytes()
        self.client.s("ca", "rekey", "--force", crt, key)
        self.assertNotEqual(key.read_bytes(), before)
        pair = [self.client.run(tool("openssl"), *argv).stdout for argv in
                (("x509", "-in", crt, "-noout", "-pubkey"), ("pkey", "-in", key, "-pubout"))]
        self.assertEqual(*pair)

    def test_revoke_by_certificate_ends_renewal(self):
        crt, key = self.issue()
        done = self.client.s("ca", "revoke", "--cert", crt, "--key", key)
        self.assertIn(f"Certificate with Serial Number {self.serial(crt)} has been revoked.", done.stderr)
        renewed = self.client.s("ca", "renew", "--force", crt, key, check=False)
        self.assertEqual(renewed.returncode, 1)
        again = self.client.s("ca", "revoke", "--cert", crt, "--key", key, check=False)
        self.assertIn("is already revoked", again.stderr)

    def test_revoke_by_token(self):
        crt, key = self.issue()
        serial = str(self.serial(crt))
        token = self.client.s("ca", "token", serial, "--revoke", "--provisioner", "admin",
                              "--password-file", self.client.password).stdout.strip()
        self.client.s("ca", "revoke", serial, "--token", token, "--reason", "test", "--reasonCode", "superseded")
        self.assertEqual(self.client.s("ca", "renew", "--force", crt, key, check=False).returncode, 1)

    def test_a_certificate_serves_https(self):
        crt, key = self.issue("localhost")
        port = free_port()
        web = subprocess.Popen([tool("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-cert", crt,
                                "-cert_chain", crt, "-key", key, "-www", "-quiet"], cwd=self.client.path,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        self.addCleanup(web.wait)
        self.addCleanup(web.terminate)
        self.client.run(tool("curl"), "-sS", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
                        "--cacert", self.root, "--resolve", f"localhost:{port}:127.0.0.1",
                        f"https://localhost:{port}/", timeout=120)


class OurClientOriginalServer(LifeCycle, Case):
    INIT = staticmethod(original_step)
    SERVER = staticmethod(original_ca)
    CLIENT = staticmethod(lambda: OURS_STEP)


class OriginalClientOurServer(LifeCycle, Case):
    INIT = staticmethod(lambda: OURS_STEP)
    SERVER = staticmethod(lambda: OURS_CA)
    CLIENT = staticmethod(original_step)


class OursOnOriginalInit(LifeCycle, Case):
    INIT = staticmethod(original_step)
    SERVER = staticmethod(lambda: OURS_CA)
    CLIENT = staticmethod(lambda: OURS_STEP)


class OriginalServerOnOurInit(LifeCycle, Case):
    INIT = staticmethod(lambda: OURS_STEP)
    SERVER = staticmethod(original_ca)
    CLIENT = staticmethod(original_step)


if __name__ == "__main__":
    unittest.main()
