"""The systems that are compared: what each consists of, and how it is set up."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.servers.services import unused_port

WORKERS = 2
SLOTS = 4
"""Of each worker."""
ROOT = Path(__file__).parents[2]
HERE = "benchmarks.of_queues"


@dataclass(frozen=True)
class Place:
    """Where a system runs once: nothing of it is left from an earlier time."""

    folder: Path
    python: Path
    redis: str
    database: str
    """`postgresql://…`"""


@dataclass(frozen=True)
class Program:
    """One process; it is ready when it has said so, in its log, as often as `times`."""

    command: Sequence[str]
    ready: str
    times: int = 1


@dataclass(frozen=True)
class Layout:
    programs: Sequence[Program]
    """In the order in which they are started, each when the one before is ready."""
    submitter: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class System:
    name: str
    package: str
    """As benchmarks/requirements-compare.txt has it; empty: it runs in the environment of this program."""
    layout: Callable[[Place], Layout]
    setting: str
    """In words, for the report."""
    redis: bool = False
    postgres: bool = False
    items: int = 2_000


def systems() -> Sequence[System]:
    return (
        System(
            "celery", "celery", _celery, "threads pool; without gossip, mingle and heartbeat", redis=True
        ),
        System("dramatiq", "dramatiq", _dramatiq, "as it comes, with its result backend", redis=True),
        System(
            "dbos", "dbos", _dbos, "a workflow without steps an item; queue polled every 20 ms", postgres=True
        ),
        System(
            "prefect", "prefect", _prefect, "a server on PostgreSQL, served tasks, results kept as files",
            postgres=True, items=100,
        ),
        System(
            "errand", "", partial(_errand, 1), "a burst is one task of independent subtasks",
            redis=True, postgres=True,
        ),
        System(
            "errand-20", "", partial(_errand, 20), "a burst is twenty tasks",
            redis=True, postgres=True,
        ),
    )  # fmt: skip


def _celery(place: Place) -> Layout:
    module = f"{HERE}.celery_system"
    worker = [
        str(place.python), "-m", "celery", "-A", module, "worker", "--pool", "threads",
        "--concurrency", str(SLOTS), "--loglevel", "INFO",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    programs = [Program([*worker, "-n", f"worker{n}@compare"], " ready.") for n in range(WORKERS)]
    return Layout(programs, [str(place.python), "-m", module])


def _dramatiq(place: Place) -> Layout:
    module = f"{HERE}.dramatiq_system"
    workers = [
        str(place.python), "-m", "dramatiq", module, "--processes", str(WORKERS), "--threads", str(SLOTS)
    ]  # fmt: skip
    program = Program(workers, "Worker process is ready for action.", times=WORKERS)
    return Layout([program], [str(place.python), "-m", module])


def _dbos(place: Place) -> Layout:
    module = [str(place.python), "-m", f"{HERE}.dbos_system"]
    return Layout([Program([*module, "work"], "ready") for _ in range(WORKERS)], [*module, "submit"])


def _prefect(place: Place) -> Layout:
    port = unused_port()
    module = [str(place.python), "-m", f"{HERE}.prefect_system"]
    server = [
        str(place.python), "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port),
        "--no-ui", "--log-level", "INFO",
    ]  # fmt: skip
    variables = {
        "PREFECT_HOME": str(place.folder),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_DATABASE_CONNECTION_URL": place.database.replace("postgresql:", "postgresql+asyncpg:"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    workers = [Program([*module, "work"], "Subscribing to runs of task(s)") for _ in range(WORKERS)]
    return Layout([Program(server, "Uvicorn running on"), *workers], [*module, "submit"], variables)


def _errand(tasks: int, place: Place) -> Layout:
    module = [sys.executable, "-m", f"{HERE}.errand_system"]
    programs = [Program([*module, role], "ready") for role in ("rescue", *["work"] * WORKERS)]
    variables = {
        "ERRAND_HOME": str(place.folder),
        "ERRAND_DATABASE_URL": place.database.replace("postgresql:", "postgresql+psycopg:"),
        "ERRAND_BROKER_URL": place.redis,
        "ERRAND_SLOTS": str(SLOTS),
        "COMPARE_TASKS": str(tasks),
    }
    return Layout(programs, [*module, "submit"], variables)
