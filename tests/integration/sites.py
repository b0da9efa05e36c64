"""An installation whose jobs run in children, and a look at the processes that this takes."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from errand.child import OpenJobs, Upbringing
from errand.domain.task import SubtaskView
from errand.processes import children_of
from errand.runners import Runners
from tests.installation import LONG_ENOUGH, TestInstallation


class Site:
    """An installation whose jobs run in children, until `close`."""

    def __init__(self, installation: TestInstallation, open_jobs: OpenJobs, **kept: object) -> None:
        self.installation, self._open_jobs, self._kept = installation, open_jobs, kept
        self.runners = self.new_runners()

    def new_runners(self, grace_seconds: float = 0.2, idle_seconds: float = 60.0) -> Runners:
        brought_up = Upbringing(self._open_jobs, **self._kept)  # type: ignore[arg-type]  # as the test names them
        return Runners(
            self.installation.jobs(), brought_up, grace_seconds=grace_seconds, idle_seconds=idle_seconds
        )

    def run(self) -> dict[str, SubtaskView]:
        """The plan, once to its end: what became of each step."""
        task = self.installation.submit()
        with self.installation.working(self.runners):
            view = self.installation.until(task, lambda view: view.status.ended)
        keys = self.installation.statuses(view.id)
        return {key: self.installation.subtask(task, key) for key in keys}


Open = Callable[..., Site]


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        if holds():
            return
        pause.wait(0.01)
    raise TimeoutError(f"Not within {LONG_ENOUGH} s")


def lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def ours() -> list[int]:
    """Processes that this one started."""
    return [pid for pid in children_of(os.getpid()) if lives(pid)]
