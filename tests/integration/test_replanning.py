"""A task is planned anew: when, what that changes, and what happens meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from errand.domain.errors import InputRefused, Transient
from errand.domain.ids import SubtaskKey, TaskId, WorkerId
from errand.domain.plan import Plan, Reference, Step
from errand.domain.task import Failed, Fault, Job, Outcome, Succeeded, TaskStatus
from errand.store import reading
from tests.installation import TestInstallation, address, step

Make = Callable[..., TestInstallation]
ME = WorkerId("me")
NO = Failed("no", Fault.INPUT)


def claimed(installation: TestInstallation, task: TaskId, key: str) -> Job:
    job = installation.engine.claim(address(task, key), ME)
    assert job is not None
    return job


def work_off(installation: TestInstallation, task: TaskId, key: str, outcome: Outcome) -> None:
    assert installation.engine.settle(claimed(installation, task, key), outcome)


def planned(installation: TestInstallation, *steps: Step, **plan: object) -> TaskId:
    """A task whose plan is there."""
    task = installation.submit()
    work_off(installation, task, "plan", Succeeded({}, plan=Plan(steps, **plan)))  # type: ignore[arg-type]  # as the test names them
    return task


@pytest.fixture
def installation(make: Make) -> TestInstallation:
    return make(step("one", "test.give"), most_replans=2)


def revision(*steps: Step, **plan: object) -> Succeeded:
    return Succeeded({}, plan=Plan(steps, **plan))  # type: ignore[arg-type]  # as the test names them


def test_what_failed_is_done_in_another_way_and_the_task_succeeds(installation: TestInstallation) -> None:
    task = planned(
        installation,
        step("a", "test.give"),
        step("b", "test.give"),
        step("c", "test.give", "b"),
        result=Reference.parse("c.value"),
    )
    work_off(installation, task, "b", NO)
    assert installation.statuses(task)["c"] == "skipped"
    work_off(installation, task, "a", Succeeded({"value": 1}))
    again = step("d", "test.give", "a")
    done = revision(again, supersedes=("b",), result=Reference.parse("d.value"))
    work_off(installation, task, "plan-2", done)
    work_off(installation, task, "d", Succeeded({"value": 7}))
    view = installation.view(task)
    assert (view.status, view.result, view.missing, view.revision) == (TaskStatus.SUCCEEDED, 7, (), 2)
    assert installation.event_types(task, "a").count("subtask.started") == 1
    assert installation.subtask(task, "c").superseded


def test_the_planner_sees_the_state_and_why(installation: TestInstallation) -> None:
    task = planned(installation, step("a", "test.give"), step("b", "test.give"))
    work_off(installation, task, "a", Succeeded({"value": 1}))
    work_off(installation, task, "b", NO)
    given = installation.engine.inputs(claimed(installation, task, "plan-2"))
    assert given["why"] == "b did not succeed: no"
    assert isinstance(given["state"], dict)
    steps = given["state"]["steps"]
    assert isinstance(steps, list)
    assert [(each["key"], each["status"], each["output"]) for each in steps] == [  # type: ignore[index, call-overload]  # JSON
        ("a", "succeeded", {"value": 1}),
        ("b", "failed", None),
    ]


def test_without_replans_a_failure_ends_the_task_as_before(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = planned(installation, step("a", "test.give"))
    work_off(installation, task, "a", NO)
    assert installation.view(task).status is TaskStatus.FAILED


def test_when_planning_anew_fails_the_task_ends_as_without_it_and_says_so(
    installation: TestInstallation,
) -> None:
    task = planned(installation, step("a", "test.give"))
    work_off(installation, task, "a", NO)
    work_off(installation, task, "plan-2", Failed("no idea", Fault.INPUT))
    view = installation.view(task)
    assert view.status is TaskStatus.FAILED
    assert view.missing == ("a: no", "The rest could not be planned anew: no idea")


def test_a_result_that_does_not_pass_is_planned_anew_twice_and_is_then_partial(
    installation: TestInstallation,
) -> None:
    fails = Succeeded({"passed": False, "faults": ["wrong"]})
    task = planned(
        installation, step("a", "test.give"), step("check", "test.give", "a"), check="check",
        result=Reference.parse("a.value"),
    )  # fmt: skip
    work_off(installation, task, "a", Succeeded({"value": 1}))
    work_off(installation, task, "check", fails)
    for n in (2, 3):
        work_off(installation, task, f"plan-{n}", revision(step(f"check{n}", "test.give"), check=f"check{n}"))
        work_off(installation, task, f"check{n}", fails)
    view = installation.view(task)
    assert view.status is TaskStatus.PARTIAL
    assert view.missing == ("The check of the result found: wrong",)


CHECKED = Plan(
    (step("a", "test.give"), step("check", "test.give", "a")),
    result=Reference.parse("a.value"),
    check=SubtaskKey("check"),
)


def test_a_check_that_could_not_be_made_is_no_reason_to_make_the_result_again(
    installation: TestInstallation,
) -> None:
    task = planned(installation, *CHECKED.steps, result=CHECKED.result, check=CHECKED.check)
    work_off(installation, task, "a", Succeeded({"value": 1}))
    work_off(installation, task, "check", Failed("The reviewer has no voice.", Fault.SETUP))
    view = installation.view(task)
    assert (view.status, view.result, view.revision) == (TaskStatus.PARTIAL, 1, 1)
    assert view.missing == ("check: The reviewer has no voice.", "The result was not checked.")


def test_nor_is_one_that_could_not_be_made_while_the_rest_was_planned_anew(
    installation: TestInstallation,
) -> None:
    steps = (*CHECKED.steps, step("side", "test.give"))
    task = planned(installation, *steps, result=CHECKED.result, check=CHECKED.check)
    work_off(installation, task, "a", Succeeded({"value": 1}))
    work_off(installation, task, "side", NO)
    planner = claimed(installation, task, "plan-2")
    work_off(installation, task, "check", Failed("The reviewer has no voice.", Fault.SETUP))
    assert installation.engine.settle(planner, revision(supersedes=("side",)))
    view = installation.view(task)
    assert (view.status, view.result, view.revision) == (TaskStatus.PARTIAL, 1, 2)


def test_what_the_check_found_is_told_also_when_a_limit_stops_the_planning_anew(
    installation: TestInstallation,
) -> None:
    task = planned(installation, *CHECKED.steps, result=CHECKED.result, check=CHECKED.check)
    work_off(installation, task, "a", Succeeded({"value": 1}))
    work_off(installation, task, "check", Succeeded({"passed": False, "faults": ["wrong"]}))
    work_off(installation, task, "plan-2", Failed("All is spent.", Fault.LIMIT))
    view = installation.view(task)
    assert (view.status, view.result, view.missing[0]) == (TaskStatus.PARTIAL, 1, "All is spent.")
    assert view.missing[-1] == "The check of the result found: wrong"


def test_a_second_check_that_passes_makes_up_for_the_first(installation: TestInstallation) -> None:
    task = planned(installation, step("check", "test.give"), check="check")
    work_off(installation, task, "check", Succeeded({"passed": False}))
    work_off(installation, task, "plan-2", revision(step("again", "test.give"), check="again"))
    work_off(installation, task, "again", Succeeded({"passed": True}))
    assert installation.view(task).status is TaskStatus.SUCCEEDED


def test_what_a_result_makes_pointless_is_dropped_with_what_needs_it(installation: TestInstallation) -> None:
    task = planned(
        installation, step("a", "test.give"), step("b", "test.give", "a"), step("c", "test.give", "b"),
        step("x", "test.give"),
    )  # fmt: skip
    work_off(installation, task, "x", Succeeded({"value": 1}, replan="There is nothing to compare."))
    work_off(installation, task, "plan-2", revision(drop=("a",), result=Reference.parse("x.value")))
    assert [installation.statuses(task)[key] for key in "abc"] == ["replaced"] * 3
    assert (installation.view(task).status, installation.view(task).result) == (TaskStatus.SUCCEEDED, 1)
    with pytest.raises(InputRefused, match="goes on without"):
        installation.engine.retry(task, ["b"])


def test_a_step_that_runs_releases_what_was_planned_to_need_it_meanwhile(
    installation: TestInstallation,
) -> None:
    task = planned(installation, step("slow", "test.give"), step("b", "test.give"))
    slow = claimed(installation, task, "slow")
    work_off(installation, task, "b", NO)
    work_off(installation, task, "plan-2", revision(step("new", "test.give", "slow"), supersedes=("b",)))
    assert installation.statuses(task)["new"] == "pending"
    assert installation.engine.settle(slow, Succeeded({"value": 1}))
    assert installation.statuses(task)["new"] == "ready"


def test_a_plan_that_needs_what_failed_meanwhile_is_not_taken(installation: TestInstallation) -> None:
    task = planned(installation, step("slow", "test.give"), step("b", "test.give"))
    work_off(installation, task, "b", NO)
    planning = claimed(installation, task, "plan-2")
    work_off(installation, task, "slow", NO)
    before = installation.event_numbers(task)
    with pytest.raises(Transient, match="overtaken"):
        installation.engine.settle(planning, revision(step("new", "test.give", "slow")))
    assert installation.event_numbers(task) == before


def test_a_failure_that_the_planner_could_not_know_is_planned_for_next(
    installation: TestInstallation,
) -> None:
    task = planned(installation, step("slow", "test.give"), step("b", "test.give"))
    work_off(installation, task, "b", NO)
    planning = claimed(installation, task, "plan-2")
    work_off(installation, task, "slow", NO)
    assert installation.engine.settle(planning, revision(step("new", "test.give"), supersedes=("b",)))
    assert installation.statuses(task)["plan-3"] == "ready"


def test_a_planner_whose_worker_was_killed_is_taken_up_again(installation: TestInstallation) -> None:
    task = planned(installation, step("a", "test.give"))
    work_off(installation, task, "a", NO)
    claimed(installation, task, "plan-2")
    installation.clock.ahead = timedelta(minutes=5)
    assert installation.engine.rescue() == [address(task, "plan-2")]
    work_off(installation, task, "plan-2", revision(step("new", "test.give"), supersedes=("a",)))
    work_off(installation, task, "new", Succeeded({"value": 1}))
    assert installation.view(task).status is TaskStatus.SUCCEEDED


def test_a_person_can_have_a_task_that_ended_planned_anew(installation: TestInstallation) -> None:
    task = planned(installation, step("a", "test.give"))
    work_off(installation, task, "a", Succeeded({"value": 1}))
    assert installation.engine.replan(task, "shorter", "somebody") == "plan-2"
    assert installation.view(task).status is TaskStatus.RUNNING
    with pytest.raises(InputRefused, match="already"):
        installation.engine.replan(task, "shorter", "somebody")
    work_off(installation, task, "plan-2", revision(step("b", "test.give", "a")))
    work_off(installation, task, "b", Succeeded({"value": 2}))
    assert installation.view(task).result == {"value": 2}


def test_a_retry_makes_a_failed_replanning_needless(installation: TestInstallation) -> None:
    task = planned(installation, step("a", "test.give"))
    work_off(installation, task, "a", NO)
    work_off(installation, task, "plan-2", Failed("no idea", Fault.INPUT))
    assert installation.engine.retry(task) == ["a"]
    work_off(installation, task, "a", Succeeded({"value": 1}))
    assert installation.view(task).status is TaskStatus.SUCCEEDED


def test_three_thousand_steps_are_replaced_at_once(installation: TestInstallation) -> None:
    old = [step(f"s{n}", "test.give", "gate") for n in range(3000)]
    task = planned(installation, step("gate", "test.give"), step("b", "test.give"), *old)
    work_off(installation, task, "b", NO)
    new = [step(f"t{n}", "test.give") for n in range(3000)]
    work_off(installation, task, "plan-2", revision(*new, drop=("gate",), supersedes=("b",)))
    with installation.database.read() as tx:
        view = reading.task_view(tx, task)
    assert view is not None
    assert (view.open, view.total) == (3000, 6004)
