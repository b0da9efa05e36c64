"""Facts from EDGAR's `companyfacts` JSON: everything a company has tagged, over all its filings.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TypedDict, cast

from errand.capabilities.filings.concepts import CORE, RELEVANT
from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.reported import ANNUAL_DAYS, MAX_BYTES, Reported, days, is_annual_form
from errand.capabilities.sources import Source
from errand.domain.errors import InputRefused

YEARS_KEPT = 12
_TAXONOMIES = ("us-gaap", "ifrs-full")


class _Value(TypedDict, total=False):
    """One value as the API gives it."""

    start: str
    end: str
    val: int | Decimal
    accn: str
    fy: int | None
    fp: str
    form: str
    filed: str


def is_companyfacts(content: bytes) -> bool:
    head = content[:4096].lstrip()
    return head.startswith(b"{") and b'"entityName"' in head and b'"facts"' in content[:10_000]


def read_companyfacts(content: bytes, name: str, sha256: str) -> Reported:
    """Keeps the concepts that statements use, the newest years, and of each period the latest filed value.

    An earlier filed value that differs stays behind it, so that a restatement can be seen. Raises
    InputRefused when it is
    not what the API gives.
    """
    company, cik, taxonomies = _parse(content, name)
    reported = Reported(name, sha256, "companyfacts", company=company, cik=cik)
    left_out = 0
    for taxonomy, concepts in taxonomies.items():
        for concept, units in concepts.items():
            if taxonomy not in _TAXONOMIES or concept not in RELEVANT:
                left_out += 1
                continue
            for unit, values in units.items():
                reported.facts.extend(_facts(f"{taxonomy}:{concept}", unit, values, reported))
    _keep_newest(reported)
    reported.facts.extend(_fiscal_years(taxonomies, reported))
    if left_out:
        reported.remarks.append(f"{name}: {left_out} concepts that the statements do not use were left out.")
    return reported


_Taxonomies = Mapping[str, Mapping[str, Mapping[str, list[_Value]]]]


def _parse(content: bytes, name: str) -> tuple[str, str, _Taxonomies]:
    if len(content) > MAX_BYTES:
        raise InputRefused(f"{name} is larger than {MAX_BYTES // 10**6} MB; attach one company's facts.")
    try:
        whole = json.loads(content, parse_float=Decimal)
        concepts = {
            taxonomy: {concept: body["units"] for concept, body in inner.items()}
            for taxonomy, inner in whole["facts"].items()
        }
        return str(whole["entityName"]), str(whole["cik"]).zfill(10), cast("_Taxonomies", concepts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputRefused(f"{name} is not a companyfacts file; download it from EDGAR again.") from error


def _facts(concept: str, unit: str, values: list[_Value], reported: Reported) -> Iterator[Fact]:
    """Of each period the latest filed value, then the latest one before it that differs."""
    periods: dict[tuple[str, str], list[_Value]] = {}
    for value in values:
        if "end" in value and isinstance(value.get("val"), int | Decimal):
            periods.setdefault((value.get("start", ""), value["end"]), []).append(value)
    for same in periods.values():
        same.sort(key=lambda v: (v.get("filed", ""), v.get("accn", "")), reverse=True)
        latest = same[0]
        yield _fact(concept, unit, latest, reported)
        if (earlier := next((v for v in same if v["val"] != latest["val"]), None)) is not None:
            yield _fact(concept, unit, earlier, reported)


def _fact(concept: str, unit: str, value: _Value, reported: Reported) -> Fact:
    try:
        start = date.fromisoformat(value["start"]) if "start" in value else None
        end = date.fromisoformat(value["end"])
        filed = date.fromisoformat(value["filed"]) if "filed" in value else None
    except ValueError as error:
        raise InputRefused(
            f"{reported.document}: {concept} has a date that is none; download it again."
        ) from error
    period = f"{start} to {end}" if start else f"at {end}"
    form = value.get("form", "")
    return Fact(
        concept=concept,
        value=Decimal(value["val"]),
        unit=unit,
        start=start,
        end=end,
        form=form,
        filed=filed,
        source=Source(
            document=reported.document,
            sha256=reported.sha256,
            where=f"{form} filed {filed}" if filed else form or "companyfacts",
            fact=f"{concept} ({period}, {unit}, accession {value.get('accn', 'unknown')})",
        ),
    )


def _keep_newest(reported: Reported) -> None:
    """Set the period to the newest fiscal year that an annual report told of, and drop what is older than
    needed.
    """
    ends = [f.end for f in reported.facts if _annual(f)]
    newest = max(ends, default=max((f.end for f in reported.facts), default=None))
    if newest is None:
        return
    reported.period_end = newest
    reported.form = next((f.form for f in reported.facts if f.end == newest and _annual(f)), "")
    before = len(reported.facts)
    reported.facts = [f for f in reported.facts if f.end.year > newest.year - YEARS_KEPT]
    if before > len(reported.facts):
        reported.remarks.append(f"{reported.document}: only the newest {YEARS_KEPT} years were kept.")


def _annual(fact: Fact) -> bool:
    of_whole = fact.start is not None and fact.concept.rpartition(":")[2] in CORE
    return of_whole and is_annual_form(fact.form) and days(fact.start or fact.end, fact.end) in ANNUAL_DAYS


def _fiscal_years(taxonomies: _Taxonomies, reported: Reported) -> Iterator[Fact]:
    """How the company calls its newest year: `fy` is that of the filing, so only its own newest period has
    it.
    """
    years: dict[str, int] = {}
    for concepts in taxonomies.values():
        for units in concepts.values():
            for values in units.values():
                for v in values:
                    if v.get("end") == str(reported.period_end) and v.get("fp") == "FY" and v.get("fy"):
                        years.setdefault(v.get("filed", ""), cast("int", v["fy"]))
    if years and reported.period_end:
        first = years[min(years)]
        source = Source(
            document=reported.document, sha256=reported.sha256, where="companyfacts", fact=f"fy {first}"
        )
        yield Fact(
            concept="dei:DocumentFiscalYearFocus",
            value=Decimal(first),
            unit="pure",
            end=reported.period_end,
            source=source,
        )
