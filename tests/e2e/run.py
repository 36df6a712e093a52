#!/usr/bin/env python3
"""Runs scenario files (see scenario.py) against $CVP_PROGRAM. Exit: 0 all held, 1 one did not, 77 skipped."""
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import results  # noqa: E402
import scenario  # noqa: E402


def steps(path):
    """(line number, step, block or None); a block is the lines between `<<END` and `END`."""
    with open(path, encoding="utf-8") as stream:
        lines = stream.read().split("\n")
    number = 0
    while number < len(lines):
        line, first = lines[number].strip(), number + 1
        number += 1
        if not line or line.startswith("#"):
            continue
        if line.endswith("<<END"):
            end = lines.index("END", number)
            yield first, line, "\n".join(lines[number:end]) + "\n"
            number = end + 1
        else:
            yield first, line, None


def run(path, program):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    with tempfile.TemporaryDirectory(prefix="cvp-e2e-") as work:
        world = scenario.Scenario(program=program, work=work, source=ROOT,
                                  data=os.environ.get("CVP_DATA") or os.path.normpath(os.path.join(ROOT, "../shared/data")),
                                  models_home=os.environ.get("CVP_TEST_HOME") or os.path.join(cache, "cvp-test"))
        number = 0
        try:
            for number, line, block in steps(path):
                world.step(line, block)
            if world.unchecked:
                raise scenario.Failed("the last run has no `exit` line")
        except scenario.Skipped as reason:
            return "skipped", str(reason)
        except (scenario.Failed, OSError, ValueError, IndexError, KeyError, TypeError) as problem:
            return "failed", f"{os.path.relpath(path, ROOT)}:{number}: {problem!s}"
        finally:
            world.close()
    return "passed", ""


def main(paths):
    program = os.environ.get("CVP_PROGRAM") or os.path.join(ROOT, "build/release/bin/cvp")
    outcomes = []
    for path in paths:
        name = os.path.basename(path).removesuffix(".scenario")
        began = time.monotonic()
        outcome, message = run(path, program)
        print(f"{outcome}: {name}" + (f"\n{message}" if message else ""), flush=True)
        results.report(f"e2e_{name}", [(name, time.monotonic() - began, outcome, message)])
        outcomes.append(outcome)
    if "failed" in outcomes:
        return 1
    return 77 if outcomes and all(o == "skipped" for o in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
