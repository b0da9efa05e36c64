"""Which periods a set of facts tells of: fiscal years of 52 and 53 weeks, transition periods, quarters, year
to date.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from errand.capabilities.filings.concepts import CORE
from errand.capabilities.filings.model import Fact, FactSet
from errand.capabilities.filings.reported import ANNUAL_DAYS, days, is_annual_form
from errand.capabilities.financials.model import Period

MOST_YEARS = 6
"""Five years of change; older ones say little about risks of today."""

_NEAR = 10
"""Days that two ends of the same fiscal calendar may lie apart (52/53 weeks)."""
_QUARTER = range(75, 106)

Span = tuple[date, date]


def find_periods(facts: FactSet) -> tuple[tuple[Period, ...], bool]:
    """The periods, the one reported on first, and whether they are years."""
    spans = sorted({(f.start, f.end) for f in facts.facts if f.start and not f.dimensions and _core(f)})
    years = [span for span in spans if days(*span) in ANNUAL_DAYS]
    annual = is_annual_form(facts.form) if facts.form else bool(years)
    if not spans:
        return _instants(facts), annual
    if annual:
        chain = _chain(_current(spans, years, facts.period_end), years, spans)
        return tuple(_name_years(chain, _focus(facts))), True
    return tuple(_interim(spans, facts)), False


def prior_of(periods: Sequence[Period], period: Period) -> Period | None:
    """The period of the same length one year before, if it is among `periods`."""
    for other in periods:
        apart = (period.end - other.end).days
        if abs(apart - 365) <= _NEAR + 2 and abs(_length(other) - _length(period)) <= 2 * _NEAR:
            return other
    return None


def is_near(left: date, right: date, tolerance: int = _NEAR) -> bool:
    return abs((left - right).days) <= tolerance


def _length(period: Period) -> int:
    return days(period.start, period.end) if period.start else 0


def _core(fact: Fact) -> bool:
    prefix, _, name = fact.concept.partition(":")
    return name in CORE or (prefix == "table" and name in ("revenue", "net_income", "operating_cash_flow"))


def _current(spans: Sequence[Span], years: Sequence[Span], end: date | None) -> Span:
    """The year that ends where the cover says; a shorter span when the report is about a transition
    period.
    """
    if end:
        here = [span for span in spans if is_near(span[1], end)]
        if of_year := [span for span in here if span in years]:
            return max(of_year, key=lambda span: span[1])
        if here and not any(span[1] > end for span in years):
            return max(here, key=lambda span: days(*span))
    return max(years or spans, key=lambda span: span[1])


def _chain(current: Span, years: Sequence[Span], spans: Sequence[Span]) -> list[Span]:
    """Back from the current year, each period ending where the next begins; a missing year leaves a gap."""
    chain = [current]
    while len(chain) < MOST_YEARS:
        before = chain[-1][0] - timedelta(days=1)
        following = _ending(years, before) or _transition(before, years, spans) or _after_gap(years, before)
        if following is None:
            break
        chain.append(following)
    return chain


def _ending(spans: Iterable[Span], end: date) -> Span | None:
    return max((s for s in spans if is_near(s[1], end)), key=lambda s: days(*s), default=None)


def _transition(end: date, years: Sequence[Span], spans: Sequence[Span]) -> Span | None:
    """A shorter period between two fiscal years; a fourth quarter is none, as no year ends where it
    begins.
    """
    for span in sorted(spans, key=lambda s: days(*s), reverse=True):
        short = 20 <= days(*span) < ANNUAL_DAYS.start
        if short and is_near(span[1], end) and _ending(years, span[0] - timedelta(days=1)):
            return span
    return None


def _after_gap(years: Sequence[Span], before: date) -> Span | None:
    return max((s for s in years if s[1] < before - timedelta(days=200)), key=lambda s: s[1], default=None)


def _focus(facts: FactSet) -> tuple[int, date] | None:
    """The fiscal year as the company calls it, and the end of what it is said of."""
    for fact in facts.facts:
        if fact.concept == "dei:DocumentFiscalYearFocus" and abs(int(fact.value) - fact.end.year) <= 1:
            return int(fact.value), fact.end
    return None


def fiscal_year(end: date, focus: tuple[int, date] | None) -> int:
    """A year of 52 or 53 weeks may end in the first days of January and belongs to the year before."""
    if focus is None:
        return (end - timedelta(days=7)).year
    return focus[0] - round((focus[1] - end).days / 365.25)


def _name_years(chain: Sequence[Span], focus: tuple[int, date] | None) -> list[Period]:
    if focus and not is_near(focus[1], chain[0][1], 20):
        focus = None
    named: list[Period] = []
    for start, end in chain:
        label = f"FY{fiscal_year(end, focus)}"
        length = days(start, end)
        if length not in ANNUAL_DAYS:
            label = f"{round(length / 30.44)} months to {end:%b %d, %Y}"
        elif any(period.label == label for period in named):
            label = f"Year to {end:%b %d, %Y}"
        named.append(Period(label=label, start=start, end=end))
    return named


def _interim(spans: Sequence[Span], facts: FactSet) -> list[Period]:
    """Year to date and the quarter, each with the same of the year before; then the last year's end, for
    balances.
    """
    end = facts.period_end or max(span[1] for span in spans)
    here = [s for s in spans if is_near(s[1], end, 4)] or [
        s for s in spans if s[1] == max(s[1] for s in spans)
    ]
    here = [s for s in here if days(*s) < ANNUAL_DAYS.start] or here
    longest = max(here, key=lambda s: days(*s))
    quarter = next((s for s in here if days(*s) in _QUARTER), None)
    periods: list[Period] = []
    for span in dict.fromkeys(filter(None, (longest, quarter))):
        periods.append(_interim_period(span))
        before = [s for s in spans if _year_earlier(s, span)]
        periods.extend(_interim_period(s) for s in before[-1:])
    year_end = longest[0] - timedelta(days=1)
    if any(f.start is None and is_near(f.end, year_end, 4) for f in facts.facts):
        exact = max(f.end for f in facts.facts if f.start is None and is_near(f.end, year_end, 4))
        periods.append(Period(label=f"At {exact:%b %d, %Y}", end=exact))
    return periods


def _year_earlier(span: Span, of: Span) -> bool:
    return (
        is_near(span[1], of[1] - timedelta(days=365), _NEAR + 2) and abs(days(*span) - days(*of)) <= 2 * _NEAR
    )


def _interim_period(span: Span) -> Period:
    months = round(days(*span) / 30.44)
    return Period(label=f"{months} months to {span[1]:%b %d, %Y}", start=span[0], end=span[1])


def _instants(facts: FactSet) -> tuple[Period, ...]:
    """Only balances are reported: the two newest dates that most of them are of."""
    ends = sorted({f.end for f in facts.facts if not f.start and f.concept.endswith(":Assets")}, reverse=True)
    return tuple(Period(label=f"At {end:%b %d, %Y}", end=end) for end in ends[:2])
