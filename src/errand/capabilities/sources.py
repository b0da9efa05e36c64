"""Where a statement or a figure stands: what every claim in a result points at."""

from pydantic import BaseModel, ConfigDict, Field


class Source(BaseModel):
    """One place in one file. At least one of `quote`, `fact` and `cell` says what stands there."""

    model_config = ConfigDict(frozen=True)

    document: str = Field(description="File name of the original.")
    sha256: str = Field(description="Hash of the original's content.")
    where: str = Field(
        description="For a person: `Item 1A`, `page 12`, `sheet Balance, B7`, `balance sheet`."
    )
    quote: str | None = Field(default=None, description="Verbatim text that stands there.")
    fact: str | None = Field(
        default=None, description="XBRL: concept and context or fact id, `us-gaap:Assets (c-4, f-120)`."
    )
    cell: str | None = Field(
        default=None, description="Table cell: `table 3, row 2, column 4` or `Sheet1!B7`."
    )
    block: int | None = Field(default=None, description="Index of the block in the parsed document.")
    start: int | None = Field(default=None, description="Character offset in the parsed document's text.")
    end: int | None = Field(default=None, description="Offset of the first character after it.")
