"""A folder on this machine, walked without ever following a link (`openat(2)` with `O_NOFOLLOW`).

Only regular files count. Links, devices, pipes, and names that are no text are passed over, as the tools do.
"""

import errno
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from errand.domain.errors import InputRefused

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
Stamp = tuple[int, int, int, int]
"""Size, times of the last change of content and of anything, number on the disk."""

_SETTLED_NS = 50_000_000
"""A file that was changed this shortly ago may be changed again without its times showing it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file, as long as the walk stands at it."""

    path: str
    stamp: Stamp
    name: str
    folder: int
    """The folder that it is in, opened."""

    @property
    def size(self) -> int:
        return self.stamp[0]

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Raises Gone, and InputRefused when it may not be read."""
        with os.fdopen(_open(self.name, _FILE, self.folder, self.path), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Gone(self.path)
            yield file


class Gone(Exception):
    """Meanwhile it went away, or something else has taken its place."""


def walk(root: Path) -> Iterator[Found]:
    """All regular files below a folder, in no order. Raises InputRefused when one may not be listed."""
    with _opened(os.open(root, _FOLDER)) as top:
        yield from _walk(top, "")


def keep_only(root: Path, files: Collection[str], folders: Collection[str]) -> None:
    """Remove all but the regular files of these paths and these folders; nothing of ours works in it."""
    with _opened(os.open(root, _FOLDER)) as top:
        _keep_only(top, "", files, folders)


def write(root: Path, path: str, content: bytes, *, executable: bool) -> None:
    """A new file in folders that are made; nothing but folders stands in its way."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(place, _NEW, 0o755 if executable else 0o644), "wb") as file:
        file.write(content)


def stamp_of(state: os.stat_result) -> Stamp:
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


def is_settled(stamp: Stamp, now_ns: int) -> bool:
    """Whether a change from now on would give another stamp."""
    return max(stamp[1], stamp[2]) < now_ns - _SETTLED_NS


def is_executable(state: os.stat_result) -> bool:
    return bool(state.st_mode & stat.S_IXUSR)


def _walk(folder: int, below: str) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = below + entry.name
            if not _is_text(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                with suppress(Gone), _inner(entry.name, folder, path) as inner:
                    yield from _walk(inner, f"{path}/")
            elif entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):
                    stamp = stamp_of(entry.stat(follow_symlinks=False))
                    yield Found(path, stamp, entry.name, folder)


def _keep_only(folder: int, below: str, files: Collection[str], folders: Collection[str]) -> None:
    with os.scandir(folder) as listed:
        entries = list(listed)
    for entry in entries:
        path = below + entry.name
        if not entry.is_dir(follow_symlinks=False):
            if path not in files or not entry.is_file(follow_symlinks=False):
                os.unlink(entry.name, dir_fd=folder)
        elif path in folders:
            with _inner(entry.name, folder, path) as inner:
                _keep_only(inner, f"{path}/", files, folders)
        else:
            shutil.rmtree(entry.name, dir_fd=folder)


@contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _inner(name: str, folder: int, path: str) -> Iterator[int]:
    with _opened(_open(name, _FOLDER, folder, path)) as inner:
        yield inner


def _open(name: str, flags: int, folder: int, path: str) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except PermissionError as error:
        raise InputRefused(
            f"{path} in the task's workspace may not be read: have it made readable."
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
            raise Gone(path) from error
        raise


def _is_text(name: str) -> bool:
    """What is no UTF-8 on the disk has halves of characters in its name here."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
