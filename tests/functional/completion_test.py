"""step completion: each real shell reads its script in a terminal, and Tab is pressed.

A shell that is not installed is skipped aloud; tools/packages.txt names all three.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.terminal import ENOUGH, Terminal  # noqa: E402
from tests.support.harness import BIN, OURS_STEP  # noqa: E402

# What is typed, Tab included, and the words that "step" would then get.
TYPED = [
    ("cry\t", ["crypto"]),
    ("crypto jwk cr\t", ["crypto", "jwk", "create"]),
    ("ca token --not-b\t", ["ca", "token", "--not-before"]),
    ("crypto jwk create --kty R\t", ["crypto", "jwk", "create", "--kty", "RSA"]),
    ("crypto jwk create --kty=oc\t", ["crypto", "jwk", "create", "--kty=oct"]),
    ("crypto jwk create --password-file uni\t", ["crypto", "jwk", "create", "--password-file", "unique name.txt"]),
    ("crypto jwk create --password-file=uni\t", ["crypto", "jwk", "create", "--password-file=unique name.txt"]),
    ("certificate inspect fol\tins\t", ["certificate", "inspect", "folder/inside.crt"]),
    ("ca provisioner add 'a name' --ca-conf\t", ["ca", "provisioner", "add", "a name", "--ca-config"]),
    ("help certi\tinsp\t", ["help", "certificate", "inspect"]),
    ("completion fi\t", ["completion", "fish"]),
    ("nonsense x\t", ["nonsense", "x"]),
]


class Shells(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.work = self.home / "work"
        (self.work / "folder").mkdir(parents=True)
        (self.work / "unique name.txt").write_text("")
        (self.work / "folder/inside.crt").write_text("")
        # The shell completes the real step; what it then runs writes down its arguments.
        self.bin = self.home / "bin"
        self.bin.mkdir()
        (self.bin / "step").write_text(
            f'#!/bin/bash\nif [ "$1" = completion ] && [ $# -gt 2 ]; then exec {OURS_STEP} "$@"; fi\n'
            f'printf "%s\\n" "$@" > {self.home}/new && mv {self.home}/new {self.home}/seen\n')
        (self.bin / "step").chmod(0o755)
        self.env = {"PATH": f"{self.bin}:{BIN}:/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8",
                    "XDG_CONFIG_HOME": str(self.home / "config")}

    def script(self, shell, name):
        if shutil.which(shell) is None:
            print(f"SKIP: {shell} is not installed", file=sys.stderr)
            self.skipTest(f"{shell} is not installed")
        done = subprocess.run([OURS_STEP, "completion", shell], capture_output=True, text=True, check=True)
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(done.stdout)
        syntax = subprocess.run([shell, "-n", path], capture_output=True, text=True)
        self.assertEqual((syntax.returncode, syntax.stderr), (0, ""))
        return path

    def press(self, *words, ready):
        terminal = Terminal(self.work, *words[1:], program=shutil.which(words[0]), env=self.env)
        self.addCleanup(terminal.close)
        terminal.type("echo rea''dy\n")
        terminal.until(ready)
        for typed, expected in TYPED:
            seen = self.home / "seen"
            seen.unlink(missing_ok=True)
            for part in re.split("(\t)", "step " + typed):
                terminal.type(part)
                end = time.monotonic() + (0.4 if part == "\t" else 0)
                while time.monotonic() < end:
                    terminal.read(0.05)
            terminal.type("\n")
            end = time.monotonic() + ENOUGH
            while not seen.exists() and time.monotonic() < end:
                terminal.read(0.05)
            self.assertTrue(seen.exists(), f"{typed!r}: {terminal.seen[-400:]!r}")
            self.assertEqual(seen.read_text().splitlines(), expected, repr(typed))

    def test_bash(self):
        script = self.script("bash", ".bashrc")
        self.press("bash", "--rcfile", str(script), "-i", ready="ready")

    def test_bash_with_the_package_bash_completion(self):
        package = pathlib.Path("/usr/share/bash-completion/bash_completion")
        if not package.exists():
            print("SKIP: bash-completion is not installed", file=sys.stderr)
            self.skipTest("bash-completion is not installed")
        script = self.script("bash", ".bashrc")
        script.write_text(f". {package}\n" + script.read_text())
        self.press("bash", "--rcfile", str(script), "-i", ready="ready")

    def test_zsh(self):
        script = self.script("zsh", "step.zsh")
        (self.home / ".zshrc").write_text(f"PS1='> '; autoload -Uz compinit; compinit -u; . {script}\n")
        self.press("zsh", "-i", ready="ready")

    def test_zsh_from_fpath(self):
        self.script("zsh", "fpath/_step")
        (self.home / ".zshrc").write_text(
            f"PS1='> '; fpath=({self.home}/fpath $fpath); autoload -Uz compinit; compinit -u\n")
        self.press("zsh", "-i", ready="ready")

    def test_fish_is_asked_for_candidates(self):
        self.script("fish", "config/fish/completions/step.fish")

        def asked(line):
            done = subprocess.run(["fish", "-c", f"complete -C '{line}'"], cwd=self.work, env=self.env,
                                  capture_output=True, text=True, check=True)
            self.assertEqual(done.stderr, "")
            return [row.partition("\t")[0] for row in done.stdout.splitlines()]

        self.assertIn("crypto", asked("step "))
        self.assertEqual(asked("step crypto jwk cr"), ["create"])
        self.assertEqual(asked("step ca token --not-b"), ["--not-before"])
        self.assertEqual(asked("step crypto jwk create --kty "), ["EC", "OKP", "RSA", "oct"])
        self.assertEqual(asked("step crypto jwk create --kty=o"), ["--kty=oct"])
        self.assertEqual(asked("step crypto jwk create --password-file uni"), ["unique name.txt"])
        self.assertEqual(asked("step crypto jwk create --password-file=uni"), ["--password-file=unique name.txt"])
        self.assertEqual(asked("step certificate inspect folder/"), ["folder/inside.crt"])
        self.assertEqual(asked("step help certificate insp"), ["inspect"])
        self.assertEqual(asked("step nonsense "), [])


class Candidates(unittest.TestCase):
    def test_every_command_and_flag_of_the_table_is_offered(self):
        dump = subprocess.run([OURS_STEP, "help", "--dump"], capture_output=True, text=True, check=True).stdout
        for row in dump.splitlines():
            path, _, flags = row.partition("\t")
            words = path.split()
            offered = subprocess.run([OURS_STEP, "completion", "bash", "--", *words[:-1], words[-1]],
                                     capture_output=True, text=True, check=True).stdout
            self.assertIn(words[-1], [line.partition("\t")[0] for line in offered.splitlines()], path)
            offered = subprocess.run([OURS_STEP, "completion", "bash", "--", *words, "-"],
                                     capture_output=True, text=True, check=True).stdout
            names = {line.partition("\t")[0].lstrip("-") for line in offered.splitlines()}
            self.assertLessEqual(set(flags.split()), names, path)


if __name__ == "__main__":
    unittest.main()
