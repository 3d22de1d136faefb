#!/usr/bin/env python3
"""What each header costs whoever includes it: lines after preprocessing.

Fails if a header that other modules may include is over 64,000 lines, or 20 % over its figure in
tools/header_cost.txt. Headers named *_impl.h or *_test_*.h are their module's own business.
`header_cost.py --accept` writes that file anew.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys

BOOK = pathlib.Path("tools/header_cost.txt")
LIMIT = 64_000  # The standard headers of base/pch.h alone, which cost nothing, are most of it.


def cost(path):
    result = subprocess.run(
        ["g++", "-std=c++20", "-Isrc", "-E", "-P", "-x", "c++", str(path)],
        capture_output=True, text=True)
    if result.returncode != 0:
        return path, None, result.stderr
    return path, result.stdout.count("\n"), ""


def main():
    known = {}
    if BOOK.exists():
        known = {name: int(lines) for lines, name in (row.split() for row in BOOK.read_text().splitlines())}
    headers = sorted(p for p in pathlib.Path("src").rglob("*.h") if p.name != "pch.h" and not re.search(r"_impl\.h$|_test_\w+\.h$", p.name))
    errors, costs = [], {}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for path, lines, trouble in pool.map(cost, headers):
            if lines is None:
                errors.append(f"{path} does not stand alone:\n{trouble}")
                continue
            costs[str(path)] = lines
            if lines > LIMIT:
                errors.append(f"{path}: {lines} lines, limit {LIMIT}: include less or forward-declare")
            elif str(path) in known and lines > known[str(path)] * 1.2 + 100:
                errors.append(f"{path}: {lines} lines, was {known[str(path)]}: more than 20 % up (--accept if it must be)")
    if "--accept" in sys.argv:
        BOOK.write_text("".join(f"{lines} {name}\n" for name, lines in sorted(costs.items())))
        print(f"{BOOK}: {len(costs)} headers")
        return
    print("\n".join(errors) or f"header cost ok: {len(costs)} headers, most {max(costs.values())} lines")
    sys.exit(bool(errors))


main()
