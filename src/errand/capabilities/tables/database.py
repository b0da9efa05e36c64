"""A query's database: in memory, bounded, shut off from files and network before any SQL of others runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from errand.domain.errors import InputRefused

_BOUNDS: dict[str, str | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "512MB",
    "temp_directory": "",
    "python_enable_replacements": False,
}
_SHUT = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""In this order: nothing can be set after the last."""


@contextmanager
def connected() -> Iterator[duckdb.DuckDBPyConnection]:
    """Without tables, and still able to read files: `shut` ends that."""
    connection = duckdb.connect(":memory:", config=_BOUNDS)
    try:
        yield connection
    finally:
        connection.close()


def shut(connection: duckdb.DuckDBPyConnection) -> None:
    for setting in _SHUT:
        connection.execute(setting)


def checked(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The one statement in `sql`, as DuckDB's own parser reads it.

    Raises InputRefused when it is not one that only reads.
    """
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise InputRefused(f"The SQL can not be read: {said(error)}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InputRefused(
            "Only one SELECT or WITH … SELECT is carried out: write the query as one of these."
        )
    return str(statements[0].query)


@contextmanager
def told(hint: str) -> Iterator[None]:
    """DuckDB's errors become sentences that end in `hint`."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise InputRefused("The query needs more than 512 MB of memory: ask for fewer rows.") from error
    except duckdb.Error as error:
        raise InputRefused(f"The query failed: {said(error)} {hint}") from error


def said(error: duckdb.Error) -> str:
    """DuckDB's words, which tell a writer of SQL what to change, on one line."""
    return " ".join(str(error).split("\n\nLINE")[0].split())[:600].rstrip(".") + "."
