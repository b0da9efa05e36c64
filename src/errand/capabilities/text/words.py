"""Words that carry meaning, in a form in which they can be compared."""

import re
from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOPWORDS = word_set(
    """
    a about above after again against all also although am among an and any are as at be became because
    become been before being below between both but by can cannot could did do does doing done down
    during each either else etc even ever every few for from further get gets given got had has have
    having he hence her here hers him himself his how however i if in including into is it its itself
    just least less let like likely made make makes many may me might mine more most much must my myself
    neither no nor not now of off often on once one only onto or other others our ours ourselves out
    over own per perhaps please rather same shall she should since so some such than that the their
    theirs them themselves then there thereby therefore these they this those though through thus to
    together too toward towards under unless until up upon us use used using very via was we were what
    whatever when whenever where whether which while who whole whom whose why will with within without
    would yet you your yours yourself certain various herein thereof hereby
    """
)

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_HAS_VOWEL = re.compile(r"[aeiouy]")


def terms(text: str) -> list[str]:
    """The content words of a text in order, in lower case and without inflection."""
    return [term for term, _ in spelled_terms(text)]


def spelled_terms(text: str) -> list[tuple[str, str]]:
    """Each term beside the word as it was written, in lower case; function words are left out."""
    found = []
    for word in _WORD.findall(text.lower()):
        plain = word.removesuffix("'s").removesuffix("’s")
        if plain not in STOPWORDS and (len(plain) > 1 or not plain.isascii()):
            found.append((stem(plain), plain))
    return found


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """English inflection taken off, so that `risks` meets `risk` and `competing` meets `competed`.

    Lighter than Porter's algorithm: it only has to make the forms of one word equal, within one text.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith(("ies", "ied")):
        return word[:-3] + "i" if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zes")) else word[:-1]
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and _HAS_VOWEL.search(word[: -len(suffix)]):
            word = _undouble(word[: -len(suffix)])
            break
    if len(word) > 4 and word.endswith("e"):
        return word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def _undouble(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz" else word
