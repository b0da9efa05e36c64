"""The risk factors of a filing: headings verbatim, each with its text and the group it stands in.

Filings mark them by nothing but how they are set. So the style that most often heads running text, and most
often is a sentence, is taken to be that of the factors; what stands above it makes groups, what stands below
it belongs to the text. Without any emphasis, a sentence that names a risk and stands alone over a longer
paragraph is a heading.
"""

from collections import defaultdict
from collections.abc import Iterator

from errand.capabilities.documents.model import Block, Document
from errand.capabilities.filings.headings import LEAD, Headline, Role, headlines
from errand.capabilities.filings.model import RiskFactor, TextPart
from errand.capabilities.sources import Source

_TITLES_COUNT = 0.4
"""How much a heading that is no sentence weighs beside one that is."""
_INTRODUCTION = 3
"""So many paragraphs may stand between a group's heading and its first factor."""
_BETWEEN = " –—-:\u2022"
"""What parts a run-in heading from its text."""


def find_risk_factors(document: Document, first: int, last: int, where: str) -> tuple[RiskFactor, ...]:
    """Those in the blocks from `first` to `last`; `where` names the section for a person: `Item 1A`."""
    lines = headlines(document.blocks, first, last)
    _assign_roles(lines)
    factors = [
        _risk_factor(document, line, category, end, where) for line, category, end in _ranges(lines, last)
    ]
    return _numbered([factor for factor in factors if factor.text])


def _assign_roles(lines: list[Headline]) -> None:
    style = _style_of_factors(lines)
    if style is None:
        return
    _assign(lines, style)
    for segment in _segments(lines):
        if not any(line.role is Role.FACTOR for line in segment):
            other = _style_of_factors([line for line in segment if line.is_sentence])
            if other is not None:
                _assign(segment, other)


def _style_of_factors(lines: list[Headline]) -> str | None:
    """The style that heads most text, sentences counting for more than titles."""
    weight: dict[str, float] = defaultdict(float)
    for line in lines:
        if line.heads_text and not line.is_category and not line.is_summary:
            weight[line.style] += 1.0 if line.is_sentence else _TITLES_COUNT
    return max(weight, key=lambda style: (weight[style], style != LEAD)) if weight else None


def _assign(lines: list[Headline], style: str) -> None:
    """Say of each headline what it is, once the style of the factors is known."""
    for at, line in enumerate(lines):
        after = lines[at + 1] if at + 1 < len(lines) else None
        near = after is not None and after.first - line.last <= 1 + _INTRODUCTION
        if line.is_summary:
            line.role = Role.TEXT
        elif line.style == style:
            line.role = _role_in_style(line, after, near=near)
        elif after is not None and near and (after.style == style or line.is_category):
            line.role = Role.CATEGORY if _is_above(line, after) else Role.TEXT
        elif style == LEAD and line.is_sentence and line.heads_text:
            line.role = Role.FACTOR


def _role_in_style(line: Headline, after: Headline | None, *, near: bool) -> Role:
    if line.is_category and (near or not line.heads_text):
        return Role.CATEGORY
    if line.heads_text:
        return Role.FACTOR
    directly = after is not None and after.first == line.last + 1
    return Role.CATEGORY if directly and not line.ends_sentence else Role.TEXT


def _is_above(line: Headline, after: Headline) -> bool:
    """A group's heading says that it names risks, or stands directly over a heading; it is no run-in one."""
    if line.style == LEAD:
        return False
    return line.is_category or (after.first == line.last + 1 and not line.ends_sentence)


def _segments(lines: list[Headline]) -> Iterator[list[Headline]]:
    """The headlines under each group's heading."""
    heads = [at for at, line in enumerate(lines) if line.role is Role.CATEGORY]
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=False):
        if segment := lines[start + 1 : end]:
            yield segment


def _ranges(lines: list[Headline], last: int) -> Iterator[tuple[Headline, str, int]]:
    """Each factor's heading, its group and its last block."""
    marks = [line for line in lines if line.role is not Role.TEXT]
    category = ""
    for line, after in zip(marks, [*marks[1:], None], strict=False):
        if line.role is Role.CATEGORY:
            category = line.text
        else:
            yield line, category, after.first - 1 if after else last


def _risk_factor(document: Document, line: Headline, category: str, end: int, where: str) -> RiskFactor:
    parts = _parts(document.blocks, line, end)
    page = document.blocks[line.first].page
    quote = document.text[line.start : line.end]
    return RiskFactor(
        heading=line.text,
        category=category,
        text=document.text[parts[0].start : parts[-1].end] if parts else "",
        number=1,
        source=Source(
            document=document.name,
            sha256=document.sha256,
            where=f"{where}, page {page}" if page else where,
            quote=quote,
            block=line.first,
            start=line.start,
            end=line.end,
        ),
        parts=parts,
    )


def _parts(blocks: tuple[Block, ...], line: Headline, end: int) -> tuple[TextPart, ...]:
    parts = []
    rest = blocks[line.last].text[line.end - blocks[line.last].start :]
    if text := rest.lstrip(_BETWEEN):
        block = blocks[line.last]
        parts.append(TextPart(block=line.last, start=block.end - len(text), end=block.end, page=block.page))
    for at in range(line.last + 1, end + 1):
        block = blocks[at]
        parts.append(TextPart(block=at, start=block.start, end=block.end, page=block.page))
    return tuple(parts)


def _numbered(factors: list[RiskFactor]) -> tuple[RiskFactor, ...]:
    """In order, numbered; of two with the same heading only the one that says more."""
    longest: dict[str, RiskFactor] = {}
    for factor in factors:
        known = longest.get(factor.heading)
        if known is None or len(factor.text) > len(known.text):
            longest[factor.heading] = factor
    kept = [factor for factor in factors if longest[factor.heading] is factor]
    return tuple(factor.model_copy(update={"number": number}) for number, factor in enumerate(kept, start=1))
