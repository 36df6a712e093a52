#!/usr/bin/env python3
"""clang-tidy over every source of the compile commands, in parallel; what was clean and has not changed since is not run again.

A file's stamp is the hash of itself, every header of ours that it reaches, its compile command and .clang-tidy.
  clang_tidy.py BUILD_FOLDER JOBS [PATH_PART…]
"""
import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def reached(path, seen):
    """path and the project's headers that it includes, directly or not."""
    if path in seen or not os.path.isfile(path):
        return
    seen.add(path)
    for name in _INCLUDE.findall(read(path).decode("utf-8", "replace")):
        reached(os.path.join(ROOT, "src", name), seen)


def stamp_of(entry):
    files = set()
    reached(entry["file"], files)
    digest = hashlib.sha256(read(os.path.join(ROOT, ".clang-tidy")) + entry["command"].encode())
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + read(path))
    return digest.hexdigest()


def main(arguments):
    build, jobs, parts = arguments[0], int(arguments[1]), arguments[2:]
    stamps = os.path.join(build, "tidy")
    os.makedirs(stamps, exist_ok=True)
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as stream:
        entries = [e for e in json.load(stream) if e["file"].startswith((ROOT + "/src/", ROOT + "/bench/", ROOT + "/fuzz/"))]
    wanted = {}
    for entry in entries:
        if not parts or any(part in entry["file"] for part in parts):
            stamp = stamp_of(entry)
            if not os.path.exists(os.path.join(stamps, stamp)):
                wanted[entry["file"]] = stamp

    def check(item):
        path, stamp = item
        done = subprocess.run(["clang-tidy-16", "-p", build, "--quiet", path], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            open(os.path.join(stamps, stamp), "w", encoding="utf-8").close()
        else:
            print(done.stdout or done.stderr, flush=True)
        return done.returncode == 0

    with ThreadPoolExecutor(jobs) as pool:
        clean = list(pool.map(check, sorted(wanted.items())))
    print(f"clang-tidy: {len(wanted)} files looked at, {clean.count(False)} with findings")
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
