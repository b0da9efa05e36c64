"""`document.outline` and `document.passages`: a document read part by part, every block under its number.

Both keep their answers so short that an agent sees them whole, unless it asks for more.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from pydantic import BaseModel, Field

from errand.capabilities.documents.model import Block, BlockKind, Document, DocumentRef, Emphasis
from errand.capability import Audience, Context, capability
from errand.domain.errors import InputRefused

ROOM = 5_000
"""Characters of text in an answer, unless more is asked for."""
MOST_ROOM = 40_000
_LONGEST_LINE = 150
_LONGEST_TITLE = 150
"""Characters of a block that is taken for a heading because of how it is set."""
_LEVEL_OF_SET_OFF = 10
_MOST_EMPTY = 0.25
"""Of the cells of a table; more, and it was laid out, not filled in."""
_SET_OFF = frozenset({Emphasis.BOLD, Emphasis.BOLD_ITALIC, Emphasis.UNDERLINE})


class OutlineInput(BaseModel):
    document: DocumentRef = Field(description="The document.")
    from_block: int = Field(default=0, ge=0, description="Number of the block to begin with; 0: at the top.")
    levels: int = Field(default=9, ge=1, le=9, description="How deep to go; 1: only the highest headings.")
    tables: bool = Field(default=False, description="True: also the tables, by their first rows.")


class OutlineOutput(BaseModel):
    title: str = Field(description="Title of the document.")
    blocks: int = Field(description="Number of its blocks: paragraphs, headings, list items and tables.")
    characters: int = Field(description="Length of its text.")
    pages: int | None = Field(default=None, description="Number of pages, where it has pages.")
    tables: int = Field(description="Number of its tables.")
    outline: str = Field(
        description="A line for each heading, indented by level: the number of the block and its page in "
        "brackets, then the heading."
    )
    go_on: str = Field(default="", description="How to read what follows; empty at the end of the document.")
    remarks: list[str] = Field(
        default=[], description="What could not be read of the original, or was left out of it."
    )


@capability("document.outline", audience=Audience.AGENTS)
def outline_document(given: OutlineInput, context: Context) -> OutlineOutput:
    """Tell how a document is built: its headings with the numbers of their blocks, its length, its remarks.

    What stands under a heading is read by document.passages, from the number of its block on.
    """
    document = context.load_model(given.document, Document)
    if given.from_block:
        _refuse_beyond(document, given.from_block)
    lines = _outline(document, tables=given.tables, levels=given.levels)
    shown, stopped = _first((number, line) for number, line in lines if number >= given.from_block)
    return OutlineOutput(
        title=document.title,
        blocks=len(document.blocks),
        characters=len(document.text),
        pages=document.pages,
        tables=sum(block.kind is BlockKind.TABLE for block in document.blocks),
        outline="\n".join(shown),
        go_on="" if stopped is None else f"Call document.outline with from_block {stopped}.",
        remarks=list(document.remarks)[:10],
    )


class PassagesInput(BaseModel):
    document: DocumentRef = Field(description="The document to read.")
    from_block: int = Field(
        default=0, ge=0, description="Number of the block to begin with, from 0, as it stands in brackets."
    )
    from_character: int = Field(
        default=0, ge=0, description="Of a block that is longer than one answer: where in it to begin."
    )
    characters: int = Field(
        default=ROOM, ge=500, le=MOST_ROOM, description="How much to read, in characters."
    )


class PassagesOutput(BaseModel):
    text: str = Field(
        description="The blocks, each on a line of its own that begins with its number and page in brackets, "
        "which are not part of it; tables and code have several lines."
    )
    under: list[str] = Field(description="The headings that the first block stands under, the highest first.")
    from_block: int = Field(description="Number of the first block.")
    to_block: int = Field(description="Number of the last.")
    blocks: int = Field(description="How many the document has; they are counted from 0.")
    go_on: str = Field(default="", description="How to read what follows; empty at the end of the document.")


@capability("document.passages", audience=Audience.AGENTS)
def read_passages(given: PassagesInput, context: Context) -> PassagesOutput:
    """Read a document, or go on reading it, from a block on: word for word, each block under its number.

    A passage is cited by the number of its block and by an exact quotation. `go_on` says how to read what
    follows.
    """
    document = context.load_model(given.document, Document)
    _refuse_beyond(document, given.from_block)
    shown, to_block, to_character = _read(document, given)
    following = to_block if to_character else to_block + 1
    at = f", from_character {to_character}" if to_character else ""
    ended = following >= len(document.blocks)
    return PassagesOutput(
        text="\n".join(shown),
        under=_under(document, given.from_block),
        from_block=given.from_block,
        to_block=to_block,
        blocks=len(document.blocks),
        go_on="" if ended else f"Call document.passages with from_block {following}{at}.",
    )


def marked(number: int, block: Block) -> str:
    """As models see a block: where it stands, then its text."""
    return f"{_mark(number, block)} {_shown(block)}"


def _mark(number: int, block: Block, start: int = 0) -> str:
    item = f" item {block.marker}" if block.marker else ""
    page = f" page {block.page}" if block.page is not None else ""
    return f"[{number}{item}{page}{f' from character {start}' if start else ''}]"


def _shown(block: Block) -> str:
    """Its text; of a table that is mostly filled also the empty cells, so that it is seen what is missing.

    The many empty cells of tables that only lay a page out are left out, as in the text.
    """
    if not block.rows:
        return block.text
    columns = [
        n for n in range(max(map(len, block.rows))) if any(row[n : n + 1] > ("",) for row in block.rows)
    ]
    rows = [[row[n] if n < len(row) else "" for n in columns] for row in block.rows if any(row)]
    empty = sum(row.count("") for row in rows)
    if empty > _MOST_EMPTY * len(rows) * len(columns):
        return block.text
    return "\n".join(" | ".join(row).strip() for row in rows)


def _read(document: Document, given: PassagesInput) -> tuple[list[str], int, int]:
    """The lines, the number of the last block, and where in it reading stopped; 0: at its end."""
    first = document.blocks[given.from_block]
    whole = _shown(first)
    if given.from_character >= len(whole):
        raise InputRefused(f"Block {given.from_block} has {len(whole):,} characters: begin at one of them.")
    rest = whole[given.from_character :]
    kept = _fitting(rest, given.characters)
    shown = [f"{_mark(given.from_block, first, given.from_character)} {kept}"]
    if len(kept) < len(rest):
        return shown, given.from_block, given.from_character + len(kept)
    room = given.characters - _size(shown[0])
    last = given.from_block
    for number, block in islice(enumerate(document.blocks), last + 1, None):
        line = marked(number, block)
        room -= _size(line)
        if room < 0:
            break
        shown.append(line)
        last = number
    return shown, last, 0


def _fitting(text: str, room: int) -> str:
    """As much of its beginning as there is room for, up to the end of a line or a word where there is one."""
    if len(text) <= room and _size(text) <= room:
        return text
    end = room
    while _size(text[:end]) > room:  # what is escaped counts twice
        end -= max(1, (_size(text[:end]) - room) // 2)
    cut = next((at for sign in "\n " if (at := text.rfind(sign, end // 2, end)) > 0), end - 1)
    return text[: cut + 1]


def _size(text: str) -> int:
    """In an answer, which is JSON."""
    return len(json.dumps(text, ensure_ascii=False))


def _outline(document: Document, *, tables: bool, levels: int) -> Iterator[tuple[int, str]]:
    above: list[int] = []
    for number, block in enumerate(document.blocks):
        if level := _level(block):
            above = [*(each for each in above if each < level), level]
            if len(above) <= levels:
                yield number, f"{'  ' * (len(above) - 1)}{_mark(number, block)} {_short(block.text)}"
        elif tables and block.kind is BlockKind.TABLE:
            said = f"table of {len(block.rows)} rows: {_short(block.text)}"
            yield number, f"{'  ' * len(above)}{_mark(number, block)} {said}"


def _level(block: Block) -> int:
    """Of a heading, 1 the highest; 0 of what is none. What is only set like one stands below all others."""
    if block.kind is BlockKind.HEADING:
        return block.level or 1
    set_off = block.kind is BlockKind.PARAGRAPH and block.emphasis in _SET_OFF
    return _LEVEL_OF_SET_OFF if set_off and len(block.text) <= _LONGEST_TITLE else 0


def _short(text: str) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"


def _first(lines: Iterable[tuple[int, str]]) -> tuple[list[str], int | None]:
    """As many as there is room for, and the number of the first block that is left out."""
    shown: list[str] = []
    room = ROOM
    for number, line in lines:
        room -= _size(line)
        if room < 0:
            return shown, number
        shown.append(line)
    return shown, None


def _under(document: Document, number: int) -> list[str]:
    """Going up from a block: each heading that is higher than the one before."""
    return list(_above(document, number))[::-1]


def _above(document: Document, number: int) -> Iterator[str]:
    below = _level(document.blocks[number]) or _LEVEL_OF_SET_OFF + 1
    for block in reversed(document.blocks[:number]):
        level = _level(block)
        if 0 < level < below:
            yield _short(block.text)
            below = level


def _refuse_beyond(document: Document, number: int) -> None:
    count = len(document.blocks)
    if not count:
        raise InputRefused(f"{document.name} holds no text that could be read: document.outline says why.")
    if number >= count:
        raise InputRefused(f"{document.name} has {count:,} blocks, counted from 0: begin with one of them.")
