"""Processes of an installation on a real database server and broker, as whoever operates it starts them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.real import LONG_ENOUGH, ROOT, Ran

PROGRAM = "tests.frontends.program"
"""The command line with tiny capabilities."""


@dataclass(frozen=True)
class Standing:
    """A process that stands until it is told to stop; what it says is in two files."""

    process: "subprocess.Popen[bytes]"
    out: Path
    err: Path

    @property
    def said(self) -> str:
        return self.out.read_text() + self.err.read_text()

    def ready(self) -> "Standing":
        until(lambda: " is ready" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        return self

    def address(self, what: str) -> str:
        """Behind `is ready: ` or `metrics at `, as its line says it."""
        found: str = re.findall(rf"{what}(http://\S+?)[.;]?(?:\s|$)", self.said)[0]
        return found

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> int:
        """The exit status."""
        self.process.send_signal(sent)
        return self.process.wait(LONG_ENOUGH)


@dataclass
class Distributed:
    """Commands typed in one folder, all with the same settings."""

    folder: Path
    database_url: str
    broker_url: str
    module: str = "errand"
    more: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str | Path) -> Ran:
        ran = subprocess.run(
            self._command(*words), env=self._environment({}), cwd=self._here(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=LONG_ENOUGH, check=False,
        )  # fmt: skip
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    @contextmanager
    def standing(self, *words: str, **more: str) -> Iterator[Standing]:
        """Killed when left, unless it has ended."""
        name = f"{words[0]}-{time.monotonic_ns()}"
        out, err = self._here() / f"{name}.out", self._here() / f"{name}.err"
        with out.open("wb") as written, err.open("wb") as complained:
            process = subprocess.Popen(
                self._command(*words), env=self._environment(more), cwd=self._here(),
                stdin=subprocess.DEVNULL, stdout=written, stderr=complained,
            )  # fmt: skip
        try:
            yield Standing(process, out, err)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(LONG_ENOUGH)

    @contextmanager
    def working(self, workers: int = 1) -> Iterator[list[Standing]]:
        """A rescuer and so many workers, ready; the rescuer is the first."""
        with ExitStack() as all_of_them:
            kinds = ["rescuer", *["worker"] * workers]
            started = [all_of_them.enter_context(self.standing(kind)) for kind in kinds]
            yield [each.ready() for each in started]

    def _here(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder

    def _command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", self.module, *map(str, words)]

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ERRAND_HOME": str(self.folder / "home"),
            "ERRAND_DATABASE_URL": self.database_url,
            "ERRAND_BROKER_URL": self.broker_url,
            "ERRAND_WORKER_METRICS_PORT": "0",
            "ERRAND_MANAGER_METRICS_PORT": "0",
            "ERRAND_API_PORT": "0",
            "ERRAND_SLOTS": "2",
            **self.more,
            **more,
        }


def until(holds: Callable[[], bool]) -> None:
    for _ in range(int(LONG_ENOUGH / 0.05)):
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError(f"not in {LONG_ENOUGH} s")
