"""SQLite: one file, any number of readers, one writer at a time."""

import sqlite3
import threading

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from errand.domain.errors import StoreUnavailable
from errand.store.access import Access, to_json


def access(url: str) -> Access:
    """Writers of this process queue at a lock of ours, since SQLite's own waiting is by growing sleeps."""
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=32,
        json_serializer=to_json,
        connect_args={"timeout": 60.0, "check_same_thread": False},
    )
    _prepare(engine)
    return Access(
        writing=engine,
        reading=engine,
        at_once=engine,
        is_server=False,
        begin_writing="BEGIN IMMEDIATE",
        begin_reading="BEGIN",
        turn=threading.Lock(),
        migrating=(),
        fault_of=lambda error: _fault(error, url.removeprefix("sqlite:///")),
    )


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        del entry
        # The driver must not begin transactions by itself; `Access` says how they begin.
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


def _fault(error: SQLAlchemyError, place: str) -> StoreUnavailable | None:
    if not isinstance(error, DatabaseError):
        return None
    if isinstance(error, OperationalError) or type(error.orig) is sqlite3.DatabaseError:
        return StoreUnavailable(_explain(str(error.orig), place))
    return None


def _explain(said: str, place: str) -> str:
    if "full" in said or "disk I/O" in said:
        return f"The disk that holds {place} is full: free some space and start again; nothing is lost."
    if "locked" in said:
        return f"The database {place} was locked for a minute by another program: end it and try again."
    if "unable to open" in said:
        return f"The database {place} can not be opened: check that its folder exists and may be written."
    if "readonly" in said:
        return f"The database {place} may not be written: check the permissions of its folder."
    return f"The database {place} can not be used ({said}): restore it from a backup or move it away."
