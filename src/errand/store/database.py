"""One database: how it is opened, how it is locked, what its errors mean."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import SQLAlchemyError

from errand.domain.errors import StoreAway
from errand.observability import metrics
from errand.store import postgresql, sqlite

MIGRATIONS = Path(__file__).with_name("migrations")


class Database:
    """Hands out transactions. It lives as long as its process works with the state.

    All three raise StoreUnavailable when it can not be used, and StoreAway when its server does not answer;
    whether the last change was made is then not known.
    """

    def __init__(self, url: str) -> None:
        """`sqlite:///…` or `postgresql+psycopg://…`. Raises SetupError when it is neither."""
        self._access = sqlite.access(url) if url.startswith("sqlite:") else postgresql.access(url)

    @property
    def is_server(self) -> bool:
        """Several processes change it at the same moment."""
        return self._access.is_server

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that changes something.

        On SQLite it holds the write lock from its beginning. On PostgreSQL each statement sees what was
        committed before it, and `state.lock` makes transactions on one task follow each other.
        """
        with self._access.turn, self._explained(), self._access.writing.connect() as connection:
            if self._access.begin_writing:
                connection.exec_driver_sql(self._access.begin_writing)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state from beginning to end, and never waits for a writer."""
        with self._explained(), self._access.reading.connect() as connection:
            if self._access.begin_reading:
                connection.exec_driver_sql(self._access.begin_reading)
            yield connection
            connection.commit()  # a rollback would make the driver forget what it has prepared

    @contextlib.contextmanager
    def at_once(self) -> Iterator[Connection]:
        """Each statement is a transaction of its own: for one that reads, or says all that is to change."""
        with self._explained(), self._access.at_once.connect() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the tables up to date; quick when they are, or are ahead of this version of Errand."""
        if self._revision() >= _newest_revision():
            return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.write() as connection:
            for each in self._access.migrating:
                connection.exec_driver_sql(each)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self._access.writing.dispose()

    def _revision(self) -> str:
        """Empty: it has no tables yet."""
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
            return "" if row is None else str(row[0])

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            fault = self._access.fault_of(error)
            if fault is None:
                raise
            metrics.STORE_ERRORS.add("away" if isinstance(fault, StoreAway) else "other")
            raise fault from error


def _newest_revision() -> str:
    """Migration files are named by number, `0001_…`, and that number is their revision."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
