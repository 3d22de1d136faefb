#!/usr/bin/env python3
"""Fail if a module includes a header of a module it did not declare in src/LAYERS."""
import graphlib, pathlib, re, sys

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")
allowed = {}
for line in (root / "LAYERS").read_text().splitlines():
    module, colon, deps = line.partition("#")[0].partition(":")
    if colon:
        allowed[module.strip()] = set(deps.split())
list(graphlib.TopologicalSorter(allowed).static_order())  # raises CycleError

errors = []
for path in sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cc")):
    module = path.relative_to(root).parts[0]
    if module not in allowed:
        errors.append(f"{path}: {module} is not a module of {root / 'LAYERS'}")
        continue
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'\s*#\s*include\s+"([a-z0-9_]+)/', line)
        helper = include and include[1] == "tests" and "_test" in path.stem
        if include and not helper and include[1] not in allowed[module] | {module}:
            errors.append(f"{path}:{number}: {module} does not declare {include[1]}")
print("\n".join(errors) or f"layers ok: {len(allowed)} modules")
sys.exit(bool(errors))
