"""What a request asks to be looked up: whether it does, and what about."""

import re
from collections.abc import Iterator

from errand.planning.matching import LONGEST_TEXT, first_of, plain
from errand.planning.words_groups import STOPWORDS, bag

LOOKS_UP = (
    "find what", "find out", "find where", "find the part*", "find the passage*", "find the section*",
    "find the place*", "find all mention*", "find every mention", "find mention*", "find any mention*",
    "find everything", "find information", "find all reference*", "find reference*", "look up", "look for",
    "search", "search for", "mention*", "say about", "says about", "said about", "say anything",
    "say ... about",
    "says ... about", "talk about", "talks about", "talk ... about", "deal with", "deals with", "how many",
    "how much", "what was", "what were", "what is", "whats", "what the", "who", "whom", "when does",
    "when did", "when is", "when was", "when will", "where does", "where did", "where is", "where are",
    "which passage*", "which part*", "which page*", "which paragraph*", "references to", "quote*",
)  # fmt: skip
"""Phrases of requests for what a text says, as `matching` reads them."""

_MARKERS = (
    "mentions of", "mention of", "mentions", "mention", "mentioning", "references to", "reference to",
    "say anything about", "says about", "say about", "said about", "talks about", "talk about", "deals with",
    "deal with", "about", "regarding", "concerning", "search for", "look for", "look up",
)  # fmt: skip
_SAYS_LITTLE = STOPWORDS | bag(
    """
find search look lookup say says said saying tell show give list mention mentions mentioned talk talks
discuss discusses passage passages part parts place places everything anything information details detail
document documents file files filing filings report reports paper papers text texts pdf attached
attachment attachments annual quarterly question quote quotes quoted read word words please state states
happen happens does whats get got company companys companies figure figures according page pages paragraph
"""
)
_QUOTED = re.compile(r"[\"“]([^\"“”]{2,200})[\"”]|(?<!\w)'([^']{2,200})'(?!\w)|‘([^‘’]{2,200})’")
_PLACE_WORDS = r"(?:annual|quarterly|attached|following|whole|same|first|last|latest|reported)\s+"
_IN_THE_FILE = re.compile(
    rf"\s+(?:in|of|from|within|throughout|across|according\s+to)\s+(?:the|this|these|that|those|my|our|each|both|all)"
    rf"\s+(?:{_PLACE_WORDS})*(?:documents?|files?|filings?|reports?|papers?|texts?|pdfs?|attachments?|contracts?"
    r"|memos?|10-?[kq]s?|20-?f|40-?f|pages?|letters?|books?|agreements?)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"[,;]?\s+(?:and|then)\s+(?:then\s+)?(?:write|save|export|put|make|create|print|send|email|summari[sz]e|list"
    r"|give|draw|convert|translate)\b.*|[,;]\s*then\b.*",
    re.IGNORECASE | re.DOTALL,
)
_FILE_NAME = re.compile(r"\b[\w-]+\.(?:pdf|docx|html?|xlsx|md|txt|csv|json|xml)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[-’'.&][^\W_]+)*")


def looks_up(text: str) -> bool:
    """Whether a clause asks what a text says about something."""
    said = plain(text)
    if first_of(LOOKS_UP, said) is not None:
        return True
    return first_of(("find", "locate", "spot"), said) is not None and bool(_IN_THE_FILE.search(text))


def subject(text: str) -> str | None:
    """What is to be looked up, in the words of the request: `hazardous materials`, `net income 2024`.

    Several questions give their words one after the other. None: it says nothing that could be looked for.
    """
    if quoted := [next(filter(None, found)) for found in _QUOTED.findall(text[:LONGEST_TEXT])]:
        return " ".join(quoted)
    found = [words for sentence in _questions(text[:LONGEST_TEXT]) for words in _about(sentence)]
    told = list(dict.fromkeys(found))[:_MOST_WORDS]
    return " ".join(told) if any(len(word) > 2 and not word.isdigit() for word in told) else None


_MOST_WORDS = 24


def _questions(text: str) -> Iterator[str]:
    """The sentences that look something up, or all of them when none does."""
    sentences = [each for each in re.split(r"(?<=[.!?;])\s+|\n", text) if each.strip()]
    yield from [each for each in sentences if looks_up(each)] or sentences


def _about(sentence: str) -> Iterator[str]:
    said = _FILE_NAME.sub(" ", _IN_THE_FILE.sub(" ", _FURTHER.sub("", sentence)))
    for marker in _MARKERS:
        found = re.search(rf"\b{marker}\b", said, re.IGNORECASE)
        if found and any(_telling(word) for word in _WORD.findall(said[found.end() :])):
            said = said[found.end() :]
            break
    for word in _WORD.findall(said):
        bare = re.sub(r"[’']s$", "", word)
        if _telling(bare):
            yield bare


def _telling(word: str) -> bool:
    return word.lower() not in _SAYS_LITTLE and (len(word) > 1 or word.isdigit())
