"""Whole filings of companies that never were: what stands in them, and how a value is shown.

A `Filing` comes out in every format: inline XBRL as several agents nest it and an XBRL instance
(`made.xbrl`), companyfacts JSON, EDGAR's workbook, a plain page, text with dotted leaders (`made.plain`).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

INCOME, BALANCE, CASH = "INCOME", "BALANCE SHEETS", "CASH FLOWS"
Value = int | str | None
Span = tuple[date, date]


@dataclass(frozen=True)
class Row:
    """`values` newest first, in whole units; no values: a heading."""

    label: str
    concept: str = ""
    values: tuple[Value, ...] = ()
    unit: str = ""
    """`shares`, `each` (money per share); empty: money."""
    member: str = ""
    """A segment that the row is about, and not the whole."""
    negated: bool = False
    """Shown in parentheses although its fact is positive."""


@dataclass(frozen=True)
class Statement:
    kind: str
    rows: tuple[Row, ...]
    note: bool = False
    """A table of the notes: tagged, but none of the primary statements."""


@dataclass(frozen=True)
class Filing:
    company: str
    spans: tuple[Span, ...]
    """Of flows, newest first; balances stand at their ends."""
    statements: tuple[Statement, ...]
    form: str = "10-K"
    currency: str = "USD"
    power: int = 6
    """Amounts are shown in this power of ten."""
    taxonomy: str = "us-gaap"
    focus: int | None = None
    risks: tuple[tuple[str, str], ...] = ()
    balance_columns: int = 2
    newest_words: str = ""
    """What stands above the columns of flows; empty: years ended on the last day."""
    swapped: bool = False
    """Points between thousands, commas before decimals."""

    @property
    def end(self) -> date:
        return self.spans[0][1]

    @property
    def year(self) -> int:
        return self.focus if self.focus is not None else self.end.year


def day(when: date) -> str:
    return f"{when:%B} {when.day}, {when.year}"


def shown(filing: Filing, row: Row, value: Value) -> tuple[str, bool]:
    """The digits, and whether they stand in parentheses; a dash for nothing."""
    if value is None:
        return "", False
    number = Decimal(str(value))
    power = filing.power if not row.unit else (3 if row.unit == "shares" and filing.power else 0)
    scaled = number / Decimal(10) ** power
    if scaled == 0:
        return "—", False
    places = 2 if row.unit == "each" else max(0, -int(scaled.as_tuple().exponent)) and 1
    text = f"{abs(scaled):,.{places}f}"
    if filing.swapped:
        text = text.translate(str.maketrans(",.", ".,"))
    return text, (number < 0) != row.negated


def scale_words(filing: Filing) -> str:
    words = {0: "", 3: "in thousands", 6: "in millions", 9: "in billions"}[filing.power]
    money = {"USD": "U.S. dollars", "EUR": "Euro", "JPY": "Japanese yen", "CHF": "Swiss francs"}[
        filing.currency
    ]
    return f"({money} {words}, except share and per share amounts)" if words else f"({money})"


def titles(statement: Statement) -> str:
    words = {
        INCOME: "CONSOLIDATED STATEMENTS OF OPERATIONS",
        BALANCE: "CONSOLIDATED BALANCE SHEETS",
        CASH: "CONSOLIDATED STATEMENTS OF CASH FLOWS",
    }[statement.kind]
    return f"Note 9 — Further information ({words.title()})" if statement.note else words


def columns(filing: Filing, statement: Statement) -> int:
    return filing.balance_columns if statement.kind == BALANCE else len(filing.spans)


def head_cells(filing: Filing, statement: Statement) -> tuple[str, list[str]]:
    """A heading over all the columns, and one for each."""
    count = columns(filing, statement)
    ends = [end for _, end in filing.spans[:count]]
    same_day = len({(end.month, end.day) for end in ends}) == 1
    months = round((filing.spans[0][1] - filing.spans[0][0]).days / 30.4)
    words = filing.newest_words or (f"{_NUMBERS[months]} Months Ended" if months < 12 else "Years Ended")
    over = words if statement.kind != BALANCE else ""
    if same_day:
        return f"{over} {ends[0]:%B} {ends[0].day},".strip(), [str(end.year) for end in ends]
    return over, [day(end) for end in ends]


_NUMBERS = {3: "Three", 5: "Five", 6: "Six", 9: "Nine", 12: "Twelve"}


def page_cover(filing: Filing) -> str:
    kind = "QUARTERLY" if filing.form.startswith("10-Q") else "ANNUAL"
    words = "quarterly period" if filing.form.startswith("10-Q") else "fiscal year"
    return (
        f"<p>UNITED STATES SECURITIES AND EXCHANGE COMMISSION</p><p><b>FORM {filing.form}</b></p>"
        f"<p>{kind} REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934</p>"
        f"<p>For the {words} ended {day(filing.end)}</p><p><b>{escape(filing.company)}</b></p>"
        "<p>(Exact name of registrant as specified in its charter)</p>"
    )


def page_risks(filing: Filing) -> str:
    if not filing.risks:
        return ""
    parts = "".join(
        f"<p><b><i>{escape(head)}</i></b></p><p>{escape(prose)}</p>" for head, prose in filing.risks
    )
    title = "Part II, Item 1A. Risk Factors" if filing.form == "10-Q" else "Item 1A. Risk Factors"
    if filing.form == "20-F":
        title = "Item 3.D. Risk Factors"
    return f"<h2>{title}</h2>{parts}<h2>Item 1B. Unresolved Staff Comments</h2><p>None.</p>"
