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

    def note_end(self, what: str) -> None:
        """A line of another file, as often as it is told, as of a service without idempotency keys."""
        with self.ended.open("ab") as file:
            os.write(file.fileno(), f"- {what}\n".encode())

    @property
    def asked(self) -> Path:
        """Every call, one line each."""
        return self.path.with_suffix(".asked")

    @property
    def ended(self) -> Path:
        return self.path.with_suffix(".ended")


def listed(path: Path) -> Sequence[str]:
    """What stands in such a file, in order, without the keys."""
    if not path.exists():
        return ()
    return [line.partition(" ")[2] for line in path.read_text().splitlines()]
