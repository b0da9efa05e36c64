"""Whether a text contains a phrase, as the authors of playbooks write them.

`annual report` is those words in that order, whatever their case and what stands between them (`10-K` is
`10 k`); `analy*` is a word that begins so; `how ... doing` allows up to four words in between. A possessive
`'s` is ignored.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST_TEXT = 20_000
"""Characters of a request that are looked at."""

_POSSESSIVE = re.compile(r"(?<=\w)['’]s?\b")
_WORD = re.compile(r"\w+")
_PHRASE_PART = re.compile(r"\.\.\.|\w+\*?")
_GAP = r"(?:\w+ ){0,4}"


def plain(text: str) -> str:
    """Words in lower case, each followed by a space."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()
    return "".join(f"{word} " for word in _WORD.findall(_POSSESSIVE.sub(" ", folded).replace("_", " ")))


def first_of(phrases: Iterable[str], plain_text: str) -> str | None:
    """The first phrase that the text contains, as it stands there when it is written with `*` or `...`."""
    for phrase in phrases:
        if found := pattern(phrase).search(plain_text):
            return found.group().strip() if {"*", "."} & set(phrase) else phrase
    return None


@lru_cache(maxsize=4096)
def pattern(phrase: str) -> re.Pattern[str]:
    """For a text that `plain` made."""
    made = ""
    for part in _PHRASE_PART.findall(phrase.casefold()):
        if part == "...":
            made += _GAP
        else:
            made += re.escape(part.rstrip("*")) + (r"\w* " if part.endswith("*") else " ")
    return re.compile(r"(?<!\w)" + made)


def phrase_fault(phrase: str) -> str | None:
    """What is wrong with the way a phrase is written."""
    parts = _PHRASE_PART.findall(phrase)
    if not parts or parts[0] == "..." or parts[-1] == "...":
        return "a phrase begins and ends with a word"
    if any(len(part) < 4 for part in parts if part.endswith("*")):
        return "at least three letters stand before a *"
    return None
