"""Tables of HTML: told apart into those that hold data and those that only place text on the page.

Data tables come out with columns that line up, whatever cells were merged to set them: the sign of a
currency and a closing bracket, which filings put into cells of their own, join their number.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from errand.capabilities.documents.html_draft import Draft, PageBreak, Piece
from errand.capabilities.documents.model import BlockKind

MOST_COLUMNS = 1_000
"""A `colspan` beyond this is not believed."""
MOST_ROWS_SPANNED = 2_000
_LONG_CELL = 200
_ARTICLE = 800

_OPENS = re.compile(r"^(?:[$€£¥₹₩₽(]|(?:US|C|A|NT|HK|R|S)\$|RMB|Rs\.?|CHF|EUR|USD|GBP|\(?[$€£¥]\s*\(?)$")
_CLOSES = re.compile(r"^(?:\)?\s*%|\)|\)\s*%|%\s*\)|pts?\.?|bps|x|\)x)$")
_NUMBER = re.compile(r"^[\s$€£¥(+–—-]*\d[\d,.\s]*[)%]*$|^[–—-]+$")
_BULLET = re.compile(r"^[•·▪■●○◦‣⁃∙§\uf0b7\uf0a7*–—-]$|^o$")
_NUMBERED = re.compile(r"^\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]$")
_HEADING = re.compile(r"^(?:items?|part|note)\b", re.I)


@dataclass(slots=True)
class Cell:
    column: int
    width: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def drafts(self) -> list[Draft]:
        return [piece for piece in self.pieces if isinstance(piece, Draft)]

    @property
    def text(self) -> str:
        return " ".join(draft.text.replace("\n", " ") for draft in self.drafts)


@dataclass(slots=True)
class Table:
    rows: list[list[Cell]] = field(default_factory=list)
    anchor: str | None = None
    _taken: dict[int, int] = field(default_factory=dict)
    """Column to the rows below for which a cell above still fills it."""

    def start_row(self) -> None:
        if self.rows:
            self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}
        self.rows.append([])

    def start_cell(self, colspan: str | None, rowspan: str | None) -> Cell:
        if not self.rows:
            self.start_row()
        row = self.rows[-1]
        column = row[-1].column + row[-1].width if row else 0
        while column in self._taken:
            column += 1
        cell = Cell(column, _span(colspan, MOST_COLUMNS))
        row.append(cell)
        if (down := _span(rowspan, MOST_ROWS_SPANNED)) > 1:
            self._taken |= {column + i: down for i in range(cell.width)}
        return cell


@dataclass(slots=True)
class _Entry:
    """A cell's text and the columns it covers, once its signs have joined it."""

    start: int
    end: int
    text: str


def pieces_of(table: Table) -> list[Piece]:
    """The blocks that a table stands for."""
    rows = [filled for row in table.rows if (filled := [cell for cell in row if cell.text])]
    if not rows:
        return [piece for cell in _cells(table) for piece in cell.pieces if isinstance(piece, PageBreak)]
    if all(len(row) == 1 or _is_marked(row) for row in rows):
        return [piece for row in rows for piece in _line(row)]
    if len(rows) == 1 and _HEADING.match(rows[0][0].text) and len(rows[0]) <= 3:
        return [_merged(rows[0])]
    if _only_places(rows):
        return [piece for row in rows for cell in row for piece in cell.pieces]
    breaks = [p for cell in _cells(table) for p in cell.pieces if isinstance(p, PageBreak)]
    return [_data(rows, table.anchor), *breaks]


def _cells(table: Table) -> Iterator[Cell]:
    return (cell for row in table.rows for cell in row)


def _span(said: str | None, most: int) -> int:
    return min(max(int(said), 1), most) if said and said.strip().isdigit() else 1


def _is_marked(row: list[Cell]) -> bool:
    """A bullet or a number in brackets, then the text it belongs to."""
    if len(row) != 2:
        return False
    mark, text = row[0].text, row[1].text
    return bool(_BULLET.match(mark) or (_NUMBERED.match(mark) and len(text) > 15)) and not _NUMBER.match(text)


def _line(row: list[Cell]) -> list[Piece]:
    if len(row) == 1:
        return row[0].pieces
    mark, pieces = row[0].text, row[1].pieces
    first = next(piece for piece in pieces if isinstance(piece, Draft))
    if first.kind is BlockKind.PARAGRAPH:
        first.kind = BlockKind.ITEM
    if not _BULLET.match(mark):
        first.text = f"{mark} {first.text}"
        first.lead = f"{mark} {first.lead}" if first.lead else None
    first.anchor = first.anchor or row[0].drafts[0].anchor
    return pieces


def _merged(row: list[Cell]) -> Draft:
    """A heading that was set as a row: `Item 1A.` and `Risk Factors`."""
    drafts = [draft for cell in row for draft in cell.drafts]
    emphasis = drafts[0].emphasis if all(d.emphasis is drafts[0].emphasis for d in drafts) else None
    text = " ".join(draft.text for draft in drafts)
    anchor = next((draft.anchor for draft in drafts if draft.anchor), None)
    kind, level = drafts[0].kind, drafts[0].level
    return Draft(
        BlockKind.PARAGRAPH if kind is BlockKind.TABLE else kind, text, level, emphasis, None, anchor
    )


def _only_places(rows: list[list[Cell]]) -> bool:
    """True when the cells hold running text, or tables of their own, rather than data."""
    cells = [cell for row in rows for cell in row]
    if any(draft.kind is BlockKind.TABLE for cell in cells for draft in cell.drafts):
        return True
    if any(len(cell.drafts) > 3 and len(cell.text) > _ARTICLE for cell in cells):
        return True
    numbers = sum(1 for cell in cells if _NUMBER.match(cell.text))
    if len(rows) == 1:
        return numbers == 0
    longest = sorted(max(len(cell.text) for cell in row) for row in rows)
    widest = max(len(row) for row in rows)
    return longest[len(longest) // 2] >= _LONG_CELL and widest <= 3 and numbers * 10 < len(cells)


def _data(rows: list[list[Cell]], anchor: str | None) -> Draft:
    entries = [_joined(row) for row in rows]
    columns = _columns(entries)
    ends = [end for _, end in columns]
    lines = []
    for row in entries:
        line = [""] * len(columns)
        for entry in row:
            at = bisect_right(ends, entry.start)
            line[at] = f"{line[at]} {entry.text}".strip()
        lines.append(tuple(line))
    text = "\n".join(" | ".join(cell for cell in line if cell) for line in lines)
    first = next((d.anchor for row in rows for cell in row for d in cell.drafts if d.anchor), None)
    return Draft(BlockKind.TABLE, text, anchor=anchor or first, rows=tuple(lines))


def _joined(row: list[Cell]) -> list[_Entry]:
    """Signs join the number that they belong to."""
    entries: list[_Entry] = []
    opening: _Entry | None = None
    for cell in row:
        entry = _Entry(cell.column, cell.column + cell.width, cell.text)
        if _OPENS.match(entry.text):
            opening = entry
            entries.append(entry)
        elif _CLOSES.match(entry.text) and entries and _NUMBER.match(entries[-1].text):
            entries[-1].text += entry.text
            entries[-1].end = entry.end
        elif opening is not None and _NUMBER.match(entry.text):
            opening.text += entry.text
            opening.end = entry.end
            opening = None
        else:
            opening = None
            entries.append(entry)
    return entries


def _columns(rows: list[list[_Entry]]) -> list[tuple[int, int]]:
    """Column ranges that do not overlap, from the narrowest cells up; a cell over several makes none."""
    spans = sorted({(e.start, e.end) for row in rows for e in row}, key=lambda s: (s[1] - s[0], s[0]))
    columns: list[tuple[int, int]] = []
    for start, end in spans:
        over = [c for c in columns if c[0] < end and start < c[1]]
        if len(over) > 1:
            continue
        if over:
            columns.remove(over[0])
            start, end = min(start, over[0][0]), max(end, over[0][1])
        columns.append((start, end))
    return sorted(columns)
