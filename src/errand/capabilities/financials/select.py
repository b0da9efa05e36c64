"""Out of all facts, the one that an item's figure for a period rests on: consolidated, right unit, right
length.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from errand.capabilities.filings.concepts import CONCEPTS, table_concept
from errand.capabilities.filings.labels import CASH_FLOW, INCOME, Reader
from errand.capabilities.filings.model import Fact, FactSet
from errand.capabilities.filings.reported import days
from errand.capabilities.financials.items import Item, Measure
from errand.capabilities.financials.model import Period

_TAXONOMIES = ("us-gaap", "ifrs-full", "ifrs", "table")
_SUMS_TO_REVENUE = (
    ("GrossProfit", "CostOfRevenue"), ("GrossProfit", "CostOfGoodsAndServicesSold"),
    ("OperatingIncomeLoss", "CostsAndExpenses"), ("GrossProfit", "CostOfSales"),
)  # fmt: skip
_NOT_OWN = frozenset({"dei", "srt", "ecd", "cyd", "country", "currency", "exch", "invest", "stpr"})
_OWN_ITEMS = frozenset(
    {"revenue", "cost_of_revenue", "operating_income", "net_income", "pretax_income", "operating_cash_flow",
     "capex", "depreciation", "amortization"}
)  # fmt: skip
"""What is taken from rows that a company has tagged with a concept of its own."""
_CLASS_AXIS = "us-gaap:StatementClassOfStockAxis"
_TOLERANCE = 4
"""Days that a fact's period may differ from the fiscal period's; some contexts are off by a weekend."""


class Facts:
    """The facts about the whole company, by concept."""

    def __init__(self, facts: FactSet) -> None:
        self._currency = facts.currency
        self._by_concept: dict[str, list[Fact]] = {}
        self._by_class: dict[str, list[Fact]] = {}
        for fact in facts.facts:
            prefix, _, name = fact.concept.partition(":")
            if prefix not in _TAXONOMIES:
                if (item := _own_item(fact)) is not None:
                    self._by_concept.setdefault(table_concept(item), []).append(fact)
                continue
            if not fact.dimensions:
                key = fact.concept if prefix == "table" else name
                self._by_concept.setdefault(key, []).append(fact)
            elif fact.dimensions.keys() == {_CLASS_AXIS}:
                self._by_class.setdefault(name, []).append(fact)

    def choose(self, item: Item, periods: Sequence[Period]) -> dict[str, Fact]:
        """Period label to fact. One concept for all periods, unless the item may mix them."""
        candidates: dict[str, dict[str, Fact]] = {}
        for concept in (*CONCEPTS.get(item.name, ()), table_concept(item.name)):
            if found := self._of(concept, item, periods):
                candidates[concept] = found
        if not candidates:
            return self._of_one_class(item, periods) if item.measure is Measure.PER_SHARE else {}
        order = sorted(candidates, key=lambda c: _rank(candidates[c], item, periods))
        if item.name == "revenue":
            order = self._adding_up(order, candidates, periods) or _largest_total_first(order, candidates)
        chosen = dict(candidates[order[0]])
        if item.mixes:
            for concept in order[1:]:
                for label, fact in candidates[concept].items():
                    chosen.setdefault(label, fact)
        return chosen

    def others(self, fact: Fact, item: Item) -> list[Fact]:
        """What other filings say about the same concept and period, when it differs."""
        prefix, _, name = fact.concept.partition(":")
        same = self._by_concept.get(fact.concept if prefix == "table" else name, ())
        return [
            f for f in same
            if (f.start, f.end) == (fact.start, fact.end) and f.value != fact.value and self._fits(f, item)
            and (f.source.document != fact.source.document or f.filed != fact.filed)
        ]  # fmt: skip

    def _of(self, concept: str, item: Item, periods: Sequence[Period]) -> dict[str, Fact]:
        facts = [f for f in self._by_concept.get(concept, ()) if self._fits(f, item)]
        found = {period.label: _best(facts, period, instant=item.instant) for period in periods}
        return {label: fact for label, fact in found.items() if fact is not None}

    def _of_one_class(self, item: Item, periods: Sequence[Period]) -> dict[str, Fact]:
        """Where only classes of shares report it: that of the class which is named first."""
        for concept in CONCEPTS.get(item.name, ()):
            facts = [f for f in self._by_class.get(concept, ()) if self._fits(f, item)]
            if facts:
                first = facts[0].dimensions[_CLASS_AXIS]
                same = [f for f in facts if f.dimensions[_CLASS_AXIS] == first]
                found = {period.label: _best(same, period, instant=item.instant) for period in periods}
                return {label: fact for label, fact in found.items() if fact is not None}
        return {}

    def _adding_up(
        self, order: list[str], candidates: Mapping[str, Mapping[str, Fact]], periods: Sequence[Period]
    ) -> list[str] | None:
        """Where no statement tells, the revenue that gross profit and costs, or operating income and all
        costs, add up to. None: nothing adds up.
        """
        label = periods[0].label
        told = any(fact.statement for found in candidates.values() for fact in found.values())
        if told or len({found[label].value for found in candidates.values() if label in found}) < 2:
            return None
        sums = {self._sum(pair, periods[0]) for pair in _SUMS_TO_REVENUE} - {None}
        fitting = [c for c in order if label in candidates[c] and candidates[c][label].value in sums]
        return [*fitting, *(c for c in order if c not in fitting)] if fitting else None

    def _sum(self, concepts: tuple[str, str], period: Period) -> Decimal | None:
        found = [
            _best([f for f in self._by_concept.get(c, ()) if f.start], period, instant=False)
            for c in concepts
        ]
        return sum((f.value for f in found if f), Decimal(0)) if all(found) else None

    def _fits(self, fact: Fact, item: Item) -> bool:
        if item.instant != (fact.start is None):
            return False
        if item.measure is Measure.SHARES:
            return fact.unit == "shares"
        if item.measure is Measure.PER_SHARE:
            return fact.unit in (f"{self._currency}/shares", self._currency, "USDPerShare")
        return fact.unit == self._currency


def _rank(found: Mapping[str, Fact], item: Item, periods: Sequence[Period]) -> tuple[bool, bool, bool]:
    """Sorts stably: what tells of the newest period, stands in the primary statement, tells of the one
    before.
    """
    newest = found.get(periods[0].label)
    statement = "income statement" if item.statement == "per share" else item.statement.value
    in_statement = any(fact.statement == statement for fact in found.values())
    return newest is None, not in_statement, len(periods) > 1 and periods[1].label not in found


def _own_item(fact: Fact) -> str | None:
    """What a concept of the company's own stands for: told by its row in a primary statement, or, of a total
    of revenue, by its name.
    """
    prefix, _, name = fact.concept.partition(":")
    if fact.dimensions or prefix in _NOT_OWN:
        return None
    if fact.label and fact.statement in (INCOME, CASH_FLOW):
        found = Reader(fact.statement).item(fact.label)
        return found if found in _OWN_ITEMS else None
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    if fact.statement or not words.startswith(("total ", "net ")):
        return None
    return "revenue" if Reader(INCOME).item(words) == "revenue" else None


def _largest_total_first(order: list[str], candidates: Mapping[str, Mapping[str, Fact]]) -> list[str]:
    """`Revenues` is the whole and contracts with customers a part of it; where it is the other way round,
    swap.
    """
    first = candidates[order[0]]
    for concept in order[1:]:
        both = [label for label in candidates[concept] if label in first]
        whole = concept in (
            "Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax", table_concept("revenue"),
        )  # fmt: skip
        same_place = any(f.statement for f in candidates[concept].values()) or not any(
            f.statement for f in first.values()
        )
        if whole and same_place and both and candidates[concept][both[0]].value > first[both[0]].value:
            return [concept, *(c for c in order if c != concept)]
    return order


def _best(facts: Sequence[Fact], period: Period, *, instant: bool) -> Fact | None:
    """The closest period; then the first document (the primary's facts come first); then the most precise."""
    near = [fact for fact in facts if _matches(fact, period, instant=instant)]
    if not near:
        return None
    closest = min(_distance(fact, period) for fact in near)
    near = [fact for fact in near if _distance(fact, period) == closest]
    document, filed = near[0].source.document, near[0].filed
    same = [fact for fact in near if fact.source.document == document and fact.filed == filed]
    return max(same, key=lambda fact: (_precision(fact), bool(fact.statement)))


def _matches(fact: Fact, period: Period, *, instant: bool) -> bool:
    if abs((fact.end - period.end).days) > _TOLERANCE:
        return False
    if instant or period.start is None or fact.start is None:
        return instant
    return abs(days(fact.start, fact.end) - days(period.start, period.end)) <= 2 * _TOLERANCE


def _distance(fact: Fact, period: Period) -> int:
    start = abs((fact.start - period.start).days) if fact.start and period.start else 0
    return abs((fact.end - period.end).days) + start


def _precision(fact: Fact) -> Decimal:
    return Decimal("Infinity") if fact.decimals is None else Decimal(fact.decimals)
