"""A request cut into words, marks and literals (quotations, file names, addresses, dates, numbers)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from errand.planning.words import stem
from errand.planning.words_types import EXTENSIONS


class Literal(StrEnum):
    """What stands for itself; its words say nothing of what is to be done."""

    QUOTE = "quote"
    URL = "url"
    EMAIL = "email"
    FILE = "file"
    DATE = "date"
    PHONE = "phone"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    """As written; of a quotation, what is inside the marks."""
    start: int
    end: int
    literal: Literal | None = None
    is_mark: bool = False

    @property
    def word(self) -> str:
        """Lower case; empty for literals and marks."""
        return "" if self.literal or self.is_mark else self.text.lower()

    @property
    def stem(self) -> str:
        return "" if self.literal or self.is_mark else stem(self.text)


LONGEST = 20_000
"""Characters of a request that are read; what follows can only be pasted material."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_FILE_ENDING = "|".join(sorted(EXTENSIONS, key=len, reverse=True))
_TOKEN = re.compile(
    r"(?P<quote>(?<!\w)'[^'](?:[^']|(?<=\w)'(?=\w)){0,4000}'(?!\w)"
    r'|"[^"]{1,4000}"|“[^“”]{1,4000}”|‘(?:[^‘’]|’(?=\w)){1,4000}’(?!\w)|«[^«»]{1,4000}»|`[^`]{1,4000}`)'
    r"|(?P<email>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    r"|(?P<url>(?:https?|ftp)://[^\s'\"<>)]+|www\.[^\s'\"<>)]+"
    r"|(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:com|org|net|io|gov|edu|co|info)\b(?:/[^\s'\"<>)]*)?)"
    rf"|(?P<file>(?<![\w~./\\-])[\w~./\\-]{{0,200}}[\w-]\.(?:{_FILE_ENDING})\b(?!\.\w))"
    rf"|(?P<date>\d{{4}}-\d\d?-\d\d?|\d\d?/\d\d?/\d{{2,4}}|\b{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b(?:,?\s+\d{{4}})?|\d{{1,2}}:\d\d(?:\s*[ap]\.?m\b\.?)?"
    r"|\b\d{1,2}\s*[ap]\.?m\b\.?)"
    r"|(?P<phone>\+\d[\d\s().-]{6,16}\d|\b\d{3}[-.\s]\d{3}[-.\s]\d{4}\b|\(\d{3}\)\s*\d{3}-\d{4}|\b\d{10,11}\b)"
    r"|(?P<form>(?<![\w-])\d{1,3}-[A-Za-z]\b(?![\w-]))"
    r"|(?P<number>[$€£#]?\d[\d,]*(?:\.\d+)?(?:%|x\b)?)"
    r"|(?P<word>[^\W\d_]+(?:[’'][^\W\d_]+)*)"
    r"|(?P<mark>[.?!,;:()\n–—-])",
    re.IGNORECASE,
)


def tokens(text: str) -> list[Token]:
    """Cut up to the first 20,000 characters."""
    found = []
    for match in _TOKEN.finditer(text[:LONGEST]):
        kind = match.lastgroup or ""
        if kind == "quote":
            found.append(_quotation(match))
        elif kind in ("word", "mark", "form"):
            found.append(Token(match[0].replace("’", "'"), *match.span(), is_mark=kind == "mark"))
        else:
            trimmed = match[0].rstrip(".,;:") if kind == "url" else match[0]
            found.append(Token(trimmed, match.start(), match.start() + len(trimmed), Literal(kind)))
    return found


def _quotation(match: re.Match[str]) -> Token:
    """What is between the marks; a file name or an address in quotation marks is that, not a quotation."""
    inner = match[0][1:-1]
    whole = _TOKEN.fullmatch(inner.strip())
    kind = whole.lastgroup if whole else None
    literal = Literal(kind) if kind in ("url", "email", "file", "date", "phone", "number") else Literal.QUOTE
    return Token(inner.strip(), *match.span(), literal)
