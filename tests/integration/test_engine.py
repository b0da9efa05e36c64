"""What the engine promises, on the real database, queue and worker."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from errand.capability import Context, capability
from errand.dispatch import Dispatcher
from errand.domain.errors import ModelBusy
from errand.domain.ids import SubtaskKey, WorkerId
from errand.domain.plan import Plan, Reference
from errand.domain.request import Limits, Request
from errand.domain.task import Failed, Fault, Succeeded, TaskStatus
from errand.engine import Engine
from errand.queues.in_process import InProcessQueue
from errand.store import leases, reading
from tests.installation import Number, TestInstallation, address, step

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


@capability("test.busy")
def busy(given: Number, context: Context) -> Number:
    """Find the provider busy five times."""
    if context.attempt <= 5:
        raise ModelBusy("Nobody answers.", retry_after_seconds=0.01)
    return given


@capability("test.busy")
def always_busy(given: Number, context: Context) -> Number:
    """Find the provider busy each time."""
    del given, context
    raise ModelBusy("Nobody answers.")


def test_outputs_flow_along_references_to_the_result(make: Make) -> None:
    view = make(plan=SUM).run()
    assert (view.status, view.result, view.missing) == (TaskStatus.SUCCEEDED, 5, ())


def test_events_are_numbered_without_gaps_and_tell_every_change(make: Make) -> None:
    installation = make(plan=SUM)
    view = installation.run()
    numbers = installation.event_numbers(view.id)
    assert numbers == list(range(1, len(numbers) + 1))
    assert installation.event_types(view.id, "sum") == [
        "subtask.ready",
        "subtask.started",
        "subtask.succeeded",
    ]
    assert installation.event_types(view.id)[-1] == "task.succeeded"


def test_a_message_delivered_twice_runs_once(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    assert installation.engine.claim(address(task, "plan"), ME) is not None
    assert installation.engine.claim(address(task, "plan"), OTHER) is None


def test_a_late_result_is_dropped(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    late = installation.engine.claim(address(task, "plan"), ME)
    installation.clock.ahead = timedelta(minutes=5)
    assert installation.engine.rescue() == [address(task, "plan")]
    successor = installation.engine.claim(address(task, "plan"), OTHER)
    assert late is not None
    assert successor is not None
    assert installation.engine.settle(late, Succeeded({})) is False
    assert installation.statuses(task) == {"plan": "running"}


def test_a_job_whose_lease_is_renewed_is_not_taken_back(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    job = installation.engine.claim(address(task, "plan"), ME)
    assert job is not None
    installation.clock.ahead = timedelta(seconds=25)
    assert installation.engine.renew([job]) == [job]
    installation.clock.ahead = timedelta(seconds=50)
    assert installation.engine.rescue() == []


def test_a_subtask_whose_worker_disappears_each_time_becomes_a_dead_letter(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    for minutes in (1, 2, 3):
        assert installation.engine.claim(address(task, "plan"), ME) is not None
        installation.clock.ahead = timedelta(minutes=minutes)
        installation.engine.rescue()
    assert installation.statuses(task) == {"plan": "dead"}
    assert installation.view(task).status is TaskStatus.FAILED


def test_a_lost_message_is_sent_again(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    taken = installation.queue.take(frozenset({"plan"}), lambda: False)
    assert taken == address(task, "plan")
    assert installation.engine.send_due() == 0
    installation.clock.ahead = timedelta(minutes=1)
    assert installation.engine.send_due() == 1
    assert installation.queue.waiting(["plan"]) == {"plan": 1}


def test_transient_faults_are_tried_again_until_they_pass(make: Make) -> None:
    installation = make(step("one", "test.flaky", value=7))
    view = installation.run()
    assert view.status is TaskStatus.SUCCEEDED
    assert installation.event_types(view.id, "one").count("subtask.retry") == 2


def test_a_busy_provider_burns_no_attempts(make: Make) -> None:
    installation = make(step("one", "test.busy", value=7), more=[busy])
    view = installation.run()
    assert view.status is TaskStatus.SUCCEEDED
    assert installation.event_types(view.id, "one").count("subtask.retry") == 5
    done = installation.subtask(view.id, "one")
    assert (done.attempt, done.max_attempts) == (6, 8)


def test_a_provider_that_stays_dead_makes_a_dead_letter_in_the_end(make: Make) -> None:
    installation = make(step("one", "test.busy", value=7), step("two", "test.give"), more=[always_busy])
    view = installation.run()
    dead = installation.subtask(view.id, "one")
    assert (dead.status, dead.attempt, dead.fault) == ("dead", 20, Fault.BUSY)
    assert view.missing == ("one: Nobody answers.",)


def test_a_defect_is_tried_three_times_and_becomes_a_dead_letter(make: Make) -> None:
    installation = make(step("one", "test.break", value=7))
    view = installation.run()
    assert view.status is TaskStatus.FAILED
    dead = installation.subtask(view.id, "one")
    assert (dead.status, dead.attempt, dead.fault) == ("dead", 3, Fault.DEFECT)
    assert "ZeroDivisionError" in dead.detail
    with installation.database.read() as tx:
        assert [each.address for each in reading.dead_letters(tx, 10)] == [address(view.id, "one")]


def test_bad_input_fails_at_once_and_skips_what_rests_on_it(make: Make) -> None:
    installation = make(
        step("one", "test.refuse", value=7),
        step("two", "test.give", "one"),
        step("three", "test.give", "two"),
        step("apart", "test.give"),
    )
    view = installation.run()
    assert (view.status, view.fault) == (TaskStatus.FAILED, Fault.INPUT)
    assert view.missing == ("one: The number 7 can not be used.",)
    assert installation.statuses(view.id) == {
        "plan": "succeeded",
        "one": "failed",
        "two": "skipped",
        "three": "skipped",
        "apart": "succeeded",
    }


def test_the_rest_goes_on_without_an_optional_step_and_the_task_is_partial(make: Make) -> None:
    values = [{"$from": "one.value"}, {"$from": "two.value"}]
    installation = make(
        step("one", "test.refuse", optional=True, value=7),
        step("two", "test.give", value=4),
        step("sum", "test.add", values=values),
    )
    view = installation.run()
    assert view.status is TaskStatus.PARTIAL
    assert view.result == {"value": 4}
    assert view.missing == ("one: The number 7 can not be used.",)


def test_an_optional_step_that_fails_releases_what_waited_for_it(make: Make) -> None:
    installation = make(
        step("one", "test.refuse", value=7, optional=True),
        step("two", "test.give", "one", optional=True),
        step("end", "test.give", "two", value=1),
    )
    view = installation.run()
    assert installation.statuses(view.id)["two"] == "succeeded"
    assert view.status is TaskStatus.PARTIAL


@pytest.mark.parametrize("verdict", [{"passed": False, "faults": ["A figure is wrong."]}, {}])
def test_a_result_that_its_check_does_not_pass_is_partial(make: Make, verdict: dict[str, object]) -> None:
    plan = Plan(
        (step("one", "test.give", value=1), step("check", "test.give", "one")),
        result=Reference.parse("one.value"),
        check=SubtaskKey("check"),
    )
    installation = make(plan=plan)
    task = installation.submit()
    for key, output in (("plan", {}), ("one", {"value": 1}), ("check", verdict)):
        job = installation.engine.claim(address(task, key), ME)
        assert job is not None
        planned = plan if key == "plan" else None
        installation.engine.settle(job, Succeeded(output, plan=planned))  # type: ignore[arg-type]  # JSON of the test
    assert installation.view(task).status is TaskStatus.PARTIAL


def test_parts_that_the_plan_does_not_cover_make_it_partial(make: Make) -> None:
    view = make(step("one", "test.give"), not_covered=("and sing",)).run()
    assert (view.status, view.missing) == (TaskStatus.PARTIAL, ("and sing",))


def test_a_plan_without_a_result_is_partial(make: Make) -> None:
    view = make(plan=Plan(SUM.steps, result=Reference.parse("sum.nothing"))).run()
    assert view.status is TaskStatus.PARTIAL


def test_a_task_past_its_time_ends_as_partial(make: Make) -> None:
    installation = make(step("one", "test.ask"))
    task = installation.engine.submit(Request("anything", limits=Limits(wall_seconds=3_600)))
    installation.clock.ahead = timedelta(hours=2)
    assert installation.engine.stop_overdue() == [task]
    view = installation.view(task)
    assert view.status is TaskStatus.PARTIAL
    assert view.missing[0].startswith("This task may take 3,600 seconds, which are over: retry it")
    assert view.missing[1:] == ("Not done because of it: Plan the work.",)


def test_a_job_that_is_renewed_just_before_it_is_taken_back_stays(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    job = installation.engine.claim(address(task, "plan"), ME)
    installation.clock.ahead = timedelta(minutes=1)
    assert job is not None
    rescuing = threading.Thread(target=installation.engine.rescue)
    with installation.database.write() as tx:
        assert leases.renew_alone(tx, job, installation.clock() + timedelta(seconds=30))
        rescuing.start()  # it finds the job expired, and waits for this transaction
        rescuing.join(0.05)
    rescuing.join()
    assert installation.statuses(task) == {"plan": "running"}


def test_progress_of_a_job_that_was_taken_away_is_not_told(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    job = installation.engine.claim(address(task, "plan"), ME)
    assert job is not None
    assert installation.engine.note_progress(job, "on it", None) is True
    installation.engine.cancel(task)
    assert installation.engine.note_progress(job, "still on it", None) is False
    assert installation.event_types(task)[-1] == "task.cancelled"


def test_what_one_process_asks_for_another_takes_up_at_its_next_look(make: Make) -> None:
    worker_side = make(step("one", "test.give", value=3))
    dispatcher = Dispatcher(worker_side.database, InProcessQueue(), worker_side.clock, resend=timedelta(0))
    here = Engine(worker_side.database, dispatcher, worker_side.clock)
    task = here.submit(Request("anything"))
    with worker_side.working():
        view = worker_side.until(task, lambda seen: seen.status.ended)
    assert view.status is TaskStatus.SUCCEEDED
    assert worker_side.event_types(task).count("subtask.started") == 2


def test_looking_after_one_task_leaves_the_others_as_they_are(make: Make) -> None:
    installation = make(step("one", "test.give"))
    limits = Limits(wall_seconds=1)
    one, other = (installation.engine.submit(Request("x", limits=limits)) for _ in range(2))
    for task in (one, other):
        installation.engine.claim(address(task, "plan"), ME)
    installation.clock.ahead = timedelta(minutes=1)
    assert installation.engine.rescue(one) == [address(one, "plan")]
    assert installation.engine.send_due(one) == 1
    assert installation.engine.stop_overdue(one) == [one]
    assert installation.statuses(other) == {"plan": "running"}


def test_more_inputs_than_a_database_takes_in_one_statement(make: Make) -> None:
    installation = make(plan=SUM)
    task = installation.submit()
    job = installation.engine.claim(address(task, "plan"), ME)
    assert job is not None
    many = replace(job, inputs={"values": [{"$from": f"s{n}.value"} for n in range(70_000)]})
    assert installation.engine.inputs(many) == {"values": []}


def test_a_failure_of_a_job_that_was_taken_away_changes_nothing(make: Make) -> None:
    installation = make(step("one", "test.give"))
    task = installation.submit()
    job = installation.engine.claim(address(task, "plan"), ME)
    assert job is not None
    installation.engine.cancel(task)
    assert installation.engine.settle(job, Failed("too late", Fault.DEFECT)) is False
    assert installation.view(task).status is TaskStatus.CANCELLED


def test_a_job_past_its_time_limit_is_given_up_and_its_late_result_dropped(make: Make) -> None:
    installation = make(step("one", "test.dawdle"), lease=timedelta(seconds=0.3))
    view = installation.run()
    dead = installation.subtask(view.id, "one")
    assert (dead.status, dead.attempt) == ("dead", 3)
    assert "took longer than its limit" in dead.error
