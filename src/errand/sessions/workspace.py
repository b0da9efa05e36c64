"""A task's own folder; nothing outside it may be written by its capabilities."""

import errno
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from errand.domain.errors import StoreUnavailable
from errand.domain.task import Job
from errand.domain.tree import Changes


class Workspace(Protocol):
    """The workspace of a task, for one job of it, as long as that job runs."""

    @property
    def folder(self) -> Path:
        """Made, with all that is recorded in it, when first asked for. Raises StoreUnavailable."""
        ...

    def changes(self) -> Changes:
        """What is there and not yet recorded; contents are stored when this returns. Raises InputRefused
        when it is more than a workspace may hold."""
        ...

    def recorded(self, changes: Changes) -> None:
        """These were recorded."""
        ...


class Workspaces(Protocol):
    """Lives as long as the process; used by any number of threads at once."""

    def opened(self, job: Job) -> AbstractContextManager[Workspace]: ...


class LocalWorkspaces:
    """Keeps `Workspaces` where one process does all the work: a folder per task, which all jobs of it share,
    and which is itself the record."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def opened(self, job: Job) -> Iterator[Workspace]:
        yield _LocalWorkspace(self._folder / job.address.task)


@dataclass(frozen=True, slots=True)
class _LocalWorkspace:
    place: Path

    @property
    def folder(self) -> Path:
        return made(self.place)

    def changes(self) -> Changes:
        return {}

    def recorded(self, changes: Changes) -> None:
        """There is no other record of them."""


def made(folder: Path) -> Path:
    """Raises StoreUnavailable when it can not be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        said = "free some space" if full else "check its permissions and its disk"
        raise StoreUnavailable(
            f"The folder {folder} can not be made ({error.strerror}): {said}; nothing is lost."
        ) from error
    return folder
