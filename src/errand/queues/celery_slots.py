"""Slots of a consumer: a thread for each message under way."""

import threading
import time
from collections.abc import Callable


class Slots:
    """At most `count` at once. They outlive the link to the broker, which may be made anew meanwhile."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def free(self) -> bool:
        return self._taken < self.count

    def run(self, call: Callable[[], object], freed: Callable[[], None]) -> None:
        """In a thread of its own, which holds up no exit of the process; `freed` comes when it has ended."""
        with self._changed:
            self._taken += 1
        threading.Thread(target=self._run, args=(call, freed), name="slot", daemon=True).start()

    def wait_until_idle(self, seconds: float) -> bool:
        """False: some still run."""
        until = time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(lambda: self._taken == 0, max(0.0, until - time.monotonic()))

    def _run(self, call: Callable[[], object], freed: Callable[[], None]) -> None:
        try:
            call()
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify_all()
            freed()
