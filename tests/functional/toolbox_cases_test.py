"""The recorded command lines of tests/data/toolbox (from the original, v0.30.3) against our step.

Each runs in a copy of inputs/; compared are exit code, stdout, stderr and files written.
different.json names those that differ on purpose, with the row of docs/compat.md. A command that
we lack yet is counted as waiting.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support import toolbox  # noqa: E402
from tests.support.harness import OURS_STEP  # noqa: E402

DATA = toolbox.DATA
QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # Each case makes and removes a hundred files.


def name_of(case):
    words = " ".join(case["argv"])
    if "stdinFile" in case:
        return f"{words} < {case['stdinFile']}"
    return words + (f" <<< {case['stdin']}" if case.get("stdin") else "")


def matches(recorded, text):
    """Equal but for the placeholders of the recording."""
    parts = re.split("<([^<>]*)>", recorded)
    pattern = "".join(re.escape(part) if i % 2 == 0 else toolbox.PATTERNS.get(part, re.escape(f"<{part}>"))
                      for i, part in enumerate(parts))
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def commands():
    dump = subprocess.run([OURS_STEP, "help", "--dump"], capture_output=True, text=True, check=True).stdout
    return {row.partition("\t")[0] for row in dump.splitlines()}


class Toolbox(unittest.TestCase):
    maxDiff = None

    def outcome(self, case):
        """None if ours does as recorded, else what differs."""
        with tempfile.TemporaryDirectory(prefix="step-test-", dir=QUICK) as top:
            work = pathlib.Path(top) / "work"
            toolbox.prepare(work, toolbox.words(case))
            before = toolbox.snapshot(work) if case.get("allFiles") else {}
            done = toolbox.run(OURS_STEP, case, work)
            out, err = (text.replace(str(work), "$WORK").replace(top, "$HOME") for text in (
                done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="replace")))
            wrong = []
            if "exit" in case and done.returncode != case["exit"]:
                wrong.append(f"exit {done.returncode}, not {case['exit']}")
            if "stdoutHex" in case and done.stdout.hex() != case["stdoutHex"]:
                wrong.append(f"stdout {done.stdout.hex()}\n  not    {case['stdoutHex']}")
            if "stdoutFirstLine" in case and (out.splitlines() or [""])[0] != case["stdoutFirstLine"]:
                wrong.append(f"stdout begins {out[:80]!r}, not {case['stdoutFirstLine']!r}")
            pattern = case.get("stdoutPattern", case.get("stdout"))
            if pattern is not None and not matches(pattern.rstrip("\n"), out.rstrip("\n")) and case.get("note") is None:
                wrong.append(f"stdout {out!r}\n  not    {pattern!r}")
            if "stdout" in case and case.get("note") is None and out.endswith("\n") != case["stdout"].endswith("\n"):
                wrong.append("newline at the end of stdout")
            if "stderr" in case and not matches(case["stderr"], err):
                wrong.append(f"stderr {err!r}\n  not    {case['stderr']!r}")
            if case.get("allFiles"):
                made = set(toolbox.changes(before, toolbox.snapshot(work)))
                if made != set(case["files"]):
                    wrong.append(f"made or changed {sorted(made)}, not {sorted(case['files'])}")
            for name, file in case.get("files", {}).items():
                path = work / name
                if file is None:
                    wrong.extend([f"{name} was written"] if path.exists() else [])
                elif not path.exists():
                    wrong.append(f"{name} is missing")
                else:
                    if "mode" in file and f"{path.stat().st_mode & 0o777:04o}" != file["mode"]:
                        wrong.append(f"{name} has mode {path.stat().st_mode & 0o777:04o}, not {file['mode']}")
                    if "textHex" in file and path.read_bytes().hex() != file["textHex"]:
                        wrong.append(f"{name} holds {path.read_bytes()!r}\n  not {bytes.fromhex(file['textHex'])!r}")
                    if "text" in file and not matches(file["text"], path.read_text(errors="surrogateescape")):
                        wrong.append(f"{name} holds {path.read_text(errors='replace')!r}\n  not {file['text']!r}")
            return "\n  ".join([name_of(case), *wrong]) if wrong else None

    def test_recorded_command_lines(self):
        ours = commands()
        different = {entry["case"]: entry["why"] for entry in json.loads((DATA / "different.json").read_text())}
        cases, count, refused, times = [], 0, 0, {}
        for file in sorted(DATA.glob("*.json")):
            if file.name == "different.json":
                continue
            for case in json.loads(file.read_text()):
                if "argv" not in case:
                    continue
                count += 1
                if toolbox.forbidden(toolbox.words(case)) and toolbox.as_anybody() is None:
                    refused += 1
                    continue
                line = " ".join(case["argv"][1:])
                if case.get("allFiles") or any(line == path or line.startswith(path + " ") for path in ours):
                    name = name_of(case)
                    times[name] = times.get(name, 0) + 1
                    cases.append((name + (f" #{times[name]}" if times[name] > 1 else ""), case))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            outcomes = list(pool.map(self.outcome, (case for _, case in cases)))
        wrong = [outcome for (name, _), outcome in zip(cases, outcomes) if outcome and name not in different]
        done = [name for (name, _), outcome in zip(cases, outcomes) if not outcome and name in different]
        waiting = count - len(cases) - refused
        if refused:
            print(f"SKIP {refused} command lines: root cannot give up its privilege to read every file here")
        print(f"{count} command lines, {waiting} waiting, {len(different)} different on purpose")
        self.assertEqual(wrong, [], f"{len(wrong)} differ\n" + "\n".join(wrong))
        self.assertEqual(done, [], "these are as the original; take them off the list")


if __name__ == "__main__":
    unittest.main()
