"""Whose subtasks are sent when more are ready than there is room for; on either database and either queue."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from errand.dispatch import Dispatcher
from errand.domain.errors import QueueAway
from errand.domain.ids import Principal, SubtaskAddress, TaskId, WorkerId
from errand.domain.plan import Plan
from errand.domain.request import Request
from errand.domain.task import Succeeded
from errand.queue import Consumer, Queue
from errand.queues.celery import CeleryQueue
from errand.queues.in_process import InProcessQueue
from errand.rescuer import Rescuer
from tests.installation import LONG_ENOUGH, TestInstallation, address, step

Make = Callable[..., TestInstallation]
ME = WorkerId("me")
GIVE = "test.give"
MANY = 10_000
FEW = 24
"""Slots and a window that has grown once."""


@pytest.fixture(params=["in-process", "celery"])
def carrier(request: pytest.FixtureRequest) -> Queue:
    if request.param == "in-process":
        return InProcessQueue()
    return CeleryQueue(request.getfixturevalue("broker_url"))


@dataclass
class RecordingQueue:
    """Keeps `errand.queue.Queue` for whoever wants to see what was sent. It may be away."""

    sent: list[SubtaskAddress] = field(default_factory=list)
    is_away: bool = False

    def send(self, address: SubtaskAddress, capability: str) -> bool:
        del capability
        self.sent += [] if self.is_away else [address]
        return not self.is_away

    def serve(
        self, capabilities: Collection[str], handle: Callable[[SubtaskAddress], None], slots: int
    ) -> Consumer:
        raise NotImplementedError

    def waiting(self, capabilities: Collection[str]) -> dict[str, int]:
        del capabilities
        if self.is_away:
            raise QueueAway("The broker does not answer.")
        return {}


@dataclass
class Served:
    """What was started, in order, by slots that settle each job at once."""

    made: TestInstallation
    work_seconds: float = 0.0
    started: list[SubtaskAddress] = field(default_factory=list)
    done: set[SubtaskAddress] = field(default_factory=set)
    most_at_once: Counter[TaskId] = field(default_factory=Counter)
    _running: Counter[TaskId] = field(default_factory=Counter)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def handle(self, message: SubtaskAddress) -> None:
        job = self.made.engine.claim(message, ME)
        if job is None:
            return
        task = message.task
        with self._changed:
            self.started.append(message)
            self._running[task] += 1
            self.most_at_once[task] = max(self.most_at_once[task], self._running[task])
        threading.Event().wait(self.work_seconds)
        with self._changed:
            self._running[task] -= 1
        self.made.engine.settle(job, Succeeded({"value": 1}))
        with self._changed:
            self.done.add(message)
            self._changed.notify_all()

    def until(self, holds: Callable[[set[SubtaskAddress]], bool]) -> list[SubtaskAddress]:
        """What was started, once this holds of what is done."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.done), LONG_ENOUGH)
            return [*self.started]


@contextmanager
def serving(made: TestInstallation, slots: int, work_seconds: float = 0.0) -> Iterator[Served]:
    served = Served(made, work_seconds)
    consumer = made.carrier.serve([GIVE], served.handle, slots)
    try:
        yield served
    finally:
        consumer.stop(LONG_ENOUGH)


def planned(made: TestInstallation, principal: str, steps: int, **wanted: int) -> TaskId:
    """A task of so many steps, all of them ready."""
    request = Request("anything", principal=Principal(principal), **wanted)  # type: ignore[arg-type]  # as named
    task = made.engine.submit(request)
    job = made.engine.claim(address(task, "plan"), ME)
    assert job is not None
    plan = Plan(tuple(step(f"s{n}", GIVE, value=n) for n in range(steps)))
    assert made.engine.settle(job, Succeeded({}, plan=plan))
    return task


def taken(made: TestInstallation, count: int) -> list[SubtaskAddress]:
    """So many messages, which nobody else gets then."""
    found = (made.queue.take(frozenset([GIVE]), threading.Event().is_set) for _ in range(count))
    return [each for each in found if each is not None]


def test_one_subtask_of_another_waits_for_few_of_ten_thousand(make: Make, carrier: Queue) -> None:
    made = make(carrier=carrier)
    planned(made, "a", MANY)
    mine = planned(made, "b", 1)
    with serving(made, slots=2) as served:
        started = served.until(lambda done: address(mine, "s0") in done)
    assert started.index(address(mine, "s0")) <= FEW


def test_of_one_principal_the_higher_priority_goes_first(make: Make, carrier: Queue) -> None:
    made = make(carrier=carrier)
    low, high = planned(made, "a", 200), planned(made, "a", 20, priority=10)
    with serving(made, slots=2) as served:
        started = served.until(lambda done: len(done) == 220)
    last = max(n for n, each in enumerate(started) if each.task == high)
    assert last <= 20 + FEW
    assert Counter(each.task for each in started) == {low: 200, high: 20}


def test_no_more_of_a_task_run_at_once_than_its_cap_and_all_of_it_is_done(make: Make, carrier: Queue) -> None:
    made = make(carrier=carrier)
    capped, other = planned(made, "a", 30, parallel=3), planned(made, "a", 10)
    with serving(made, slots=8, work_seconds=0.01) as served:
        served.until(lambda done: len(done) == 40)
    assert served.most_at_once[capped] <= 3
    assert made.view(capped).status.ended
    assert made.view(other).status.ended


def test_what_its_tasks_cap_refuses_is_held_and_sent_when_a_job_of_it_ends(make: Make) -> None:
    made = make()
    planned(made, "a", 2, parallel=1)
    first, second = taken(made, 2)
    job = made.engine.claim(first, ME)
    assert job is not None
    assert made.engine.claim(second, ME) is None
    assert made.queue.waiting([GIVE]) == {}
    made.engine.settle(job, Succeeded({"value": 1}))
    assert taken(made, 1) == [second]
    assert made.engine.claim(second, ME) is not None


def test_two_releases_at_once_send_each_subtask_once(make: Make) -> None:
    made = make(carrier=RecordingQueue(is_away=True))
    task = planned(made, "a", 200)
    queue = RecordingQueue()
    dispatchers = [Dispatcher(made.database, queue, made.clock, slots_of=lambda _: 100) for _ in range(4)]
    together = threading.Barrier(4)

    def release(dispatcher: Dispatcher) -> None:
        together.wait(LONG_ENOUGH)
        dispatcher.release()
        dispatcher.release()

    threads = [threading.Thread(target=release, args=[each]) for each in dispatchers]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LONG_ENOUGH)
    assert Counter(queue.sent).most_common(1)[0][1] == 1
    assert {each for each in queue.sent if each.task == task} == {address(task, f"s{n}") for n in range(200)}


def test_messages_that_the_broker_has_lost_are_sent_again_after_a_moment(make: Make) -> None:
    made = make()
    task = planned(made, "a", 3)
    assert made.queue.waiting([GIVE]) == {GIVE: 3}
    made.clock.ahead = timedelta(seconds=3)
    assert made.engine.hold_lost() == 0
    assert taken(made, 3) == [address(task, f"s{n}") for n in range(3)]
    assert made.engine.hold_lost() == 3
    made.engine.send_due()
    assert made.queue.waiting([GIVE]) == {GIVE: 3}


def test_a_message_that_was_sent_a_moment_ago_is_not_taken_for_lost(make: Make) -> None:
    made = make()
    planned(made, "a", 3)
    taken(made, 3)
    made.clock.ahead = timedelta(seconds=1)
    assert made.engine.hold_lost() == 0


def test_what_can_not_be_sent_is_held_until_the_broker_is_back(make: Make) -> None:
    queue = RecordingQueue(is_away=True)
    made = make(carrier=queue)
    task = planned(made, "a", 3)
    rescuer = Rescuer(made.engine)
    with pytest.raises(QueueAway):
        rescuer.look()
    assert queue.sent == []
    queue.is_away = False
    rescuer.look()
    assert sorted(each.key for each in queue.sent if each.task == task) == ["s0", "s1", "s2"]
