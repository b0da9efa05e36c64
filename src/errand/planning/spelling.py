"""Misspelt words of a request, put right by the words that planning knows; never the only reading of it."""

import re
from collections.abc import Iterable

from errand.planning.words import stem, words
from errand.planning.words_groups import GROUPS, IRREGULAR, STOPWORDS, VERBS

_WORD = re.compile(r"(?<![\w./\\@-])[A-Za-z]{5,24}(?![\w/\\@-]|\.\w)")
_MOST_CORRECTED = 12


class Spelling:
    """Corrects towards a vocabulary; a word that is in it, or whose stem is, stays as it is."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        known = {word.casefold() for word in vocabulary} | set(VERBS.split()) | set(IRREGULAR)
        known |= {word for group in GROUPS for word in group.split()}
        self._targets = sorted(word for word in known if len(word) >= 5 and word.isalpha())
        self._known = known | STOPWORDS
        self._stems = {stem(word) for word in known}

    def corrected(self, text: str) -> tuple[str, dict[str, str]]:
        """The text with its misspelt words put right, and which became what."""
        changed: dict[str, str] = {}

        def put_right(found: re.Match[str]) -> str:
            word = found[0]
            if word[0].isupper() and found.start() > 0:
                return word  # a name
            better = changed.get(word) or self._nearest(word.lower())
            if better and (word in changed or len(changed) < _MOST_CORRECTED):
                changed[word] = better
                return better
            return word

        return _WORD.sub(put_right, text[:4_000]) + text[4_000:], changed

    def _nearest(self, word: str) -> str | None:
        if word in self._known or stem(word) in self._stems:
            return None
        most = 1 if len(word) < 8 else 2
        near = [
            (distance, target)
            for target in self._targets
            if target[0] == word[0] and abs(len(target) - len(word)) <= most
            if (distance := _distance(word, target, most)) <= most
        ]
        return min(near)[1] if near else None


def _distance(one: str, other: str, most: int) -> int:
    """Edits between two words, swapped letters being one (optimal string alignment); stops above `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        following = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > most:
            return most + 1
        before, row = row, following
    return row[-1]


def spoken(texts: Iterable[str]) -> set[str]:
    """All words of some texts, for a vocabulary."""
    return {word for text in texts for word in words(text) if len(word) >= 4}
