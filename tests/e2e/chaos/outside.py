"""A service on the outside that takes idempotency keys, as a file: asked again, it does nothing."""

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outside:
    """Used by any number of processes at once, any of which may be killed at any moment."""

    path: Path

    def do(self, key: str, what: str) -> None:
        """A line of the file, unless there is one with this key."""
        line = f"{key} {what}\n".encode()
        with self.path.open("ab+") as file, self.asked.open("ab") as asked:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.write(asked.fileno(), line)
            file.seek(0)
            if not any(each.startswith(f"{key} ".encode()) for each in file):
                os.write(file.fileno(), line)

    @property
    def asked(self) -> Path:
        """Every call, one line each."""
        return self.path.with_suffix(".asked")

    def done(self) -> Sequence[str]:
        """What was done, in order."""
        return [line.partition(" ")[2] for line in _lines(self.path)]

    def times_asked(self) -> int:
        return len(_lines(self.asked))


def _lines(path: Path) -> Sequence[str]:
    return path.read_text().splitlines() if path.exists() else ()
