"""Where in a page an inline fact stands: what its row is called, and which primary statement its table is."""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml.etree import _Element

from errand.capabilities.filings.xbrl import local

_EARNINGS = frozenset({"NetIncomeLoss", "ProfitLoss", "NetIncomeLossAvailableToCommonStockholdersBasic"})
_BEFORE_EARNINGS = frozenset(
    {
        "IncomeTaxExpenseBenefit", "OperatingIncomeLoss", "IncomeTaxExpenseContinuingOperations",
        "ProfitLossBeforeTax", "ProfitLossFromOperatingActivities",
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
    }
)  # fmt: skip
_PER_SHARE = frozenset(
    {
        "EarningsPerShareBasic", "EarningsPerShareDiluted", "EarningsPerShareBasicAndDiluted",
        "BasicEarningsLossPerShare", "DilutedEarningsLossPerShare", "BasicAndDilutedEarningsLossPerShare",
    }
)  # fmt: skip
_BALANCE = frozenset({"LiabilitiesAndStockholdersEquity", "EquityAndLiabilities"})
_OPERATING = frozenset(
    {
        "NetCashProvidedByUsedInOperatingActivities", "CashFlowsFromUsedInOperatingActivities",
        "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
    }
)  # fmt: skip
_CASH = frozenset(
    {
        "NetCashProvidedByUsedInInvestingActivities", "CashFlowsFromUsedInInvestingActivities",
        "NetCashProvidedByUsedInFinancingActivities", "CashFlowsFromUsedInFinancingActivities",
        "NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
    }
)  # fmt: skip
_LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class Row:
    label: str = ""
    statement: str = ""
    hidden: bool = False

    @property
    def where(self) -> str:
        """For a person: `balance sheet, row “Total assets”`."""
        if self.hidden:
            return "hidden part of the inline XBRL"
        place = self.statement or ("table" if self.label else "text")
        return f"{place}, row “{self.label}”" if self.label else place


class Rows:
    def __init__(self, facts: Iterable[tuple[_Element, str]]) -> None:
        """`facts`: every numeric element with the local name of its concept."""
        self._labels: dict[_Element, str] = {}
        self._concepts: dict[_Element, set[str]] = {}
        for element, concept in facts:
            if (table := _above(element, "table")) is not None:
                self._concepts.setdefault(table, set()).add(concept)
        self._statements = _primary(self._concepts)

    def at(self, element: _Element) -> Row:
        row = _above(element, "tr")
        table = _above(element, "table")
        if row is None or table is None:
            return Row(hidden=_above(element, "hidden") is not None)
        if row not in self._labels:
            self._labels[row] = _label(row)
        return Row(self._labels[row], self._statements.get(table, ""))


def _primary(tables: dict[_Element, set[str]]) -> dict[_Element, str]:
    """The tables that are primary statements; of several income statements the one that says most."""
    found: dict[_Element, str] = {}
    income: list[tuple[int, _Element]] = []
    for table, concepts in tables.items():
        if concepts & _BALANCE and "Assets" in concepts:
            found[table] = "balance sheet"
        elif concepts & _OPERATING and concepts & _CASH:
            found[table] = "cash flow statement"
        elif concepts & _BEFORE_EARNINGS and concepts & (_EARNINGS | _PER_SHARE):
            income.append((len(concepts & _BEFORE_EARNINGS) + 3 * bool(concepts & _PER_SHARE), table))
    if income:
        found[max(income, key=lambda scored: scored[0])[1]] = "income statement"
    return found


def _above(element: _Element, name: str) -> _Element | None:
    return next((e for e in element.iterancestors() if local(e.tag) == name), None)


def _label(row: _Element) -> str:
    """The first cell with letters in it, white space folded; empty for a cell that is prose."""
    for cell in row:
        text = " ".join("".join(str(t) for t in cell.itertext()).split())
        if any(c.isalpha() for c in text):
            return text if len(text) <= _LONGEST_LABEL else ""
    return ""
