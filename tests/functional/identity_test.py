"""config/identity.json: who one is to the CA, shown with every call, as step v0.30 does (client facts in its `ca` package)."""
import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.harness import Case, free_port  # noqa: E402
from tests.support.webhooks import WebhookServer  # noqa: E402


class Identity(Case):
    def setUp(self):
        self.user = self.home()
        self.port = free_port()
        self.user.init(self.port)
        self.server = WebhookServer(self.user, {"/health": {"status": "ok"}})
        self.addCleanup(self.server.close)

    def make(self, name, *flags):
        self.user.s("certificate", "create", name, f"{name}.crt", f"{name}.key", "--profile", "leaf", "--bundle",
                    "--ca", self.user.steppath / "certs/intermediate_ca.crt", "--ca-key", self.user.steppath / "secrets/intermediate_ca_key",
                    "--ca-password-file", self.user.password, "--no-password", "--insecure", *flags)

    def write(self, crt, key, type="mTLS", folder="config"):
        path = self.user.steppath / folder / "identity.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"type": type, "crt": str(self.user.file(crt)), "key": str(self.user.file(key))}))

    def shown(self, *flags):
        """The common name that the server gets to see."""
        self.server.clear()
        done = self.user.s("ca", "health", "--ca-url", self.server.url(""), *flags)
        self.assertEqual(done.stdout, "ok\n")
        return self.server.calls[-1].client

    def test_it_is_shown_while_it_is_good(self):
        self.make("who")
        self.make("other")
        self.make("past", "--not-before", "2020-01-01T00:00:00Z", "--not-after", "2020-01-02T00:00:00Z")
        self.make("future", "--not-before", "2h")
        self.assertIsNone(self.shown())
        self.write("who.crt", "who.key")
        self.assertEqual(self.shown(), "who")
        for crt, key, type in (("past.crt", "past.key", "mTLS"), ("future.crt", "future.key", "mTLS"), ("who.crt", "other.key", "mTLS"),
                               ("who.crt", "none", "mTLS"), ("who.crt", "who.key", ""), ("who.crt", "who.key", "new")):
            with self.subTest(crt=crt, key=key, type=type):
                self.write(crt, key, type)
                self.assertIsNone(self.shown())
        (self.user.steppath / "config/identity.json").write_text("{")
        self.assertIsNone(self.shown())

    def test_it_is_that_of_the_context(self):
        self.make("who")
        self.make("inside")
        self.write("who.crt", "who.key")
        self.write("inside.crt", "inside.key", folder="authorities/a/config")
        (self.user.steppath / "contexts.json").write_text(json.dumps({"c": {"authority": "a", "profile": "p"}}))
        (self.user.steppath / "current-context.json").write_text('{"context": "c"}')
        self.assertEqual(self.shown("--root", str(self.user.steppath / "certs/root_ca.crt")), "inside")

    def test_it_is_not_renewed_in_place_of_the_certificate_of_a_token(self):
        self.serve(self.user)
        for name in ("who", "mine"):
            self.user.s("ca", "certificate", name, f"{name}.crt", f"{name}.key", "--provisioner", "admin", "--provisioner-password-file",
                        self.user.password)
        self.write("who.crt", "who.key")
        before = self.user.file("mine.crt").read_text()
        self.user.s("ca", "renew", "--force", "--mtls=false", "mine.crt", "mine.key")
        self.assertNotEqual(self.user.file("mine.crt").read_text(), before)
        self.assertIn("CN=mine", self.user.s("certificate", "inspect", "mine.crt").stdout)
        # By mTLS it is the certificate of the command line that counts.
        shutil.copy(self.user.file("mine.crt"), self.user.file("copy.crt"))
        self.user.s("ca", "renew", "--force", "copy.crt", "mine.key")
        self.assertIn("CN=mine", self.user.s("certificate", "inspect", "copy.crt").stdout)


if __name__ == "__main__":
    unittest.main()
