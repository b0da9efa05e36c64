"""The items of a 10-K, 10-Q or 20-F, found by their headings.

Tables of contents and references to other items look like headings; what tells them apart is what follows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from errand.capabilities.documents.model import Block, BlockKind
from errand.capabilities.filings.item_titles import TITLES_10Q, TITLES_20F, fits, titles_of

_ONE = r"\d{1,2}\s?\.?\s?\(?(?:[a-k](?![a-z]))?\)?"
_ITEM = re.compile(
    rf"^[\W_]*(?:part\s+(?P<part>iv|i{{1,3}}|[1-4])\b[\s,.:;–—-]*)?items?\s*[:#]?\s*"
    rf"(?P<numbers>{_ONE}(?:\s*[.,]?\s*(?:and|&|,|through)\s*(?:items?\s*)?{_ONE})*)(?:\(T\))?(?P<rest>.*)$",
    re.I | re.S,
)
_NUMBER = re.compile(r"(\d{1,2})\s?\.?\s?\(?([a-k](?![a-z]))?", re.I)
_PART = re.compile(r"^[\W_]*part\s+(iv|i{1,3}|[1-4])\b[\s.,:–—-]*(.{0,60})$", re.I | re.S)
_SUB = re.compile(r"^(?:item\s+)?(?:\d{1,2}\s?\.?\s?)?\(?([A-K])[.)—–:]?\s+(.{3,140})$", re.S | re.I)
_PAGE = re.compile(r"(?:[\s.…·_|]{2,}|\s)(?:[A-Z]-)?\d{1,3}(?:\s*[-–,]\s*\d{1,3})*\s*$")
_TITLE_END = re.compile(r"(?<=[a-z\])A-Z])[.:](?=\s)|\s[–—-]\s")
_NO_TITLE = re.compile(r"^[\s.]*(?:[,;“\"]|\((?!re))", re.I)
_REFERENCE = re.compile(
    r"\b(?:of|in|to) (?:this|our|the) (?:annual |quarterly )?(?:report|form|filing)"
    r"|\b(?:contains|includes|describes|should be read|is incorporated|are incorporated)\b",
    re.I,
)
_BARE = 20
_CONTINUED = re.compile(r"\(?\bcontinued\)?\.?$", re.I)
_SIGNATURES = re.compile(r"^signatures?$", re.I)
_LONGEST_TITLE = 220
_CONTENTS_GAP = 200
_CONTENTS_RUN = 4


@dataclass(frozen=True)
class ItemHeading:
    keys: tuple[str, ...]
    """More than one for combined items."""
    title: str
    block: int
    last: int
    """The last block of the heading itself."""
    strong: bool = True
    """The title is that of the item."""
    paged: bool = False
    """A page number stands behind it."""


@dataclass(frozen=True)
class Span:
    """An item and the blocks it covers, heading included."""

    key: str
    title: str
    first: int
    last: int


def find_items(blocks: Sequence[Block], form: str) -> list[Span]:
    """The items in the order of the document; empty when there are no headings of items."""
    titles = titles_of(form)
    headings = _without_contents(_headings(blocks, titles), blocks)
    headings = _best(headings, blocks)
    ends = _ends(blocks, headings)
    spans = [
        Span(key, heading.title, heading.block, end)
        for heading, end in zip(headings, ends, strict=False)
        for key in heading.keys
    ]
    if titles is TITLES_20F:
        spans = [each for span in spans for each in (span, *_parts_of(span, blocks))]
    return spans


def _headings(blocks: Sequence[Block], titles: dict[str, str]) -> list[ItemHeading]:
    found = []
    part = ""
    for at, block in enumerate(blocks):
        text = block.text
        if len(text) <= 100 and (named := _PART.match(text)) and not _ITEM.match(text):
            part = _roman(named[1])
        heading = _heading(at, blocks, titles, part)
        if heading is not None:
            found.append(heading)
    return found


def _heading(at: int, blocks: Sequence[Block], titles: dict[str, str], part: str) -> ItemHeading | None:
    block = blocks[at]
    if block.kind is BlockKind.TABLE and len(block.rows) > 2:
        return None
    led = _ITEM.match(block.lead[:600]) if block.lead else None
    match = led if led and len(led["rest"]) > 5 else _ITEM.match(block.text[:600])
    if match is None or _NO_TITLE.match(match["rest"]):
        return None
    rest = match["rest"].replace(" | ", " ").lstrip(" .:–—-|\t")
    following = blocks[at + 1].text if at + 1 < len(blocks) else ""
    last = at + 1 if not rest and len(following) <= _LONGEST_TITLE else at
    title, paged = _title(rest or (following if last > at else ""))
    if title is None:
        return None
    said = _roman(match["part"]) if match["part"] else part
    numbers = _NUMBER.findall(match["numbers"])
    keys = tuple(_key(number, letter, title, said, titles) for number, letter in numbers)
    if not all(keys):
        return None
    if any(fits(key, title, titles) for key in keys):
        refers = not _stands_out(block) and _REFERENCE.search(title)
        return None if refers else ItemHeading(keys, title, at, last, strong=True, paged=paged)
    if not rest and (_stands_out(block) or len(block.text) <= _BARE):
        return ItemHeading(keys, "", at, at, strong=False, paged=paged)
    return (
        ItemHeading(keys, title, at, at, strong=False, paged=paged) if _stands_out(block) and rest else None
    )


def _title(rest: str) -> tuple[str | None, bool]:
    """The title, and whether a page number stands behind it; None when it is no title."""
    paged = len(rest) <= _LONGEST_TITLE and _PAGE.search(rest) is not None
    title = _PAGE.sub("", rest) if paged else rest
    if len(title) > _LONGEST_TITLE or _TITLE_END.search(title):
        end = _TITLE_END.search(title)
        if end is None or end.start() > _LONGEST_TITLE:
            return None, False
        title = title[: end.start()]
    title = _CONTINUED.sub("", title).strip(" .:–—-…_|")
    return (None, False) if title[:1].islower() else (title, paged)


def _key(number: str, letter: str, title: str, part: str, titles: dict[str, str]) -> str:
    """The key of an item in its form; empty when the form has no such item."""
    plain = number.lstrip("0") + letter.upper()
    if titles is TITLES_10Q:
        by_title = [
            key for p in ("I", "II") if (key := f"{p}.{plain}") in titles and fits(key, title, titles)
        ]
        if len(by_title) == 1:
            return by_title[0]
        key = f"{part if part in ('I', 'II') else 'I'}.{plain}"
        return key if key in titles else ""
    if titles is TITLES_20F and letter and plain not in titles:
        plain = f"{number.lstrip('0')}.{letter.upper()}"
    return plain if plain in titles else ""


def _stands_out(block: Block) -> bool:
    if len(block.text) > _LONGEST_TITLE:
        return False
    return block.kind is BlockKind.HEADING or block.emphasis is not None or block.text.isupper()


def _roman(text: str) -> str:
    return {"1": "I", "2": "II", "3": "III", "4": "IV"}.get(text, text.upper())


def _without_contents(headings: list[ItemHeading], blocks: Sequence[Block]) -> list[ItemHeading]:
    """Drops runs of headings with little between, if most of their items come later or have page numbers."""
    kept: list[ItemHeading] = []
    for run in _runs(headings, blocks):
        keys = {key for heading in run for key in heading.keys}
        later = {key for heading in headings if heading.block > run[-1].block for key in heading.keys}
        paged = sum(heading.paged for heading in run)
        listed = len(keys & later) * 2 > len(keys) or paged * 2 > len(run)
        if len(run) < _CONTENTS_RUN or not listed:
            kept.extend(run)
    return kept


def _runs(headings: list[ItemHeading], blocks: Sequence[Block]) -> list[list[ItemHeading]]:
    runs: list[list[ItemHeading]] = []
    for heading in headings:
        close = runs and blocks[heading.block].start - blocks[runs[-1][-1].last].end < _CONTENTS_GAP
        if close and not any(set(heading.keys) & set(other.keys) for other in runs[-1]):
            runs[-1].append(heading)
        else:
            runs.append([heading])
    return runs


def _best(headings: list[ItemHeading], blocks: Sequence[Block]) -> list[ItemHeading]:
    """One heading per item: repeats on later pages join the first, and that with most text below it stays."""
    merged: list[ItemHeading] = []
    for heading in headings:
        if not merged or merged[-1].keys != heading.keys:
            merged.append(heading)
        elif heading.strong and not merged[-1].strong:
            merged[-1] = replace(heading, block=merged[-1].block)
    best: dict[tuple[str, ...], tuple[bool, int, ItemHeading]] = {}
    for heading, after in zip(merged, [*merged[1:], None], strict=False):
        end = blocks[after.block].start if after else blocks[-1].end
        rank = (heading.strong, end - blocks[heading.last].end, heading)
        if heading.keys not in best or rank[:2] > best[heading.keys][:2]:
            best[heading.keys] = rank
    chosen = sorted((rank[2] for rank in best.values()), key=lambda each: each.block)
    combined = {key for heading in chosen if len(heading.keys) > 1 for key in heading.keys}
    return [h for h in chosen if len(h.keys) > 1 or h.keys[0] not in combined or h.strong]


def _ends(blocks: Sequence[Block], headings: list[ItemHeading]) -> list[int]:
    """The last block of each: before the next heading or the signatures; headings of parts left out."""
    signed = [at for at, block in enumerate(blocks) if _SIGNATURES.match(block.text.strip())]
    ends = []
    for heading, after in zip(headings, [*headings[1:], None], strict=False):
        end = (after.block if after else len(blocks)) - 1
        if after is None:
            end = next((at - 1 for at in signed if at > heading.last), end)
        while end > heading.last and _PART.match(blocks[end].text):
            end -= 1
        ends.append(end)
    return ends


def _parts_of(span: Span, blocks: Sequence[Block]) -> list[Span]:
    """The lettered parts of an item of a 20-F: `D. Risk Factors` in Item 3."""
    starts: list[tuple[str, str, int]] = []
    for at in range(span.first, span.last + 1):
        found = _SUB.match(blocks[at].text)
        bare = "3.D" if span.key == "3" and _is_titled(blocks[at], "risk factors") else ""
        key = f"{span.key}.{found[1].upper()}" if found else bare
        title = found[2] if found else blocks[at].text
        if key in TITLES_20F and key not in {s[0] for s in starts} and fits(key, title, TITLES_20F):
            starts.append((key, title.strip(" ."), at))
    ends = [at - 1 for _, _, at in starts[1:]] + [span.last]
    return [Span(key, title, at, end) for (key, title, at), end in zip(starts, ends, strict=False)]


def _is_titled(block: Block, title: str) -> bool:
    return _stands_out(block) and block.text.strip(" .:").lower() == title
