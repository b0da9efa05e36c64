"""Starts once more elsewhere what takes far longer than others of its kind (docs/workers.md)."""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from errand.dispatch import Dispatcher
from errand.domain.hedging import LEAST, Running, placed, stragglers
from errand.domain.worker import Performance
from errand.store import hedging
from errand.store.database import Database
from errand.store.registry import WorkerRegistry

AGAIN = timedelta(seconds=10)
"""Nobody took it for so long: its message was lost, or came to the worker that has it already."""
KNOWN_SECONDS = 30.0
"""For so long it is remembered what jobs usually take."""
WITHIN = timedelta(days=1)
"""Jobs that ended before then say nothing of it any more."""


class Hedging:
    """Lives as long as its rescuer. Any number of them may look at once."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        registry: WorkerRegistry,
        clock: Callable[[], datetime],
        *,
        factor: float,
        of: Collection[str],
        least: timedelta = LEAST,
    ) -> None:
        """`factor`: of the time that 95 of 100 of a kind take. `of`: capabilities that may be done twice at
        no harm and no cost."""
        self._database, self._dispatcher, self._registry = database, dispatcher, registry
        self._clock, self._factor, self._of, self._least = clock, factor, of, least
        self._usual: Mapping[str, Performance] = {}
        self._usual_until = 0.0

    def look(self) -> list[Running]:
        """Once over what runs; what is offered to another worker now."""
        now = self._clock()
        with self._database.at_once() as tx:
            running = hedging.running(tx, now, least=self._least, of=self._of)
        if not running:
            return []
        late = stragglers(running, self._what_is_usual(), self._factor)
        if not late:
            return []
        with self._database.at_once() as tx:
            chosen = placed(late, hedging.rooms(tx))
        return [each for each in chosen if self._offer(each, now)]

    def _offer(self, late: Running, now: datetime) -> bool:
        with self._database.write() as tx:
            offered = hedging.offer(tx, late, now=now, again=now + AGAIN)
        if offered:
            self._dispatcher.send([(late.address, late.capability)])
        return offered

    def _what_is_usual(self) -> Mapping[str, Performance]:
        if time.monotonic() >= self._usual_until:
            found = self._registry.performance(WITHIN)
            self._usual = {each.capability: each for each in found if not each.worker}
            self._usual_until = time.monotonic() + KNOWN_SECONDS
        return self._usual
