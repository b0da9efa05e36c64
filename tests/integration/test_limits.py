"""Limits hold, however many work at once: the real engine, worker and store."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from errand.capability import AnyCapability, Capability, Context, capability
from errand.domain.budget import MICRO, Amounts, Ceiling, Ceilings, Usage
from errand.domain.plan import Plan, Reference
from errand.domain.request import Limits, Request
from errand.domain.task import Fault, TaskStatus
from tests.installation import LONG_ENOUGH, Number, TestInstallation, step

Install = Callable[..., TestInstallation]
ESTIMATE = Amounts(microdollars=MICRO // 10, tokens=1_000, calls=1)
COST = Amounts(microdollars=MICRO // 20, tokens=400, calls=1)


@dataclass
class Calls:
    """A capability that calls a model, and how often it did."""

    most: Amounts = ESTIMATE
    used: Amounts = COST
    made: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def capability(self, name: str = "test.call") -> Capability[Number, Number]:
        @capability(name)
        def call(given: Number, context: Context) -> Number:
            """Call a model once."""
            held = context.meter.reserve("model", "work", self.most)
            with self.lock:
                self.made += 1
            context.meter.settle(held, self.used, Usage(300, 0, 100))
            return given

        return call


def fifty() -> tuple[object, ...]:
    return tuple(step(f"s{n}", "test.call", value=n) for n in range(50))


def run(
    made: TestInstallation, limits: Limits | None = None, slots: int = 16
) -> tuple[TaskStatus, list[str]]:
    task = made.engine.submit(Request("anything", limits=limits or Limits()))
    worker = made.worker(slots)
    worker.start()
    view = made.until(task, lambda view: view.status.ended)
    worker.drain(LONG_ENOUGH)
    return view.status, list(view.missing)


def test_of_50_subtasks_on_16_threads_exactly_as_many_call_as_the_limit_allows(make: Install) -> None:
    calls = Calls()
    made = make(*fifty(), more=[calls.capability()])
    status, missing = run(made, Limits(calls=20))
    assert calls.made == 20
    assert status is TaskStatus.PARTIAL
    assert missing[0].startswith("This task may make 20 model calls: 20 are used")
    assert missing[0].endswith("submit it again with a higher --max-calls to have all of it.")


def test_calls_under_way_are_waited_for_where_they_may_give_something_back(make: Install) -> None:
    """Held for 16 at once would be 1.60 of 1.00 dollars; what they really cost leaves room for 19."""
    calls = Calls()
    made = make(*fifty(), more=[calls.capability()])
    status, missing = run(made, Limits(microdollars=MICRO))
    assert (calls.made, status) == (19, TaskStatus.PARTIAL)
    assert missing[0].startswith(
        "This task may spend $1.00 on models: $0.95 is used, and the next call could take $0.10"
    )


def test_a_limit_on_tokens_holds_as_well(make: Install) -> None:
    calls = Calls()
    made = make(*fifty(), more=[calls.capability()])
    status, _ = run(made, Limits(tokens=4_000))
    assert (calls.made, status) == (8, TaskStatus.PARTIAL)


def test_the_lower_of_both_limits_holds_and_is_named(make: Install) -> None:
    calls = Calls()
    made = make(*fifty(), more=[calls.capability()], ceilings=Ceilings(task=Ceiling(calls=3)))
    _, missing = run(made, Limits(calls=20))
    assert calls.made == 3
    assert "raise ERRAND_LIMIT_TASK_CALLS and retry it" in missing[0]


def test_tasks_of_one_day_share_the_limit_of_the_day(make: Install) -> None:
    calls = Calls()
    made = make(*fifty(), more=[calls.capability()], ceilings=Ceilings(day=Ceiling(calls=70)))
    assert run(made)[0] is TaskStatus.SUCCEEDED
    assert run(made)[0] is TaskStatus.PARTIAL
    assert calls.made == 70


def test_the_next_day_begins_anew(make: Install) -> None:
    calls = Calls()
    made = make(*fifty(), more=[calls.capability()], ceilings=Ceilings(principal=Ceiling(calls=50)))
    made.clock.still_at = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    assert run(made)[0] is TaskStatus.SUCCEEDED
    assert run(made)[0] is TaskStatus.PARTIAL
    made.clock.ahead = timedelta(minutes=1)
    assert run(made)[0] is TaskStatus.SUCCEEDED
    assert calls.made == 100


def test_at_the_limit_the_result_is_what_is_there(make: Install) -> None:
    calls = Calls()
    plan = Plan(
        (
            step("one", "test.call", value=1),
            step("two", "test.call", value=2),
            step("sum", "test.add", values=[{"$from": "one.value"}, {"$from": "two.value"}]),
        ),
        result=Reference.parse("sum.value"),
    )
    made = make(plan=plan, more=[calls.capability()])
    task = made.engine.submit(Request("anything", limits=Limits(calls=1)))
    with made.working():
        view = made.until(task, lambda view: view.status.ended)
    assert view.status is TaskStatus.PARTIAL
    assert view.fault is Fault.LIMIT
    assert view.result in ({"value": 1}, {"value": 2})
    assert view.missing[1].startswith("Not done because of it: ")


def test_an_optional_step_at_its_limit_makes_the_task_partial(make: Install) -> None:
    calls = Calls()
    made = make(
        step("one", "test.give", value=1),
        step("more", "test.call", optional=True),
        more=[calls.capability()],
    )
    status, missing = run(made, Limits(calls=0))
    assert status is TaskStatus.PARTIAL
    assert missing[1] == "Not done because of it: more."
    assert calls.made == 0


def test_a_limit_is_not_tried_again(make: Install) -> None:
    made = make(step("one", "test.call"), more=[Calls().capability()])
    task = made.engine.submit(Request("anything", limits=Limits(calls=0)))
    with made.working():
        made.until(task, lambda view: view.status.ended)
    found = made.subtask(task, "one")
    assert (found.attempt, found.fault) == (1, Fault.LIMIT)


class Nothing(BaseModel):
    pass


@capability("test.forget")
def forget(given: Nothing, context: Context) -> Nothing:
    """Reserve a call and break before it is settled."""
    context.meter.reserve("model", "work", ESTIMATE)
    raise ZeroDivisionError(given)


def test_a_call_that_was_never_settled_counts_in_full(make: Install) -> None:
    made = make(step("one", "test.forget"), more=[forget])
    task = made.engine.submit(Request("anything", limits=Limits(calls=2)))
    with made.working():
        view = made.until(task, lambda view: view.status.ended)
    with made.database.read() as tx:
        found = tx.exec_driver_sql("SELECT state, calls, microdollars FROM reservation").all()
    assert found == [("lost", 1, MICRO // 10)] * 2
    assert view.status is TaskStatus.PARTIAL


def test_when_the_time_of_the_day_is_used_up_running_tasks_end_with_what_they_have(make: Install) -> None:
    ceilings = Ceilings(day=Ceiling(wall_seconds=60))

    @capability("test.long")
    def long(given: Number, context: Context) -> Number:
        """Take two minutes."""
        made.clock.ahead += timedelta(minutes=2)
        del context
        return given

    more: list[AnyCapability] = [long]  # type: ignore[list-item]  # as Catalogue
    made = make(
        step("one", "test.long", value=1), step("two", "test.give", "one"), more=more, ceilings=ceilings
    )
    made.clock.still_at = datetime(2026, 3, 1, tzinfo=UTC)
    status, missing = run(made)
    assert status is TaskStatus.PARTIAL
    assert missing[0].startswith("This installation may work for 60 seconds a day: 120 are used;")
