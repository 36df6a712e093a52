#!/usr/bin/env python3
"""Style is a test: checks every file of the tree against rules.py and rules.toml. Prints file:line: message; exit 1 on any."""
import os
import statistics
import sys
import time
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import results  # noqa: E402
import rules  # noqa: E402

FOLDERS = ("src", "bench", "fuzz", "tests", "cmake", "data", "demo", "docs")
TEXT = (".cc", ".h", ".py", ".md", ".txt", ".toml", ".cmake", ".scenario", ".json", ".html")
# The rules' own data and tests name what is banned.
OWN = ("tests/tidy/",)


def paths():
    for name in sorted(os.listdir(ROOT)):
        if os.path.isfile(os.path.join(ROOT, name)) and (name.endswith(TEXT) or name == "dev"):
            yield name
    for folder in FOLDERS:
        for base, folders, names in os.walk(os.path.join(ROOT, folder)):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(names):
                if name.endswith(TEXT):
                    yield os.path.relpath(os.path.join(base, name), ROOT)


def check_file(path, data):
    with open(os.path.join(ROOT, path), encoding="utf-8") as stream:
        source = stream.read()
    if os.path.basename(path) == "CMakeLists.txt":
        yield from rules.cmake_edges(path, source, data)
    if path.startswith(OWN):
        yield from rules.file_length(rules.File(path, source), data)
        return
    if path.endswith(rules.CPP) or path.endswith(".py") or path == "dev":
        file = rules.File(path, source)
        for rule in rules.RULES:
            yield from rule(file, data)
    else:
        yield from rules.banned_words(rules.File(path, source), data)


def budget_report(all_paths):
    counts = []
    for path in all_paths:
        if path.startswith("src/") and path.endswith(rules.CPP) and "_test." not in path and not path.startswith("src/testing/"):
            with open(os.path.join(ROOT, path), encoding="utf-8") as stream:
                counts.append(sum(1 for _ in stream))
    counts.sort()
    if counts:
        p90 = counts[min(len(counts) - 1, int(len(counts) * 0.9))]
        print(f"lines per production file: {len(counts)} files, median {statistics.median(counts):.0f} (budget 150), "
              f"p90 {p90} (budget 450), longest {counts[-1]} (limit 700)")


def main():
    with open(os.path.join(HERE, "rules.toml"), "rb") as stream:
        data = tomllib.load(stream)
    start, cases, all_paths = time.monotonic(), [], list(paths())
    problems = []
    way = rules.cycles(data["rooms"])
    if way:
        problems.append("rules.toml: the include table has a cycle: " + " → ".join(way))
    problems += [f"{path}: its twin {twin} is missing" for path, twin in rules.twins(all_paths) if twin not in all_paths]
    for path in all_paths:
        problems += [f"{path}:{line}: {message}" for line, message in check_file(path, data)]
    print("\n".join(problems) or f"{len(all_paths)} files are tidy")
    budget_report(all_paths)
    outcome = ("failed", "\n".join(problems)) if problems else ("passed", "")
    cases.append(("tree", time.monotonic() - start, *outcome))
    results.report("tidy", cases)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
