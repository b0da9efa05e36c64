"""What the sections of a financial report are written from, and the phrases that they share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from errand.capabilities.filings.model import FilingSections
from errand.capabilities.financials.model import (
    Figure,
    FlagSet,
    Line,
    Period,
    Ratio,
    RatioSet,
    Statements,
)
from errand.capabilities.financials.report_words import name, noun
from errand.capabilities.reports.figures import rounded, show
from errand.capabilities.reports.ledger import Ledger, change
from errand.capabilities.reports.markdown import escape
from errand.capabilities.text.model import RankedRisks

NOTHING = "–"
NOT_MEANINGFUL = "n/m"
_YEAR = range(350, 386)
"""Days between the ends of two fiscal years: 52 or 53 weeks, or a calendar year."""
_SAME_LENGTH = 20
_SCALES = ((Decimal(10) ** 9, "billions"), (Decimal(10) ** 6, "millions"), (Decimal(10) ** 3, "thousands"))

Row = tuple[str, ...]


@dataclass(frozen=True)
class Page:
    statements: Statements
    ratios: RatioSet
    flags: FlagSet
    risks: RankedRisks | None = None
    sections: FilingSections | None = None
    request: str = ""
    """What was asked for, in the person's words."""
    pictures: tuple[tuple[str, str], ...] = ()
    """Name and description of each chart."""
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def current(self) -> Period:
        return self.statements.periods[0]

    @property
    def prior(self) -> Period | None:
        """The one a year before; else the next older one of the same length."""
        older = [each for each in self.statements.periods[1:] if _as_long(each, self.current)]
        year_before = (each for each in older if (self.current.end - each.end).days in _YEAR)
        return next(year_before, older[0] if older else None)

    def line(self, *items: str) -> Line | None:
        """The first of these that has a figure for the current period."""
        found = (self.statements.line(item) for item in items)
        return next((line for line in found if line and line.at(self.current.label)), None)

    def ratio(self, *names: str) -> Ratio | None:
        wanted = (ratio for name in names for ratio in self.ratios.ratios if ratio.name == name)
        return next((ratio for ratio in wanted if at(ratio, self.current)), None)

    def cell(self, line: Line, period: Period | None) -> str:
        """The figure of a line in a table's column, or a dash."""
        figure = line.at(period.label) if period else None
        return self.ledger.figure(figure, name(line)) if figure else NOTHING

    def change_cell(self, line: Line) -> str:
        grown = self.grown(line)
        if grown is None:
            both = self.prior and line.at(self.prior.label) and line.at(self.current.label)
            return NOT_MEANINGFUL if both else NOTHING
        return self.ledger.figure(grown, name(line), "change")

    def grown(self, line: Line) -> Figure | None:
        current, prior = line.at(self.current.label), self.prior and line.at(self.prior.label)
        return change(current, prior) if current and prior else None

    def ratio_said(self, *names: str) -> str:
        """`a current ratio of 0.87 [12]`, or nothing."""
        ratio = self.ratio(*names)
        if ratio is None:
            return ""
        label = ratio.label[:1].lower() + ratio.label[1:]
        article = "" if label == "net debt" else "an " if label[:1] in "aeiou" else "a "
        shown = self.ratio_cell(ratio, self.current)
        return f"{article}{escape(label)} of {shown} {self.ledger.mark(ratio.label)}"

    def ratio_cell(self, ratio: Ratio, period: Period) -> str:
        figure = at(ratio, period)
        return self.ledger.figure(figure, ratio.label, note=ratio.definition) if figure else NOTHING

    def said(self, line: Line, *, bare: bool = False) -> str:
        """`net loss of $1.29 billion`; the sign is in the words. `bare`: without the mark."""
        figure = line.at(self.current.label)
        if figure is None:
            return ""
        said = f"{noun(line, figure)} of {self.amount(line, figure)}"
        return said if bare else f"{said} {self.ledger_mark(line)}"

    def amount(self, line: Line, figure: Figure) -> str:
        """Without its minus where the words say that it is a loss."""
        signless = noun(line, figure).endswith(("loss", "deficit", "loss per share"))
        shown = show(abs(figure.value) if signless else figure.value, figure.unit)
        self.ledger.figure(figure, name(line))
        return shown

    def ledger_mark(self, line: Line) -> str:
        return self.ledger.mark(name(line))

    def scaled_table(self, lines: Sequence[Line], periods: Sequence[Period]) -> list[str]:
        """Many periods side by side, in billions or millions as the head of the first column says."""
        money = (f for line in lines for f in line.figures if f.unit == self.statements.currency)
        largest = max((abs(figure.value) for figure in money), default=Decimal(0))
        scale, word = next(((s, w) for s, w in _SCALES if largest >= s), (Decimal(1), "units"))
        head = f"In {word} of {self.statements.currency}"
        rows = [
            (escape(name(line)), *self._scaled_cells(line, periods, scale), self.ledger_mark(line))
            for line in lines
        ]
        return table((head, *(period.label for period in periods), "Source"), rows)

    def _scaled_cells(self, line: Line, periods: Sequence[Period], scale: Decimal) -> Iterator[str]:
        for period in periods:
            figure = line.at(period.label)
            if figure is None:
                yield NOTHING
                continue
            sign = "-" if figure.value < 0 else ""
            shown = sign + rounded(abs(figure.value) / scale, 2)
            if figure.unit != self.statements.currency:
                shown = show(figure.value, figure.unit)
            yield self.ledger.figure(figure, name(line), as_shown=shown)

    def picture(self, *words: str) -> list[str]:
        """The charts whose names hold one of the words."""
        return [
            line
            for file, description in self.pictures
            if any(word in file for word in words)
            for line in (f"![{escape(description)}]({file})", "")
        ]


def _as_long(period: Period, other: Period) -> bool:
    lengths = [(each.end - each.start).days if each.start else 0 for each in (period, other)]
    return abs(lengths[0] - lengths[1]) <= _SAME_LENGTH


def at(ratio: Ratio, period: Period) -> Figure | None:
    return next((figure for figure in ratio.figures if figure.period == period.label), None)


def table(head: Row, rows: Sequence[Row]) -> list[str]:
    """Markdown; the first and the last column are text, those between hold figures."""
    rule = ("---", *("---:" for _ in head[1:-1]), "---")
    return [*(f"| {' | '.join(row)} |" for row in (head, rule, *rows)), ""]
