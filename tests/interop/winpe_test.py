"""step crypto winpe extract on what osslsigncode signs now, and on files that are not signed or no executables."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_STEP, tool  # noqa: E402

DATA = ROOT / "tests/data/x509/authenticode"


class WinPe(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)

    def step(self, *words, **options):
        return subprocess.run([OURS_STEP, *words], cwd=self.work, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.work)}, check=False, **options)

    def test_freshly_signed(self):
        sign, openssl = tool("osslsigncode"), tool("openssl")
        subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem",
                        "-subj", "/CN=Publisher", "-addext", "extendedKeyUsage=codeSigning"],
                       cwd=self.work, check=True, capture_output=True)
        subprocess.run([sign, "sign", "-certs", "c.pem", "-key", "k.pem", "-h", "sha256", "-in", DATA / "plain64.exe",
                        "-out", "signed.exe"], cwd=self.work, check=True, capture_output=True)
        done = self.step("crypto", "winpe", "extract", "./signed.exe")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, (self.work / "c.pem").read_text())

    def test_output_goes_into_inspect(self):
        pem = self.step("crypto", "winpe", "extract", str(DATA / "signed32.exe")).stdout
        (self.work / "c.pem").write_text(pem)
        shown = self.step("certificate", "inspect", "--short", "--bundle", "c.pem")
        self.assertIn("Publisher", shown.stdout)
        self.assertIn("Code CA", shown.stdout)

    def test_misuse(self):
        (self.work / "empty").write_text("")
        (self.work / "text").write_text("hello, world\n" * 100)
        usage = "in 'step crypto winpe extract <file>'"
        for words, error in ((["nothing"], "error opening nothing: open nothing: no such file or directory\n"),
                             (["empty"], "Unable to open the PE file: "),
                             (["text"], "Unable to open the PE file: "),
                             (["."], "is a directory"),
                             ([str(DATA / "plain64.exe")], "Error parsing the executable's headers: No Certificate Table found\n"),
                             ([], f"not enough positional arguments were provided {usage}"),
                             (["a", "b"], f"too many positional arguments were provided {usage}")):
            done = self.step("crypto", "winpe", "extract", *words)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
            self.assertIn(error, done.stderr)


if __name__ == "__main__":
    unittest.main()
