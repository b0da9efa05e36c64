"""Values for slots of plain types, taken from the words of a request."""

import re
from datetime import datetime
from itertools import pairwise

from errand.capability import Slot
from errand.domain.json import Json
from errand.planning.rules.tokens import Literal, Token
from errand.planning.words import stem, words
from errand.planning.words_groups import STOPWORDS, bag

_BY_NAME: tuple[tuple[frozenset[str], Literal], ...] = (
    (bag("url uri link address website webpage page site feed"), Literal.URL),
    (bag("email mail recipient"), Literal.EMAIL),
    (bag("phone number telephone mobile recipient"), Literal.PHONE),
    (bag("path file filename name folder"), Literal.FILE),
    (bag("date day time deadline when since until"), Literal.DATE),
)
_TICKER = bag("ticker symbol stock")
_WHOLE = bag("request task instruction instructions prompt")
_TELLING = bag(
    """
query question text topic title subject content message description keyword keywords focus goal
instruction prompt request task theme search phrase about note words name body
"""
)
_NOT_TOLD = bag("url uri link email phone path file folder ticker symbol address cik isbn id key token code")
_DATE_FORMS = (
    "%Y-%m-%d",
    "%B %d, %Y",
    "%B %d %Y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%m/%d/%Y",
)
_TICKERS_NOT = bag(
    "A I AM PM AND OR NOT PDF CSV HTML JSON SEC USD EUR GBP US UK EU CEO CFO FAQ URL AI ML API OK"
)


def value_for(slot: Slot, near: tuple[Token, ...], anywhere: tuple[Token, ...]) -> Json:
    """What the literals of the clause, then those of the whole request, say for a slot; None: nothing."""
    for spoken in (near, anywhere):
        found = _literal(slot, spoken)
        if found is not None:
            return found
    return None


def told(slot: Slot, said: str) -> str | None:
    """The clause itself, for slots that take words; None for slots that need something exact."""
    named = set(words(slot.name))
    return None if named & _NOT_TOLD or not said else said


def is_searched(slot: Slot) -> bool:
    """Whether it takes what to look for, which is less than the clause that asks for it."""
    return bool(set(words(slot.name)) & _SEARCHED)


_SEARCHED = bag("query search keyword keywords")


def choices(slot: Slot, spoken: tuple[Token, ...]) -> tuple[str, ...]:
    """Of the words that a slot's description lists after a colon, those that the clause names."""
    listed = slot.description.partition(":")[2].split(".")[0]
    named = {word for token in spoken for word in words(token.text) if not token.literal}
    found = []
    for option in listed.split(","):
        meant = words(option)
        if meant and named & set(meant):
            found.append(meant[0])
    return tuple(found)


def takes_whole_request(slot: Slot) -> bool:
    return bool(set(words(slot.name)) & _WHOLE)


def is_telling(slot: Slot) -> bool:
    """Its name says that it takes a person's words."""
    return bool(set(words(slot.name)) & _TELLING)


def counted(slot: Slot, near: tuple[Token, ...]) -> Json:
    """`in 3 sentences` for a slot called `sentences`."""
    named = {stem(word) for word in words(slot.name)}
    for number, noun in pairwise(near):
        if number.literal is Literal.NUMBER and noun.stem in named:
            return _number(number.text)
    return None


def _literal(slot: Slot, spoken: tuple[Token, ...]) -> Json:
    named = set(words(slot.name))
    if slot.type == "number":
        return next((_number(t.text) for t in spoken if t.literal is Literal.NUMBER), None)
    if slot.type == "date":
        return next((day for t in spoken if t.literal is Literal.DATE and (day := _date(t.text))), None)
    if slot.type != "text":
        return None
    if (named | set(words(slot.description))) & _TICKER:
        ticker = next((t.text for t in spoken if _like_ticker(t)), None)
        if ticker or named & _TICKER:
            return ticker
    for names, kind in _BY_NAME:
        found = next((t.text for t in spoken if t.literal is kind), None) if named & names else None
        if found is not None:
            return found
    if named & _NOT_TOLD:
        return None
    quoted = next((t.text for t in spoken if t.literal is Literal.QUOTE), None)
    return quoted if quoted or is_telling(slot) else _proper_name(spoken)


def _proper_name(spoken: tuple[Token, ...]) -> str | None:
    """The first run of capitalised words that no sentence begins with."""
    run: list[str] = []
    for before, token in pairwise(spoken):
        named = token.word and token.text[0].isupper() and token.word not in STOPWORDS
        if named and not (before.is_mark and before.text in ".?!\n"):
            run.append(token.text)
        elif run:
            break
    return " ".join(run) or None


def _like_ticker(token: Token) -> bool:
    return bool(re.fullmatch(r"[A-Z]{2,5}", token.text)) and token.text not in _TICKERS_NOT


def _number(text: str) -> int | float | None:
    bare = re.sub(r"[^\d.]", "", text)
    try:
        return float(bare) if "." in bare else int(bare)
    except ValueError:
        return None


def _date(text: str) -> str | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text).replace(".", "")
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(plain, form).date().isoformat()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
    return None
