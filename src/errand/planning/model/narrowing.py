"""Which capabilities of a large catalogue the model is shown: what the request speaks of, what nearly every
plan needs, and what these need in turn."""

from collections.abc import Collection, Iterator, Mapping

from errand.capability import CapabilityDescription
from errand.planning.checking import SCALARS
from errand.planning.language import is_english
from errand.planning.matching import LONGEST_TEXT
from errand.planning.rules.choosing import outline
from errand.planning.rules.index import Index

MOST = 40
"""Catalogues up to this size are shown whole."""
ALWAYS = ("documents.", "text.", "report.", "result.")
"""Beginnings of names: reading, judging, writing and checking are part of nearly every plan."""
_AT_HAND = SCALARS | {"file"}

Catalogue = Mapping[str, CapabilityDescription]


def narrowed(text: str, catalogue: Catalogue, keep: Collection[str] = (), most: int = MOST) -> Catalogue:
    """About `most` capabilities for this request; `keep` are those that stay whatever it says.

    Words are compared, so that a request in another language than English is shown all.
    """
    if len(catalogue) <= most or not is_english(text):
        return catalogue
    ranking = tuple(_by_clause(text[:LONGEST_TEXT], catalogue))
    kept = {name: None for name in sorted(catalogue) if name in keep or name.startswith(ALWAYS)}
    for name in ranking:
        if len(kept) >= most:
            break
        kept[name] = None
    _close(kept, catalogue, ranking)
    return {name: catalogue[name] for name in sorted(kept)}


def _by_clause(text: str, catalogue: Catalogue) -> Iterator[str]:
    """The likeliest of each clause, then the second of each, and so on."""
    found = outline(text, Index(catalogue))
    rows = [[n for n, _ in sorted(row.items(), key=lambda item: (-item[1], item[0]))] for row in found.scores]
    for place in range(max(map(len, rows), default=0)):
        for row in rows:
            if place < len(row):
                yield found.index.entries[row[place]].name


def _close(kept: dict[str, None], catalogue: Catalogue, ranking: tuple[str, ...]) -> None:
    """Add who makes what the kept ones can not do without, likely ones before others, until nothing lacks."""
    order = list(dict.fromkeys([*ranking, *sorted(catalogue)]))
    made = {slot.type for name in kept for slot in catalogue[name].outputs}
    waiting = list(kept)
    while waiting:
        for slot in catalogue[waiting.pop()].inputs:
            if not slot.required or slot.inside or slot.type in _AT_HAND or slot.type in made:
                continue
            maker = next((n for n in order if any(o.type == slot.type for o in catalogue[n].outputs)), None)
            if maker is not None:
                kept[maker] = None
                waiting.append(maker)
                made |= {each.type for each in catalogue[maker].outputs}
