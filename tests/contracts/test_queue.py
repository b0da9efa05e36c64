"""What every keeper of `errand.queue.Queue` promises."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue

import pytest

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.queue import Consumer, Queue
from errand.queues.celery import CeleryQueue
from errand.queues.in_process import InProcessQueue
from tests.installation import LONG_ENOUGH


@dataclass(frozen=True)
class Keeper:
    """`in_order`: of several queues the oldest message comes first; else only of each queue."""

    name: str
    in_order: bool
    make: Callable[[pytest.FixtureRequest], Queue]


KEEPERS = [
    Keeper("in-process", in_order=True, make=lambda _: InProcessQueue()),
    Keeper("celery", in_order=False, make=lambda request: CeleryQueue(request.getfixturevalue("broker_url"))),
]


def _named(keeper: Keeper) -> str:
    return keeper.name


@pytest.fixture(params=KEEPERS, ids=_named)
def queue(request: pytest.FixtureRequest) -> Queue:
    keeper: Keeper = request.param
    return keeper.make(request)


@pytest.fixture(params=[each for each in KEEPERS if each.in_order], ids=_named)
def ordered_queue(request: pytest.FixtureRequest) -> Queue:
    keeper: Keeper = request.param
    return keeper.make(request)


@pytest.fixture
def consumers() -> Iterator[list[Consumer]]:
    started: list[Consumer] = []
    yield started
    for each in started:
        each.stop(LONG_ENOUGH)


def address(n: int) -> SubtaskAddress:
    return SubtaskAddress(TaskId("task"), SubtaskKey(f"s{n}"))


def test_messages_of_one_capability_are_handed_over_in_order(queue: Queue, consumers: list[Consumer]) -> None:
    taken: SimpleQueue[SubtaskAddress] = SimpleQueue()
    for n in range(20):
        queue.send(address(n), "one")
    consumers.append(queue.serve(["one"], taken.put, 1))
    assert [taken.get(timeout=LONG_ENOUGH) for _ in range(20)] == [address(n) for n in range(20)]


def test_messages_of_several_capabilities_all_arrive(queue: Queue, consumers: list[Consumer]) -> None:
    taken: SimpleQueue[SubtaskAddress] = SimpleQueue()
    for n in range(20):
        queue.send(address(n), "one" if n % 2 else "two")
    consumers.append(queue.serve(["one", "two"], taken.put, 4))
    assert {taken.get(timeout=LONG_ENOUGH) for _ in range(20)} == {address(n) for n in range(20)}


def test_the_oldest_message_of_several_capabilities_comes_first(
    ordered_queue: Queue, consumers: list[Consumer]
) -> None:
    taken: SimpleQueue[SubtaskAddress] = SimpleQueue()
    for n in range(20):
        ordered_queue.send(address(n), "one" if n % 2 else "two")
    consumers.append(ordered_queue.serve(["one", "two"], taken.put, 1))
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
    met = threading.Event()
    together = threading.Barrier(3, action=met.set)

    def handle(message: SubtaskAddress) -> None:
        del message
        together.wait(LONG_ENOUGH)

    consumers.append(queue.serve(["one"], handle, 3))
    for n in range(3):
        queue.send(address(n), "one")
    assert met.wait(LONG_ENOUGH)


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


def test_a_stopped_consumer_with_free_slots_leaves_messages_to_others(
    queue: Queue, consumers: list[Consumer]
) -> None:
    left, stays = SimpleQueue[SubtaskAddress](), SimpleQueue[SubtaskAddress]()
    leaving = queue.serve(["one"], left.put, 2)
    queue.send(address(0), "one")
    assert left.get(timeout=LONG_ENOUGH) == address(0)
    assert leaving.stop(LONG_ENOUGH) is True
    queue.send(address(1), "one")
    consumers.append(queue.serve(["one"], stays.put, 2))
    assert stays.get(timeout=LONG_ENOUGH) == address(1)
    assert left.empty()


def test_stopping_under_load_loses_no_message(queue: Queue, consumers: list[Consumer]) -> None:
    taken: SimpleQueue[SubtaskAddress] = SimpleQueue()
    everything = {address(n) for n in range(500)}
    sender = threading.Thread(target=lambda: [queue.send(each, "one") for each in everything])
    sender.start()
    for _ in range(5):
        consumer = queue.serve(["one"], taken.put, 2)
        first = taken.get(timeout=LONG_ENOUGH)
        assert consumer.stop(LONG_ENOUGH) is True
        taken.put(first)
    sender.join(LONG_ENOUGH)
    consumers.append(queue.serve(["one"], taken.put, 2))
    assert {taken.get(timeout=LONG_ENOUGH) for _ in everything} == everything


def test_a_message_is_handed_over_once(queue: Queue, consumers: list[Consumer]) -> None:
    taken: SimpleQueue[SubtaskAddress] = SimpleQueue()
    consumers.append(queue.serve(["one"], taken.put, 1))
    for n in (1, 2):
        queue.send(address(n), "one")
    assert [taken.get(timeout=LONG_ENOUGH) for _ in range(2)] == [address(1), address(2)]
    assert taken.empty()
