"""Several workers: who does what, how one leaves, and what a database or broker that is away does to them."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import event, select

from errand.capability import AnyCapability, Capability, Context, Need, capability
from errand.domain.errors import QueueAway, SetupError
from errand.domain.ids import SubtaskAddress
from errand.domain.plan import Plan
from errand.domain.task import TaskStatus, TaskView
from errand.domain.worker import WorkerState, WorkerView
from errand.queue import Consumer, Queue
from errand.queues.celery import CeleryQueue
from errand.queues.in_process import InProcessQueue
from errand.rescuer import Rescuer
from errand.store.tables import job
from errand.worker import GO_ON_SECONDS, SHORTEST_BEAT_SECONDS, Worker
from tests.installation import LONG_ENOUGH, Number, TestInstallation, step
from tests.integration.conftest import Make
from tests.servers.services import PostgresServer

SOON = timedelta(seconds=1)
"""A lease, and so beats often."""


class Gate:
    """A capability that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Semaphore(0), threading.Event()

    def capability(self) -> AnyCapability:
        @capability("test.wait")
        def wait(given: Number, context: Context) -> Number:
            """Wait to be let go on."""
            del context
            self.begun.release()
            self.opened.wait(LONG_ENOUGH)
            return given

        return wait  # type: ignore[return-value]  # as Catalogue

    def has_begun(self) -> bool:
        return self.begun.acquire(timeout=LONG_ENOUGH)


@capability("test.pause")
def pause(given: Number, context: Context) -> Number:
    """Take a little longer than a slot goes on by itself."""
    del context
    threading.Event().wait(GO_ON_SECONDS * 1.1)
    return given


@capability("test.moment")
def moment(given: Number, context: Context) -> Number:
    """Take a moment."""
    del context
    threading.Event().wait(0.01)
    return given


@capability("test.lacks", needs=[Need("the moon", "Wait for the full moon.", lambda: False)])
def lacks(given: Number, context: Context) -> Number:
    """Do what can not be done here."""
    del context
    return given


MORE: tuple[Capability[Number, Number], ...] = (pause, moment, lacks)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


def chain(length: int, name: str = "test.give") -> Plan:
    keys = [f"s{n}" for n in range(length)]
    first = step(keys[0], name)
    return Plan((first, *(step(then, name, now) for now, then in pairwise(keys))))


def seen(installation: TestInstallation, worker: Worker) -> WorkerView:
    return next(each for each in installation.registry.workers() if each.id == worker.id)


def until(installation: TestInstallation, worker: Worker, holds: Callable[[WorkerView], bool]) -> WorkerView:
    again = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        view = seen(installation, worker)
        if holds(view):
            return view
        again.wait(0.01)
    raise TimeoutError(f"{view} after {LONG_ENOUGH} s")


def ended(view: TaskView) -> bool:
    return view.status.ended


def jobs(installation: TestInstallation) -> list[tuple[str, str, str, str | None]]:
    """Subtask, capability, worker, outcome of each."""
    order = select(job.c.subtask, job.c.capability, job.c.worker, job.c.outcome).order_by(job.c.started)
    with installation.database.read() as tx:
        return [(row.subtask, row.capability, row.worker, row.outcome) for row in tx.execute(order)]


def test_each_worker_does_what_it_offers_and_nothing_else(make: Make) -> None:
    made = make(
        step("one", "test.give", value=1), step("two", "test.add", "one"), step("three", "test.give", "two")
    )
    giving, adding = made.worker(offer=["test.g*", "plan"], pool="small"), made.worker(offer=["test.add"])
    adding.start()
    giving.start()
    task = made.submit()
    view = made.until(task, ended)
    giving.drain(LONG_ENOUGH)
    adding.drain(LONG_ENOUGH)
    assert view.status is TaskStatus.SUCCEEDED
    assert [(capability, worker) for _, capability, worker, _ in jobs(made)] == [
        ("plan", giving.id), ("test.give", giving.id), ("test.add", adding.id), ("test.give", giving.id),
    ]  # fmt: skip
    told = seen(made, giving)
    assert (sorted(told.offers), told.pool, told.state) == (
        ["plan", "test.give"],
        "small",
        WorkerState.STOPPED,
    )
    assert told.offers["test.give"].effects == "none"
    assert told.offers["test.give"].time_limit_seconds == 600.0


@pytest.mark.parametrize(
    ("pattern", "says"),
    [("test.nothing*", "No capability is called test.nothing*"), ("test.lacks", "Wait for the full moon.")],
)
def test_a_worker_that_can_not_offer_what_it_is_to_offer_does_not_start(
    make: Make, pattern: str, says: str
) -> None:
    made = make(more=MORE, plan=chain(1))
    with pytest.raises(SetupError) as refused:
        made.worker(offer=["test.give", pattern]).start()
    assert says in str(refused.value)
    assert made.registry.workers() == []


def test_a_clock_that_is_wrong_by_more_than_is_tolerated_is_refused(make: Make, either_url: str) -> None:
    made = make(step("one", "test.give"))
    made.clock.ahead = timedelta(seconds=11)
    refusals = {"sqlite": 0, "postgresql+psycopg": 1}
    caught: list[SetupError] = []
    try:
        made.registry.refuse_wrong_clock(timedelta(seconds=10))
    except SetupError as error:
        caught.append(error)
    assert len(caught) == refusals[either_url.split(":")[0]]
    assert all("11.0 seconds ahead of the database server's" in str(error) for error in caught)


def test_a_worker_shows_what_it_does_since_when_and_what_failed_last(make: Make, gate: Gate) -> None:
    made = make(step("bad", "test.refuse", value=7), step("slow", "test.wait"), more=[gate.capability()])
    with made.working() as worker:
        task = made.submit()
        assert gate.has_begun()
        busy = until(made, worker, lambda view: bool(view.doing) and bool(view.failure))
        gate.opened.set()
        made.until(task, ended)
        idle = until(made, worker, lambda view: view.state is WorkerState.IDLE)
    (doing,) = busy.doing
    assert (busy.state, doing.task, doing.subtask, doing.capability) == (
        WorkerState.BUSY, task, "slow", "test.wait",
    )  # fmt: skip
    assert doing.since == made.subtask(task, "slow").started
    assert busy.failure == "test.refuse: The number 7 can not be used."
    assert busy.failed_at is not None
    assert (idle.doing, idle.failure) == ((), busy.failure)
    assert busy.load >= 0


def test_a_worker_that_was_thought_lost_is_back_with_its_next_heartbeat(make: Make) -> None:
    made = make(step("one", "test.give"), lease=SOON)
    with made.working() as worker:
        until(made, worker, lambda view: view.state is WorkerState.IDLE)
        assert made.registry.presume_lost() == [worker.id]
        assert seen(made, worker).state is WorkerState.LOST
        made.submit()
        until(made, worker, lambda view: view.state.lives)
    assert seen(made, worker).state is WorkerState.STOPPED


def test_a_worker_that_was_forgotten_says_again_what_it_is(make: Make) -> None:
    made = make(step("one", "test.give"))
    with made.working() as worker:
        first = until(made, worker, lambda view: view.state is WorkerState.IDLE)
        made.registry.presume_lost()
        assert made.registry.forget(timedelta(0)) == 1
        made.until(made.submit(), ended)
        again = threading.Event()
        while not made.registry.workers():
            again.wait(0.01)
        assert seen(made, worker).offers == first.offers


def test_a_chain_is_done_where_it_began_with_one_message(make: Make) -> None:
    made = make(plan=chain(10))
    workers = [made.worker(slots=1), made.worker(slots=1)]
    for each in workers:
        each.start()
    view = made.until(made.submit(), ended)
    for each in workers:
        each.drain(LONG_ENOUGH)
    assert (view.status, view.total) == (TaskStatus.SUCCEEDED, 11)
    assert len({worker for _, _, worker, _ in jobs(made)}) == 1
    assert made.queue._sent == 1


def test_others_have_their_turn_between_the_links_of_a_long_chain(make: Make) -> None:
    made = make(plan=chain(4, "test.pause"), more=MORE)
    worker = made.worker(slots=1)
    first, second = made.submit(), made.submit()
    worker.start()
    made.until(second, lambda view: view.total > 1)
    assert not made.view(first).status.ended
    worker.drain(LONG_ENOUGH)


def test_what_a_worker_could_not_finish_in_time_is_handed_back_and_its_late_result_dropped(
    make: Make, gate: Gate
) -> None:
    made = make(step("one", "test.wait", value=1), more=[gate.capability()])
    leaving, staying = made.worker(), made.worker()
    leaving.start()
    task = made.submit()
    assert gate.has_begun()
    assert leaving.drain(0.01) is False
    back = made.subtask(task, "one")
    assert (back.status, back.attempt, back.error, back.fault) == ("ready", 1, "", None)
    assert seen(made, leaving).state is WorkerState.STOPPED

    rescuer = Rescuer(made.engine, every=timedelta(seconds=0.01))
    staying.start()
    rescuer.start()
    assert gate.has_begun()
    gate.opened.set()
    view = made.until(task, ended)
    rescuer.stop()
    staying.drain(LONG_ENOUGH)
    leaving.drain(LONG_ENOUGH)  # what it still ran has noticed
    assert view.status is TaskStatus.SUCCEEDED
    assert jobs(made)[1:] == [
        ("one", "test.wait", leaving.id, "handed_back"), ("one", "test.wait", staying.id, "succeeded"),
    ]  # fmt: skip
    assert made.event_types(task, "one") == [
        "subtask.ready", "subtask.started", "subtask.handed_back", "subtask.started", "subtask.succeeded",
    ]  # fmt: skip


def test_handing_back_is_no_attempt(make: Make, gate: Gate) -> None:
    made = make(step("one", "test.wait", value=1), more=[gate.capability()])
    task = made.submit()
    workers = [made.worker() for _ in range(5)]
    for each in workers:
        each.start()
        made.engine.send_due()
        assert gate.has_begun()
        each.drain(0)
    gate.opened.set()
    with made.working():
        assert made.until(task, ended).status is TaskStatus.SUCCEEDED
    for each in workers:
        each.drain(LONG_ENOUGH)  # what it still ran has noticed


@pytest.fixture(params=["in_process", "celery"])
def carrier(request: pytest.FixtureRequest) -> Queue:
    if request.param == "in_process":
        return InProcessQueue()
    return CeleryQueue(request.getfixturevalue("broker_url"))


def test_rolling_over_all_workers_under_load_loses_nothing_and_settles_nothing_twice(
    make: Make, carrier: Queue
) -> None:
    steps = tuple(step(f"s{n}", "test.moment") for n in range(200))
    made = make(plan=Plan(steps), more=MORE, carrier=carrier)
    rescuer = Rescuer(made.engine, every=timedelta(seconds=0.05))
    rescuer.start()
    workers = [made.worker() for _ in range(3)]
    for each in workers:
        each.start()
    task = made.submit()
    while not made.view(task).status.ended:
        workers.append(made.worker())
        workers[-1].start()
        workers[-4].drain(0.005)
    view = made.until(task, ended)
    rescuer.stop()
    for each in workers:
        each.drain(LONG_ENOUGH)
    succeeded = Counter(key for key, _, _, outcome in jobs(made) if outcome == "succeeded")
    assert (view.status, len(succeeded), max(succeeded.values())) == (TaskStatus.SUCCEEDED, 201, 1)
    assert {outcome for _, _, _, outcome in jobs(made)} <= {"succeeded", "handed_back"}
    assert len(workers) > 6
    assert made.event_numbers(task) == list(range(1, len(made.event_numbers(task)) + 1))


def test_an_idle_worker_says_little_and_a_busy_one_at_most_once_a_second(make: Make) -> None:
    made = make(plan=Plan(tuple(step(f"s{n}", "test.moment") for n in range(200))), more=MORE)
    beats: list[float] = []

    @event.listens_for(made.database._access.at_once, "before_cursor_execute")
    def _count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        del connection, cursor, rest
        beats.extend([1.0] * statement.startswith("UPDATE worker"))

    began = made.clock()
    made.run()
    seconds = (made.clock() - began).total_seconds()
    assert 2 <= len(beats) <= seconds / SHORTEST_BEAT_SECONDS + 3


def test_a_job_outlasts_a_database_server_that_was_restarted_meanwhile(tmp_path: Path, gate: Gate) -> None:
    with PostgresServer() as server:
        plan = Plan((step("one", "test.wait", value=1), step("two", "test.give", "one")))
        more: list[Capability[BaseModel, BaseModel]] = [gate.capability()]
        with (
            closing(
                TestInstallation(
                    tmp_path, plan, more=more, database_url=server.new_database(), lease=SOON * 60
                )
            ) as made,
            made.working() as worker,
        ):
            task = made.submit()
            assert gate.has_begun()
            server.kill()
            gate.opened.set()
            again = threading.Event()
            while not worker._store_is_away:
                again.wait(0.01)
            server.restart()
            view = made.until(task, ended)
            assert worker.failure is None
            assert made.subtask(task, "one").attempt == 1
        assert view.status is TaskStatus.SUCCEEDED


class _GivenUp:
    failure = "The broker is gone."

    def stop(self, timeout_seconds: float) -> bool:
        return timeout_seconds >= 0


class GivenUpQueue(InProcessQueue):
    """Its consumers take nothing any more."""

    def serve(
        self, capabilities: Collection[str], handle: Callable[[SubtaskAddress], None], slots: int
    ) -> Consumer:
        del capabilities, handle, slots
        return _GivenUp()


def test_a_worker_that_gets_no_messages_any_more_says_so_and_takes_none(make: Make) -> None:
    made = make(step("one", "test.give"), carrier=GivenUpQueue())
    worker = made.worker()
    worker.start()
    draining = until(made, worker, lambda view: view.state is WorkerState.DRAINING)
    assert draining.doing == ()
    assert isinstance(worker.failure, QueueAway)
    assert str(worker.failure) == "The broker is gone."
    assert worker.drain(LONG_ENOUGH)
    assert seen(made, worker).state is WorkerState.STOPPED
