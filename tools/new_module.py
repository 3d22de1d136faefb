#!/usr/bin/env python3
"""Makes src/<name> with a header, a source, a test, a CMakeLists.txt and a README.

usage: new_module.py NAME    (the module needs its line in src/LAYERS first)
"""
import pathlib
import re
import sys


def main():
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-z][a-z0-9]*", sys.argv[1]):
        sys.exit("usage: new_module.py NAME (lower case letters and digits)")
    name = sys.argv[1]
    if not re.search(rf"^{name}:", pathlib.Path("src/LAYERS").read_text(), re.M):
        sys.exit(f"src/LAYERS has no line for {name}: decide first what it may use")
    folder = pathlib.Path("src") / name
    if folder.exists():
        sys.exit(f"{folder} exists")
    folder.mkdir()
    files = {
        "CMakeLists.txt": f"step_module({name}\n  SOURCES {name}.cc\n  TESTS {name}_test.cc)\n",
        f"{name}.h": f"#pragma once\n\nnamespace step::{name} {{}}  // namespace step::{name}\n",
        f"{name}.cc": f'#include "{name}/{name}.h"\n\nnamespace step::{name} {{}}  // namespace step::{name}\n',
        f"{name}_test.cc": f'#include "{name}/{name}.h"\n\n#include <doctest/doctest.h>\n\n'
                           f'TEST_CASE("{name} has a first test") {{\n    FAIL("write it");\n}}\n',
        "README.md": f"# {name}\n\nPurpose:\n\nEntry points:\n\nIt must never:\n",
    }
    for file, text in files.items():
        (folder / file).write_text(text)
    print(f"{folder}: {', '.join(files)}")


main()
