"""A request cut into clauses, each one thing that is asked or said, in the order of the discourse."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from errand.planning.rules.tokens import Token
from errand.planning.words import is_content, is_plain_verb, verb_of
from errand.planning.words_groups import HOLDING, bag


class Kind(StrEnum):
    ASKED = "asked"
    """`please summarize it`"""
    PURPOSE = "purpose"
    """`… to understand it better`: why, sometimes what."""
    GIVEN = "given"
    """`I have an image`"""


@dataclass(frozen=True, slots=True)
class Clause:
    tokens: tuple[Token, ...]
    kind: Kind
    sentence: int
    opening: str = ""
    """`after`, `before`, `first`, `then` or nothing."""

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


MOST_CLAUSES = 60
_BACK = 60
"""Words of a sentence that are looked back upon."""

_ABBREVIATIONS = bag("dr mr mrs ms prof st vs inc ltd co no eg ie approx jr sr g e i")
_SOFT = bag(
    """
also then finally next lastly please first just automatically subsequently kindly afterwards
additionally afterward later now simply secondly firstly thirdly again once
"""
)
_OPENERS = bag(
    """
and or to but me you us it i we let lets let's can could would will should must i'd please then them
& possible not
"""
)
_ASKING = bag(
    """
want wants wanted like love need needs help please going able trying try wish you me hope plan
looking would and or request require requires required wanting needing i'd ready have us
"""
)
_REQUEST = bag(
    """
want wants need needs like please help could can would assist require looking wish i'd let tell give
provide show what which how who when where why
"""
)
_BREAKS = bag(
    """
then after before afterwards afterward finally lastly next followed additionally subsequently
"""
)
_SUBJECTS = bag("i i'd i'm i've we please can could")
_BOTH = bag(
    """
answer author balance bill book boost call caption change chart chat check clean clear code color
comment copy cover crop cut design detail display document draft edit email estimate export extract
filter finish fit fix flag form format forward function graph group guess guide help highlight image
index input invoice issue label launch lead like link list load log look lower mail map mark market
mask match measure message mix model monitor name note offer open order output overlay paint place
plan play plot position post preview price print process produce program project question rank rate
read record repair repeat reply report request research result return review ring rotate run sample
say scale scan schedule score search segment set share show sign sketch smooth sort sound speed spin
split stage start state stitch stop store stream study style subject summary supply support switch
tag talk test text title track trade train transfer transcript transform travel trim turn type
update upgrade upload use video view visit voice warn wash watch work
"""
)
_AFTER_NOUN = bag(
    """
. , ; : ! ? ) and or of is are was for in on from based with by to that which as
"""
)


def clauses(cut: list[Token]) -> list[Clause]:
    """In the order in which things are to be done. Longer requests are read up to 60 clauses."""
    found: list[Clause] = []
    for number, sentence in enumerate(_sentences(cut)):
        found += _ordered(_of_sentence(sentence, number))
        if len(found) >= MOST_CLAUSES:
            found = found[:MOST_CLAUSES]
            break
    first = [c for c in found if c.opening == "first"]
    return first + [c for c in found if c.opening != "first"] if first else found


def _sentences(cut: list[Token]) -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    for at, token in enumerate(cut):
        before = cut[at - 1] if at else None
        after = cut[at + 1] if at + 1 < len(cut) else None
        found[-1].append(token)
        if not token.is_mark or token.text not in ".?!;\n":
            continue
        short = token.text == "." and before is not None and before.word in _ABBREVIATIONS
        inside = token.text == "." and after is not None and after.start == token.end
        if not short and not inside:
            found.append([])
    return [sentence for sentence in found if any(not t.is_mark for t in sentence)]


def _of_sentence(sentence: list[Token], number: int) -> list[Clause]:
    starts = [0, *(at for at in range(1, len(sentence)) if _starts(sentence, at))]
    cuts = list(zip(starts, [*starts[1:], len(sentence)], strict=True))
    found: list[Clause] = []
    carried: tuple[Token, ...] = ()
    for begin, end in cuts:
        span = (*carried, *sentence[begin:end])
        said = _said(span) if end < len(sentence) else len(span)
        span, carried = span[:said], span[said:]
        if span:
            found.append(Clause(span, _kind(sentence, begin, span), number, _opening(span)))
    return found


def _said(span: tuple[Token, ...]) -> int:
    """Length without a tail such as `, and I want to`, which leads over to what follows."""
    said = [
        at
        for at, t in enumerate(span)
        if t.literal or t.word in ("it", "them") or (not t.is_mark and is_content(t.word))
    ]
    return said[-1] + 1 if said else 0


def _starts(sentence: list[Token], at: int) -> bool:
    token = sentence[at]
    if token.is_mark or token.literal:
        return False
    before = sentence[at - 1]
    if token.word in _BREAKS and not (before.word in _BREAKS or before.word in ("and", "but")):
        return token.word != "next" or before.is_mark
    if token.word in _SUBJECTS and (before.is_mark or before.word in ("and", "but", "so")):
        return True
    if token.word in ("and", "but") and at + 1 < len(sentence) and sentence[at + 1].word in _BREAKS:
        return True
    return _is_verb(sentence, at)


def _is_verb(sentence: list[Token], at: int) -> bool:
    token, before = sentence[at], _significant(sentence, at)
    if token.word in HOLDING and not is_plain_verb(token.word):
        return False
    lead = "," if before is None or before.is_mark else before.word
    if is_plain_verb(token.word):
        if lead not in _OPENERS and lead != ",":
            return False
        if before is not None and before.is_mark and before.text in "-–—":
            return False
        unsure = lead in (",", "and", "or") or (lead == "to" and not _asked_to(sentence, at))
        return not (unsure and token.word in _BOTH and _noun_here(sentence, at))
    if verb_of(token.word) is None:
        return False
    if token.word.endswith("ing"):
        return lead in ("by", "after", "before", "while", "for", "of") or (
            lead in (",", "and") and _gerunds(sentence, at)
        )
    return token.word.endswith("ed") and lead in (",", "and", "then") and _passive(sentence, at)


def _significant(sentence: list[Token], at: int) -> Token | None:
    at -= 1
    while at >= 0 and sentence[at].word in _SOFT and sentence[at].word not in ("please", "then"):
        at -= 1
    return sentence[at] if at >= 0 else None


def _noun_here(sentence: list[Token], at: int) -> bool:
    after = sentence[at + 1] if at + 1 < len(sentence) else None
    return after is None or after.word in _AFTER_NOUN or (after.is_mark and after.text in _AFTER_NOUN)


def _gerunds(sentence: list[Token], at: int) -> bool:
    return any(
        t.word.endswith("ing") and verb_of(t.word) and t.word not in HOLDING
        for t in sentence[max(0, at - _BACK) : at]
    )


def _passive(sentence: list[Token], at: int) -> bool:
    return any(
        a.word in ("be", "it", "them", "get") and b.word.endswith("ed")
        for a, b in pairwise(sentence[max(0, at - _BACK) : at])
    )


def _kind(sentence: list[Token], begin: int, span: tuple[Token, ...]) -> Kind:
    lead = _significant(sentence, begin) if begin else None
    if lead is not None and lead.word == "to" and is_plain_verb(sentence[begin].word):
        return Kind.ASKED if _asked_to(sentence, begin) else Kind.PURPOSE
    spoken = [t.word for t in span if t.word]
    if begin and lead is not None and _is_verb(sentence, begin):
        return Kind.ASKED
    asks = any(word in _REQUEST for word in spoken)
    holds = any(word in HOLDING for word in spoken[:8])
    starts = bool(spoken) and is_plain_verb(next((w for w in spoken if w not in _SOFT), ""))
    return Kind.GIVEN if holds and not asks and not starts else Kind.ASKED


def _asked_to(sentence: list[Token], at: int) -> bool:
    """`want to X`, `you to X`, not `do this to X`."""
    while at >= 0 and sentence[at].word != "to":
        at -= 1
    return at <= 0 or sentence[at - 1].word in _ASKING or sentence[at - 1].is_mark


def _opening(span: tuple[Token, ...]) -> str:
    spoken = [t.word for t in span[:4] if t.word]
    for at, word in enumerate(spoken):
        following = spoken[at + 1] if at + 1 < len(spoken) else ""
        if word in ("after", "before"):
            return "then" if following in ("that", "this", "these", "which", "it", "all") else word
        if word == "first" and spoken[0] == "but":
            return "first"
        if word not in ("and", "but", "or", "please", "then"):
            break
    return ""


def _ordered(found: list[Clause]) -> list[Clause]:
    """`A after B` becomes B, A; `before A, B` becomes B, A."""
    result: list[Clause] = []
    at = 0
    while at < len(found):
        clause = found[at]
        if clause.opening == "after" and result and result[-1].kind is not Kind.GIVEN:
            result.insert(len(result) - 1, clause)
        elif clause.opening == "before" and at == 0 and len(found) > 1:
            result += [found[1], clause]
            at += 1
        else:
            result.append(clause)
        at += 1
    return result
