"""What was lately read from far away, kept on this machine."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from errand.domain.errors import InputRefused, StoreUnavailable
from errand.observability.logs import logger
from errand.store.artifacts import ArtifactFolder, Artifacts, place_of

MOST_BYTES = 2_000_000_000
"""Of the folder; what was not used for longest goes first."""
_SHARE = 8
"""Nothing larger than this part of the whole is kept, and after so much that is new, old things go."""


class CachedArtifacts:
    """Keeps `Artifacts`. What has a hash is never stale, so nothing is asked of the far place on a hit.

    Any number of processes share the folder; each may go beyond the bound by an eighth of it. That the folder
    can not be used is logged, and it is done without.
    """

    def __init__(self, kept: Artifacts, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._kept, self._folder, self._near = kept, folder, ArtifactFolder(folder)
        self._most_bytes = most_bytes
        self._new_bytes = most_bytes  # so that the first that is new looks for what was there before
        self._lock = threading.Lock()
        self._log = logger("artifacts")

    def put(self, content: bytes) -> str:
        digest = self._kept.put(content)
        self._keep(content)
        return digest

    def put_file(self, path: Path) -> str:
        """Not kept here: whoever gave a file has it, and no large one is held in memory."""
        return self._kept.put_file(path)

    def get(self, digest: str) -> bytes:
        content = self._found(digest)
        if content is None:
            content = self._kept.get(digest)
            self._keep(content)
        return content

    def holds(self, digest: str) -> bool:
        return self._kept.holds(digest)

    def check(self) -> None:
        self._kept.check()

    def _found(self, digest: str) -> bytes | None:
        place = self._folder / place_of(digest)
        if not place.is_file():
            return None
        try:
            content = self._near.get(digest)
            os.utime(place)
        except InputRefused:  # damaged, or removed a moment ago
            place.unlink(missing_ok=True)
            return None
        except (StoreUnavailable, OSError) as error:
            self._log.warning("not read from near", reason=str(error))
            return None
        return content

    def _keep(self, content: bytes) -> None:
        if len(content) * _SHARE > self._most_bytes:
            return
        try:
            self._near.put(content)
            if self._is_time_for_room(len(content)):
                self._make_room()
        except (StoreUnavailable, OSError) as error:
            self._log.warning("not kept near", reason=str(error))

    def _is_time_for_room(self, new_bytes: int) -> bool:
        with self._lock:
            self._new_bytes += new_bytes
            if self._new_bytes * _SHARE < self._most_bytes:
                return False
            self._new_bytes = 0
            return True

    def _make_room(self) -> None:
        kept_bytes = 0
        for _, size, path in sorted(_files(self._folder), reverse=True):
            kept_bytes += size
            if kept_bytes > self._most_bytes:
                path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each was used last, its bytes, and where it is; another process may be removing them."""
    for path in folder.glob("*/*"):
        try:
            known = path.stat()
        except FileNotFoundError:
            continue
        yield known.st_mtime, known.st_size, path
