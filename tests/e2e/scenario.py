"""The language of *.scenario files, run against the real program in a temporary home.

One step a line; `#` starts a comment line; words are split as a shell does. {work} is the scenario's folder, {home} its CVP_HOME,
{source} the source tree, {data} the folder of test data, {0}, {1} … what `save` kept.

  needs models | data        skip (data) or fail (models) where these are absent; `needs models` links engine and models into the home
  env NAME=VALUE …           for the runs that follow
  write PATH <<END           a text file, up to the line END; `write PATH bytes 00ff…` and `write PATH repeat COUNT TEXT`
  copy FROM PATH             a file or folder
  remove PATH                a file
  run ARGUMENT…              cvp ARGUMENT…, to its end; `stdin PATH` or `stdin TEXT` before it gives it input
  start NAME ARGUMENT…       cvp in the background
  hold NAME                  takes the lock of the home and keeps it until `release NAME`
  kill NAME after SECONDS    SIGKILL, then waits; `interrupt NAME after SECONDS` sends SIGINT
  serve NAME ARGUMENT…       cvp serve in the background on a free port, once it answers; {NAME} is its address
  account NAME USER PASSWORD    makes the server's first account; the requests that follow are its
  login NAME USER PASSWORD      signs in instead; `logout NAME` forgets the session
  http NAME METHOD PATH [JSON | file PATH]     a request; the answer is the last output, `status N` its status
  script PATH ARGUMENT…      a Python script of the source tree, to its end; `exit` as after run
  wait NAME                  for the end; its output and status become the last ones
  exit STATUS                the last run's; every run must be followed by one
  out|err [not] contains TEXT       the last run's standard output or error
  out|err [not] matches REGEX
  json PATH ==|!=|>=|<=|contains VALUE      of the last line of output as JSON: a.0.b, a.# is the length
  save json PATH             keeps a value of the last output as JSON for {0}, {1} …
  file PATH exists|absent|contains TEXT
  within SECONDS             the last run took no longer
"""
import fcntl
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from web_session import WebSession


class Failed(Exception):
    """A step did not hold."""


class Skipped(Exception):
    """What the scenario needs is not here."""


RUN_SECONDS = 600


@dataclass
class Outcome:
    arguments: list
    status: int
    out: str
    err: str
    seconds: float

    def __str__(self):
        def cut(text):
            return text if len(text) < 4000 else text[:2000] + "\n…\n" + text[-2000:]
        return (f"  cvp {shlex.join(self.arguments)} → {self.status} ({self.seconds:.1f} s)\n"
                f"  --- out\n{cut(self.out)}\n  --- err\n{cut(self.err)}")


@dataclass
class Scenario:
    program: str
    work: str
    source: str
    data: str
    models_home: str
    env: dict = field(default_factory=dict)
    stdin: bytes = b""
    last: Outcome = None
    unchecked: bool = False
    saved: list = field(default_factory=list)
    children: dict = field(default_factory=dict)
    locks: dict = field(default_factory=dict)
    servers: dict = field(default_factory=dict)  # name: WebSession

    @property
    def home(self):
        return os.path.join(self.work, "home")

    # ---- running ----

    def environment(self):
        base = {k: v for k, v in os.environ.items() if not k.startswith(("CVP_", "LC_", "LANG"))}
        base |= {"CVP_HOME": self.home, "XDG_CONFIG_HOME": os.path.join(self.work, "config"), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        return base | self.env

    def start_process(self, arguments, stdin):
        return subprocess.Popen([self.program, *arguments], cwd=self.work, env=self.environment(), stdin=stdin,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, arguments):
        if self.unchecked:
            raise Failed("the run before has no `exit` line")
        began = time.monotonic()
        process = self.start_process(arguments, subprocess.PIPE)
        try:
            out, err = process.communicate(self.stdin, timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.finish(arguments, None, out, err, began)
            raise Failed(f"still running after {RUN_SECONDS} s\n{self.last}") from None
        self.stdin = b""
        self.finish(arguments, process.returncode, out, err, began)

    def finish(self, arguments, status, out, err, began):
        self.last = Outcome(arguments, status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"),
                            time.monotonic() - began)
        self.unchecked = True

    def close(self):
        for process, _, _ in self.children.values():
            process.kill()
            process.wait()
        for lock in self.locks.values():
            lock.close()

    # ---- words ----

    def fill(self, text):
        known = {"work": self.work, "home": self.home, "source": self.source, "data": self.data}
        known |= {name: session.url.rstrip("/") for name, session in self.servers.items()}

        def value(match):
            name = match[1]
            if name.isdigit():
                return str(self.saved[int(name)])
            return known.get(name, match[0])
        return re.sub(r"\{(\w+)\}", value, text)

    def path(self, text):
        return os.path.join(self.work, text)

    def step(self, line, block):
        verb, _, rest = self.fill(line).partition(" ")
        method = getattr(self, "do_" + verb, None)
        if not method:
            raise Failed(f"no such step: {verb}")
        if block is not None:
            method(rest.strip(), block)
        else:
            method(rest.strip())

    # ---- steps ----

    def do_needs(self, what):
        if what == "data":
            if not os.path.isdir(self.data):
                raise Skipped(f"no test data in {self.data}")
            return
        for folder in ("engine", "models"):
            there = os.path.join(self.models_home, folder)
            if folder == "models" and not os.path.isdir(there):
                if os.environ.get("CVP_OFFLINE"):
                    raise Skipped("CVP_OFFLINE is set and there are no models")
                raise Failed(f"no models in {self.models_home}: `./dev test` fetches them")
            if os.path.isdir(there):
                os.makedirs(self.home, exist_ok=True)
                os.symlink(there, os.path.join(self.home, folder))

    def do_env(self, rest):
        self.env |= dict(word.split("=", 1) for word in shlex.split(rest))

    def do_write(self, rest, block=None):
        words = shlex.split(rest.removesuffix("<<END"))
        if block is not None:
            content = block.encode()
        elif words[1] == "bytes":
            content = bytes.fromhex("".join(words[2:]))
        elif words[1] == "repeat":
            content = (words[3] * int(words[2])).encode()
        else:
            raise Failed(f"write what? {rest}")
        os.makedirs(os.path.dirname(self.path(words[0])), exist_ok=True)
        with open(self.path(words[0]), "wb") as stream:
            stream.write(content)

    def do_copy(self, rest):
        source, target = shlex.split(rest)
        os.makedirs(os.path.dirname(self.path(target)), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, self.path(target))
        else:
            shutil.copyfile(source, self.path(target))

    def do_remove(self, rest):
        os.remove(self.path(rest))

    def do_stdin(self, rest):
        if os.path.isfile(self.path(rest)):
            with open(self.path(rest), "rb") as stream:
                self.stdin = stream.read()
        else:
            self.stdin = (" ".join(shlex.split(rest)) + "\n").encode()

    def do_run(self, rest):
        self.run(shlex.split(rest))

    def do_start(self, rest):
        name, *arguments = shlex.split(rest)
        self.children[name] = (self.start_process(arguments, subprocess.DEVNULL), arguments, time.monotonic())

    def do_serve(self, rest):
        name, *more = shlex.split(rest)
        arguments = ["serve", "--json", "--listen", "127.0.0.1:0", *more]
        log = open(self.path(name + ".log"), "ab")
        process = subprocess.Popen([self.program, *arguments], cwd=self.work, env=self.environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        log.close()
        self.children[name] = (process, arguments, time.monotonic())
        line = process.stdout.readline()
        try:
            started = json.loads(line)
            self.servers[name] = WebSession(started["url"], started["setup_token"])
        except (ValueError, KeyError):
            with open(self.path(name + ".log"), encoding="utf-8", errors="replace") as stream:
                raise Failed(f"the server did not start: {line!r}\n{stream.read()[-4000:]}") from None

    def do_account(self, rest):
        name, user, password = shlex.split(rest)
        self.servers[name].set_up(user, password)

    def do_login(self, rest):
        name, user, password = shlex.split(rest)
        self.servers[name].sign_in(user, password)

    def do_logout(self, name):
        self.servers[name].forget()

    def do_http(self, rest):
        name, method, target, *body = rest.split(" ", 3)
        content = body[0] if body else ""
        if content.startswith("file "):
            with open(self.path(content[5:]), "rb") as stream:
                content = stream.read()
        began = time.monotonic()
        status, out = self.servers[name].send(method, target, content)
        self.finish([method, target], status, out, b"", began)

    def do_status(self, rest):
        self.do_exit(rest)

    def do_script(self, rest):
        path, *arguments = shlex.split(rest)
        began = time.monotonic()
        done = subprocess.run([sys.executable, os.path.join(self.source, path), *arguments], cwd=self.work,
                              env=self.environment(), capture_output=True, timeout=RUN_SECONDS, check=False)
        if done.returncode == 77:
            raise Skipped(done.stderr.decode("utf-8", "replace").strip())
        self.finish([path, *arguments], done.returncode, done.stdout, done.stderr, began)

    def end_child(self, name):
        process, arguments, began = self.children.pop(name)
        self.servers.pop(name, None)
        out, err = process.communicate(timeout=RUN_SECONDS)
        if err is None:
            with open(self.path(name + ".log"), "rb") as stream:
                err = stream.read()
        self.finish(arguments, process.returncode, out, err, began)

    def do_wait(self, name):
        self.end_child(name)

    def signal_child(self, rest, number):
        name, after, seconds = rest.split()
        if after != "after":
            raise Failed("after how many seconds?")
        time.sleep(float(seconds))
        self.children[name][0].send_signal(number)
        self.end_child(name)

    def do_kill(self, rest):
        self.signal_child(rest, signal.SIGKILL)
        self.unchecked = False  # a killed run has no status of its own

    def do_interrupt(self, rest):
        self.signal_child(rest, signal.SIGINT)

    def do_hold(self, name):
        os.makedirs(self.home, exist_ok=True)
        lock = open(os.path.join(self.home, "lock"), "a+", encoding="utf-8")
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("cvp add, pid 4711, held by a scenario\n")
        lock.flush()
        self.locks[name] = lock

    def do_release(self, name):
        self.locks.pop(name).close()

    def do_exit(self, rest):
        self.unchecked = False
        if self.last.status != int(rest):
            raise Failed(f"exit status {self.last.status} instead of {rest}\n{self.last}")

    def check_stream(self, text, rest):
        negated = rest.startswith("not ")
        kind, _, wanted = rest.removeprefix("not ").partition(" ")
        if kind == "contains":
            there = wanted in text
        elif kind == "matches":
            there = re.search(wanted, text, re.MULTILINE) is not None
        else:
            raise Failed(f"contains or matches, not {kind}")
        if there == negated:
            raise Failed(f"{'found' if negated else 'missing'}: {wanted}\n{self.last}")

    def do_out(self, rest):
        self.check_stream(self.last.out, rest)

    def do_err(self, rest):
        self.check_stream(self.last.err, rest)

    def value_at(self, path):
        try:
            value = json.loads(self.last.out.strip().rpartition("\n")[2])
            for key in path.split("."):
                if key == "#":
                    value = len(value)
                else:
                    value = value[int(key)] if isinstance(value, list) else value[key]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise Failed(f"no {path} in the output ({error!r})\n{self.last}") from None
        return value

    def do_json(self, rest):
        path, operator, wanted = rest.split(" ", 2)
        value = self.value_at(path)
        try:
            expected = json.loads(wanted)
        except ValueError:
            expected = wanted
        if operator == "contains" and isinstance(value, str):
            expected = wanted
        holds = {"==": lambda: value == expected, "!=": lambda: value != expected, ">=": lambda: value >= expected,
                 "<=": lambda: value <= expected, "contains": lambda: expected in value}[operator]()
        if not holds:
            raise Failed(f"{path} is {value!r}, not {operator} {expected!r}\n{self.last}")

    def do_save(self, rest):
        kind, path = rest.split(" ", 1)
        if kind != "json":
            raise Failed(f"save json, not {kind}")
        self.saved.append(self.value_at(path))

    def do_file(self, rest):
        words = shlex.split(rest)
        path, state = self.path(words[0]), words[1]
        there = os.path.exists(path)
        if state in ("exists", "absent"):
            if there != (state == "exists"):
                raise Failed(f"{path} is not {state}")
            return
        with open(path, encoding="utf-8", errors="replace") as stream:
            if words[2] not in stream.read():
                raise Failed(f"{path} does not contain {words[2]}")

    def do_within(self, rest):
        if self.last.seconds > float(rest):
            raise Failed(f"took {self.last.seconds:.1f} s, at most {rest}\n{self.last}")
