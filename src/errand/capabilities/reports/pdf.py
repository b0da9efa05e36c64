"""A report as PDF: the tree goes as data into a fixed Typst template (`page.typ`), never as markup."""

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import assert_never

from errand.capabilities.reports.markdown import (
    Block,
    Blocks,
    Break,
    Code,
    Heading,
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
from errand.capabilities.reports.pictures import Image
from errand.domain.json import Json, JsonObject

_TEMPLATE = Path(__file__).with_name("page.typ")
_LONG_WORD = re.compile(r"\S{30,}")
_MAY_BREAK = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[:/_.,;=&?-])(?=\w)|(?<=\w{24})(?=\w)")
_ZERO_WIDTH_SPACE = "\u200b"


def to_pdf(blocks: Blocks, title: str, images: Mapping[str, Image], folder: Path, now: datetime) -> bytes:
    """`folder`: where the pictures may be put for the time of this call."""
    import typst

    with tempfile.TemporaryDirectory(dir=folder) as root:
        tree = _Tree(images)
        report = {"title": title, "blocks": tree.blocks(blocks)}
        for number, image in tree.files.items():
            (Path(root) / f"{number}.png").write_bytes(image.content)
        compiler = typst.Compiler(
            _TEMPLATE.read_bytes(), root=root, sys_inputs={"report": json.dumps(report)}
        )
        made = compiler.compile(timestamp=now.replace(microsecond=0))
    return made if isinstance(made, bytes) else b""


@dataclass
class _Tree:
    """Turns blocks into what the template reads, and remembers which pictures are in them."""

    images: Mapping[str, Image]
    files: dict[int, Image] = field(default_factory=dict)
    _defined: set[int] = field(default_factory=set)

    def blocks(self, blocks: Blocks) -> list[Json]:
        return [self._block(block) for block in blocks]

    def _block(self, block: Block) -> JsonObject:
        if isinstance(block, Heading):
            return {"kind": "heading", "level": block.level, "content": self._inlines(block.content)}
        if isinstance(block, Paragraph):
            alone = len(block.content) == 1 and isinstance(block.content[0], Picture)
            return {"kind": "figure" if alone else "paragraph", "content": self._inlines(block.content)}
        if isinstance(block, Code):
            return {"kind": "code", "text": block.text}
        if isinstance(block, Quote):
            return {"kind": "quote", "blocks": self.blocks(block.blocks)}
        if isinstance(block, List):
            return self._list(block)
        if isinstance(block, Table):
            return self._table(block)
        if isinstance(block, Rule):
            return {"kind": "rule"}
        assert_never(block)

    def _list(self, block: List) -> JsonObject:
        kind = "sources" if block.sources else "list" if block.first is None else "numbered"
        items: list[Json] = [self.blocks(item) for item in block.items]
        tight = all(len(item) <= 1 for item in block.items)
        return {"kind": kind, "items": items, "first": block.first, "tight": tight}

    def _table(self, table: Table) -> JsonObject:
        return {
            "kind": "table",
            "header": [self._inlines(cell) for cell in table.header],
            "rows": [[self._inlines(cell) for cell in row] for row in table.rows],
            "numeric": list(table.numeric),
            "widths": list(_widths(table)),
        }

    def _inlines(self, content: Inlines) -> list[Json]:
        return [self._inline(each) for each in content]

    def _inline(self, each: Span | Mark | Picture | Break) -> JsonObject:
        if isinstance(each, Span):
            style: JsonObject = {"strong": each.strong, "emphasis": each.emphasis, "strike": each.strike}
            outside = each.link if each.link and not each.link.startswith("#") else None
            return {
                "kind": "span",
                "text": _breakable(each.text),
                "code": each.code,
                "link": outside,
                **style,
            }
        if isinstance(each, Mark):
            return self._mark(each)
        if isinstance(each, Picture):
            return self._picture(each)
        if isinstance(each, Break):
            return {"kind": "break"}
        assert_never(each)

    def _mark(self, mark: Mark) -> JsonObject:
        first = mark.defines and mark.number not in self._defined
        if first:
            self._defined.add(mark.number)
        shown = f"[{mark.number}]"
        return {
            "kind": "mark",
            "number": mark.number,
            "shown": shown,
            "defines": mark.defines,
            "first": first,
        }

    def _picture(self, picture: Picture) -> JsonObject:
        image = self.images.get(picture.name)
        if image is None:
            return self._inline(Span(picture.alt or picture.name, emphasis=True))
        number = len(self.files)
        self.files[number] = image
        return {"kind": "picture", "file": f"{number}.png", "alt": picture.alt}


def _widths(table: Table) -> Iterable[float]:
    """0 for as wide as it needs; columns of prose share the rest by what they hold, within bounds."""
    longest = [
        max(len(plain(row[column])) for row in (table.header, *table.rows))
        for column in range(len(table.header))
    ]
    fluid = [not right and length > 12 for right, length in zip(table.numeric, longest, strict=True)]
    if not any(fluid):
        fluid[0] = True
    return [min(max(length, 20), 90) if free else 0 for length, free in zip(longest, fluid, strict=True)]


def _breakable(text: str) -> str:
    """Names of facts and addresses are longer than a line; they may break where a reader would expect it."""
    return _LONG_WORD.sub(lambda word: _MAY_BREAK.sub(_ZERO_WIDTH_SPACE, word[0]), text)
