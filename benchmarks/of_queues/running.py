"""A system while it runs: its processes, its servers, and what they use."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.of_queues.statements import Statements
from benchmarks.of_queues.systems import ROOT, Layout, Place, Program, System
from tests.servers.services import PostgresServer, RedisServer

LONG_ENOUGH_SECONDS = 300.0
"""For a program to be ready, and for one order to the submitter; only a defect reaches it."""
STOP_SECONDS = 15.0
"""After that, a program is killed."""
TICK = os.sysconf("SC_CLK_TCK")


class DidNotRun(Exception):
    """A system that could not be started, or ended too early; the sentence says what it wrote last."""


@dataclass(frozen=True)
class Cpu:
    """Seconds of processor time, user and system together."""

    own: float = 0.0
    redis: float = 0.0
    postgres: float = 0.0

    def __sub__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.own - other.own, self.redis - other.redis, self.postgres - other.postgres)

    def each(self, items: int) -> "Cpu":
        return Cpu(self.own / items, self.redis / items, self.postgres / items)

    @property
    def whole(self) -> float:
        return self.own + self.redis + self.postgres


class Running:
    """A system's servers, workers and submitter, from construction until the stack is closed."""

    def __init__(self, system: System, python: Path, stack: ExitStack) -> None:
        """Raises DidNotRun, and what starting a server raises."""
        self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="errand-compare-")))
        self._redis = stack.enter_context(RedisServer()) if system.redis else None
        self._postgres = stack.enter_context(PostgresServer(durable=True)) if system.postgres else None
        self.statements = Statements(self._postgres) if self._postgres else None
        database = self.statements.database if self.statements else ""
        place = Place(self._folder, python, self._redis.url if self._redis else "", database)
        layout = system.layout(place)
        self._environment = _environment(place, layout)
        self._pids = [
            started(each, self._folder / f"program{n}.log", self._environment, stack)
            for n, each in enumerate(layout.programs)
        ]
        self._submitter = stack.enter_context(self._submitting(layout.submitter))
        self._pids.append(self._submitter.pid)

    def order(self, **what: object) -> object:
        """What the submitter answers. Raises DidNotRun."""
        if self._submitter.stdin is None or self._submitter.stdout is None:
            raise RuntimeError("The submitter was started without pipes.")
        limit = threading.Timer(LONG_ENOUGH_SECONDS, self._submitter.kill)
        limit.start()
        try:
            self._submitter.stdin.write(json.dumps(what) + "\n")
            self._submitter.stdin.flush()
            answer = self._submitter.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            limit.cancel()
        if not answer:
            raise DidNotRun(f"The submitter ended. {_last_line(self._folder / 'submitter.log')}")
        return json.loads(answer)["answer"]

    def cpu(self) -> Cpu:
        """Used since the start."""
        return Cpu(
            sum(map(used, self._pids)),
            used(self._redis.pid) if self._redis else 0.0,
            used(self._postgres.pid) if self._postgres else 0.0,
        )

    @contextmanager
    def _submitting(self, command: Sequence[str]) -> "Iterator[subprocess.Popen[str]]":
        with (self._folder / "submitter.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=self._folder, env=self._environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        with process:
            yield process
            _end(process)


def started(program: Program, path: Path, environment: Mapping[str, str], stack: ExitStack) -> int:
    """The id of a process that is ready, and is ended with the stack; `path` is its log. Raises DidNotRun."""
    with path.open("wb") as log:
        process = subprocess.Popen(
            program.command,
            cwd=path.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    stack.callback(_end, process)
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH_SECONDS / 0.05)):
        if path.read_text(errors="replace").count(program.ready) >= program.times:
            return process.pid
        if process.poll() is not None:
            raise DidNotRun(f"It ended before it was ready. {_last_line(path)}")
        pause.wait(0.05)
    raise DidNotRun(f"It was not ready after {LONG_ENOUGH_SECONDS:.0f} s. {_last_line(path)}")


def used(pid: int) -> float:
    """Seconds of processor time of a process and of those that it started, since their start.

    proc_pid_stat(5): utime, stime, and cutime and cstime of the children that it waited for.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]  # by thread
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # it ended meanwhile; whoever waited for it counts it
    return sum(map(int, fields[11:15])) / TICK + sum(used(int(child)) for child in " ".join(lists).split())


def _environment(place: Place, layout: Layout) -> Mapping[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COMPARE_REDIS": place.redis,
        "COMPARE_DATABASE": place.database, **layout.variables,
    }  # fmt: skip


def _end(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "It wrote nothing."
