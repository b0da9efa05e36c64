"""The files of one workspace, reached so that nothing outside it can be read or written.

Every folder on the way is opened by itself, relative to the one before, and symbolic links are never followed
(`openat(2)` with `O_NOFOLLOW`): a link that is put there between a check and a use leads nowhere either.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from errand.capabilities.files.names import HIDDEN, is_plain, parts
from errand.domain.errors import InputRefused, StoreUnavailable

LARGEST_READ = 100_000_000
MOST_BYTES = 500_000_000
MOST_FILES = 50_000
"""Of a workspace, all files together."""
PASSED_OVER = frozenset({".git", ".hg", ".svn", ".venv", "__pycache__", "node_modules", ".mypy_cache"})
"""Folders that are walked through only when one of them is named."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_EXECUTABLE = 0o111


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    size: int
    executable: bool = False


@dataclass(frozen=True)
class Folder:
    """Paths are relative to `root`, as `errand.capabilities.files.names.parts` takes them."""

    root: Path
    within: tuple[str, ...] = ()
    """Folders below `root` that it all happens in; for what is hidden."""

    def hidden(self, name: str) -> "Folder":
        """A folder of ours in this workspace, which no path from a model leads to."""
        return Folder(self.root, (HIDDEN, name))

    def read(self, path: str, most: int = LARGEST_READ) -> bytes:
        """Raises InputRefused when there is no such file, it is no regular one, or too large."""
        with self._opened(path) as (descriptor, state):
            if state.st_size > most:
                raise InputRefused(
                    f"{path} has {state.st_size:,} bytes, more than the {most:,} read of a file."
                )
            with os.fdopen(os.dup(descriptor), "rb") as file:
                content = file.read(most + 1)
        if len(content) > most:
            raise InputRefused(f"{path} grew beyond the {most:,} bytes that are read of a file.")
        return content

    def entry(self, path: str) -> Entry | None:
        """None when there is nothing of this name; raises InputRefused when it is no regular file."""
        try:
            with self._opened(path) as (_, state):
                return _entry("/".join(parts(path)), state)
        except NoSuchFile:
            return None

    def write(self, path: str, content: bytes, *, executable: bool = False) -> bool:
        """The whole file at once, or not at all; folders on the way are made. True when it is new.

        Raises InputRefused when something else than a file has this name.
        """
        before = self.entry(path)
        mode = 0o755 if executable or (before and before.executable) else 0o644
        with (
            self._new(content, mode) as (hidden, name),
            self._parent(path, make=True) as (folder, last),
            _refused(path),
        ):
            os.replace(name, last, src_dir_fd=hidden, dst_dir_fd=folder)
        return before is None

    def has(self, path: str) -> bool:
        """Whether anything has this name: a file, a folder, a link that is not followed."""
        try:
            with self._parent(path) as (folder, name):
                return _state(name, folder) is not None
        except NoSuchFile:
            return False

    def remove(self, path: str) -> None:
        """A file, a link itself and never where it leads, or a folder that is empty.

        Raises InputRefused when there is nothing of this name, or a folder that holds something.
        """
        with self._parent(path) as (folder, name), _refused(path):
            state = _state(name, folder)
            if state and stat.S_ISDIR(state.st_mode):
                os.rmdir(name, dir_fd=folder)
            else:
                os.unlink(name, dir_fd=folder)

    def walk(self, start: str = "") -> Iterator[Entry]:
        """All regular files below a folder, by path; links, devices and unspeakable names are left out.

        Folders in PASSED_OVER are passed over, but for those that `start` names.
        """
        inner = parts(start)
        with self._folder(inner, start) as top:
            for folder, folders, names, descriptor in os.fwalk(".", dir_fd=top, follow_symlinks=False):
                at = (*inner, *(part for part in folder.split("/") if part != "."))
                folders[:] = sorted(name for name in folders if self._is_walked(at, name))
                for name in sorted(filter(is_plain, names)):
                    state = _state(name, descriptor)
                    if state and stat.S_ISREG(state.st_mode):
                        yield _entry("/".join((*at, name)), state)

    def refuse_excess(self, more_bytes: int, more_files: int = 1) -> None:
        """Raises InputRefused when the workspace has no room for that."""
        files = bytes_ = 0
        for each in self.walk():
            files, bytes_ = files + 1, bytes_ + each.size
        if bytes_ + more_bytes > MOST_BYTES or files + more_files > MOST_FILES:
            raise InputRefused(
                f"The workspace is full: it holds {files:,} files of {bytes_:,} bytes, and at most "
                f"{MOST_FILES:,} files of {MOST_BYTES:,} bytes are kept; write less."
            )

    def _is_walked(self, at: tuple[str, ...], name: str) -> bool:
        ours = not at and not self.within and name.lower() == HIDDEN
        return not ours and is_plain(name) and (name not in PASSED_OVER or bool(self.within))

    @contextmanager
    def _opened(self, path: str) -> Iterator[tuple[int, os.stat_result]]:
        with self._parent(path) as (folder, name):
            with _refused(path):
                descriptor = os.open(name, _FILE, dir_fd=folder)
            try:
                state = os.fstat(descriptor)
                if not stat.S_ISREG(state.st_mode):
                    raise NotAFile(f"{path} is a folder, a pipe or a device: name a regular file.")
                yield descriptor, state
            finally:
                os.close(descriptor)

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        named = parts(path)
        if not named:
            raise InputRefused(f"{path!r} is the workspace itself: name a file in it.")
        with self._folder(named[:-1], path, make=make) as folder:
            yield folder, named[-1]

    @contextmanager
    def _folder(self, named: tuple[str, ...], path: str, *, make: bool = False) -> Iterator[int]:
        make_all = make or bool(self.within)
        descriptor = os.open(self.root, _FOLDER & ~os.O_NOFOLLOW)
        try:
            for depth, part in enumerate((*self.within, *named)):
                with _refused(path):
                    if make or (make_all and depth < len(self.within)):
                        _make(part, descriptor)
                    inner = os.open(part, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _new(self, content: bytes, mode: int) -> Iterator[tuple[int, str]]:
        """A finished file under a name that nobody knows, to be moved to its place."""
        name = secrets.token_hex(16)
        with Folder(self.root, (HIDDEN, "new"))._folder((), name) as folder:  # noqa: SLF001  # one of us
            try:
                with _refused(name), os.fdopen(os.open(name, _NEW, mode, dir_fd=folder), "wb") as file:
                    file.write(content)
                yield folder, name
            finally:
                _remove(name, folder)


class NoSuchFile(InputRefused):
    """There is no such file or folder."""


class NotAFile(InputRefused):
    """Something else than a regular file has this name, or is on the way to it."""


@contextmanager
def _refused(path: str) -> Iterator[None]:
    """What the system says of a path that a model wrote, as a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise NoSuchFile(f"There is no {path} in the workspace: `files.list` tells what is there.") from error
    except IsADirectoryError as error:
        raise NotAFile(f"{path} is a folder: name a file in it.") from error
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            said = (
                f"{path} leads through a link or a file, which is not followed: name a file by its folders."
            )
            raise NotAFile(said) from error
        if error.errno == errno.ENOTEMPTY:
            raise InputRefused(f"{path} is a folder that holds files: remove these one by one.") from error
        if error.errno in (errno.ENXIO, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG):
            raise InputRefused(f"{path} can not be opened ({error.strerror}): name another file.") from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreUnavailable(
                f"There is no room left to write ({error.strerror}): free some space."
            ) from error
        raise


def _entry(path: str, state: os.stat_result) -> Entry:
    return Entry(path, state.st_size, bool(state.st_mode & _EXECUTABLE))


def _state(name: str, folder: int) -> os.stat_result | None:
    """None when it went away meanwhile."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _make(name: str, folder: int) -> None:
    with suppress(FileExistsError):  # it is opened next, which tells what it is
        os.mkdir(name, 0o755, dir_fd=folder)


def _remove(name: str, folder: int) -> None:
    """It is gone already when it was moved to its place."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
