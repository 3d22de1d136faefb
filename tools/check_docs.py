#!/usr/bin/env python3
"""Fail if a flag is missing from its manual or a route from docs/api.md.

usage: check_docs.py STEP_BINARY    (asks `step help --dump`, a hidden list of commands and flags)
"""
import pathlib
import re
import subprocess
import sys


def commands(binary):
    """Yields (path, [flag names]) for each command, from the program itself."""
    out = subprocess.run([binary, "help", "--dump"], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        path, _, flags = line.partition("\t")
        yield path, flags.split()


def manual_of(path):
    """The Markdown file that belongs to a command path."""
    words = path.split()
    base = pathlib.Path("src/commands")
    for candidate in (base.joinpath(*words[:-1], words[-1].replace("-", "_") + ".md"),
                      base.joinpath(*words[:-1], "_".join(words[-1:]).replace("-", "_") + ".md"),
                      base.joinpath("_".join(words).replace("-", "_") + ".md")):
        if candidate.exists():
            return candidate
    return None


def routes():
    """(method, pattern) as the tables in src/*/routes.cc name them."""
    for path in pathlib.Path("src").rglob("routes*.cc"):
        text = path.read_text()
        for method, pattern in re.findall(r'\{\s*"(GET|POST|PUT|PATCH|DELETE)",\s*(?:at\()?"([^"]+)"', text):
            yield method, pattern


def main():
    errors = []
    count = 0
    for path, flags in commands(sys.argv[1]):
        count += 1
        manual = manual_of(path)
        if manual is None:
            errors.append(f"step {path}: no manual beside its source")
            continue
        text = manual.read_text()
        for flag in flags:
            if f"--{flag}" not in text and f"-{flag}" not in text:
                errors.append(f"{manual}: flag --{flag} is not described")
    if count == 0:
        errors.append("step help --dump lists no commands")
    api = pathlib.Path("docs/api.md").read_text() if pathlib.Path("docs/api.md").exists() else ""
    found = list(routes())
    if not found:
        errors.append("no routes found in src/*/routes*.cc")
    for method, pattern in found:
        if f"{method} {pattern}" not in api:
            errors.append(f"docs/api.md: no section names `{method} {pattern}`")
    print("\n".join(errors) or f"documentation ok: {count} commands, {len(found)} routes")
    sys.exit(bool(errors))


main()
