"""What the cover page of a filing says: form, company, end of the period."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from errand.capabilities.documents.model import Block

COVER_BLOCKS = 150
COVER_CHARACTERS = 12_000

_FORM = re.compile(
    r"\bforms?\s*[-–:]?\s*(?P<form>10\s?[-‐–]?\s?K(?:SB|T|405)?|10\s?[-‐–]?\s?QT?|20\s?[-‐–]?\s?F|40\s?[-‐–]?\s?F"
    r"|8\s?[-‐–]\s?K|6\s?[-‐–]\s?K)\b(?P<amended>\s*/\s*A\b)?",
    re.I,
)
_TYPE_LINE = re.compile(r"^(?:conformed submission type:\s*)?(10-K|10-Q|20-F|10-KT|10-K405)(/A)?$", re.I)
_AMENDED = re.compile(r"\bamendment\s+no\b|\(amended\b|☒\s*amendment", re.I)
_ANNUAL = re.compile(r"annual report (?:pursuant to|under) section 13 or 15\s?\(d\)", re.I)
_QUARTERLY = re.compile(r"quarterly report (?:pursuant to|under) section 13 or 15\s?\(d\)", re.I)
_SHORT = 120
_LONGEST_LINE = 2_000

_EXACT_NAME = re.compile(r"\(?\s*exact\s+name\s+of\s+(?:the\s+)?(?:registrant|company|issuer)", re.I)
_FILE_NUMBER = re.compile(r".*commission\s+file\s+(?:number|no)s?[.:]*\s*[\d–-]+\s*", re.I | re.S)
_NO_NAME = re.compile(
    r"^(?:[\W\d_]*|.*(?:commission|file n|form 10|form 20|period|pursuant|mark one).*|or)$", re.I
)
_CONFORMED = re.compile(r"company conformed name:\s*(.{2,100}?)(?:\s{2,}|\n|$)", re.I)

_MONTHS = (
    "january february march april may june july august september october november december".title().split(" ")
)
_MONTH = "|".join([*_MONTHS, *(month[:3] + r"\." for month in _MONTHS), "Sept\\."])
_DATE = (
    rf"(?:(?P<m1>{_MONTH})\s*(?P<d1>\d{{1,2}})\s*,?\s*(?P<y1>\d{{4}})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})\s*,?\s*(?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})-(?P<m3>\d{2})-(?P<d3>\d{2})|(?P<m4>\d{1,2})/(?P<d4>\d{1,2})/(?P<y4>\d{4}))"
)
_PERIOD = re.compile(
    rf"(?:fiscal\s+year|year|quarterly\s+period|quarter|months|period)\s*(?:\([^)]*\)\s*)?end(?:ed|ing)\s*:?[\s_]*{_DATE}",
    re.I,
)
_TRANSITION = re.compile(rf"transition\s+period\s+from\s+.{{4,40}}?\s+to\s+{_DATE}", re.I)


@dataclass(frozen=True)
class Cover:
    form: str = ""
    company: str = ""
    period_end: date | None = None


def read_cover(blocks: tuple[Block, ...]) -> Cover:
    """Empty where the cover does not say it."""
    lines = _lines(blocks)
    text = " ".join(lines)
    return Cover(_form(lines), _company(lines), _period_end(text))


def _lines(blocks: Iterable[Block]) -> list[str]:
    lines: list[str] = []
    length = 0
    for block in list(blocks)[:COVER_BLOCKS]:
        for line in block.text.split("\n"):
            lines.append(line[:_LONGEST_LINE].strip())
            length += len(line)
        if length > COVER_CHARACTERS:
            break
    return lines


def _form(lines: list[str]) -> str:
    """The first form that a line of its own names; `/A` when the cover speaks of an amendment."""
    for at, line in enumerate(lines):
        found = _FORM.search(line) if len(line) <= _SHORT else None
        if found is not None:
            amended = found["amended"] or _AMENDED.search(" ".join(lines[at : at + 4])[:300])
            return _plain_form(found["form"]) + ("/A" if amended else "")
        if (typed := _TYPE_LINE.match(line)) is not None:
            return _plain_form(typed[1]) + (typed[2] or "").upper()
    return _form_by_section(" ".join(lines))


def _form_by_section(text: str) -> str:
    if _QUARTERLY.search(text) and not _ANNUAL.search(text):
        return "10-Q"
    if _ANNUAL.search(text) or _QUARTERLY.search(text):
        found = _FORM.search(text)
        return _plain_form(found["form"]) if found else "10-K"
    return ""


def _plain_form(said: str) -> str:
    bare = re.sub(r"[\s‐–-]", "", said).upper()
    digits = re.match(r"\d+", bare)
    number = digits[0] if digits else ""
    return f"{number}-{bare[len(number) : len(number) + 1]}"


def _company(lines: list[str]) -> str:
    for at, line in enumerate(lines):
        found = _EXACT_NAME.search(line)
        if found is None:
            continue
        before = _FILE_NUMBER.sub("", line[: found.start()]).split(" | ")[0].strip(" _()|")
        for candidate in [before, *reversed(lines[max(at - 6, 0) : at])]:
            name = _FILE_NUMBER.sub("", candidate).split(" | ")[0].strip(" _*")
            if len(name) >= 2 and len(name) <= _SHORT and not _NO_NAME.match(name) and name[0] != "(":
                return name
    conformed = _CONFORMED.search("\n".join(lines))
    return conformed[1].strip() if conformed else ""


def _period_end(text: str) -> date | None:
    found = _PERIOD.search(text) or _TRANSITION.search(text)
    if found is None:
        return None
    named = found.groupdict()
    for i in "1234":
        if named[f"y{i}"]:
            return _date(int(named[f"y{i}"]), named[f"m{i}"], int(named[f"d{i}"]))
    return None


def _date(year: int, month: str, day: int) -> date | None:
    number = int(month) if month.isdigit() else 1 + [m[:3] for m in _MONTHS].index(month[:3].title())
    try:
        return date(year, number, day)
    except ValueError:
        return None
