"""Is a quotation really in a document? What a model says that it read is believed only when this finds it."""

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from errand.capabilities.documents.model import Document
from errand.capabilities.reports.reading import folded
from errand.capabilities.sources import Source
from errand.capabilities.text.summarize import Sentence, source_of

LONGEST_QUOTE = 20_000
"""Characters of one quotation that are looked for."""

_MARKS = "'\"‘’‚‛“”„‟′″«»‹›`´"
_DASHES = "-‐‑‒–—―−﹘－"
_INVISIBLE = "[\u200b\u200c\u200d\u2060\ufeff\u00ad]*"
_ANY_MARK = f"(?:[{re.escape(_MARKS)}]|'')"
_ANY_DASH = f"(?:[{re.escape(_DASHES)}]|--)"


def find_quote(document: Document, quote: str, block: int | None = None) -> Source | None:
    """Where `quote` stands in the document, word for word; None when it does not.

    White space, the shape of quotation marks and dashes, and invisible characters may differ; letters, their
    case, digits and punctuation may not. Rows of tables may be written with ` | ` round empty cells and at
    their ends, and those of a CSV file as they stand in it. `Source.quote` is the document's own wording. Of
    several places it is the first one in `block`, else the first of all.
    """
    for wording in dict.fromkeys(_wordings(document, quote)):
        if not re.search(r"\w", wording) or len(wording) > LONGEST_QUOTE:
            continue
        sought = _pattern(wording)
        found = _first_in(document, sought, block) or sought.search(document.text)
        if found:
            return _source(document, found)
    return None


def _wordings(document: Document, quote: str) -> Iterator[str]:
    yield folded(quote)
    yield folded(quote).strip(_MARKS).strip()
    lines = quote.splitlines()
    if "|" in quote:
        yield _as_rows(line.split("|") for line in lines)
    if document.media_type == "text/csv" and len(quote) <= LONGEST_QUOTE:
        yield _as_rows(csv.reader(lines))


def _as_rows(rows: Iterable[list[str]]) -> str:
    """As a table stands in a document's text."""
    return folded("\n".join(" | ".join(filter(None, map(str.strip, row))) for row in rows))


def _first_in(document: Document, sought: re.Pattern[str], block: int | None) -> re.Match[str] | None:
    """A passage that begins in the block; it may go on in the next."""
    if block is None or not 0 <= block < len(document.blocks):
        return None
    within = document.blocks[block]
    found = sought.search(document.text, within.start)
    return found if found and found.start() < within.end else None


def _pattern(wording: str) -> re.Pattern[str]:
    words = (_INVISIBLE.join(_letter(letter) for letter in _letters(word)) for word in wording.split())
    between = rf"{_INVISIBLE}\s+{_INVISIBLE}"
    start = r"(?<!\w)" if re.match(r"\w", wording) else ""
    end = r"(?!\w)" if re.search(r"\w$", wording) else ""
    return re.compile(start + between.join(words) + end)


def _letters(word: str) -> list[str]:
    """Two hyphens, as typewriters write a dash, are one letter."""
    return re.findall(r"--|.", word)


def _letter(letter: str) -> str:
    if letter in _MARKS:
        return _ANY_MARK
    return _ANY_DASH if letter == "--" or letter in _DASHES else re.escape(letter)


def _source(document: Document, found: re.Match[str]) -> Source:
    starts = [each.start for each in document.blocks]
    number = bisect_right(starts, found.start()) - 1
    return source_of(document, Sentence(found[0], number, found.start()))
