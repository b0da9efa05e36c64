"""Content by its hash: a folder. What is stored is never changed, and stored once however often made."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errand.domain.errors import InputRefused, StoreUnavailable

_PIECE = 1 << 20


class ArtifactFolder:
    """Files at `folder/ab/abcdef…`, written beside and moved into place, so that none is ever half there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """The hash that it is found by. Raises StoreUnavailable when the disk is full."""
        digest = hashlib.sha256(content).hexdigest()
        with self._place(digest) as temporary:
            if temporary is not None:
                temporary.write_bytes(content)
        return digest

    def put_file(self, path: Path) -> str:
        """Like `put`, without holding the file in memory."""
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        with self._place(digest) as temporary:
            if temporary is not None and _copied(path, temporary) != digest:
                raise InputRefused(f"{path.name} was changed while it was read: attach it again.")
        return digest

    def get(self, digest: str) -> bytes:
        """Raises InputRefused when it is not there."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            raise InputRefused(
                f"The stored file {digest[:12]}… is missing: it was deleted from Errand's artifact folder."
            ) from None

    def holds(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise InputRefused(f"{digest[:80]!r} is not the hash of a stored file.")
        return self._folder / digest[:2] / digest

    @contextmanager
    def _place(self, digest: str) -> Iterator[Path | None]:
        """A temporary file that is moved to its place at the end; None when it is there already."""
        final = self.path(digest)
        if final.exists():
            yield None
            return
        temporary: Path | None = None
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=final.parent, prefix=".new-")
            os.close(handle)
            temporary = Path(name)
            yield temporary
            temporary.replace(final)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise StoreUnavailable(
                    f"The disk that holds {self._folder} is full: free some space and start again; "
                    "nothing is lost."
                ) from error
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR):
                raise StoreUnavailable(
                    f"The folder {self._folder} can not be written ({error.strerror}): check its permissions "
                    "and its disk; nothing is lost."
                ) from error
            raise
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)


def _copied(source: Path, target: Path) -> str:
    """The hash of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        while piece := reading.read(_PIECE):
            digest.update(piece)
            writing.write(piece)
    return digest.hexdigest()
