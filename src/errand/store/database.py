"""One database: how it is opened, how it is locked, what its errors mean."""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from errand.domain.errors import StoreUnavailable

MIGRATIONS = Path(__file__).with_name("migrations")


class Database:
    """Hands out transactions. It lives as long as its process works with the state."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(
            url,
            pool_size=16,
            max_overflow=32,
            json_serializer=_to_json,
            connect_args={"timeout": 60.0, "check_same_thread": False},
        )
        self._writing = threading.Lock()
        _prepare_sqlite(self.engine)

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds SQLite's write lock from its beginning.

        Writers of this process queue at a lock of ours, since SQLite's own waiting is by growing sleeps.
        Raises StoreUnavailable when the disk is full or the database can not be used.
        """
        with self._writing, _explained(self.url), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state from beginning to end, and never waits for a writer."""
        with _explained(self.url), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    def migrate(self) -> None:
        """Bring the tables up to date; quick when they are."""
        if self._revision() == _newest_revision():
            return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self.engine.dispose()

    def _revision(self) -> str | None:
        with self.read() as connection:
            named = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
            ).first()
            if named is None:
                return None
            row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
            return None if row is None else str(row[0])


def _newest_revision() -> str:
    """Migration files are named by number, `0001_…`, and that number is their revision."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        del entry
        # The driver must not begin transactions by itself; `write` and `read` say how they begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",  # survives a killed process; a power cut may lose the last moments
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "cache_size = -65536",
            "wal_autocheckpoint = 8000",  # pages; fewer, larger checkpoints: each one waits for the disk
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@contextlib.contextmanager
def _explained(url: str) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, OperationalError) or type(error.orig) is sqlite3.DatabaseError:
            raise StoreUnavailable(_explain(str(error.orig), url)) from error
        raise


def _explain(said: str, url: str) -> str:
    place = url.removeprefix("sqlite:///")
    if "full" in said or "disk I/O" in said:
        return f"The disk that holds {place} is full: free some space and start again; nothing is lost."
    if "locked" in said:
        return f"The database {place} was locked for a minute by another program: end it and try again."
    if "unable to open" in said:
        return f"The database {place} can not be opened: check that its folder exists and may be written."
    if "readonly" in said:
        return f"The database {place} may not be written: check the permissions of its folder."
    return f"The database {place} can not be used ({said}): restore it from a backup or move it away."
