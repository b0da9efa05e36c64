"""PostgreSQL: a server that many processes share, and that may be away for a while."""

import re
from contextlib import nullcontext

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as AllTaken

from errand.domain.errors import SetupError, StoreAway, StoreUnavailable
from errand.store.access import Access, to_json

_MIGRATING = 0x657272616E64  # any number that no other program on this database takes for its own
_CONNECTED = {
    "connect_timeout": 10,
    # A link that was cut is noticed within seconds, on both of its ends.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "errand",
    "options": " ".join(
        f"-c {name}={value}"
        for name, value in {
            "tcp_keepalives_idle": "5s",
            "tcp_keepalives_interval": "2s",
            "tcp_keepalives_count": "3",
            "tcp_user_timeout": "10s",
            # What a process that froze has locked is free again after this.
            "idle_in_transaction_session_timeout": "30s",
            "statement_timeout": "120s",
            "jit": "off",  # our statements are small; compiling them takes longer than running them
            # Planning those that are said again and again takes as long as running them, and no value of
            # theirs calls for another plan. One that is kept must not count on tables being small still.
            "plan_cache_mode": "force_generic_plan",
            "enable_seqscan": "off",
        }.items()
    ),
}
_AWAY = re.compile(
    "08|40|57P|53300|53200|55P03|57014|25006"  # connection, rolled back, shut down, no room now, gave up
)
_CLOSED_TO_US = re.compile(
    "does not exist|password|authentication|pg_hba|permission|not permitted|certificate|option"
    "|does not support SSL|sslmode|alert"  # a link that breaks while it is encrypted is an error of SSL, too
)


def access(url: str) -> Access:
    """Raises SetupError when the url can not be used."""
    known = _known(url)
    given = {name: value for name, value in _CONNECTED.items() if name not in known.query}
    try:
        engine = create_engine(
            known,
            pool_size=8,
            max_overflow=24,
            pool_use_lifo=True,
            json_serializer=to_json,
            connect_args=given,
            use_native_hstore=False,  # one statement less for each connection
        )
    except ModuleNotFoundError as error:
        raise SetupError('PostgreSQL needs a driver: pip install "errand[distributed]".') from error
    place = f"{known.database} on {known.host or 'this machine'}:{known.port or 5432}"
    return Access(
        writing=engine.execution_options(isolation_level="READ COMMITTED"),
        reading=engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
        at_once=engine.execution_options(isolation_level="AUTOCOMMIT"),
        is_server=True,
        begin_writing="",
        begin_reading="",
        turn=nullcontext(),
        migrating=("SET LOCAL statement_timeout = 0", f"SELECT pg_advisory_xact_lock({_MIGRATING})"),
        fault_of=lambda error: _fault(error, place),
    )


def _known(url: str) -> URL:
    try:
        known = make_url(url)
    except (ArgumentError, ValueError):
        known = None  # what was raised holds the url, and that a password
    if known is None or known.drivername != "postgresql+psycopg" or not known.database:
        raise SetupError(
            "ERRAND_DATABASE_URL can not be used: write it as postgresql+psycopg://user:password@host/errand."
        )
    return known


def _fault(error: SQLAlchemyError, place: str) -> StoreUnavailable | None:
    if isinstance(error, AllTaken):
        return StoreAway(f"All connections to the database {place} were taken for too long; try again.")
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    said = " ".join(str(error.orig).split())[:300]
    state: str = getattr(error.orig, "sqlstate", None) or ""
    if state.startswith(("22", "23", "42", "0A")) and state != "42501":
        return None
    if not state and isinstance(error, DataError | ProgrammingError):  # the driver refused to send it
        return None
    if _AWAY.match(state) or error.connection_invalidated:
        return _away(said, place)
    if not state:  # it never came to a connection, or the connection broke
        return _closed(said, place) if _CLOSED_TO_US.search(said) else _away(said, place)
    if state == "53100":
        return StoreUnavailable(
            f"The disk of the database {place} is full: free some space and start again; nothing is lost."
        )
    return _closed(said, place)


def _away(said: str, place: str) -> StoreAway:
    return StoreAway(
        f"The database {place} does not answer now ({said}): nothing is lost; check that it runs and can be "
        "reached."
    )


def _closed(said: str, place: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The database {place} can not be used ({said}): check ERRAND_DATABASE_URL and its user's rights."
    )
