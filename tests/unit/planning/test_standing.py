"""What a later revision of a plan may build on, drop and supersede."""

from errand.capability import CapabilityDescription
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Reference, Step
from errand.domain.request import Request
from errand.domain.task import SubtaskStatus
from errand.planning.checking import check_plan
from errand.planning.state import StepState, TaskState
from tests.unit.planning.known import described

CATALOGUE: dict[str, CapabilityDescription] = {
    each.name: each
    for each in (
        described("page.read", "address:text?", "document title:text"),
        described("page.sum", "document", "summary:text"),
        described("page.check", "summary:text", "passed:flag faults:text*"),
    )
}


def was(
    key: str, name: str, status: SubtaskStatus, *needs: str, optional: bool = False, superseded: bool = False
) -> StepState:
    return StepState(
        key=key, capability=name, status=status, needs=needs, optional=optional, superseded=superseded
    )


STATE = TaskState(
    revision=1,
    result="sum.summary",
    steps=(
        was("read", "page.read", SubtaskStatus.SUCCEEDED),
        was("late", "page.read", SubtaskStatus.RUNNING),
        was("more", "page.read", SubtaskStatus.READY),
        was("maybe", "page.read", SubtaskStatus.PENDING, optional=True),
        was("sum", "page.sum", SubtaskStatus.FAILED, "read"),
        was("check", "page.check", SubtaskStatus.SKIPPED, "sum"),
        was("rest", "page.sum", SubtaskStatus.PENDING, "more"),
        was("last", "page.check", SubtaskStatus.PENDING, "rest"),
    ),
)


def summed(key: str, of: str, *, optional: bool = False) -> Step:
    return Step(SubtaskKey(key), "page.sum", inputs={"document": {"$from": of}}, optional=optional)


def faults(*steps: Step, result: str = "", drop: str = "", supersedes: str = "") -> tuple[str, ...]:
    plan = Plan(
        steps,
        result=Reference.parse(result) if result else None,
        drop=tuple(map(SubtaskKey, drop.split())),
        supersedes=tuple(map(SubtaskKey, supersedes.split())),
    )
    return check_plan(plan, CATALOGUE, Request("sum them up"), STATE)


def test_what_is_done_and_what_is_under_way_can_be_built_on() -> None:
    again = (
        summed("sum2", "read.document"),
        summed("sum3", "late.document"),
        summed("sum4", "more.document"),
    )
    assert faults(*again, result="sum2.summary", supersedes="sum") == ()


def test_what_it_builds_on_must_give_what_is_taken() -> None:
    (fault,) = faults(summed("sum2", "read.title"))
    assert "document" in fault
    (fault,) = faults(summed("sum2", "read.pages"))
    assert "page.read does not give pages" in fault


def test_what_failed_or_was_skipped_can_not_be_built_on() -> None:
    check = Step(SubtaskKey("check2"), "page.check", inputs={"summary": {"$from": "sum.summary"}})
    (fault,) = faults(check)
    assert "refers to sum.summary, but sum did not succeed (failed)" in fault
    (fault,) = faults(Step(SubtaskKey("x"), "page.read", after=(SubtaskKey("check"),)))
    assert "it comes after check, which" in fault


def test_a_result_can_be_that_of_a_step_which_is_done() -> None:
    assert faults(result="read.title") == ()
    assert faults(result="sum.summary") == (
        "The result refers to sum.summary, but sum did not succeed (failed)",
    )


def test_what_falls_with_a_dropped_step_can_not_be_built_on() -> None:
    assert faults(drop="more") == ()
    (fault,) = faults(drop="more", result="rest.summary")
    assert "rest falls with what the plan drops" in fault


def test_only_steps_that_have_not_begun_are_dropped() -> None:
    assert faults(drop="late nothing read") == (
        "The plan drops late, which has begun: what is done stays done",
        "The plan drops nothing, which is no step of the task",
        "The plan drops read, which has begun: what is done stays done",
    )


def test_only_steps_that_fell_short_are_superseded() -> None:
    assert faults(supersedes="sum check") == ()
    assert faults(supersedes="read nothing") == (
        "The plan supersedes read, which did not fail (succeeded)",
        "The plan supersedes nothing, which is no step of the task",
    )


def test_an_optional_step_that_has_not_ended_may_be_missing() -> None:
    (fault,) = faults(summed("sum2", "maybe.document"))
    assert "comes from maybe, which is optional" in fault
    assert faults(summed("sum2", "maybe.document", optional=True)) == ()


def test_a_key_of_the_task_is_not_used_again() -> None:
    (fault,) = faults(summed("sum", "read.document"))
    assert "the task has a step with this key already" in fault


def test_a_first_plan_has_no_steps_before_it() -> None:
    (fault,) = check_plan(Plan((summed("sum", "read.document"),)), CATALOGUE, Request("sum"))
    assert "there is no step read" in fault
