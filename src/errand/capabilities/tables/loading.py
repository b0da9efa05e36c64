"""Files as tables. Every number keeps its digits, and what only looks like a number stays text.

DuckDB's own guess of types makes 007 of a customer 7, and 0.1 a binary fraction; here a column is a number
only when each of its cells is written as one, and a fraction is a decimal.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath

import duckdb

from errand.capabilities.documents.archive import DAMAGE, check_parts, opened
from errand.capabilities.documents.charset import decode
from errand.capabilities.documents.xlsx import MOST_COLUMNS, shown
from errand.domain.errors import InputRefused

MOST_ROWS = 1_000_000
_MOST_SHEETS = 50
_INTEGER = r"-?(0|[1-9]\d{0,17})"
_DECIMAL = r"-?(0|[1-9]\d{0,19})(\.\d{1,12})?"
_FLOAT = r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?"
_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_FLAG = r"(?i)true|false"


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    """What SQL calls it."""
    file: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    query: str
    typed: bool
    """False: every column is text as yet."""
    sheet: str = ""


def load(
    connection: duckdb.DuckDBPyConnection, files: Iterable[tuple[str, bytes]], folder: Path
) -> list[Table]:
    """A table for each file, for each sheet of a workbook. `folder` takes copies, the caller removes it.

    Raises InputRefused when one is damaged or no table.
    """
    made: list[Table] = []
    taken: set[str] = set()
    reserved = _reserved(connection)
    for number, (name, content) in enumerate(files):
        try:
            for source in _sources(connection, name, content, folder / str(number)):
                stem = PurePath(name).stem
                table = _free(f"{stem}_{source.sheet}" if source.sheet else stem, taken, reserved)
                connection.execute(f'CREATE TABLE "{table}" AS {source.query} LIMIT {MOST_ROWS + 1}')
                if not source.typed:
                    _set_types(connection, table)
                _refuse_excess(connection, table, name)
                made.append(Table(table, name, source.sheet))
        except duckdb.Error as error:
            raise InputRefused(
                f"{name} can not be read as a table: check that its rows have columns."
            ) from error
    return made


def _sources(
    connection: duckdb.DuckDBPyConnection, name: str, content: bytes, path: Path
) -> Iterator[_Source]:
    if not content.strip():
        raise InputRefused(f"{name} is empty: give a file that has rows.")
    if content.startswith(b"PAR1"):
        path.write_bytes(content)
        yield _Source(f"SELECT * FROM read_parquet('{path}')", typed=True)  # noqa: S608  # our own path
    elif content.startswith(b"PK"):
        yield from _sheets(name, content, path)
    else:
        text = decode(content)
        if not text.is_text:
            raise InputRefused(f"{name} is no table: give CSV, TSV, XLSX, Parquet or JSON lines.")
        path.write_text(text.text, encoding="utf-8", newline="")
        yield _json(path) if text.text.lstrip()[:1] in ("{", "[") else _delimited(connection, path)


def _json(path: Path) -> _Source:
    return _Source(f"SELECT * FROM read_json('{path}', sample_size = -1)", typed=True)  # noqa: S608  # ours


def _delimited(connection: duckdb.DuckDBPyConnection, path: Path) -> _Source:
    found = connection.execute(
        "SELECT Delimiter, Quote, Escape, HasHeader FROM sniff_csv(?, strict_mode = false)", [str(path)]
    ).fetchone()
    delimiter, quote, escape, header = found or (",", '"', '"', True)
    marks = "".join(
        f", {option} = '{mark}'"
        for option, mark in (("delim", delimiter), ("quote", quote), ("escape", escape))
        if mark and mark not in ("'", "(empty)", "\x00")
    )
    return _texts(path, f"header = {bool(header)}{marks}")


def _texts(path: Path, options: str) -> _Source:
    query = (
        f"SELECT * FROM read_csv('{path}', all_varchar = true, null_padding = true, "  # noqa: S608  # our own path
        f"strict_mode = false, parallel = false, {options})"
    )
    return _Source(query, typed=False)


def _sheets(name: str, content: bytes, path: Path) -> Iterator[_Source]:
    """DuckDB's own reader of workbooks is an extension, which would come over the network."""
    import openpyxl

    with opened(content, name) as archive:
        check_parts(archive, name)
    try:
        workbook = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        for number, sheet in enumerate(workbook.worksheets[:_MOST_SHEETS]):
            sheet.reset_dimensions()  # programs write wrong ones
            rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=MOST_ROWS + 2)
            to = path.with_name(f"{path.name}-{number}")
            if _write_rows(rows, to):
                source = _texts(to, "header = true, delim = ',', quote = '\"', escape = '\"'")
                yield _Source(source.query, typed=False, sheet=sheet.title)
        workbook.close()
    except (*DAMAGE, KeyError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # SyntaxError: what XML parsers raise is one; the others are openpyxl's on parts that are missing.
        raise InputRefused(
            f"{name} is damaged or incomplete: get it again and attach the new copy."
        ) from error


def _write_rows(rows: Iterable[Sequence[object]], path: Path) -> bool:
    """As CSV from the first row that holds something, which names the columns. False when none does."""
    texts = ([shown(value) for value in row] for row in rows)
    kept = [row for row in texts if any(row)]
    width = max((number + 1 for row in kept for number, text in enumerate(row) if text), default=0)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[:width] + [""] * (width - len(row)) for row in kept)
    return bool(kept)


def _set_types(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    for column, *_ in connection.execute(f'DESCRIBE "{table}"').fetchall():
        quoted = '"' + column.replace('"', '""') + '"'
        if fits := _type_of(connection, table, quoted):
            connection.execute(
                f'ALTER TABLE "{table}" ALTER {quoted} TYPE {fits} USING {_cast(quoted, fits)}'
            )


def _type_of(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> str | None:
    """What every cell of a column of text is written as; None when it is text."""
    kinds = (_INTEGER, _DECIMAL, _FLOAT, _DATE, _TIME, _FLAG)
    asked = ", ".join(f"bool_and(regexp_full_match(trim({column}), '{kind}'))" for kind in kinds)
    scale = rf"max(length(regexp_extract(trim({column}), '\.(\d+)$', 1)))"
    query = f"""SELECT {asked}, {scale} FROM "{table}" WHERE trim({column}) <> ''"""  # noqa: S608  # quoted by us
    *fits, digits = connection.execute(query).fetchone() or (None,) * 7
    types = ("BIGINT", f"DECIMAL(38, {digits})", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN")
    likely = next((type_ for type_, does in zip(types, fits, strict=True) if does), None)
    return likely if likely and _holds(connection, table, column, likely) else None


def _holds(connection: duckdb.DuckDBPyConnection, table: str, column: str, type_: str) -> bool:
    """2024-02-30 is written as a date and is none."""
    given = f"""FROM "{table}" WHERE trim({column}) <> ''"""
    query = f"SELECT count(*) {given} AND TRY_CAST(trim({column}) AS {type_}) IS NULL"
    return connection.execute(query).fetchone() == (0,)


def _cast(column: str, type_: str) -> str:
    return f"CAST(nullif(trim({column}), '') AS {type_})"


def _refuse_excess(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> None:
    rows = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608  # named by us
    if rows and rows[0] > MOST_ROWS:
        raise InputRefused(f"{name} has more than {MOST_ROWS:,} rows: give the part that matters.")


def _reserved(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    return frozenset(name for (name,) in connection.execute(query).fetchall())


def _free(wanted: str, taken: set[str], reserved: frozenset[str]) -> str:
    """A name that SQL takes without quotation marks, and that is not taken yet."""
    plain = re.sub(r"\W+", "_", wanted.lower()).strip("_")[:60] or "table"
    plain = plain if plain[0].isalpha() and plain not in reserved else f"t_{plain}"
    name = next(each for n in count(1) if (each := plain if n == 1 else f"{plain}_{n}") not in taken)
    taken.add(name)
    return name
