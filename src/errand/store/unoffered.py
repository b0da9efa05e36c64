"""Subtasks that wait since no worker offers their capability: the statements that mark them.

All of them run in a transaction of the caller's.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.store.backlog import NOW
from errand.store.locking import once
from errand.store.tables import READY, subtask

_MOST_MARKED = 1000
"""Looked at in one go."""

_DUE = subtask.c.ready_at <= NOW
_UNMARKED = or_(subtask.c.unoffered_since.is_(None), subtask.c.unoffered_since < subtask.c.ready_at)
_MARKED = subtask.c.unoffered_since >= subtask.c.ready_at
"""Since it became ready: an older mark is from before an attempt."""


@dataclass(frozen=True, slots=True)
class Unoffered:
    """A ready subtask that no worker takes."""

    address: SubtaskAddress
    capability: str
    since: datetime


def tasks_unmarked(connection: Connection, capability: str, *, now: datetime, most: int) -> list[TaskId]:
    """Tasks with something ready of a capability that nobody offers, and that is not yet marked so."""
    found = (
        select(subtask.c.task)
        .where(READY, subtask.c.capability == capability, _DUE, _UNMARKED)
        .distinct()
        .limit(most)
    )
    return [TaskId(row.task) for row in connection.execute(found, {"now": now})]


def mark_unoffered(connection: Connection, task_id: TaskId, capability: str, *, now: datetime) -> list[str]:
    """From now on; the keys. Those that became ready again after they were marked are marked anew."""
    change = (
        update(subtask)
        .where(READY, subtask.c.task == task_id, subtask.c.capability == capability, _DUE, _UNMARKED)
        .values(unoffered_since=now)
        .returning(subtask.c.key, subtask.c.position)
    )
    rows = sorted(connection.execute(change, {"now": now}), key=lambda row: row.position)
    return [row.key for row in rows]


def unoffered(connection: Connection) -> list[Unoffered]:
    """What is marked, of some tasks when it is of many."""
    found = (
        select(subtask.c.task, subtask.c.key, subtask.c.capability, subtask.c.unoffered_since)
        .where(READY, subtask.c.unoffered_since.is_not(None), _MARKED)
        .order_by(subtask.c.task)
        .limit(_MOST_MARKED)
    )
    return [
        Unoffered(SubtaskAddress(TaskId(row.task), SubtaskKey(row.key)), row.capability, row.unoffered_since)
        for row in connection.execute(found)
    ]


def unmark(connection: Connection, capabilities: Collection[str]) -> None:
    """These are offered again."""
    mine = once(
        select(subtask.c.task, subtask.c.key).where(
            READY, subtask.c.unoffered_since.is_not(None), subtask.c.capability.in_(capabilities)
        )
    )
    same = subtask.c.task == mine.c.task, subtask.c.key == mine.c.key
    connection.execute(update(subtask).where(*same).values(unoffered_since=None))
