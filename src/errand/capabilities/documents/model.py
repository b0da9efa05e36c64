"""What every reader gives: a document as blocks of text with structure and positions."""

from enum import StrEnum
from functools import cached_property
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from errand.capability import ArtifactRef


class DocumentRef(ArtifactRef):
    """A stored Document (JSON)."""

    kind: ClassVar[str] = "document"


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    """A list item."""
    TABLE = "table"
    CODE = "code"
    QUOTE = "quote"


class Emphasis(StrEnum):
    """How the whole of a block is set; filings mark their headings by nothing else."""

    BOLD = "bold"
    ITALIC = "italic"
    BOLD_ITALIC = "bold-italic"
    UNDERLINE = "underline"


class Block(BaseModel):
    model_config = ConfigDict(frozen=True)

    kind: BlockKind
    text: str = Field(description="White space folded; a table's rows are lines, its cells joined by ` | `.")
    start: int = Field(description="Offset of its first character in the document's text.")
    level: int | None = Field(default=None, description="Of a heading, 1 the highest.")
    emphasis: Emphasis | None = Field(default=None, description="Set when all of the block is set this way.")
    lead: str | None = Field(
        default=None, description="The emphasised words that a paragraph begins with (a run-in heading)."
    )
    page: int | None = Field(default=None, description="Page of the original, from 1, where it has pages.")
    anchor: str | None = Field(default=None, description="Id of the element in the original, for links.")
    sheet: str | None = Field(default=None, description="Of a workbook, the sheet that a table is on.")
    marker: str | None = Field(
        default=None, description="Of an item of a numbered list: its number as written, `3.`."
    )
    rows: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Of a table: its cells, empty ones kept."
    )

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Document(BaseModel):
    """`text` is the blocks' texts joined by a newline; every offset counts in it."""

    name: str = Field(description="File name of the original.")
    media_type: str
    sha256: str = Field(description="Hash of the original's content.")
    title: str = ""
    blocks: tuple[Block, ...]
    pages: int | None = None
    remarks: tuple[str, ...] = Field(
        default=(), description="What a person should know: pages without text, what was left out."
    )

    @cached_property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)
