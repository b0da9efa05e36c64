"""The conversation of a subtask with a model, turn by turn, over all its attempts."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from errand.domain.event import EventType
from errand.domain.ids import SubtaskAddress
from errand.domain.json import JsonObject
from errand.domain.task import Job
from errand.domain.tree import Changes
from errand.store import state
from errand.store.database import Database
from errand.store.state import News
from errand.store.tables import turn
from errand.store.workspaces import insert_changes


class Conversations:
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def of(self, address: SubtaskAddress) -> tuple[JsonObject, ...]:
        """In the order in which they were recorded, by whichever attempt."""
        found = (
            select(turn.c.content)
            .where(turn.c.task == address.task, turn.c.subtask == address.key)
            .order_by(turn.c.number)
        )
        with self._database.read() as tx:
            return tuple(tx.execute(found).scalars())

    def record(
        self, job: Job, content: JsonObject, told: JsonObject | None = None, files: Changes | None = None
    ) -> bool:
        """Add a turn, what is told of it as an event, and what changed in the workspace, in one transaction.

        False: the job is not its worker's any more, and nothing is recorded.
        """
        now = self._clock()
        with self._database.write() as tx:
            if not state.is_held(tx, job):
                return False
            _insert(tx, job, content, now)
            insert_changes(tx, job, files or {}, now)
            if told is not None:
                data = {name: value for name, value in told.items() if name != "type"}
                news = News(EventType(str(told["type"])), job.address.key, data)
                state.advance(tx, job.address.task, [news], now=now)
        return True


def _insert(tx: Connection, job: Job, content: JsonObject, now: datetime) -> None:
    task, key = job.address.task, job.address.key
    last = select(func.coalesce(func.max(turn.c.number), 0)).where(turn.c.task == task, turn.c.subtask == key)
    row = {"task": task, "subtask": key, "attempt": job.attempt, "content": content, "time": now}
    tx.execute(insert(turn), row | {"number": tx.execute(last).scalar_one() + 1})
