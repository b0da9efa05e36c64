"""What is packed in a ZIP or tar archive, as names and contents: nothing is written while it is read.

Sources: APPNOTE 6.3 (ZIP), POSIX pax (tar).
"""

import gzip
import io
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from errand.capabilities.documents.archive import opened
from errand.capabilities.files.names import parts
from errand.domain.errors import InputRefused

MOST_FILES = 20_000
MOST_UNPACKED = 200_000_000
_SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar")
_NOT_MEANT = ("__MACOSX", ".DS_Store")
"""What a Mac adds of its own."""


@dataclass(frozen=True, slots=True)
class Packed:
    path: tuple[str, ...]
    content: bytes
    executable: bool


@dataclass(frozen=True)
class Unpacked:
    files: tuple[Packed, ...]
    left_out: int
    """Links, devices, pipes."""


def is_archive(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES)


def stem(name: str) -> str:
    """The name without what says that it is an archive."""
    found = next((each for each in _SUFFIXES if name.lower().endswith(each)), "")
    return name[: len(name) - len(found)] or "archive"


def unpack(content: bytes, name: str) -> Unpacked:
    """Raises InputRefused when it is damaged, protected, too large, or names files outside of itself."""
    members = _zip_members if name.lower().endswith(".zip") else _tar_members
    files: dict[tuple[str, ...], Packed] = {}
    left_out = 0
    for each in members(content, name):
        if each is None:
            left_out += 1
        else:
            files[each.path] = each
        if len(files) + left_out > MOST_FILES:
            raise InputRefused(
                f"{name} holds more than {MOST_FILES:,} files: attach an archive of those that matter."
            )
    if not files:
        raise InputRefused(f"{name} holds no files: attach the archive that has them.")
    return Unpacked(tuple(files.values()), left_out)


def _zip_members(content: bytes, name: str) -> Iterator[Packed | None]:
    with opened(content, name) as archive:
        listed = archive.infolist()
        _refuse_size(sum(each.file_size for each in listed), name)
        for each in listed:
            mode = each.external_attr >> 16
            if each.is_dir() or _is_not_meant(each.filename):
                continue
            path = _path(each.filename.replace("\\", "/"), name)
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                yield None
            else:
                yield Packed(path, _zipped(archive, each), bool(mode & 0o100))


def _zipped(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """At most what it says of itself is unpacked, whatever it really holds."""
    with archive.open(member) as file:
        return file.read(member.file_size)


def _tar_members(content: bytes, name: str) -> Iterator[Packed | None]:
    try:
        with _unzipped(content, name) as plain, tarfile.open(fileobj=plain, mode="r:") as archive:
            for each in archive:
                if each.isdir() or _is_not_meant(each.name):
                    continue
                path = _path(each.name, name)
                if not each.isreg() or each.issparse():
                    yield None
                elif file := archive.extractfile(each):
                    yield Packed(path, file.read(MOST_UNPACKED), bool(each.mode & 0o100))
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise InputRefused(
            f"{name} is damaged or incomplete: get it again and attach the new copy."
        ) from error


@contextmanager
def _unzipped(content: bytes, name: str) -> Iterator[IO[bytes]]:
    """The tar file itself, bounded before anything in it is looked at."""
    if not content.startswith(b"\x1f\x8b"):
        yield io.BytesIO(content)
        return
    size = 0
    with tempfile.TemporaryFile() as plain:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            while piece := packed.read(1_048_576):
                size += len(piece)
                _refuse_size(size, name)
                plain.write(piece)
        plain.seek(0)
        yield plain


def _path(path: str, name: str) -> tuple[str, ...]:
    try:
        found = parts(path)
    except InputRefused as refusal:
        raise InputRefused(
            f"{name} was not unpacked, since it names a file that it may not: {refusal}"
        ) from refusal
    if not found:
        raise InputRefused(
            f"{name} was not unpacked, since it holds a file without a name: attach another one."
        )
    return found


def _is_not_meant(path: str) -> bool:
    return any(part in _NOT_MEANT for part in path.split("/"))


def _refuse_size(size: int, name: str) -> None:
    if size > MOST_UNPACKED:
        raise InputRefused(
            f"{name} unpacks to more than {MOST_UNPACKED // 1_000_000} MB: attach an archive of what matters."
        )
