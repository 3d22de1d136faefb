"""Every command of tests/data/inspect/*/commands.json (recorded from the original, v0.30.3) against our step: certificates,
requests and revocation lists shown, fingerprinted and taken apart. Exit code, stdout and stderr, byte for byte; JSON as JSON,
without the order of "names", which is random there.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_STEP, tool  # noqa: E402

DATA = ROOT / "tests/data/inspect"
# Rows of docs/compat.md.
DIFFERENT = {("private-key", "certificate key"): "prints a private key that it is given",
             ("crl-without-number", "crl inspect"): "a list without a number crashes"}
# Valid on the day of the recording only; x509's unit test shows it as of then.
OVER = ("crl-from-step-ca", "--ca issuer.pem")


def comparable(text):
    """What JSON says, names sorted; other text as it is."""
    if not text.startswith(("{", "[")):
        return text
    value = json.loads(text)
    for one in value if isinstance(value, list) else [value]:
        one.get("names", []).sort()
    return value


class Recorded(unittest.TestCase):
    maxDiff = None

    def run_case(self, case, folder, work):
        words = [word.replace("$WORK/insp/", "") for word in case["argv"][1:]]
        given = {"input": (work / "input.pem").read_bytes()} if "-" in words else {"stdin": subprocess.DEVNULL}
        done = subprocess.run([OURS_STEP, *words], cwd=work, env={"HOME": str(work), "PATH": "/usr/bin:/bin"}, capture_output=True,
                              start_new_session=True, timeout=120, **given)
        want = (folder / case["stdoutFile"]).read_text() if "stdoutFile" in case else case["stdout"]
        out = done.stdout.decode(errors="surrogateescape")
        return (done.returncode, comparable(out), done.stderr.decode()), (case["exit"], comparable(want), case["stderr"])

    def test_each_command(self):
        count = different = 0
        for folder in sorted(DATA.iterdir()):
            with tempfile.TemporaryDirectory(prefix="step-test-") as top:
                work = pathlib.Path(top)
                for file in folder.iterdir():
                    shutil.copy(file, work)
                shutil.copy(DATA / "step-root-ca/input.pem", work / "unrelated.pem")
                kind = "crl" if folder.name.startswith("crl") else "req" if folder.name.startswith("csr") else "x509"
                subprocess.run([tool("openssl"), kind, "-in", "input.pem", "-outform", "DER", "-out", "in.der"], cwd=work, capture_output=True)
                for case in json.loads((folder / "commands.json").read_text())["commands"]:
                    words = " ".join(case["argv"])
                    if folder.name == OVER[0] and OVER[1] in words:
                        continue
                    ours, theirs = self.run_case(case, folder, work)
                    with self.subTest(f"{folder.name}: {words}"):
                        count += 1
                        if (folder.name, " ".join(case["argv"][1:3])) in DIFFERENT and ours != theirs:
                            different += 1
                        else:
                            self.assertEqual(ours, theirs)
        print(f"{count} commands, {different} different on purpose")
        self.assertGreater(count, 600)
        self.assertLess(different, 12)


if __name__ == "__main__":
    unittest.main()
