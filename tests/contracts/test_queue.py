"""What every keeper of `errand.queue.Queue` promises."""

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.queue import Consumer, Queue
from errand.queues.in_process import InProcessQueue
from tests.installation import LONG_ENOUGH

KEEPERS: list[Callable[[], Queue]] = [InProcessQueue]


@pytest.fixture(params=KEEPERS, ids=lambda keeper: keeper.__name__)
def queue(request: pytest.FixtureRequest) -> Queue:
    made: Queue = request.param()
    return made


@pytest.fixture
def consumers() -> Iterator[list[Consumer]]:
    started: list[Consumer] = []
    yield started
    for each in started:
        each.stop(LONG_ENOUGH)


def address(n: int) -> SubtaskAddress:
    return SubtaskAddress(TaskId("task"), SubtaskKey(f"s{n}"))


def test_what_is_sent_is_handed_over_in_order(queue: Queue, consumers: list[Consumer]) -> None:
    taken: SimpleQueue[SubtaskAddress] = SimpleQueue()
    for n in range(20):
        queue.send(address(n), "one" if n % 2 else "two")
    consumers.append(queue.serve(["one", "two"], taken.put, 1))
    assert [taken.get(timeout=LONG_ENOUGH) for _ in range(20)] == [address(n) for n in range(20)]


def test_only_what_a_consumer_serves_reaches_it(queue: Queue, consumers: list[Consumer]) -> None:
    ones: SimpleQueue[SubtaskAddress] = SimpleQueue()
    twos: SimpleQueue[SubtaskAddress] = SimpleQueue()
    consumers += [queue.serve(["one"], ones.put, 1), queue.serve(["two"], twos.put, 1)]
    queue.send(address(2), "two")
    queue.send(address(1), "one")
    assert (ones.get(timeout=LONG_ENOUGH), twos.get(timeout=LONG_ENOUGH)) == (address(1), address(2))
    assert (ones.empty(), twos.empty()) == (True, True)


def test_messages_that_nobody_serves_wait(queue: Queue) -> None:
    queue.send(address(1), "one")
    queue.send(address(2), "one")
    assert queue.waiting(["one", "two"]) == {"one": 2}


def test_as_many_run_at_once_as_there_are_slots(queue: Queue, consumers: list[Consumer]) -> None:
    together = threading.Barrier(3)

    def handle(message: SubtaskAddress) -> None:
        del message
        together.wait(LONG_ENOUGH)

    consumers.append(queue.serve(["one"], handle, 3))
    for n in range(3):
        queue.send(address(n), "one")
    consumers.pop().stop(LONG_ENOUGH)
    assert not together.broken


def test_a_busy_slot_takes_no_message_that_another_could(queue: Queue, consumers: list[Consumer]) -> None:
    busy, free = threading.Event(), threading.Event()
    taken: SimpleQueue[SubtaskAddress] = SimpleQueue()

    def occupy(message: SubtaskAddress) -> None:
        del message
        busy.set()
        free.wait(LONG_ENOUGH)

    consumers.append(queue.serve(["one"], occupy, 1))
    queue.send(address(1), "one")
    assert busy.wait(LONG_ENOUGH)
    queue.send(address(2), "one")
    assert queue.waiting(["one", "two"]) == {"one": 1}
    consumers.append(queue.serve(["one"], taken.put, 1))
    assert taken.get(timeout=LONG_ENOUGH) == address(2)
    free.set()


def test_stopping_waits_for_what_runs_and_takes_no_more(queue: Queue) -> None:
    begun, may_end = threading.Event(), threading.Event()
    ended: list[SubtaskAddress] = []

    def handle(message: SubtaskAddress) -> None:
        begun.set()
        may_end.wait(LONG_ENOUGH)
        ended.append(message)

    consumer = queue.serve(["one"], handle, 1)
    queue.send(address(1), "one")
    queue.send(address(2), "one")
    assert begun.wait(LONG_ENOUGH)
    assert consumer.stop(0.01) is False
    may_end.set()
    assert consumer.stop(LONG_ENOUGH) is True
    assert ended == [address(1)]
    assert queue.waiting(["one", "two"]) == {"one": 1}
