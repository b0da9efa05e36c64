"""Finds what got lost: messages never sent, jobs held by a dead worker, tasks past their time."""

import threading
from datetime import timedelta

from errand.domain.errors import StoreUnavailable
from errand.domain.ids import TaskId
from errand.engine import Engine
from errand.observability.logs import logger


class Rescuer:
    """One loop; any number of them may run at once. Lives from `start` to `stop`."""

    def __init__(
        self, engine: Engine, *, every: timedelta = timedelta(seconds=0.5), only: TaskId | None = None
    ) -> None:
        """`only`: look after one task and leave the others as they are."""
        self._engine, self._every, self._only = engine, every, only
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="rescuer", daemon=True)
        self._log = logger("rescuer")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Once over everything. Raises StoreUnavailable."""
        for address in self._engine.rescue(self._only):
            self._log.warning("rescued", task=address.task, subtask=address.key)
        self._engine.stop_overdue(self._only)
        self._engine.send_due(self._only)

    def _loop(self) -> None:
        while not self._stopped.wait(self._every.total_seconds()):
            try:
                self.look()
            except StoreUnavailable as error:
                self._log.warning("could not look", reason=str(error))
