"""Subtasks that no worker offers: they say why they wait, go on when somebody comes, and fail in the end."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from errand.domain.ids import TaskId, WorkerId
from errand.domain.plan import Plan, Step
from errand.domain.task import Fault, SubtaskStatus, Succeeded, TaskStatus
from errand.offering import Offering
from errand.rescuer import Rescuer
from tests.installation import TestInstallation, address, step

Make = Callable[..., TestInstallation]
ONE = step("one", "test.give", value=1)
WHY = "No worker offers test.give: start one with `errand worker --offer test.give`."


def offering(made: TestInstallation) -> Offering:
    return Offering(made.database, made.engine, made.clock, wait=timedelta(minutes=10))


def planned(made: TestInstallation, *steps: Step) -> TaskId:
    """A task that is planned, and whose steps nobody takes."""
    task = made.submit()
    job = made.engine.claim(address(task, "plan"), WorkerId("planner"))
    assert job is not None
    assert made.engine.settle(job, Succeeded({}, plan=Plan(steps)))
    return task


def test_what_nobody_offers_says_so_once(make: Make) -> None:
    made = make()
    task = planned(made, ONE)
    looks = [offering(made).look({"plan"}) for _ in range(3)]
    assert looks == [0, 1, 1]
    assert made.event_types(task, "one").count("subtask.unoffered") == 1
    assert made.subtask(task, "one").held_up == WHY
    assert made.view(task).held_up == WHY


def test_what_is_offered_again_does_not_wait_any_more(make: Make) -> None:
    made = make()
    task = planned(made, ONE)
    offering(made).look({"plan"})
    offering(made).look({"plan", "test.give"})
    assert made.view(task).held_up == ""
    made.clock.ahead = timedelta(minutes=11)
    assert offering(made).look({"plan", "test.give"}) == 0
    assert made.subtask(task, "one").status is SubtaskStatus.READY


def test_what_nobody_offers_for_too_long_fails_and_says_why(make: Make) -> None:
    made = make()
    task = planned(made, ONE, step("two", "test.add", "one"))
    offering(made).look({"plan"})
    made.clock.ahead = timedelta(minutes=11)
    offering(made).look({"plan"})
    one = made.subtask(task, "one")
    assert (one.status, one.fault, one.error) == (SubtaskStatus.FAILED, Fault.SETUP, WHY)
    assert made.view(task).status is TaskStatus.FAILED
    assert made.subtask(task, "two").status is SubtaskStatus.SKIPPED


def test_how_long_it_waited_before_an_attempt_does_not_count_after_it(make: Make) -> None:
    made = make()
    task = planned(made, ONE)
    offering(made).look({"plan"})
    job = made.engine.claim(address(task, "one"), WorkerId("somebody"))
    assert job is not None
    made.clock.ahead = timedelta(minutes=11)
    assert made.engine.hand_back(job)
    assert (made.subtask(task, "one").held_up, made.view(task).held_up) == ("", "")
    looks = [offering(made).look({"plan"}) for _ in range(2)]
    assert looks == [0, 1]
    assert made.subtask(task, "one").status is SubtaskStatus.READY
    made.clock.ahead = timedelta(minutes=22)
    offering(made).look({"plan"})
    assert made.subtask(task, "one").status is SubtaskStatus.FAILED


@pytest.mark.parametrize("times", [1, 3])
def test_several_rescuers_mark_it_as_one_does(make: Make, times: int) -> None:
    made = make()
    task = planned(made, ONE, step("two", "test.give", value=2))
    for each in [offering(made) for _ in range(times)]:
        each.look({"plan"})
    assert made.event_types(task).count("subtask.unoffered") == 2
    assert made.event_numbers(task) == [*range(1, len(made.event_numbers(task)) + 1)]


def test_the_rescuer_asks_the_workers_what_they_offer(make: Make) -> None:
    made = make()
    task = planned(made, ONE)
    rescuer = Rescuer(made.engine, registry=made.registry, offering=offering(made))
    rescuer.look()
    assert made.view(task).held_up == WHY
    with made.working():
        assert made.until(task, lambda view: view.status.ended).status is TaskStatus.SUCCEEDED
