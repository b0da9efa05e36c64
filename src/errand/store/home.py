"""ERRAND_HOME: the folder that holds all state of an installation, and the lock on working with it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from errand.domain.errors import HomeInUse, SetupError, StoreUnavailable


class Home:
    """Where things are. Any number of processes may read and submit; one at a time works."""

    def __init__(self, folder: Path) -> None:
        """Raises SetupError when the folder can not be made or written."""
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # tasks are nobody else's to read
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StoreUnavailable(f"The disk that holds {folder} is full: free some space.") from error
            raise SetupError(
                f"The folder {folder} can not be made ({error.strerror}): set ERRAND_HOME to one that can."
            ) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise SetupError(f"The folder {folder} may not be written: set ERRAND_HOME to one that may.")

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'errand.db'}"

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def workspaces(self) -> Path:
        return self.folder / "workspaces"

    @property
    def playbooks(self) -> Path:
        return self.folder / "playbooks"

    @property
    def models(self) -> Path:
        """What was found out about language models."""
        return self.folder / "models.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock on working here; the system frees it when the process ends, however it ends.

        Raises HomeInUse when another process holds it.
        """
        with self._lock_file() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise HomeInUse(
                    f"Another Errand (process {holder}) works on {self.folder}: wait for it, hand it the "
                    "task with `errand submit`, or set ERRAND_HOME to another folder."
                ) from None
            with suppress(OSError):  # who holds it is only told; on a full disk it can not be
                os.ftruncate(file.fileno(), 0)
                os.write(file.fileno(), str(os.getpid()).encode())
            yield

    def _lock_file(self) -> TextIO:
        try:
            return (self.folder / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StoreUnavailable(
                    f"The disk that holds {self.folder} is full: free some space."
                ) from error
            raise SetupError(
                f"The folder {self.folder} can not be locked ({error.strerror}): check its permissions."
            ) from error
