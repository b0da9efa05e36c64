"""Starts the processes of an installation, and those that die again, as whatever supervises them would."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from errand.processes import children_of
from tests.e2e.chaos.outside import Outside
from tests.e2e.real import LONG_ENOUGH, ROOT

PROGRAM = "tests.e2e.chaos.program"
RESTART_SECONDS = 0.5
"""Between the death of a process and its next start."""
_LOOK_SECONDS = 0.1
_METRIC = re.compile(r"^(errand_\w+)(?:\{[^}]*\})? ([0-9.e+]+)$", re.MULTILINE)


@dataclass
class Supervised:
    """One process after the other, all started in the same way."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    logs: Path
    starts: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    statuses: list[int] = field(default_factory=list)
    """Of those that ended without being told to or killed."""
    counted: Counter[str] = field(default_factory=Counter)
    """What its processes had counted, as far as they were asked before their end."""
    died_at: float | None = None
    is_to_end: bool = False

    def start(self) -> None:
        self.starts += 1
        self.died_at, self.is_to_end = None, False
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, env={**os.environ, **self.environment}, cwd=self.logs,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        return self.runs and " is ready" in self.said

    @property
    def said(self) -> str:
        """By the one that was started last."""
        return self._log.read_text(errors="replace")

    @property
    def all_said(self) -> str:
        logs = sorted(self.logs.glob(f"{self.name}.*.log"), key=lambda path: int(path.suffixes[0][1:]))
        return "".join(each.read_text(errors="replace") for each in logs)

    def kill(self, *, with_children: bool = False) -> None:
        """As a host does that loses its power, with all that it has started; or alone."""
        if self.process is None or not self.runs:
            return
        self._count()
        family = [self.process.pid, *(below(self.process.pid) if with_children else ())]
        self.is_to_end = True
        for pid in family:
            _send(pid, signal.SIGKILL)
        self.process.wait(LONG_ENOUGH)

    def stop(self) -> None:
        """Told to end, as it should be."""
        if self.process is not None and self.runs:
            self._count()
            self.is_to_end = True
            self.process.terminate()

    def wait(self) -> bool:
        """False: it did not end when told to, and was killed."""
        try:
            if self.process is not None:
                self.process.wait(LONG_ENOUGH)
        except subprocess.TimeoutExpired:
            self.kill(with_children=True)
            return False
        return True

    @property
    def _log(self) -> Path:
        return self.logs / f"{self.name}.{self.starts}.log"

    def _count(self) -> None:
        """One that does not answer has counted nothing."""
        addresses = re.findall(r"metrics at (http://\S+?)\.\s", self.said)
        if not addresses:
            return
        try:
            with urllib.request.urlopen(addresses[0], timeout=0.5) as answer:  # noqa: S310  # our own
                found = _METRIC.findall(answer.read().decode())
        except OSError:
            return
        for name, value in found:
            self.counted[name] += round(float(value))


class Supervisor:
    """Lives from `start` to `stop`."""

    def __init__(self, processes: Sequence[Supervised]) -> None:
        self.processes = processes
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="supervisor")

    def start(self) -> None:
        for each in self.processes:
            each.start()
        self._thread.start()

    def of(self, kind: str) -> Sequence[Supervised]:
        return [each for each in self.processes if each.name.startswith(f"{kind}-")]

    def stop(self) -> Sequence[str]:
        """Names of those that had to be killed since they did not end when told to."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        for each in self.processes:
            each.stop()
        return [each.name for each in self.processes if not each.wait()]

    def _look_after(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            for each in self.processes:
                self._look_at(each)

    def _look_at(self, each: Supervised) -> None:
        if each.runs or each.process is None:
            return
        if each.died_at is None:
            each.died_at = time.monotonic()
            if not each.is_to_end:
                each.statuses.append(each.process.returncode)
        if time.monotonic() - each.died_at >= RESTART_SECONDS:
            each.start()


@dataclass(frozen=True)
class Site:
    """Hosts of one installation, and settings as a person would write them."""

    folder: Path
    database_url: str
    broker_url: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def outside(self) -> Outside:
        return Outside(self.folder / "outside")

    def process(self, name: str, *words: str, host: str = "host", before: Sequence[str] = ()) -> Supervised:
        """To be started; `before`: the words of a command that runs it."""
        (logs := self.folder / "logs").mkdir(parents=True, exist_ok=True)
        settings = {
            "PYTHONPATH": str(ROOT),
            "CHAOS_OUTSIDE": str(self.outside.path),
            "ERRAND_HOME": str(self.folder / host),
            "ERRAND_ARTIFACTS_URL": f"file://{self.folder / 'artifacts'}",
            "ERRAND_DATABASE_URL": self.database_url,
            "ERRAND_BROKER_URL": self.broker_url,
            "ERRAND_WORKER_METRICS_PORT": "0",
            "ERRAND_MANAGER_METRICS_PORT": "0",
            "ERRAND_LOG_LEVEL": "warning",
            "ERRAND_LOG_JSON": "true",
            **self.more,
        }
        return Supervised(name, [*before, sys.executable, "-m", PROGRAM, *words], settings, logs)

    def processes(self) -> Sequence[int]:
        """All that were started here, by whomever, and still run."""
        return _processes_of(f"CHAOS_OUTSIDE={self.outside.path}\0")


def _processes_of(marked: str) -> Sequence[int]:
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            environment, status = (each / "environ").read_bytes(), (each / "stat").read_text()
        except OSError:
            continue  # it has just ended, or is another user's
        if marked.encode() in environment and status.rpartition(")")[2].split()[0] != "Z":
            found.append(int(each.name))
    return found


def below(pid: int) -> Sequence[int]:
    """All that it started, and they."""
    return [each for child in children_of(pid) for each in (child, *below(child))]


def until(holds: Callable[[], bool], seconds: float = LONG_ENOUGH) -> bool:
    """Whether it came to that in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _send(pid: int, sent: signal.Signals) -> None:
    try:
        os.kill(pid, sent)
    except ProcessLookupError:
        return  # it ended by itself
