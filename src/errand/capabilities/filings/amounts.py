"""Figures and period headings of plain tables, as filings print them."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from errand.capabilities.filings.transforms import to_date

SHARES, MONEY = "shares", "money"
_MOST_DIGITS = 24
_YEARS = range(1980, 2100)

_POWERS = {"thousand": 3, "million": 6, "billion": 9, "000": 3, "mn": 6, "bn": 9}
_DASHES = frozenset({"-", "–", "—", "−", "$-", "$—", "$–", "- -", "nil"})
_EUROPEAN = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?\b")
_ENGLISH = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?\b")
_AMOUNT = re.compile(r"[^\d]{0,6}[\d][\d.,'’\s]*[^\d]{0,3}")
_SYMBOLS = {
    "us$": "USD", "c$": "CAD", "a$": "AUD", "hk$": "HKD", "nt$": "TWD", "r$": "BRL", "s$": "SGD",
    "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₹": "INR", "$": "USD",
}  # fmt: skip
_WORDS = {
    "u.s. dollar": "USD", "us dollar": "USD", "canadian dollar": "CAD", "euro": "EUR",
    "pounds sterling": "GBP",
    "japanese yen": "JPY", "yen": "JPY", "renminbi": "CNY", "rmb": "CNY", "swiss franc": "CHF",
    "danish kroner": "DKK", "swedish kron": "SEK", "norwegian kron": "NOK",
    "australian dollar": "AUD", "new taiwan dollar": "TWD",
}  # fmt: skip
_SHARES_WORD = re.compile(r"(?<!per )\bshares?\b")
_CODE = re.compile(r"\b(USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|HKD|INR|KRW|BRL|MXN|SEK|NOK|DKK|TWD|SGD|ILS|ZAR)\b")
_MONTH_WORDS = {
    "three": 3, "six": 6, "nine": 9, "twelve": 12, "3": 3, "6": 6, "9": 9, "12": 12, "13": 3, "26": 6,
    "39": 9, "52": 12, "53": 12, "thirteen": 3, "fourteen": 3, "twenty-six": 6, "thirty-nine": 9,
    "fifty-two": 12, "fifty-three": 12,
}  # fmt: skip
_LENGTH = re.compile(
    r"\b(" + "|".join(sorted(_MONTH_WORDS, key=len, reverse=True)) + r")[- ](months?|weeks?)\b"
)
_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d{2}(?![\d,])")


@dataclass(frozen=True)
class Column:
    """What a column of figures is about."""

    end: date
    months: int | None
    """None: a balance, at its end."""
    began: date | None = None
    """Its first day, where that is known better than from the months."""

    @property
    def start(self) -> date | None:
        return self.began or (months_before(self.end, self.months) if self.months else None)


def amount(text: str, *, european: bool = False) -> Decimal | None:
    """`$7,361,364`, `(2,181,784)`, `1.234,5` where `european`, `—` for zero; None for words, percentages and
    notes.
    """
    bare = text.replace("\xa0", " ").strip()
    if bare in _DASHES:
        return Decimal(0)
    if "%" in bare or not _AMOUNT.fullmatch(bare) or any(c.isalpha() for c in _without_currency(bare)):
        return None
    digits = re.sub(r"[^\d.,]", "", bare)
    digits = digits.replace(".", "").replace(",", ".") if european else digits.replace(",", "")
    try:
        value = Decimal(digits.strip("."))
    except InvalidOperation:
        return None
    if not is_plausible(value):
        return None
    return -value if re.match(r"[^\d]*[(\-−–]", bare) else value


def is_plausible(value: Decimal) -> bool:
    """No reported figure has more than 24 digits; one that has is damage."""
    return value.is_finite() and value.adjusted() < _MOST_DIGITS


def scaled(value: Decimal, power: int) -> Decimal:
    """Times ten to `power`, without zeros behind the point."""
    result = value * Decimal(10) ** power
    if not is_plausible(result):
        return result
    return result.quantize(Decimal(1)) if result == result.to_integral_value() else result


def is_european(cells: list[str]) -> bool:
    """Points between thousands and none with commas."""
    return any(_EUROPEAN.search(c) for c in cells) and not any(_ENGLISH.search(c) for c in cells)


def scales(text: str) -> dict[str, int]:
    """Powers of ten for money and for numbers of shares, from `in millions, except shares which are in
    thousands`.
    """
    found: dict[str, int] = {}
    lowered = text.lower()
    for match in re.finditer(r"\b(thousand|million|billion)s\b|(?<=['’ ])000s?\b", lowered):
        before = lowered[max(0, match.start() - 60) : match.start()]
        part = re.split(r"[,;(]|\bexcept\b", before)[-1]
        of_shares = _SHARES_WORD.search(part) or (
            MONEY in found and "$" not in part and _SHARES_WORD.search(before)
        )
        found.setdefault(SHARES if of_shares else MONEY, _POWERS[match[1] or "000"])
    return found


def currency(text: str) -> str:
    """ISO 4217, from words, a code or a symbol; empty when there is none."""
    lowered = text.lower()
    if found := _CODE.search(text):
        return found[1]
    for word, code in _WORDS.items():
        if word in lowered:
            return code
    return next((code for symbol, code in _SYMBOLS.items() if symbol in lowered), "")


def column(heading: str, month_day: tuple[int, int] | None, *, flow: bool) -> Column | None:
    """None: not a period, such as a change or a percentage. `month_day`: the year's end, where only years
    are said.
    """
    text = re.sub(r"\s+", " ", heading).strip()
    lowered = text.lower()
    if "%" in text or re.search(r"\bvs\.?\b|change|variance|increase|decrease|note", lowered):
        return None
    years = _YEAR.findall(text)
    end = to_date(text)
    if end is None and len(set(years)) == 1:
        inside = _month_day(text) or month_day or (12, 31)
        end = _safe_date(int(years[0]), *inside)
    if end is None or end.year not in _YEARS or len(set(years)) > 1:
        return None
    if not flow:
        return Column(end, None)
    found = _LENGTH.search(lowered)
    months = _MONTH_WORDS[found[1]] if found else 3 if "quarter" in lowered else 12
    return Column(end, months)


def month_day(text: str) -> tuple[int, int] | None:
    """The day that years end on, where a heading says it without the year: `Years ended December 31,`."""
    return _month_day(text)


def months_before(end: date, months: int) -> date:
    """The first day of so many months that end on `end`."""
    following = end + timedelta(days=1)
    index = following.year * 12 + following.month - 1 - months
    year, month = divmod(index, 12)
    day = min(following.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def _month_day(text: str) -> tuple[int, int] | None:
    names = "|".join(calendar.month_name[1:])
    found = re.search(rf"\b({names})\s+(\d{{1,2}})\b", text, re.IGNORECASE)
    if found:
        return list(calendar.month_name).index(found[1].title()), int(found[2])
    found = re.search(rf"\b(\d{{1,2}})\.?\s+({names})\b", text, re.IGNORECASE)
    return (list(calendar.month_name).index(found[2].title()), int(found[1])) if found else None


def _safe_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, min(day, calendar.monthrange(year, month)[1]))
    except (ValueError, calendar.IllegalMonthError):
        return None


def _without_currency(text: str) -> str:
    bare = _CODE.sub("", text)
    return re.sub(r"^(US|C|A|HK|NT|R|S|RMB)(?=\$|\d|\s)", "", bare.strip())
