#!/usr/bin/env python3
"""Fail if a command has no manual or a flag is missing from it; if docs/api.md and the tables of routes differ; if a row of
docs/compat.md is not whole, stands twice, or is named by tests/data/*/different.json and not there.

usage: check_docs.py STEP_BINARY    (asks `step help --dump`, a hidden list of commands and flags)
"""
import json
import os
import pathlib
import re
import subprocess
import sys


def commands(binary):
    """Yields (path, [flag names]) for each command, from the program itself."""
    nowhere = os.environ | {"STEPPATH": os.devnull + "/none"}
    out = subprocess.run([binary, "help", "--dump"], capture_output=True, text=True, check=True, env=nowhere).stdout
    for line in out.splitlines():
        path, _, flags = line.partition("\t")
        yield path, flags.split()


def manual_of(path):
    """src/commands/path.md for "path", src/commands/ca/provisioner_list.md for "ca provisioner list"."""
    words = path.replace("-", "_").split()
    return pathlib.Path("src/commands").joinpath(*words[:-1][:1], "_".join(words[1:] or words) + ".md")


def heads(manual, flag):
    """Whether a line of the manual begins with the flag: `**--force**, **-f**`."""
    dashes = "--" if len(flag) > 1 else "-"
    return re.search(rf"^\*\*{dashes}{re.escape(flag)}\*\*", manual, re.MULTILINE) is not None


def routes():
    """(method, pattern) as the tables in src/*/routes*.cc name them."""
    for path in sorted(pathlib.Path("src").rglob("routes*.cc")):
        yield from re.findall(r'\{\s*"([A-Z]+)",\s*(?:at\()?"([^"]+)"', path.read_text())


def route_errors(found):
    """`found` and the headings of docs/api.md must be the same routes."""
    api = pathlib.Path("docs/api.md").read_text() if pathlib.Path("docs/api.md").exists() else ""
    described = set(re.findall(r"^#+ `([A-Z]+ /[^`]*)`$", api, re.MULTILINE))
    there = {f"{method} {pattern}" for method, pattern in found}
    if not found:
        yield "no routes found in src/*/routes*.cc"
    yield from (f"docs/api.md: nothing about `{route}`" for route in sorted(there - described))
    yield from (f"docs/api.md: there is no route `{route}`" for route in sorted(described - there))


def compat_errors():
    """Rows of docs/compat.md: area, what the original does, what we do, why."""
    compat = pathlib.Path("docs/compat.md").read_text() if pathlib.Path("docs/compat.md").exists() else ""
    rows = [line for line in compat.splitlines() if line.startswith("| ")][1:]
    seen = set()
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        if len(cells) != 4 or not all(cells):
            yield f"docs/compat.md: not four filled columns: {row[:100]}"
        elif tuple(cells[:2]) in seen:
            yield f"docs/compat.md: stands twice: {row[:100]}"
        seen.add(tuple(cells[:2]))
    for path in sorted(pathlib.Path("tests/data").glob("*/different.json")):
        entries = json.loads(path.read_text())
        for entry in entries if isinstance(entries, list) else []:
            if entry["why"] not in compat:
                yield f"{path}: no row of docs/compat.md says: {entry['why']}"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_docs.py STEP_BINARY")
    errors = []
    manuals = set()
    for path, flags in commands(sys.argv[1]):
        manual = manual_of(path)
        manuals.add(manual)
        if not manual.exists():
            errors.append(f"step {path}: there is no {manual}")
            continue
        text = manual.read_text()
        errors += [f"{manual}: flag --{flag} is not described" for flag in flags if not heads(text, flag)]
    if not manuals:
        errors.append("step help --dump lists no commands")
    for manual in sorted(set(pathlib.Path("src/commands").rglob("*.md")) - manuals):
        if manual.name != "README.md":
            errors.append(f"{manual}: no command has this manual")
    found = list(routes())
    errors += [*route_errors(found), *compat_errors()]
    print("\n".join(errors) or f"documentation ok: {len(manuals)} commands, {len(found)} routes")
    sys.exit(bool(errors))


main()
