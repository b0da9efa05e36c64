"""Preformatted text: code, or a filing from the days when filings were typewritten pages."""

import re
from collections.abc import Iterator, Sequence

from errand.capabilities.documents.html_draft import Draft, PageBreak, Piece, draft_of, fold
from errand.capabilities.documents.model import BlockKind
from errand.capabilities.documents.typewritten import typed_parts

_LEAST_FOR_PAGES = 1_500
_CODE = re.compile(r"[{};]\s*$|^\s*(?:#|//|def |class |import |\$ )|[=<>]=|\w\(.*\)\s*$")
_GAP = re.compile(r"\s{3,}|\s*(?:\.\s?){4,}\s*|\t+")
_RULE = re.compile(r"^[\s\-=_*.]+$")
_ITEM_LINE = re.compile(r"^\s*(?:item|part)\s+[\divx]+[a-c]?\b.{0,100}$", re.I)


def pieces_of_pre(raw: str) -> list[Piece]:
    """Paragraphs and tables when it is prose, else one block of code with its lines as they are."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").expandtabs(8).strip("\n")
    if not text.strip():
        return []
    if not _is_prose(text):
        return [Draft(BlockKind.CODE, text.rstrip())]
    pieces: list[Piece] = []
    for number, page in enumerate(text.split("\f")):
        if number:
            pieces.append(PageBreak())
        for part in typed_parts(page):
            pieces.extend(_table(part.rows) if part.rows else _chunk([line.rstrip() for line in part.lines]))
    return pieces


def _is_prose(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    prose = sum(1 for line in lines if len(line) >= 45 and len(line.split()) >= 6 and not _CODE.search(line))
    return len(text) >= _LEAST_FOR_PAGES and prose >= 0.3 * len(lines)


def _chunk(lines: list[str]) -> Iterator[Draft]:
    """Lines without an empty one between them."""
    if _is_table(lines):
        yield from _table([_GAP.split(line.strip()) for line in lines if not _RULE.match(line)])
        return
    for paragraph in _paragraphs([line for line in lines if not _RULE.match(line)]):
        draft = draft_of([(" ".join(paragraph), 0)], BlockKind.PARAGRAPH, None, None)
        if draft is not None:
            yield draft


def _table(given: Sequence[Sequence[str]]) -> Iterator[Draft]:
    rows = tuple(tuple(fold(cell) for cell in row) for row in given)
    if rows:
        text = "\n".join(" | ".join(cell for cell in row if cell) for row in rows)
        yield Draft(BlockKind.TABLE, text, rows=rows)


def _is_table(lines: list[str]) -> bool:
    apart = sum(1 for line in lines if _GAP.search(line.strip()) and re.search(r"\d", line))
    return len(lines) >= 2 and apart * 2 > len(lines)


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """A line that is indented beyond the one before, or that follows an item's heading, starts a new one."""
    current: list[str] = []
    for line in lines:
        if current and _starts_anew(line, current):
            yield current
            current = []
        current.append(line)
    if current:
        yield current


def _starts_anew(line: str, current: list[str]) -> bool:
    ended = len(current) > 1 or len(current[0]) < 60 or current[-1].endswith((".", ":"))
    indented = _indent(line) >= _indent(current[-1]) + 3
    return ended and (indented or _ITEM_LINE.match(current[-1]) is not None)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
