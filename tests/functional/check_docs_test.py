"""tools/check_docs.py passes for what we build and fails when a manual, a flag or a route is missing."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import OURS_STEP, ROOT  # noqa: E402


class CheckDocs(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        wanted = [*ROOT.glob("src/**/*.md"), *ROOT.glob("src/**/routes*.cc"), ROOT / "docs/api.md", ROOT / "docs/compat.md",
                  *ROOT.glob("tests/data/*/different.json")]
        for path in wanted:
            copy = self.tree / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)

    def check(self):
        done = subprocess.run([sys.executable, ROOT / "tools/check_docs.py", OURS_STEP], cwd=self.tree,
                              capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_it_says_how_it_is_called(self):
        done = subprocess.run([sys.executable, ROOT / "tools/check_docs.py"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "usage: check_docs.py STEP_BINARY\n"))

    def change(self, name, old, new):
        path = self.tree / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def test_what_we_build_is_described(self):
        code, out = self.check()
        self.assertEqual(code, 0, out)
        commands, routes = map(int, re.fullmatch(r"documentation ok: (\d+) commands, (\d+) routes\n", out).groups())
        tables = "".join((ROOT / name).read_text() for name in ("src/api/routes.cc", "src/acme/api/routes.cc"))
        self.assertEqual(routes, len(re.findall(r'\{"[A-Z]+", "/', tables)))
        entries = re.findall(r'^ *\{"[a-z0-9 -]+", [a-z_0-9]+\},$', (ROOT / "src/commands/table.cc").read_text(), re.M)
        self.assertEqual(commands, len(entries))

    def test_a_flag_that_only_the_text_names_is_missing(self):
        self.change("src/commands/ca/token.md", "\n**--not-after**", "\nSee **--not-after**")
        self.assertEqual(self.check(), (1, "src/commands/ca/token.md: flag --not-after is not described\n"))

    def test_a_manual_without_command_and_a_command_without_manual(self):
        (self.tree / "src/commands/ca/health.md").rename(self.tree / "src/commands/ca/wealth.md")
        self.assertEqual(self.check(), (1, "step ca health: there is no src/commands/ca/health.md\n"
                                           "src/commands/ca/wealth.md: no command has this manual\n"))

    def test_a_route_that_is_the_beginning_of_another_is_missing(self):
        self.change("docs/api.md", "`GET /roots`", "`GET /rootz`")
        self.assertEqual(self.check(), (1, "docs/api.md: nothing about `GET /roots`\n"
                                           "docs/api.md: there is no route `GET /rootz`\n"))

    def test_a_row_of_differences_is_whole_and_stands_once(self):
        text = (self.tree / "docs/compat.md").read_text()
        row = next(line for line in text.splitlines() if line.startswith("| rekey | "))
        self.change("docs/compat.md", row, f"{row}\n{row}\n| rekey | takes none |  | |")
        self.assertEqual(self.check(), (1, f"docs/compat.md: stands twice: {row[:100]}\n"
                                           "docs/compat.md: not four filled columns: | rekey | takes none |  | |\n"))

    def test_what_recorded_cases_call_different_has_a_row(self):
        self.change("docs/compat.md", "a switch takes no word", "a switch takes words")
        code, out = self.check()
        self.assertEqual(code, 1)
        self.assertIn("tests/data/cli/different.json: no row of docs/compat.md says: a switch takes no word\n", out)

    def test_each_security_fix_has_its_test(self):
        rows = [line.split("|") for line in (ROOT / "docs/security-tests.md").read_text().splitlines() if line.startswith("| ")][1:]
        wanted = {name for row in rows for name in re.findall("`(.*?)`", row[3])}
        sources = "".join(path.read_text() for folder in ("src", "tests/service") for path in (ROOT / folder).rglob("*_test.cc"))
        cases = {name for name in re.findall(r'TEST_CASE\(\s*"((?:[^"\\]|\\.)*)"', re.sub(r'"\s*\n\s*"', "", sources))}
        self.assertGreater(len(wanted), 40)
        self.assertEqual(wanted - {name.replace('\\"', '"') for name in cases}, set())


if __name__ == "__main__":
    unittest.main()
