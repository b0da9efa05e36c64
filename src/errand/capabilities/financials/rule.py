"""What a rule for red flags is made of, and what it looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from errand.capabilities.financials.formula import compute
from errand.capabilities.financials.model import (
    Figure,
    Period,
    RatioSet,
    Severity,
    StatementKind,
    Statements,
)
from errand.capabilities.financials.periods import prior_of
from errand.capabilities.reports.figures import show


@dataclass(frozen=True)
class Finding:
    severity: Severity
    title: str
    figures: tuple[Figure, ...]
    """Those that the title names, and those that they rest on."""


@dataclass(frozen=True)
class Rule:
    name: str
    explanation: str
    """What is compared with what, and why it matters."""
    topics: tuple[str, ...]
    find: "Callable[[View], Finding | None]"


class View:
    """The newest period and the one a year before it."""

    def __init__(self, statements: Statements, ratios: RatioSet) -> None:
        self.statements = statements
        self.current: Period = statements.periods[0]
        self.prior: Period | None = prior_of(statements.periods, self.current)
        self._ratios = {ratio.name: ratio for ratio in ratios.ratios}
        self.is_bank = is_bank(statements)

    def now(self, item: str) -> Figure | None:
        line = self.statements.line(item)
        return line.at(self.current.label) if line else None

    def before(self, item: str) -> Figure | None:
        """A year before; of a balance that an interim report compares with the last year's end, then."""
        line = self.statements.line(item)
        if line is None:
            return None
        figure = line.at(self.prior.label) if self.prior else None
        if figure is None and line.statement is StatementKind.BALANCE and not self.statements.annual:
            return next((line.at(p.label) for p in self.statements.periods if p.start is None), None)
        return figure

    def pair(self, item: str) -> tuple[Figure, Figure] | None:
        now, before = self.now(item), self.before(item)
        return (now, before) if now and before else None

    def ratio(self, name: str) -> Figure | None:
        return self._ratio_at(name, self.current)

    def ratio_pair(self, name: str) -> tuple[Figure, Figure] | None:
        now, before = self.ratio(name), self._ratio_at(name, self.prior)
        return (now, before) if now and before else None

    def change(self, item: str) -> Figure | None:
        """In percent of a figure above zero."""
        pair = self.pair(item)
        if pair is None or pair[1].value <= 0:
            return None
        return compute("(a - b) / b", {"a": pair[0], "b": pair[1]}, "%", percent=True)

    def run(self, item: str) -> list[Figure]:
        """The newest period and those before it without a gap, newest first; empty when the newest is not
        reported.
        """
        found: list[Figure] = []
        period: Period | None = self.current
        line = self.statements.line(item)
        while line and period and (figure := line.at(period.label)):
            found.append(figure)
            period = prior_of(self.statements.periods, period)
        return found

    def _ratio_at(self, name: str, period: Period | None) -> Figure | None:
        ratio = self._ratios.get(name)
        if ratio is None or period is None:
            return None
        return next((figure for figure in ratio.figures if figure.period == period.label), None)


def is_bank(statements: Statements) -> bool:
    """These lines are kept for banks alone."""
    return any(statements.line(item) for item in ("deposits", "net_interest_income", "noninterest_income"))


def amount(figure: Figure) -> str:
    """Without its sign: the sentence says loss, outflow or deficit."""
    return show(abs(figure.value), figure.unit)


def share(part: Figure, whole: Figure) -> Decimal:
    """Zero when there is nothing to be a share of."""
    return part.value / whole.value if whole.value > 0 else Decimal(0)


def graded(value: Decimal, *, medium: str, high: str | None = None) -> Severity:
    """By how far a value lies above the bounds; below `medium` it is low."""
    if high is not None and value >= Decimal(high):
        return Severity.HIGH
    return Severity.MEDIUM if value >= Decimal(medium) else Severity.LOW
