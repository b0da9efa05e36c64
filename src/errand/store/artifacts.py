"""Content by its hash: what keeps it promises, and the folder that does."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from errand.domain.errors import InputRefused, StoreUnavailable

_PIECE = 1 << 20
"""Bytes of a large file that are held at once."""


class Artifacts(Protocol):
    """Content is found by its SHA-256, stored once however often made, never changed and never half there.

    Any number of threads and processes may use it at once. Besides what is named below, each raises
    StoreUnavailable when the place can not be used as it is, and StoreAway when it does not answer now.
    """

    def put(self, content: bytes) -> str:
        """The hash that it is found by."""

    def put_file(self, path: Path) -> str:
        """Like `put`, without holding the file in memory.

        Raises InputRefused when the file was changed while it was read.
        """

    def get(self, digest: str) -> bytes:
        """Raises InputRefused when it is not there, or is there and is not what was stored."""

    def holds(self, digest: str) -> bool:
        """Whether something is stored under that hash; what it is shows when it is read."""

    def check(self) -> None:
        """Write, read and look for something: returns when artifacts can be kept here, raises when not."""


class ArtifactFolder:
    """Files at `folder/ab/abcdef…`, written beside and moved into place, so that none is ever half there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        with self._place(digest, len(content)) as temporary:
            if temporary is not None:
                temporary.write_bytes(content)
        return digest

    def put_file(self, path: Path) -> str:
        digest = hash_of(path)
        with self._place(digest, path.stat().st_size) as temporary:
            if temporary is not None:
                with temporary.open("wb") as writing:
                    for piece in pieces_of(path, digest):
                        writing.write(piece)
        return digest

    def get(self, digest: str) -> bytes:
        try:
            content = (self._folder / place_of(digest)).read_bytes()
        except FileNotFoundError:
            raise missing(digest) from None
        except OSError as error:
            raise self._refusal(error, "read") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise damaged(digest)
        return content

    def holds(self, digest: str) -> bool:
        return (self._folder / place_of(digest)).is_file()

    def check(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".new-") as written:
                written.write(b"Errand can write here.\n")
        except OSError as error:
            raise self._refusal(error, "written") from error

    @contextmanager
    def _place(self, digest: str, size: int) -> Iterator[Path | None]:
        """A temporary file that is moved to its place at the end; None when it is there already."""
        final = self._folder / place_of(digest)
        temporary: Path | None = None
        try:
            if final.is_file() and final.stat().st_size == size:  # a failing disk may have left less of it
                yield None
                return
            final.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=final.parent, prefix=".new-")
            os.close(handle)
            temporary = Path(name)
            yield temporary
            temporary.replace(final)
        except OSError as error:
            raise self._refusal(error, "written") from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)

    def _refusal(self, error: OSError, what: str) -> StoreUnavailable:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return StoreUnavailable(
                f"The disk that holds {self._folder} is full: free some space and start again; "
                "nothing is lost."
            )
        return StoreUnavailable(
            f"The folder {self._folder} can not be {what} ({error.strerror}): check its permissions "
            "and its disk; nothing is lost."
        )


def place_of(digest: str) -> str:
    """`ab/abcdef…`, alike in a folder and in a bucket. Raises InputRefused for what is no hash."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise InputRefused(f"{digest[:80]!r} is not the hash of a stored file.")
    return f"{digest[:2]}/{digest}"


def hash_of(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def pieces_of(path: Path, digest: str) -> Iterator[bytes]:
    """A file on its way to somewhere. Raises InputRefused at its end when it has not that hash any more."""
    seen = hashlib.sha256()
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            seen.update(piece)
            yield piece
    if seen.hexdigest() != digest:
        raise InputRefused(f"{path.name} was changed while it was read: attach it again.")


def missing(digest: str) -> InputRefused:
    return InputRefused(
        f"The stored file {digest[:12]}… is missing: it was deleted from where Errand keeps artifacts."
    )


def damaged(digest: str) -> InputRefused:
    return InputRefused(
        f"The stored file {digest[:12]}… is damaged: restore it from a backup, or delete it and run the step "
        "that made it again."
    )
