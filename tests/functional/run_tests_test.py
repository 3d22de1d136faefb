"""What tools/run_tests.py and .ci/run say at their end: what failed, then the line that counts."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COUNTED = "{} passed, {} failed, {} skipped"

TESTS = """
add_test(good sh -c "echo fine")
add_test(bad sh -c "seq 1 100; exit 3")
add_test(cases sh -c "echo 'FAIL: test_rule (x.Rules)'; echo 'Ran 9 tests in 1s'; echo; echo 'FAILED (failures=2, skipped=1)'; exit 1")
add_test(absent /nowhere/program)
"""

DEV = """#!/usr/bin/env bash
case "$*" in
peers) echo "peers are there" ;;
lint)
    echo "layers       layers ok: 18 modules"
    printf '%-12s FAILED\n' bans
    echo "src/x.cc:1: getenv"
    echo "headers      header cost ok: 100 headers"
    exit 1 ;;
test)
    seq 1 1000
    echo "==> failed tests"
    echo "one (3 s)"
    seq 1 300
    echo "5 passed, 1 failed, 2 skipped"
    exit 8 ;;
*) echo "src/y.cc:2: error: no such thing"; exit 1 ;;
esac
"""


class Summary(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)

    def lines(self, *argv, code):
        done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=120)
        self.assertNotEqual(done.returncode, 0) if code else self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout.splitlines()

    def ctest(self, text, code):
        (self.work / "CTestTestfile.cmake").write_text(text)
        return self.lines(sys.executable, ROOT / "tools/run_tests.py", self.work, code=code)

    def test_what_failed_stands_before_the_line_that_counts(self):
        out = self.ctest(TESTS, code=True)
        self.assertEqual(out[-1], COUNTED.format(7, 4, 1))
        said = out[out.index("==> failed tests"):]
        self.assertRegex(said[1], r"^bad \(\S+ s\)$")
        self.assertIn("    test_rule (x.Rules)", said)
        self.assertIn("--- bad: the last 40 lines of 100", said)
        self.assertIn("61", said)
        self.assertNotIn("60", said)
        self.assertIn("Unable to find executable: /nowhere/program", said)
        self.assertLessEqual(len(said), 151)

    def test_many_failures_share_the_space(self):
        out = self.ctest("".join(f'add_test(t{n} sh -c "seq 1 50; exit 1")\n' for n in range(20)), code=True)
        said = out[out.index("==> failed tests"):]
        self.assertLessEqual(len(said), 151)
        self.assertEqual(sum(line.startswith("--- t") for line in said), 20)

    def test_nothing_is_said_where_nothing_failed(self):
        out = self.ctest('add_test(good sh -c "echo fine")\n', code=False)
        self.assertEqual(out[-1], COUNTED.format(1, 0, 0))
        self.assertNotIn("==> failed tests", out)

    def test_ci_tells_each_failed_stage_at_its_end(self):
        (self.work / ".ci").mkdir()
        shutil.copy(ROOT / ".ci/run", self.work / ".ci/run")
        (self.work / "dev").write_text(DEV)
        (self.work / "dev").chmod(0o755)
        out = self.lines("bash", self.work / ".ci/run", code=True)
        self.assertEqual(out[-1], COUNTED.format(5, 3, 2))
        said = out[out.index("==> FAILED: lint (exit 1)"):]
        self.assertEqual(said[1:5], ["bans         FAILED", "src/x.cc:1: getenv", "==> FAILED: test (exit 8)", "one (3 s)"])
        self.assertEqual(said[-3:-1], ["==> FAILED: asan (exit 1)", "src/y.cc:2: error: no such thing"])
        self.assertLessEqual(len(said), 151)


if __name__ == "__main__":
    unittest.main()
