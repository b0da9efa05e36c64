"""English words, brought to a common stem, with what they may stand for. Nothing here knows a capability."""

import re
from functools import lru_cache

from errand.planning.words_groups import GROUPS, IRREGULAR, STOPWORDS, VERBS

_VOWEL = re.compile("[aeiouy]")
_WORD = re.compile(r"\d+-[A-Za-z]\b|[^\W\d_]+")
"""`10-K` and `20-F` are words."""

# (ending, what replaces it, how many letters must stay before it); the first that fits is taken.
_ENDINGS: tuple[tuple[str, str, int], ...] = tuple(
    (ending, put, stay)
    for endings, put, stay in (
        ("ification ifications ifying ifies ified ifier ifiers ify", "", 3),
        ("izations ization izing izers izer izes ized ize isations isation ising iser ises ised ise", "", 3),
        ("ations ation ating ators ator ates ated ate ative", "", 3),
        ("ments ment", "", 4),
        ("sses", "ss", 2),
        ("ions ion", "", 3),
        ("ities ity", "", 3),
        ("ies ied", "y", 2),
        ("ings ing", "", 3),
        ("ers er ors or", "", 4),
        ("edly ed", "", 3),
        ("ives ive", "", 4),
        ("ally ly", "", 4),
        ("ness", "", 4),
        ("es s", "", 3),
    )
    for ending in endings.split()
)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """`summaries`, `summarizer` and `summarization` give one stem. Made for matching, not for reading."""
    word = word.lower().replace("’s", "").replace("'s", "")
    if word in IRREGULAR:
        return IRREGULAR[word]
    for ending, put, stay in _ENDINGS:
        base = word[: -len(ending)] + put
        if word.endswith(ending) and len(word) - len(ending) >= stay and _VOWEL.search(base):
            if ending == "s" and word.endswith(("ss", "us", "is")):
                continue
            return _tidy(base)
    return _tidy(word)


def _tidy(base: str) -> str:
    if base in IRREGULAR:
        return IRREGULAR[base]
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "aeiouls":
        base = base[:-1]
    if len(base) > 3 and base[-1] in "ey":
        base = base[:-1]
    return base


def words(text: str) -> list[str]:
    """The words of a text or an identifier, lower case: `get_news`, `TextSearch`, `text-to-speech`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return [found.lower() for found in _WORD.findall(parted.replace("'s", ""))]


def is_content(word: str) -> bool:
    """False for words that say nothing of what is wanted."""
    return len(word) > 1 and word not in STOPWORDS


@lru_cache(maxsize=65_536)
def senses(stemmed: str) -> frozenset[int]:
    """Numbers of the groups of near synonyms that a stem is in."""
    return _SENSES.get(stemmed, frozenset())


@lru_cache(maxsize=65_536)
def verb_of(word: str) -> str | None:
    """The stem, when the word can be a verb that asks for something to be done."""
    found = stem(word)
    return found if found in _VERB_STEMS else None


def is_plain_verb(word: str) -> bool:
    """As it stands after `please` or `to`: `find`, not `found` or `finding`."""
    return word in _PLAIN_VERBS


def _senses() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, group in enumerate(GROUPS):
        for word in group.split():
            found.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


_SENSES = _senses()
_PLAIN_VERBS = frozenset(VERBS.split())
_VERB_STEMS = frozenset(stem(verb) for verb in _PLAIN_VERBS)
