"""Sends ready subtasks to the queue; the store knows until when a message is believed to be under way."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.queue import Queue
from errand.store import reading, state
from errand.store.database import Database

Sendable = list[tuple[SubtaskAddress, str]]
"""Address and capability of each."""


class Dispatcher:
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Callable[[], datetime],
        *,
        resend: timedelta = timedelta(seconds=30),
    ) -> None:
        """`resend`: how long a ready subtask may stay unclaimed before its message counts as lost."""
        self._database, self._queue, self._clock, self._resend = database, queue, clock, resend

    def due(self, now: datetime) -> datetime:
        """When what becomes ready now must be sent by the rescuer, since its message counts as lost."""
        return now + self._resend

    def send(self, ready: Sendable) -> None:
        """After commit, never before: a message must not outrun the state it speaks of."""
        for address, capability in ready:
            self._queue.send(address, capability)

    def send_due(self, only: TaskId | None = None) -> int:
        """Send what is ready and was not claimed in time, or waited for its next attempt."""
        now = self._clock()
        with self._database.read() as tx:
            if not reading.any_due(tx, now, only):
                return 0
        with self._database.write() as tx:
            due = state.take_unsent(tx, now=now, resend=self.due(now), only=only)
        self.send(due)
        return len(due)


def sendable(task_id: TaskId, ready: Sequence[tuple[str, str]]) -> Sendable:
    return [(SubtaskAddress(task_id, SubtaskKey(key)), capability) for key, capability in ready]
