"""Markdown into the tree of a report. Import this late, like everything that brings a library."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from errand.capabilities.reports.markdown import (
    Block,
    Blocks,
    Break,
    Code,
    Heading,
    Inline,
    Inlines,
    List,
    Mark,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Span,
    Table,
    plain,
)

_SAFE_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_MARK = re.compile(r"\[(\d{1,3})\]")
_NUMERIC = re.compile(
    r"^[-−(]?\s*(?:[A-Z]{3}\s|[$€£¥₹₩₪])?\s?[-−]?[\d][\d.,]*\)?(?:\s?(?:%|x|days|thousand|million|billion|trillion)"
    r"(?:\s+shares)?)?$|^[–—-]$|^n/m$"
)


def parse(markdown: str) -> Blocks:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    blocks = _blocks(SyntaxTreeNode(parser.parse(markdown)).children)
    defined = {number for block in blocks for number in _defines(block)}
    return tuple(_linked(block, defined) for block in blocks) if defined else blocks


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Blocks:
    return tuple(block for node in nodes for block in _block(node))


def _block(node: SyntaxTreeNode) -> Iterator[Block]:
    kind = node.type
    if kind == "heading":
        yield Heading(int(node.tag[1]), _inlines(node.children))
    elif kind == "paragraph":
        yield Paragraph(_inlines(node.children))
    elif kind in ("fence", "code_block"):
        yield Code(node.content.rstrip("\n"), node.info.split()[0] if node.info.split() else "")
    elif kind == "blockquote":
        yield Quote(_blocks(node.children))
    elif kind in ("bullet_list", "ordered_list"):
        items = tuple(_blocks(item.children) for item in node.children)
        yield List(items, int(node.attrs.get("start", 1)) if kind == "ordered_list" else None)
    elif kind == "table":
        yield _table(node)
    elif kind == "hr":
        yield Rule()


def _table(node: SyntaxTreeNode) -> Table:
    header, *rows = (
        tuple(_inlines(cell.children) for cell in row.children)
        for part in node.children
        for row in part.children
    )
    width = len(header)
    numeric = tuple(
        bool(texts := [text for row in rows if (text := _unmarked(row[column]))])
        and all(_NUMERIC.match(text) for text in texts)
        for column in range(width)
    )
    return Table(header, tuple(rows), numeric)


def _unmarked(cell: Inlines) -> str:
    return _MARK.sub("", plain(cell)).strip()


def _inlines(nodes: Iterable[SyntaxTreeNode]) -> Inlines:
    return tuple(each for node in nodes for each in _inline(node, Span("")))


def _inline(node: SyntaxTreeNode, style: Span) -> Iterator[Inline]:
    kind = node.type
    if kind == "image":
        yield Picture(str(node.attrs.get("src", "")), node.content)
    elif kind == "hardbreak":
        yield Break()
    elif kind == "softbreak":
        yield replace(style, text=" ")
    elif not node.children:
        yield replace(style, text=node.content, code=kind == "code_inline")
    else:
        inner = _styled(node, style)
        for child in node.children:
            yield from _inline(child, inner)


def _styled(node: SyntaxTreeNode, style: Span) -> Span:
    if node.type == "strong":
        return replace(style, strong=True)
    if node.type == "em":
        return replace(style, emphasis=True)
    if node.type == "s":
        return replace(style, strike=True)
    if node.type == "link":
        target = str(node.attrs.get("href", ""))
        return replace(style, link=target if _SAFE_LINK.match(target) else None)
    return style


def _defines(block: Block) -> Iterator[int]:
    """The marks that a list of sources explains: each of its items begins with one."""
    if isinstance(block, List):
        found = [_MARK.match(_first_text(item)) for item in block.items]
        yield from (int(each[1]) for each in found if each)


def _first_text(item: Blocks) -> str:
    return plain(item[0].content) if item and isinstance(item[0], Paragraph) else ""


def _linked(block: Block, defined: set[int], *, defining: bool = False) -> Block:
    """With `[n]` in running text turned into marks."""
    if isinstance(block, Heading | Paragraph):
        return replace(block, content=tuple(_with_marks(block.content, defined, defining=defining)))
    if isinstance(block, Quote):
        return replace(block, blocks=tuple(_linked(inner, defined) for inner in block.blocks))
    if isinstance(block, List):
        sources = all(_MARK.match(_first_text(item)) for item in block.items)
        items = tuple(tuple(_linked(b, defined, defining=sources) for b in item) for item in block.items)
        return replace(block, items=items, sources=sources)
    if isinstance(block, Table):
        rows = tuple(tuple(tuple(_with_marks(cell, defined)) for cell in row) for row in block.rows)
        return replace(block, rows=rows)
    return block


def _with_marks(content: Inlines, defined: set[int], *, defining: bool = False) -> Iterator[Inline]:
    for place, each in enumerate(content):
        if not isinstance(each, Span) or each.code or each.link:
            yield each
            continue
        rest = 0
        for found in _MARK.finditer(each.text):
            if int(found[1]) in defined:
                if found.start() > rest:
                    yield replace(each, text=each.text[rest : found.start()])
                first = defining and place == 0 and found.start() == 0
                yield Mark(int(found[1]), defines=first)
                rest = found.end()
        if rest < len(each.text):
            yield replace(each, text=each.text[rest:])
