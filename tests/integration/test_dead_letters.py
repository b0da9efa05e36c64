"""Dead letters show why they are, and are retried or discarded one by one or by kind; on either database."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from errand.dead_letters import DeadLetters
from errand.domain.errors import NotFound
from errand.domain.ids import TaskId
from errand.domain.task import Fault, SubtaskStatus, TaskStatus
from errand.store import changes, reopening, state
from tests.installation import LONG_ENOUGH, TestInstallation, address, step

Make = Callable[..., TestInstallation]
STEPS = (
    step("fine", "test.give", value=1),
    step("one", "test.break", "fine"),
    step("two", "test.add", "one"),
)


def dead(make: Make, tasks: int = 1) -> tuple[TestInstallation, DeadLetters, list[TaskId]]:
    made = make(*STEPS)
    found = [made.submit() for _ in range(tasks)]
    with made.working():
        for each in found:
            made.until(each, lambda view: view.status.ended)
    return made, DeadLetters(made.engine, made.database), found


def test_a_dead_letter_shows_every_attempt_with_its_worker_and_its_error(make: Make) -> None:
    _, letters, (task,) = dead(make)
    letter = letters.dead_letter(task, "one")
    assert [each["attempt"] for each in letter.attempts] == [1, 2, 3]
    assert all(each["worker"] and each["started"] and each["ended"] for each in letter.attempts)
    assert all("ZeroDivisionError" in str(each["error"]) for each in letter.attempts)
    assert "Traceback" in letter.step.detail


def test_what_is_no_dead_letter_can_not_be_shown_as_one(make: Make) -> None:
    _, letters, (task,) = dead(make)
    with pytest.raises(NotFound):
        letters.dead_letter(task, "fine")


def test_all_of_a_kind_are_retried_from_where_they_failed(make: Make) -> None:
    made, letters, tasks = dead(make, tasks=3)
    assert letters.retry_dead_letters(capability="test.give") == []
    assert letters.retry_dead_letters(fault=Fault.TRANSIENT) == []
    again = letters.retry_dead_letters(capability="test.break", fault=Fault.DEFECT)
    assert {each.task: each.keys for each in again} == dict.fromkeys(tasks, ("one", "two"))
    assert {made.subtask(each, "fine").status for each in tasks} == {SubtaskStatus.SUCCEEDED}
    assert {made.view(each).status for each in tasks} == {TaskStatus.RUNNING}
    assert letters.dead_letters() == []


def test_what_a_later_plan_goes_on_without_keeps_nobody_from_retrying_the_others(make: Make) -> None:
    made, letters, (first, second) = dead(make, tasks=2)
    with made.database.write() as tx:
        changes.supersede(tx, second, ["one"])
    assert {each.task: each.keys for each in letters.retry_dead_letters()} == {first: ("one", "two")}
    assert [each.address.task for each in letters.dead_letters()] == [second]


def test_all_of_a_kind_are_discarded(make: Make) -> None:
    _, letters, _ = dead(make, tasks=2)
    assert letters.discard_dead_letters(fault=Fault.TRANSIENT) == 0
    assert letters.discard_dead_letters(fault=Fault.DEFECT) == 2
    assert letters.dead_letters() == []


Change = Callable[[TestInstallation, Connection, TaskId], object]


def discard(made: TestInstallation, tx: Connection, task: TaskId) -> None:
    del made
    assert changes.discard(tx, address(task, "one"))


def retry(made: TestInstallation, tx: Connection, task: TaskId) -> None:
    now = made.clock()
    reopening.retry(tx, task, [], now=now, resend=now)


@contextmanager
def meanwhile(made: TestInstallation, change: Change, task: TaskId) -> Iterator[None]:
    """Somebody has changed that task, and is done with it only once somebody else waits for it."""
    changed = threading.Event()

    def hold() -> None:
        with made.database.write() as tx:
            state.lock(tx, task)
            change(made, tx, task)
            changed.set()
            wait_until_somebody_waits(made)

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        assert changed.wait(LONG_ENOUGH)
        yield
        holding.result(LONG_ENOUGH)


def wait_until_somebody_waits(made: TestInstallation) -> None:
    here = "SELECT true FROM pg_stat_activity WHERE datname = current_database()"
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        with made.database.at_once() as tx:
            if tx.exec_driver_sql(f"{here} AND wait_event_type = 'Lock'").first():
                return
        pause.wait(0.01)
    raise TimeoutError


@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("change", [discard, retry])
def test_what_somebody_changes_meanwhile_is_left_out_of_what_is_retried(make: Make, change: Change) -> None:
    made, letters, (first, second, third) = dead(make, tasks=3)
    with meanwhile(made, change, second):
        again = letters.retry_dead_letters()
    assert {each.task: each.keys for each in again} == dict.fromkeys((first, third), ("one", "two"))


@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("change", [discard, retry])
def test_what_somebody_changes_meanwhile_is_left_out_of_what_is_discarded(make: Make, change: Change) -> None:
    made, letters, (_, second, _) = dead(make, tasks=3)
    with meanwhile(made, change, second):
        assert letters.discard_dead_letters() == 2
    assert letters.dead_letters() == []
