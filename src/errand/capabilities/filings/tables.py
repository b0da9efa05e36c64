"""Facts from the printed statements of a filing without XBRL: older ones, foreign annual reports, PDFs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from errand.capabilities.documents.model import Block, BlockKind, Document
from errand.capabilities.filings.amounts import (
    MONEY,
    SHARES,
    Column,
    amount,
    column,
    currency,
    is_european,
    month_day,
    scaled,
    scales,
)
from errand.capabilities.filings.concepts import table_concept
from errand.capabilities.filings.cover import read_cover
from errand.capabilities.filings.labels import BALANCE, CASH_FLOW, INCOME, PARTS_OF_DEBT, Reader, settle
from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.paged import joined_statements
from errand.capabilities.filings.reported import Reported
from errand.capabilities.sources import Source

_LOOK_BACK = 5
_BARE_YEAR = re.compile(r"(19|20)\d{2}")
"""In the place of labels it stands over the first column of figures."""
_MOST_HEAD_ROWS = 6
_FLOWS = frozenset({INCOME, CASH_FLOW})
_TAX_ITEMS = ("pretax_income", "income_tax", "net_income")
_PER_SHARE = frozenset({"eps_basic", "eps_diluted", "dividends_per_share"})


@dataclass
class _Statement:
    kind: str
    values: dict[str, list[tuple[Column, Decimal, str, str]]] = field(default_factory=dict)
    """Item to (column, value as printed, label, cell)."""
    block: int = 0
    around: str = ""

    @property
    def score(self) -> int:
        return len(self.values)


def read_tables(document: Document) -> Reported:
    """No facts when no table looks like a statement."""
    cover = read_cover(document.blocks)
    reported = Reported(document.name, document.sha256, "tables", company=cover.company or document.title)
    reported.form, reported.period_end = cover.form, cover.period_end
    best = {kind: found for kind in (INCOME, BALANCE, CASH_FLOW) if (found := _best(document, kind))}
    if INCOME not in best and BALANCE not in best:
        return reported
    money = _currency(document, list(best.values()))
    if not money and cover.form.startswith(("10-K", "10-Q")):
        money = "USD"
        reported.remarks.append(
            f"{document.name} names no currency; as its form is a {cover.form}, it is USD."
        )
    if not any(_scales(document, statement.block) for statement in best.values()):
        reported.remarks.append(
            f"{document.name} does not say whether its statements are in thousands or millions; their "
            "figures are shown as they are printed."
        )
    for statement in best.values():
        settle(statement.values)
        reported.facts.extend(_facts(statement, document, money))
    newest = max((f.end for f in reported.facts if f.start), default=None)
    if newest and (reported.period_end is None or abs((newest - reported.period_end).days) > 20):
        reported.period_end = newest
    reported.remarks.append(
        f"{document.name} holds no XBRL; its figures were read from the printed statements by their labels."
    )
    return reported


def _best(document: Document, kind: str) -> _Statement | None:
    """The table that tells most; what it does not tell is taken from the tables that follow it closely."""
    tables = [
        found
        for index, block in enumerate(document.blocks)
        if block.kind is BlockKind.TABLE and (found := _read(document, index, block, kind)).score >= 3
    ]
    whole = [each for each in tables if _is_whole(each)] or [
        found
        for index, rows in joined_statements(document, kind)
        if _is_whole(found := _read_rows(document, index, rows, kind))
    ]
    if not whole:
        return None
    best = max(whole, key=lambda each: each.score)
    for other in tables:
        if 0 < other.block - best.block <= 2 * _LOOK_BACK:
            for item, values in other.values.items():
                best.values.setdefault(item, values)
    return best


def _is_whole(statement: _Statement) -> bool:
    has = statement.values.keys()
    if statement.kind == INCOME:
        return "net_income" in has and bool(
            has & {"revenue", "premiums", "net_interest_income", "pretax_income", "operating_income"}
        )
    if statement.kind == BALANCE:
        return "total_assets" in has
    return "operating_cash_flow" in has and bool(has & {"investing_cash_flow", "financing_cash_flow"})


def _read(document: Document, index: int, block: Block, kind: str) -> _Statement:
    return _read_rows(document, index, block.rows, kind)


def _read_rows(document: Document, index: int, rows: Sequence[Sequence[str]], kind: str) -> _Statement:
    before = " ".join(b.text[:300] for b in document.blocks[max(0, index - _LOOK_BACK) : index])
    found = _Statement(kind, block=index, around=before)
    head, body = _split(rows)
    head = [["", *row] if row and _BARE_YEAR.fullmatch(row[0].strip()) else row for row in head]
    columns = _columns(head, before, flow=kind in _FLOWS)
    if not columns:
        return found
    european = is_european([cell for row in body for cell in row])
    reader = Reader(kind)
    for number, row in enumerate(body, start=len(head) + 1):
        label = next((cell for cell in row if any(c.isalpha() for c in cell)), "")
        cells = [
            (place, value)
            for place, cell in enumerate(row)
            if (value := _value(cell, label, european)) is not None
        ]
        aligned = _aligned(cells, columns)
        if not label or not aligned:
            reader.head(label or " ")
            continue
        if (item := reader.item(label)) is not None:
            if item == "long_term_debt" and item in reader.totals:
                _drop_parts(found.values)
            cell = f"table at block {index}, row {number}, column "
            found.values[item] = [(c, value, label, f"{cell}{place + 1}") for c, value, place in aligned]
    return found


def _drop_parts(values: dict[str, list[tuple[Column, Decimal, str, str]]]) -> None:
    for part in PARTS_OF_DEBT:
        values.pop(part, None)


def _value(cell: str, label: str, european: bool) -> Decimal | None:  # noqa: FBT001  # one of three equal parts
    return None if cell == label else amount(cell, european=european)


def _split(rows: Sequence[Sequence[str]]) -> tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]]:
    """The heading rows and the rest: headings hold years, dates and words, but no labelled figures."""
    for number, row in enumerate(rows[:_MOST_HEAD_ROWS]):
        figures = [c for c in row[1:] if _is_figure(c)]
        if figures and any(c.isalpha() for c in row[0]):
            return rows[:number], rows[number:]
        if row and row[0].strip().endswith(":") and not any(c.strip() for c in row[1:]) and number:
            return rows[:number], rows[number:]
    return rows[:0], rows


def _is_figure(cell: str) -> bool:
    printed = amount(cell) is not None or amount(cell, european=True) is not None
    return printed and not re.fullmatch(r"\s*(19|20)\d{2}\s*", cell)


def _columns(head: Sequence[Sequence[str]], before: str, *, flow: bool) -> dict[int, Column]:
    """Cell index to period. A heading that spans several columns stands in the first and is carried on."""
    width = max((len(row) for row in head), default=0)
    carried = [_carried(row, width) for row in head]
    said = " ".join(cell for row in head for cell in row) + " " + before
    year_end = month_day(said)
    found: dict[int, Column] = {}
    for place in range(1, width):
        heading = " ".join(row[place] for row in carried)
        if not any(head_row[place : place + 1] and head_row[place].strip() for head_row in head):
            continue
        context = " ".join(row[0] for row in head if row) if flow else ""
        period = column(heading, year_end, flow=flow)
        if (
            period
            and flow
            and period.months == 12
            and re.search(r"\b(three|six|nine) months\b", context.lower())
        ):
            period = column(f"{context} {heading}", year_end, flow=flow) or period
        if period:
            found[place] = period
    return found


def _carried(row: Sequence[str], width: int) -> list[str]:
    carried, last = [], ""
    for place in range(width):
        text = row[place].strip() if place < len(row) else ""
        is_year = bool(re.fullmatch(r"(19|20)\d{2}", text))
        if text and place and not is_year:
            last = text
        carried.append(text or (last if place else ""))
    return carried


def _aligned(
    cells: Sequence[tuple[int, Decimal]], columns: dict[int, Column]
) -> list[tuple[Column, Decimal, int]]:
    """Figures by the columns of the headings; by their order when the places do not agree."""
    if all(place in columns for place, _ in cells):
        return [(columns[place], value, place) for place, value in cells]
    if len(cells) == len(columns):
        return [
            (columns[at], value, place) for at, (place, value) in zip(sorted(columns), cells, strict=True)
        ]
    return [(columns[place], value, place) for place, value in cells if place in columns]


def _currency(document: Document, statements: Sequence[_Statement]) -> str:
    """Of the statements' own surroundings and cells, else of the first place in the document that names
    one.
    """
    for statement in statements:
        if code := currency(statement.around + document.blocks[statement.block].text[:4000]):
            return code
    return next((code for block in document.blocks if (code := currency(block.text))), "")


def _facts(statement: _Statement, document: Document, money: str) -> Iterator[Fact]:
    powers = _scales(document, statement.block)
    flip = _tax_is_shown_as_deduction(statement)
    for item, values in statement.values.items():
        for period, printed, label, cell in values:
            value = -printed if item == "income_tax" and flip else printed
            yield _fact(item, value, period, money, powers, Source(
                document=document.name, sha256=document.sha256, where=f"{statement.kind}, row “{label}”",
                cell=cell, block=statement.block,
            ), label=label, statement=statement.kind)  # fmt: skip


def _scales(document: Document, block: int) -> dict[str, int]:
    """Said in the table's head, or in the nearest block above it that says any."""
    head = " ".join(cell for row in document.blocks[block].rows[:3] for cell in row)
    above = (b.text[:300] for b in reversed(document.blocks[max(0, block - _LOOK_BACK) : block]))
    below = document.blocks[block : block + _LOOK_BACK] if not document.blocks[block].rows else ()
    texts = (*(b.text[:300] for b in below), head, *above)
    return next((found for text in texts if (found := scales(text))), {})


def _fact(
    item: str, value: Decimal, period: Column, money: str, powers: dict[str, int], source: Source, *,
    label: str, statement: str,
) -> Fact:  # fmt: skip
    power, unit = powers.get(MONEY, 0), money
    if item in _PER_SHARE:
        power, unit = 0, f"{money}/shares"
    elif item.startswith("shares"):
        in_full = value >= 10**7  # as is usual beside amounts in millions
        power, unit = powers.get(SHARES, 0 if in_full else powers.get(MONEY, 0)), "shares"
    start: date | None = period.start
    return Fact(
        concept=table_concept(item),
        value=scaled(value, power),
        unit=unit,
        start=start,
        end=period.end,
        decimals=-power if power else None,
        label=label,
        statement=statement,
        source=source,
    )


def _tax_is_shown_as_deduction(statement: _Statement) -> bool:
    """Some print taxes as a negative amount; the sum tells."""
    first = [statement.values[item][0][1] for item in _TAX_ITEMS if statement.values.get(item)]
    if len(first) < len(_TAX_ITEMS):
        return False
    pretax, tax, net = first
    return abs(pretax + tax - net) < abs(pretax - tax - net)
