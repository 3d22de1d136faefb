"""`step help` in its other forms: web pages whose links hold, Markdown, pages that man(1) takes without a warning, HTTP."""
import html.parser
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import PATIENCE, OURS_STEP, free_port  # noqa: E402


def step(*words, **options):
    return subprocess.run([OURS_STEP, *words], capture_output=True, text=True, timeout=PATIENCE, check=False, **options)


class Links(html.parser.HTMLParser):
    VOID = {"meta", "link", "br"}

    def __init__(self):
        super().__init__()
        self.links, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class Help(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="step-test-")
        cls.path = pathlib.Path(cls.folder.name)
        done = step("help", "--html", str(cls.path / "html"), "--report", "--markdown", str(cls.path / "md"),
                    "--man", str(cls.path / "man"))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        cls.commands = [row.partition("\t")[0] for row in step("help", "--dump").stdout.splitlines()]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_command_and_group_has_its_page_in_every_form(self):
        paths = {""} | {" ".join(words[:n]) for words in map(str.split, self.commands) for n in range(1, len(words) + 1)}
        for path in paths:
            folder = path.replace(" ", "/")
            self.assertTrue((self.path / "html" / folder / "index.html").is_file(), path)
            self.assertTrue((self.path / "md" / folder / "README.mdx").is_file(), path)
            self.assertTrue((self.path / "man/man1" / f"{'-'.join(['step', *path.split()])}.1").is_file(), path)
        self.assertEqual(len(list(self.path.glob("man/man1/*"))), len(paths))

    def test_web_pages_are_well_formed_and_link_to_pages(self):
        for page in self.path.glob("html/**/index.html"):
            reader = Links()
            reader.feed(page.read_text())
            self.assertEqual(reader.open, [], page)
            for link in reader.links:
                self.assertTrue((page.parent / link).is_file(), f"{page}: {link}")

    def test_every_page_can_be_reached_from_the_first(self):
        seen, queue = set(), [(self.path / "html/index.html").resolve()]
        while queue:
            page = queue.pop()
            if page in seen or page.suffix != ".html":
                continue
            seen.add(page)
            reader = Links()
            reader.feed(page.read_text())
            queue += [(page.parent / link).resolve() for link in reader.links]
        self.assertEqual(seen, {page.resolve() for page in self.path.glob("html/**/*.html")})

    def test_man_takes_the_pages_without_a_warning(self):
        if not shutil.which("man") or not shutil.which("groff"):
            self.skipTest("man and groff are not installed")
        for name in ("step", "step-ca", "step-ca-certificate", "step-certificate-lint", "step-crypto-otp-generate"):
            done = subprocess.run(["man", "-l", "--warnings", "-P", "cat", self.path / f"man/man1/{name}.1"], capture_output=True,
                                  text=True, check=True, env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
            self.assertEqual(done.stderr, "", name)
            self.assertIn("EXIT CODES" if name.count("-") > 1 else "COMMANDS", done.stdout)

    def test_markdown_has_front_matter_and_report_its_shape(self):
        page = (self.path / "md/crypto/otp/README.mdx").read_text()
        self.assertTrue(page.startswith("---\nlayout: auto-doc\ncategory: reference\ntitle: step crypto otp\nmenu:\n  docs:\n"
                                        "    parent: step crypto\n    children:\n      - generate\n      - verify\n---\n"))
        report = json.loads((self.path / "html/report.json").read_text())["report"]
        self.assertEqual({row["command"] for row in report} >= {"step " + path for path in self.commands}, True)
        for row in report:
            self.assertEqual(list(row), ["command", "name", "text", "words", "lines", "sections"])

    def test_pages_are_served(self):
        port = free_port()
        server = subprocess.Popen([OURS_STEP, "help", "--http", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(server.stdout.readline(), f"Serving HTTP on 127.0.0.1:{port} ...\n")
            base = f"http://127.0.0.1:{port}"
            for path in ("/", "/index.html", "/certificate/lint/", "/certificate/lint"):
                with urllib.request.urlopen(base + path, timeout=PATIENCE) as answer:
                    self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
                    self.assertIn(b"<h2>Name</h2>", answer.read())
            with self.assertRaises(urllib.error.HTTPError):
                urllib.request.urlopen(base + "/../etc/passwd", timeout=PATIENCE)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=PATIENCE)
            server.stdout.close()

    def test_misuse(self):
        for words, error in ((["help", "--report"], "flag '--report' requires the '--html' flag\n"),
                             (["help", "--html", str(self.path), "ca"], "too many positional arguments were provided in 'step help [<command>]'\n"),
                             (["help", "--html", "/dev/null/x"], "not a directory\n"),
                             (["help", "--http", "nonsense"], "nonsense")):
            done = step(*words)
            self.assertEqual((done.returncode, done.stdout), (1, ""), words)
            self.assertIn(error, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
