"""Office files are ZIP archives of XML: opened with bounds, and without trust.

Sources: ECMA-376 part 2 (the package), part 1 (Word and Excel); APPNOTE 6.3 (ZIP).
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from errand.domain.errors import InputRefused

MOST_ENTRIES = 20_000
MOST_UNPACKED = 600 * 1024 * 1024
MOST_XML = 200 * 1024 * 1024
"""Unpacked bytes, all parts together and all XML parts together: what is far beyond any real document."""
MOST_RATIO = 1_000
"""Deflate reaches 1,032 at most, on one repeated byte; real XML stays below 100."""

_PROLOG = 65_536

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, OSError, ValueError)
"""What zipfile raises on an archive that is cut off or garbled; RuntimeError, not here, means a password."""


@contextmanager
def opened(content: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    """The archive, its bounds checked. Raises InputRefused when it is damaged, protected or far too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_excess(archive, name)
            yield archive
    except DAMAGE as error:
        raise InputRefused(
            f"{name} is damaged or incomplete: get it again and attach the new copy."
        ) from error


def read_part(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    """One XML part, checked as by `check_parts`."""
    content = archive.read(part)
    _refuse_document_type(content[:_PROLOG], name)
    return content


def check_parts(archive: zipfile.ZipFile, name: str) -> None:
    """Raises InputRefused when an XML part carries a document type, with which entities could be declared.

    Office never writes one (ECMA-376 part 2, 8.1.4 forbids it).
    """
    for part in archive.namelist():
        if part.lower().endswith((".xml", ".rels")):
            with archive.open(part) as file:
                _refuse_document_type(file.read(_PROLOG), name)


def _refuse_document_type(prolog: bytes, name: str) -> None:
    if b"<!DOCTYPE" in prolog or "<!DOCTYPE".encode("utf-16-le") in prolog:
        raise InputRefused(f"{name} holds XML of a kind that Office files may not hold, and was not opened.")


def office_format(content: bytes, name: str) -> str:
    """`docx` or `xlsx`. Raises InputRefused when the archive is neither, saying what it is."""
    with opened(content, name) as archive:
        names = set(archive.namelist())
        if "word/document.xml" in names:
            return "docx"
        if "xl/workbook.xml" in names:
            return "xlsx"
        types = archive.read("[Content_Types].xml")[:100_000] if "[Content_Types].xml" in names else b""
    for what, found in (("docx", b"wordprocessingml.document.main"), ("xlsx", b"spreadsheetml.sheet.main")):
        if found in types:
            return what
    raise InputRefused(f"{name} is {_what_else(names, types)}")


def _what_else(names: set[str], types: bytes) -> str:
    if b"presentationml" in types:
        return "a PowerPoint presentation: save it as PDF and attach that."
    if b"ms-excel.sheet.binary" in types:
        return "a binary workbook (XLSB): save it as XLSX and attach that."
    if "mimetype" in names or "META-INF/container.xml" in names:
        return "an OpenDocument file or an e-book: save it as DOCX, XLSX or PDF and attach that."
    return "a ZIP archive: unpack it and attach the files that matter."


def _refuse_excess(archive: zipfile.ZipFile, name: str) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    xml = sum(part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels")))
    packed = sum(part.compress_size for part in parts) or 1
    excessive = unpacked > MOST_UNPACKED or xml > MOST_XML or len(parts) > MOST_ENTRIES
    if excessive or (unpacked > 50 * 1024 * 1024 and unpacked / packed > MOST_RATIO):
        raise InputRefused(
            f"{name} unpacks to {unpacked // 1_048_576:,} MB in {len(parts):,} parts, which is more than is "
            "opened: attach the sheets or chapters that matter as a smaller file."
        )
    if any(part.flag_bits & 0x1 for part in parts):
        raise InputRefused(f"{name} is protected by a password: save it without one and attach it again.")
