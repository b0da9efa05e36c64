"""A block while it is being read: what the parts of the HTML reader hand to each other."""

import re
from dataclasses import dataclass

from errand.capabilities.documents.html_style import BOLD, EMPHASIS, ITALIC, UNDERLINE
from errand.capabilities.documents.model import BlockKind, Emphasis


@dataclass(slots=True)
class Draft:
    kind: BlockKind
    text: str
    level: int | None = None
    emphasis: Emphasis | None = None
    lead: str | None = None
    anchor: str | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    page: int | None = None


@dataclass(slots=True)
class PageBreak:
    sure: bool = True
    """False: a rule across the page, which may or may not end it."""


Piece = Draft | PageBreak
Run = tuple[str, int]
"""Text and the flags of `html_style` that it is set in."""

_SPACE = re.compile(r"\s+")
_ODD: dict[int, str | None] = {
    0x200B: None,
    0x200C: None,
    0x200D: None,
    0x2060: None,
    0xFEFF: None,
    0xAD: None,
    0: None,
}
_ODD |= {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0) if code != 0x85}
_BULLET = re.compile(r"^(?:[•·▪■●○◦‣⁃∙§\uf0b7\uf0a7\u25aa\u2751]|[-–*o](?=\s\S))\s*")
_RULE = re.compile(r"^[\s_=*.\-–—]{3,}$")
_FEW_LETTERS = 3


def fold(text: str) -> str:
    """White space of every kind to single spaces, invisible characters away."""
    return _SPACE.sub(" ", text.translate(_ODD)).strip()


def without_bullet(text: str) -> str:
    return _BULLET.sub("", text, count=1)


def draft_of(runs: list[Run], kind: BlockKind, level: int | None, anchor: str | None) -> Draft | None:
    """One block from the runs of a line or paragraph; None when nothing is to be seen."""
    text = fold("".join(run[0] for run in runs))
    bare = without_bullet(text) or text
    if not bare or _RULE.match(bare):
        return None
    bullet = bare != text
    if bullet and kind is BlockKind.PARAGRAPH:
        kind = BlockKind.ITEM
    whole = _common(runs)
    lead = None if whole else _lead(runs, bare, bullet=bullet)
    return Draft(kind, bare, level, emphasis_of(whole), lead, anchor)


def with_bullets_joined(drafts: list[Draft]) -> list[Draft]:
    """A bullet that stands alone makes a list item of what follows it."""
    kept: list[Draft] = []
    bullet = False
    for draft in drafts:
        if draft.kind is not BlockKind.TABLE and not without_bullet(draft.text + " "):
            bullet = True
            continue
        if bullet and draft.kind is BlockKind.PARAGRAPH:
            draft.kind = BlockKind.ITEM
        bullet = False
        kept.append(draft)
    return kept


def emphasis_of(flags: int) -> Emphasis | None:
    if flags & BOLD:
        return Emphasis.BOLD_ITALIC if flags & ITALIC else Emphasis.BOLD
    if flags & ITALIC:
        return Emphasis.ITALIC
    return Emphasis.UNDERLINE if flags & UNDERLINE else None


def _common(runs: list[Run]) -> int:
    """The emphasis that all letters and digits share."""
    flags = EMPHASIS
    for text, of_run in runs:
        if any(map(str.isalnum, text)):
            flags &= of_run
    return flags


def _lead(runs: list[Run], text: str, *, bullet: bool) -> str | None:
    """The emphasised words at the beginning."""
    taken: list[str] = []
    common = EMPHASIS
    for part, flags in runs:
        if any(map(str.isalnum, part)):
            if not common & flags:
                break
            common &= flags
        elif not flags & EMPHASIS and taken and part.strip():
            break
        taken.append(part)
    lead = fold("".join(taken))
    lead = without_bullet(lead) if bullet else lead
    letters = sum(map(str.isalpha, lead))
    return lead if letters >= _FEW_LETTERS and text.startswith(lead) and lead != text else None
