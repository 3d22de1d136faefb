#!/usr/bin/env python3
"""What each header costs whoever includes it: lines after preprocessing.

Fails if a header of ours is over 60,000 lines, or 20 % over its figure in tools/header_cost.txt.
`header_cost.py --accept` writes that file anew.
"""
import concurrent.futures
import pathlib
import subprocess
import sys

BOOK = pathlib.Path("tools/header_cost.txt")
LIMIT = 60_000


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
    headers = sorted(p for p in pathlib.Path("src").rglob("*.h") if p.name != "pch.h")
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
