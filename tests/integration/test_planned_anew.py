"""Planning anew from end to end: the real worker and rescuer, and a planner that plays the language model."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from errand.capability import CapabilityDescription, Context, capability
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Proposal, Reference, Step
from errand.domain.request import Request
from errand.domain.task import TaskStatus
from errand.planning.state import TaskState
from tests.installation import LONG_ENOUGH, Number, TestInstallation, refuse, step
from tests.integration.conftest import Make

Anew = Callable[[TaskState, Context], Plan]


@dataclass
class PlayedPlanner:
    """Keeps `TaskPlanner`: a first plan, and a function for every later one."""

    first: Plan
    anew: Anew
    saw: list[tuple[TaskState, str]] = field(default_factory=list)

    def plan(
        self,
        request: Request,
        catalogue: Mapping[str, CapabilityDescription],
        context: Context,
        state: TaskState | None,
        why: str,
    ) -> Proposal:
        del request, catalogue
        if state is None:
            return Proposal(self.first, score=1.0, sure=True, remarks=("All of it was planned.",))
        self.saw.append((state, why))
        return Proposal(self.anew(state, context), score=1.0, sure=True, remarks=("Some of it is new.",))


class Given(BaseModel):
    passed: bool = Field(default=True, description="What it says.")


class Verdict(BaseModel):
    passed: bool = Field(description="Whether the result passed.")
    faults: list[str] = Field(default_factory=list, description="What is wrong with it.")


@capability("test.judge")
def judge(given: Given, context: Context) -> Verdict:
    """Judge a result."""
    del context
    return Verdict(passed=given.passed, faults=[] if given.passed else ["It is too long."])


@capability("test.doubt")
def doubt(given: Number, context: Context) -> Number:
    """Find the rest pointless."""
    context.replan("There is only one offer.")
    return given


def plan(*steps: Step, result: str = "", check: str = "", drop: str = "") -> Plan:
    return Plan(
        steps,
        result=Reference.parse(result) if result else None,
        check=SubtaskKey(check) if check else None,
        drop=tuple(map(SubtaskKey, drop.split())),
        made_by="played",
    )


def installed(make: Make, planner: PlayedPlanner, *more: object) -> TestInstallation:
    return make(planner=planner, more=[judge, doubt, *more], most_replans=2)


def test_a_dead_letter_is_made_up_for_and_what_was_done_stays_done(make: Make) -> None:
    first = plan(
        step("a", "test.give", value=3), step("b", "test.break", "a"), step("c", "test.give", "b"),
        result="c",
    )  # fmt: skip
    again = plan(step("d", "test.add", values=[{"$from": "a.value"}, 4]), result="d")
    planner = PlayedPlanner(first, lambda _state, _context: again)
    installation = installed(make, planner)
    view = installation.run()
    assert (view.status, view.result, view.missing, view.revision) == (
        TaskStatus.SUCCEEDED,
        {"value": 7},
        (),
        2,
    )
    assert view.remarks == ("All of it was planned.", "Some of it is new.")
    assert installation.statuses(view.id) == {
        "plan": "succeeded", "a": "succeeded", "b": "dead", "c": "skipped", "plan-2": "succeeded",
        "d": "succeeded",
    }  # fmt: skip
    assert installation.subtask(view.id, "b").superseded
    assert installation.event_types(view.id, "a").count("subtask.started") == 1
    assert installation.event_types(view.id).count("task.started") == 1
    ((state, why),) = planner.saw
    assert why.startswith("b did not succeed: test.break failed by a defect of its own")
    assert {each.key: each.status.value for each in state.steps} == {
        "a": "succeeded", "b": "dead", "c": "skipped",
    }  # fmt: skip


def test_a_plan_that_the_task_has_overtaken_is_made_once_more(make: Make) -> None:
    looked = threading.Event()

    @capability("test.slow")
    def slow(given: Number, context: Context) -> Number:
        """Fail once the planner has looked."""
        looked.wait(LONG_ENOUGH)
        return refuse.run(given, context)

    def anew(state: TaskState, context: Context) -> Plan:
        looked.set()
        installation.until(context.task, lambda _: installation.statuses(context.task)["slow"] == "failed")
        standing = [each.key for each in state.steps if each.stands]
        return plan(step("new", "test.give", *standing, value=5), result="new")

    planner = PlayedPlanner(plan(step("slow", "test.slow"), step("b", "test.refuse")), anew)
    installation = installed(make, planner, slow)
    view = installation.run()
    assert (view.status, view.result) == (TaskStatus.SUCCEEDED, {"value": 5})
    assert [state.steps[0].status.value for state, _ in planner.saw] == ["running", "failed"]
    told = installation.event_types(view.id, "plan-2")
    assert told.count("subtask.retry") == told.count("task.replanned") == 1


def test_a_result_that_does_not_pass_is_made_in_another_way_and_checked_again(make: Make) -> None:
    first = plan(
        step("a", "test.give", value=3), step("check", "test.judge", "a", passed=False),
        result="a", check="check",
    )  # fmt: skip
    again = plan(
        step("b", "test.give", value=2), step("check2", "test.judge", "b"), result="b", check="check2"
    )
    planner = PlayedPlanner(first, lambda _state, _context: again)
    view = installed(make, planner).run()
    assert (view.status, view.result, view.missing) == (TaskStatus.SUCCEEDED, {"value": 2}, ())
    assert [why for _, why in planner.saw] == ["The check did not pass the result: It is too long."]


def test_a_result_that_never_passes_is_partial_after_two_other_plans(make: Make) -> None:
    def anew(state: TaskState, context: Context) -> Plan:
        del context
        key = f"check{state.revision}"
        return plan(step(key, "test.judge", passed=False), check=key)

    first = plan(step("a", "test.give"), step("check", "test.judge", "a", passed=False), check="check")
    planner = PlayedPlanner(first, anew)
    view = installed(make, planner).run()
    assert (view.status, view.revision, len(planner.saw)) == (TaskStatus.PARTIAL, 3, 2)
    assert view.missing == ("The check of the result found: It is too long.",)


def test_what_a_step_finds_pointless_is_dropped_before_it_begins(make: Make) -> None:
    planned = threading.Event()

    @capability("test.hold")
    def hold(given: Number, context: Context) -> Number:
        """Keep what comes after it back until the rest was planned anew."""
        installation.until(context.task, lambda view: view.revision == 2)
        planned.set()
        return given

    first = plan(step("x", "test.doubt", value=1), step("hold", "test.hold"), step("b", "test.give", "hold"))
    planner = PlayedPlanner(first, lambda _state, _context: plan(drop="b", result="x"))
    installation = installed(make, planner, hold)
    view = installation.run()
    assert planned.is_set()
    assert (view.status, view.result) == (TaskStatus.SUCCEEDED, {"value": 1})
    assert installation.statuses(view.id)["b"] == "replaced"
    assert [why for _, why in planner.saw] == ["There is only one offer."]


def test_a_planner_whose_plan_can_not_be_carried_out_leaves_the_task_to_end_as_it_would(make: Make) -> None:
    planner = PlayedPlanner(
        plan(step("a", "test.refuse", value=9)), lambda _state, _context: plan(step("b", "no.such"))
    )
    view = installed(make, planner).run()
    assert view.status is TaskStatus.FAILED
    assert view.missing[0] == "a: The number 9 can not be used."
    assert view.missing[1].startswith("The rest could not be planned anew: The plan cannot be carried out")
