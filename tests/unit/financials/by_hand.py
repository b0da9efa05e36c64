"""Facts written by hand, for companies that never were."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from errand.capabilities.filings.model import Fact, FactSet
from errand.capabilities.financials.flags import find_flags
from errand.capabilities.financials.model import Figure, FlagSet, RatioSet, Statements
from errand.capabilities.financials.ratios import build_ratios
from errand.capabilities.financials.statements import build_statements
from errand.capabilities.sources import Source

YEAR = {year: (date(year, 1, 1), date(year, 12, 31)) for year in range(2018, 2026)}
INSTANTS = frozenset(
    {
        "Assets", "AssetsCurrent", "CashAndCashEquivalentsAtCarryingValue", "InventoryNet",
        "Goodwill", "AccountsReceivableNetCurrent", "Liabilities", "LiabilitiesCurrent",
        "LongTermDebt", "Deposits", "LongTermDebtNoncurrent", "LongTermDebtCurrent", "DebtCurrent",
        "CommercialPaper", "StockholdersEquity",
        "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
        "LiabilitiesAndStockholdersEquity", "RedeemableNoncontrollingInterestEquityCarryingAmount",
        "Equity", "EquityAttributableToOwnersOfParent",
        "LiabilityForClaimsAndClaimsAdjustmentExpense", "ShortTermInvestments",
        "EquityAndLiabilities", "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
        "RetainedEarningsAccumulatedDeficit",
    }
)  # fmt: skip


def fact(
    concept: str, value: str | int, span: tuple[date, date], unit: str = "USD", *,
    document: str = "filing.htm", label: str = "", statement: str = "", **dimensions: str,
) -> Fact:  # fmt: skip
    """`span` of the fiscal period; a balance is taken at its end."""
    name = concept if ":" in concept else f"us-gaap:{concept}"
    start = None if name.partition(":")[2] in INSTANTS else span[0]
    return Fact(
        concept=name,
        value=Decimal(value),
        unit=unit,
        start=start,
        end=span[1],
        dimensions={f"x:{axis}": member for axis, member in dimensions.items()},
        label=label,
        statement=statement,
        source=Source(
            document=document, sha256="0" * 64, where="filing", fact=f"{name} ({start}, {span[1]})"
        ),
    )


def years(values: Mapping[str, tuple[int | str, ...]], newest: int = 2024, unit: str = "USD") -> list[Fact]:
    """Concept to values, the newest year first."""
    return [
        fact(concept, value, YEAR[newest - age], _unit(concept, unit))
        for concept, row in values.items()
        for age, value in enumerate(row)
    ]


def fact_set(
    facts: list[Fact], form: str = "10-K", end: date = date(2024, 12, 31), currency: str = "USD"
) -> FactSet:
    return FactSet(company="Anvil Works", form=form, period_end=end, facts=tuple(facts), currency=currency)


def statements_of(values: Mapping[str, tuple[int | str, ...]]) -> Statements:
    return build_statements(fact_set(years(values)))


def ratios_of(values: Mapping[str, tuple[int | str, ...]]) -> RatioSet:
    return build_ratios(statements_of(values))


def flags_of(values: Mapping[str, tuple[int | str, ...]]) -> FlagSet:
    made = statements_of(values)
    return find_flags(made, build_ratios(made))


def rules_of(values: Mapping[str, tuple[int | str, ...]]) -> dict[str, str]:
    """Rule to title."""
    return {flag.rule: flag.title for flag in flags_of(values).flags}


def values_of(made: Statements, item: str) -> dict[str, Decimal]:
    line = made.line(item)
    return {figure.period: figure.value for figure in line.figures} if line else {}


def figures_of(made: RatioSet, name: str) -> dict[str, Figure]:
    ratio = next((ratio for ratio in made.ratios if ratio.name == name), None)
    return {figure.period: figure for figure in ratio.figures} if ratio else {}


def weeks(end: date, count: int) -> tuple[date, date]:
    """A fiscal year of so many weeks."""
    return end - timedelta(days=7 * count - 1), end


def _unit(concept: str, unit: str) -> str:
    if "PerShare" in concept:
        return f"{unit}/shares"
    return "shares" if "NumberOf" in concept else unit
