"""Removes from this host the workspaces of tasks that ended long ago."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from errand.domain.errors import StoreUnavailable
from errand.observability.logs import logger
from errand.sessions.shared import SharedWorkspaces

LOOK_EVERY = timedelta(hours=1)


@contextmanager
def sweeping(workspaces: SharedWorkspaces, *, every: timedelta = LOOK_EVERY) -> Iterator[None]:
    """Meanwhile a thread looks for them; any number of processes may do so at once."""
    ended = threading.Event()
    thread = threading.Thread(target=_sweep, args=(workspaces, every, ended), name="sweeping", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _sweep(workspaces: SharedWorkspaces, every: timedelta, ended: threading.Event) -> None:
    log = logger("sweeping")
    while not ended.wait(every.total_seconds()):
        try:
            if removed := workspaces.remove_ended():
                log.info("removed workspaces", tasks=removed)
        except (StoreUnavailable, OSError) as error:
            log.warning("could not remove workspaces", reason=str(error))
