#!/usr/bin/env bash
# What ./dev lint runs. Every check reports; the exit code says whether one failed.
# --all looks at all files with clang-tidy instead of those changed since main (or HEAD~1 on main).
set -u
failed=0
run() {
    printf '%-12s ' "$1"
    shift
    local out
    if out=$("$@" 2>&1); then
        printf '%s\n' "$out" | tail -n 1
    else
        printf 'FAILED\n%s\n' "$out"
        failed=1
    fi
}

changed() {
    local base
    if [ "${ALL:-no}" = yes ]; then
        git ls-files 'src/*.cc' 'src/**/*.cc'
        return
    fi
    base=$(git merge-base main HEAD 2>/dev/null || true)
    [ -n "$base" ] && [ "$base" != "$(git rev-parse HEAD)" ] || base=$(git rev-parse -q --verify HEAD~1 || true)
    if [ -n "$base" ]; then
        { git diff --name-only --diff-filter=d "$base" -- 'src/*.cc' 'src/*.h'; git ls-files -o --exclude-standard 'src/*.cc' 'src/*.h'; } |
            sed 's/\.h$/.cc/' | sort -u | while read -r file; do [ -f "$file" ] && echo "$file"; done
    else
        git ls-files 'src/*.cc' 'src/**/*.cc'
    fi
}

format() {
    git ls-files '*.cc' '*.h' | xargs clang-format-19 --dry-run -Werror && echo "format ok"
}

tidy() {
    local files
    files=$(changed | grep -v -e '_test\.cc$' -e 'base/fmt\.cc$' -e 'base/pch\.cc$')
    [ -n "$files" ] || { echo "tidy ok: nothing changed"; return 0; }
    # The database names g++'s precompiled header, which clang cannot read: leave it out.
    mkdir -p build/tidy
    python3 - <<'PY'
import json, re
rows = json.load(open("build/dev/compile_commands.json"))
for row in rows:
    command = row["command"]
    command = re.sub(r"^.*?ccache ", "", command)
    # Of libstdc++'s own headers, which use what they deprecate (std::stable_sort).
    command += " -Wno-deprecated-declarations"
    command = re.sub(r"-include \S*cmake_pch\.hxx", "-include src/base/pch.h", command)
    for flag in ("-Winvalid-pch", "-fpch-preprocess", "-Wduplicated-cond", "-Wlogical-op"):
        command = command.replace(flag + " ", "")
    row["command"] = command.replace("-include src/base/pch.h", "-include " + __import__("os").getcwd() + "/src/base/pch.h")
json.dump(rows, open("build/tidy/compile_commands.json", "w"))
PY
    printf '%s\n' "$files" | xargs -P "${JOBS:-$(nproc)}" -n 4 clang-tidy-19 -p build/tidy --quiet 2>&1 |
        grep -v -E '^[0-9]+ warnings|^Suppressed|^Use -header-filter|^$' | grep -E 'error|warning|note' && return 1
    echo "tidy ok: $(printf '%s\n' "$files" | wc -l) files"
}

# ./dev fuzz builds without tests, which nothing else does.
presets() {
    cmake --preset fuzz -B build/lint-presets >/dev/null && echo "presets ok"
}

[ "${1:-}" != --all ] || ALL=yes
run layers python3 tools/check_layers.py src
run presets presets
run bans python3 tools/check_bans.py
run headers python3 tools/header_cost.py
run format format
run docs python3 tools/check_docs.py build/dev/bin/step
run tidy tidy
exit $failed
