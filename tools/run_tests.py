#!/usr/bin/env python3
"""Runs ctest in a build folder, repeats what was skipped and why, and counts test cases.

usage: run_tests.py BUILD_DIR [ctest arguments]

The last line is "N passed, N failed, N skipped": doctest and unittest cases where a program
says how many it ran, one for any other test. If something failed, what and how stands before it,
in at most SUMMARY_LINES lines: often the end of the output is all that is left of a run.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

DOCTEST = re.compile(r"test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed")
UNITTEST = re.compile(r"^Ran (\d+) tests? in", re.M)
UNITTEST_END = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?$", re.M)
# A failed case as doctest and as unittest name it.
FAILED_CASE = re.compile(r"^(?:TEST CASE:  *|(?:FAIL|ERROR): )(.+)$", re.M)
SUMMARY_LINES = 150
LINES_OF_A_TEST = 40


def count(case):
    """(passed, failed, skipped) of one ctest case."""
    output = case.findtext("system-out") or ""
    state = case.get("status")
    if output.startswith("Unable to find executable"):
        return 0, 1, 0  # ctest itself calls it skipped.
    if state in ("notrun", "disabled") or case.find("skipped") is not None:
        return 0, 0, 1
    bad = state == "fail"
    found = DOCTEST.search(output)
    if found:
        passed, failed = int(found[2]), int(found[3])
        return passed, max(failed, int(bad)), 0
    ran = UNITTEST.search(output)
    ends = UNITTEST_END.findall(output)
    if ran and ends:
        parts = dict(part.split("=") for part in ends[-1].split(", ") if "=" in part)
        failed = int(parts.get("failures", 0)) + int(parts.get("errors", 0))
        skipped = int(parts.get("skipped", 0))
        return int(ran[1]) - failed - skipped, max(failed, int(bad)), skipped
    return (0, 1, 0) if bad else (1, 0, 0)


def one_line(text, width=200):
    return text if len(text) <= width else text[: width - 3] + "..."


def summary(cases):
    """What failed, as lines: every test and its failed cases by name, then the end of what each printed."""
    failed = [case for case in cases if count(case)[1]]
    if not failed:
        return []
    names = ["==> failed tests"]
    for case in failed:
        output = case.findtext("system-out") or ""
        parts = list(dict.fromkeys(FAILED_CASE.findall(output)))
        names.append(f"{case.get('name')} ({case.get('time')} s)")
        names += [f"    {one_line(part.strip())}" for part in parts[:10]]
        names += [f"    and {len(parts) - 10} more"] if len(parts) > 10 else []
    names = names[:SUMMARY_LINES // 2]
    share = min(LINES_OF_A_TEST, (SUMMARY_LINES - len(names)) // len(failed) - 1)
    ends = []
    for case in failed if share > 0 else []:
        output = (case.findtext("system-out") or "").rstrip().splitlines()
        ends.append(f"--- {case.get('name')}: the last {min(share, len(output))} lines of {len(output)}")
        ends += [one_line(line) for line in output[-share:]]
    return names + ends


def main():
    build, arguments = sys.argv[1], sys.argv[2:]
    # In the background, or below nohup, signals are ignored, which every test would inherit.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        ctest = subprocess.run(
            ["ctest", "--test-dir", build, "--output-on-failure", "--no-tests=error",
             "-j", os.environ.get("JOBS", str(os.cpu_count() or 2)),
             "--test-output-size-passed", "200000", "--test-output-size-failed", "200000",
             "--output-junit", report.name, *arguments])
        suite = ElementTree.parse(report.name).getroot()
    total = [0, 0, 0]
    for case in suite.iter("testcase"):
        numbers = count(case)
        total = [a + b for a, b in zip(total, numbers)]
        for line in (case.findtext("system-out") or "").splitlines():
            if re.search(r"\bskipped '|^SKIP", line):
                print(f"SKIP {case.get('name')}: {line.strip()}")
    print("\n".join([*summary(suite.iter("testcase")), ""]), end="")
    if ctest.returncode != 0 and total[1] == 0:
        total[1] = 1  # ctest itself failed.
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    sys.exit(ctest.returncode or int(total[1] > 0) or int(total[0] == 0))


if __name__ == "__main__":
    main()
