#!/usr/bin/env python3
"""What twenty local commands cost: wall time, CPU, peak memory, beside the original `step`.

usage: commands.py BIN_DIR [--original FILE] [--times N] [--json FILE]

None makes an RSA key or hashes a password. Both programs get the same inputs, made by ours, in
one run and take turns. The original is what ./dev peers brought unless --original names another.
"""
import argparse
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
from tests.support import harness  # noqa: E402

WALL, MEMORY = 1 / 5, 1 / 4  # The goals, as ratios to the original.
CLEAR = ("--no-password", "--insecure", "--force")

# Words, and the file on stdin if there is one.
COMMANDS = [
    (("version",), None),
    (("path",), None),
    (("help", "certificate"), None),
    (("certificate", "inspect", "leaf.crt"), None),
    (("certificate", "inspect", "leaf.crt", "--format", "json"), None),
    (("certificate", "inspect", "leaf.crt", "--short"), None),
    (("certificate", "fingerprint", "leaf.crt"), None),
    (("certificate", "verify", "leaf.crt", "--roots", "root.crt"), None),
    (("certificate", "key", "leaf.crt"), None),
    (("certificate", "needs-renewal", "leaf.crt"), None),
    (("certificate", "create", "root", "r.crt", "r.key", "--profile", "root-ca", *CLEAR), None),
    (("certificate", "create", "leaf", "l.crt", "l.key", "--ca", "root.crt", "--ca-key", "root.key", *CLEAR), None),
    (("certificate", "create", "leaf", "l.csr", "l.key", "--csr", *CLEAR), None),
    (("crypto", "keypair", "k.pub", "k.key", *CLEAR), None),
    (("crypto", "jwk", "create", "j.pub", "j.key", *CLEAR), None),
    (("crypto", "jwk", "thumbprint"), "pub.json"),
    (("crypto", "jwt", "sign", "--key", "key.json", "--iss", "a", "--aud", "b", "--sub", "c", "--exp", "4102444800"), None),
    (("crypto", "jwt", "inspect", "--insecure"), "token"),
    (("crypto", "hash", "digest", "leaf.crt"), None),
    (("base64",), "leaf.crt"),
]


def prepare(home):
    """The inputs of all commands."""
    home.s("certificate", "create", "Root", "root.crt", "root.key", "--profile", "root-ca", *CLEAR)
    home.s("certificate", "create", "leaf.test", "leaf.crt", "leaf.key", "--ca", "root.crt", "--ca-key", "root.key",
           "--not-after", "240h", *CLEAR)
    home.s("crypto", "jwk", "create", "pub.json", "key.json", *CLEAR)
    home.file("token").write_text(home.s("crypto", "jwt", "sign", "--key", "key.json", "--iss", "a", "--aud", "b",
                                         "--sub", "c", "--exp", "4102444800").stdout)


def cost(home, load, program, words, source):
    """Wall ms, CPU ms and peak MB of one run."""
    options = {"stdin": home.file(source).open("rb")} if source else {}
    done = home.run(load, "--run", program, *words, check=False, **options)
    if done.returncode != (1 if "needs-renewal" in words else 0):  # 1: it does not need it.
        raise SystemExit(f"{program} {' '.join(words)}: exit {done.returncode}")
    row = json.loads(done.stdout)
    return row["ms"], row["cpu_ms"], row["kb"] / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--original")
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--json")
    options = parser.parse_args()
    folder = pathlib.Path(options.bin).resolve()
    step, load = str(folder / "step"), str(folder / "step-load")
    programs = [step]
    try:
        programs.append(options.original or harness.original_step())
    except unittest.SkipTest as reason:
        print(f"SKIP the original step: {reason}")

    home = harness.Home(step)
    prepare(home)
    rows = []
    for words, source in COMMANDS:
        runs = [[] for _ in programs]
        for _ in range(options.times):
            for program, of in zip(programs, runs):
                of.append(cost(home, load, program, words, source))
        rows.append([[sorted(column)[options.times // 2] for column in zip(*of)] for of in runs])
    home.close()

    print(f"{'median of ' + str(options.times):<36}{'ms':>8}{'CPU ms':>8}{'MB':>7}"
          + (f"{'ms':>10}{'CPU ms':>8}{'MB':>7}{'time':>9}{'memory':>8}" if len(programs) > 1 else ""))
    missed = 0
    for (words, _), row in zip(COMMANDS, rows):
        title = " ".join(w for w in words if w not in CLEAR)
        line = f"{title[:34]:<36}" + "  ".join(f"{ms:8.1f}{cpu:8.1f}{mb:7.1f}" for ms, cpu, mb in row)
        if len(row) > 1:
            time, memory = row[0][0] / row[1][0], row[0][2] / row[1][2]
            good = time <= WALL and memory <= MEMORY
            missed += not good
            line += f"{time:9.2f}{memory:8.2f}{'' if good else '  missed'}"
        print(line)
    if len(programs) > 1:
        print(f"goals: {WALL:.2f} of its time and {MEMORY:.2f} of its memory; missed by {missed} of {len(rows)}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {" ".join(words): row for (words, _), row in zip(COMMANDS, rows)}, indent=1))


main()
