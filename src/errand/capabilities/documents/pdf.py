"""PDF (ISO 32000) read with pypdf: pages, paragraphs, headings by the size of their type, rows of figures."""

import binascii
import io
import logging
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from errand.capabilities.documents.blocks import BlockWriter
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import Document
from errand.capabilities.documents.pdf_layout import Line, PageLines, write_pages
from errand.domain.errors import InputRefused

if TYPE_CHECKING:  # pypdf imports in 0.4 s: late
    from pypdf import PageObject, PdfReader

MOST_PAGES = 3_000
MOST_PAGE_BYTES = 6_000_000
"""Of drawing instructions; maps and drawings have more, and hardly any text."""

Progress = Callable[[str, float], None]

_DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, OSError,
    RecursionError, TypeError, UnicodeError, ValueError, binascii.Error, struct.error, zlib.error,
)  # fmt: skip
"""What pypdf lets through on garbled files, besides its own errors, as its documentation warns."""


def read_pdf(content: bytes, name: str, progress: Progress) -> Document:
    """Raises InputRefused when it is encrypted, damaged, or holds no text at all (a scan)."""
    with damage_refused(name):
        reader = open_pdf(io.BytesIO(content), name)
        count = len(reader.pages)
        title = (reader.metadata.title if reader.metadata else None) or ""
    writer = BlockWriter()
    pages = []
    for number in range(min(count, MOST_PAGES)):
        if number % 20 == 0:
            progress(f"Reading page {number + 1} of {count}", number / count)
        pages.append(PageLines(number + 1, _lines(reader, number, writer)))
    if count > MOST_PAGES:
        writer.remark(f"Only the first {MOST_PAGES:,} of {count:,} pages were read.")
    if not any(page.lines for page in pages):
        where = "its only page" if count == 1 else f"any of its {count} pages"
        raise InputRefused(
            f"{name} has no text on {where}; it is probably a scan: attach a copy with text, for example "
            "after character recognition (OCR)."
        )
    _remark_empty(pages, writer)
    write_pages(pages, writer)
    return writer.document(content, name, Format.PDF, title=_real_title(title), pages=count)


def check_pdf(path: Path) -> None:
    """Opens it and finds its pages, no more. Raises InputRefused as `read_pdf` does."""
    with damage_refused(path.name), path.open("rb") as file:
        reader = open_pdf(file, path.name)
        if not len(reader.pages):
            raise InputRefused(f"{path.name} has no pages: get it again and attach the new copy.")
        reader.pages[0].mediabox  # noqa: B018  # raises when the page tree leads nowhere


def open_pdf(file: BinaryIO, name: str) -> "PdfReader":
    """Raises InputRefused when a password is needed; an empty one is tried, as viewers do."""
    from pypdf import PdfReader

    # It logs every oddity of a file, of which remarks say what matters to a person.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise InputRefused(f"{name} is encrypted: save a copy without a password and attach that.")
    return reader


@contextmanager
def damage_refused(name: str) -> Iterator[None]:
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    try:
        yield
    except FileNotDecryptedError as error:
        raise InputRefused(f"{name} is encrypted: save a copy without a password and attach that.") from error
    except DependencyError as error:
        raise InputRefused(f"{name} is encrypted in a way that is not known here: {error}.") from error
    except (PyPdfError, *_DAMAGE) as error:
        raise InputRefused(
            f"{name} is damaged or incomplete: get it again and attach the new copy."
        ) from error


def _lines(reader: "PdfReader", number: int, writer: BlockWriter) -> list[Line]:
    """Of one page; of a damaged one none, with a remark: the others may still be good."""
    from pypdf.errors import DependencyError, PyPdfError

    try:
        page = reader.pages[number]
        if _too_large(page):
            writer.remark(f"Page {number + 1} is a large drawing and was left out.")
            return []
        return _page_lines(page)
    except (PyPdfError, DependencyError, *_DAMAGE):
        writer.remark(f"Page {number + 1} is damaged and was left out.")
        return []


def _too_large(page: "PageObject") -> bool:
    from pypdf.generic import ArrayObject, StreamObject

    contents = page["/Contents"].get_object() if "/Contents" in page else None
    streams = list(contents) if isinstance(contents, ArrayObject) else [contents]
    objects = (each.get_object() for each in streams if each is not None)
    return sum(len(each.get_data()) for each in objects if isinstance(each, StreamObject)) > MOST_PAGE_BYTES


def _page_lines(page: "PageObject") -> list[Line]:
    lines = [Line()]

    def see(
        text: str, cm: list[float], tm: list[float], font: "dict[str, object] | None", size: float
    ) -> None:
        scale = abs((tm[0] * tm[3] - tm[1] * tm[2]) * (cm[0] * cm[3] - cm[1] * cm[2])) ** 0.5
        height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        bold = _is_bold(str((font or {}).get("/BaseFont", "")))
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append(Line())
            lines[-1].add(piece, round(size * scale, 1), height, bold=bold)

    page.extract_text(visitor_text=see)
    return [line for line in lines if line.text.strip()]


def _is_bold(font: str) -> bool:
    return any(word in font.lower() for word in ("bold", "black", "heavy", "semibold"))


def _remark_empty(pages: list[PageLines], writer: BlockWriter) -> None:
    empty = [str(page.number) for page in pages if not page.lines]
    if empty:
        shown = ", ".join(empty[:10]) + (", …" if len(empty) > 10 else "")
        writer.remark(f"{len(empty)} of {len(pages)} pages hold no text (perhaps pictures): {shown}.")


def _real_title(title: str) -> str:
    """Many are left over from the program that wrote the file: `Microsoft Word - x.doc`, `untitled`."""
    left_over = title.lower().startswith(("microsoft word", "untitled", "powerpoint"))
    return "" if left_over or title.lower().endswith((".doc", ".docx", ".indd", ".xls", ".qxd")) else title
