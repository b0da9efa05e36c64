"""Finds what got lost: messages never sent, jobs held by a dead worker, tasks past their time."""

import threading
import time
from datetime import timedelta

from errand.domain.errors import QueueAway, SetupError, StoreUnavailable
from errand.domain.ids import TaskId
from errand.engine import Engine
from errand.hedging import Hedging
from errand.observability import metrics
from errand.observability.logs import logger
from errand.offering import Offering
from errand.store.registry import WorkerRegistry

OFFERS_EVERY_SECONDS = 2.0
"""So often it is looked whether somebody offers what is ready."""
HEDGE_EVERY_SECONDS = 2.0
"""So often it is looked for jobs that take far longer than others of their kind."""
FORGET_EVERY_SECONDS = 3600.0
"""So often workers are forgotten that are gone for long."""


class Rescuer:
    """One loop; any number of them may run at once. Lives from `start` to `stop`, whatever is away then."""

    def __init__(
        self,
        engine: Engine,
        *,
        every: timedelta = timedelta(seconds=0.5),
        only: TaskId | None = None,
        registry: WorkerRegistry | None = None,
        offering: Offering | None = None,
        hedging: Hedging | None = None,
        silent_for: timedelta = timedelta(seconds=30),
    ) -> None:
        """`only`: look after one task and leave the others as they are. Where there are other processes,
        `registry` says which workers live (lost is who has not said so for `silent_for`), and `offering`
        looks after what none of them does, `hedging` after what one of them does too slowly."""
        self._engine, self._every, self._only = engine, every, only
        self._registry, self._offering, self._silent_for = registry, offering, silent_for
        self._hedging = hedging
        self._offers_looked = self._forgot = self._hedges_looked = float("-inf")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="rescuer", daemon=True)
        self._away = ""
        """Why it can not look at the moment; empty: it can."""
        self._log = logger("rescuer")

    def start(self) -> None:
        """Raises SetupError when its clock is wrong, by which it would take jobs from workers that live."""
        if self._registry is not None:
            self._registry.refuse_wrong_clock(self._engine.lease / 3)
        self._thread.start()

    def check(self) -> None:
        """Raises SetupError when it does not look any more, and was not told to stop."""
        if self._thread.ident is not None and not (self._thread.is_alive() or self._stopped.is_set()):
            raise SetupError("It looks for lost work no longer, by a defect of Errand: start it anew.")

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Once over everything. Raises StoreUnavailable; QueueAway, when all that needs no queue was done."""
        for address in self._engine.rescue(self._only):
            metrics.RESCUED.add()
            self._log.warning("rescued", task=address.task, subtask=address.key)
        self._engine.stop_overdue(self._only)
        if self._registry is not None:
            self._look_after_workers(self._registry)
        if lost := self._engine.hold_lost():
            self._log.warning("messages lost", messages=lost)
        self._engine.send_due(self._only)
        if self._hedging is not None:
            self._look_after_stragglers(self._hedging)

    def _look_after_workers(self, registry: WorkerRegistry) -> None:
        for worker in registry.presume_lost(self._silent_for):
            metrics.WORKERS_LOST.add()
            self._log.warning("worker lost", worker=worker)
        now = time.monotonic()
        if self._offering is not None and now - self._offers_looked >= OFFERS_EVERY_SECONDS:
            self._offers_looked = now
            self._offering.look(registry.live_offers())
        if now - self._forgot >= FORGET_EVERY_SECONDS:
            self._forgot = now
            registry.forget()

    def _look_after_stragglers(self, hedging: Hedging) -> None:
        now = time.monotonic()
        if now - self._hedges_looked < HEDGE_EVERY_SECONDS:
            return
        self._hedges_looked = now
        for late in hedging.look():
            metrics.HEDGES_OFFERED.add(late.capability)
            self._log.info("straggler", task=late.address.task, subtask=late.address.key, worker=late.worker)

    def _loop(self) -> None:
        while not self._stopped.wait(self._every.total_seconds()):
            try:
                self.look()
            except (StoreUnavailable, QueueAway) as error:
                self._say_away(str(error))
            else:
                self._say_back()

    def _say_away(self, reason: str) -> None:
        """Once for each reason."""
        if reason != self._away:
            self._log.warning("can not look", reason=reason)
        self._away = reason

    def _say_back(self) -> None:
        if self._away:
            self._log.warning("looks again", was=self._away)
        self._away = ""
