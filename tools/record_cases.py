#!/usr/bin/env python3
"""Run a `step`, the original or another, over command lines, and write down what it did.

    tools/record_cases.py STEP [--lines FILE] [--out FILE]

Each line of FILE (tests/data/toolbox/lines.txt) is a command line as in a shell: words, quotes, and at the end perhaps
`< file` or `<<< text` for standard input; `#` begins a comment. It runs in a fresh copy of the inputs
(tests/support/toolbox.py), twice. What both runs agree on is recorded: exit code, standard output, standard error,
files made or changed with mode and contents; what differs from run to run (keys, times) is left out of the record,
but for a file's mode. Write the program's name as `step`.

The record (tests/data/toolbox/recorded.json) is what tests/functional/toolbox_cases_test.py holds our own step to. A line
whose outcome should be another here gets an entry in different.json, with its row of docs/compat.md.
"""
import argparse
import json
import pathlib
import shlex
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.support import toolbox  # noqa: E402


def parse(line):
    words, case = shlex.split(line, comments=True), {}
    for sign, member in (("<<<", "stdin"), ("<", "stdinFile")):
        if sign in words:
            at = words.index(sign)
            case[member] = words[at + 1].encode().decode("unicode_escape") if member == "stdin" else words[at + 1]
            del words[at:at + 2]
    return {"argv": words, **case} if words else None


def observe(step, case):
    with tempfile.TemporaryDirectory(prefix="step-record-") as top:
        work = pathlib.Path(top) / "work"
        toolbox.prepare(work, toolbox.words(case))
        before = toolbox.snapshot(work)
        done = toolbox.run(step, case, work)
        err = done.stderr.decode(errors="replace").replace(str(work), "$WORK").replace(top, "$HOME").replace(str(step), "step")
        files = toolbox.changes(before, toolbox.snapshot(work))
        return done.returncode, done.stdout.replace(str(work).encode(), b"$WORK").replace(top.encode(), b"$HOME"), err, files


def text_of(octets, member):
    """{member: text}, or {memberHex: …} if it is not text."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return {f"{member}Hex": octets.hex()}
    return {f"{member}Hex": octets.hex()} if "<" in text or ">" in text else {member: text}


def record(step, case):
    code, out, err, files = observe(step, case)
    code2, out2, err2, files2 = observe(step, case)
    if code != code2 or files.keys() != files2.keys():
        raise SystemExit(f"not the same twice: {case}")
    row = {**case, "exit": code}
    if out.startswith(b"Incorrect Usage"):  # Help follows, which is each program's own.
        row["stdoutFirstLine"] = out.partition(b"\n")[0].decode()
    elif out == out2:
        row.update(text_of(out, "stdout"))
    if err == err2 and not any(f"<{name}>" in err for name in toolbox.PATTERNS):
        row["stderr"] = err
    row["allFiles"] = True
    row["files"] = {}
    for name, file in sorted(files.items()):
        entry = None
        if file is not None:
            entry = {"mode": f"{file[0]:04o}"}
            if file == files2[name]:
                entry.update(text_of(file[1], "text"))
        row["files"][name] = entry
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("step")
    parser.add_argument("--lines", default=str(toolbox.DATA / "lines.txt"))
    parser.add_argument("--out", default=str(toolbox.DATA / "recorded.json"))
    options = parser.parse_args()
    rows = []
    for line in pathlib.Path(options.lines).read_text().splitlines():
        case = parse(line)
        if case:
            rows.append(record(str(pathlib.Path(options.step).resolve()), case))
            print(f"{rows[-1]['exit']:3} {line}", file=sys.stderr)
    text = ",\n".join(" " + json.dumps(row) for row in rows)
    pathlib.Path(options.out).write_text(f"[\n{text}\n]\n")
    print(f"{len(rows)} command lines recorded in {options.out}")


if __name__ == "__main__":
    main()
