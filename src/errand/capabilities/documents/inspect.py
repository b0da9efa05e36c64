"""The check at the edge: is this a file that Errand can work with? Asked before anything is stored."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from errand.capabilities.documents.archive import opened, read_part
from errand.capabilities.documents.charset import decode
from errand.capabilities.documents.error_pages import MOST_BYTES, error_said
from errand.capabilities.documents.formats import (
    CALLED,
    MEDIA_TYPES,
    Format,
    named_format,
    refuse_mismatch,
    sniff,
)
from errand.capabilities.documents.packed import packed_type
from errand.domain.errors import InputRefused

_HEAD = 1024 * 1024
"""Bytes that tell the format of all but ZIP archives, whose list of contents stands at the end."""


@dataclass(frozen=True, slots=True)
class Inspected:
    media_type: str
    format: str
    remarks: tuple[str, ...] = ()


def inspect(path: Path, *, limit_bytes: int, packed: bool = False) -> Inspected:
    """What the file is, without parsing it. `packed`: archives and Parquet tables are taken, for tools.

    Raises InputRefused, a sentence each, when there is no such file, it is a folder, empty, larger than
    `limit_bytes`, may not be read, is encrypted, damaged, in a format that is not read, not what its name
    says, or an error page that a server sent in place of the document.
    """
    try:
        _refuse_other_than_files(path, limit_bytes)
        if packed and (media_type := packed_type(path)):
            return Inspected(media_type, "packed")
        found, content = _recognised(path)
        _refuse_damage(path, found, content)
    except OSError as error:
        raise InputRefused(f"{path} can not be read ({error.strerror or error}): check the file.") from error
    return Inspected(MEDIA_TYPES[found], found.value, _remarks(path, found, content))


def _refuse_other_than_files(path: Path, limit_bytes: int) -> None:
    try:
        state = path.stat()
    except PermissionError as error:
        raise InputRefused(f"{path} may not be read: give yourself permission to read it.") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise InputRefused(f"There is no file {path}: check the name and the folder.") from error
    if stat.S_ISDIR(state.st_mode):
        raise InputRefused(f"{path} is a folder: attach the files in it that matter.")
    if not stat.S_ISREG(state.st_mode):
        raise InputRefused(f"{path} is a device or a pipe: attach a regular file.")
    if not os.access(path, os.R_OK):
        raise InputRefused(f"{path} may not be read: give yourself permission to read it.")
    if state.st_size == 0:
        raise InputRefused(f"{path} is empty: attach the file that has the content.")
    if state.st_size > limit_bytes:
        raise InputRefused(
            f"{path} has {megabytes(state.st_size)}, more than the {megabytes(limit_bytes)} "
            "that a file may have: attach a smaller one, or the part that matters."
        )


def _recognised(path: Path) -> tuple[Format, bytes]:
    """The format, and the content: all of a ZIP archive, else the beginning."""
    with path.open("rb") as file:
        content = file.read(_HEAD)
        if content.startswith(b"PK"):
            content += file.read()
    if not content.strip(b"\x00 \t\r\n"):
        raise InputRefused(f"{path} is empty: attach the file that has the content.")
    found = sniff(content, path.name)
    if said := error_said(content, found) if len(content) <= MOST_BYTES else None:
        raise InputRefused(
            f"{path} is not the document but an error page (“{said}”): download the document again."
        )
    refuse_mismatch(found, path.name)
    return found, content


def _refuse_damage(path: Path, found: Format, content: bytes) -> None:
    if found is Format.PDF:
        from errand.capabilities.documents.pdf import check_pdf

        check_pdf(path)
    elif found in (Format.DOCX, Format.XLSX):
        _refuse_damaged_office(content, path.name, found)


def _refuse_damaged_office(content: bytes, name: str, found: Format) -> None:
    main = "word/document.xml" if found is Format.DOCX else "xl/workbook.xml"
    with opened(content, name) as archive:
        if main in archive.namelist() and archive.getinfo(main).file_size < 50_000_000:
            read_part(archive, main, name)  # its checksum is compared


def _remarks(path: Path, found: Format, content: bytes) -> tuple[str, ...]:
    name = path.name
    promised = named_format(name)
    remarks = []
    if promised not in (None, found) and Format.CODE not in (promised, found):
        remarks.append(f"{name} is read as {CALLED[found]}, which is what it holds.")
    if found is Format.HTML and _is_cut_off(path):
        remarks.append(f"{name} does not end as web pages do: it may be incomplete.")
    if found not in (Format.PDF, Format.DOCX, Format.XLSX) and decode(content, partial=True).damaged:
        remarks.append(f"{name} holds some damaged characters.")
    return tuple(remarks)


def _is_cut_off(path: Path) -> bool:
    """Whether a long page lacks its end; short ones are often fragments on purpose."""
    size = path.stat().st_size
    if size < 50_000:
        return False
    with path.open("rb") as file:
        file.seek(size - 4_096)
        ending = file.read().lower().replace(b"\x00", b"")
    return not any(mark in ending for mark in (b"</html", b"</body", b"</document", b"</sec-document"))


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"
