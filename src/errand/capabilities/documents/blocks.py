"""Builds a Document block by block: folds white space, counts offsets, keeps within bounds."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from errand.capabilities.documents.formats import MEDIA_TYPES, Format
from errand.capabilities.documents.model import Block, BlockKind, Document, Emphasis

MOST_CHARACTERS = 12_000_000
"""Of text kept from one file: some 5,000 pages."""
MOST_BLOCKS = 150_000

# Control characters say nothing to a reader, and what is later written as XML may not hold them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def fold(text: str) -> str:
    return " ".join(without_control(text).split())


def without_control(text: str) -> str:
    return _CONTROL.sub("", text)


class BlockWriter:
    """Collects blocks in order. When a bound is reached the rest is dropped, with a remark."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._remarks: list[str] = []
        self._offset = 0
        self.full = False
        """True: nothing more is taken, a reader may stop."""

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def blocks(self) -> Sequence[Block]:
        return self._blocks

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int | None = None,
        emphasis: Emphasis | None = None,
        lead: str | None = None,
        page: int | None = None,
        marker: str | None = None,
    ) -> None:
        """White space is folded, but in code; a text without anything to read makes no block."""
        if kind is BlockKind.CODE:
            text = without_control(text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
        else:
            text = fold(text)
        if text.strip():
            block = Block(
                kind=kind, text=text, start=self._offset, level=level, emphasis=emphasis, lead=lead,
                page=page, marker=marker,
            )  # fmt: skip
            self._append(block)

    def table(
        self, rows: Iterable[Sequence[str]], *, page: int | None = None, sheet: str | None = None
    ) -> None:
        """Cells keep their places: row and column of `rows` are those of the original."""
        cells = tuple(tuple(fold(cell) for cell in row) for row in rows)
        lines = (" | ".join(cell for cell in row if cell) for row in cells)
        text = "\n".join(line for line in lines if line)
        if text:
            self._append(
                Block(kind=BlockKind.TABLE, text=text, start=self._offset, page=page, sheet=sheet, rows=cells)
            )

    def remark(self, sentence: str) -> None:
        if sentence not in self._remarks:
            self._remarks.append(sentence)

    def document(
        self, content: bytes, name: str, format_: Format, *, title: str = "", pages: int | None = None
    ) -> Document:
        return Document(
            name=name,
            media_type=MEDIA_TYPES[format_],
            sha256=hashlib.sha256(content).hexdigest(),
            title=fold(title)[:300] or self._first_heading() or PurePath(name).stem,
            blocks=tuple(self._blocks),
            pages=pages,
            remarks=tuple(self._remarks),
        )

    def _append(self, block: Block) -> None:
        if self.full:
            return
        if len(self._blocks) >= MOST_BLOCKS or self._offset + len(block.text) > MOST_CHARACTERS:
            self.full = True
            self.remark(f"Only the first {self._offset:,} characters were read; the rest was left out.")
            return
        self._blocks.append(block)
        self._offset = block.end + 1

    def _first_heading(self) -> str:
        early = (block for block in self._blocks[:50] if block.kind is BlockKind.HEADING)
        return next((block.text[:300] for block in early), "")
