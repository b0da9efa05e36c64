"""Workspaces where several hosts work on a task (docs/workspaces.md).

Each job has a folder of its own, which is brought to what is recorded.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from errand.domain import tree
from errand.domain.task import Job
from errand.domain.tree import Changes, Tree
from errand.sessions import disk
from errand.sessions.contents import Contents
from errand.sessions.places import Places
from errand.sessions.workspace import Workspace, made
from errand.store.artifacts import Artifacts
from errand.store.workspaces import WorkspaceRecord

KEPT_AFTER_END = timedelta(days=1)
"""Who retries a task that has ended mostly does it soon."""


class SharedWorkspaces:
    """Keeps `Workspaces` for any number of hosts with one store and one place for artifacts."""

    def __init__(
        self, folder: Path, record: WorkspaceRecord, artifacts: Artifacts, clock: Callable[[], datetime]
    ) -> None:
        """`folder`: on this host."""
        self._places, self._record, self._artifacts, self._clock = Places(folder), record, artifacts, clock

    @contextmanager
    def opened(self, job: Job) -> Iterator[Workspace]:
        with ExitStack() as until_it_ends:
            take = lambda: until_it_ends.enter_context(self._places.taken(job.address.task))  # noqa: E731  # once at most, and only when asked for
            yield _SharedWorkspace(job, take, self._record, self._artifacts)

    def remove_ended(self) -> int:
        """Remove from this host the files of tasks that ended a day ago; of how many. They stay recorded, and
        are fetched again should such a task go on."""
        ended = self._record.ended(self._places.tasks(), self._clock() - KEPT_AFTER_END)
        return sum(self._places.remove(task) for task in ended)


class _SharedWorkspace:
    """Nothing is done until its folder is asked for."""

    def __init__(
        self, job: Job, take: Callable[[], Path], record: WorkspaceRecord, artifacts: Artifacts
    ) -> None:
        self._job, self._take, self._record, self._artifacts = job, take, record, artifacts
        self._opened: tuple[Path, Contents] | None = None
        self._tree: Tree = {}
        """What is recorded as far as this job knows: what it began with, and what it recorded itself."""
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        with self._lock:
            if self._opened is None:
                folder, contents = (
                    made(self._place / "files"),
                    Contents(self._artifacts, self._place / "large"),
                )
                self._bring(folder, contents)
                self._opened = folder, contents
            return self._opened[0]

    def changes(self) -> Changes:
        with self._lock:
            if self._opened is None:
                return {}
            folder, contents = self._opened
            return tree.difference(self._tree, contents.stored(folder, self._tree))

    def recorded(self, changes: Changes) -> None:
        with self._lock:
            self._tree = tree.changed(self._tree, changes) if changes else self._tree

    @cached_property
    def _place(self) -> Path:
        """One, even when it could not be brought up to date at once."""
        return self._take()

    def _bring(self, folder: Path, contents: Contents) -> None:
        """To what is recorded. What an earlier attempt left here and did not record is gone, as elsewhere."""
        self._tree = self._record.of(self._job.address.task)
        disk.keep_only(folder, self._tree.keys(), set(tree.folders_of(self._tree)))
        there = {
            each.path for each in disk.walk(folder) if contents.is_there(each, self._tree.get(each.path))
        }
        stale = {path: file for path, file in self._tree.items() if path not in there}
        for path in stale:
            (folder / path).unlink(missing_ok=True)
        contents.fetch(folder, stale)
