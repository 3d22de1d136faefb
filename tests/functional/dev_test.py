"""./dev, the one door: it lists what it does and refuses what it does not know, before it builds anything."""
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def dev(*words):
    done = subprocess.run(["./dev", *words], cwd=ROOT, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


class Dev(unittest.TestCase):

    def test_help_lists_each_command(self):
        code, listed, _ = dev("help")
        self.assertEqual((code, dev()[1], dev("--help")[1]), (0, listed, listed))
        for command in ("build", "test", "demo", "bench", "lint", "fmt", "fuzz", "man", "peers", "new-module", "help"):
            self.assertRegex(listed, f"(?m)^  {command}( .*)?  +[^ ]")
            self.assertEqual(dev("help", command)[:2], (0, next(line[2:] + "\n" for line in listed.splitlines()
                                                               if line.startswith(f"  {command} "))))
        self.assertEqual(dev("lint", "--help"), dev("help", "lint"))

    def test_nonsense_is_refused_before_anything_is_built(self):
        rows = [(["nosuch"], "unknown command 'nosuch'"), (["help", "nosuch"], "unknown command 'nosuch'"),
                (["build", "nosuch"], "there is no preset 'nosuch'; there are: dev debug asan "),
                (["build", "base"], "there is no preset 'base'"),
                (["build", "dev", "x"], "build: unknown argument 'x'; usage: ./dev build [preset]"),
                (["test", "x"], "test: unknown argument 'x'"), (["test", "-R"], "test: -R needs a value"),
                (["test", "--preset"], "test: --preset needs a value"),
                (["test", "--preset", "nosuch"], "there is no preset 'nosuch'"),
                (["lint", "--al"], "lint: unknown argument '--al'"), (["lint", "--all", "x"], "lint: unknown argument 'x'"),
                (["demo", "x"], "demo: unknown argument 'x'"), (["fmt", "x"], "fmt: unknown argument 'x'"),
                (["man", "a", "b"], "man: unknown argument 'b'"), (["peers", "x"], "peers: unknown argument 'x'"),
                (["bench", "nosuch"], "there is no bench 'nosuch'; there are: cli acme cloud"),
                (["fuzz"], "which target? acme_binding "), (["fuzz", "nosuch"], "there is no target 'nosuch'"),
                (["fuzz", "json_parse", "soon"], "'soon' is no number of seconds"),
                (["new-module"], "usage: new_module.py NAME"), (["new-module", "base"], "src/base exists"),
                (["new-module", "nosuch"], "src/LAYERS has no line for nosuch")]
        for words, says in rows:
            with self.subTest(" ".join(words)):
                code, _, error = dev(*words)
                self.assertEqual(code, 1)
                self.assertIn(says, error)


if __name__ == "__main__":
    unittest.main()
