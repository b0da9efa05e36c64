"""What is asked of tables, answered: loaded and queried where it can be ended."""

import csv
import datetime
import io
import json
from decimal import Decimal
from pathlib import Path

from duckdb import DuckDBPyConnection

from errand.capabilities.tables.database import checked, connected, shut, told
from errand.capabilities.tables.loading import Table, load
from errand.capabilities.tables.model import Answered, Asked, TableDescription
from errand.domain.errors import InputRefused

MOST_ROWS = 1_000
MOST_CHARACTERS = 20_000
LARGEST_RESULT = 50_000_000
_FIRST_ROWS = 3


def answered(asked: Asked) -> Answered:
    """The whole result of a query is written to `asked.result`."""
    with connected() as connection:
        sql = checked(connection, asked.sql) if asked.sql is not None else None
        given = ((each.name, each.path.read_bytes()) for each in asked.files)
        tables = load(connection, given, asked.folder)
        if sql is None:
            return Answered(tables=[_description(connection, each) for each in tables])
        shut(connection)
        with told(_hint(connection, tables)):
            return _queried(connection.execute(sql), asked.result)


def _queried(result: DuckDBPyConnection, to: Path) -> Answered:
    types = [f"{name} {type_}" for name, type_, *_ in result.description or []]
    text, shown, found = _collected(result)
    to.write_text(text, encoding="utf-8", newline="")
    return Answered(rows=text[: shown[1]], shown=shown[0], found=found, types=types)


def _description(connection: DuckDBPyConnection, table: Table) -> TableDescription:
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


def _columns(connection: DuckDBPyConnection, table: Table) -> list[str]:
    described = connection.execute(f'DESCRIBE "{table.name}"').fetchall()
    return [f"{_spelt(name)} {type_}" for name, type_, *_ in described]


def _spelt(name: str) -> str:
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'


def _hint(connection: DuckDBPyConnection, tables: list[Table]) -> str:
    told = "; ".join(f"{each.name} ({', '.join(_columns(connection, each)[:40])})" for each in tables)
    return f"The tables are: {told[:2_000]}."


def _collected(result: DuckDBPyConnection) -> tuple[str, tuple[int, int], int]:
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


def _line(row: list[str] | tuple[object, ...]) -> str:
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
