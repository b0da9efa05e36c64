"""A task's own folder; nothing outside it may be written by its capabilities."""

import errno
import shutil
from pathlib import Path

from errand.domain.errors import InputRefused, StoreUnavailable
from errand.domain.ids import TaskId


class Workspaces:
    """A folder per task. It is made when first asked for, and lives until it is removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, task: TaskId) -> Path:
        made = self._folder / task
        try:
            made.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            said = "free some space" if full else "check its permissions and its disk"
            raise StoreUnavailable(
                f"The folder {made} can not be made ({error.strerror}): {said}; nothing is lost."
            ) from error
        return made

    def remove(self, task: TaskId) -> None:
        shutil.rmtree(self._folder / task, ignore_errors=True)


def inside(workspace: Path, name: str) -> Path:
    """The path of a file in a workspace. Raises InputRefused when it leads out, by a link too."""
    path = (workspace / name).resolve()
    if not path.is_relative_to(workspace.resolve()):
        raise InputRefused(f"{name!r} leads out of the task's workspace: name a file inside it.")
    return path
