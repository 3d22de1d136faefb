"""step crypto otp against oathtool, and its QR codes against zbarimg."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_STEP, tool  # noqa: E402


class Otp(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)

    def step(self, *words, stdin=""):
        return subprocess.run([OURS_STEP, "crypto", "otp", *words], cwd=self.work, input=stdin, capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.work)}, start_new_session=True, check=False)

    def generate(self, *flags):
        done = self.step("generate", "--issuer", "example.com", "--account", "mike@example.com", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def verify(self, password, *flags):
        done = self.step("verify", *flags, stdin=password)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_passwords_of_oathtool_are_right(self):
        oathtool = tool("oathtool")
        for alg in ("SHA1", "SHA256", "SHA512"):
            for digits, period in ((6, 30), (8, 60), (7, 17)):
                secret = self.generate("--alg", alg, "--secret-size", "37")
                (self.work / "secret").write_text(secret)
                password = subprocess.run(
                    [oathtool, f"--totp={alg}", "--base32", "-d", str(digits), "-s", f"{period}s", "-N", "2031-05-06 07:08:09 UTC",
                     secret.strip()], capture_output=True, text=True, check=True).stdout
                rules = ["--secret", "secret", "--alg", alg, "--digits", str(digits), "--period", str(period)]
                self.assertEqual(self.verify(password, *rules, "--time", "2031-05-06T07:08:09Z"), (0, "ok\n"))
                self.assertEqual(self.verify(password, *rules, "--time", "2031-05-06T08:08:09Z"), (1, "fail\n"))

    def test_the_uri_says_what_the_flags_said(self):
        oathtool = tool("oathtool")
        uri = self.generate("--url", "--alg", "sha256", "--length", "8", "--period", "60")
        (self.work / "uri").write_text(uri)
        parts = urllib.parse.urlsplit(uri.strip())
        query = dict(urllib.parse.parse_qsl(parts.query))
        self.assertEqual((parts.scheme, parts.netloc, parts.path), ("otpauth", "totp", "/example.com:mike@example.com"))
        secret = query.pop("secret")
        self.assertEqual(query, {"algorithm": "SHA256", "digits": "8", "issuer": "example.com", "period": "60"})
        password = subprocess.run([oathtool, "--totp=SHA256", "--base32", "-d", "8", "-s", "60s", secret],
                                  capture_output=True, text=True, check=True).stdout
        self.assertEqual(self.verify(password, "uri", "--skew", "1"), (0, "ok\n"))

    def test_a_scanner_reads_the_picture(self):
        zbarimg = tool("zbarimg")
        for size in ("10", "20", "64", "300", "600"):
            uri = self.generate("--url", "--qr", "code.png", "--secret-size", size, "--force")
            read = subprocess.run([zbarimg, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", "code.png"], cwd=self.work, capture_output=True, text=True, check=False)
            self.assertEqual(read.stdout, uri, size)
        picture = self.work / "code.png"
        self.assertEqual(picture.stat().st_mode & 0o777, 0o644)
        self.assertEqual(picture.read_bytes()[16:24], (200).to_bytes(4, "big") * 2)

    def test_misuse_names_the_flag_and_writes_nothing(self):
        both = ["--issuer", "i", "--account", "a"]
        for words, error in (
                (["generate", "--account", "a"], "'step crypto otp generate' requires the '--issuer' flag"),
                (["generate", "--issuer", "a"], "'step crypto otp generate' requires the '--account' flag"),
                (["generate", *both, "--alg", "md5"], "invalid value 'md5' for flag '--alg'; options are SHA1, SHA256, or SHA512"),
                (["generate", *both, "--length", "11"], "invalid value '11' for flag '--length'; value must be in range 1-10"),
                (["generate", *both, "--period", "-1"], "invalid value '-1' for flag '--period'"),
                (["generate", *both, "--secret-size", "1025"], "invalid value '1025' for flag '--secret-size'"),
                (["generate", *both, "more"], "too many positional arguments were provided in 'step crypto otp generate "),
                (["generate", *both, "--qr", "no/such/code.png"], "no such file or directory"),
                (["generate", "--issuer", "i", "--account", "x" * 3000, "--qr", "f"], "the text is too long for a QR code"),
                (["verify"], "'step crypto otp verify' requires the '--secret' flag"),
                (["verify", "one", "two"], "too many positional arguments"),
                (["verify", "--secret", "."], "is a directory"),
                (["verify", "--secret", "empty"], "error while validating TOTP: Input length unexpected")):
            (self.work / "empty").write_text("")
            done = self.step(*words, stdin="1")
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), (words, done.stderr))
            self.assertIn(error, done.stderr)
            self.assertEqual([path.name for path in self.work.iterdir()], ["empty"])

    def test_secrets_are_different_each_time(self):
        secrets = {self.generate() for _ in range(5)}
        self.assertEqual(len(secrets), 5)
        for secret in secrets:
            self.assertTrue(re.fullmatch("[A-Z2-7]{32}\n", secret))


if __name__ == "__main__":
    unittest.main()
