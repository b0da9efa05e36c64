"""A loop that ends by a defect of ours: its process says so and ends, instead of standing there idle."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from errand.domain.errors import SetupError
from errand.rescuer import Rescuer
from errand.store.registry import WorkerRegistry
from tests.installation import LONG_ENOUGH, TestInstallation

Make = Callable[..., TestInstallation]
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@contextmanager
def without_workers_table(made: TestInstallation) -> Iterator[None]:
    """A defect, as a table that an operator took away."""
    rename = "ALTER TABLE {} RENAME TO {}"
    with made.database.write() as tx:
        tx.execute(text(rename.format("worker", "nowhere")))
    yield
    with made.database.write() as tx:
        tx.execute(text(rename.format("nowhere", "worker")))


def wait_for(holds: Callable[[], object]) -> None:
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        if holds():
            return
        pause.wait(0.01)
    raise TimeoutError


def failed(check: Callable[[], None]) -> str:
    """What it says; empty: nothing is wrong."""
    try:
        check()
    except SetupError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
def test_a_rescuer_that_has_ended_by_a_defect_says_so(make: Make) -> None:
    made = make()
    rescuer = Rescuer(made.engine, every=timedelta(seconds=0.01), registry=made.registry)
    rescuer.check()
    rescuer.start()
    rescuer.check()
    with without_workers_table(made):
        wait_for(lambda: "looks for lost work no longer" in failed(rescuer.check))
    rescuer.stop()
    rescuer.check()


@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
def test_a_worker_that_renews_no_leases_any_more_gives_up(make: Make) -> None:
    made = make()
    worker = made.worker()
    worker.start()
    with without_workers_table(made):
        wait_for(lambda: worker.failure)
    worker.drain(LONG_ENOUGH)
    assert "keeps its jobs no longer" in str(worker.failure)


@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
def test_a_rescuer_whose_clock_is_wrong_does_not_start(make: Make) -> None:
    made = make()
    made.clock.ahead = timedelta(minutes=1)
    rescuer = Rescuer(made.engine, registry=WorkerRegistry(made.database, made.clock))
    with pytest.raises(SetupError, match="ahead of the database"):
        rescuer.start()


@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
def test_a_worker_one_of_whose_slots_has_ended_takes_no_more_and_says_so(make: Make) -> None:
    made = make()
    worker = made.worker()
    worker.start()
    with made.database.write() as tx:
        tx.execute(text("ALTER TABLE job RENAME TO nowhere"))  # as above
    made.submit()
    wait_for(lambda: worker.failure)
    worker.drain(LONG_ENOUGH)
    assert "slots ended by a defect" in str(worker.failure)
