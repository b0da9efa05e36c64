"""Markdown (CommonMark and its tables) by its tokens."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from errand.capabilities.documents.blocks import BlockWriter
from errand.capabilities.documents.charset import decode
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import BlockKind, Document, Emphasis
from errand.capabilities.documents.text import read_text

if TYPE_CHECKING:
    from markdown_it.token import Token

MOST_MARKDOWN = 3_000_000
"""Characters parsed as Markdown; more is read as plain text."""


def read_markdown(content: bytes, name: str) -> Document:
    from markdown_it import MarkdownIt

    decoded = decode(content)
    if len(decoded.text) > MOST_MARKDOWN:
        return read_text(content, name)
    writer = BlockWriter()
    if decoded.damaged:
        writer.remark("Some characters were damaged and are shown as �.")
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    _write(parser.parse(_without_front_matter(decoded.text.lstrip("\ufeff"))), writer)
    if not len(writer):
        writer.remark("It holds no text.")
    return writer.document(content, name, Format.MARKDOWN)


def _without_front_matter(text: str) -> str:
    """YAML between two lines of dashes at the very start, as site generators have it."""
    if text.startswith("---\n") and (end := text.find("\n---\n", 3)) != -1:
        return text[end + 5 :]
    return text


def _write(tokens: Sequence["Token"], writer: BlockWriter) -> None:
    inside: list[str] = []
    marker = ""
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "table_open":
            position = _write_table(tokens, position, writer)
        elif token.type in ("fence", "code_block"):
            writer.add(BlockKind.CODE, token.content)
        elif token.nesting == 1:
            inside.append(token.type)
            marker = (
                f"{token.info}{token.markup}" if token.type == "list_item_open" and token.info else marker
            )
        elif token.nesting == -1:
            inside.pop()
        elif token.type == "inline":
            _write_inline(token, inside, tokens[position - 1], writer, marker)
            marker = ""
        position += 1


def _write_inline(
    token: "Token", inside: Sequence[str], opener: "Token", writer: BlockWriter, marker: str
) -> None:
    """`marker`: of the item of a numbered list that it begins."""
    text, emphasis, lead = _read_inline(token.children or [])
    if opener.type == "heading_open":
        writer.add(BlockKind.HEADING, text, level=int(opener.tag[1:]), emphasis=emphasis)
        return
    around = {"list_item_open": BlockKind.ITEM, "blockquote_open": BlockKind.QUOTE}
    kind = next((around[each] for each in reversed(inside) if each in around), BlockKind.PARAGRAPH)
    writer.add(kind, text, emphasis=emphasis, lead=lead, marker=marker or None)


def _read_inline(tokens: Sequence["Token"]) -> tuple[str, Emphasis | None, str | None]:
    """The text, the emphasis on all of it, and the emphasised words that it begins with."""
    pieces = [(text, strong, slanted) for text, strong, slanted in _pieces(tokens) if text]
    text = "".join(piece for piece, _, _ in pieces)
    spoken = [piece for piece in pieces if piece[0].strip()]
    strong, slanted = all(s for _, s, _ in spoken), all(s for _, _, s in spoken)
    if spoken and (strong or slanted):
        both = Emphasis.BOLD_ITALIC if slanted else Emphasis.BOLD
        return text, both if strong else Emphasis.ITALIC, None
    lead = ""
    for piece, is_strong, is_slanted in pieces:
        if piece.strip() and not (is_strong or is_slanted):
            break
        lead += piece
    return text, None, " ".join(lead.split()) or None


def _pieces(tokens: Sequence["Token"]) -> Iterator[tuple[str, bool, bool]]:
    strong = slanted = 0
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            strong += token.nesting
        elif token.type in ("em_open", "em_close"):
            slanted += token.nesting
        elif token.type in ("text", "code_inline", "image"):
            yield token.content, strong > 0, slanted > 0
        elif token.type in ("softbreak", "hardbreak"):
            yield " ", strong > 0, slanted > 0


def _write_table(tokens: Sequence["Token"], position: int, writer: BlockWriter) -> int:
    """From the token that opens it to the one that closes it, whose position is returned."""
    rows: list[list[str]] = []
    while tokens[position].type != "table_close":
        token = tokens[position]
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_read_inline(token.children or [])[0])
        position += 1
    writer.table(rows)
    return position
