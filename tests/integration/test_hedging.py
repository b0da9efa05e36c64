"""A job that takes far longer than others of its kind is done by a second worker too; the first that succeeds
counts."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from errand.domain.ids import SubtaskAddress, TaskId, WorkerId
from errand.domain.plan import Plan
from errand.domain.question import Question
from errand.domain.task import Asked, Failed, Fault, Job, Outcome, Succeeded, TaskStatus
from errand.domain.worker import Doing, Offer, WorkerState, WorkerView
from errand.hedging import AGAIN, Hedging
from errand.rescuer import Rescuer
from errand.store import reading
from errand.store.tables import job as job_table
from tests.installation import LONG_ENOUGH, TestInstallation, address, step
from tests.integration.conftest import Make
from tests.integration.test_workers import Gate

FIRST, SECOND, THIRD = (WorkerId(name) for name in ("first", "second", "third"))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
GIVE = "test.give"
STEPS = (
    step("zero", "test.add"),
    step("one", GIVE, "zero"),
    step("two", "test.add", "one"),
    step("three", "test.add"),
)
OF = frozenset({GIVE, "test.wait"})
DONE = Succeeded({"value": 1})
LATE = Succeeded({"value": 2})
FAILED = Failed("No.", Fault.TRANSIENT)


@dataclass
class Scene:
    """A step that its worker has had for far too long, while others are free."""

    made: TestInstallation
    hedging: Hedging
    task: TaskId
    first: Job

    @property
    def address(self) -> SubtaskAddress:
        return self.first.address

    def hedged(self, by: WorkerId = SECOND) -> Job:
        """The second job."""
        assert [each.address for each in self.hedging.look()] == [self.address]
        job = self.made.engine.claim(self.address, by)
        assert job is not None
        return job

    def jobs(self) -> list[tuple[str, str | None]]:
        """Of the step, in the order of their attempts: worker and outcome."""
        mine = select(job_table.c.worker, job_table.c.outcome).where(job_table.c.subtask == "one")
        with self.made.database.read() as tx:
            return [(row.worker, row.outcome) for row in tx.execute(mine.order_by(job_table.c.attempt))]

    def status(self) -> str:
        return self.made.statuses(self.task)["one"]

    def value(self) -> object:
        with self.made.database.read() as tx:
            return reading.outputs(tx, self.task, ["one"])["one"]

    def events(self) -> list[str]:
        numbers = self.made.event_numbers(self.task)
        assert numbers == list(range(1, len(numbers) + 1))
        return [each.removeprefix("subtask.") for each in self.made.event_types(self.task, "one")]

    def lose_leases(self) -> list[SubtaskAddress]:
        self.made.clock.ahead += timedelta(seconds=31)
        return self.made.engine.rescue()

    def settle(self, job: Job, outcome: Outcome) -> bool:
        return self.made.engine.settle(job, outcome)


def view(name: WorkerId, offers: dict[str, Offer], slots: int = 2) -> WorkerView:
    return WorkerView(
        id=name, host="here", process=1, version="1", pool="", offers=offers, slots=slots,
        state=WorkerState.IDLE, doing=(), load=0.0, failure="", failed_at=None, started=NOON, heartbeat=NOON,
    )  # fmt: skip


def took(made: TestInstallation, seconds: float, jobs: int, capability: str = GIVE) -> None:
    """So many jobs of before."""
    ended = made.clock() - timedelta(seconds=1)
    began = ended - timedelta(seconds=seconds)
    rows = [
        {
            "task": "before", "subtask": "any", "attempt": n + 1, "worker": "gone", "started": began,
            "ended": ended, "outcome": "succeeded", "error": "", "capability": capability,
        }
        for n in range(jobs)
    ]  # fmt: skip
    with made.database.write() as tx:
        tx.execute(insert(job_table), rows)


def staged(
    make: Make,
    *,
    jobs: int = 20,
    effects: str = "none",
    elsewhere: Sequence[WorkerId] = (SECOND, THIRD),
    ran: float = 40.0,
    of: frozenset[str] = OF,
) -> Scene:
    made = make(*STEPS)
    made.clock.still_at = NOON
    took(made, 10.0, jobs)
    for name in (FIRST, *elsewhere):
        made.registry.register(view(name, {GIVE: Offer(effects, 60.0)}))
    task = made.submit()
    planning = made.engine.claim(address(task, "plan"), FIRST)
    assert planning is not None
    assert made.engine.settle(planning, Succeeded({}, plan=Plan(STEPS)))
    zero = made.engine.claim(address(task, "zero"), FIRST)
    assert zero is not None
    assert made.engine.settle(zero, DONE)
    first = made.engine.claim(address(task, "one"), FIRST)
    assert first is not None
    made.clock.ahead = timedelta(seconds=ran / 2)
    assert made.engine.renew([first]) == [first]
    made.clock.ahead = timedelta(seconds=ran)
    hedging = Hedging(made.database, made.dispatcher, made.registry, made.clock, factor=2.0, of=of)
    return Scene(made, hedging, task, first)


@pytest.fixture
def scene(make: Make) -> Scene:
    return staged(make)


# -- what is hedged ------------------------------------------------------------------------------------------


def test_the_second_worker_wins_and_the_late_result_is_dropped(scene: Scene) -> None:
    second = scene.hedged()
    assert (second.attempt, second.worker, second.inputs) == (2, SECOND, scene.first.inputs)
    assert scene.settle(second, DONE)
    assert not scene.settle(scene.first, LATE)
    assert scene.made.engine.renew([scene.first]) == []
    assert scene.value() == {"value": 1}
    assert scene.jobs() == [(FIRST, "outpaced"), (SECOND, "succeeded")]
    assert scene.events() == ["ready", "started", "hedged", "succeeded"]
    assert scene.made.statuses(scene.task)["two"] == "ready"


def test_the_first_worker_wins_after_all(scene: Scene) -> None:
    second = scene.hedged()
    assert scene.made.engine.renew([scene.first, second]) == [scene.first, second]
    assert scene.made.engine.note_progress(scene.first, "nearly done", 0.9)
    assert scene.settle(scene.first, DONE)
    assert not scene.settle(second, LATE)
    assert not scene.made.engine.note_progress(second, "nearly done", 0.9)
    assert scene.made.engine.renew([second]) == []
    assert scene.value() == {"value": 1}
    assert scene.jobs() == [(FIRST, "succeeded"), (SECOND, "outpaced")]
    assert scene.events() == ["ready", "started", "hedged", "progress", "succeeded"]


def test_what_is_only_offered_is_settled_as_if_it_were_not(scene: Scene) -> None:
    assert scene.hedging.look()
    assert scene.made.engine.renew([scene.first]) == [scene.first]
    assert scene.settle(scene.first, FAILED)
    assert scene.status() == "ready"
    assert scene.made.engine.claim(scene.address, SECOND) is None  # before the time of its next attempt
    scene.made.clock.ahead += timedelta(seconds=1)
    again = scene.made.engine.claim(scene.address, SECOND)
    assert again is not None
    assert scene.made.engine.claim(scene.address, THIRD) is None
    assert scene.settle(again, DONE)


def test_the_worker_that_has_it_does_not_get_it_twice(scene: Scene) -> None:
    assert scene.hedging.look()
    assert scene.made.engine.claim(scene.address, FIRST) is None
    assert scene.made.engine.claim(scene.address, SECOND) is not None
    assert scene.made.engine.claim(scene.address, THIRD) is None
    assert scene.hedging.look() == []


def test_a_message_that_comes_twice_hedges_nothing(scene: Scene) -> None:
    assert scene.made.engine.claim(scene.address, SECOND) is None
    assert scene.jobs() == [(FIRST, None)]


def test_an_offer_that_nobody_took_is_made_again(scene: Scene) -> None:
    assert scene.hedging.look()
    assert scene.hedging.look() == []
    scene.made.clock.ahead += AGAIN
    assert scene.made.engine.renew([scene.first]) == [scene.first]
    scene.hedged()


def test_two_rescuers_at_once_offer_once(scene: Scene) -> None:
    gate = threading.Barrier(2)

    def look() -> int:
        gate.wait(LONG_ENOUGH)
        return len(scene.hedging.look())

    with ThreadPoolExecutor(2) as pool:
        offered = [pool.submit(look) for _ in range(2)]
        assert sum(each.result(LONG_ENOUGH) for each in offered) == 1


def test_two_workers_at_once_do_not_both_take_it(scene: Scene) -> None:
    assert scene.hedging.look()
    gate = threading.Barrier(2)

    def claim(by: WorkerId) -> Job | None:
        gate.wait(LONG_ENOUGH)
        return scene.made.engine.claim(scene.address, by)

    with ThreadPoolExecutor(2) as pool:
        claimed = [pool.submit(claim, by) for by in (SECOND, THIRD)]
        assert sum(each.result(LONG_ENOUGH) is not None for each in claimed) == 1
    assert len(scene.jobs()) == 2


@pytest.mark.parametrize(
    "kept",
    [
        {"effects": "workspace"},
        {"of": frozenset({"test.wait"})},
        {"jobs": 19},
        {"ran": 19.0},
        {"elsewhere": ()},
    ],
    ids=["has effects", "asks a model", "too few to compare with", "not late", "nobody else"],
)
def test_nothing_else_is_hedged(make: Make, kept: dict[str, object]) -> None:
    scene = staged(make, **kept)  # type: ignore[arg-type]  # as the parameters name them
    assert scene.hedging.look() == []
    assert scene.made.engine.claim(scene.address, SECOND) is None


def test_a_worker_without_a_free_slot_gets_none(make: Make) -> None:
    scene = staged(make, elsewhere=())
    busy = replace(view(SECOND, {GIVE: Offer("none", 60.0)}, slots=1), state=WorkerState.BUSY)
    scene.made.registry.register(replace(busy, doing=(Doing("another", "one", GIVE, NOON),)))
    assert scene.hedging.look() == []
    assert scene.made.registry.beat(replace(busy, state=WorkerState.IDLE))
    scene.hedged()


# -- one of the two does not succeed -------------------------------------------------------------------------

SETBACKS = pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (FAILED, "transient"),
        (Failed("No.", Fault.INPUT), "input"),
        (Asked(Question("q", "Which?")), "waiting"),
    ],
    ids=["fails", "refuses", "asks"],
)


@SETBACKS
def test_when_the_second_does_not_succeed_the_first_goes_on(
    scene: Scene, outcome: Outcome, word: str
) -> None:
    second = scene.hedged()
    assert scene.settle(second, outcome)
    assert scene.status() == "running"
    assert not scene.settle(second, LATE)
    assert not scene.settle(second, FAILED)
    assert scene.made.engine.renew([scene.first, second]) == [scene.first]
    assert scene.hedging.look() == []  # once is enough
    assert scene.settle(scene.first, DONE)
    assert scene.jobs() == [(FIRST, "succeeded"), (SECOND, word)]
    assert scene.events() == ["ready", "started", "hedged", "succeeded"]


@SETBACKS
def test_when_the_first_does_not_succeed_the_second_goes_on(
    scene: Scene, outcome: Outcome, word: str
) -> None:
    second = scene.hedged()
    assert scene.settle(scene.first, outcome)
    assert scene.status() == "running"
    assert not scene.settle(scene.first, LATE)
    assert not scene.settle(scene.first, FAILED)
    assert scene.made.engine.renew([scene.first, second]) == [second]
    assert scene.hedging.look() == []
    assert scene.settle(second, DONE)
    assert scene.jobs() == [(FIRST, word), (SECOND, "succeeded")]
    assert scene.events() == ["ready", "started", "hedged", "succeeded"]


@pytest.mark.parametrize("leaves", [0, 1], ids=["first", "second"])
def test_what_a_worker_that_stops_hands_back_goes_on_with_the_other(scene: Scene, leaves: int) -> None:
    both = [scene.first, scene.hedged()]
    assert scene.made.engine.hand_back(both[leaves])
    assert not scene.made.engine.hand_back(both[leaves])
    assert scene.status() == "running"
    assert scene.settle(both[1 - leaves], DONE)
    assert [outcome for _, outcome in scene.jobs()][leaves] == "handed_back"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first fails first", "second fails first"])
def test_when_both_fail_it_is_one_strike(scene: Scene, order: tuple[int, int]) -> None:
    both = [scene.first, scene.hedged()]
    for n in order:
        assert scene.settle(both[n], FAILED)
    assert scene.status() == "ready"
    for left in (2, 1):
        scene.made.clock.ahead += timedelta(seconds=1)
        job = scene.made.engine.claim(scene.address, THIRD)
        assert job is not None
        assert job.max_attempts - job.attempt == left - 1
        assert scene.settle(job, FAILED)
    assert scene.status() == "dead"
    assert [outcome for _, outcome in scene.jobs()] == [*["transient"] * 3, "dead"]
    assert scene.events().count("retry") == 2


# -- workers die, persons decide -----------------------------------------------------------------------------


def test_the_worker_of_the_hedge_dies_and_the_first_goes_on(scene: Scene) -> None:
    scene.hedged()
    for _ in range(3):
        scene.made.clock.ahead += timedelta(seconds=20)
        assert scene.made.engine.renew([scene.first]) == [scene.first]
        assert scene.made.engine.rescue() == []
    assert scene.settle(scene.first, DONE)
    assert scene.jobs() == [(FIRST, "succeeded"), (SECOND, "outpaced")]


def test_the_first_worker_dies_and_the_hedge_goes_on(scene: Scene) -> None:
    second = scene.hedged()
    for _ in range(3):
        scene.made.clock.ahead += timedelta(seconds=20)
        assert scene.made.engine.renew([second]) == [second]
        assert scene.made.engine.rescue() == []
    assert scene.settle(second, DONE)
    assert scene.jobs() == [(FIRST, "outpaced"), (SECOND, "succeeded")]


def test_when_both_workers_die_it_is_one_lost_attempt(scene: Scene) -> None:
    second = scene.hedged()
    assert scene.lose_leases() == [scene.address]
    assert scene.lose_leases() == []
    assert not scene.settle(scene.first, LATE)
    assert not scene.settle(second, LATE)
    assert scene.jobs() == [(FIRST, "outpaced"), (SECOND, "lost")]
    assert scene.events() == ["ready", "started", "hedged", "rescued"]
    again = scene.made.engine.claim(scene.address, THIRD)
    assert again is not None
    assert again.max_attempts - again.attempt == 2
    assert scene.settle(again, DONE)


@pytest.mark.parametrize("fails", [0, 1], ids=["first", "second"])
def test_one_fails_and_the_worker_of_the_other_dies(scene: Scene, fails: int) -> None:
    both = [scene.first, scene.hedged()]
    assert scene.settle(both[fails], FAILED)
    assert scene.lose_leases() == [scene.address]
    assert not scene.settle(both[1 - fails], LATE)
    assert [outcome for _, outcome in scene.jobs()] == ["transient", "lost"][:: 1 if fails == 0 else -1]
    again = scene.made.engine.claim(scene.address, THIRD)
    assert again is not None
    assert again.max_attempts - again.attempt == 2


def test_what_was_lost_in_pairs_is_given_up_after_three(scene: Scene) -> None:
    for n in range(3):
        scene.hedged(SECOND if n == 0 else FIRST)
        assert scene.lose_leases() == [scene.address]
        next_one = scene.made.engine.claim(scene.address, THIRD)
        assert (next_one is None) == (n == 2)
        scene.made.clock.ahead += timedelta(seconds=25)
        scene.made.engine.renew([next_one] if next_one else [])
    assert scene.status() == "dead"
    assert scene.events().count("rescued") == 2


Decide = Callable[[TestInstallation, TaskId], object]


@pytest.mark.parametrize(
    ("decide", "outcome"),
    [
        (lambda made, task: made.engine.cancel(task), "cancelled"),
        (lambda made, task: made.engine.retry(task, ["zero"]), "restarted"),
    ],
    ids=["cancelled", "retried"],
)
def test_both_are_late_when_a_person_has_decided(scene: Scene, decide: Decide, outcome: str) -> None:
    both = [scene.first, scene.hedged()]
    decide(scene.made, scene.task)
    assert scene.made.engine.renew(both) == []
    assert [scene.settle(job, LATE) for job in both] == [False, False]
    assert [ended for _, ended in scene.jobs()] == [outcome, outcome]


def test_what_is_retried_begins_as_if_it_had_never_been_hedged(scene: Scene) -> None:
    second = scene.hedged()
    scene.made.engine.retry(scene.task, ["zero"])
    zero = scene.made.engine.claim(address(scene.task, "zero"), THIRD)
    assert zero is not None
    assert scene.settle(zero, DONE)
    again = scene.made.engine.claim(scene.address, THIRD)
    assert again is not None
    assert not scene.settle(scene.first, LATE)
    assert not scene.settle(second, LATE)
    assert again.max_attempts - again.attempt == 2
    assert scene.settle(again, DONE)
    assert scene.value() == {"value": 1}


# -- with workers --------------------------------------------------------------------------------------------


def test_workers_and_a_rescuer_hedge_by_themselves(make: Make) -> None:
    gate = Gate()
    made = make(step("one", "test.wait", value=7), more=[gate.capability()], lease=timedelta(seconds=3))
    took(made, 0.01, 20, "test.wait")
    soon = timedelta(seconds=0.5)
    hedging = Hedging(
        made.database, made.dispatcher, made.registry, made.clock, factor=2.0, of=OF, least=soon
    )
    workers = [made.worker(slots=1), made.worker(slots=1)]
    rescuer = Rescuer(made.engine, registry=made.registry, hedging=hedging)
    for each in workers:
        each.start()
    rescuer.start()
    try:
        task = made.submit()
        assert gate.has_begun()
        assert gate.has_begun()  # once more, on the other one
        gate.opened.set()
        ended = made.until(task, lambda view: view.status.ended)
    finally:
        gate.opened.set()
        rescuer.stop()
        for each in workers:
            each.drain(LONG_ENOUGH)
    assert ended.status is TaskStatus.SUCCEEDED
    assert made.event_types(task, "one") == [
        "subtask.ready", "subtask.started", "subtask.hedged", "subtask.succeeded",
    ]  # fmt: skip
    with made.database.read() as tx:
        mine = select(job_table.c.outcome).where(job_table.c.subtask == "one", job_table.c.task == task)
        assert sorted(tx.execute(mine).scalars()) == ["outpaced", "succeeded"]
