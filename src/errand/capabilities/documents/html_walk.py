"""Walks through an HTML tree in reading order and gives its blocks; nothing here recurses."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from errand.capabilities.documents.html_draft import Draft, PageBreak, Piece, Run, draft_of
from errand.capabilities.documents.html_pre import pieces_of_pre
from errand.capabilities.documents.html_style import (
    BOLD,
    EMPHASIS,
    ITALIC,
    LINK,
    PLAIN,
    UNDERLINE,
    Style,
    parse_style,
)
from errand.capabilities.documents.html_tables import Cell, Table, pieces_of
from errand.capabilities.documents.model import BlockKind

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "xmp",
    "listing", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption",
    "option", "page", "document", "text", "type", "sequence", "filename", "description", "sec-document",
    "sec-header",
})  # fmt: skip
_SKIPPED = frozenset({
    "script", "style", "noscript", "template", "head", "svg", "canvas", "iframe", "object", "embed",
    "audio", "video", "button", "select", "input", "textarea", "nav", "ix:header", "ix:hidden",
    "ix:references", "ix:resources", "map", "title", "meta", "link", "col", "colgroup",
})  # fmt: skip
_ASIDE = frozenset(("aside", "footer"))
_ASIDE_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "menu", "dialog"))
_ASIDE_NAMES = frozenset({
    "nav", "navbar", "navigation", "menu", "sidebar", "breadcrumb", "breadcrumbs", "cookie", "cookies",
    "share", "sharing", "social", "newsletter", "subscribe", "related", "advert", "advertisement", "ads",
    "promo", "footer", "masthead", "toolbar", "pagination", "skip-link",
})  # fmt: skip
_FLAGS = {
    "b": BOLD, "strong": BOLD, "th": BOLD, "i": ITALIC, "em": ITALIC, "cite": ITALIC, "u": UNDERLINE,
    "ins": UNDERLINE, "h1": BOLD, "h2": BOLD, "h3": BOLD, "h4": BOLD, "h5": BOLD, "h6": BOLD,
}  # fmt: skip
_FLAGS |= {f"x-{tag}": _FLAGS[tag] for tag in ("b", "i", "u", "em", "strong")}
_PRE = frozenset(("pre", "xmp", "listing"))


@dataclass(slots=True)
class _Frame:
    """What an open element changes, to be undone where it closes."""

    element: etree._Element
    children: Iterator[etree._Element]
    flags: int
    kind: BlockKind
    level: int | None
    style: Style
    out: list[Piece]
    """Where its blocks go."""
    table: Table | None = None
    cell: Cell | None = None
    starts_block: bool = False


@dataclass
class Walker:
    """One pass over one tree."""

    web: bool
    """A page of a web site, whose navigation, side bars and footers are left out."""
    classes: dict[str, Style] = field(default_factory=dict)
    _runs: list[Run] = field(default_factory=list)
    _anchor: str | None = None
    _pre: list[str] | None = None
    _stack: list[_Frame] = field(default_factory=list)

    def walk(self, root: etree._Element) -> list[Piece]:
        out: list[Piece] = []
        self._stack = [_Frame(root, iter(root), 0, BlockKind.PARAGRAPH, None, PLAIN, out)]
        self._add(root.text)
        while self._stack:
            top = self._stack[-1]
            child = next(top.children, None)
            if child is None:
                self._leave(top)
                self._stack.pop()
                if self._stack:
                    self._add(top.element.tail)
            elif not self._enter(child, top):
                self._add(child.tail)
        self._flush(out, BlockKind.PARAGRAPH, None)
        return out

    def _enter(self, element: etree._Element, top: _Frame) -> bool:
        """False: nothing of what is inside is read."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            return False
        style = self._style(element)
        if style.hidden or element.get("hidden") is not None or (self.web and _is_aside(element, tag)):
            return False
        if tag == "br":
            self._break_line()
            return False
        starts = tag in _BLOCKS or style.block
        if starts:
            self._flush(top.out, top.kind, top.level)
        if tag == "page" and self._pre is not None:
            self._pre.append("\f")
        elif style.break_before or tag == "page":
            top.out.append(PageBreak())
        elif tag == "hr" and not style.break_after:
            top.out.append(PageBreak(sure=False))
        named = element.get("id") or (element.get("name") if tag == "a" else None)
        if named and (starts or tag == "a" or self._anchor is None):
            self._anchor = named
        self._push(element, tag, style, top, starts=starts)
        self._add(element.text)
        return True

    def _push(self, element: etree._Element, tag: str, style: Style, top: _Frame, *, starts: bool) -> None:
        flags = (top.flags & ~style.drop) | _FLAGS.get(tag, 0) | style.add
        if tag == "a" and element.get("href"):
            flags |= LINK
        if style.gap and not starts and self._runs:
            self._runs.append((" ", flags))
        frame = _Frame(
            element, iter(element), flags, top.kind, top.level, style, top.out, starts_block=starts
        )
        if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            frame.kind, frame.level = BlockKind.HEADING, int(tag[1])
        elif tag in ("li", "dd"):
            frame.kind = BlockKind.ITEM
        elif tag == "blockquote":
            frame.kind = BlockKind.QUOTE
        elif tag in _PRE and self._pre is None:
            self._pre = []
        elif tag == "table":
            frame.table = Table(anchor=self._anchor)
        elif tag in ("tr", "td", "th"):
            self._open_cell(element, tag, frame)
        self._stack.append(frame)

    def _open_cell(self, element: etree._Element, tag: str, frame: _Frame) -> None:
        table = next((each.table for each in reversed(self._stack) if each.table is not None), None)
        if table is None:
            return
        if tag == "tr":
            table.start_row()
            return
        frame.cell = table.start_cell(element.get("colspan"), element.get("rowspan"))
        frame.kind, frame.level, frame.out = BlockKind.PARAGRAPH, None, frame.cell.pieces

    def _leave(self, top: _Frame) -> None:
        if self._pre is not None and top.element.tag in _PRE:
            self._close_pre(top)
        elif top.starts_block:
            self._flush(top.out, top.kind, top.level)
        if top.table is not None:
            top.out.extend(pieces_of(top.table))
        if top.style.break_after:
            top.out.append(PageBreak())

    def _close_pre(self, top: _Frame) -> None:
        pieces = pieces_of_pre("".join(self._pre or ()))
        self._pre = None
        first = next((piece for piece in pieces if isinstance(piece, Draft)), None)
        if first is not None:
            first.anchor, self._anchor = self._anchor, None
        top.out.extend(pieces)

    def _style(self, element: etree._Element) -> Style:
        css = element.get("style")
        style = parse_style(css) if css else PLAIN
        named = element.get("class") if self.classes else None
        for name in named.split() if named else ():
            if (of_class := self.classes.get(name)) is not None:
                style = Style(
                    (of_class.add & ~style.drop) | style.add, (of_class.drop & ~style.add) | style.drop,
                    style.hidden, style.block, style.gap, style.break_before, style.break_after,
                )  # fmt: skip
        return style

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if self._pre is not None:
            self._pre.append(text)
            return
        flags = self._stack[-1].flags
        if flags & LINK:
            flags &= ~UNDERLINE
        if self._stack[-1].element.tag in ("sup", "sub") and _would_change_a_number(self._runs, text):
            text = " " + text
        self._runs.append((text, flags & EMPHASIS))

    def _break_line(self) -> None:
        """One line break is a space, two end the paragraph."""
        if self._pre is not None:
            self._pre.append("\n")
            return
        last = next((run[0] for run in reversed(self._runs) if run[0] == "\n" or run[0].strip()), "")
        if last == "\n":
            top = self._stack[-1]
            self._flush(top.out, top.kind, top.level)
        elif last:
            self._runs.append(("\n", self._stack[-1].flags & EMPHASIS))

    def _flush(self, out: list[Piece], kind: BlockKind, level: int | None) -> None:
        if not self._runs:
            return
        draft = draft_of(self._runs, kind, level, self._anchor)
        self._runs = []
        if draft is not None:
            self._anchor = None
            out.append(draft)


def _would_change_a_number(runs: list[Run], text: str) -> bool:
    return bool(runs) and runs[-1][0][-1:].isdigit() and text[:1].isdigit()


def _is_aside(element: etree._Element, tag: str) -> bool:
    if tag in _ASIDE or element.get("role") in _ASIDE_ROLES or element.get("aria-hidden") == "true":
        return True
    if tag == "header":
        return not any(each.tag in ("article", "main") for each in element.iterancestors())
    if tag not in ("div", "ul", "ol", "section", "p", "a", "form"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    return any(name in _ASIDE_NAMES for name in names)
