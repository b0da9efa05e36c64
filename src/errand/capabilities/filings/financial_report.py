"""EDGAR's Financial_Report.xlsx: the statements of one filing as sheets, made from its XBRL, with labels
only.

A sheet's first cell names it and its scales (`… - USD ($) $ in Millions, shares in Thousands`); beside and
below it
stand the lengths (`6 Months Ended`) and the dates of the columns.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
from openpyxl.utils import get_column_letter

from errand.capabilities.documents.archive import DAMAGE, check_parts, opened
from errand.capabilities.filings.amounts import MONEY, SHARES, Column, currency, months_before, scaled, scales
from errand.capabilities.filings.concepts import table_concept
from errand.capabilities.filings.labels import BALANCE, CASH_FLOW, INCOME, PARTS_OF_DEBT, Reader, settle
from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.reported import Reported
from errand.capabilities.filings.transforms import to_date
from errand.capabilities.sources import Source
from errand.domain.errors import InputRefused

_MOST_SHEETS = 12
"""The cover and the primary statements come first."""
_MOST_ROWS = 400
_MOST_COLUMNS = 12
_TITLES = (
    (None, re.compile(r"parenthetical|comprehensive|equity|deficit|auditor", re.IGNORECASE)),
    (CASH_FLOW, re.compile(r"cash flow", re.IGNORECASE)),
    (
        BALANCE,
        re.compile(r"balance sheet|financial (condition|position)|assets and liabilities", re.IGNORECASE),
    ),
    (INCOME, re.compile(r"operations|income|earnings|profit|loss", re.IGNORECASE)),
)
_PER_SHARE = ("eps_basic", "eps_diluted", "dividends_per_share")

Cells = Sequence[Sequence[object]]


def read_financial_report(content: bytes, name: str, sha256: str) -> Reported | None:
    """None: another kind of workbook, or another Office file. Raises InputRefused when it is damaged."""
    with opened(content, name) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return None
        check_parts(archive, name)
    try:
        sheets = list(_sheets(content))
    except (*DAMAGE, KeyError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # SyntaxError: what XML parsers raise is one; the others are openpyxl's on parts that are missing.
        raise InputRefused(f"{name} is damaged or incomplete; download it again.") from error
    cover = next((found for _, cells in sheets if "Entity Registrant Name" in (found := _cover(cells))), None)
    if cover is None:
        return None
    reported = Reported(name, sha256, "financial report workbook", company=cover["Entity Registrant Name"])
    reported.cik = cover.get("Entity Central Index Key", "").zfill(10)
    reported.form = cover.get("Document Type", "").upper()
    reported.period_end = to_date(cover.get("Document Period End Date", ""))
    for title, cells in sheets:
        if (kind := _kind(str(cells[0][0]))) is not None:
            reported.facts.extend(_facts(kind, title, cells, reported))
    reported.facts.extend(_fiscal_year(cover, reported))
    return reported


def _sheets(content: bytes) -> Iterator[tuple[str, Cells]]:
    # It warns of features that it does not keep. (`catch_warnings` would not be safe in threads.)
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for sheet in workbook.worksheets[:_MOST_SHEETS]:
        sheet.reset_dimensions()
        rows = list(sheet.iter_rows(values_only=True, max_row=_MOST_ROWS, max_col=_MOST_COLUMNS))
        if rows and rows[0] and rows[0][0]:
            yield sheet.title, rows
    workbook.close()


def _cover(cells: Cells) -> dict[str, str]:
    """The first value beside each label."""
    found: dict[str, str] = {}
    for row in cells:
        values = [str(v).strip() for v in row[1:] if v is not None and str(v).strip()]
        if row and isinstance(row[0], str) and values:
            found.setdefault(row[0].strip(), values[0])
    return found


def _kind(title: str) -> str | None:
    return next((kind for kind, pattern in _TITLES if pattern.search(title.split(" - ")[0])), None)


def _facts(kind: str, sheet: str, cells: Cells, reported: Reported) -> Iterator[Fact]:
    title = str(cells[0][0])
    columns, first = _columns(cells)
    if kind != BALANCE and not any(period.months for period in columns.values()):
        return
    money, powers, reader = currency(title), scales(title), Reader(kind)
    found: dict[str, list[tuple[Column, Decimal, Source]]] = {}
    for number, row in enumerate(cells[first:], start=first + 1):
        label = str(row[0] or "").strip()
        values = [(at, row[at]) for at in columns if at < len(row) and isinstance(row[at], int | float)]
        if not label or not values:
            reader.head(label or " ")
        elif (item := reader.item(label)) is not None:
            if item == "long_term_debt" and item in reader.totals:
                found = {known: row for known, row in found.items() if known not in PARTS_OF_DEBT}
            found[item] = [
                (columns[at], Decimal(str(value)), _source(reported, kind, label, f"{sheet}!{place}"))
                for at, value in values
                for place in [f"{get_column_letter(at + 1)}{number}"]
            ]
    settle(found)
    for item, figures in found.items():
        for column, value, source in figures:
            yield _fact(item, value, column, money, powers, source, kind)


def _source(reported: Reported, kind: str, label: str, cell: str) -> Source:
    return Source(
        document=reported.document, sha256=reported.sha256, where=f"{kind}, row “{label}”", cell=cell
    )


def _fact(
    item: str, shown: Decimal, period: Column, money: str, powers: dict[str, int], source: Source, kind: str
) -> Fact:
    power, unit = powers.get(MONEY, 0), money
    if item in _PER_SHARE:
        power, unit = 0, f"{money}/shares"
    elif item.startswith("shares"):
        power, unit = powers.get(SHARES, 0), "shares"
    return Fact(
        concept=table_concept(item),
        value=scaled(shown, power),
        unit=unit,
        start=period.start,
        end=period.end,
        decimals=-power if power else None,
        label=source.where.partition("“")[2].rstrip("”"),
        statement=kind,
        source=source,
    )


def _columns(cells: Cells) -> tuple[dict[int, Column], int]:
    """Cell index to period, and the index of the first row of figures."""
    top = [str(v).strip() if v is not None else "" for v in cells[0]]
    lengths = [re.match(r"(\d+) Months? Ended", text) for text in top]
    if not any(lengths):
        return {at: Column(end, None) for at, text in enumerate(top) if at and (end := to_date(text))}, 1
    columns: dict[int, Column] = {}
    months: int | None = None
    for at, value in enumerate(cells[1] if len(cells) > 1 else ()):
        if at < len(lengths) and (found := lengths[at]):
            months = int(found[1])
        end = to_date(str(value)) if value else None
        if at and end:
            columns[at] = _exactly(end, months, cells[1])
    return columns, 2


def _exactly(end: date, months: int | None, dates: Sequence[object]) -> Column:
    """Where the year before stands beside it, a year begins on the day after that ended (52 or 53 weeks)."""
    if months == 12:
        starts = [d + timedelta(days=1) for v in dates if v and (d := to_date(str(v)))]
        nominal = months_before(end, 12)
        near = [start for start in starts if abs((start - nominal).days) <= 8]
        if near:
            return Column(end, months, began=near[0])
    return Column(end, months)


def _fiscal_year(cover: dict[str, str], reported: Reported) -> Iterator[Fact]:
    year = cover.get("Document Fiscal Year Focus", "")
    if year.isdigit() and reported.period_end:
        source = Source(
            document=reported.document,
            sha256=reported.sha256,
            where="cover page",
            cell="Document Fiscal Year Focus",
        )
        yield Fact(
            concept="dei:DocumentFiscalYearFocus",
            value=Decimal(year),
            unit="pure",
            end=reported.period_end,
            source=source,
        )
