#!/usr/bin/env python3
"""Adds up the result files of a test run: `N passed, N failed, N skipped`, counted in test cases.

A results folder has ctest.xml (one entry a test program) and, for every program that reports its cases, a JUnit file of its own.
A program that failed without a failed case (it crashed, hung or was not built) counts as one failure.

  results.py FOLDER…                  print the sum; exit 1 if anything failed or nothing ran
  results.py --build-failed FOLDER    record that this build failed
"""
import os
import sys
import xml.etree.ElementTree as xml


def write_junit(path, suite, cases):
    """cases: (name, seconds, outcome, message) with outcome passed, failed or skipped."""
    root = xml.Element("testsuite", name=suite, tests=str(len(cases)))
    for name, seconds, outcome, message in cases:
        case = xml.SubElement(root, "testcase", name=name, time=f"{seconds:.3f}")
        if outcome != "passed":
            xml.SubElement(case, {"failed": "failure", "skipped": "skipped"}[outcome], message=message)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    xml.ElementTree(root).write(path, encoding="unicode")


def report(suite, cases):
    """Writes a Python test's cases where GoogleTest programs write theirs (GTEST_OUTPUT=xml:FOLDER/)."""
    target = os.environ.get("GTEST_OUTPUT", "")
    if target.startswith("xml:") and target.endswith("/"):
        write_junit(os.path.join(target[4:], suite + ".xml"), suite, cases)


def count_cases(path):
    passed = failed = skipped = 0
    for case in xml.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def program_of(file_name):
    """base_test.xml → base, as the test is called in CTest; tidy.xml → tidy."""
    name = file_name.removesuffix(".xml")
    return name.removesuffix("_test")


def count_folder(folder):
    totals = [0, 0, 0]
    reported = {}
    for file_name in sorted(os.listdir(folder)):
        if not file_name.endswith(".xml") or file_name == "ctest.xml":
            continue
        try:
            counts = count_cases(os.path.join(folder, file_name))
        except xml.ParseError:  # the program died while it wrote
            counts = (0, 0, 0)
        reported[program_of(file_name)] = counts
        totals = [a + b for a, b in zip(totals, counts)]
    overview = os.path.join(folder, "ctest.xml")
    if os.path.exists(overview):
        for case in xml.parse(overview).iter("testcase"):
            counts = reported.get(case.get("name"))
            bad = case.get("status") == "fail"
            if counts is None and not bad:
                totals[2 if case.find("skipped") is not None else 0] += 1
            elif bad and (counts is None or counts[1] == 0):
                totals[1] += 1
                print(f"{folder}: {case.get('name')} ended without a report", file=sys.stderr)
    return totals


def main(arguments):
    if arguments[:1] == ["--build-failed"]:
        write_junit(os.path.join(arguments[1], "build.xml"), "build", [("build", 0, "failed", "the build failed")])
        return 0
    totals = [sum(column) for column in zip(*(count_folder(f) for f in arguments if os.path.isdir(f)))] or [0, 0, 0]
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 0 if totals[1] == 0 and totals[0] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
