"""What a request names: a company, a form, a number, a subject. By rules; None when unsure."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from errand.planning.finding_words import NO_NAMES, NO_TICKERS
from errand.planning.matching import LONGEST_TEXT, first_of, pattern, plain

_FORM = re.compile(r"\b(?:form\s+)?(10-?[KQ]|20-?F|40-?F)\b", re.IGNORECASE)
_CIK = re.compile(r"\bCIK\W{0,3}(\d{1,10})\b", re.IGNORECASE)
_CASH_TAG = re.compile(r"\$([A-Za-z]{1,5}(?:[.-][A-Za-z])?)\b")
_TICKER = re.compile(r"(?<![\w.-])([A-Z]{2,5}(?:[.-][A-Z])?)(?![\w-])")
_TICKER_SAID = re.compile(r"\b(?:ticker|symbol)\W{1,3}([A-Za-z]{1,5}(?:[.-][A-Za-z])?)\b", re.IGNORECASE)
_NAME_WORD = r"[A-Z0-9][\w&.-]*"
_NAME = re.compile(rf"(?<![\w'’.-]){_NAME_WORD}(?:(?:\s+(?:&|and|of|the)\s+|,?\s+){_NAME_WORD})*")
_SMALL_POSSESSIVE = re.compile(r"(?<![\w'’])([a-z][\w&-]*(?: [a-z][\w&-]*)?)['’]s?\s+(?=[a-z0-9])")
_SMALL_AFTER = re.compile(
    r"\b(?:financials|statements?|10-?k|risks?|health|results|report|analy[sz]e|company)\s+(?:of|for|called|named)\s+"
    r"([a-z][\w&-]*)\b"
)
_PERIOD = re.compile(r"(?:FY|CY|[QH][1-4])[ '’-]?\d*", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n]\s*|[“\"(]\s*)$")

_LEGAL_FORMS = frozenset({"inc", "corp", "ltd", "llc", "plc", "co", "corporation", "company"})
_NUMBERS = {
    word: n
    for n, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
}


def company(text: str) -> str | None:
    """A ticker, a CIK (`CIK 320193`) or a name, as far as the request tells one."""
    text = text[:LONGEST_TEXT]
    for find in (_CIK, _CASH_TAG, _TICKER_SAID):
        if found := find.search(text):
            return found[1].upper()
    if _all_capitals(text):
        return None
    return _capitalized(text) or _ticker(text) or _in_small_letters(text)


def filing_form(text: str) -> str | None:
    """`10-K`, `10-Q`, `20-F` or `40-F`, when the request names exactly one of them."""
    named = {form.upper().replace("-", "") for form in _FORM.findall(text[:LONGEST_TEXT])}
    return "-".join(re.findall(r"\d+|[A-Z]", named.pop())) if len(named) == 1 else None


def words_after(text: str, phrases: Sequence[str]) -> str | None:
    """The words that follow one of the phrases in its clause."""
    for clause in re.split(r"[.!?;,\n]", text[:LONGEST_TEXT]):
        readable = plain(clause)
        for phrase in phrases:
            if (found := pattern(phrase).search(readable)) and (rest := readable[found.end() :].split()):
                return " ".join(takewhile(lambda word: word not in ("and", "then"), rest)) or None
    return None


def number_before(text: str, phrases: Sequence[str]) -> int | None:
    """`five sentences`, `5 key points` (up to two words in between); 1 to 999."""
    readable = plain(text)
    for match in re.finditer(r"(?<!\w)(\d{1,3}|" + "|".join(_NUMBERS) + r") (?:\w+ ){0,2}", readable):
        if first_of(phrases, " ".join(readable[match.start() :].split()[1:4]) + " "):
            return _NUMBERS.get(match[1]) or int(match[1]) or None
    return None


def _capitalized(text: str) -> str | None:
    """The longest run of capitalized words that is not made of everyday ones; the first of equals."""
    names = [name for match in _NAME.finditer(text) if (name := _trimmed(match, text))]
    return max(names, key=lambda name: len(name.split()), default=None)


def _trimmed(match: re.Match[str], text: str) -> str:
    """Without everyday words at either end: `Analyze Procter & Gamble` → `Procter & Gamble`."""
    words = match.group().rstrip(".,").split()
    while words and (_everyday(words[0]) or words[0].isdigit()):
        words.pop(0)
    while words and _can_not_end(words[-1]):
        words.pop()
    alone = len(words) == 1
    if not words or (alone and _TICKER.fullmatch(words[0])) or (alone and len(words[0]) < 2):
        return ""
    begins = bool(_SENTENCE_END.search(text[: match.start()])) and match.group().startswith(words[0])
    if alone and begins and not re.match(r"['’]s|:| is\b| has\b|$|['’]", text[match.end() :]):
        return ""  # `Dissect the report`: a verb that is not on the list
    return re.sub(r",$", "", " ".join(words))


def _can_not_end(word: str) -> bool:
    return word.isdigit() or (_everyday(word) and _plain(word) not in _LEGAL_FORMS)


def _everyday(word: str) -> bool:
    return _plain(word) in NO_NAMES or word in NO_TICKERS or word == "&" or bool(_PERIOD.fullmatch(word))


def _plain(word: str) -> str:
    return word.casefold().strip(".,")


def _all_capitals(text: str) -> bool:
    """Someone who writes so throughout: nothing stands out as a name or a ticker."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return len(words) > 3 and all(word.isupper() for word in words)


def _ticker(text: str) -> str | None:
    return next((found for found in _TICKER.findall(text) if found not in NO_TICKERS), None)


def _in_small_letters(text: str) -> str | None:
    return next(_small_names(text), None)


def _small_names(text: str) -> Iterator[str]:
    for found in _SMALL_POSSESSIVE.findall(text):
        words = [word for word in found.split() if word not in NO_NAMES and not word.endswith("ing")]
        if words and found.split()[-1] == words[-1]:
            yield " ".join(words)
    for found in _SMALL_AFTER.findall(text):
        if found not in NO_NAMES:
            yield found
