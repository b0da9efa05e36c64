"""Files that no reader reads but tools take: archives of code, and Parquet tables."""

import gzip
import tarfile
import zipfile
import zlib
from pathlib import Path

from errand.domain.errors import InputRefused

ZIP, TAR, PARQUET = "application/zip", "application/x-tar", "application/vnd.apache.parquet"
_TAR_GZIP = "application/gzip"
_OFFICE = frozenset({"[Content_Types].xml", "mimetype", "META-INF/container.xml"})


def packed_type(path: Path) -> str | None:
    """The media type; None when it is nothing of the kind. Raises InputRefused when it is damaged."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        return PARQUET
    if head[:2] == b"\x1f\x8b":
        return _TAR_GZIP if _is_tar(path) else None
    if head.startswith(b"PK"):
        return ZIP if _is_plain_zip(path) else None
    return TAR if path.suffix.lower() == ".tar" and _is_tar(path) else None


def _is_tar(path: Path) -> bool:
    """By its first header alone: what follows may be said to be gigabytes long, and tarfile would read it."""
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if zipped else path.open("rb") as plain:
            tarfile.TarInfo.frombuf(plain.read(tarfile.BLOCKSIZE), "utf-8", "surrogateescape")
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return False
    return True


def _is_plain_zip(path: Path) -> bool:
    """Office files and books are archives too, and are read as what they are."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not _OFFICE & set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise InputRefused(
            f"{path.name} is damaged or incomplete: get it again and attach the new copy."
        ) from error
