"""The same figures as EDGAR's companyfacts JSON gives them: every value once per filing that reported it.

Like the real ones it holds what a careful reader must pass over: comparatives of earlier years, quarters and
year-to-date figures.
"""

import json
from datetime import date, timedelta

from made_of import tables
from made_of.figures import CIK, FIRST, LAST, NAME, Year

Entry = dict[str, object]

_QUARTER_SHARES = ((0.231, date(2024, 9, 30)), (0.252, date(2024, 12, 31)), (0.249, date(2025, 3, 31)))
_LABELS = {
    row.concept: row.label
    for table in (tables.INCOME, tables.PER_SHARE, tables.SHARES, tables.BALANCE, tables.CASH_FLOW)
    for row in table
    if row.concept
}


def text(years: dict[int, Year]) -> str:
    facts: dict[str, dict[str, list[Entry]]] = {}
    for filed_for in range(FIRST, LAST + 1):
        for number in range(filed_for - 2, filed_for + 1):
            if number in years and years[number].flows:
                _add_flows(facts, years[number], filed_for)
        for number in (filed_for - 1, filed_for):
            _add_balance(facts, years[number], filed_for)
    _add_quarters(facts, years[LAST])
    shares = [_entry(40_087_412, None, date(2025, 8, 15), LAST, frame=False)]
    whole = {
        "cik": CIK,
        "entityName": NAME,
        "facts": {
            "dei": {
                "EntityCommonStockSharesOutstanding": {
                    "label": "Entity Common Stock, Shares Outstanding",
                    "description": "Shares outstanding on the cover page.",
                    "units": {"shares": shares},
                }
            },
            "us-gaap": {
                concept: {"label": _LABELS[concept], "description": f"{_LABELS[concept]}.", "units": units}
                for concept, units in sorted(facts.items())
            },
        },
    }
    return json.dumps(whole, indent=1) + "\n"


def _add_flows(facts: dict[str, dict[str, list[Entry]]], year: Year, filed_for: int) -> None:
    newest = filed_for == min(year.number + 2, LAST)
    for concept, thousands in year.flows.items():
        entry = _entry(thousands * 1000, year.start, year.end, filed_for, frame=newest)
        facts.setdefault(concept, {}).setdefault("USD", []).append(entry)
    for concept, amount in year.per_share.items():
        entry = _entry(float(amount), year.start, year.end, filed_for, frame=newest)
        facts.setdefault(concept, {}).setdefault("USD/shares", []).append(entry)
    for concept, thousands in year.shares.items():
        entry = _entry(thousands * 1000, year.start, year.end, filed_for, frame=newest)
        facts.setdefault(concept, {}).setdefault("shares", []).append(entry)


def _add_balance(facts: dict[str, dict[str, list[Entry]]], year: Year, filed_for: int) -> None:
    newest = filed_for == min(year.number + 1, LAST)
    for concept, thousands in year.balance.items():
        entry = _entry(thousands * 1000, None, year.end, filed_for, frame=newest)
        facts.setdefault(concept, {}).setdefault("USD", []).append(entry)


def _add_quarters(facts: dict[str, dict[str, list[Entry]]], year: Year) -> None:
    for concept in ("Revenues", "GrossProfit", "OperatingIncomeLoss", "NetIncomeLoss"):
        so_far, start = 0, year.start
        for number, (share, end) in enumerate(_QUARTER_SHARES, 1):
            amount = round(year.flows[concept] * share) * 1000
            so_far += amount
            facts[concept]["USD"].append(_quarter(amount, start, end, number))
            if number > 1:
                facts[concept]["USD"].append(_quarter(so_far, year.start, end, number))
            start = end + timedelta(days=1)


def _quarter(value: int, start: date, end: date, number: int) -> Entry:
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "val": value,
        "accn": f"{CIK:010}-25-{number:06}",
        "fy": LAST,
        "fp": f"Q{number}",
        "form": "10-Q",
        "filed": (end + timedelta(days=38)).isoformat(),
    }


def _entry(value: float, start: date | None, end: date, filed_for: int, *, frame: bool) -> Entry:
    made: Entry = {} if start is None else {"start": start.isoformat()}
    made |= {
        "end": end.isoformat(),
        "val": value,
        "accn": f"{CIK:010}-{filed_for % 100:02}-000017",
        "fy": filed_for,
        "fp": "FY",
        "form": "10-K",
        "filed": f"{filed_for}-08-22",
    }
    if frame:
        made["frame"] = f"CY{end.year - 1}" if start else f"CY{end.year}Q2I"
    return made
