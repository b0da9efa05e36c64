"""Which capabilities a request asks for, in which order, and what feeds what.

Each clause is first judged by itself, then once more with what was chosen beside it: what is there to work
on by then, and who takes what it makes. Both are logistic scores (`weights.py`), so a score is a probability.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from errand.planning.rules.clauses import clauses
from errand.planning.rules.features import Features, table, touch, weights
from errand.planning.rules.index import Index
from errand.planning.rules.reading import Reading, read
from errand.planning.rules.tokens import tokens
from errand.planning.rules.weights import SHIPPED, Weights
from errand.planning.words import senses

LEAST = 0.35
"""A first capability of a clause is taken from here on."""
LAST_RESORT = 0.15
"""When nothing reaches that, the likeliest one is taken from here on: unsure is of more use than nothing."""
LEAST_SECOND = 0.55
"""A further one of the same clause."""


@dataclass(frozen=True, slots=True)
class Choice:
    capability: int
    """Its number in the index."""
    clause: int
    score: float


@dataclass(frozen=True)
class Outline:
    index: Index
    readings: tuple[Reading, ...]
    choices: tuple[Choice, ...]
    """In the order in which they are to be done."""
    best: tuple[tuple[int, float], ...]
    """For each clause the likeliest capability, taken or not, and its score; -1 where there is none."""
    scores: tuple[dict[int, float], ...] = ()
    """For each clause the score of every capability that it touches."""

    def name(self, choice: Choice) -> str:
        return self.index.entries[choice.capability].name

    @cached_property
    def links(self) -> tuple[tuple[Choice, Choice], ...]:
        """Each input to the nearest earlier producer of its type; only the order where none is typed."""
        if not self.index.typed:
            return tuple(zip(self.choices, self.choices[1:], strict=False))
        found = []
        for at, choice in enumerate(self.choices):
            for kind in dict.fromkeys(self.index.entries[choice.capability].takes):
                earlier = (
                    c for c in reversed(self.choices[:at]) if kind in self.index.entries[c.capability].gives
                )
                found += [(producer, choice) for producer in list(earlier)[:1]]
        return tuple(dict.fromkeys(found))


def outline(
    text: str, index: Index, at_hand: frozenset[str] = frozenset(), judge: Weights = SHIPPED
) -> Outline:
    """What a text asks for of a catalogue; `at_hand`: types of what came with it or can be made."""
    readings = [read(clause, index.types) for clause in clauses(tokens(text))]
    alone = judged_alone(table(readings, index, at_hand), judge)
    scores = [scored(row, judge.together) for row in judged_together(readings, index, alone, at_hand)]
    best = tuple(max(row.items(), key=lambda item: item[1], default=(-1, 0.0)) for row in scores)
    return Outline(index, tuple(readings), choose(scores), best, tuple(scores))


def judged_alone(rows: list[dict[int, Features]], judge: Weights) -> list[dict[int, float]]:
    """Log odds of each capability for each clause."""
    return [{number: dot(judge.alone, features) for number, features in row.items()} for row in rows]


def dot(by: Features, features: Features) -> float:
    return sum(a * b for a, b in zip(by, features, strict=True))


def scored(row: dict[int, Features], by: Features) -> dict[int, float]:
    return {number: probability(dot(by, features)) for number, features in row.items()}


def probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))


def choose(scores: list[dict[int, float]]) -> tuple[Choice, ...]:
    """The likeliest pair first, each capability once; a clause's second one must be likelier."""
    pairs = (Choice(n, at, score) for at, row in enumerate(scores) for n, score in row.items())
    likely = [choice for choice in pairs if choice.score >= LAST_RESORT]
    ranked = sorted(likely, key=lambda choice: (-choice.score, choice.clause, choice.capability))
    if ranked and ranked[0].score < LEAST:
        return tuple(ranked[:1])
    taken: dict[int, Choice] = {}
    used: set[int] = set()
    for choice in ranked:
        least = LEAST_SECOND if choice.clause in used else LEAST
        if choice.capability not in taken and choice.score >= least:
            taken[choice.capability] = choice
            used.add(choice.clause)
    return tuple(sorted(taken.values(), key=lambda choice: (choice.clause, -choice.score, choice.capability)))


def judged_together(
    readings: list[Reading],
    index: Index,
    alone: list[dict[int, float]],
    at_hand: frozenset[str] = frozenset(),
) -> list[dict[int, Features]]:
    """Features of each capability for each clause, given what was chosen for the others."""
    first = choose([{n: probability(odds) for n, odds in row.items()} for row in alone])
    where = {choice.capability: choice.clause for choice in first}
    found = []
    for at, (reading, row) in enumerate(zip(readings, alone, strict=True)):
        beside = _Beside(index, first, at, at_hand)
        top = max(row, key=lambda n: row[n], default=-1)
        top_taken = where.get(top, at) != at
        here = [c.capability for c in first if c.clause == at]
        best_here = max(here, key=lambda n: row[n], default=-1)
        left = _left(best_here, reading, index)
        found.append(
            {
                number: (
                    1.0,
                    odds,
                    *beside.of(number),
                    *((1.0, left.get(number, 0.0)) if odds < row.get(best_here, odds) else (0.0, 0.0)),
                    float(top_taken and number != top),
                )
                for number, odds in row.items()
            }
        )
    return found


class _Beside:
    """What stands before and after a clause among the choices."""

    def __init__(self, index: Index, first: tuple[Choice, ...], at: int, at_hand: frozenset[str]) -> None:
        self._index = index
        self._at_hand = at_hand
        self._before = [c.capability for c in first if c.clause < at]
        self._after = [c.capability for c in first if c.clause > at]

    def of(self, number: int) -> Features:
        before = next((n for n in reversed(self._before) if n != number), None)
        after = next((n for n in self._after if n != number), None)
        entries = self._index.entries
        made = set(entries[before].gives) if before is not None else set()
        needed = set(entries[after].takes) if after is not None else set()
        takes, gives = set(entries[number].takes), set(entries[number].gives)
        fed, feeds = bool(made & takes), bool(needed & gives)
        return (
            float(fed),
            float(bool(made) and not fed and not takes <= self._at_hand),
            float(feeds),
            float(bool(needed) and bool(gives) and not feeds),
            float(fed and feeds),
        )


def _left(best: int, reading: Reading, index: Index) -> dict[int, float]:
    """What speaks for each capability in the words of a clause that its best one does not have."""
    if best < 0:
        return {}
    winner = index.entries[best]
    rest = {
        stemmed: weight
        for stemmed, weight in weights(reading).items()
        if stemmed not in winner.fields and winner.sense_fields.keys().isdisjoint(senses(stemmed))
    }
    return {number: min(hits.strength, 2.0) for number, hits in touch(rest, index).items()}


TOGETHER_FEATURES = (
    "bias", "alone", "fed", "not_fed", "feeds", "feeds_not", "through", "beaten", "left", "top_taken",
)  # fmt: skip
