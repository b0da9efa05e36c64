"""The capability that computes ratios from statements."""

from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, Field

from errand.capabilities.filings.reported import ANNUAL_DAYS, days
from errand.capabilities.financials.definitions import RATIOS, RatioDefinition
from errand.capabilities.financials.formula import compute, evaluate, names_in
from errand.capabilities.financials.items import BY_NAME
from errand.capabilities.financials.model import (
    Figure,
    Period,
    Ratio,
    RatioSet,
    RatiosRef,
    Statements,
    StatementsRef,
)
from errand.capabilities.financials.periods import prior_of
from errand.capabilities.financials.rule import is_bank
from errand.capability import Context, capability


class RatiosInput(BaseModel):
    statements: StatementsRef = Field(description="The financial statements of one company.")


class RatiosOutput(BaseModel):
    ratios: RatiosRef = Field(description="The ratios, each with definition, formula and sources, by period.")
    ratio_count: int = Field(description="How many different ratios there are.")


@capability("financials.ratios")
def ratios(wanted: RatiosInput, context: Context) -> RatiosOutput:
    """Calculate or compute the financial ratios of a company from its statements, with formulas.

    Growth, profit margins, leverage and debt, interest coverage, liquidity, cash conversion, returns and
    per share values.
    """
    built = build_ratios(context.load_model(wanted.statements, Statements))
    return RatiosOutput(
        ratios=context.save_model(RatiosRef, "ratios.json", built), ratio_count=len(built.ratios)
    )


def build_ratios(statements: Statements) -> RatioSet:
    bank = is_bank(statements)
    found: list[Ratio] = []
    remarks: list[str] = []
    for definition in RATIOS:
        if bank and definition.not_for_banks:
            continue
        figures, left_out = _figures(definition, statements)
        if figures:
            found.append(_ratio(definition, figures))
        if left_out:
            remarks.append(_remark(definition, left_out))
    return RatioSet(
        company=statements.company, currency=statements.currency, ratios=tuple(found), remarks=tuple(remarks)
    )


def _ratio(definition: RatioDefinition, figures: list[Figure]) -> Ratio:
    return Ratio(
        name=definition.name,
        label=definition.label,
        group=definition.group,
        definition=definition.definition,
        figures=tuple(figures),
    )


def _figures(
    definition: RatioDefinition, statements: Statements
) -> tuple[list[Figure], dict[str, list[str]]]:
    """The figures, and the periods left out by what is not above zero there."""
    figures: list[Figure] = []
    left_out: dict[str, list[str]] = {}
    for period in statements.periods:
        length = days(period.start, period.end) if period.start else 0
        if definition.years_only and length not in ANNUAL_DAYS:
            continue
        for expression in definition.expressions:
            operands = _operands(expression, statements, period)
            if operands is None:
                continue
            if wrong := _not_positive(definition, operands):
                left_out.setdefault(wrong, []).append(period.label)
            elif (figure := _compute(definition, expression, operands, statements.currency)) is not None:
                figures.append(figure)
            break
    return figures, left_out


def _operands(expression: str, statements: Statements, period: Period) -> dict[str, Figure] | None:
    """None: at least one is not reported for this period, or for the one that it is compared with."""
    prior = prior_of(statements.periods, period)
    found: dict[str, Figure] = {}
    for name in names_in(expression):
        line = statements.line(name.removesuffix("_prior"))
        at = prior if name.endswith("_prior") else period
        figure = line.at(at.label) if line and at else None
        if figure is None:
            return None
        found[name] = figure
    return found


def _not_positive(definition: RatioDefinition, operands: Mapping[str, Figure]) -> str:
    """The first condition that fails, of those that speak of operands in use."""
    values = {name: figure.value for name, figure in operands.items()}
    for condition in definition.positive:
        if not values.keys() >= set(names_in(condition)):
            continue
        value = evaluate(condition, values)
        if value is None or value <= 0:
            return condition
    return ""


def _compute(
    definition: RatioDefinition, expression: str, operands: dict[str, Figure], currency: str
) -> Figure | None:
    if expression in operands:
        return operands[expression]
    unit = {"money": currency, "money per share": f"{currency}/shares"}.get(definition.unit, definition.unit)
    used = {name: operands[name] for name in names_in(expression) if name in operands}
    figure = compute(expression, used, unit, percent=definition.unit == "%")
    return figure.model_copy(update={"value": _trimmed(figure.value)}) if figure else None


def _trimmed(value: Decimal) -> Decimal:
    """Twelve significant places: beyond that a quotient says nothing."""
    return value if value == value.to_integral_value() else Decimal(f"{value:.12g}")


def _remark(definition: RatioDefinition, left_out: Mapping[str, list[str]]) -> str:
    reasons = "; ".join(
        f"{', '.join(periods)} ({_words(what)} is not above zero)" for what, periods in left_out.items()
    )
    return f"{definition.label} is left out where it means nothing: {reasons}."


def _words(expression: str) -> str:
    words = []
    for token in expression.split():
        item = BY_NAME.get(token.removesuffix("_prior"))
        text = item.label.lower() if item else token
        words.append(f"{text} of the year before" if token.endswith("_prior") else text)
    return " ".join(words)
