"""Leases are lengthened for those who hold them, whatever others do to the same rows."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Select, select

from errand.domain.ids import TaskId, WorkerId
from errand.domain.plan import Plan
from errand.domain.task import Job, Succeeded
from errand.store.tables import subtask
from tests.installation import LONG_ENOUGH, TestInstallation, address, step
from tests.integration.conftest import Make

ME = WorkerId("me")
STEPS = (step("one", "test.give"), step("two", "test.give"), step("three", "test.give"))


def claimed(made: TestInstallation, task: TaskId, key: str) -> Job:
    job = made.engine.claim(address(task, key), ME)
    assert job is not None
    return job


def running(made: TestInstallation) -> tuple[TaskId, list[Job]]:
    """A task whose three steps this worker has."""
    task = made.submit()
    planned = Succeeded({"steps": 3}, plan=Plan(STEPS))
    assert made.engine.settle(claimed(made, task, "plan"), planned)
    return task, [claimed(made, task, each.key) for each in STEPS]


def lease(made: TestInstallation, job: Job) -> datetime:
    with made.database.read() as tx:
        mine = (subtask.c.task == job.address.task, subtask.c.key == job.address.key)
        until: datetime = tx.execute(select(subtask.c.lease_until).where(*mine)).scalar_one()
        return until


def test_leases_are_lengthened_of_those_that_are_held_still(make: Make) -> None:
    made = make(*STEPS)
    _, (one, two, three) = running(made)
    assert made.engine.settle(two, Succeeded({"value": 1}))
    before = lease(made, three)
    made.clock.ahead = timedelta(seconds=10)
    assert made.engine.renew([replace(three, worker=WorkerId("another"))]) == []
    assert made.engine.renew([one, two, three]) == [one, three]
    assert lease(made, three) - before >= timedelta(seconds=10)
    assert made.engine.renew([]) == []


@pytest.fixture
def on_postgresql(tmp_path: Path, migrated_url: str) -> Iterator[TestInstallation]:
    with closing(TestInstallation(tmp_path, Plan(STEPS), database_url=migrated_url)) as made:
        yield made


def test_renewing_waits_for_no_row_while_it_holds_another(on_postgresql: TestInstallation) -> None:
    """Or this would be a deadlock, and the server would end one of the two."""
    made = on_postgresql
    _, (one, two, three) = running(made)
    made.clock.ahead = timedelta(seconds=10)
    before, again = lease(made, one), threading.Event()
    kept: list[Job] = []
    renewing = threading.Thread(target=lambda: kept.extend(made.engine.renew([one, two, three])))

    def rows(key: str) -> Select[tuple[str]]:
        of = select(subtask.c.key).where(subtask.c.task == one.address.task, subtask.c.key == key)
        return of.with_for_update()

    with made.database.write() as tx:
        tx.execute(rows("two"))
        renewing.start()
        while lease(made, one) == before:
            again.wait(0.01)
        tx.execute(rows("one"))
    renewing.join(LONG_ENOUGH)
    assert kept == [one, two, three]
