"""A catalogue as the planner reads it: which words and types each capability is described with."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from errand.capability import CapabilityDescription
from errand.planning.checking import SCALARS
from errand.planning.words import is_content, senses, stem, verb_of, words
from errand.planning.words_groups import bag
from errand.planning.words_types import TypeWords

NAME, TOLD, SLOT = 0, 1, 2
"""Where a word of a capability stands: in its name, its description, what is said of its inputs."""


@dataclass(slots=True)
class Entry:
    """One capability, by numbers and stems."""

    name: str
    described: CapabilityDescription
    fields: dict[str, int] = field(default_factory=dict)
    """Stem to where it stands; the name before the description before the inputs."""
    name_stems: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    """Of the name and the first sentence: what it does."""
    first_verb: str | None = None
    takes: tuple[str, ...] = ()
    """Types of the required inputs, one for each."""
    gives: tuple[str, ...] = ()
    sense_fields: dict[int, int] = field(default_factory=dict)


class Index:
    """Rarity of words over one catalogue, and where each occurs."""

    def __init__(self, catalogue: Mapping[str, CapabilityDescription]) -> None:
        self.entries = [_entry(name, described) for name, described in catalogue.items()]
        kinds = (kind for entry in self.entries for kind in (*entry.takes, *entry.gives))
        self.types = TypeWords(frozenset(kinds))
        self.typed = any(entry.gives for entry in self.entries)
        """False: outputs are not described, so that a link can only mean order."""
        self.by_stem: dict[str, list[tuple[int, int]]] = {}
        self.by_sense: dict[int, list[tuple[int, int]]] = {}
        for number, entry in enumerate(self.entries):
            for stemmed, where in entry.fields.items():
                self.by_stem.setdefault(stemmed, []).append((number, where))
            for sense, where in entry.sense_fields.items():
                self.by_sense.setdefault(sense, []).append((number, where))
        self._most = math.log(1 + len(self.entries))

    def rarity(self, stemmed: str) -> float:
        """0 for a word that every capability has, towards 1 for one that a single one has."""
        return self._rare(len(self.by_stem.get(stemmed, ())))

    def sense_rarity(self, sense: int) -> float:
        return self._rare(len(self.by_sense.get(sense, ())))

    def _rare(self, holders: int) -> float:
        if not holders or not self._most:
            return 1.0
        return math.log(1 + len(self.entries) / holders) / math.log(1 + len(self.entries))


def _entry(name: str, described: CapabilityDescription) -> Entry:
    named = _stems(words(name))
    told = words(described.description)
    first = words(described.description.split(". ")[0])
    slots = [word for slot in described.inputs for word in (*words(slot.name), *words(slot.description))]
    fields: dict[str, int] = {}
    for where, stems in ((NAME, named), (TOLD, _stems(told)), (SLOT, _stems(slots))):
        for stemmed in stems:
            fields.setdefault(stemmed, where)
    sense_fields: dict[int, int] = {}
    for stemmed, where in fields.items():
        for sense in senses(stemmed):
            sense_fields[sense] = min(where, sense_fields.get(sense, SLOT))
    doing = [verb for verb in (verb_of(word) for word in (*words(name), *first)) if verb]
    acting = next((verb_of(word) for word in first if verb_of(word) and word not in _WEAK), None)
    return Entry(
        name=name,
        described=described,
        fields=fields,
        name_stems=frozenset(named),
        verbs=frozenset(doing),
        first_verb=acting,
        takes=tuple(slot.type.lower() for slot in described.inputs if slot.required),
        gives=_main_kinds(described),
        sense_fields=sense_fields,
    )


def _main_kinds(described: CapabilityDescription) -> tuple[str, ...]:
    """What it makes: the titles and counts that come along with an artifact are not it."""
    kinds = [slot.type.lower() for slot in described.outputs]
    return tuple([kind for kind in kinds if kind not in SCALARS] or kinds)


_WEAK = bag("task text can given use using do")


def _stems(found: Iterable[str]) -> list[str]:
    return [stem(word) for word in found if is_content(word)]
