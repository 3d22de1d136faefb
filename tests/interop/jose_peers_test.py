"""step crypto jws, jwe and jwk against Node's `jose` and Go's go-jose: what one makes, the other opens.

tests/interop/peers has the programs that do with each library what this test asks; ./dev peers installs them.
"""
import base64
import json
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import Home, peer, tool  # noqa: E402

PLAIN = "attack at dawn \x00\u00e9\n"
PASSWORD = "correct horse"
FORMS = ("compact", "flattened", "general")
DIRECT = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}
WRAP = {"A128KW": 16, "A192KW": 24, "A256KW": 32, "A128GCMKW": 16, "A192GCMKW": 24, "A256GCMKW": 32}
TO_CURVES = ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW")
CURVES = ("P-256", "P-384", "P-521")
SIGN = {**{f"{x}S{n}": ["--kty", "RSA"] for x in "RP" for n in (256, 384, 512)},
        **{f"ES{n}": ["--kty", "EC", "--crv", curve] for n, curve in zip((256, 384, 512), CURVES)},
        "EdDSA": ["--kty", "OKP", "--crv", "Ed25519"],
        **{f"HS{n}": ["--kty", "oct", "--size", "64"] for n in (256, 384, 512)}}


class Peer:
    """A program of tests/interop/peers: one JSON object in, one out."""

    def __init__(self, *argv):
        self.process = subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, op, **ask):
        if "payload" in ask:
            ask["payload"] = base64.b64encode(ask["payload"].encode()).decode()
        self.process.stdin.write(json.dumps({"op": op, **ask}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise AssertionError(f"{op} {ask.get('alg')} {ask.get('enc', '')} {ask.get('form', '')}: {answer['error']}")
        return base64.b64decode(answer["payload"]).decode() if "payload" in answer else answer.get("text", answer.get("value"))

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=120)
        self.process.stdout.close()


class Both:
    """The tests; a class below says with which peer."""

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)
        self.peer = self.start()
        self.addCleanup(self.peer.close)
        self.home.file("word").write_text(PASSWORD + "\n")

    def step(self, *words, **options):
        return self.home.s("crypto", *words, **options).stdout

    def key(self, *kind):
        """A key made by us, as pub.json and key.json, and as both values."""
        self.step("jwk", "create", "pub.json", "key.json", *kind, "--no-password", "--insecure", "--force")
        return [json.loads(self.home.file(name).read_text()) for name in ("pub.json", "key.json")]

    def symmetric(self, size, alg):
        return self.key("--kty", "oct", "--size", size, "--use", "enc", "--alg", alg)

    def for_alg(self, alg):
        """The key made last, as one for this algorithm."""
        values = []
        for name in ("pub.json", "key.json"):
            values.append({**json.loads(self.home.file(name).read_text()), "alg": alg})
            self.home.file(name).write_text(json.dumps(values[-1]))
        return values

    def both_ways(self, public, private, alg, enc, forms=FORMS):
        ours = self.step("jwe", "encrypt", "--key", "pub.json", "--alg", alg, "--enc", enc, input=PLAIN)
        for text in (ours.strip(), self.step("jose", "format", input=ours).strip()):
            self.assertEqual(self.peer("decrypt", alg=alg, enc=enc, key=private, text=text), PLAIN, (alg, enc))
        for form in forms:
            theirs = self.peer("encrypt", alg=alg, enc=enc, key=public, payload=PLAIN, form=form)
            self.assertEqual(self.step("jwe", "decrypt", "--key", "key.json", input=theirs), PLAIN, (alg, enc, form))

    def test_signatures_of_every_algorithm(self):
        for alg, kind in SIGN.items():
            public, private = self.key(*kind, "--alg", alg)
            ours = self.step("jws", "sign", "--key", "key.json", "--alg", alg, input=PLAIN).strip()
            for text in (ours, self.step("jose", "format", input=ours).strip()):
                self.assertEqual(self.peer("verify", alg=alg, key=public, text=text), PLAIN, alg)
            for form in FORMS:
                theirs = self.peer("sign", alg=alg, key=private, payload=PLAIN, form=form)
                self.assertEqual(self.step("jws", "verify", "--key", "pub.json", "--alg", alg, input=theirs), PLAIN, (alg, form))
            changed = json.loads(self.peer("sign", alg=alg, key=private, payload=PLAIN, form="flattened"))
            changed["payload"] = changed["payload"][:-2] + "AA"
            refused = self.home.s("crypto", "jws", "verify", "--key", "pub.json", "--alg", alg, input=json.dumps(changed), check=False)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""), alg)

    def test_encryption_to_rsa_keys(self):
        self.key("--kty", "RSA", "--use", "enc", "--alg", "RSA-OAEP")
        for alg in self.RSA:
            for enc in DIRECT:
                self.both_ways(*self.for_alg(alg), alg, enc, FORMS if enc == "A128GCM" else ("compact",))

    def test_encryption_to_elliptic_curves(self):
        for curve in CURVES:
            self.key("--kty", "EC", "--crv", curve, "--use", "enc")
            for alg in TO_CURVES:
                for enc in DIRECT if curve == "P-256" else ("A256GCM", "A256CBC-HS512"):
                    self.both_ways(*self.for_alg(alg), alg, enc, FORMS if enc == "A256GCM" else ("compact",))

    def test_encryption_with_symmetric_keys(self):
        for alg, size in WRAP.items():
            _, key = self.symmetric(size, alg)
            for enc in DIRECT:
                self.both_ways(key, key, alg, enc, FORMS if enc == "A256GCM" else ("compact",))
        for enc, size in DIRECT.items():
            _, key = self.symmetric(size, "dir")
            self.both_ways(key, key, "dir", enc, ("compact", "flattened"))

    def test_messages_made_with_a_password(self):
        for alg in ("PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"):
            for enc in DIRECT:
                theirs = self.peer("encrypt", alg=alg, enc=enc, password=PASSWORD, payload=PLAIN, form="compact")
                self.assertEqual(self.step("jwe", "decrypt", "--password-file", "word", input=theirs), PLAIN, (alg, enc))

    def test_encrypted_keys(self):
        for kind in (["--kty", "EC"], ["--kty", "RSA"], ["--kty", "OKP"], ["--kty", "oct"]):
            self.step("jwk", "create", "pub.json", "enc.json", *kind, "--password-file", "word", "--force")
            header = json.loads(base64.urlsafe_b64decode(json.loads(self.home.file("enc.json").read_text())["protected"] + "=="))
            private = self.peer("decrypt", alg=header["alg"], enc=header["enc"], password=PASSWORD, text=self.home.file("enc.json").read_text())
            public = json.loads(self.home.file("pub.json").read_text())
            self.assertEqual({**json.loads(private), **public}, json.loads(private), kind)
            for alg in ("PBES2-HS256+A128KW", "PBES2-HS512+A256KW"):
                theirs = self.peer("encrypt", alg=alg, enc="A256CBC-HS512", password=PASSWORD, payload=private, form="flattened")
                self.home.file("theirs.json").write_text(theirs)
                token = self.step("jws", "sign", "--key", "theirs.json", "--password-file", "word", input=PLAIN)
                self.assertEqual(self.step("jws", "verify", "--key", "pub.json", "--alg", public["alg"], input=token), PLAIN, kind)

    def test_thumbprints(self):
        for kind in (["--kty", "EC"], ["--kty", "EC", "--crv", "P-521"], ["--kty", "RSA"], ["--kty", "OKP"], *self.SYMMETRIC):
            public, _ = self.key(*kind)
            self.assertEqual(self.step("jwk", "thumbprint", input=json.dumps(public)).strip(), self.peer("thumbprint", key=public), kind)


class Node(Both, unittest.TestCase):
    SYMMETRIC = (["--kty", "oct"],)
    RSA = ("RSA-OAEP", "RSA-OAEP-256")  # OpenSSL in Node may refuse RSA1_5; go-jose and jwcrypto have it.

    def start(self):
        return Peer(tool("node"), ROOT / "tests/interop/peers/node_jose.js", peer("node-jose-5.10.0"))


class Go(Both, unittest.TestCase):
    SYMMETRIC = ()  # It makes no thumbprint of them.
    RSA = ("RSA1_5", "RSA-OAEP", "RSA-OAEP-256")

    def start(self):
        return Peer(peer("go-jose-v4.1.4"))


if __name__ == "__main__":
    unittest.main()
