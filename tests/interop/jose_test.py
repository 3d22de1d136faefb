"""step crypto jwe, jws, jwt and jwk against Python's jwcrypto: what one makes, the other opens."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_STEP  # noqa: E402

try:
    from jwcrypto import jwe, jwk, jws
except ImportError:
    jwk = None
    print("SKIP: python3-jwcrypto is not installed", file=sys.stderr)

RSA = ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256"]
EC = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"]
WRAP = {"A128KW": 16, "A192KW": 24, "A256KW": 32, "A128GCMKW": 16, "A192GCMKW": 24, "A256GCMKW": 32}
DIRECT = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}
PLAIN = b"attack at dawn \x00\xff"


@unittest.skipIf(jwk is None, "python3-jwcrypto is not installed")
class Jose(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)

    def step(self, *words, stdin=b""):
        done = subprocess.run([OURS_STEP, "crypto", *words], cwd=self.work, input=stdin, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.work)}, start_new_session=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""), words)
        return done.stdout

    def key(self, **kind):
        """A key in jwcrypto, and as key.json and key.pub.json for us."""
        made = jwk.JWK.generate(**kind)
        (self.work / "key.json").write_text(made.export())
        public = made.export() if kind["kty"] == "oct" else made.export_public()
        (self.work / "key.pub.json").write_text(public)
        return made

    def both_ways(self, key, alg, enc):
        ours = self.step("jwe", "encrypt", "--key", "key.pub.json", "--alg", alg, "--enc", enc, stdin=PLAIN)
        opened = jwe.JWE(algs=[alg, enc])
        opened.deserialize(ours.decode(), key)
        self.assertEqual(opened.payload, PLAIN, (alg, enc))
        theirs = jwe.JWE(PLAIN, json.dumps({"alg": alg, "enc": enc}), algs=[alg, enc])
        theirs.add_recipient(key if key["kty"] == "oct" else jwk.JWK.from_json(key.export_public()))
        for text in (theirs.serialize(), theirs.serialize(compact=True)):
            self.assertEqual(self.step("jwe", "decrypt", "--key", "key.json", stdin=text.encode()), PLAIN, (alg, enc))

    def test_encryption_to_rsa_keys(self):
        key = self.key(kty="RSA", size=2048)
        for alg in RSA:
            for enc in DIRECT:
                self.both_ways(key, alg, enc)

    def test_encryption_to_elliptic_curves(self):
        for curve in ("P-256", "P-384", "P-521"):
            key = self.key(kty="EC", crv=curve)
            for alg in EC:
                self.both_ways(key, alg, "A256GCM")
        for enc in DIRECT:
            self.both_ways(key, "ECDH-ES", enc)

    def test_encryption_with_symmetric_keys(self):
        for alg, size in WRAP.items():
            self.both_ways(self.key(kty="oct", size=size * 8), alg, "A128CBC-HS256")
        for enc, size in DIRECT.items():
            self.both_ways(self.key(kty="oct", size=size * 8), "dir", enc)

    def test_messages_made_with_a_password(self):
        (self.work / "password").write_text("correct horse\n")
        key = jwk.JWK.from_password("correct horse")
        for alg in ("PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"):
            theirs = jwe.JWE(PLAIN, json.dumps({"alg": alg, "enc": "A192CBC-HS384"}), algs=[alg, "A192CBC-HS384"])
            theirs.add_recipient(key)
            self.assertEqual(self.step("jwe", "decrypt", "--password-file", "password",
                                       stdin=theirs.serialize().encode()), PLAIN)

    def test_signatures(self):
        kinds = {**{f"{x}S{n}": {"kty": "RSA", "size": 2048} for x in "RP" for n in (256, 384, 512)},
                 "ES256": {"kty": "EC", "crv": "P-256"}, "ES384": {"kty": "EC", "crv": "P-384"},
                 "ES512": {"kty": "EC", "crv": "P-521"}, "EdDSA": {"kty": "OKP", "crv": "Ed25519"},
                 **{f"HS{n}": {"kty": "oct", "size": 512} for n in (256, 384, 512)}}
        for alg, kind in kinds.items():
            key = self.key(**kind)
            ours = self.step("jws", "sign", "--key", "key.json", "--alg", alg, stdin=PLAIN).decode().strip()
            checked = jws.JWS()
            checked.allowed_algs = [alg]
            checked.deserialize(ours)
            checked.verify(key)
            self.assertEqual(checked.payload, PLAIN, alg)
            theirs = jws.JWS(PLAIN)
            theirs.allowed_algs = [alg]
            theirs.add_signature(key, alg, json.dumps({"alg": alg}))
            for text in (theirs.serialize(compact=True), theirs.serialize()):
                self.assertEqual(self.step("jws", "verify", "--key", "key.pub.json", "--alg", alg,
                                           stdin=text.encode()), PLAIN, alg)
            as_json = self.step("jose", "format", stdin=ours.encode())
            self.assertEqual(self.step("jose", "format", stdin=as_json).decode().strip(), ours)


if __name__ == "__main__":
    unittest.main()
