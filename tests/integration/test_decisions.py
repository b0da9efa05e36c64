"""What a person can decide about a task: answer, cancel, retry, discard."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from errand.domain.errors import InputRefused, NotFound
from errand.domain.ids import TaskId, WorkerId
from errand.domain.plan import Plan, Reference
from errand.domain.task import Failed, Fault, Outcome, Succeeded, TaskStatus
from errand.store import reading
from tests.installation import TestInstallation, address, step

Make = Callable[..., TestInstallation]
ME, OTHER = WorkerId("me"), WorkerId("other")

SUM = Plan(
    (
        step("a", "test.give", value=2),
        step("b", "test.give", value=3),
        step("sum", "test.add", values=[{"$from": "a.value"}, {"$from": "b.value"}]),
    ),
    result=Reference.parse("sum.value"),
)


def work_off(installation: TestInstallation, task: TaskId, key: str, outcome: Outcome) -> None:
    job = installation.engine.claim(address(task, key), ME)
    assert job is not None
    assert installation.engine.settle(job, outcome)


def test_a_question_makes_the_task_wait_and_the_answer_lets_it_go_on(make: Make) -> None:
    installation = make(step("one", "test.ask"))
    task = installation.submit()
    with installation.working():
        view = installation.until(task, lambda seen: seen.waiting)
        assert view.shown_status == "waiting"
        with installation.database.read() as tx:
            (asked,) = reading.questions(tx, task, only_open=True)
        installation.engine.answer(asked.id, "42", "somebody")
        view = installation.until(task, lambda seen: seen.status.ended)
    assert (view.status, view.result) == (TaskStatus.SUCCEEDED, {"value": 42})
    with pytest.raises(NotFound):
        installation.engine.answer(asked.id, "43", "somebody")


def test_an_answer_after_the_end_is_refused(make: Make) -> None:
    installation = make(step("one", "test.ask"))
    task = installation.submit()
    with installation.working():
        installation.until(task, lambda seen: seen.waiting)
    with installation.database.read() as tx:
        (asked,) = reading.questions(tx, task, only_open=True)
    installation.engine.cancel(task)
    told = installation.event_numbers(task)
    with pytest.raises(NotFound):
        installation.engine.answer(asked.id, "42", "somebody")
    assert installation.event_numbers(task) == told


def test_an_unsure_plan_waits_for_a_person(make: Make) -> None:
    installation = make(step("one", "test.give"), sure=False)
    task = installation.submit()
    with installation.working():
        installation.until(task, lambda seen: seen.waiting)
        with installation.database.read() as tx:
            (asked,) = reading.questions(tx, task, only_open=True)
        installation.engine.answer(asked.id, "no", "somebody")
        view = installation.until(task, lambda seen: seen.status.ended)
    assert (view.status, view.fault) == (TaskStatus.FAILED, Fault.INPUT)


def test_cancelling_ends_everything_that_has_not_ended(make: Make) -> None:
    installation = make(plan=SUM)
    task = installation.submit()
    assert installation.engine.cancel(task) is True
    assert installation.engine.cancel(task) is False
    assert installation.view(task).status is TaskStatus.CANCELLED
    assert installation.engine.claim(address(task, "plan"), ME) is None


def test_retrying_runs_what_failed_and_what_rests_on_it_but_not_what_is_done(make: Make) -> None:
    installation = make(
        step("good", "test.give", value=1),
        step("bad", "test.break"),
        step("after", "test.give", "bad"),
    )
    view = installation.run()
    assert view.status is TaskStatus.FAILED
    assert installation.engine.retry(view.id) == ["bad", "after"]
    job = installation.engine.claim(address(view.id, "bad"), ME)
    assert job is not None
    installation.engine.settle(job, Succeeded({"value": 1}))
    job = installation.engine.claim(address(view.id, "after"), ME)
    assert job is not None
    installation.engine.settle(job, Succeeded({"value": 2}))
    assert installation.view(view.id).status is TaskStatus.SUCCEEDED
    assert installation.event_types(view.id, "good").count("subtask.started") == 1


def test_what_is_retried_waits_for_what_still_runs(make: Make) -> None:
    plan = Plan(
        (step("bad", "test.give"), step("slow", "test.give"), step("end", "test.give", "bad", "slow"))
    )
    installation = make(plan=plan)
    task = installation.submit()
    work_off(installation, task, "plan", Succeeded({}, plan=plan))
    slow = installation.engine.claim(address(task, "slow"), ME)
    work_off(installation, task, "bad", Failed("no", Fault.INPUT))
    assert installation.statuses(task)["end"] == "skipped"
    assert installation.engine.retry(task) == ["bad", "end"]
    work_off(installation, task, "bad", Succeeded({}))
    assert installation.statuses(task)["end"] == "pending"
    assert slow is not None
    assert installation.engine.settle(slow, Succeeded({}))
    assert installation.statuses(task)["end"] == "ready"


def test_retrying_what_was_skipped_runs_what_it_lacked_as_well(make: Make) -> None:
    installation = make(step("bad", "test.refuse"), step("after", "test.give", "bad"))
    view = installation.run()
    assert installation.engine.retry(view.id, ["after"]) == ["bad", "after"]


def test_a_job_under_way_is_given_up_when_what_it_rests_on_is_retried(make: Make) -> None:
    plan = Plan((step("maybe", "test.give", optional=True), step("end", "test.give", "maybe")))
    installation = make(plan=plan)
    task = installation.submit()
    work_off(installation, task, "plan", Succeeded({}, plan=plan))
    work_off(installation, task, "maybe", Failed("no", Fault.INPUT))
    under_way = installation.engine.claim(address(task, "end"), ME)
    installation.engine.retry(task)
    assert under_way is not None
    assert installation.engine.settle(under_way, Succeeded({})) is False
    with installation.database.read() as tx:
        outcomes = [each["outcome"] for each in reading.jobs(tx, task) if each["subtask"] == "end"]
    assert (installation.statuses(task)["end"], outcomes) == ("pending", ["restarted"])


@pytest.mark.parametrize(
    ("key", "says"),
    [("nothing", "no subtask nothing"), ("plan", "made once"), ("one", "has not ended")],
)
def test_only_what_can_run_again_can_be_named_for_a_retry(make: Make, key: str, says: str) -> None:
    plan = Plan((step("one", "test.give"),))
    installation = make(plan=plan)
    task = installation.submit()
    work_off(installation, task, "plan", Succeeded({}, plan=plan))
    with pytest.raises(InputRefused, match=says):
        installation.engine.retry(task, [key])


def test_who_declined_a_plan_is_asked_again_when_it_is_retried(make: Make) -> None:
    installation = make(step("one", "test.give"), sure=False)
    task = installation.submit()
    with installation.working():
        for answer, ended in (("no", "failed"), ("yes", "succeeded")):
            installation.until(task, lambda seen: seen.waiting)
            with installation.database.read() as tx:
                (asked,) = reading.questions(tx, task, only_open=True)
            installation.engine.answer(asked.id, answer, "somebody")
            view = installation.until(task, lambda seen: seen.status.ended)
            assert view.status == ended
            installation.engine.retry(task, ["plan"] if answer == "no" else ["one"])


def test_a_retry_gives_a_lost_subtask_all_its_attempts_again(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    for _ in range(2):
        for again in ("ready", "ready", "dead"):
            assert installation.engine.claim(address(task, "plan"), ME) is not None
            installation.clock.ahead += timedelta(minutes=1)
            installation.engine.rescue()
            assert installation.statuses(task)["plan"] == again
        installation.engine.retry(task)


def test_there_is_nothing_to_retry_in_a_task_that_succeeded(make: Make) -> None:
    installation = make(plan=SUM)
    view = installation.run()
    with pytest.raises(InputRefused, match="nothing to retry"):
        installation.engine.retry(view.id)


def test_a_dead_letter_can_be_discarded_once(make: Make) -> None:
    installation = make(step("one", "test.break"))
    view = installation.run()
    installation.engine.discard(address(view.id, "one"))
    with pytest.raises(NotFound):
        installation.engine.discard(address(view.id, "one"))


def test_a_running_job_notices_that_its_task_was_cancelled(make: Make) -> None:
    installation = make(step("one", "test.dawdle"))
    task = installation.submit()
    with installation.working():
        installation.until(task, lambda _: "subtask.progress" in installation.event_types(task, "one"))
        installation.engine.cancel(task)
    assert installation.statuses(task)["one"] == "cancelled"
