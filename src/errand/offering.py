"""What becomes of subtasks whose capability no worker offers: they say why they wait, and fail in the end."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from errand.domain.event import EventType
from errand.domain.ids import TaskId, WorkerId
from errand.domain.queueing import nobody_offers
from errand.domain.task import Failed, Fault
from errand.engine import Engine
from errand.store import backlog, state, unoffered
from errand.store.database import Database
from errand.store.state import News
from errand.store.unoffered import Unoffered

NOBODY = WorkerId("nobody")
"""Who carries out what no worker does, as it stands with the attempt."""
MOST_TASKS = 100
"""Of one capability, looked at in one go."""


class Offering:
    """Lives as long as its rescuer. Any number of them may look at once."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        clock: Callable[[], datetime],
        *,
        wait: timedelta = timedelta(hours=1),
    ) -> None:
        """`wait`: how long a subtask waits for a worker that offers its capability before it fails."""
        self._database, self._engine, self._clock, self._wait = database, engine, clock, wait

    def look(self, offered: Collection[str]) -> int:
        """`offered`: what workers that live take now. How many subtasks wait for others."""
        with self._database.read() as tx:
            ready = [*backlog.lines(tx)]
            marked = unoffered.unoffered(tx)
        if back := {each.capability for each in marked} & set(offered):
            with self._database.write() as tx:
                unoffered.unmark(tx, sorted(back))
        for capability in ready:
            if capability not in offered:
                self._mark(capability)
        waiting = [each for each in marked if each.capability not in back]
        for each in waiting:
            if each.since <= self._clock() - self._wait:
                self._give_up(each)
        return len(waiting)

    def _mark(self, capability: str) -> None:
        with self._database.read() as tx:
            tasks = unoffered.tasks_unmarked(tx, capability, now=self._clock(), most=MOST_TASKS)
        for task_id in tasks:
            self._mark_of(task_id, capability)

    def _mark_of(self, task_id: TaskId, capability: str) -> None:
        now = self._clock()
        with self._database.write() as tx:
            state.lock(tx, task_id)
            keys = unoffered.mark_unoffered(tx, task_id, capability, now=now)
            said = {"error": nobody_offers(capability)}
            news = [News(EventType.SUBTASK_UNOFFERED, key, {**said}) for key in keys]
            if news:
                state.advance(tx, task_id, news, now=now)

    def _give_up(self, waiting: Unoffered) -> None:
        """As if somebody had tried it: what depends on it is decided as after any other failure."""
        job = self._engine.claim(waiting.address, NOBODY)
        if job is not None:
            self._engine.settle(job, Failed(nobody_offers(waiting.capability), Fault.SETUP))
