"""Plain text: paragraphs, lists and headings, told by blank lines, lengths and signs."""

import re
from collections.abc import Iterator, Sequence

from errand.capabilities.documents.blocks import MOST_CHARACTERS, BlockWriter
from errand.capabilities.documents.charset import decode
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import BlockKind, Document
from errand.capabilities.documents.typewritten import typed_parts

MOST_LINE = 1_000_000
"""Characters of a line; what is longer is cut into lines of this length."""

_BULLET = re.compile(r"^\s*(?:[•●▪■◦‣∙·*+–—-]\s+|\(?(?:\d{1,2}|[A-Za-z]|[ivx]{1,4})[.)]\s+)\S")
_UNDERLINE = re.compile(r"^\s*(?P<mark>[=\-~_*#])(?P=mark){2,}\s*$")
_NUMBERED = re.compile(
    r"^\s*(?:(?:item|part|section|chapter|article)\s+)?(?:\d+(?:\.\d+)*|[IVX]+)[A-Z]?[.:)]?\s+\S", re.I
)
_PAGE_MARK = re.compile(r"^[ \t]*<PAGE>[ \t]*\d*[ \t]*$", re.IGNORECASE | re.MULTILINE)
_LONGEST_HEADING = 100
_MOST_SCANNED = MOST_CHARACTERS + 1_000_000
_SAMPLE = 400
"""Lines of a group by which it is judged."""


def read_text(content: bytes, name: str) -> Document:
    decoded = decode(content)
    writer = BlockWriter()
    if decoded.damaged:
        writer.remark("Some characters were damaged and are shown as �.")
    text = decoded.text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    cut = len(text) > _MOST_SCANNED
    sheets = _PAGE_MARK.sub("\f", text[:_MOST_SCANNED]).split("\f")
    for number, sheet in enumerate(sheets, 1):
        _write_sheet(sheet, number if len(sheets) > 1 else None, writer)
    if cut and not writer.full:
        writer.remark(f"Only the first {_MOST_SCANNED:,} characters were read; the rest was left out.")
    if not len(writer):
        writer.remark("It holds no text.")
    return writer.document(content, name, Format.TEXT, pages=len(sheets) if len(sheets) > 1 else None)


def _write_sheet(sheet: str, page: int | None, writer: BlockWriter) -> None:
    for part in typed_parts(sheet):
        if writer.full:
            return
        if part.rows:
            writer.table(part.rows, page=page)
        else:
            _write(_cut(part.lines), page, writer)


def _cut(lines: Sequence[str]) -> list[str]:
    return [line[at : at + MOST_LINE] for line in lines for at in range(0, len(line), MOST_LINE)]


def _write(group: Sequence[str], page: int | None, writer: BlockWriter) -> None:
    if len(group) >= 2 and (underline := _UNDERLINE.match(group[1])) and len(group[0]) <= 200:
        writer.add(BlockKind.HEADING, group[0], level=1 if underline["mark"] in "=#*" else 2, page=page)
        group = group[2:]
    elif len(group) == 1 and (level := _heading_level(group[0])):
        writer.add(BlockKind.HEADING, group[0], level=level, page=page)
        return
    for lines in _parts(group):
        if writer.full:
            return
        kind = BlockKind.ITEM if _BULLET.match(lines[0]) else BlockKind.PARAGRAPH
        writer.add(kind, " ".join(lines), page=page)


def _parts(group: Sequence[str]) -> Iterator[list[str]]:
    """A wrapped paragraph is one part; list items, and lines that are not wrapped, are each their own."""
    wrapped = _is_wrapped(group)
    part: list[str] = []
    for line in group:
        if _UNDERLINE.match(line):
            continue
        if part and (not wrapped or _BULLET.match(line)):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _is_wrapped(group: Sequence[str]) -> bool:
    """Whether all lines but the last are nearly as long as the longest: somebody broke them at a margin."""
    sample = group[:_SAMPLE]
    longest = max((len(line.rstrip()) for line in sample), default=0)
    if longest > 200:
        return False
    lengths = [len(line.strip()) for line in sample[:-1] if not _BULLET.match(line)] or [0]
    return longest >= 40 and sum(length >= 0.65 * longest for length in lengths) >= 0.8 * len(lengths)


def _heading_level(line: str) -> int | None:
    text = line.strip()
    if (
        len(text) > _LONGEST_HEADING
        or not any(map(str.isalpha, text))
        or text.endswith((".", ",", ";", "!", "?"))
    ):
        return None
    if text.isupper():
        return 1
    if _NUMBERED.match(text) and not text[0].islower():
        return 2
    words = [word for word in text.split() if word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in words)
    return 2 if len(words) <= 12 and capitals >= 0.7 * len(words) and not text.endswith(":") else None
