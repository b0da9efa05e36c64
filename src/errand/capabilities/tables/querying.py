"""`table.query` and `table.describe`: SQL over files that hold tables, in a process of its own.

A query can run for ever, and so can the reading of a file that was made for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from pydantic import BaseModel, Field

from errand.capabilities.child import Work
from errand.capabilities.tables.model import Answered, Asked, TableDescription, TableFile
from errand.capability import ArtifactRef, Audience, Context, capability
from errand.domain.errors import InputRefused

SECONDS = 60.0
"""For loading and query together."""
_MOST_FILES = 20
_LONGEST_SQL = 20_000


class TableRef(ArtifactRef):
    """A table as CSV, UTF-8, its first line the names of the columns."""

    kind: ClassVar[str] = "table"


class DescribeInput(BaseModel):
    files: list[ArtifactRef] = Field(description="CSV, TSV, XLSX, Parquet or JSON-lines files.")


class DescribeOutput(BaseModel):
    tables: list[TableDescription] = Field(description="The tables that table.query has with these files.")


@capability("table.describe", audience=Audience.AGENTS)
def describe_tables(given: DescribeInput, context: Context) -> DescribeOutput:
    """Tell what tables are in CSV, TSV, XLSX, Parquet or JSON-lines files: names, columns, types, first rows.

    Call it before table.query, with the same files: their tables are called alike there.
    """
    with _asked(given.files, context) as asked:
        return DescribeOutput(tables=WORK.in_child(asked).tables)


class QueryInput(BaseModel):
    files: list[ArtifactRef] = Field(
        description="CSV, TSV, XLSX, Parquet or JSON-lines files. Each is a table named as it, `sales` for "
        "`Sales.csv`; each sheet of a workbook one, `books_2024` for sheet 2024 of `Books.xlsx`."
    )
    sql: str = Field(
        max_length=_LONGEST_SQL,
        description="One SELECT or WITH … SELECT in DuckDB's SQL (near to PostgreSQL's).",
    )


class QueryOutput(BaseModel):
    rows: str = Field(description="The result as CSV, names first; up to 1,000 rows or 20,000 characters.")
    shown: int = Field(description="How many rows that is.")
    found: int = Field(description="How many rows the result has.")
    types: list[str] = Field(description="Name and type of each column of the result.")
    table: TableRef = Field(description="The whole result as a CSV file.")


@capability("table.query", audience=Audience.AGENTS)
def query_tables(given: QueryInput, context: Context) -> QueryOutput:
    """Query tables in files by SQL: filter, join, group, sum, count and compare rows exactly.

    Takes one SELECT over CSV, TSV, XLSX, Parquet and JSON-lines files. Numbers are exact decimals.
    """
    with _asked(given.files, context, given.sql) as asked:
        done = WORK.in_child(asked)
        table = context.save(TableRef, "result.csv", asked.result.read_bytes(), "text/csv")
    return QueryOutput(rows=done.rows, shown=done.shown, found=done.found, types=done.types, table=table)


@contextmanager
def _asked(files: list[ArtifactRef], context: Context, sql: str | None = None) -> Iterator[Asked]:
    """With the files where the other process finds them."""
    if not 0 < len(files) <= _MOST_FILES:
        raise InputRefused(f"{len(files)} files were given: give 1 to {_MOST_FILES} that hold the tables.")
    context.progress("Loading tables")
    with TemporaryDirectory(prefix="errand-") as made:
        folder = Path(made)
        given = [TableFile(name=ref.name, path=folder / f"given-{n}") for n, ref in enumerate(files)]
        for ref, file in zip(files, given, strict=True):
            file.path.write_bytes(context.load(ref))
        yield Asked(folder=folder, files=given, sql=sql)


def _answered(asked: Asked) -> Answered:
    from errand.capabilities.tables.answering import answered  # DuckDB imports in 0.3 s: late

    return answered(asked)


WORK = Work(
    module=__name__,
    takes=Asked,
    gives=Answered,
    do=_answered,
    seconds=SECONDS,
    megabytes=4_000,
    advice="ask for fewer rows, join on fewer, or give smaller files",
)
