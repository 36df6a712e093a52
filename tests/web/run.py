#!/usr/bin/env python3
"""Drives the page of the real `cvp serve` with Chromium: see main.mjs. Exit: 0 all held, 1 one did not, 77 skipped.

  run.py [PATTERN]     only the scenarios whose names match, a regular expression of JavaScript

UPDATE_SCREENSHOTS=1 also renews docs/screenshots. What was on the page when a scenario failed lies in build/web-tests/traces.
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(ROOT, "build/web-tests")
sys.path[:0] = [os.path.dirname(HERE)]
import results  # noqa: E402

OLDEST_NODE = (20, 19)
# Debian's browser: none is fetched.
CHROMIUM = "/usr/bin/chromium"
# Below the limit that CTest sets, so that the servers are stopped and the report is written.
RUN_SECONDS = 2300
SKIPPED = 77


class Missing(Exception):
    """What these tests need is not here."""


def node_folder():
    """Where a Node.js is that is new enough: the system's, or the private one that builds the page."""
    for program in (shutil.which("node"), os.path.join(ROOT, "build/node/node_modules/node/bin/node")):
        if program and os.path.exists(program):
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
            numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
            if numbers >= OLDEST_NODE:
                return os.path.dirname(program)
    raise Missing(f"no Node.js {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer: `./dev build` gets one")


def environment():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    env = dict(os.environ)
    env["CVP_PROGRAM"] = env.get("CVP_PROGRAM") or os.path.join(ROOT, "build/release/bin/cvp")
    env["CVP_TEST_HOME"] = env.get("CVP_TEST_HOME") or os.path.join(cache, "cvp-test")
    env["CVP_DATA"] = env.get("CVP_DATA") or os.path.normpath(os.path.join(ROOT, "../shared/data"))
    env |= {"CVP_WEB_OUT": OUT, "CVP_CHROMIUM": env.get("CVP_CHROMIUM") or CHROMIUM}
    if not os.path.exists(env["CVP_PROGRAM"]):
        raise Missing(f"{env['CVP_PROGRAM']} is not built")
    if not os.path.exists(env["CVP_CHROMIUM"]):
        raise Missing(f"no Chromium at {env['CVP_CHROMIUM']}: apt-get install chromium")
    if not os.path.isdir(os.path.join(env["CVP_TEST_HOME"], "models")):
        raise Missing(f"no models in {env['CVP_TEST_HOME']}: `./dev test` fetches them")
    env["PATH"] = node_folder() + os.pathsep + env.get("PATH", "")
    if not shutil.which("npm", path=env["PATH"]):
        raise Missing("no npm")
    return env


def install_packages(env):
    """Into build/: the tree of the sources stays as it is. Again only where the lock file has changed."""
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(HERE, "package-lock.json"), "rb") as stream:
        wanted = hashlib.sha256(stream.read()).hexdigest()
    mark = os.path.join(OUT, "node_modules/.lock-hash")
    if os.path.exists(mark):
        with open(mark, encoding="utf-8") as stream:
            if stream.read() == wanted:
                return
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(os.path.join(HERE, name), os.path.join(OUT, name))
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], cwd=OUT, env=env,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        if env.get("CVP_OFFLINE"):
            raise Missing("CVP_OFFLINE is set and the packages of these tests are not installed")
        raise OSError(f"npm ci: {done.stdout}{done.stderr}")
    with open(mark, "w", encoding="utf-8") as stream:
        stream.write(wanted)


def run(env, pattern):
    shutil.rmtree(os.path.join(OUT, "traces"), ignore_errors=True)
    command = ["node", "--test-reporter=spec", "--test-reporter-destination=stdout"]
    target = env.get("GTEST_OUTPUT", "")
    if target.startswith("xml:") and target.endswith("/"):
        os.makedirs(target[4:], exist_ok=True)
        command += ["--test-reporter=junit", "--test-reporter-destination=" + os.path.join(target[4:], "web.xml")]
    if pattern:
        command.append("--test-name-pattern=" + pattern)
    process = subprocess.Popen([*command, os.path.join(HERE, "main.mjs")], env=env)
    try:
        return 0 if process.wait(timeout=RUN_SECONDS) == 0 else 1
    except subprocess.TimeoutExpired:
        print(f"still running after {RUN_SECONDS} s", file=sys.stderr)
        process.terminate()
        process.wait()
        return 1


def main(arguments):
    try:
        env = environment()
        install_packages(env)
    except Missing as reason:
        print(f"skipped: {reason}")
        results.report("web", [("web", 0, "skipped", str(reason))])
        return SKIPPED
    return run(env, arguments[0] if arguments else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
