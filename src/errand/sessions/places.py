"""Folders for workspaces on this machine: each is one job's at a time, and goes to the next as it is."""

import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errand.domain.ids import TaskId
from errand.sessions.workspace import made


class Places:
    """Folders `TASK/1`, `TASK/2`, …, as many as jobs of a task ran here at once, with a lock beside each.

    Any number of processes share them; the system frees the locks of one that dies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def taken(self, task: TaskId) -> Iterator[Path]:
        """The first that is free; what an earlier job left in it is still there. Raises StoreUnavailable."""
        for number in itertools.count(1):
            with self._locked(task, number) as is_ours:
                if is_ours:
                    yield made(self._folder / task / str(number))
                    return

    def tasks(self) -> list[TaskId]:
        """Those that have folders here."""
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return [TaskId(path.name) for path in found if (path / "1.lock").is_file()]

    def remove(self, task: TaskId) -> bool:
        """Remove its folders here. False: a job works in one of them."""
        numbers = [int(path.stem) for path in (self._folder / task).glob("*.lock")]
        for number in sorted(numbers, reverse=True):
            with self._locked(task, number) as is_ours:
                if not is_ours:
                    return False
                place = self._folder / task / str(number)
                if place.is_dir():
                    shutil.rmtree(place)
                self._lock_file(task, number).unlink()
        return self._removed(task)

    def _removed(self, task: TaskId) -> bool:
        """False: a job has come meanwhile."""
        try:
            (self._folder / task).rmdir()
        except OSError:
            return False
        return True

    @contextmanager
    def _locked(self, task: TaskId, number: int) -> Iterator[bool]:
        """False: it is somebody else's. Tried again when the file went away before it was locked."""
        while True:
            made(self._folder / task)
            path = self._lock_file(task, number)
            try:
                file = path.open("a")
            except FileNotFoundError:
                continue
            with file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    yield False
                    return
                if _is_still(path, file.fileno()):
                    yield True
                    return

    def _lock_file(self, task: TaskId, number: int) -> Path:
        return self._folder / task / f"{number}.lock"


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether this is the file that has this name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
