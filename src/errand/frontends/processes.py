"""Processes of their own, any number of each: a worker, a rescuer. Each works until it is told to stop."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TypeVar

from errand import __version__
from errand.domain.errors import StoreAway
from errand.frontends import wording
from errand.frontends.stopping import announce, told_to_stop
from errand.service import Installation, WorkerAtWork, WorkerSetup

T = TypeVar("T")

LOOK_SECONDS = 0.5
STORE_AWAY_SECONDS = 60.0
"""At its start a process waits so long for a database that does not answer yet."""
_PAUSE_SECONDS = 1.0


def work(open_installation: Callable[[], Installation], setup: WorkerSetup) -> int:
    """Until SIGTERM or Ctrl-C: then it takes no more, and what it has is finished or handed back."""
    with told_to_stop() as stop, opened(open_installation, stop) as installation:
        if installation is None:
            return wording.SUCCEEDED
        with _at_work(installation, setup, stop) as at_work:
            if at_work is None:
                return wording.SUCCEEDED
            while not stop.wait(LOOK_SECONDS):
                at_work.check()
            announce("Stopping: what runs now is finished, or handed back to other workers.")
    announce("Stopped.")
    return wording.SUCCEEDED


def rescue(open_installation: Callable[[], Installation]) -> int:
    """Until SIGTERM or Ctrl-C."""
    with told_to_stop() as stop, opened(open_installation, stop) as installation:
        if installation is None:
            return wording.SUCCEEDED
        with ExitStack() as until_stopped:
            enter = until_stopped.enter_context
            at_work = _waited_for(lambda: enter(installation.as_rescuer()), stop)
            if at_work is None:
                return wording.SUCCEEDED
            announce(f"Errand {__version__} rescuer is ready{metrics_at(at_work.metrics)}.")
            _tell_what_is_away(installation)
            while not stop.wait(LOOK_SECONDS):
                at_work.check()
    announce("Stopped.")
    return wording.SUCCEEDED


@contextmanager
def opened(
    open_installation: Callable[[], Installation], stop: threading.Event
) -> Iterator[Installation | None]:
    """Waits for a database that does not answer yet; None: told to stop meanwhile. Raises StoreAway."""
    installation = _waited_for(open_installation, stop)
    if installation is None:
        yield None
        return
    with closing(installation):
        yield installation


@contextmanager
def _at_work(
    installation: Installation, setup: WorkerSetup, stop: threading.Event
) -> Iterator[WorkerAtWork | None]:
    """A worker that has said that it is ready; the database may go away while it starts. As `opened`."""
    with ExitStack() as until_stopped:
        enter = until_stopped.enter_context
        at_work = _waited_for(lambda: enter(installation.as_worker(setup)), stop)
        ready = at_work and _waited_for(lambda: _ready(installation, at_work), stop)
        if ready:
            announce(ready)
            _tell_what_is_away(installation)
        yield at_work


def _waited_for(begin: Callable[[], T], stop: threading.Event) -> T | None:
    """None: told to stop meanwhile. Raises StoreAway."""
    until = time.monotonic() + STORE_AWAY_SECONDS
    told = False
    while not stop.is_set():
        try:
            return begin()
        except StoreAway as error:
            if time.monotonic() > until:
                raise
            if not told:
                announce(f"{error} Waiting for it, up to a minute.")
            told = True
        stop.wait(_PAUSE_SECONDS)
    return None


def _ready(installation: Installation, at_work: WorkerAtWork) -> str:
    worker = next(each for each in installation.service.workers() if each.id == at_work.worker)
    slots = wording.number(worker.slots, "slot")
    offers = wording.number(len(worker.offers), "capability", "capabilities")
    return (
        f"Errand {__version__} worker {worker.id} is ready: {slots}, {offers}{metrics_at(at_work.metrics)}."
    )


def _tell_what_is_away(installation: Installation) -> None:
    for each in installation.away():
        announce(f"{each} Until then nothing new is taken up.")


def metrics_at(metrics: str) -> str:
    return f"; metrics at {metrics}" if metrics else ""
