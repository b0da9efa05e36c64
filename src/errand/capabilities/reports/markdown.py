"""A report as a small tree, the same for every format that is written and for the check that reads it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])|(&)(?=#?\w+;)")
_CODE = re.compile(r"(`[^`]+`)")
_AT_LINE_START = re.compile(r"^(?:([-+#=])|(\d{1,9})([.)]))")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text set one way."""

    text: str
    strong: bool = False
    emphasis: bool = False
    strike: bool = False
    code: bool = False
    link: str | None = None
    """http, https, mailto, or a place in the same document; anything else was dropped."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`[12]`: leads to the entry of the sources that begins with the same."""

    number: int
    defines: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Break:
    """A line break within a paragraph."""


Inline: TypeAlias = Span | Mark | Picture | Break
Inlines: TypeAlias = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    content: Inlines


@dataclass(frozen=True, slots=True)
class Paragraph:
    content: Inlines


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: "Blocks"


@dataclass(frozen=True, slots=True)
class List:
    items: "tuple[Blocks, ...]"
    first: int | None = None
    """Number of the first item; None for bullets."""
    sources: bool = False
    """Its items are what marks lead to."""


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    numeric: tuple[bool, ...]
    """Which columns hold figures: set flush right."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page."""


Block: TypeAlias = Heading | Paragraph | Code | Quote | List | Table | Rule
Blocks: TypeAlias = tuple[Block, ...]


def escape(text: str) -> str:
    """Text that renders as it is, on one line, wherever it is put in Markdown (raw HTML is off)."""
    folded = " ".join(text.split())
    folded = _SPECIAL.sub(lambda m: "\\" + m.group(0), folded)
    return _AT_LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", folded)


def prose(text: str) -> str:
    """As `escape`, but what stands between backticks is shown as code."""
    parts = _CODE.split(" ".join(text.split()))
    shown = "".join(
        part if n % 2 else _SPECIAL.sub(lambda m: "\\" + m.group(0), part) for n, part in enumerate(parts)
    )
    return _AT_LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", shown)


def title(blocks: Blocks) -> str:
    """The first heading, or nothing."""
    return next((plain(block.content) for block in blocks if isinstance(block, Heading)), "")


def plain(inlines: Iterable[Inline]) -> str:
    return "".join(_plain(each) for each in inlines)


def inline_runs(blocks: Blocks) -> Iterator[Inlines]:
    """Every heading, paragraph and table cell, in reading order; code is left out."""
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            yield block.content
        elif isinstance(block, Quote):
            yield from inline_runs(block.blocks)
        elif isinstance(block, List):
            for item in block.items:
                yield from inline_runs(item)
        elif isinstance(block, Table):
            yield from block.header
            for row in block.rows:
                yield from row


def _plain(each: Inline) -> str:
    if isinstance(each, Span):
        return each.text
    if isinstance(each, Mark):
        return f"[{each.number}]"
    return "" if isinstance(each, Picture) else "\n"
