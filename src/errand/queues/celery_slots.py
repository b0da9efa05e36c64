"""Slots of a consumer: a thread for each message under way."""

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

_Call = tuple[Callable[[], object], Callable[[], None]]
_KEPT_SECONDS = 5.0
"""So long a thread waits for the next message: to start one takes longer than to take a message."""


class Slots:
    """At most `count` at once. They outlive the link to the broker, which may be made anew meanwhile."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._taken = self._threads = 0
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        self._changed = threading.Condition()

    @property
    def free(self) -> bool:
        return self._taken < self.count

    def run(self, call: Callable[[], object], freed: Callable[[], None]) -> None:
        """In a thread of its own, which holds up no exit of the process; `freed` comes when it has ended and
        none was free before. What it raises is a defect, which costs the thread and not the slot."""
        with self._changed:
            self._taken += 1
            self._calls.put((call, freed))
            if self._taken <= self._threads:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="slot", daemon=True).start()

    def wait_until_idle(self, seconds: float) -> bool:
        """False: some still run."""
        until = time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(lambda: self._taken == 0, max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (next_one := self._next()) is not None:
            call, freed = next_one
            try:
                call()
            except BaseException:
                self._ended(freed, threads=1)
                raise
            self._ended(freed, threads=0)

    def _next(self) -> _Call | None:
        """None: this thread is not needed any more, and not counted."""
        while True:
            try:
                return self._calls.get(timeout=_KEPT_SECONDS)
            except Empty:
                with self._changed:
                    if self._calls.empty():
                        self._threads -= 1
                        return None

    def _ended(self, freed: Callable[[], None], *, threads: int) -> None:
        """`threads`: how many end with it. All is counted at once, else a message waits for a thread that
        has ended."""
        with self._changed:
            none_was_free = not self.free
            self._taken -= 1
            self._threads -= threads
            self._changed.notify_all()
        if none_was_free:
            freed()
