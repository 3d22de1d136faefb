"""step crypto nacl against PyNaCl (libsodium through Python): what one makes, the other opens."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_STEP  # noqa: E402

try:
    import nacl.exceptions
    import nacl.public
    import nacl.secret
    import nacl.signing
except ImportError:
    nacl = None
    print("SKIP: python3-nacl is not installed", file=sys.stderr)

PLAIN = b"attack at dawn \x00\xff\n"
NONCE = b"n" * 24


@unittest.skipIf(nacl is None, "python3-nacl is not installed")
class Nacl(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)

    def run_step(self, *words, stdin=b"x"):
        return subprocess.run([OURS_STEP, "crypto", "nacl", *words], cwd=self.work, input=stdin, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.work)}, start_new_session=True, check=False)

    def step(self, *words, stdin=b"x"):
        done = self.run_step(*words, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def read(self, name):
        return (self.work / name).read_bytes()

    def test_boxes(self):
        self.step("box", "keypair", "ours.pub", "ours.key")
        theirs = nacl.public.PrivateKey.generate()
        (self.work / "theirs.pub").write_bytes(bytes(theirs.public_key))
        box = nacl.public.Box(theirs, nacl.public.PublicKey(self.read("ours.pub")))
        sealed = self.step("box", "seal", "--raw", NONCE.decode(), "theirs.pub", "ours.key", stdin=PLAIN)
        self.assertEqual(box.decrypt(sealed, NONCE), PLAIN)
        answer = box.encrypt(PLAIN, NONCE).ciphertext
        self.assertEqual(self.step("box", "open", "--raw", NONCE.decode(), "theirs.pub", "ours.key", stdin=answer), PLAIN)
        changed = bytes([answer[0] ^ 1]) + answer[1:]
        done = self.run_step("box", "open", "--raw", NONCE.decode(), "theirs.pub", "ours.key", stdin=changed)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr, b"error authenticating or decrypting input\n")

    def test_secret_boxes(self):
        (self.work / "key").write_bytes(b"k" * 32)
        box = nacl.secret.SecretBox(b"k" * 32)
        sealed = self.step("secretbox", "seal", "--raw", NONCE.decode(), "key", stdin=PLAIN)
        self.assertEqual(box.decrypt(sealed, NONCE), PLAIN)
        self.assertEqual(self.step("secretbox", "open", "--raw", NONCE.decode(), "key",
                                   stdin=box.encrypt(PLAIN, NONCE).ciphertext), PLAIN)

    def test_signatures(self):
        self.step("sign", "keypair", "ours.pub", "ours.key")
        signed = self.step("sign", "sign", "--raw", "ours.key", stdin=PLAIN)
        self.assertEqual(nacl.signing.VerifyKey(self.read("ours.pub")).verify(signed), PLAIN)
        theirs = nacl.signing.SigningKey.generate()
        (self.work / "theirs.pub").write_bytes(bytes(theirs.verify_key))
        self.assertEqual(self.step("sign", "open", "--raw", "theirs.pub", stdin=bytes(theirs.sign(PLAIN))), PLAIN)

    def test_key_files(self):
        for kind, private_size in (("box", 32), ("sign", 64)):
            self.step(kind, "keypair", "k.pub", "k.key", "--force")
            self.assertEqual((len(self.read("k.pub")), len(self.read("k.key"))), (32, private_size))
            for name in ("k.pub", "k.key"):
                self.assertEqual((self.work / name).stat().st_mode & 0o777, 0o600)
            before = self.read("k.key")
            done = self.run_step(kind, "keypair", "k.pub", "k.key")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"/dev/tty", done.stderr)
            self.assertEqual(self.read("k.key"), before)
            done = self.run_step(kind, "keypair", "same", "same")
            self.assertIn(b"positional arguments <<pub-file>> and <<priv-file>> cannot be equal in", done.stderr)


if __name__ == "__main__":
    unittest.main()
