"""A queue of this process: threads take addresses from a deque per capability, in the order they came."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection

from errand.domain.ids import SubtaskAddress
from errand.queue import Consumer

_DIED = "One of this process's slots ended by a defect of Errand: start it anew."


class InProcessQueue:
    """Keeps `errand.queue.Queue`. An address that already waits is not queued a second time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: defaultdict[str, deque[tuple[int, SubtaskAddress]]] = defaultdict(deque)
        self._waiting: set[SubtaskAddress] = set()
        self._sent = 0

    def send(self, address: SubtaskAddress, capability: str) -> bool:
        with self._changed:
            if address in self._waiting:
                return True
            self._waiting.add(address)
            self._sent += 1
            self._messages[capability].append((self._sent, address))
            self._changed.notify_all()  # whoever sleeps may serve another capability
            return True

    def serve(
        self, capabilities: Collection[str], handle: Callable[[SubtaskAddress], None], slots: int
    ) -> Consumer:
        return _Threads(self, frozenset(capabilities), handle, slots)

    def waiting(self, capabilities: Collection[str]) -> dict[str, int]:
        with self._changed:
            return {
                name: len(messages)
                for name, messages in self._messages.items()
                if messages and name in capabilities
            }

    def take(self, capabilities: frozenset[str], stopped: Callable[[], bool]) -> SubtaskAddress | None:
        """Wait for the oldest message of any of these; None once stopped."""
        with self._changed:
            while not stopped():
                oldest = self._oldest(capabilities)
                if oldest is not None:
                    _, address = self._messages[oldest].popleft()
                    self._waiting.discard(address)
                    return address
                self._changed.wait()
            return None

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _oldest(self, capabilities: frozenset[str]) -> str | None:
        heads = [(m[0][0], name) for name, m in self._messages.items() if m and name in capabilities]
        return min(heads)[1] if heads else None


class _Threads:
    """Slots as threads, from `serve` until `stop`."""

    failure = ""

    def __init__(
        self,
        queue: InProcessQueue,
        capabilities: frozenset[str],
        handle: Callable[[SubtaskAddress], None],
        slots: int,
    ) -> None:
        self._queue, self._capabilities, self._handle = queue, capabilities, handle
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, name=f"slot-{n}", daemon=True) for n in range(slots)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float) -> bool:
        self._stopped.set()
        self._queue.wake()
        until = time.monotonic() + timeout_seconds
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _loop(self) -> None:
        try:
            while (address := self._queue.take(self._capabilities, self._stopped.is_set)) is not None:
                self._handle(address)
        finally:
            if not self._stopped.is_set():
                self.failure = _DIED
