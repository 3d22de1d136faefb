"""The command lines of tests/data/cli/cases.json (recorded from the original, v0.30.3) against our step.

Compared are exit code, stdout and stderr, colours left out. tests/data/cli/waiting.json names the
cases that wait for a capability, and fails when one of them passes: that list may only shrink.
tests/data/cli/different.json names those that differ on purpose, with the row of docs/compat.md.
"""
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_STEP  # noqa: E402

DATA = ROOT / "tests/data/cli"
TWO = {"c1": {"profile": "p1", "authority": "a1"}, "b2": {"profile": "p2", "authority": "b2"}}
CURRENT = {"current-context.json": '{"context":"c1"}'}
CURRENT_B2 = {"current-context.json": '{"context":"b2"}'}


def folder_for(note):
    """The files under $STEPPATH that a note stands for; None for one that we cannot set up."""
    contexts = {"contexts.json": json.dumps(TWO)}
    known = {
        None: {},
        "defaults.json is not JSON": {"config/defaults.json": "nope"},
        "defaults.json with ca-url and a root that does not exist":
            {"config/defaults.json": '{"ca-url":"https://127.0.0.1:1","root":"/none.crt"}'},
        'defaults.json {"alg":"sha1"}': {"config/defaults.json": '{"alg":"sha1"}'},
        "two contexts, c1 current": {**contexts, **CURRENT},
        "after select b2": {**contexts, **CURRENT_B2},
        "current is b2": {**contexts, **CURRENT_B2},
        "no tty, no --force": {**contexts, **CURRENT_B2},
        "after remove c1": {"contexts.json": json.dumps({"b2": TWO["b2"]}), **CURRENT_B2},
        "after step path with one context": {"contexts.json": json.dumps({"c1": TWO["c1"]}), **CURRENT},
        "two contexts, none current, no tty": contexts,
        "one context, none current": {"contexts.json": json.dumps({"c1": TWO["c1"]})},
        "contexts.json entry without authority": {"contexts.json": '{"c1":{"profile":"p1"}}'},
        "stdout is random": {},
        "contexts.json is not JSON": {"contexts.json": "bad"},
        "current-context names an unknown context": {**contexts, "current-context.json": '{"context":"zzz"}'},
    }
    return known.get(note)


def name_of(case):
    words = " ".join(case["argv"])
    words += "".join(f" {k}={v}" for k, v in case.get("env", {}).items())
    return words + (f" ({case['note']})" if "note" in case else "")


def listed(file):
    return {entry["case"]: entry["why"] for entry in json.loads((DATA / file).read_text())}


class Cases(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        """The inputs, and short.crt: it was a day old at most when the lines were recorded, and is made anew for each run."""
        top = tempfile.TemporaryDirectory(prefix="step-test-")
        cls.addClassCleanup(top.cleanup)
        cls.inputs = pathlib.Path(top.name) / "inputs"
        shutil.copytree(DATA / "inputs", cls.inputs)
        subprocess.run([OURS_STEP, "certificate", "create", "short.test", "short.crt", "--key", "short.key", "--ca", "int.crt",
                        "--ca-key", "int.key", "--not-after", "24h"], cwd=cls.inputs, check=True, capture_output=True,
                       env={"PATH": "/usr/bin:/bin", "HOME": top.name})

    def outcome(self, case, before=0):
        """None if ours does as recorded, else what differs. The same words were run `before` times in this place."""
        files = folder_for(case.get("note"))
        if files is None:
            return f"{name_of(case)}: exit unknown, there is no set-up for the note"
        with tempfile.TemporaryDirectory(prefix="step-test-") as top:
            home, work = pathlib.Path(top) / "home", pathlib.Path(top) / "work"
            home.mkdir()
            shutil.copytree(self.inputs, work)
            step = home / ".step"
            for name, text in files.items():
                (step / name).parent.mkdir(parents=True, exist_ok=True)
                (step / name).write_text(text)

            def real(text):
                return text.replace("$HOME", str(home)).replace("$STEPPATH", str(step)).replace("$WORK", str(work))

            env = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
            env.update({k: real(v) for k, v in case.get("env", {}).items()})
            for _ in range(before + 1):
                done = subprocess.run([OURS_STEP] + [real(a) for a in case["argv"][1:]], cwd=work, env=env,
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                                      start_new_session=True)

            def named(text):
                """Our paths by the names that the recording has for them."""
                if "$STEPPATH" in case["stdout"] + case["stderr"]:
                    text = text.replace(str(step), "$STEPPATH")
                return text.replace(str(home), "$HOME").replace(str(work), "$WORK")

            got = [done.returncode, named(done.stdout), named(done.stderr)]
            want = [case["exit"], case["stdout"], re.sub(r"\x1b\[\d+m", "", case["stderr"])]
        for i in (1, 2):
            pattern = re.escape(want[i]).replace(re.escape("<help text>\n"), r"NAME\n(.|\n)+")
            pattern = pattern.replace(re.escape("<PEM CERTIFICATE>"),
                                      r"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]+\n)+-----END CERTIFICATE-----")
            pattern = pattern.replace(re.escape("<random>"), r"[0-9]{8}\n?")
            pattern = pattern.replace(re.escape("<go-duration>"), r"[0-9hms.]+")
            pattern = pattern.replace(re.escape("<passwd home>"), re.escape(pwd.getpwuid(os.getuid()).pw_dir))
            if not re.fullmatch(pattern, got[i]):
                return f"{name_of(case)}\n  want {want}\n  got  {got}"
        return None if got[0] == want[0] else f"{name_of(case)}: exit {got[0]}, not {want[0]}"

    def test_recorded_command_lines(self):
        waiting, different = listed("waiting.json"), listed("different.json")
        wrong, done, failed, times, count = [], [], [], {}, 0
        for case in json.loads((DATA / "cases.json").read_text()):
            if case["argv"][0] != "step" or "exit" not in case or "stdout" not in case:
                continue
            name = name_of(case)
            outcome = self.outcome(case, times.get(name, 0))
            times[name] = times.get(name, 0) + 1
            name += f" #{times[name]}" if times[name] > 1 else ""
            failed.append((name, outcome)) if outcome else None
            count += 1
            if name in waiting or name in different:
                if outcome is None:
                    done.append(name)
            elif outcome is not None:
                wrong.append(outcome)
        if os.environ.get("STEP_CASES_FAILED"):  # For whoever makes the lists.
            pathlib.Path(os.environ["STEP_CASES_FAILED"]).write_text(json.dumps(failed))
        print(f"{count} command lines, {len(waiting)} waiting, {len(different)} different on purpose")
        self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertEqual(done, [], "these pass now; take them off the list")


if __name__ == "__main__":
    unittest.main()
