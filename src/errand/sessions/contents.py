"""The contents of files of a workspace, on their way to the artifacts and back."""

import hashlib
import os
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from errand.domain.errors import InputRefused
from errand.domain.tree import StoredFile, Tree
from errand.sessions import disk
from errand.sessions.disk import Found, Stamp
from errand.store.artifacts import Artifacts

MOST_FILES = 100_000
MOST_BYTES = 2_000_000_000
"""Of one workspace, with what is kept in it to tell changes by."""
SMALL = 4 << 20
"""Bytes; a larger file is moved alone, and is not in memory as a whole while it is stored."""
AT_ONCE = 8
"""Small files that are moved at the same time."""
_MOST_WAITING = 16


@dataclass(frozen=True, slots=True)
class _Seen:
    file: StoredFile
    stamp: Stamp | None
    """None: it may change without showing it."""
    content: bytes
    """Of a small file."""


class Contents:
    """Of the files of one folder, in which one job works. It lives as long as the job; used by one thread."""

    def __init__(self, artifacts: Artifacts, large: Path) -> None:
        """`large`: where a large file is copied to while it is stored, and so can not change."""
        self._artifacts, self._large = artifacts, large
        self._known: dict[str, tuple[Stamp, StoredFile]] = {}
        """What stood in files that show when they are changed. All of it is stored."""

    def is_there(self, found: Found, wanted: StoredFile | None) -> bool:
        """Whether a file is what is recorded of it."""
        if wanted is None or found.size != wanted.size:
            return False
        seen = _seen(found)
        if seen.file != wanted:
            return False
        if seen.stamp is not None:
            self._known[found.path] = seen.stamp, seen.file
        return True

    def fetch(self, folder: Path, files: Mapping[str, StoredFile]) -> None:
        """Nothing stands where they are to be."""

        def fetch(path: str) -> None:
            file = files[path]
            disk.write(folder, path, self._artifacts.get(file.sha256), executable=file.executable)

        small = [path for path, file in files.items() if file.size <= SMALL]
        with ThreadPoolExecutor(AT_ONCE, "fetch") as pool:
            list(pool.map(fetch, small))  # so that what one of them raises is raised here
        for path in files.keys() - set(small):
            fetch(path)

    def stored(self, folder: Path, recorded: Tree) -> Tree:
        """All that is there now; what differs from what is recorded is stored. Raises InputRefused."""
        files: Tree = {}
        fresh: dict[str, tuple[Stamp, StoredFile]] = {}
        waiting: deque[Future[str]] = deque()
        with ThreadPoolExecutor(AT_ONCE, "store") as pool:
            for found in _within_bounds(disk.walk(folder)):
                known = self._known.get(found.path)
                if known is not None and known[0] == found.stamp:
                    files[found.path] = known[1]
                    continue
                with suppress(disk.Gone):
                    seen = self._stored(found, recorded.get(found.path), pool, waiting)
                    files[found.path] = seen.file
                    if seen.stamp is not None:
                        fresh[found.path] = seen.stamp, seen.file
            for each in waiting:
                each.result()
        self._known.update(fresh)
        return files

    def _stored(
        self, found: Found, recorded: StoredFile | None, pool: ThreadPoolExecutor, waiting: deque[Future[str]]
    ) -> _Seen:
        seen = _seen(found)
        if recorded is not None and recorded.sha256 == seen.file.sha256:
            return seen
        if seen.file.size > SMALL:
            return self._stored_large(found)
        if len(waiting) >= _MOST_WAITING:
            waiting.popleft().result()
        waiting.append(pool.submit(self._artifacts.put, seen.content))
        return seen

    def _stored_large(self, found: Found) -> _Seen:
        try:
            with self._large.open("wb") as copy:
                seen = _seen(found, copy)
            self._artifacts.put_file(self._large)
        finally:
            self._large.unlink(missing_ok=True)
        return seen


def _within_bounds(found: Iterator[Found]) -> Iterator[Found]:
    size = 0
    for number, each in enumerate(found):
        size += each.size
        if number >= MOST_FILES or size > MOST_BYTES:
            raise InputRefused(
                f"The task's workspace holds more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes: have it "
                "work on less at once."
            )
        yield each


def _seen(found: Found, copy: BinaryIO | None = None) -> _Seen:
    """Reads it. Raises disk.Gone, and InputRefused when it may not be read."""
    began_ns, content, hashed, size = time.time_ns(), b"", hashlib.sha256(), 0
    with found.opened() as file:
        while piece := file.read(SMALL):
            content, size = piece, size + len(piece)
            hashed.update(piece)
            if copy is not None:
                copy.write(piece)
        state = os.fstat(file.fileno())
    stamp = disk.stamp_of(state)
    settled = stamp == found.stamp and disk.is_settled(stamp, began_ns)
    return _Seen(
        StoredFile(hashed.hexdigest(), size, disk.is_executable(state)), stamp if settled else None, content
    )
