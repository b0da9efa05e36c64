"""`table.query` and `table.describe`: SQL over files that hold tables."""

import csv
import datetime
import io
import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, Field

from errand.capability import ArtifactRef, Context, capability
from errand.domain.errors import InputRefused

if TYPE_CHECKING:  # DuckDB imports in 0.3 s: late
    from duckdb import DuckDBPyConnection

    from errand.capabilities.tables.loading import Table

MOST_ROWS = 1_000
MOST_CHARACTERS = 20_000
LARGEST_RESULT = 50_000_000
_MOST_FILES = 20
_FIRST_ROWS = 3
_LONGEST_SQL = 20_000


class TableRef(ArtifactRef):
    """A table as CSV, UTF-8, its first line the names of the columns."""

    kind: ClassVar[str] = "table"


class DescribeInput(BaseModel):
    files: list[ArtifactRef] = Field(description="CSV, TSV, XLSX, Parquet or JSON-lines files.")


class TableDescription(BaseModel):
    table: str = Field(description="Its name in SQL.")
    file: str = Field(description="The file that it is in.")
    sheet: str = Field(description="Of a workbook, the sheet.")
    rows: int = Field(description="Number of rows.")
    columns: list[str] = Field(description="Name and type of each, as they go into SQL.")
    first_rows: list[str] = Field(description="The first rows as CSV.")


class DescribeOutput(BaseModel):
    tables: list[TableDescription] = Field(description="The tables that table.query has with these files.")


@capability("table.describe", for_agents=True)
def describe_tables(given: DescribeInput, context: Context) -> DescribeOutput:
    """Tell what tables are in CSV, TSV, XLSX, Parquet or JSON-lines files: names, columns, types, first rows.

    Call it before table.query, with the same files: their tables are called alike there.
    """
    from errand.capabilities.tables.database import connected

    with connected() as connection:
        tables = _load(connection, given.files, context)
        return DescribeOutput(tables=[_description(connection, each) for each in tables])


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


@capability("table.query", for_agents=True)
def query_tables(given: QueryInput, context: Context) -> QueryOutput:
    """Query tables in files by SQL: filter, join, group, sum, count and compare rows exactly.

    Takes one SELECT over CSV, TSV, XLSX, Parquet and JSON-lines files. Numbers are exact decimals.
    """
    from errand.capabilities.tables.database import checked, connected, limited, shut

    with connected() as connection:
        sql = checked(connection, given.sql)
        tables = _load(connection, given.files, context)
        shut(connection)
        with limited(connection, _hint(connection, tables)):
            result = connection.execute(sql)
            types = [f"{name} {type_}" for name, type_, *_ in result.description or []]
            text, shown, found = _collected(result)
    kept = context.save(TableRef, "result.csv", text.encode(), "text/csv")
    return QueryOutput(rows=text[: shown[1]], shown=shown[0], found=found, types=types, table=kept)


def _load(connection: "DuckDBPyConnection", files: list[ArtifactRef], context: Context) -> "list[Table]":
    from errand.capabilities.tables.loading import load

    if not 0 < len(files) <= _MOST_FILES:
        raise InputRefused(f"{len(files)} files were given: give 1 to {_MOST_FILES} that hold the tables.")
    context.progress("Loading tables")
    with TemporaryDirectory(prefix="errand-") as folder:
        return load(connection, ((each.name, context.load(each)) for each in files), Path(folder))


def _description(connection: "DuckDBPyConnection", table: "Table") -> TableDescription:
    counted = connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone() or (0,)  # noqa: S608  # ours
    first = connection.execute(f'SELECT * FROM "{table.name}" LIMIT {_FIRST_ROWS}').fetchall()  # noqa: S608  # ours
    return TableDescription(
        table=table.name,
        file=table.file,
        sheet=table.sheet,
        rows=counted[0],
        columns=_columns(connection, table),
        first_rows=[_line(row).strip()[:500] for row in first],
    )


def _columns(connection: "DuckDBPyConnection", table: "Table") -> list[str]:
    described = connection.execute(f'DESCRIBE "{table.name}"').fetchall()
    return [f"{_spelt(name)} {type_}" for name, type_, *_ in described]


def _spelt(name: str) -> str:
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'


def _hint(connection: "DuckDBPyConnection", tables: "list[Table]") -> str:
    told = "; ".join(f"{each.name} ({', '.join(_columns(connection, each)[:40])})" for each in tables)
    return f"The tables are: {told[:2_000]}."


def _collected(result: "DuckDBPyConnection") -> tuple[str, tuple[int, int], int]:
    """The result as CSV; how many rows, and characters, of it are shown; how many rows it has."""
    kept, size, found, shown = [_line([name for name, *_ in result.description or []])], 0, 0, (0, 0)
    size = len(kept[0])
    shown = (0, size)
    while rows := result.fetchmany(2_000):
        for row in rows:
            line = _line(row)
            found, size = found + 1, size + len(line)
            kept.append(line)
            if found <= MOST_ROWS and size <= MOST_CHARACTERS and shown[0] == found - 1:
                shown = (found, size)
        if size > LARGEST_RESULT:
            raise InputRefused("The result has more than 50 MB: ask for fewer rows or columns.")
    return "".join(kept), shown, found


def _line(row: "list[str] | tuple[object, ...]") -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow([_cell(value) for value in row])
    return written.getvalue()


def _cell(value: object) -> str:
    """Every digit that there is; nothing for a value that is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=_cell)
    return value.hex() if isinstance(value, bytes) else str(value)
