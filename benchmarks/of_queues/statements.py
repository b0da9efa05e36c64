"""How many statements a database was sent, counted by PostgreSQL's own pg_stat_statements."""

from dataclasses import dataclass

import psycopg
from tests.servers.services import PostgresServer

_COUNT = """
    SELECT coalesce(sum(calls) FILTER (WHERE NOT control), 0)::bigint,
           coalesce(sum(calls) FILTER (WHERE control), 0)::bigint
    FROM (SELECT calls, query ~* '^\\s*(begin|start|commit|rollback|savepoint|release|end)' AS control
          FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname = %s) AS counted
"""


@dataclass(frozen=True)
class Count:
    """`control`: BEGIN, COMMIT, ROLLBACK and savepoints. `work`: all others."""

    work: int
    control: int


class Statements:
    """One fresh database of a server, whose statements are counted."""

    def __init__(self, server: PostgresServer) -> None:
        self._of_server = _address(server.url)
        with psycopg.connect(self._of_server, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        server.restart()
        with psycopg.connect(self._of_server, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        self.database = _address(server.new_database())
        self._name = self.database.rpartition("/")[2]

    def start(self) -> None:
        """Count from zero."""
        with psycopg.connect(self._of_server, autocommit=True) as connection:
            connection.execute("SELECT pg_stat_statements_reset()")

    def so_far(self) -> Count:
        with psycopg.connect(self._of_server, autocommit=True) as connection:
            row = connection.execute(_COUNT, (self._name,)).fetchone()
        if row is None:
            raise RuntimeError("A sum over no rows is one row.")
        return Count(work=int(row[0]), control=int(row[1]))


def _address(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")
