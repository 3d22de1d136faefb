"""A CA below somebody else's root: several intermediates, keys of every kind."""
import json
import pathlib
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import OURS_CA, PASSWORD, Case, free_port, tool  # noqa: E402

# From the root down to the key that signs leaves.
MIXES = [("RSA", "P-384", "P-256"), ("P-521", "RSA", "Ed25519"), ("Ed25519", "P-256", "RSA"),
         ("P-256", "Ed25519", "RSA", "P-384")]


class Subordinate(Case):
    def build(self, kinds, encrypted=False):
        from tests.support import chains
        self.port = free_port()
        ca = self.ca = self.home()
        ca.init(self.port)
        authorities = []
        for depth, kind in enumerate(kinds):
            authorities.append(chains.make(f"Level {depth} {kind}", authorities[-1] if authorities else None, key=kind))
        self.root = chains.write_pem(ca.file("corporate-root.pem"), authorities[0])
        self.chain = list(reversed(authorities[1:]))
        config_file = ca.steppath / "config/ca.json"
        config = json.loads(config_file.read_text())
        config.update(root=self.root, crt=chains.write_pem(ca.file("chain.pem"), *self.chain),
                      key=chains.write_key(ca.file("signer.key"), authorities[-1][1], PASSWORD if encrypted else None))
        config_file.write_text(json.dumps(config))
        ca.password.chmod(0o600)
        self.assertEqual(ca.run(OURS_CA, "check", "--password-file", ca.password).stdout, f"{config_file}: ok\n")
        self.url = ["--ca-url", f"https://localhost:{self.port}", "--root", self.root]
        return ca

    def bundle(self, path):
        from tests.support import chains
        return chains.load_bundle(pathlib.Path(path).read_text())

    def served_chain(self):
        """What openssl is shown, which must verify it with the root alone."""
        text = self.ca.run(tool("openssl"), "s_client", "-connect", f"localhost:{self.port}", "-CAfile", self.root,
                           "-verify_return_error", "-showcerts", "-servername", "localhost").stdout
        self.assertIn("Verify return code: 0 (ok)", text)
        path = self.ca.file("served.pem")
        path.write_text(text)
        return self.bundle(path)

    def run_life(self, kinds, encrypted=False):
        ca = self.build(kinds, encrypted)
        above = [certificate for certificate, _ in self.chain]
        server = self.serve(ca)
        self.assertEqual(self.served_chain()[1:], above)
        ca.s("ca", "certificate", "leaf.test", "leaf.crt", "leaf.key", "--provisioner", "admin",
             "--provisioner-password-file", ca.password, *self.url)
        first = self.bundle(ca.file("leaf.crt"))
        self.assertEqual(first[1:], above)
        ca.s("certificate", "verify", "leaf.crt", "--roots", self.root, "--host", "leaf.test")
        ca.run(tool("openssl"), "verify", "-CAfile", self.root, "-untrusted", "leaf.crt", "leaf.crt")
        for words in (["renew", "leaf.crt", "leaf.key", "--force"],
                      ["renew", "leaf.crt", "leaf.key", "--force", "--mtls=false"],
                      ["rekey", "leaf.crt", "leaf.key", "--force"]):
            ca.s("ca", *words, *self.url)
            renewed = self.bundle(ca.file("leaf.crt"))
            self.assertEqual(renewed[1:], above)
            self.assertNotEqual(renewed[0].serial_number, first[0].serial_number)
            ca.s("certificate", "verify", "leaf.crt", "--roots", self.root)
        # A client that shows its leaf alone is known too.
        lines = ca.file("leaf.crt").read_text().split("-----END CERTIFICATE-----\n")
        ca.file("alone.crt").write_text(lines[0] + "-----END CERTIFICATE-----\n")
        context = ssl.create_default_context(cafile=self.root)
        context.load_cert_chain(ca.file("alone.crt"), ca.file("leaf.key"))
        import urllib.request
        request = urllib.request.Request(f"https://localhost:{self.port}/renew", data=b"", method="POST")
        with urllib.request.urlopen(request, context=context, timeout=120) as answer:
            body = json.load(answer)
        self.assertEqual(len(body["certChain"]), 1 + len(above))
        ca.s("ca", "roots", "roots.pem", *self.url)
        self.assertEqual(self.bundle(ca.file("roots.pem")), self.bundle(self.root))
        ca.s("ca", "revoke", "--cert", "leaf.crt", "--key", "leaf.key", *self.url)
        self.assertNotEqual(ca.s("ca", "renew", "leaf.crt", "leaf.key", "--force", *self.url, check=False).returncode, 0)
        self.assertEqual(server.stop(), 0)

    def test_every_mix_of_keys_lives_a_whole_life(self):
        for kinds in MIXES:
            with self.subTest(" > ".join(kinds)):
                self.run_life(kinds)

    def test_an_encrypted_key_of_another_tool_opens_with_the_password_file(self):
        self.run_life(("P-256", "P-256", "P-256"), encrypted=True)


if __name__ == "__main__":
    unittest.main()
