"""How well a clause and a capability go together, in numbers that name neither.

`Hits` counts words that both share, weighted by how rare they are in the catalogue and how much they say
in the clause. The features add types (wanted, given, at hand), rivals in the same clause, the whole request.
"""

from errand.planning.checking import SCALARS
from errand.planning.rules.clauses import Kind
from errand.planning.rules.index import NAME, SLOT, TOLD, Entry, Index
from errand.planning.rules.reading import LIGHT, Reading
from errand.planning.words import senses

Features = tuple[float, ...]

FEATURES = (
    "bias", "name", "told", "slot", "name_cover", "clause_cover", "verb", "first_verb", "name_verb",
    "wanted_fits", "wanted_misses", "given_fits", "given_misses", "at_hand", "not_at_hand",
    "converts", "converts_not", "exact", "cover_fits", "cover_misses",
    "context", "first", "share", "lead", "own", "own_share", "own_lead", "is_given", "is_purpose", "two",
    "synonyms_only",
)  # fmt: skip

SENSE = 0.6
"""What a near synonym is worth beside the word itself."""

_WEIGHT = {NAME: 1.0, TOLD: 0.6, SLOT: 0.35}
_MOST = 2.0


class Hits:
    """What the words of a clause touch in one capability."""

    __slots__ = ("by_field", "exact", "names")

    def __init__(self) -> None:
        self.by_field = [0.0, 0.0, 0.0]
        self.exact = False
        """At least one word itself, not only near synonyms."""
        self.names: dict[str, float] = {}
        """Words of the name that were touched, and how closely."""

    @property
    def strength(self) -> float:
        return sum(_WEIGHT[where] * worth for where, worth in enumerate(self.by_field))


def touch(stems: dict[str, float], index: Index) -> dict[int, Hits]:
    """By number of the capability. Each word of the clause counts once in each."""
    found: dict[int, Hits] = {}
    for stemmed, weight in stems.items():
        for number, (worth, where, exact) in _touched(stemmed, index).items():
            hits = found.setdefault(number, Hits())
            hits.by_field[where] += worth * weight
            hits.exact |= exact
            if where == NAME:
                _cover_name(hits, index.entries[number], stemmed, exact=exact)
    return found


def _touched(stemmed: str, index: Index) -> dict[int, tuple[float, int, bool]]:
    rare = index.rarity(stemmed)
    best = {number: (rare, where, True) for number, where in index.by_stem.get(stemmed, ())}
    for sense in senses(stemmed):
        rare = SENSE * index.sense_rarity(sense)
        for number, where in index.by_sense.get(sense, ()):
            known = best.get(number)
            if known is None or (not known[2] and rare * _WEIGHT[where] > known[0] * _WEIGHT[known[1]]):
                best[number] = (rare, where, False)
    return best


def _cover_name(hits: Hits, entry: Entry, stemmed: str, *, exact: bool) -> None:
    if exact:
        hits.names[stemmed] = 1.0
        return
    mine = senses(stemmed)
    for name in entry.name_stems:
        if mine & senses(name):
            hits.names[name] = max(SENSE, hits.names.get(name, 0.0))


def table(readings: list[Reading], index: Index, at_hand: frozenset[str]) -> list[dict[int, Features]]:
    """For each clause the features of every capability that it touches; `at_hand`: types attached."""
    touched = [touch(weights(reading), index) for reading in readings]
    given = {stemmed: 1.0 for r in readings if r.clause.kind is Kind.GIVEN for stemmed in r.stems}
    context = {number: hits.strength for number, hits in touch(given, index).items()}
    own: dict[int, float] = {}
    for hits in touched:
        for number, hit in hits.items():
            own[number] = max(own.get(number, 0.0), hit.strength)
    found = []
    here = set(at_hand)
    for reading, hits in zip(readings, touched, strict=True):
        here |= reading.given | (reading.mentioned if reading.clause.kind is Kind.GIVEN else set())
        found.append(_row(reading, hits, index, context, own, here))
        here |= reading.wanted
    return found


def weights(reading: Reading) -> dict[str, float]:
    """What each content word of a clause counts, each word once."""
    found: dict[str, float] = {}
    for stemmed, weight in zip(reading.stems, reading.weights, strict=True):
        found[stemmed] = max(weight, found.get(stemmed, 0.0))
    return found


def _row(
    reading: Reading,
    touched: dict[int, Hits],
    index: Index,
    context: dict[int, float],
    own: dict[int, float],
    at_hand: set[str],
) -> dict[int, Features]:
    strengths = {number: hit.strength for number, hit in touched.items()}
    owned = {number: strength * strength / (own[number] or 1.0) for number, strength in strengths.items()}
    ranked, reached = _best_two(strengths), _best_two(owned)
    total = sum(index.rarity(s) if s in index.by_stem else 0.5 for s in set(reading.stems)) or 1.0
    form = (float(reading.clause.kind is Kind.GIVEN), float(reading.clause.kind is Kind.PURPOSE))
    found = {}
    for number, hits in touched.items():
        entry, mine = index.entries[number], strengths[number]
        named = sum(index.rarity(s) for s in entry.name_stems) or 1.0
        cover = sum(index.rarity(s) * share for s, share in hits.names.items()) / named
        found[number] = (
            *_words(reading, hits, entry, cover, total),
            index.rarity(reading.verb) * LIGHT.get(reading.verb, 1.0)
            if reading.verb in entry.name_stems
            else 0.0,
            *_kinds(reading, entry, at_hand),
            *_direction(reading, entry, cover),
            min(context.get(number, 0.0), _MOST),
            float(mine >= ranked[0]),
            *_rivals(mine, *ranked),
            mine / own[number] if own[number] else 0.0,
            *_rivals(owned[number], *reached),
            *form,
            _twice(reading, entry),
            float(not hits.exact),
        )
    return found


def _best_two(strengths: dict[int, float]) -> tuple[float, float]:
    ranked = sorted(strengths.values(), reverse=True)[:2]
    return (ranked[0] if ranked else 0.0), (ranked[1] if len(ranked) > 1 else 0.0)


def _words(reading: Reading, hits: Hits, entry: Entry, cover: float, total: float) -> Features:
    return (
        1.0,
        *(min(worth, _MOST) for worth in hits.by_field),
        cover,
        sum(hits.by_field) / total,
        max((alike(verb, reading.verb) for verb in entry.verbs), default=0.0),
        alike(entry.first_verb, reading.verb),
    )


def alike(one: str | None, other: str | None) -> float:
    """1 for the same stem, less for near synonyms, else 0."""
    if one is None or other is None:
        return 0.0
    return 1.0 if one == other else SENSE if senses(one) & senses(other) else 0.0


def _kinds(reading: Reading, entry: Entry, at_hand: set[str]) -> Features:
    takes, gives = set(entry.takes), set(entry.gives)
    if not gives and not reading.mentioned:
        return (0.0,) * 6
    return (
        float(bool(reading.wanted & gives)),
        float(bool(reading.wanted) and not reading.wanted & gives),
        float(bool(reading.given & takes)),
        float(bool(reading.given) and not reading.given & takes),
        float(bool(takes) and takes <= at_hand),
        float(bool(at_hand) and not takes & at_hand),
    )


def _direction(reading: Reading, entry: Entry, cover: float) -> Features:
    """`image to text` and `text to image` share their words: what goes in and comes out tells which."""
    takes, gives = set(entry.takes), set(entry.gives)
    if not gives:
        return (0.0,) * 5
    out, into = bool(reading.wanted & gives), bool(reading.given & takes)
    out_misses, in_misses = bool(reading.wanted) and not out, bool(reading.given) and not into
    misses = bool(reading.wanted - gives) + bool(reading.given - takes)
    return (
        float(out and into),
        float(out_misses and in_misses),
        float(reading.wanted == gives and reading.given == takes),
        cover * (out + into),
        cover * misses,
    )


def _rivals(mine: float, best: float, second: float) -> Features:
    """How near to the best of the clause, and if it is that, by how much."""
    return (mine / best if best else 0.0, (mine - second) / mine if mine and mine >= best else 0.0)


def _twice(reading: Reading, entry: Entry) -> float:
    """It takes two of a kind: does the clause name two?"""
    things = [kind for kind in entry.takes if kind not in SCALARS]
    if len(things) == len(set(things)):
        return 0.0
    return 1.0 if reading.count >= 2 else -1.0
