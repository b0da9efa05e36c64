"""The event loop on which models are asked: their libraries are asynchronous, the rest of Errand is not."""

import asyncio
from collections.abc import Coroutine
from threading import Lock, Thread
from typing import Any, TypeVar

R = TypeVar("R")


class BackgroundLoop:
    """One thread for all models of a process, started on first use. Used by any number of threads at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        """Wait for `work`. When the wait is broken off (Ctrl-C), so is the work.

        Raises concurrent.futures.CancelledError when this is closed meanwhile.
        """
        waiting = asyncio.run_coroutine_threadsafe(work, self._started())
        try:
            return waiting.result()
        finally:
            waiting.cancel()  # nothing happens when it is done

    def close(self) -> None:
        """Ends the thread; what still runs on it is cancelled. Close what uses it first."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                # A daemon: a process that ends without closing must not wait for a model.
                self._thread = Thread(target=_serve, args=(self._loop,), name="models", daemon=True)
                self._thread.start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    with asyncio.Runner(
        loop_factory=lambda: loop
    ) as runner:  # on leaving: cancels, closes generators and loop
        runner.get_loop().run_forever()
