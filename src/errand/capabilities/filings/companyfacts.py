"""Facts from EDGAR's `companyfacts` JSON: everything a company has tagged, over all its filings.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from errand.capabilities.filings.amounts import is_plausible
from errand.capabilities.filings.concepts import CORE, RELEVANT
from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.reported import ANNUAL_DAYS, MAX_BYTES, Reported, days, is_annual_form
from errand.capabilities.sources import Source
from errand.domain.errors import InputRefused

YEARS_KEPT = 12
_TAXONOMIES = ("us-gaap", "ifrs-full")


class _Value(BaseModel):
    """One value as the API gives it."""

    model_config = ConfigDict(frozen=True)

    start: date | None = None
    end: date
    val: Decimal | None = None
    accn: str = "unknown"
    fy: int | None = None
    fp: str | None = None
    form: str | None = None
    filed: date | None = None


_Values = TypeAdapter(dict[str, list[_Value]])
_Concepts = dict[str, dict[str, list[_Value]]]
"""Prefixed concept to unit to values."""


def is_companyfacts(content: bytes) -> bool:
    head = content[:4096].lstrip()
    return head.startswith(b"{") and b'"entityName"' in head and b'"facts"' in content[:10_000]


def read_companyfacts(content: bytes, name: str, sha256: str) -> Reported:
    """Keeps the concepts that statements use, the newest years, and of each period the latest filed value.

    An earlier filed value that differs stays behind it, so that a restatement can be seen. Raises
    InputRefused when it is
    not what the API gives.
    """
    company, cik, concepts, left_out = _parse(content, name)
    reported = Reported(name, sha256, "companyfacts", company=company, cik=cik)
    for concept, units in concepts.items():
        for unit, values in units.items():
            reported.facts.extend(_facts(concept, unit, values, reported))
    _keep_newest(reported)
    reported.facts.extend(_fiscal_years(concepts, reported))
    if left_out:
        reported.remarks.append(f"{name}: {left_out} concepts that the statements do not use were left out.")
    return reported


def _parse(content: bytes, name: str) -> tuple[str, str, _Concepts, int]:
    """Company, CIK, the concepts that statements use, and how many others there are."""
    if len(content) > MAX_BYTES:
        raise InputRefused(f"{name} is larger than {MAX_BYTES // 10**6} MB; attach one company's facts.")
    try:
        whole = json.loads(content, parse_float=Decimal)
        every = [
            (taxonomy, concept, body["units"])
            for taxonomy, inner in whole["facts"].items()
            for concept, body in inner.items()
        ]
        used = {
            f"{taxonomy}:{concept}": _Values.validate_python(units)
            for taxonomy, concept, units in every
            if taxonomy in _TAXONOMIES and concept in RELEVANT
        }
        return str(whole["entityName"]), str(whole["cik"]).zfill(10), used, len(every) - len(used)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputRefused(f"{name} is not a companyfacts file; download it from EDGAR again.") from error


def _facts(concept: str, unit: str, values: list[_Value], reported: Reported) -> Iterator[Fact]:
    """Of each period the latest filed value, then the latest one before it that differs."""
    periods: dict[tuple[date | None, date], list[_Value]] = {}
    for value in values:
        if value.val is not None and is_plausible(value.val):
            periods.setdefault((value.start, value.end), []).append(value)
    for same in periods.values():
        same.sort(key=lambda v: (v.filed or date.min, v.accn), reverse=True)
        yield _fact(concept, unit, same[0], reported)
        if (earlier := next((v for v in same if v.val != same[0].val), None)) is not None:
            yield _fact(concept, unit, earlier, reported)


def _fact(concept: str, unit: str, value: _Value, reported: Reported) -> Fact:
    period = f"{value.start} to {value.end}" if value.start else f"at {value.end}"
    form = value.form or ""
    return Fact(
        concept=concept,
        value=value.val or Decimal(0),
        unit=unit,
        start=value.start,
        end=value.end,
        form=form,
        filed=value.filed,
        source=Source(
            document=reported.document,
            sha256=reported.sha256,
            where=f"{form} filed {value.filed}" if value.filed else form or "companyfacts",
            fact=f"{concept} ({period}, {unit}, accession {value.accn})",
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
    of_newest = [f for f in reported.facts if f.end == newest]
    reported.form = next((f.form for f in of_newest if _annual(f) or not ends), "")
    before = len(reported.facts)
    reported.facts = [f for f in reported.facts if f.end.year > newest.year - YEARS_KEPT]
    if before > len(reported.facts):
        reported.remarks.append(f"{reported.document}: only the newest {YEARS_KEPT} years were kept.")


def _annual(fact: Fact) -> bool:
    of_whole = fact.start is not None and fact.concept.rpartition(":")[2] in CORE
    return of_whole and is_annual_form(fact.form) and days(fact.start or fact.end, fact.end) in ANNUAL_DAYS


def _fiscal_years(concepts: _Concepts, reported: Reported) -> Iterator[Fact]:
    """How the company calls its newest year: `fy` is that of the filing, so the first to tell counts."""
    years = {
        value.filed or date.max: value.fy
        for units in concepts.values()
        for values in units.values()
        for value in values
        if value.fy and value.end == reported.period_end and value.fp == "FY"
    }
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
