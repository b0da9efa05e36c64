"""Values as documents write them, and whether one stands in a passage, in any way of writing."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from errand.capabilities.extracting.fields import FieldType, FieldWanted
from errand.capabilities.reports.reading import amounts, folded
from errand.domain.json import Json

_MONTH_NAMES = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_MONTH = "|".join(_MONTHS)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?({_MONTH})\.?,?\s+(\d{{4}})\b", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_COMMA_DECIMAL = re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{3})*,\d{1,2}(?![\d,])")
_BRACKETED = re.compile(r"\(\s?[$€£]?\s?([\d,]+(?:\.\d+)?)\s?\)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/.-])\+?\d[\d ()./-]{5,20}\d(?![\w/-])")
_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_YES = re.compile(r"\b(?:yes|true|x|✓|☒|☑)\b|[✓☒☑]", re.IGNORECASE)
_NO = re.compile(r"\b(?:no|false|none)\b|[☐✗]", re.IGNORECASE)


def dates_in(text: str) -> Iterator[date]:
    """In every way of writing; `3/4/2025` is both the third of April and March the fourth."""
    for y, m, d in _ISO.findall(text):
        yield from _date(y, m, d)
    for d, month, y in _DAY_FIRST.findall(text):
        yield from _date(y, _MONTHS[month.lower()], d)
    for month, d, y in _MONTH_FIRST.findall(text):
        yield from _date(y, _MONTHS[month.lower()], d)
    for d, m, y in _DOTTED.findall(text):
        yield from _date(y, m, d)
    for one, other, y in _SLASHED.findall(text):
        yield from _date(y, one, other)
        yield from _date(y, other, one)


def _date(year: str | int, month: str | int, day: str | int) -> Iterator[date]:
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:
        return


def numbers_in(text: str) -> Iterator[Decimal]:
    """Also `1.234,56`, `(1,234)` for a negative one, and the words up to twelve."""
    yield from (each.value for each in amounts(text))
    for written in _COMMA_DECIMAL.findall(text):
        yield Decimal(written.replace(".", "").replace(",", "."))
    for written in _BRACKETED.findall(text):
        yield -Decimal(written.replace(",", ""))
    yield from (Decimal(_SMALL[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in _SMALL)


def stands_in(field: FieldWanted, value: Json, passage: str) -> bool:
    """A choice and a flag follow from a passage without standing in it; everything else stands in it."""
    match field.type:
        case FieldType.NUMBER | FieldType.INTEGER:
            return any(Decimal(str(value)) == each for each in numbers_in(passage))
        case FieldType.DATE:
            return any(str(value) == each.isoformat() for each in dates_in(passage))
        case FieldType.PHONE:
            return _digits(str(value)) in _digits(passage)
        case FieldType.CHOICE:
            return str(value) in field.choices
        case FieldType.FLAG:
            return isinstance(value, bool)
    return folded(str(value)).casefold() in folded(passage).casefold()


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def read_value(field: FieldWanted, text: str) -> Json:
    """The one value of the field's type that a short text, such as a table cell, holds; else None."""
    return _READERS[field.type](field, text)


def values_in(field: FieldWanted, text: str) -> list[str]:
    """All addresses, or all telephone numbers."""
    return (_EMAIL if field.type is FieldType.EMAIL else _PHONE).findall(text)


def _text(field: FieldWanted, text: str) -> Json:
    del field
    return text.strip() or None


def _number(field: FieldWanted, text: str) -> Json:
    found = {each.value for each in amounts(text)}
    continental = _COMMA_DECIMAL.findall(text)
    if bracketed := _BRACKETED.fullmatch(text.strip()):
        found = {-Decimal(bracketed[1].replace(",", ""))}
    elif len(continental) == 1 and not re.search(r"\d,\d{3}\b", text):
        found = {Decimal(continental[0].replace(".", "").replace(",", "."))}
    if len(found) != 1:
        return None
    (only,) = found
    whole = only == only.to_integral_value()
    if field.type is FieldType.INTEGER:
        return int(only) if whole else None
    return int(only) if whole else float(only)


def _one_date(field: FieldWanted, text: str) -> Json:
    del field
    found = set(dates_in(text))
    return next(iter(found)).isoformat() if len(found) == 1 else None


def _pattern(pattern: re.Pattern[str]) -> "Callable[[FieldWanted, str], Json]":
    def read(field: FieldWanted, text: str) -> Json:
        del field
        found = {each.strip() for each in pattern.findall(text)}
        return next(iter(found)) if len(found) == 1 else None

    return read


def _flag(field: FieldWanted, text: str) -> Json:
    del field
    yes, no = bool(_YES.search(text)), bool(_NO.search(text))
    return yes if yes != no and len(text.split()) <= 2 else None


def _choice(field: FieldWanted, text: str) -> Json:
    found = [each for each in field.choices if re.search(rf"\b{re.escape(each)}\b", text, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


_READERS: dict[FieldType, Callable[[FieldWanted, str], Json]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.INTEGER: _number,
    FieldType.DATE: _one_date,
    FieldType.FLAG: _flag,
    FieldType.EMAIL: _pattern(_EMAIL),
    FieldType.PHONE: _pattern(_PHONE),
    FieldType.CHOICE: _choice,
    FieldType.RECORD: lambda _field, _text: None,
}
