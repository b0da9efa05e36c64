"""Pages of a document that was made for print: counts them, and drops what is repeated on each."""

import re
from collections import Counter

from errand.capabilities.documents.html_draft import Draft, PageBreak, Piece
from errand.capabilities.documents.model import BlockKind

_NEAR = 3
"""A running head or foot is among this many blocks next to a page break."""
_SHORT = 120
_LEAST_REPEATED = 3
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"^[\s\-–—|]*(?:page\s+)?(?:[A-Z]{1,2}-?)?(?:\d{1,4}|[ivxl]{1,6})(?:\s+of\s+\d+)?[\s\-–—|]*$", re.I
)
_CONTENTS = re.compile(r"^(?:index to\s+|back to\s+)?(?:table of )?contents?$", re.I)
_ITEM = re.compile(r"^(?:part|items?)\b", re.I)


def paginate(pieces: list[Piece]) -> tuple[list[Draft], int | None]:
    """The blocks with their page numbers, without running heads and feet; and how many pages there are.

    None when nothing in the document marks pages.
    """
    pages = _pages(_believed(pieces))
    if len(pages) < 2:
        return pages[0] if pages else [], None
    heads = [[d for d in page[:_NEAR] if _may_run(d)] for page in pages[1:]]
    feet = [[d for d in page[-_NEAR:] if _may_run(d)] for page in pages]
    dropped = _running(heads, keep_first=True) | _running(feet, keep_first=False)
    dropped |= _page_numbers(pages)
    kept = []
    for number, page in enumerate(pages, start=1):
        for draft in page:
            draft.page = number
            if id(draft) not in dropped:
                kept.append(draft)
    return kept, len(pages)


def _believed(pieces: list[Piece]) -> list[Piece]:
    """Page breaks that are sure; where there are none, rules that mostly stand beside a page number."""
    if any(isinstance(piece, PageBreak) and piece.sure for piece in pieces):
        return [piece for piece in pieces if not (isinstance(piece, PageBreak) and not piece.sure)]
    rules = [i for i, piece in enumerate(pieces) if isinstance(piece, PageBreak)]
    beside = sum(1 for i in rules if _has_number_beside(pieces, i))
    if len(rules) >= _LEAST_REPEATED and beside * 2 >= len(rules):
        return pieces
    return [piece for piece in pieces if isinstance(piece, Draft)]


def _has_number_beside(pieces: list[Piece], at: int) -> bool:
    near = [piece for piece in pieces[max(at - 2, 0) : at + 3] if isinstance(piece, Draft)]
    return any(_PAGE_NUMBER.match(draft.text) for draft in near)


def _pages(pieces: list[Piece]) -> list[list[Draft]]:
    pages: list[list[Draft]] = [[]]
    for piece in pieces:
        if isinstance(piece, Draft):
            pages[-1].append(piece)
        elif pages[-1]:
            pages.append([])
    return pages if pages[-1] else pages[:-1]


def _may_run(draft: Draft) -> bool:
    if draft.kind is BlockKind.TABLE and len(draft.rows) > 1:
        return False
    return len(draft.text) <= _SHORT


def _running(edges: list[list[Draft]], *, keep_first: bool) -> set[int]:
    """Ids of the blocks that recur, numbers aside, at this edge of at least three pages.

    A running head without a number stays where it stands first: it may be a title that the next pages repeat.
    """
    seen = Counter(key for edge in edges for key in {_key(draft) for draft in edge})
    dropped, met = set(), set()
    for draft in (draft for edge in edges for draft in edge):
        key = _key(draft)
        if seen[key] < _LEAST_REPEATED or draft.text.endswith((".", ";", ":")):
            continue
        first = key not in met
        met.add(key)
        if not (keep_first and first and "#" not in key) or _CONTENTS.match(draft.text):
            dropped.add(id(draft))
    return dropped


def _key(draft: Draft) -> str:
    return _NUMBER.sub("#", draft.text.lower())


def _page_numbers(pages: list[list[Draft]]) -> set[int]:
    """Ids of lone page numbers and of links back to the contents at the edges of pages."""
    found = {id(d) for page in pages for d in (*page[:2], *page[-2:]) if _PAGE_NUMBER.match(d.text)}
    for page in pages[1:]:
        if len(page) > 1 and _CONTENTS.match(page[0].text) and not _starts_contents(page):
            found.add(id(page[0]))
    return found


def _starts_contents(page: list[Draft]) -> bool:
    """The page is the table of contents itself."""
    return any(_ITEM.match(draft.text) or draft.kind is BlockKind.TABLE for draft in page[1:4])
