"""Which parts of a request a playbook does something about, clause by clause."""

from collections.abc import Iterator
from dataclasses import dataclass

from errand.domain.request import Request
from errand.planning.matching import first_of, plain
from errand.planning.playbook import Playbook
from errand.planning.rules.clauses import Clause, Kind, clauses
from errand.planning.rules.tokens import tokens
from errand.planning.words import is_content, is_plain_verb
from errand.planning.words_groups import bag

_CLEARLY = 0.35
"""Weight of the signals from which on a part is one of those that the playbook is for."""
_SOFT_WORK = bag("make give get show tell let write read use take put create produce provide do save store")
"""Verbs that say little of what is to be done: `give me a report of it`."""


@dataclass(frozen=True)
class Part:
    """One thing that a request asks for."""

    text: str
    clause: Clause


def asked_parts(text: str) -> tuple[Part, ...]:
    """What the request asks for, in its order; what it only tells is not among it."""
    found = clauses(tokens(text))
    asks = [Part(said(text[c.start : c.end]), c) for c in found if c.kind is not Kind.GIVEN]
    return tuple(part for part in asks if part.text)


def said(text: str) -> str:
    """A clause without the marks and conjunctions around it."""
    bare = " ".join(text.split()).strip(" ,;:.)(")
    for lead in ("and then ", "and ", "then ", "but "):
        bare = bare.removeprefix(lead)
    return bare


def left_out(playbook: Playbook, request: Request, does: frozenset[str]) -> tuple[str, ...]:
    """Sentences on the parts that the playbook does nothing about. `does`: words of what its steps do."""
    parts = asked_parts(request.text)
    left = [
        f"“{shorter(part.text)}”"
        for part in parts
        if _is_wish(part.clause) and not _covers(playbook, part, does)
    ]
    return (*left, *_limited(playbook, parts))


def is_narrower(playbook: Playbook, request: Request) -> bool:
    """Whether less than all that the playbook does is asked for: a part says so, and no part asks for all."""
    narrower = playbook.file.applies.narrower
    parts = [plain(part.text) for part in asked_parts(request.text)]
    narrow = [part for part in parts if first_of(narrower, part)]
    return bool(narrow) and not any(
        _spoken_for(playbook, part) > playbook.file.applies.at_least for part in parts if part not in narrow
    )


def _spoken_for(playbook: Playbook, plain_text: str) -> float:
    signals = (s for s in playbook.file.applies.signals if s.says)
    return round(sum(s.weight for s in signals if first_of(s.says, plain_text)), 3)


def _is_wish(clause: Clause) -> bool:
    """It asks for something to be done: a verb, or what stands like one, comes after what is only polite."""
    spoken = [token.word for token in clause.tokens if token.word]
    first = next((at for at, word in enumerate(spoken) if is_content(word)), None)
    if first is None:
        return False
    follows = spoken[first + 1] if first + 1 < len(spoken) else ""
    bare = all(word in _POLITE for word in spoken[:first])
    return is_plain_verb(spoken[first]) or (bare and follows in _AFTER_A_VERB)


_POLITE = bag("and then please also finally but next now kindly just first afterwards")
_AFTER_A_VERB = bag("a an the my our your me us it them this that these those his her their")


def _covers(playbook: Playbook, part: Part, does: frozenset[str]) -> bool:
    spoken = plain(part.text)
    signals = [signal for signal in playbook.file.applies.signals if signal.says]
    if any(signal.weight < 0 and first_of(signal.says, spoken) for signal in signals):
        return False
    speaks = [signal for signal in signals if signal.weight > 0 and first_of(signal.says, spoken)]
    verb, *others = [t for t in part.clause.tokens if t.word and is_content(t.word)]
    named_verb = any(first_of(signal.says, plain(verb.text)) for signal in speaks)
    if named_verb or sum(signal.weight for signal in speaks) >= _CLEARLY:
        return True
    found = playbook.situation(Request(part.text)).found
    weights = [s.weight for s in playbook.file.applies.signals if s.found in found]
    if found and (min(weights, default=0.0) < 0):
        return False
    known = verb.stem in does or verb.word in _SOFT_WORK
    named = bool(speaks) or not others or any(token.stem in does for token in others)
    return bool(found) or (known and named)


def _limited(playbook: Playbook, parts: tuple[Part, ...]) -> Iterator[str]:
    for limit in playbook.file.limits:
        for part in parts:
            if first_of(limit.says, plain(part.text)):
                yield f"“{shorter(part.text)}”: {limit.leaves}"


def shorter(text: str, longest: int = 100) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= longest else folded[:longest].rsplit(" ", 1)[0] + " …"
