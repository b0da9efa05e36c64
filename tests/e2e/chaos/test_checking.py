"""What a chaos run looks at would be noticed if it were wrong."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from errand.domain.ids import TaskId
from errand.domain.plan import Plan
from errand.domain.request import Request
from errand.store import changes, rows
from errand.store.database import Database
from errand.store.tables import event, job
from tests.e2e.chaos.checking import faults_of
from tests.installation import TestInstallation, step

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SINGLE = "single 1 0"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path / 'errand.db'}")) as opened:
        opened.migrate()
        yield opened


def begin(database: Database) -> None:
    """A task, and that is all."""
    with database.write() as tx:
        changes.insert_task(tx, rows.task_row(TaskId("t"), Request(SINGLE), NOW))


def test_where_all_was_done_only_a_result_that_is_another_is_a_fault(tmp_path: Path) -> None:
    plan = Plan((step("s0", "test.give", value=1),))
    installation = TestInstallation(tmp_path, plan)
    with closing(installation.database) as database, installation.working():
        task = installation.submit(SINGLE)
        installation.until(task, lambda view: view.status.ended)
        (fault,) = faults_of(database, {task: SINGLE}, [f"{task} s0"])

    assert fault.startswith(f"{task}: status, open, total, missing, result are ('succeeded', 0, 2, [],")


def test_a_task_that_is_not_there_or_has_not_ended_is_a_fault(database: Database) -> None:
    assert faults_of(database, {"t": SINGLE}, []) == ["t was taken and is not there"]
    begin(database)
    (unfinished, *_) = faults_of(database, {"t": SINGLE}, ["t s0"])
    assert unfinished.startswith("t: status, open, total, missing, result are ('queued'")


@pytest.mark.parametrize(
    ("done", "fault"),
    [
        ([], "t s0 was not done"),
        (["t s0", "t s0"], "t s0 was done 2 times"),
        (["t s0", "t s1"], "t s1 was done and is of no task"),
    ],
)
def test_an_effect_that_is_missing_or_there_twice_is_a_fault(
    database: Database, done: list[str], fault: str
) -> None:
    begin(database)
    assert fault in faults_of(database, {}, done)


def test_a_gap_in_the_events_and_an_attempt_without_an_end_are_faults(database: Database) -> None:
    begin(database)
    with database.write() as tx:
        tx.execute(insert(event).values(task="t", number=2, type="task.submitted", data={}, time=NOW))
        tx.execute(insert(job).values(task="t", subtask="s0", attempt=1, worker="w", started=NOW))
    found = faults_of(database, {}, ["t s0"])

    assert "t: its events are numbered [2], and the last one is 0" in found
    assert "t s0: attempt 1 by w has no end" in found
    assert "t s0: 0 attempts succeeded" in found
