"""What may be a heading among the blocks of a section on risks, and what its words say it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from errand.capabilities.documents.model import Block, BlockKind

LEAD = "lead"
"""The style of a heading that runs into its paragraph."""
CAPITALS = "capitals"
"""The style of a heading that nothing but its capitals sets apart."""
_LONGEST = 800
_ENDS = re.compile(r"[.!?;:][\"”’')\]]*$")
_FULL_STOP = re.compile(r"[.!?][\"”’')\]]*$")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|may|might|could|can|cannot|will|would|should|must|shall|have|has|had|do|does"
    r"|depends?|relies|rely|faces?|fails?|exposes?|affects?|requires?|limits?|operates?|expects?|continues?)\b",
    re.I,
)
_SUBJECT = re.compile(r"^(?:we|if|our|the|any|because|they|it|there|a|an)\s(?!.{0,25}$)", re.I)
_MODAL = re.compile(r"\b(?:may|might|could|can|cannot|will|would|should|must)\b", re.I)
_OF_RISKS = re.compile(
    r"^(?:(?:general|other|additional|certain|specific|principal|key)\s+)*risks?(?:\s+factors?)?(?:\s*[,–—-])?\s+"
    r"(?:relat|associat|specific|aris|concern|regard|from|of|in|to|about|pertain|inherent|that|for)",
    re.I,
)
_NAMES_RISKS = re.compile(r"\brisks?(?:\s+factors?)?(?:\s*\(continued\))?$", re.I)
_SUMMARY = re.compile(
    r"^(?:summary(?:\s+of)?(?:\s+(?:the|our|principal|material|key|certain))*\s+risks?(?:\s+factors?)?"
    r"|(?:principal\s+)?risks?\s+factors?\s+summary|risks?\s+summary|summary)\b.{0,30}$",
    re.I,
)
_CONTINUED = re.compile(r"\(\s*continued\s*\)|\bcont(?:inue)?[’']?d\b\.?$", re.I)
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z])")
_OF_FILING = re.compile(r"^(?:part\s+[ivx]+|items?\s+\d.*|(?:table of )?contents)$", re.I)
_OPEN_END = re.compile(r"[,–—-]$|\b(?:and|or|of|the|to|in|a|an|our|for|with|by|on|that|which|as)$", re.I)
_RISKY = re.compile(
    r"\b(?:could|may|might|adverse\w*|harm\w*|risks?|depend\w*|rel(?:y|ies)|subject to|unable|fail\w*"
    r"|compet\w+|expos\w+|uncertain\w*|volatil\w+|los[se]\w*|disrupt\w*|dilut\w+|impair\w*|threat\w*"
    r"|decline\w*|litigation|limited|no assurance|cannot|must|significant\w*)\b",
    re.I,
)
_GOES_ON = re.compile(
    r"^(?:in addition|for example|for instance|however|these|this|those|such|any of|as a result|moreover|see"
    r"|further|furthermore|accordingly|also|additionally|therefore|while|although|there can be no"
    r"|in particular|consequently|similarly|finally|likewise|in the past"
    r"|at the same|if any of|as discussed|as of)\b",
    re.I,
)


class Role(StrEnum):
    CATEGORY = "category"
    FACTOR = "factor"
    TEXT = "text"


@dataclass(slots=True)
class Headline:
    """A heading, or what is set like one."""

    first: int
    last: int
    """Blocks; more than one when the heading was broken."""
    text: str
    start: int
    end: int
    style: str
    heads_text: bool = False
    """Running text follows directly."""
    is_summary: bool = False
    """In a list of the factors that comes before the factors themselves."""
    role: Role = Role.TEXT

    @property
    def is_sentence(self) -> bool:
        return is_sentence(self.text)

    @property
    def is_category(self) -> bool:
        return is_category(self.text)

    @property
    def ends_sentence(self) -> bool:
        return _FULL_STOP.search(self.text) is not None


def is_sentence(text: str) -> bool:
    words = text.split()
    if len(words) < 3:
        return False
    stopped = _FULL_STOP.search(text) is not None and len(words) >= 4
    return stopped or _VERB.search(text) is not None or _SUBJECT.match(text) is not None


def is_category(text: str) -> bool:
    """Words that name a group of risks rather than one: `Risks Related to Our Business`, `LEGAL RISKS`."""
    if len(text.split()) > 22 or _FULL_STOP.search(text):
        return False
    if _OF_RISKS.match(text):
        return _MODAL.search(text) is None
    return _NAMES_RISKS.search(text) is not None and not is_sentence(text)


def headlines(blocks: Sequence[Block], first: int, last: int) -> list[Headline]:
    """Everything between two blocks, both included, that may be a heading, in order."""
    found = _emphasised(blocks, first, last)
    if not any(_may_be_factor(line) and line.style != CAPITALS for line in found):
        set_apart = {line.first for line in found}
        plain = [line for line in _plain(blocks, first, last) if line.first not in set_apart]
        found = sorted([*found, *plain], key=lambda line: line.first)
    if not any(_may_be_factor(line) for line in found):
        found = sorted([*found, *_first_sentences(blocks, first, last)], key=lambda line: line.first)
    return _without_summary(found, blocks)


def _may_be_factor(line: Headline) -> bool:
    return line.heads_text and not line.is_category


def _emphasised(blocks: Sequence[Block], first: int, last: int) -> list[Headline]:
    found: list[Headline] = []
    for at in range(first, last + 1):
        line = _headline(blocks[at], at)
        if line is None or _CONTINUED.search(line.text) or _OF_FILING.match(line.text):
            continue
        if found and _continues(found[-1], line):
            found[-1] = _joined(found[-1], line)
        else:
            found.append(line)
    taken = {at for line in found if line.style != LEAD for at in range(line.first, line.last + 1)}
    for line in found:
        line.heads_text = line.style == LEAD or _heads_text(line, blocks, last, taken)
    return found


def _headline(block: Block, at: int) -> Headline | None:
    if block.kind in (BlockKind.TABLE, BlockKind.CODE) or not any(map(str.isalpha, block.text)):
        return None
    if block.lead:
        text = block.lead.rstrip(" –—-:")
        rest = len(block.text) - len(text)
        worth = len(text) > 3 and rest > len(text) / 2 and len(text) <= _LONGEST
        return Headline(at, at, text, block.start, block.start + len(text), LEAD) if worth else None
    if len(block.text) > _LONGEST:
        return None
    if block.kind is BlockKind.HEADING or block.emphasis is not None:
        return Headline(at, at, block.text, block.start, block.end, _style(block))
    if block.text.isupper() and len(block.text) > 3:
        return Headline(at, at, block.text, block.start, block.end, CAPITALS)
    return None


def _style(block: Block) -> str:
    capitals = " capitals" if block.text.isupper() else ""
    level = f" {block.level}" if block.level is not None else ""
    return (
        f"{block.kind if block.kind is BlockKind.HEADING else 'set'}{level} {block.emphasis or ''}{capitals}"
    )


def _continues(before: Headline, line: Headline) -> bool:
    """The second half of a heading that was broken, over a page for instance."""
    if line.style != before.style or line.style == LEAD or line.first != before.last + 1:
        return False
    if _ENDS.search(before.text):
        return False
    return line.text[0].islower() or _OPEN_END.search(before.text) is not None


def _joined(before: Headline, line: Headline) -> Headline:
    text = f"{before.text} {line.text}"
    return Headline(before.first, line.last, text, before.start, line.end, before.style)


def _heads_text(line: Headline, blocks: Sequence[Block], last: int, taken: set[int]) -> bool:
    after = line.last + 1
    if after > last or after in taken:
        return False
    if blocks[after].kind is BlockKind.ITEM:
        return is_sentence(line.text)
    return blocks[after].kind is not BlockKind.HEADING


def _plain(blocks: Sequence[Block], first: int, last: int) -> list[Headline]:
    """Where no factor is emphasised: names of groups, and sentences that stand over a longer paragraph."""
    found: list[Headline] = []
    for at in range(first, last + 1):
        block = blocks[at]
        after = blocks[at + 1] if at < last else None
        heads = after is not None and is_plain_heading(block.text, after.text)
        if block.kind is BlockKind.PARAGRAPH and (
            heads or (len(block.text) <= 120 and is_category(block.text))
        ):
            line = Headline(at, at, block.text, block.start, block.end, "plain")
            line.heads_text = heads
            found.append(line)
    return found


def _first_sentences(blocks: Sequence[Block], first: int, last: int) -> list[Headline]:
    """The last resort: the first sentence of each long paragraph, if it names a risk."""
    found: list[Headline] = []
    for at in range(first, last + 1):
        block = blocks[at]
        end = _SENTENCE_END.search(block.text, 15)
        if end is None or block.kind is not BlockKind.PARAGRAPH or block.emphasis is not None:
            continue
        text = block.text[: end.start() + 1]
        if is_plain_heading(text, block.text[end.end() :]):
            found.append(Headline(at, at, text, block.start, block.start + len(text), LEAD, heads_text=True))
    return found


def is_plain_heading(text: str, after: str) -> bool:
    """A single sentence that names a risk, over a paragraph that is clearly longer."""
    if not 15 <= len(text) <= 400 or len(after) < max(1.5 * len(text), 150) or not text[0].isupper():
        return False
    if text.endswith((":", ";", ",")) or _GOES_ON.match(text) or not _RISKY.search(text):
        return False
    return is_sentence(text) and _SENTENCE_END.search(text) is None


def _without_summary(lines: list[Headline], blocks: Sequence[Block]) -> list[Headline]:
    """Marks what belongs to a summary of the factors: its heading, and what heads only lists after it."""
    inside = False
    for line in lines:
        if _SUMMARY.match(line.text):
            inside = True
        elif inside:
            after = blocks[line.last + 1] if line.last + 1 < len(blocks) else None
            inside = after is not None and (after.kind is BlockKind.ITEM or _heads_a_list(line, lines, after))
        line.is_summary = inside
    return lines


def _heads_a_list(line: Headline, lines: list[Headline], after: Block) -> bool:
    """Its text is announced by a colon, or all that follows it is emphasised items."""
    following = next((other for other in lines if other.first == line.last + 1), None)
    return after.text.endswith(":") or (following is not None and after.kind is BlockKind.ITEM)
