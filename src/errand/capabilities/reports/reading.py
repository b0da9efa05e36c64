"""Figures and quotations read back out of prose, without any knowledge of who wrote them, or how."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₪": "ILS"}
_CODES = (
    "USD|EUR|GBP|JPY|CHF|CNY|CAD|AUD|NZD|HKD|SGD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ILS|INR|IDR|MYR|THB"
    "|PHP|VND|KRW|TWD|BRL|MXN|ARS|CLP|COP|PEN|ZAR|NGN|EGP|KES|AED|SAR|QAR|KWD"
)
_WORDS = {"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "yen": "JPY"}
"""Not `pounds`, which may be a weight."""
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "mn": 6, "bn": 9, "tn": 12}
_IN_WORDS = (
    "zero", "one|once", "two|twice", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<minus>[-−])?(?:(?P<symbol>[$€£¥₹₩₪])|(?P<before>{_CODES})\s)?\s?(?P<minus2>[-−])?"
    rf"(?P<number>{_NUMBER})(?:\s?(?P<scale>{'|'.join(_SCALES)})\b)?"
    rf"(?:\s?(?P<percent>%|percent\b)|\s(?P<after>{_CODES})\b"
    rf"|\s(?:US )?(?P<word>{'|'.join(_WORDS)})\b)?(?!\d)"
)
_QUOTED = re.compile(r"“([^“”]*)”|\"([^\"]*)\"")
_FOLDED = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "′": "'", "“": "'", "”": "'", '"': "'", "‐": "-", "‑": "-"}
)
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it stands in a text."""

    text: str
    value: Decimal
    """With its sign and scale as written."""
    unit: str
    """An ISO currency code, `%`, or nothing when none stands beside it."""
    start: int
    end: int


def amounts(text: str) -> Iterator[Amount]:
    """Every number with its currency or percent sign where it has one."""
    for found in _AMOUNT.finditer(text):
        minus = bool(found["minus"] or found["minus2"])
        value = Decimal(found["number"].replace(",", "")).scaleb(_SCALES.get(found["scale"] or "", 0))
        unit = _SYMBOLS.get(found["symbol"] or "", found["before"] or found["after"] or "")
        unit = unit or _WORDS.get(found["word"] or "", "")
        yield Amount(
            text=found[0].strip(),
            value=-value if minus else value,
            unit="%" if found["percent"] else unit,
            start=found.start(),
            end=found.end(),
        )


def numbers_in_words(text: str) -> set[int]:
    """`six nights` says 6; up to twelve, as English writes small numbers."""
    return {n for n, word in enumerate(_IN_WORDS) if re.search(rf"\b(?:{word})\b", text, re.IGNORECASE)}


def quotations(text: str, least_words: int) -> Iterator[str]:
    """What stands in double quotation marks and is long enough to be meant as a quotation."""
    for found in _QUOTED.finditer(text):
        inner = found[1] if found[1] is not None else found[2]
        if len(inner.split()) >= least_words:
            yield inner


def folded(text: str) -> str:
    """For comparing: white space folded, all quotation marks alike, nothing invisible."""
    return " ".join(_ZERO_WIDTH.sub("", text).translate(_FOLDED).split())
