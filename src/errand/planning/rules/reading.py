"""What a clause says of types: what is wanted out of it, what goes in."""

from dataclasses import dataclass

from errand.planning.rules.clauses import Clause
from errand.planning.rules.tokens import Literal, Token
from errand.planning.words import is_content, stem, verb_of
from errand.planning.words_groups import HOLDING, bag
from errand.planning.words_types import TypeWords


@dataclass(frozen=True, slots=True)
class Reading:
    clause: Clause
    stems: tuple[str, ...]
    """Of its content words, in order."""
    weights: tuple[float, ...]
    """How much each says of what is wanted: less in `about …`, least for verbs such as `make`."""
    verb: str | None
    """The first that asks for something."""
    wanted: frozenset[str]
    """Types that are asked for."""
    given: frozenset[str]
    """Types that it is said to work on."""
    mentioned: frozenset[str]
    count: int
    """How many files are named."""


_INTO = bag("into to as in onto")
_FROM = bag(
    """
from of on using with for based by in about containing showing through per within via its
"""
)
_MAKING = frozenset(
    map(
        stem,
        bag(
            """
make create generate produce build get find search download provide give extract obtain need want like
draw compose design write record show fetch retrieve look have return deliver render prepare develop
synthesize craft export save
"""
        ),
    )
)


def read(clause: Clause, types: TypeWords) -> Reading:
    stems, weights = _weighed(clause)
    doing = [
        v
        for v in (
            verb_of(t.word) for t in clause.tokens if t.word and t.word not in HOLDING and is_content(t.word)
        )
        if v
    ]
    spoken = _Types(clause.tokens, types)
    return Reading(
        clause=clause,
        stems=stems,
        weights=weights,
        verb=doing[0] if doing else None,
        wanted=frozenset(spoken.wanted),
        given=frozenset(spoken.given),
        mentioned=frozenset(spoken.mentioned),
        count=sum(t.literal in (Literal.FILE, Literal.URL) for t in clause.tokens),
    )


_ASIDE = (
    dict.fromkeys(bag("about regarding concerning called named titled entitled that which"), 0.4)
    | dict.fromkeys(bag("from for with by at via according of through"), 0.75)
    | dict.fromkeys(bag("based using"), 0.5)
)
_BACK = 0.3
"""`the edited image` speaks of what was done before."""
_THE = bag("the this that these those its my")
LIGHT = dict.fromkeys(
    map(stem, sorted(bag("make take do get give go come put let keep perform show use set"))), 0.5
)
"""Verbs that say little by themselves."""
_FORM = bag("form format version kind type list set")
_WISHES = bag("need want wants like")
_DETERMINERS = bag("the this that these an a my it")


def _weighed(clause: Clause) -> tuple[tuple[str, ...], tuple[float, ...]]:
    stems, weights = [], []
    aside, before = 1.0, ""
    for token in clause.tokens:
        word = token.word
        if token.is_mark or not word:
            continue
        if is_content(word):
            back = _BACK if word.endswith("ed") and before in _THE else 1.0
            stems.append(token.stem)
            weights.append(min(aside, back, LIGHT.get(token.stem, 1.0)))
        elif stems and aside > _ABOUT:
            aside = _ASIDE.get(word, aside)
        if stems and word in ("based", "using"):
            aside = min(aside, _ASIDE[word])
        before = word
    return tuple(stems), tuple(weights)


_ABOUT = 0.4


class _Types:
    """Goes along a clause and sorts the types that it speaks of, by what stands before each."""

    def __init__(self, cut: tuple[Token, ...], types: TypeWords) -> None:
        self.wanted: set[str] = set()
        self.given: set[str] = set()
        self.mentioned: set[str] = set()
        self._cut = cut
        self._kinds = [_kinds(token, types) for token in cut]
        self._marker = ""
        self._making = False
        for at, kinds in enumerate(self._kinds):
            if kinds:
                self._sort(at, kinds)
            else:
                self._note(at)

    def _note(self, at: int) -> None:
        word = self._cut[at].word
        if word == "of" and at and self._cut[at - 1].word in _FORM:
            return
        if word in _INTO or word in _FROM:
            self._marker = word
        elif word in _WISHES or (word and is_content(word) and verb_of(word)):
            self._making = word in _WISHES or verb_of(word) in _MAKING
            self._marker = ""

    def _sort(self, at: int, kinds: frozenset[str]) -> None:
        self.mentioned |= kinds
        if self._cut[at].literal:
            if self._marker != "as":
                self.given |= kinds
        elif at + 1 < len(self._cut) and self._kinds[at + 1] and not self._cut[at + 1].literal:
            return  # `audio file`: the last noun says what it is
        elif (self._making and not self._marker) or self._into(at):
            self.wanted |= kinds
        else:
            self.given |= kinds

    def _into(self, at: int) -> bool:
        """`in the image` is where; `in text` and `into an image` are what to make."""
        return self._marker in _INTO and not (self._marker == "in" and self._determined(at))

    def _determined(self, at: int) -> bool:
        return any(token.word in _DETERMINERS for token in self._cut[max(0, at - 3) : at])


def _kinds(token: Token, types: TypeWords) -> frozenset[str]:
    if token.literal is Literal.FILE:
        return types.of_file(token.text)
    if token.literal is Literal.URL:
        return frozenset({"url"}) & types.types
    if token.literal is Literal.QUOTE:
        return frozenset({"text"}) & types.types
    return types.of(token.stem) if token.word and not token.is_mark else frozenset()
