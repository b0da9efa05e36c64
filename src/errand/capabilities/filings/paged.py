"""Statements that stand in pieces on their page, as PDFs give them: put together again under their title."""

import re
from collections.abc import Iterator, Sequence

from errand.capabilities.documents.model import Block, BlockKind, Document
from errand.capabilities.documents.typewritten import split_row
from errand.capabilities.filings.amounts import amount
from errand.capabilities.filings.labels import BALANCE, CASH_FLOW, INCOME

_TITLES = {
    INCOME: re.compile(
        r"statements? of (consolidated )?(\w+ )?(income|operations|earnings|profit|comprehensive income)"
        r"|(consolidated|group) income statements?|income statements?|profit and loss account",
        re.IGNORECASE,
    ),
    BALANCE: re.compile(
        r"balance sheets?|statements? of (consolidated )?financial (position|condition)", re.IGNORECASE
    ),
    CASH_FLOW: re.compile(r"statements? of (consolidated )?cash flows?|cash flow statements?", re.IGNORECASE),
}
_MONTHS = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DATE = re.compile(
    rf"{_MONTHS} \d{{1,2}},? (?:19|20)\d{{2}}|\d{{1,2}} {_MONTHS} (?:19|20)\d{{2}}", re.IGNORECASE
)
_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d{2}(?![\d,])")
_LONGEST_TITLE = 120
_LONGEST_LABEL = 160
_MOST_BLOCKS = 40
_MOST_COLUMNS = 6

Rows = list[tuple[str, ...]]


def joined_statements(document: Document, kind: str) -> Iterator[tuple[int, Rows]]:
    """Index of the title's block and the rows below it, as many figures in each as there are periods."""
    for index, block in enumerate(document.blocks):
        if block.kind is BlockKind.TABLE or len(block.text) > _LONGEST_TITLE:
            continue
        if _TITLES[kind].search(block.text):
            rows = _rows(document.blocks, index, kind)
            if len(rows) > 4:
                yield index, rows


def _rows(blocks: Sequence[Block], title: int, kind: str) -> Rows:
    rows: Rows = []
    width = 0
    for block in blocks[title + 1 : title + 1 + _MOST_BLOCKS]:
        is_table = block.kind is BlockKind.TABLE
        if not is_table and (
            len(block.text) > 2 * _LONGEST_LABEL or _another(block, kind, begun=len(rows) > 8)
        ):
            break
        for cells in block.rows if is_table else ((block.text,),):
            heads = _periods(" ".join(cells)) if not width else []
            if heads:
                width = len(heads)
                rows.append((_before(" ".join(cells), heads[0]), *heads))
            elif width:
                rows.append(_row(cells if is_table else _split(block.text), width))
            else:
                rows.append((" ".join(cells),))
    return rows if width else []


def _another(block: Block, kind: str, *, begun: bool) -> bool:
    """The title of another statement, or the notes."""
    if len(block.text) > _LONGEST_TITLE or not begun:
        return False
    other = any(pattern.search(block.text) for known, pattern in _TITLES.items() if known != kind)
    return other or bool(
        re.match(r"notes? to (the )?(consolidated )?financial statements", block.text, re.IGNORECASE)
    )


def _periods(text: str) -> list[str]:
    """The dates or years that a line ends in, when there are two or more."""
    dates = [found[0] for found in _DATE.finditer(text)]
    if 2 <= len(dates) <= _MOST_COLUMNS:
        return dates
    years = [found[0] for found in _YEAR.finditer(text)]
    ends = re.search(r"(?:(?:19|20)\d{2}[\s|]*){2,}[A-Za-z ’']{0,60}:?$", text)
    return years[-_MOST_COLUMNS:] if ends and len(set(years)) >= 2 and len(text) <= _LONGEST_LABEL else []


def _before(text: str, head: str) -> str:
    return text[: text.find(head)].strip(" |")


def _split(text: str) -> tuple[str, ...]:
    label, figures = split_row(text)
    return (label, *figures) if label else (text,)


def _row(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """Label and figures; with fewer figures than periods the label alone; further ones are references."""
    figures = [cell for cell in cells[1:] if _is_figure(cell)]
    if len(figures) < width:
        return (" ".join(cells),)
    label = " ".join((cells[0], *figures[:-width]))
    return (label, *figures[-width:])


def _is_figure(cell: str) -> bool:
    return amount(cell) is not None or amount(cell, european=True) is not None
