"""Slots that take messages through a link to the broker, which is made anew when it is lost for good."""

import threading
import time
from collections.abc import Callable, Collection

import redis
from celery import Celery
from kombu import Queue as MessageQueue

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.observability.logs import logger
from errand.queues.celery_app import MESSAGE, message_app
from errand.queues.celery_link import Link, Taking
from errand.queues.celery_logs import join_logs
from errand.queues.celery_slots import Slots

_log = logger("queue")
_LOOK_SECONDS = 1.0
_MOST_REPLACED = 3
_GIVEN_UP = (
    "The message broker answers, but this process took no messages any more, and {count} new connections did "
    "not help; start the worker anew."
)


class CeleryConsumer:
    """Keeps `errand.queue.Consumer`."""

    def __init__(
        self,
        broker_url: str,
        broker: redis.Redis,
        queues: Collection[str],
        handle: Callable[[SubtaskAddress], None],
        slots: int,
        *,
        lost_seconds: float,
        events: bool,
    ) -> None:
        join_logs()
        self._app = _app_taking(broker_url, queues, handle, events=events)
        self._broker, self._lost_seconds, self._events = broker, lost_seconds, events
        self._handle, self._slots = handle, Slots(slots)
        self._stopped = threading.Event()
        self._failure = ""
        self._links = [self._new_link()]
        self._watching = threading.Thread(target=self._watch, name="queue-watch", daemon=True)
        self._watching.start()

    @property
    def failure(self) -> str:
        return self._failure

    def stop(self, timeout_seconds: float) -> bool:
        until = time.monotonic() + timeout_seconds
        self._stopped.set()
        self._watching.join(max(0.0, until - time.monotonic()))  # it makes no more links
        for link in self._links:
            link.leave()
        left = [link.join(until - time.monotonic()) for link in self._links]
        idle = self._slots.wait_until_idle(until - time.monotonic())
        return idle and all(left)

    def _new_link(self) -> Link:
        return Link(self._app, self._slots, self._handle, events=self._events)

    def _watch(self) -> None:
        """A link that asks for nothing while the broker is there all that time is lost."""
        there_since: float | None = None
        replaced = 0
        while not self._stopped.wait(_LOOK_SECONDS):
            now = time.monotonic()
            if now - self._links[-1].last_sign < 2 * _LOOK_SECONDS:
                there_since, replaced = None, 0
            elif not self._broker_answers():
                there_since = None
            elif there_since is None:
                there_since = now
            elif now - there_since >= self._lost_seconds:
                self._links[-1].leave()
                if replaced == _MOST_REPLACED:
                    self._failure = _GIVEN_UP.format(count=replaced)
                    return
                there_since, replaced = None, replaced + 1
                _log.warning("No messages were taken although the broker answers; connecting anew.")
                self._links = [*(link for link in self._links if not link.join(0)), self._new_link()]

    def _broker_answers(self) -> bool:
        try:
            return bool(self._broker.ping())
        except redis.RedisError:
            return False


def _app_taking(
    broker_url: str, queues: Collection[str], handle: Callable[[SubtaskAddress], None], *, events: bool
) -> Celery:
    app = message_app(broker_url, events=events)
    app.conf.task_queues = [MessageQueue(each, exchange="", routing_key=each, no_ack=True) for each in queues]
    app.steps["consumer"].add(Taking)

    def take(*address: object) -> None:
        match address:
            case (str(task), str(key)):
                handle(SubtaskAddress(TaskId(task), SubtaskKey(key)))
            case _:
                _log.warning("A message was dropped: it carries no address of a subtask.")

    app.task(name=MESSAGE, shared=False)(take)
    return app
