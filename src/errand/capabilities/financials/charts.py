"""`financials.charts`: the course of a company's figures as pictures."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel

from errand.capabilities.financials.model import (
    Line,
    Period,
    RatioSet,
    RatiosRef,
    Statements,
    StatementsRef,
)
from errand.capabilities.reports.model import ChartRef
from errand.capabilities.reports.panels import Panel, Series, Shape, described
from errand.capability import Context, Field, capability

_MOST_PERIODS = 6
_SCALES = ((Decimal(10) ** 9, "billions"), (Decimal(10) ** 6, "millions"), (Decimal(10) ** 3, "thousands"))
_REVENUE = ("revenue", "premiums", "net_interest_income")
_DEBT = ("total_debt", "long_term_debt", "total_liabilities")
_MARGINS = ("gross_margin", "operating_margin", "net_margin")


class ChartsInput(BaseModel):
    statements: StatementsRef = Field(description="The company's statements.")
    ratios: RatiosRef | None = Field(default=None, description="Ratios computed from them, for the margins.")


class Charts(BaseModel):
    charts: list[ChartRef] = Field(
        description="The charts as PNG pictures, each with its description inside."
    )


@capability("financials.charts")
def charts(given: ChartsInput, context: Context) -> Charts:
    """Draw charts of a company's financials: revenue, profit, margins, cash flow, debt against cash."""
    statements = context.load_model(given.statements, Statements)
    ratios = context.load_model(given.ratios, RatioSet) if given.ratios else None
    pictures = {
        "performance": [_money(statements, "Revenue and net income", _REVENUE, ("net_income",)),
                        _percentages(statements, ratios)],
        "cash-and-debt": [_money(statements, "Cash flow and spending", ("operating_cash_flow",), ("capex",)),
                          _money(statements, "Debt and cash at the end of the period", _DEBT, ("cash",))],
    }  # fmt: skip
    found = {name: [panel for panel in panels if panel] for name, panels in pictures.items()}
    drawn = {name: panels for name, panels in found.items() if panels}
    return Charts(charts=[_saved(name, panels, context) for name, panels in drawn.items()])


def _saved(name: str, panels: Sequence[Panel], context: Context) -> ChartRef:
    from errand.capabilities.reports.drawing import draw

    context.progress(f"Drawing {name.replace('-', ' ')}")
    description = ". ".join(described(panel) for panel in panels)
    return context.save(ChartRef, f"{name}.png", draw(panels, description), "image/png")


def _money(statements: Statements, title: str, *choices: Sequence[str]) -> Panel | None:
    """The first line that there is of each choice, side by side for each period."""
    periods = _periods(statements)
    lines = [line for items in choices if (line := _first(statements, items, periods))]
    if not lines:
        return None
    largest = max(abs(figure.value) for line in lines for figure in line.figures)
    if not largest:
        return None
    scale, word = next(((s, w) for s, w in _SCALES if largest >= s), (Decimal(1), ""))
    series = tuple(Series(line.label, _scaled(line, periods, scale)) for line in lines)
    unit = f"{statements.currency} {word}".strip()
    return Panel(title, Shape.BAR, tuple(period.label for period in periods), series, unit)


def _percentages(statements: Statements, ratios: RatioSet | None) -> Panel | None:
    periods = _periods(statements)
    named = {ratio.name: ratio for ratio in ratios.ratios} if ratios else {}
    series = []
    for name in _MARGINS:
        known = (
            {figure.period: float(figure.value) for figure in named[name].figures} if name in named else {}
        )
        values = tuple(known.get(period.label) for period in periods)
        if any(value is not None for value in values):
            series.append(Series(named[name].label, values))
    shape = Shape.LINE if len(periods) > 1 else Shape.BAR
    return (
        Panel("Margins", shape, tuple(period.label for period in periods), tuple(series), "%")
        if series
        else None
    )


def _periods(statements: Statements) -> list[Period]:
    """Oldest first."""
    return list(reversed(statements.periods[:_MOST_PERIODS]))


def _first(statements: Statements, items: Sequence[str], periods: Sequence[Period]) -> Line | None:
    lines = (statements.line(item) for item in items)
    return next((line for line in lines if line and any(line.at(p.label) for p in periods)), None)


def _scaled(line: Line, periods: Sequence[Period], scale: Decimal) -> tuple[float | None, ...]:
    figures = (line.at(period.label) for period in periods)
    return tuple(float(figure.value / scale) if figure else None for figure in figures)
