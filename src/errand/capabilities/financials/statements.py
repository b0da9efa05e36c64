"""The capability that lines facts up into statements, the same items for every company."""

from decimal import Decimal

from pydantic import BaseModel, Field

from errand.capabilities.filings.model import Fact, FactSet, FactsRef
from errand.capabilities.financials.derived import derive_all
from errand.capabilities.financials.draft import Draft
from errand.capabilities.financials.items import ITEMS, Item, Measure, label_of
from errand.capabilities.financials.model import Figure, Line, Period, Statements, StatementsRef
from errand.capabilities.financials.periods import find_periods
from errand.capabilities.financials.select import Facts
from errand.capability import Context, capability
from errand.domain.errors import InputRefused

_RESTATABLE = (
    "revenue",
    "operating_income",
    "net_income",
    "total_assets",
    "shareholders_equity",
    "operating_cash_flow",
)
_RESTATED_BY = Decimal("0.005")
"""Smaller differences are rounding."""


class StatementsInput(BaseModel):
    facts: FactsRef = Field(description="The reported figures of one company.")


class StatementsOutput(BaseModel):
    statements: StatementsRef = Field(description="Income statement, balance sheet and cash flow, by period.")
    company: str = Field(description="Name of the company.")
    currency: str = Field(description="Currency of all amounts.")
    periods: list[str] = Field(description="The fiscal periods, newest first.")
    remarks: list[str] = Field(description="What is not reported and what stands for it.")


@capability("financials.statements")
def statements(wanted: StatementsInput, context: Context) -> StatementsOutput:
    """Build the financial statements of a company from its reported figures: income statement, balance
    sheet, cash flow
    and per share figures, consolidated, for the current and prior fiscal years.
    """
    built = build_statements(context.load_model(wanted.facts, FactSet))
    return StatementsOutput(
        statements=context.save_model(StatementsRef, "statements.json", built),
        company=built.company,
        currency=built.currency,
        periods=[period.label for period in built.periods],
        remarks=list(built.remarks),
    )


def build_statements(reported: FactSet) -> Statements:
    """Raises InputRefused when the facts tell of no period, or of none of the items."""
    periods, annual = find_periods(reported)
    if not periods:
        raise InputRefused(
            "The figures found tell of no fiscal period; attach a filing with statements, as a 10-K has."
        )
    facts = Facts(reported)
    draft = Draft(periods, reported.currency)
    restated: list[Line] = []
    for item in ITEMS:
        chosen = facts.choose(item, periods)
        if chosen:
            _add(draft, item, chosen)
            draft.remarks.extend(_about_class(draft, item, chosen))
            restated.extend(_restated(draft, item, chosen, facts))
    if not draft.lines:
        raise InputRefused(
            "None of the figures found belongs to a balance sheet, an income or a cash flow statement "
            "of the whole company; attach a filing with complete statements."
        )
    derive_all(draft)
    return Statements(
        company=reported.company,
        cik=reported.cik,
        form=reported.form,
        currency=reported.currency,
        annual=annual,
        periods=periods,
        lines=(*_lines(draft), *restated),
        remarks=(*reported.remarks, *draft.remarks, *_about_periods(periods, draft, annual=annual)),
    )


def _add(draft: Draft, item: Item, chosen: dict[str, Fact]) -> None:
    draft.lines[item.name] = {
        label: _figure(fact, item, label, draft.currency) for label, fact in chosen.items()
    }
    newest = next(chosen[p.label] for p in draft.periods if p.label in chosen)
    prefix, _, concept = newest.concept.partition(":")
    draft.concepts[item.name] = f"“{newest.label}”" if prefix == "table" else concept
    if newest.statement == item.statement.value:
        draft.in_statement.add(item.name)
    row = newest.label or next((f.label for f in chosen.values() if f.label), "")
    draft.labels[item.name] = label_of(item, row, negative=newest.value < 0)


def _about_class(draft: Draft, item: Item, chosen: dict[str, Fact]) -> list[str]:
    members = {member for fact in chosen.values() for member in fact.dimensions.values()}
    names = ", ".join(sorted(member.rpartition(":")[2].removesuffix("Member") for member in members))
    return [f"{draft.labels[item.name]} are those of one class of shares, {names}."] if names else []


def _figure(fact: Fact, item: Item, period: str, currency: str) -> Figure:
    unit = {Measure.SHARES: "shares", Measure.PER_SHARE: f"{currency}/shares"}.get(item.measure, currency)
    from_table = fact.concept.startswith("table:")
    value = abs(fact.value) if item.outflow and from_table else fact.value
    return Figure(value=value, unit=unit, period=period, sources=(fact.source,))


def _restated(draft: Draft, item: Item, chosen: dict[str, Fact], facts: Facts) -> list[Line]:
    """What was first reported for a period, where a later filing says otherwise."""
    figures = []
    for period in draft.periods:
        fact = chosen.get(period.label)
        if fact is None or item.name not in _RESTATABLE:
            continue
        differing = [
            o for o in facts.others(fact, item) if abs(o.value - fact.value) > abs(fact.value) * _RESTATED_BY
        ]
        if differing:
            figures.append(_figure(differing[0], item, period.label, draft.currency))
    if not figures:
        return []
    label = f"{draft.labels[item.name]}, as reported in another filing"
    name = f"{item.name}_as_reported_elsewhere"
    return [Line(item=name, label=label, statement=item.statement, figures=tuple(figures))]


def _lines(draft: Draft) -> list[Line]:
    lines = []
    for item in ITEMS:
        by_period = draft.lines.get(item.name, {})
        figures = tuple(by_period[p.label] for p in draft.periods if p.label in by_period)
        if figures and item.shown and not _repeats(draft, item.name):
            label = draft.labels.get(item.name) or label_of(item, "", negative=figures[0].value < 0)
            lines.append(Line(item=item.name, label=label, statement=item.statement, figures=figures))
    return lines


def _repeats(draft: Draft, item: str) -> bool:
    """Equity and income with noncontrolling interests are shown only where they differ from those without."""
    plain = {
        "net_income_with_noncontrolling": "net_income",
        "equity_with_noncontrolling": "shareholders_equity",
    }.get(item)
    if plain is None:
        return False
    ours, other = draft.lines[item], draft.lines.get(plain, {})
    return all(label in other and other[label].value == figure.value for label, figure in ours.items())


def _about_periods(periods: tuple[Period, ...], draft: Draft, *, annual: bool) -> list[str]:
    remarks = []
    if not annual:
        remarks.append("These are figures of an interim period, not of a whole fiscal year.")
    remarks.extend(
        f"{period.label} is shorter than a fiscal year and is not compared with one."
        for period in periods
        if annual and not period.label.startswith(("FY", "Year"))
    )
    if draft.currency and draft.currency != "USD":
        remarks.append(f"All amounts are in {draft.currency}, as reported; nothing was converted.")
    if len(periods) == 1:
        remarks.append("Only one period is reported, so nothing can be compared with the year before.")
    return remarks
