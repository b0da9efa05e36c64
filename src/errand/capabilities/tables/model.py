"""What passes between a tool for tables and the process that answers it."""

from pathlib import Path

from pydantic import BaseModel, Field


class TableDescription(BaseModel):
    table: str = Field(description="Its name in SQL.")
    file: str = Field(description="The file that it is in.")
    sheet: str = Field(description="Of a workbook, the sheet.")
    rows: int = Field(description="Number of rows.")
    columns: list[str] = Field(description="Name and type of each, as they go into SQL.")
    first_rows: list[str] = Field(description="The first rows as CSV.")


class TableFile(BaseModel):
    name: str
    """As it was given; tables are named by it."""
    path: Path


class Asked(BaseModel):
    folder: Path
    """Takes copies while files are read; the caller removes it."""
    files: list[TableFile]
    sql: str | None = None
    """None: the tables are to be described."""

    @property
    def result(self) -> Path:
        return self.folder / "result.csv"


class Answered(BaseModel):
    tables: list[TableDescription] = []
    rows: str = ""
    shown: int = 0
    found: int = 0
    types: list[str] = []
