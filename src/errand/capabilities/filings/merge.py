"""Several files about one company: one of them is what the report is about, the others add history."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from errand.capabilities.filings.model import Fact, FactSet
from errand.capabilities.filings.reported import Reported, is_annual_form

DIMENSIONED_KEPT = 4000
"""Facts about segments and the like: context for a reader, not used in statements."""

_RANK = ("inline XBRL", "XBRL instance", "financial report workbook", "companyfacts", "tables")


def merge(sources: Sequence[Reported]) -> FactSet:
    """`sources` is not empty. The primary's facts come first; where two files tell of one period, the first
    counts.
    """
    primary = choose_primary(sources)
    remarks = list(primary.remarks)
    facts = list(primary.facts)
    seen = {_key(fact): fact for fact in facts}
    for source in _history_order(primary, sources):
        if not _same_company(primary, source):
            remarks.append(
                f"{source.document} is about {source.company or 'another company'} and was passed over: "
                f"the report is about {primary.company} ({primary.document})."
            )
            continue
        added = _older(primary, source, seen)
        facts.extend(added)
        remarks.extend([*source.remarks, *_newer(primary, source, added)])
    kept = _bounded(facts, remarks)
    return FactSet(
        company=primary.company or next((s.company for s in sources if s.company), ""),
        cik=primary.cik,
        form=primary.form,
        period_end=primary.period_end,
        currency=currency_of(primary.facts),
        facts=tuple(kept),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def choose_primary(sources: Sequence[Reported]) -> Reported:
    """An annual filing before companyfacts, that before an interim workbook; of equals the newest, then the
    richest.
    """

    def rank(source: Reported) -> tuple[int, date, int, int]:
        filing = source.kind in ("inline XBRL", "XBRL instance")
        workbook = source.kind == "financial report workbook"
        if (filing or workbook) and source.annual:
            order = 4
        elif filing:
            order = 3
        else:
            order = 2 if source.kind == "companyfacts" else 1 if workbook else 0
        return order, source.period_end or date.min, -_RANK.index(source.kind), len(source.facts)

    return max(sources, key=rank)


def currency_of(facts: Iterable[Fact]) -> str:
    """The unit of money that most facts about the whole company are in; empty when there is none."""
    units = Counter(f.unit for f in facts if _is_money(f.unit) and not f.dimensions)
    return units.most_common(1)[0][0] if units else ""


def _is_money(unit: str) -> bool:
    return len(unit) == 3 and unit.isupper()


def _key(fact: Fact) -> tuple[object, ...]:
    return fact.concept, fact.unit, fact.start, fact.end, tuple(sorted(fact.dimensions.items()))


def _history_order(primary: Reported, sources: Sequence[Reported]) -> list[Reported]:
    """The newest first; companyfacts last, since a filing says itself what it says."""
    others = [source for source in sources if source is not primary]
    return sorted(others, key=lambda s: (s.kind != "companyfacts", s.period_end or date.min), reverse=True)


def _same_company(primary: Reported, other: Reported) -> bool:
    if primary.cik.strip("0") and other.cik.strip("0"):
        return primary.cik.strip("0") == other.cik.strip("0")
    return not (primary.company and other.company) or primary.company.lower() == other.company.lower()


def _older(primary: Reported, source: Reported, seen: dict[tuple[object, ...], Fact]) -> list[Fact]:
    """What another file adds about periods that end no later than the primary's, other values of one period
    included.
    """
    added = []
    for fact in source.facts:
        if fact.concept.startswith("dei:") or (primary.period_end and fact.end > primary.period_end):
            continue
        if fact.dimensions:
            continue
        known = seen.get(_key(fact))
        if known is None or known.value != fact.value:
            seen.setdefault(_key(fact), fact)
            added.append(fact)
    return added


def _newer(primary: Reported, source: Reported, added: Sequence[Fact]) -> list[str]:
    ends = [f.end for f in source.facts if not f.concept.startswith("dei:")]
    newest = max(ends, default=None)
    if newest and primary.period_end and newest > primary.period_end:
        kind = f"a {source.form}" if source.form and not is_annual_form(source.form) else "figures"
        remark = (
            f"{source.document} holds {kind} up to {newest:%B %d, %Y}, newer than {primary.document}; "
            f"the report stays with the period that ended {primary.period_end:%B %d, %Y}."
        )
        return [remark]
    return [] if added or not source.facts else [f"{source.document} adds nothing to {primary.document}."]


def _bounded(facts: list[Fact], remarks: list[str]) -> list[Fact]:
    dimensioned = sum(1 for fact in facts if fact.dimensions)
    if dimensioned <= DIMENSIONED_KEPT:
        return facts
    remarks.append(
        f"Of {dimensioned} facts about segments and other parts only the first {DIMENSIONED_KEPT} were kept."
    )
    left = DIMENSIONED_KEPT
    kept = []
    for fact in facts:
        if not fact.dimensions:
            kept.append(fact)
        elif left > 0:
            left -= 1
            kept.append(fact)
    return kept
