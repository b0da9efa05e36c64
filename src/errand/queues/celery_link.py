"""One link of a consumer to its broker: a Celery worker in a thread of this process.

Celery's worker is made for a process of its own that does nothing else. What differs here: several may live
in one process, it has no signal handlers, it asks for a message only while a slot is free, and it leaves at
once.
"""

import contextlib
import functools
import itertools
import math
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery, bootsteps
from celery.concurrency.base import BasePool, apply_target
from celery.exceptions import WorkerShutdown
from celery.worker import WorkController
from celery.worker.consumer import Consumer
from kombu.asynchronous import set_event_loop
from kombu.exceptions import KombuError

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.observability.logs import logger
from errand.queues.celery_app import MESSAGE
from errand.queues.celery_slots import Slots

_log = logger("queue")
_OfCelery = Any
"""Celery and kombu have few types; what is known of theirs is in stubs that leave out what is used here."""
_numbers = itertools.count(1)
_building = threading.Lock()
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)
"""What an envelope that is not one of ours does to the loop that reads it."""
_SILENCE = 3
"""Times the longest wait for a message after which a link that asks for none is lost."""


class Link:
    """From its construction it takes messages, through any number of losses of the broker."""

    def __init__(
        self, app: Celery, slots: Slots, handle: Callable[[SubtaskAddress], None], *, events: bool
    ) -> None:
        """With `events` each message goes through Celery's task, of which Celery tells Flower."""
        self.slots = slots
        self.handle = handle
        self.events = events
        self.last_sign = -math.inf
        """When it last asked for messages or had all slots busy; in seconds of `time.monotonic`."""
        self.stopping = threading.Event()
        self._leaving = False
        with _building:  # Celery hands its event loop round in a variable of the module
            set_event_loop(None)
            self._controller: _OfCelery = _Controller(
                app, self, hostname=f"errand-{os.getpid()}-{next(_numbers)}@{socket.gethostname()}",
                concurrency=slots.count, pool=_Pool, use_eventloop=True,
                consumer_cls=_Consumer, task_events=events,
                without_gossip=True, without_mingle=True, without_heartbeat=not events, heartbeat_interval=10,
            )  # fmt: skip
            set_event_loop(None)
        self._controller.pool.link = self
        self._thread = threading.Thread(target=self._controller.start, name="queue", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Take no more messages; what is under way runs on."""
        self.stopping.set()
        self._controller.hub.call_soon(self.leave_if_asked)

    def leave_if_asked(self) -> None:
        """Within the link's own thread. Raises WorkerShutdown, once."""
        if self.stopping.is_set() and not self._leaving:
            self._leaving = True
            raise WorkerShutdown(0)

    def join(self, seconds: float) -> bool:
        """False: it has not left yet."""
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def wake(self) -> None:
        """A slot is free: ask for a message at once."""
        self._controller.hub.call_soon(_nothing)


class _Controller(WorkController):
    pool: _OfCelery

    def __init__(self, app: Celery, link: Link, **options: _OfCelery) -> None:
        self.link = link
        super().__init__(app, **options)


class _Pool(BasePool):
    """Hands messages to the slots; stopping it waits for none of them."""

    signal_safe = False
    body_can_be_buffer = True

    link: Link

    def on_apply(
        self,
        target: Callable[..., object],
        args: _OfCelery = (),
        kwargs: _OfCelery = None,
        callback: _OfCelery = None,
        accept_callback: _OfCelery = None,
        **options: _OfCelery,
    ) -> None:
        del options
        mine = {**(kwargs or {}), "app": self.app}  # otherwise it takes the first app of the process
        call = functools.partial(apply_target, target, args, mine, callback, accept_callback)
        self.link.slots.run(call, self.link.wake)


class _Consumer(Consumer):
    """Connects again within seconds however long the broker was away, and survives what it can not read."""

    controller: _OfCelery
    connection_errors: tuple[type[Exception], ...]

    def __init__(self, *args: _OfCelery, **options: _OfCelery) -> None:
        super().__init__(*args, **options)
        self.connection_errors = (*self.connection_errors, *_UNREADABLE)

    def create_task_handler(self, *args: _OfCelery, **options: _OfCelery) -> Callable[[_OfCelery], None]:
        """Celery's way from a message to a call of its task takes as long as all else of it: a message of
        ours is handed over without."""
        by_celery: Callable[[_OfCelery], None] = super().create_task_handler(*args, **options)
        link: Link = self.controller.link
        if link.events:
            return by_celery

        def take(message: _OfCelery) -> None:
            address = _address_in(message)
            if address is None:
                by_celery(message)  # which says what is wrong with it
            else:
                link.slots.run(functools.partial(link.handle, address), link.wake)

        return take

    def ensure_connected(self, conn: _OfCelery) -> _OfCelery:
        """Raises WorkerShutdown when it is to leave meanwhile."""
        self.controller.link.leave_if_asked()
        away = _Once("The message broker does not answer; tried again until it does.")
        return conn.ensure_connection(
            away,
            None,
            interval_start=0.2,
            interval_step=0.2,
            interval_max=2.0,
            callback=self.controller.link.leave_if_asked,
        )


class Taking(bootsteps.StartStopStep):
    """Asks for a message only while a slot is free, and shows that it asks.

    Celery's own `worker_disable_prefetch` counts what the whole process has taken, not what this link has.
    """

    requires = ("celery.worker.consumer:Tasks",)

    def start(self, c: _OfCelery) -> None:
        link: Link = c.controller.link
        c.task_consumer.channel.qos.can_consume = lambda: link.slots.free and not link.stopping.is_set()

    def register_with_event_loop(self, c: _OfCelery, hub: _OfCelery) -> None:
        hub.call_repeatedly(1.0, self._show, c)

    def stop(self, c: _OfCelery) -> None:
        """Celery would leave a request for a message open until all slots are idle, and a message that comes
        in reply lying there. Ended from our side, the broker answers at once: with a message, which is put
        back, or with the end of the connection."""
        if c.connection is None or c.task_consumer is None:
            return  # the connection is lost already
        channel = c.task_consumer.channel
        with contextlib.suppress(*c.connection_errors):
            c.task_consumer.cancel()
            if channel._in_poll:  # noqa: SLF001  # kombu has no other word for it
                socket.socket.shutdown(channel._in_poll._sock, socket.SHUT_WR)  # noqa: SLF001  # as above
            channel.close()

    def _show(self, c: _OfCelery) -> None:
        channel = c.task_consumer.channel
        link: Link = c.controller.link
        asked: float | None = channel._brpop_sent_at  # noqa: SLF001  # kombu has no other word for it
        recently = asked is not None and time.monotonic() - asked < _SILENCE * channel.brpop_timeout
        if recently or not link.slots.free:
            link.last_sign = time.monotonic()


class _Once:
    """Says something the first time."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def __call__(self, error: Exception, seconds: float) -> None:
        del seconds
        if self._sentence:
            _log.warning(self._sentence, error=str(error))
        self._sentence = ""


def _address_in(message: _OfCelery) -> SubtaskAddress | None:
    """None: it is no message of ours. They are written by `celery_sender`, which says in what format."""
    if not isinstance(message.headers, dict) or message.headers.get("task") != MESSAGE:
        return None
    try:
        body = message.payload
    except KombuError:
        return None
    match body:
        case [[str(task), str(key)], {**kwargs}, _] if not kwargs:
            return SubtaskAddress(TaskId(task), SubtaskKey(key))
        case _:
            return None


def _nothing() -> None:
    """What the loop is woken with."""
