"""What a retry by a person begins anew, and what it does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from errand.domain.ids import TaskId, WorkerId
from errand.domain.json import JsonObject
from errand.domain.plan import Plan
from errand.domain.request import Limits, Request
from errand.domain.task import Failed, Fault, Job, SubtaskStatus, Succeeded, TaskStatus
from errand.store.turns import Conversations
from tests.installation import TestInstallation, address, step

Make = Callable[..., TestInstallation]
ME = WorkerId("me")
TURN: JsonObject = {"n": 1}
ONE = step("one", "test.give")


def claimed(made: TestInstallation, task: TaskId, key: str) -> Job:
    job = made.engine.claim(address(task, key), ME)
    assert job is not None
    return job


def planned(made: TestInstallation, **limits: float) -> TaskId:
    """A task of two steps."""
    task = made.engine.submit(Request("anything", limits=Limits(**limits)))  # type: ignore[arg-type]  # as named
    assert made.engine.settle(
        claimed(made, task, "plan"), Succeeded({}, plan=Plan((ONE, step("two", "test.give"))))
    )
    return task


def failed(made: TestInstallation, task: TaskId, fault: Fault, *turns: JsonObject) -> None:
    job = claimed(made, task, "one")
    kept = Conversations(made.database, made.clock)
    assert all(kept.record(job, turn) for turn in turns)
    assert made.engine.settle(job, Failed("no", fault))


def turns(made: TestInstallation, task: TaskId) -> tuple[object, ...]:
    return Conversations(made.database, made.clock).of(address(task, "one"))


def test_the_time_of_a_task_that_had_ended_begins_anew_and_ends_again(make: Make) -> None:
    made = make(ONE)
    task = planned(made, wall_seconds=60)
    made.clock.ahead = timedelta(seconds=61)
    assert made.engine.stop_overdue() == [task]

    made.engine.retry(task)
    assert made.engine.stop_overdue() == []
    made.clock.ahead += timedelta(seconds=61)
    assert made.engine.stop_overdue() == [task]
    assert made.view(task).status is TaskStatus.PARTIAL


def test_the_time_of_a_task_that_still_runs_goes_on(make: Make) -> None:
    made = make(ONE)
    task = planned(made, wall_seconds=60)
    failed(made, task, Fault.INPUT)
    made.clock.ahead = timedelta(seconds=30)
    made.engine.retry(task)
    made.clock.ahead = timedelta(seconds=61)
    assert made.engine.stop_overdue() == [task]


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.LOST])
def test_attempts_that_are_no_strikes_are_counted_afresh(make: Make, fault: Fault) -> None:
    made = make(ONE)
    task = planned(made)
    while made.subtask(task, "one").status is not SubtaskStatus.DEAD:
        failed(made, task, fault)
        made.clock.ahead += timedelta(hours=1)
    made.engine.retry(task)
    failed(made, task, fault)
    assert made.subtask(task, "one").status is SubtaskStatus.READY


def test_what_a_limit_stopped_goes_on_in_its_conversation(make: Make) -> None:
    made = make(ONE)
    task = planned(made)
    failed(made, task, Fault.LIMIT, TURN)
    made.engine.retry(task)
    assert turns(made, task) == (TURN,)


def test_what_the_time_limit_stopped_goes_on_in_its_conversation(make: Make) -> None:
    made = make(ONE)
    task = planned(made, wall_seconds=60)
    Conversations(made.database, made.clock).record(claimed(made, task, "one"), TURN)
    made.clock.ahead = timedelta(seconds=61)
    made.engine.stop_overdue()
    made.engine.retry(task)
    assert turns(made, task) == (TURN,)


def test_what_failed_by_itself_or_is_named_begins_a_new_conversation(make: Make) -> None:
    made = make(ONE)
    by_itself, named = planned(made), planned(made)
    failed(made, by_itself, Fault.INPUT, TURN)
    failed(made, named, Fault.LIMIT, TURN)
    made.engine.retry(by_itself)
    made.engine.retry(named, ["one"])
    assert (turns(made, by_itself), turns(made, named)) == ((), ())
