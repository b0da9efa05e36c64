"""A worker's host is cut off from the others while it has a job, and comes back."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from errand.store.database import Database
from errand.store.tables import job, task
from tests.conftest import missing
from tests.e2e.chaos.checking import faults_of
from tests.e2e.chaos.outside import listed
from tests.e2e.chaos.plans import SINGLE
from tests.e2e.chaos.submitting import Submitting
from tests.e2e.chaos.supervising import Site, Supervised, until
from tests.servers.network import Network
from tests.servers.services import PostgresServer, ProgramMissing, RedisServer, unused_port

LONG = f"{SINGLE} 1 6.0"
SHORT = f"{SINGLE} 2 0.5"
MANY = 120
"""More than one worker does until the other must be back."""
BACK_SECONDS = 25.0
"""Until a worker that was cut off takes messages again: a link that is half open is noticed within 15 s."""


@pytest.fixture
def network() -> Iterator[Network]:
    try:
        made = Network(2)
    except ProgramMissing as error:
        missing(str(error))
    with made:
        yield made


@pytest.fixture
def site(tmp_path: Path, network: Network) -> Iterator[Site]:
    """Redis and PostgreSQL on this machine, where the hosts can reach them."""
    try:
        redis = RedisServer(host=network.address)
        with redis, PostgresServer(host=network.address) as postgres:
            more = {"ERRAND_LEASE_SECONDS": "3", "ERRAND_LOG_LEVEL": "info", "ERRAND_SLOTS": "2"}
            yield Site(tmp_path / "site", postgres.new_database(), redis.url, more)
    except ProgramMissing as error:
        missing(str(error))


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    with closing(Database(site.database_url)) as opened:
        opened.migrate()
        yield opened


@pytest.mark.parametrize("way", ["cut_off", "mute", "deafen"])
def test_a_worker_that_was_cut_off_loses_its_job_and_takes_others_when_it_is_back(
    way: str, network: Network, site: Site, database: Database
) -> None:
    port = unused_port()
    workers = {n: site.process(f"worker-{n}", "worker", before=network.on(n), host=str(n)) for n in (1, 2)}
    managers = [site.process("rescuer", "rescuer"), site.process("api", "api", "--port", str(port))]
    with standing(*managers, *workers.values()):
        (long,) = handed_in(port, [LONG])
        assert until(lambda: bool(listed(site.outside.path)))
        names = {name_of(each): n for n, each in workers.items()}
        alone = attempts(database, long)[-1][0]
        getattr(network, way)(names[alone])
        assert until(lambda: has_ended(database, long))
        network.heal(names[alone])
        healed = time.monotonic()
        handed_in(port, [SHORT] * MANY)
        assert until(lambda: began(database, alone) > 2, BACK_SECONDS), workers[names[alone]].said
        back = time.monotonic() - healed
        assert until(lambda: '"event": "dropped"' in workers[names[alone]].said)
        assert until(lambda: all_ended(database))

    (other,) = names.keys() - {alone}
    assert [worker for worker, _ in attempts(database, long)] == [alone, other]
    assert attempts(database, long)[-1][1] == "succeeded"
    assert faults_of(database, {}, listed(site.outside.path)) == []
    assert listed(site.outside.asked).count(f"{long} s0") == 2
    assert back < BACK_SECONDS


@contextmanager
def standing(*processes: Supervised) -> Iterator[None]:
    for each in processes:
        each.start()
    try:
        assert until(lambda: all(each.is_ready for each in processes))
        yield
    finally:
        for each in processes:
            each.stop()
        for each in processes:
            each.wait()


def handed_in(port: int, texts: list[str]) -> list[str]:
    """Ids of the tasks."""
    submitting = Submitting([f"http://127.0.0.1:{port}"], texts)
    submitting.start()
    assert until(lambda: submitting.is_over)
    return list(submitting.taken)


def name_of(worker: Supervised) -> str:
    return str(re.findall(r"worker (\S+) is ready", worker.said)[0])


def attempts(database: Database, of_task: str) -> list[tuple[str, str | None]]:
    """Worker and outcome of each at the only step."""
    listing = select(job.c.worker, job.c.outcome).where(job.c.task == of_task, job.c.subtask == "s0")
    with database.read() as tx:
        return [(row.worker, row.outcome) for row in tx.execute(listing.order_by(job.c.attempt))]


def began(database: Database, worker: str) -> int:
    """How many of the short steps it has begun."""
    listing = select(job.c.subtask).join(task, task.c.id == job.c.task)
    with database.read() as tx:
        return len(tx.execute(listing.where(job.c.worker == worker, task.c.text == SHORT)).all())


def has_ended(database: Database, of_task: str) -> bool:
    with database.read() as tx:
        return tx.execute(select(task.c.ended).where(task.c.id == of_task)).scalar_one() is not None


def all_ended(database: Database) -> bool:
    with database.read() as tx:
        return tx.execute(select(task.c.id).where(task.c.ended.is_(None))).first() is None
