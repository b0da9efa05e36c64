"""Displayed text to numbers and dates, as Inline XBRL's transformation rules say.

Source: Inline XBRL 1.1 and the Transformation Rules Registries 1 to 5; SEC's own `ixt-sec`. The names of a
rule differ
only by hyphens between the registries (`numdotdecimal`, `num-dot-decimal`), so hyphens are taken out.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ZERO_RULES = frozenset({"zerodash", "numdash", "fixedzero"})
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NOT_A_NUMBER = re.compile(r"[^\d.]")


def to_number(text: str, rule: str) -> Decimal | None:
    """The number that `text` shows under the transformation `rule` (with or without prefix); None: it shows
    none.
    """
    name = _plain(rule)
    shown = text.strip()
    if name in _ZERO_RULES:
        return Decimal(0)
    if name == "numwordsen":
        return words_to_number(shown)
    if name.startswith("numcomma") or name == "numspacecomma":
        return _decimal(re.sub(r"[^\d,]", "", shown).replace(",", "."))
    if name == "numunitdecimal":
        whole, _, part = (
            re.sub(r"\D+", " ", re.sub(r"(?<=\d)[.,\s](?=\d{3}\b)", "", shown)).strip().partition(" ")
        )
        return _decimal(f"{whole}.{part or 0}")
    return _decimal(_NOT_A_NUMBER.sub("", shown), negative=shown.startswith(("-", "−", "(")) and not name)


def words_to_number(text: str) -> Decimal | None:
    """`twenty-five`, `one hundred and six million`, `no`: SEC's `numwordsen`."""
    total, group = 0, 0
    words = re.findall(r"[a-z]+", text.lower())
    if not words:
        return None
    for word in words:
        if word in ("no", "none", "nil", "and"):
            continue
        if word in _SMALL:
            group += _SMALL[word]
        elif word == "hundred":
            group = (group or 1) * 100
        elif word in _LARGE:
            total, group = total + (group or 1) * _LARGE[word], 0
        else:
            return None
    return Decimal(total + group)


def to_date(text: str) -> date | None:
    """A date as filings write it: ISO, `September 28, 2024`, `Sep. 28, 2024`, `31 December 2024`,
    `12/31/2024`.
    """
    shown = re.sub(r"\s+", " ", text.strip())
    if found := re.search(r"(\d{4})-(\d{2})-(\d{2})", shown):
        return _date(*map(int, found.groups()))
    if found := re.search(r"([A-Za-z]{3})[A-Za-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? ?(\d{4})", shown):
        return _date(int(found[3]), _month(found[1]), int(found[2]))
    if found := re.search(r"(\d{1,2})(?:st|nd|rd|th)?\.? ([A-Za-z]{3})[A-Za-z]*\.?,? (\d{4})", shown):
        return _date(int(found[3]), _month(found[2]), int(found[1]))
    if found := re.search(r"(\d{1,2})/(\d{1,2})/(\d{4})", shown):
        return _date(int(found[3]), int(found[1]), int(found[2]))
    return None


def _plain(rule: str) -> str:
    return rule.rpartition(":")[2].replace("-", "").lower()


def _decimal(digits: str, *, negative: bool = False) -> Decimal | None:
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    return -value if negative else value


def _month(word: str) -> int:
    lowered = word.lower()
    return _MONTHS.index(lowered) + 1 if lowered in _MONTHS else 0


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
