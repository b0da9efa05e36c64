"""Where sentences begin and end, in English business prose.

Our own rules instead of pysbd's: pysbd compiles with warnings that become errors where warnings are errors,
takes time quadratic in the length of a text, finds its spans by searching for the sentence again, which loses
text that repeats, and cuts "Item 1A. Risk Factors" in two. These rules take one pass, and every span is
exact: `text[start:end]` is the sentence.
"""

import re

from errand.capabilities.text.words import word_set

_CANDIDATE = re.compile(r"(?:(?<![.!?…])[.!?…]+[)\]\"'’”»]*(?=\s|$))|(?:[。！？]+[」』）]*)|\n")
_WORD_BEFORE = re.compile(r"[^\s(\[\"'“‘«]+$")
_NEXT_WORD = re.compile(r"[^\s]+")
_OPENERS = "([{\"'“‘«"
_CLOSERS = ")]\"'’”»"
_LONGEST_ASIDE = 600
"""Characters within brackets up to which full stops do not end the sentence around them."""

# They begin sentences and are not names: after an abbreviation that may end a sentence, they say it did.
_STARTERS = word_set(
    """
    a accordingly additionally after all also although an and any as at because before but by certain
    changes consequently currently despite due during each even failure finally for from further
    furthermore generally given government's had has have he her hence his historically how however i if
    in including indeed instead it its later like likewise many meanwhile moreover most neither
    nevertheless new no none nonetheless nor not notwithstanding now of often on once one only or other
    others otherwise our overall over part recently regardless see separately several she similarly
    since so some sometimes specifically still subject such that the their then there thereafter
    therefore these they this those though through thus to today together ultimately under unless unlike
    until upon we what when where whether which while who why with within without you your
    """
)

_NEVER_LAST = word_set(
    """
    mr mrs ms messrs dr prof rev hon gen sen rep gov lt col capt sgt st mt ft vs v cf e.g i.e eg ie viz
    approx ca nos fig figs vol vols pp p sec secs art arts ch para paras eq ex exh
    """
)
"""Abbreviations with a word or number to come."""

_SELDOM_LAST = word_set(
    """
    inc corp ltd llc llp lp plc co cos bros assn assoc dept div univ inst intl natl etc al jr sr esq ave
    blvd rd jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun est ext min max
    rev proc reg regs stat pub supp ed eds trans s.a n.v a.g b.v s.p.a s.a.s l.p l.l.c l.l.p p.l.c n.a
    u.s u.k e.u u.n d.c u.s.c u.s.a p.m a.m ph.d m.d b.a m.b.a
    """
)
"""Abbreviations that end a sentence only when what follows begins one."""

_NUMBERED = word_set("item items note notes part section rule article exhibit schedule chapter no")
"""Words whose number may carry a full stop that belongs to it: `Item 1A. Risk Factors`."""

_NUMBER = re.compile(r"^\(?(?:\d{1,3}[A-Za-z]?|[IVXLC]{1,5}|[A-Za-z])(?:\.\d+)*$")
_DOTTED = re.compile(r"^(?:[A-Za-z]\.)+[A-Za-z]$")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The sentences as (start, end): in order, without the white space around them, none empty.

    A line break always ends a sentence. Takes time linear in the length of the text.
    """
    found: list[tuple[int, int]] = []
    asides = _asides(text)
    aside = 0
    start = 0
    for candidate in _CANDIDATE.finditer(text):
        while aside < len(asides) and asides[aside][1] <= candidate.start():
            aside += 1
        inside = (
            aside < len(asides)
            and asides[aside][0] < candidate.start()
            and candidate.end() <= asides[aside][1]
        )
        if candidate.group() != "\n" and (inside or not _ends(text, start, candidate)):
            continue
        _add(found, text, start, candidate.end())
        start = candidate.end()
    _add(found, text, start, len(text))
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip())
    last = start + len(piece.rstrip())
    if first < last:
        found.append((first, last))


def _ends(text: str, start: int, candidate: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends with this full stop, question or exclamation mark."""
    mark = candidate.group()
    if mark[0] in "。！？":
        return True
    following = _NEXT_WORD.search(text, candidate.end(), candidate.end() + 80)
    if following is None:
        return True
    word = following.group().lstrip(_OPENERS)
    if not _may_begin(word):
        return False
    starter = word.rstrip(".,;:!?" + _CLOSERS).lower() in _STARTERS
    if mark[0] != ".":
        return starter or word.rstrip(".,").lower() not in _SELDOM_LAST
    if mark.startswith(("..", "…")):
        return True
    # Only a word's length back: a sentence is not searched again from its start at every full stop.
    before = _WORD_BEFORE.search(text, max(start, candidate.start() - 40), candidate.start())
    return before is None or _full_stop_ends(text, start, before, word, starter=starter)


def _may_begin(word: str) -> bool:
    """Not in lower case, but for names such as `iPhone`; scripts without case may always begin."""
    if not word:
        return True
    return not word[0].islower() or (len(word) > 1 and word[1].isupper())


def _full_stop_ends(text: str, start: int, before: re.Match[str], following: str, *, starter: bool) -> bool:
    word = before.group()
    plain = word.strip(_OPENERS + _CLOSERS + ",").lower()
    if plain in _NEVER_LAST and not (word.isupper() and len(plain) > 1):  # `SEC` is not `Sec. 7`
        return False
    if word == "No":
        return before.start() == start and not following[:1].isdigit()
    if _NUMBER.match(word):
        return _number_ends(text, start, before.start(), word, starter=starter)
    if plain in _SELDOM_LAST or _DOTTED.match(plain):
        return starter
    return True


def _number_ends(text: str, start: int, at: int, word: str, *, starter: bool) -> bool:
    if not text[start:at].strip(" \t•-–—*" + _OPENERS):
        return False  # the number of a list item
    earlier = text[max(start, at - 20) : at].split()
    label = earlier[-1].strip(_OPENERS).lower() if earlier else ""
    if label in _NUMBERED:
        return starter or (label == "part" and text[start:at].split() != earlier[-1:])
    if len(word) == 1 and word.isupper():
        return starter  # an initial: J. Smith
    return True


def _asides(text: str) -> list[tuple[int, int]]:
    """Outermost bracketed stretches, each within one line and not too long to be an aside."""
    spans: list[tuple[int, int]] = []
    open_at: list[int] = []
    for mark in re.finditer(r"[()\n]", text):
        if mark.group() == "(":
            open_at.append(mark.start())
        elif mark.group() == "\n":
            open_at.clear()
        elif open_at:
            began = open_at.pop()
            if mark.start() - began <= _LONGEST_ASIDE:
                while spans and spans[-1][0] >= began:
                    spans.pop()
                spans.append((began, mark.start()))
    return spans
