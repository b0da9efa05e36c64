"""All workers are replaced, one after the other, while they have work: as an upgrade does it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from errand.store.database import Database
from errand.store.tables import job, task
from tests.e2e.chaos.checking import faults_of
from tests.e2e.chaos.outside import listed
from tests.e2e.chaos.plans import SINGLE, requests
from tests.e2e.chaos.submitting import Submitting
from tests.e2e.chaos.supervising import Site, Supervised, until
from tests.servers.services import unused_port

WORKERS = 3
DRAIN_SECONDS = "1"
LONG = f"{SINGLE} 1 4.0"
"""A step that takes longer than a worker waits for it."""


@pytest.fixture
def site(tmp_path: Path, database_url: str, broker_url: str) -> Site:
    return Site(tmp_path / "site", database_url, broker_url, {"ERRAND_DRAIN_SECONDS": DRAIN_SECONDS})


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        opened.migrate()
        yield opened


def test_all_workers_are_replaced_and_each_step_runs_to_its_end_once(site: Site, database: Database) -> None:
    workers, port = [new_worker(site, n) for n in range(WORKERS)], unused_port()
    managers = [site.process("rescuer", "rescuer"), site.process("api", "api", "--port", str(port))]
    standing = [*managers, *workers]
    try:
        for each in standing:
            each.start()
        assert until(lambda: all(each.is_ready for each in standing))
        for n, old in enumerate(workers):
            new = new_worker(site, WORKERS + n)
            standing.append(new)
            new.start()
            assert until(lambda: new.is_ready)  # noqa: B023  # called here
            hand_in(port, [*requests(n, 5, 0.6), *[LONG] * 12])
            assert until(lambda: runs_something_long(database, name_of(old)))  # noqa: B023  # as above
            old.stop()
            assert old.wait()
        assert until(lambda: all_ended(database))
    finally:
        for each in standing:
            each.stop()
        ended = [each.wait() for each in standing]

    assert ended == [True] * len(standing)
    ends = Counter(listed(site.outside.ended))
    assert faults_of(database, {}, listed(site.outside.path)) == []
    assert {each: n for each, n in ends.items() if n != 1} == {}
    assert len(ends) == WORKERS * (5 * 10 + 12)
    assert outcomes(database).keys() == {"succeeded", "handed_back"}
    assert [each.process.returncode for each in standing if each.process] == [0] * len(standing)
    assert site.processes() == []


def new_worker(site: Site, n: int) -> Supervised:
    return site.process(f"worker-{n}", "worker", "--slots", "4", host=f"host-{n}")


def hand_in(port: int, texts: Sequence[str]) -> None:
    submitting = Submitting([f"http://127.0.0.1:{port}"], texts)
    submitting.start()
    assert until(lambda: submitting.is_over)


def name_of(worker: Supervised) -> str:
    return str(re.findall(r"worker (\S+) is ready", worker.said)[0])


def runs_something_long(database: Database, worker: str) -> bool:
    running = select(job.c.task).join(task, task.c.id == job.c.task).where(job.c.ended.is_(None))
    with database.read() as tx:
        found = tx.execute(running.where(task.c.text == LONG, job.c.worker == worker))
        return found.first() is not None


def all_ended(database: Database) -> bool:
    with database.read() as tx:
        return tx.execute(select(task.c.id).where(task.c.ended.is_(None))).first() is None


def outcomes(database: Database) -> Counter[str]:
    with database.read() as tx:
        return Counter(map(str, tx.execute(select(job.c.outcome)).scalars()))
