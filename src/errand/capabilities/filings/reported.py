"""What a reader of facts hands back, whatever the format; and when a form or a period is annual."""

from dataclasses import dataclass, field
from datetime import date

from errand.capabilities.filings.model import Fact

MAX_BYTES = 150_000_000
"""Larger files are refused: no filing comes near it."""

ANNUAL_FORMS = ("10-K", "20-F", "40-F", "10-KT", "10-K405", "10-KSB")
ANNUAL_DAYS = range(340, 386)
"""Lengths of a fiscal year: 52 weeks are 364 days, 53 are 371; the rest is tolerance."""


@dataclass
class Reported:
    """What one file reports."""

    document: str
    sha256: str
    kind: str
    """`inline XBRL`, `XBRL instance`, `companyfacts`, `financial report workbook`, `tables`."""
    facts: list[Fact] = field(default_factory=list)
    company: str = ""
    cik: str = ""
    form: str = ""
    period_end: date | None = None
    remarks: list[str] = field(default_factory=list)

    @property
    def annual(self) -> bool:
        if self.form:
            return is_annual_form(self.form)
        return any(f.start and days(f.start, f.end) in ANNUAL_DAYS for f in self.facts)


def is_annual_form(form: str) -> bool:
    return form.upper().removesuffix("/A") in ANNUAL_FORMS


def days(start: date, end: date) -> int:
    """Both ends counted: a calendar year has 365 or 366."""
    return (end - start).days + 1
