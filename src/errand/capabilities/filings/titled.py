"""Sections of filings that do not number their items: annual reports with headings of their own."""

import re
from collections.abc import Sequence

from errand.capabilities.documents.model import Block, BlockKind
from errand.capabilities.filings.items import Span

_OWN_WORDS = {
    "risk": (
        r"(?:principal |key |material |our )?risks?(?: factors?)?(?: and uncertainties)?"
        r"|risk factors? and .{3,40}|risks relating to (?:the|our) (?:company|group|business)"
    ),
    "discussion": (
        r"management[’']?s discussion and analysis.{0,90}|operating and financial review(?: and prospects)?"
        r"|financial review|review of operations"
    ),
    "legal": r"legal proceedings",
    "business": r"business(?: overview)?|description of (?:the )?business|our business",
    "market": r"quantitative and qualitative disclosures? about market risks?",
}
_KEYS = {
    "10-K": {"risk": "1A", "discussion": "7", "legal": "3", "business": "1", "market": "7A"},
    "10-Q": {"risk": "II.1A", "discussion": "I.2", "legal": "II.1", "market": "I.3"},
    "20-F": {"risk": "3.D", "discussion": "5", "legal": "8", "business": "4", "market": "11"},
}
_OTHERS = re.compile(
    r"unresolved staff comments|cybersecurity|properties|mine safety disclosures|controls and procedures"
    r"|market for (?:the )?registrant.*|selected (?:consolidated )?financial data|executive compensation"
    r"|(?:consolidated )?financial statements.*|report of independent registered.*|independent auditor.*"
    r"|notes to (?:the )?consolidated financial statements|directors.{0,60}|corporate governance|glossary.*"
    r"|shareholder information|remuneration report|signatures?|exhibits?.{0,60}|sustainability.{0,40}"
    r"|form (?:10-k|20-f) cross.?reference.*|consolidated (?:statements?|balance sheets?|income).*"
    r"|about (?:this|the) (?:annual )?report.*",
    re.I,
)
_PAGE = re.compile(r"[\s.…]+\d{1,3}$")
_LEAST = 500
"""Shorter ones are entries of a list, or references."""


def find_titled(blocks: Sequence[Block], form: str, missing_from: Sequence[Span]) -> list[Span]:
    """Sections by the words of their headings, for those items that were not found by number."""
    keys = _KEYS.get(form.removesuffix("/A"), _KEYS["10-K"])
    known = {span.key for span in missing_from}
    starts = {span.first for span in missing_from}
    marks = [(at, topic) for at, block in enumerate(blocks) if (topic := _topic(block))]
    numbered = bool(missing_from)
    found: dict[str, Span] = {}
    for at, topic in marks:
        key = keys.get(topic, "")
        if not key or key in known or (numbered and topic not in ("risk", "discussion")):
            continue
        end = _end(at, blocks, [mark for mark, other in marks if other != topic], starts)
        before = found.get(key)
        if _length(blocks, at, end) >= _LEAST and (
            before is None or _length(blocks, at, end) > _length(blocks, before.first, before.last)
        ):
            found[key] = Span(key, blocks[at].text.strip(" ."), at, end)
    return sorted(found.values(), key=lambda span: span.first)


def _topic(block: Block) -> str:
    """The topic of a heading; `other` for headings that only end a section; empty when it is no heading."""
    text = block.text.strip(" .:")
    stands_out = block.kind is BlockKind.HEADING or block.emphasis is not None or text.isupper()
    if len(text) > 140 or block.kind is BlockKind.TABLE or _PAGE.search(text):
        return ""
    bare = re.sub(r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z]\.)\s+", "", text)
    for topic, words in _OWN_WORDS.items():
        if re.fullmatch(words, bare, re.I) and (stands_out or topic in ("risk", "discussion")):
            return topic
    return "other" if stands_out and _OTHERS.fullmatch(bare) else ""


def _end(at: int, blocks: Sequence[Block], others: Sequence[int], starts: set[int]) -> int:
    """Before the next heading of another section, or one that is set as high."""
    level = blocks[at].level
    for after in range(at + 1, len(blocks)):
        block = blocks[after]
        as_high = level is not None and block.level is not None and block.level <= level
        if as_high or after in starts or after in others:
            return after - 1
    return len(blocks) - 1


def _length(blocks: Sequence[Block], first: int, last: int) -> int:
    return blocks[last].end - blocks[first].end
