"""The queue over Redis while Redis is killed, emptied, cut off, or holds what is not ours."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

import pytest

from errand.domain.errors import QueueAway, SetupError
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.queues.celery import CeleryQueue
from errand.queues.celery_app import message_app
from tests.conftest import missing
from tests.installation import LONG_ENOUGH
from tests.servers.services import ProgramMissing, RedisServer

KILLS = 6


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """One that a test may break."""
    try:
        started = RedisServer()
    except ProgramMissing as error:
        missing(str(error))
    with started:
        yield started


class Taker:
    """A consumer with three slots, two of them busy until `free` is set."""

    def __init__(self, queue: CeleryQueue) -> None:
        self.queue, self.free = queue, threading.Event()
        self._sent, self._taken, self._busy = 0, SimpleQueue[SubtaskAddress](), SimpleQueue[SubtaskAddress]()
        self.consumer = queue.serve(["one", "long"], self._handle, 3)

    def keep_busy(self) -> None:
        for n in range(2):
            assert self.queue.send(address("long", n), "long")
        for _ in range(2):
            self._busy.get(timeout=LONG_ENOUGH)

    def takes_what_is_sent(self) -> bool:
        """As the rescuer does, a message is sent again when nothing comes of it."""
        until = time.monotonic() + LONG_ENOUGH
        self._sent += 1
        sent = address("short", self._sent)
        while time.monotonic() < until:
            self.queue.send(sent, "one")
            try:
                if self._taken.get(timeout=0.5) == sent:
                    return True
            except Empty:
                continue
        return False

    def _handle(self, taken: SubtaskAddress) -> None:
        if taken.task == "long":
            self._busy.put(taken)
            self.free.wait(LONG_ENOUGH)
        else:
            self._taken.put(taken)


@pytest.fixture
def taker(server: RedisServer) -> Iterator[Taker]:
    made = Taker(CeleryQueue(server.url, lost_seconds=2.0, pause_seconds=0.2))
    yield made
    made.free.set()
    assert made.consumer.stop(LONG_ENOUGH)


def address(task: str, n: int) -> SubtaskAddress:
    return SubtaskAddress(TaskId(task), SubtaskKey(f"s{n}"))


def test_a_consumer_outlives_redis_being_killed_with_jobs_in_flight(
    server: RedisServer, taker: Taker
) -> None:
    assert taker.takes_what_is_sent()
    taker.keep_busy()
    for _ in range(KILLS):
        server.kill()
        server.restart()
        assert taker.takes_what_is_sent()
    assert taker.consumer.failure == ""


def test_slots_that_end_while_redis_is_away_take_messages_again(server: RedisServer, taker: Taker) -> None:
    taker.keep_busy()
    server.kill()
    taker.free.set()
    assert not taker.queue.send(address("short", 0), "one")
    server.restart()
    assert taker.takes_what_is_sent()


def test_a_consumer_outlives_redis_being_emptied(server: RedisServer, taker: Taker) -> None:
    assert taker.takes_what_is_sent()
    taker.keep_busy()
    with server.client() as client:
        client.flushall()
    assert taker.takes_what_is_sent()


def test_a_consumer_outlives_a_link_that_is_half_open(server: RedisServer, taker: Taker) -> None:
    assert taker.takes_what_is_sent()
    server.pause()
    with pytest.raises(QueueAway):
        taker.queue.waiting(["one"])
    server.resume()
    assert taker.takes_what_is_sent()


def test_a_link_that_ended_by_itself_is_made_anew(server: RedisServer) -> None:
    taker = Taker(CeleryQueue(server.url, lost_seconds=2.0, events=True))
    assert taker.takes_what_is_sent()
    message_app(server.url, events=True).control.shutdown()
    with server.client() as client:
        _until(lambda: all(each["cmd"] != "brpop" for each in client.client_list()))
    assert taker.takes_what_is_sent()
    assert taker.consumer.stop(LONG_ENOUGH)


def test_what_flower_is_given_reaches_the_workers(server: RedisServer) -> None:
    consumer = CeleryQueue(server.url, events=True).serve(["one"], SimpleQueue[SubtaskAddress]().put, 1)
    environment = {**os.environ, "CELERY_BROKER_URL": server.url}
    _until(lambda: "pong" in _celery("inspect", "ping", environment=environment))
    assert consumer.stop(LONG_ENOUGH)


def test_a_consumer_that_new_links_do_not_help_says_so(server: RedisServer) -> None:
    with server.client() as client:
        client.set("errand.one", "not a list")
    consumer = CeleryQueue(server.url, lost_seconds=0.5).serve(["one"], SimpleQueue[SubtaskAddress]().put, 1)
    _until(lambda: bool(consumer.failure))
    assert "start the worker anew" in consumer.failure
    assert consumer.stop(LONG_ENOUGH)


def test_what_is_no_message_of_ours_is_dropped(server: RedisServer, taker: Taker) -> None:
    assert taker.takes_what_is_sent()
    with server.client() as client:
        for each in _NOT_OURS:
            client.lpush("errand.one", each)
    assert taker.takes_what_is_sent()
    assert taker.consumer.failure == ""


def test_a_defect_in_handling_a_message_is_said_and_costs_no_slot(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, taken = CeleryQueue(server.url), SimpleQueue[SubtaskAddress]()
    said = SimpleQueue[str]()
    monkeypatch.setattr(threading, "excepthook", lambda failed: said.put(str(failed.exc_value)))

    def stumble(message: SubtaskAddress) -> None:
        taken.put(message)
        raise ZeroDivisionError(message.key)

    consumer = queue.serve(["one"], stumble, 1)
    for n in range(3):
        assert queue.send(address("short", n), "one")
    assert [taken.get(timeout=LONG_ENOUGH) for _ in range(3)] == [address("short", n) for n in range(3)]
    assert [said.get(timeout=LONG_ENOUGH) for _ in range(3)] == ["s0", "s1", "s2"]
    assert consumer.stop(LONG_ENOUGH)
    assert taken.empty()


def test_sending_fails_fast_while_redis_is_away_and_works_when_it_is_back(server: RedisServer) -> None:
    queue = CeleryQueue(server.url, pause_seconds=0.2)
    assert queue.send(address("short", 1), "one")
    server.pause()
    began = time.monotonic()
    assert [queue.send(address("short", n), "one") for n in range(100)] == [False] * 100
    assert time.monotonic() - began < LONG_ENOUGH / 2  # one of them waits for a second, each would be 100
    server.kill()
    server.restart()
    _until(lambda: queue.send(address("short", 2), "one"))
    assert queue.waiting(["one"]) == {"one": 1}


def test_nothing_tells_the_password(
    server: RedisServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    queue = CeleryQueue(server.url.replace("//", "//nobody:opensesame@"), pause_seconds=0.2)
    consumer = queue.serve(["one"], SimpleQueue[SubtaskAddress]().put, 1)
    assert not queue.send(address("short", 1), "one")
    with pytest.raises(QueueAway) as told:
        queue.waiting(["one"])
    assert consumer.stop(LONG_ENOUGH)
    said = "".join((str(told.value), caplog.text, *capfd.readouterr()))
    assert "username-password" in said
    assert "opensesame" not in said


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis",
        "http://:opensesame@host/0",
        "redis://:open#sesame@host:1/0",
        "redis:///0",
        "redis://host/a",
    ],
)
def test_an_address_that_is_none_of_redis_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SetupError) as refused:
        CeleryQueue(url)
    assert "ERRAND_BROKER_URL" in str(refused.value)
    assert "sesame" not in str(refused.value)


def _until(holds: Callable[[], bool]) -> None:
    pause, until = threading.Event(), time.monotonic() + LONG_ENOUGH
    while not holds():
        assert time.monotonic() < until
        pause.wait(0.05)


def _celery(*arguments: str, environment: dict[str, str]) -> str:
    command = (sys.executable, "-m", "celery", "--app", "errand.queues.flower", *arguments)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout


def _envelope(task: str, body: str) -> str:
    properties = {
        "correlation_id": "1", "delivery_mode": 2, "delivery_tag": "1",
        "delivery_info": {"exchange": "", "routing_key": "errand.one"}, "body_encoding": "utf-8",
    }  # fmt: skip
    headers = {"lang": "py", "task": task, "id": "1"}
    return json.dumps(
        {
            "body": body, "content-encoding": "utf-8", "content-type": "application/json",
            "headers": headers, "properties": properties,
        }
    )  # fmt: skip


_NOT_OURS = (
    "not JSON", "[]", "{}", "null", '{"headers": null, "properties": {}}', b"\xff\xfe",
    _envelope("another.program", "[[], {}, {}]"),
    _envelope("errand.run", "not JSON"),
    _envelope("errand.run", "[[], {}, {}]"),
    _envelope("errand.run", '[["task"], {}, {}]'),
    _envelope("errand.run", '[["task", 1], {}, {}]'),
    _envelope("errand.run", '[["task", "key"], {"more": 1}, {}]'),
    _envelope("errand.run", "7"),
)  # fmt: skip
