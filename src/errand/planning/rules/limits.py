"""Where a catalogue ends: clauses that ask for what nothing in it does, and questions about a text."""

from errand.planning.asking import looks_up, subject
from errand.planning.checking import SCALARS
from errand.planning.rules.choosing import Choice, Outline
from errand.planning.rules.clauses import Kind
from errand.planning.rules.features import alike
from errand.planning.rules.index import Entry, Index
from errand.planning.rules.reading import Reading
from errand.planning.rules.values import is_searched
from errand.planning.words import is_content, is_plain_verb, senses, stem
from errand.planning.words_groups import bag

_LOOKED_UP = 0.75
"""Score of a question as a search: it finds passages, but may not be the answer."""
_NAMED = 0.7
"""Score of a capability that a clause names, at least."""
_GUESS = 0.5
"""Score of a capability that most words of a clause do not speak of, at most."""
_SURELY = 0.9
"""From here on a capability is taken to be meant even where a question could be a search."""
_OF_ANYTHING = frozenset(
    map(
        stem,
        bag(
            """
make create generate produce build write compose design prepare develop draft do give get provide have
show tell put take perform run set use want need keep let handle deal read open start
"""
        ),
    )
)
"""What they ask for is said by their object alone: `write a poem`."""
_END_OF_OBJECT = bag(
    """
of for from in on to with by at about regarding into as through using based and or but that which who
"""
)


def within(found: Outline, text: str, *, attached: bool) -> Outline:
    """The outline without the choices for clauses that go beyond the catalogue, and with the searches."""
    beyond = {at for at, reading in enumerate(found.readings) if _goes_beyond(reading, found.index, text)}
    kept = [
        _weighed(choice, found)
        for choice in found.choices
        if choice.clause not in beyond and not _is_of_another_thing(choice, found)
    ]
    for named in _named_outright(found):
        rivals = [choice for choice in kept if choice.clause == named.clause]
        used = any(choice.capability == named.capability for choice in kept)
        if not used and named.clause not in beyond and all(choice.score < _NAMED for choice in rivals):
            kept = [choice for choice in kept if choice not in rivals] + [named]
    searches = _searches(found, text) if attached else []
    for search in searches:
        rivals = [choice for choice in kept if choice.clause == search.clause]
        if all(choice.score < _SURELY for choice in rivals):
            kept = [
                choice for choice in kept if choice not in rivals and choice.capability != search.capability
            ]
            kept.append(search)
    return Outline(
        found.index, found.readings, tuple(sorted(kept, key=lambda c: c.clause)), found.best, found.scores
    )


def _goes_beyond(reading: Reading, index: Index, text: str) -> bool:
    asks = looks_up(text[reading.clause.start : reading.clause.end])
    return not asks and is_beyond(reading, index)


def _is_of_another_thing(choice: Choice, found: Outline) -> bool:
    """`analyze this contract`: what does something of that kind, but not mainly, and not with such things."""
    reading, entry = found.readings[choice.clause], found.index.entries[choice.capability]
    spoken = [token for token in reading.clause.tokens if token.word and is_content(token.word)]
    things = _objects(reading)
    if not spoken or not things or not is_plain_verb(spoken[0].word):
        return False
    return not _mainly(entry, spoken[0].stem) and not any(_is_known(thing, found.index) for thing in things)


def _mainly(entry: Entry, verb: str) -> bool:
    """Whether it is what the capability does first of all."""
    return verb in entry.name_stems or alike(entry.first_verb, verb) > 0


def _weighed(choice: Choice, found: Outline) -> Choice:
    """What a clause names by its verb, and by the thing where it says one, is meant: `summarize it`.

    Where most words of a clause say nothing of the capability, it is a guess.
    """
    reading, entry = found.readings[choice.clause], found.index.entries[choice.capability]
    spoken = [token for token in reading.clause.tokens if token.word and is_content(token.word)]
    if not spoken:
        return choice
    touched = [t for t in spoken if t.stem in entry.fields or senses(t.stem) & entry.sense_fields.keys()]
    only_verb = all(token is spoken[0] for token in touched) and not _mainly(entry, spoken[0].stem)
    if len(touched) * 2 < len(spoken) or only_verb:
        return Choice(choice.capability, choice.clause, min(choice.score, _GUESS))
    if choice.score >= _NAMED:
        return choice
    verb, thing = spoken[0].stem, _object(reading)
    named = [each for each in found.index.entries if verb in each.name_stems] == [entry]
    fits = verb == entry.first_verb and thing in entry.fields
    if fits or (named and (thing is None or _is_known(thing, found.index))):
        return Choice(choice.capability, choice.clause, _NAMED)
    return choice


def is_beyond(reading: Reading, index: Index) -> bool:
    """Whether no capability has to do with its verb or, where that says nothing, with what it is about."""
    spoken = [token for token in reading.clause.tokens if token.word and is_content(token.word)]
    if reading.clause.kind is Kind.GIVEN or not spoken or not is_plain_verb(spoken[0].word):
        return False
    verb = spoken[0].stem
    if verb not in _OF_ANYTHING and not senses(verb) & senses("search"):
        return not any(_does(entry, verb) for entry in index.entries)
    thing = _object(reading)
    return thing is not None and not _is_known(thing, index)


def _does(entry: Entry, verb: str) -> bool:
    return verb in entry.fields or any(alike(each, verb) for each in entry.verbs)


def _named_outright(found: Outline) -> list[Choice]:
    """For each clause the one capability that has its verb, and all that its verb is about, in its words."""
    named = []
    for at, reading in enumerate(found.readings):
        spoken = [token for token in reading.clause.tokens if token.word and is_content(token.word)]
        things = set(_objects(reading))
        if not spoken or not things or reading.clause.kind is Kind.GIVEN:
            continue
        verb = spoken[0].stem
        able = [
            number
            for number, entry in enumerate(found.index.entries)
            if verb in entry.verbs and things <= entry.fields.keys()
        ]
        ranked = sorted(able, key=lambda number: (-found.scores[at].get(number, 0.0), number))
        named += [Choice(number, at, _NAMED) for number in ranked[:1]]
    return named


def _object(reading: Reading) -> str | None:
    return next(reversed(_objects(reading)), None)


def _objects(reading: Reading) -> list[str]:
    """What stands after the verb: `write a short poem about it` gives `short`, `poem`."""
    after: list[str] = []
    begun = False
    for token in reading.clause.tokens:
        if begun and (token.is_mark or token.literal or token.word in _END_OF_OBJECT):
            break
        if token.word and is_content(token.word):
            if begun:
                after.append(token.stem)
            begun = True
    return after


def _is_known(stemmed: str, index: Index) -> bool:
    """The word itself: near synonyms of a thing are often other things."""
    return bool(stemmed in index.by_stem or index.types.of(stemmed))


def _searches(found: Outline, text: str) -> list[Choice]:
    """For each clause that asks what a text says the capability that searches; at most one uses each."""
    search = next((n for n, entry in enumerate(found.index.entries) if _is_search(entry)), None)
    asking = (
        at
        for at, reading in enumerate(found.readings)
        if looks_up(said := text[reading.clause.start : reading.clause.end]) and subject(said)
    )
    return [Choice(search, at, _LOOKED_UP) for at in list(asking)[:1]] if search is not None else []


def _is_search(entry: Entry) -> bool:
    needed = [slot for slot in entry.described.inputs if slot.required]
    things = [slot for slot in needed if slot.type not in SCALARS]
    words = [slot for slot in needed if slot.type == "text" and is_searched(slot)]
    return len(things) == 1 and len(words) == 1 and len(needed) == 2
