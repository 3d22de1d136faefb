#!/usr/bin/env python3
"""Fail on calls, headers and habits that the house keeps out, except in their one home.

Each rule: a regular expression on a line without comments and strings, why, and the files that
may. A file-level exemption stands here, in sight of a reviewer, not beside the line.
"""
import pathlib
import re
import sys

RULES = [
    (r"\b(system_clock|steady_clock|high_resolution_clock)::now\b", "take a Clock", ["src/base/system.cc"]),
    (r"(?<![\w.>:])(::)?time\s*\(\s*(nullptr|NULL|0|&)", "take a Clock", []),
    (r"\b(clock_gettime|gettimeofday)\s*\(", "take a Clock", []),
    (r"\bstd::(random_device|mt19937\w*)\b|(?<![\w.>:])s?rand\s*\(", "take a Random", []),
    (r"\bRAND_\w+\s*\(", "take a Random", ["src/crypto/start.cc", "src/crypto/start_test.cc"]),
    (r"\bgetrandom\s*\(", "take a Random", ["src/crypto/random.cc"]),
    (r"\b(secure_)?getenv\s*\(", "take an Environment", ["src/base/system.cc"]),
    (r"\bstd::regex\b|<regex>", "slow to compile and to run; write the few lines", []),
    (r"\bstrerror\s*\(", "use errno_text()", []),
    (r"\bstd::(stoi|stol|stoll|stoul|stoull|stof|stod)\b|(?<![\w.>:])ato[ifl]l?\s*\(", "use std::from_chars", []),
    (r"(?<![\w.>:])(std::|::)?(tolower|toupper|isalpha|isdigit|isspace|isalnum|isxdigit|isprint)\s*\(", "locales; use base/text.h", []),
    (r"\b(u?sleep|nanosleep)\s*\(|\bsleep_(for|until)\b", "wait for an event", []),
    (r"<iostream>|\bstd::(cout|cerr|cin)\b", "use the Console", ["src/cli/"]),
    (r"\bthrow\b(?!\s*[(;])", "return an Error", []),
    (r"\b(fprintf|printf|puts)\s*\(", "use the Console or the Log",
     ["src/base/check.cc", "src/commands/main.cc", "src/ca/main.cc"]),
    (r"\busing namespace\b(?!.*literals)", "name what you use", []),
    (r"#\s*include\s*<openssl/", "OpenSSL lives in crypto and in http's socket files",
     ["src/crypto/", "src/http/tls", "src/http/server", "src/http/client", "src/http/connection", "src/http/stream"]),
    (r"#\s*include\s*<boost/", "Asio and Beast live in http", ["src/http/"]),
    (r"#\s*include\s*<sodium", "libsodium lives in crypto/nacl.cc", ["src/crypto/nacl.cc"]),
    (r"#\s*include\s*<lmdb\.h>", "LMDB lives in storage/lmdb", ["src/storage/lmdb/"]),
    (r"\bd2i_\w+\s*\(|\bPEM_read_\w+\s*\(|\bX509_set_pubkey\b", "ten signatures each; decode with asn1", ["src/http/tls"]),
]
TODO = re.compile(r"\b(TODO|FIXME|XXX)\b(?!\([^)]+\):)")


def code_of(line):
    """The line without string literals and a trailing comment."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line) if "#include" not in line else line
    return re.sub(r"//.*", "", line)


def main():
    errors = []
    for path in sorted(p for p in pathlib.Path("src").rglob("*") if p.suffix in (".h", ".cc")):
        name = str(path)
        test = "_test" in path.stem
        raw = False
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if TODO.search(line):
                errors.append(f"{name}:{number}: TODO without a reason; write TODO(reason): …")
            if 'R"' in line:
                raw = not re.search(r'\)\w*"', line)
                continue
            if raw:
                raw = not re.search(r'\)\w*"', line)
                continue
            code = code_of(line)
            for pattern, why, homes in RULES:
                if not re.search(pattern, code) or any(name.startswith(home) for home in homes):
                    continue
                if test and ("openssl" in pattern or "throw" in pattern or "using namespace" in pattern or "d2i_" in pattern or "sleep" in pattern):
                    continue  # Tests may ask OpenSSL for a second opinion, or be the bug they provoke.
                errors.append(f"{name}:{number}: {code.strip()[:60]}: {why}")
    for path in pathlib.Path(".").glob("[a-z]*/**/*"):
        if path.suffix in (".h", ".cc", ".py", ".sh") and path.parts[0] in ("src", "tests", "fuzz", "bench", "tools"):
            lines = len(path.read_text(errors="replace").splitlines())
            if lines > 800:
                errors.append(f"{path}: {lines} lines; 800 is the limit")
    print("\n".join(errors) or "bans ok")
    sys.exit(bool(errors))


main()
