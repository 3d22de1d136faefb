#!/usr/bin/env python3
"""Writes tests/data/templates/*.json: templates and what Go's text/template with sprig made of them.

    tools/gen/template_corpus.py ~/.cache/steppp/peers/go-templates-v3.3.0

language.json, corners.json: every template of the .txt beside it (one a line, "\\n" is a line break).
printing.json: every verb of printf over every kind of value. functions.json: every function over edge cases.
random.json: what tests/support/template_maker.py makes of seed 1. Templates with two answers are left out.
"""
import itertools
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.functional.templates_test import ask  # noqa: E402
from tests.support import template_maker as maker  # noqa: E402

FOLDER = ROOT / "tests/data/templates"
VALUES = ['""', '"é\\n\\"`"', '"\\xff☃"', "0", "-42", "65", "1.5", "-0.0", "1e21", "true", "nil", ".nil", ".n", "'x'", "2i", "(list 1 \"a\" nil 2.5)", "(dict \"k\" 1 \"a\" \"b\")", ".none", ".em",
          '(splitList "," "x,y")', '(list (list 1) (dict "z" nil))', '(semver "1.2.3")', '(toDate "2006-01-02" "2024-02-29")', ".big", "(int64 7)", "(list)", '(b64dec "AP8Q" )', '(untilStep 0 3 1)']
VERBS = ["%v", "%+v", "%#v", "%T", "%s", "%q", "%#q", "%+q", "%x", "%X", "%#x", "% x", "%# X", "%d", "%+d", "% d", "%05d", "%-6d|", "%b", "%#b", "%o", "%#o", "%O", "%c", "%U", "%#U", "%e", "%E", "%f", "%F", "%g", "%G", "%.3g",
         "%08.2f", "%+.1e", "%t", "%8v|", "%-8v|", "%08v", "%.2s", "%.1v", "%z", "%6.2v|", "%x%%"]
FORMAT_ROWS = ['printf "%"', 'printf "%d"', 'printf "%!d" 1', 'printf "%[2]d %[1]d" 1 2', 'printf "%[3]d" 1', 'printf "%[x]d" 1', 'printf "%[1]d %d" 1 2', 'printf "%*d" 5 1', 'printf "%-*d|" 5 1', 'printf "%*d" -5 1', 'printf "%.*f" 2 1.239',
               'printf "%.*f" -1 1.5', 'printf "%*d" "a" 1', 'printf "%d %d" 1', 'printf "%d" 1 2', 'printf "a" 1 "b"', 'printf "%9999d" 1', 'printf "%.f" 2.5', 'printf "%5.f|" 2.5', 'printf "%%%d%%" 5', 'printf "%v %v" nil .nope',
               'printf "%é" 1', 'printf "%-010d|" 5', 'printf "%+05d" 5', 'printf "% 05d" 5', 'printf "%+s" "é"', 'printf "%[1]*[2]d" 5 1', 'printf "%[2]*[1]d" 5 6', 'printf "%[]d" 1', 'printf "%[0]d" 1', 'printf "%.[2]*[1]f" 1.5 3', 'printf "%6.3d|" 7',
               'printf "%.0d|" 0', 'printf "%x" -255', 'printf "%#.3x" 5', 'printf "%+.3e" 0.0', 'printf "%g %g %g" 1e20 1e21 1e-5', 'printf "%v %v" 1e6 123456789.0', 'printf "%6.2f|%-8.1f|" 3.14159 2.0', 'printf "%w" "x"', 'printf "%p" 1']
NUMBERS = ["0", "1", "-1", "7", "2.5", "-2.5", "9223372036854775807", "-9223372036854775808", '"12"', '"-3.9"', '"x"', '"0x10"', '"1e3"', '"010"', "true", "nil", ".n", ".big", ".tiny", "1e300", '" 5 "', '""', "'a'", ".nums"]
SIMPLE = {"num": NUMBERS, "small": ["-1", "0", "1", "2", "5", "40"], "tiny": ["0", "1", "2"], "bool": ["true", "false"], "int": ["0", "-1", "3", "9223372036854775807"], "float": ["0.0", "1.5", "-2.5", "1e300"],
          "str": ['""', '"a"', '"Hello World"', '"  x\\ty  "', '"été ☃ ǅ"', '"a-b_c.dE1fHTTPServer"', '"\\xff\\x00"', ".h", ".long", ".path"], "list": [".l", ".mixed", ".none", ".nest", "(list 1 1 nil nil)", ".strs", ".s", "nil"],
          "dict": [".m", ".em", '(dict "a" 1 "b" (dict "c" 2))', "nil"], "key": ['"a"', '"b"', '""', '"nope"'], "newdict": ['(dict "a" 0 "z" "" "b" (dict "c" 1))', "(dict)"], "sized": [".l", ".m", '"héy"', "nil", "5", ".nope"],
          "time": ['(toDate "2006-01-02 15:04:05" "2024-02-29 13:14:15")'], "any": ['""', '"a"', "0", "1.5", "true", "nil", ".nope", ".l", ".none", ".m", ".em", '"12"']}
SPECIAL = {"format": maker.FORMATS, "regex": maker.REGEXES, "replacement": maker.REPLACEMENTS, "semver": maker.SEMVERS, "range": maker.RANGES, "type": maker.TYPES, "kind": maker.KINDS, "layout": maker.LAYOUTS, "zone": maker.ZONES,
           "span": ["1h", "-30m", "1.5s", "bad", "1us"], "day": ["2024-02-29", "bad", "15:04:05"], "url": ["https://u:p@h.test:8443/a/b?q=1#f", "mailto:a@b.test", "/p?x", "//h/p", "http://[::1]:80/", "::", "a b", "%zz", ""],
           "json": ["null", "1.50", "[1,\\\"a\\\",null]", "{\\\"a\\\":{\\\"b\\\":[]}}", "bad", "", "1e400", "[1,]", "{} x", "123456789012345678901", "\\\"\\\\ud83d\\\\ude00\\\""]}
PER_FUNCTION = 9


def choices(kind):
    return [maker.quoted(text) for text in SPECIAL[kind]] if kind in SPECIAL else SIMPLE[kind]


def function_rows(dice):
    for name, (_, takes) in sorted(maker.FUNCTIONS.items()):
        if takes == ["pairs"]:
            yield from ["dict", 'dict "a"', 'dict 1 2 "b" nil', 'dict "a" 1 "a" 2', "dict nil true"]
            continue
        shapes = [[]]
        for take in takes:
            base = take.rstrip("*?")
            if take.endswith("*"):
                shapes = [s + [base] * n for s in shapes for n in (0, 1, 2, 3)]
            elif take.endswith("?"):
                shapes = [s + [base] * n for s in shapes for n in (0, 1)]
            else:
                shapes = [s + [base] for s in shapes]
        rows = set()
        for shape in shapes:
            every = list(itertools.islice(itertools.product(*map(choices, shape)), 5000))
            rows.update(" ".join([name, *args]) for args in dice.sample(every, min(len(every), max(2, PER_FUNCTION * 2 // len(shapes)))))
        sort = " | sortAlpha" if name in maker.UNORDERED else ""
        yield from (row + sort for row in sorted(rows))
        yield name
        yield " ".join([name] + ["1"] * (len(takes) + 1))


def write(name, program, templates, data):
    questions = [{"template": t, "data": data} for t in dict.fromkeys(templates)]
    rows = [{"template": q["template"], **a} for q, a, b in zip(questions, ask(program, questions), ask(program, questions)) if a == b and "unfinished" not in a and "\ufffd" not in a.get("error", "")]
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (FOLDER / name).write_text('{"data": ' + json.dumps(data, ensure_ascii=False) + ',\n"cases": [\n' + text + "\n]}\n")
    print(f"{name}: {len(rows)} of {len(questions)}")


def main():
    program, dice = sys.argv[1], random.Random(1)
    data = {**maker.DATA, "strs": ["x", "y", "x"]}
    for name in ("language", "corners"):
        lines = (FOLDER / f"{name}.txt").read_text().splitlines()
        write(f"{name}.json", program, [line.replace("\\n", "\n").replace("\\t", "\t") for line in lines if line and not line.startswith("#")], data)
    printing = ["{{ " + row + " }}" for row in FORMAT_ROWS]
    # Verbs that show the insides of Go's structs are rows of docs/compat.md.
    printing += ["{{ printf \"" + verb + "\" " + value + " }}" for value in VALUES for verb in dice.sample(VERBS, 22)
                 if not value.startswith(("(semver", "(toDate")) or verb.rstrip("%|")[-1] in "vsqxXT"]
    printing += ["{{ " + how + " " + value + " }}" for value in VALUES for how in ("print", "println 1 \"a\"", "html", "js", "urlquery", "toJson", "quote", "toString", "typeOf", "kindOf")]
    printing += ["{{ " + value + " }}" for value in VALUES]
    write("printing.json", program, printing, data)
    write("functions.json", program, ["{{ " + row + " }}" for row in function_rows(dice)], data)
    write("random.json", program, maker.templates(1, 500), data)


main()
