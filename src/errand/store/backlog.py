"""What is ready and what runs: the statements by which messages are released, and lost ones found.

A ready row is *held* (due, nobody has sent it), *sent* (its message is believed to be under way) or *later*
(it waits for its next attempt). All of them run in a transaction of the caller's and decide nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.engine import Row

from errand.domain.fairness import Held, UnderWay
from errand.domain.ids import Principal, SubtaskAddress, SubtaskKey, TaskId
from errand.store.locking import once
from errand.store.tables import READY, RUNNING, subtask, task

_MOST_ROWS = 800
"""Named in one statement; databases have limits between 999 and 65,535."""

NOW = bindparam("now", type_=subtask.c.send_after.type)
HELD = and_(READY, subtask.c.send_after <= NOW)  # which is never before `ready_at`
SENT = and_(READY, subtask.c.send_after > NOW, subtask.c.ready_at <= NOW)

# Each step looks up the next value in ix_subtask_turn, so that its cost does not grow with what is ready.
_LINES = text("""
    WITH RECURSIVE
    kinds (capability) AS (
        SELECT min(capability) FROM subtask WHERE status = 'ready'
        UNION ALL
        SELECT (SELECT min(s.capability) FROM subtask s
                WHERE s.status = 'ready' AND s.capability > kinds.capability)
        FROM kinds WHERE capability IS NOT NULL),
    lines (capability, principal) AS (
        SELECT capability, (SELECT min(s.principal) FROM subtask s
                            WHERE s.status = 'ready' AND s.capability = kinds.capability)
        FROM kinds WHERE capability IS NOT NULL
        UNION ALL
        SELECT capability, (SELECT min(s.principal) FROM subtask s
                            WHERE s.status = 'ready' AND s.capability = lines.capability
                            AND s.principal > lines.principal)
        FROM lines WHERE principal IS NOT NULL)
    SELECT capability, principal FROM lines WHERE principal IS NOT NULL
""")
_BUSY = union_all(
    select(subtask.c.task, func.count().label("rows")).where(RUNNING).group_by(subtask.c.task),
    select(subtask.c.task, literal_column("1")).where(SENT),
).subquery()
_UNDER_WAY = (
    select(task.c.principal, task.c.id, task.c.parallel, func.sum(_BUSY.c.rows).label("rows"))
    .join(task, task.c.id == _BUSY.c.task)
    .group_by(task.c.principal, task.c.id, task.c.parallel)
)
_FIRST_HELD = (
    select(
        subtask.c.task, subtask.c.key, subtask.c.rank, subtask.c.ready_at, subtask.c.position, task.c.parallel
    )
    .join(task, task.c.id == subtask.c.task)
    .where(
        subtask.c.capability == bindparam("of_capability"), subtask.c.principal == bindparam("whose"), HELD
    )
    .order_by(subtask.c.rank, subtask.c.ready_at, subtask.c.task, subtask.c.position)
    .limit(bindparam("most"))
)


def any_held(connection: Connection, now: datetime, only: TaskId | None) -> bool:
    """Whether something is due that nobody has sent."""
    found = exists().where(HELD)
    if only is not None:
        found = found.where(_opaque(subtask.c.task == only))
    return bool(connection.execute(select(found), {"now": now}).scalar_one())


def lines(connection: Connection) -> dict[str, list[Principal]]:
    """By capability: whose subtasks are ready; also those of which all are sent."""
    found: dict[str, list[Principal]] = {}
    for row in connection.execute(_LINES):
        found.setdefault(row.capability, []).append(Principal(row.principal))
    return found


def under_way(connection: Connection, now: datetime) -> tuple[UnderWay, frozenset[TaskId]]:
    """What runs and what is sent, and the tasks of which no more may be under way."""
    principals: Counter[Principal] = Counter()
    tasks: Counter[TaskId] = Counter()
    full = set()
    for row in connection.execute(_UNDER_WAY, {"now": now}):
        principals[Principal(row.principal)] += int(row.rows)  # a sum of counts is a Decimal on PostgreSQL
        tasks[TaskId(row.id)] += int(row.rows)
        if 0 < row.parallel <= row.rows:
            full.add(TaskId(row.id))
    return UnderWay(principals, tasks), frozenset(full)


def held(
    connection: Connection,
    capability: str,
    principal: Principal,
    *,
    now: datetime,
    most: int,
    without: Collection[TaskId],
    only: TaskId | None,
) -> list[Held]:
    """The first of a principal's, in the order in which they are to be sent, without those of some tasks."""
    found = _FIRST_HELD.where(subtask.c.task.not_in(without)) if without else _FIRST_HELD
    if only is not None:
        found = found.where(subtask.c.task == only)
    given = {"now": now, "of_capability": capability, "whose": principal, "most": most}
    return [
        Held(
            SubtaskAddress(TaskId(row.task), SubtaskKey(row.key)), capability, principal,
            row.rank, row.ready_at, row.position, row.parallel,
        )
        for row in connection.execute(found, given)
    ]  # fmt: skip


def take(
    connection: Connection, chosen: Iterable[SubtaskAddress], *, now: datetime, resend: datetime
) -> set[SubtaskAddress]:
    """Mark held ones as sent, until `resend`. What another process took at this moment is not among them."""
    return {
        SubtaskAddress(TaskId(row.task), SubtaskKey(row.key))
        for rows in _marked(connection, chosen, HELD, now=now, until=resend)
        for row in rows
    }


def hold(connection: Connection, unsent: Iterable[SubtaskAddress], *, now: datetime) -> int:
    """Mark those as held that were written as sent, and of which no message is under way; how many.

    What somebody else changes at this moment is left as it is: should it stay ready, its message counts as
    lost in a moment.
    """
    return sum(len(rows) for rows in _marked(connection, unsent, SENT, now=now, until=now))


def _marked(
    connection: Connection,
    addresses: Iterable[SubtaskAddress],
    state: ColumnElement[bool],
    *,
    now: datetime,
    until: datetime,
) -> Iterator[Sequence[Row[tuple[str, str]]]]:
    """Change `send_after` of those in this state. Rows that are locked are passed over, so that nobody waits
    for somebody who waits for him."""
    keys: defaultdict[TaskId, list[SubtaskKey]] = defaultdict(list)
    for each in addresses:
        keys[each.task].append(each.key)
    for task_id, mine in keys.items():
        for first in range(0, len(mine), _MOST_ROWS):
            free = once(
                select(subtask.c.key).where(
                    subtask.c.task == task_id,
                    subtask.c.key.in_(mine[first : first + _MOST_ROWS]),
                    _opaque(state),
                )
            )
            change = (
                update(subtask)
                .where(subtask.c.task == task_id, subtask.c.key == free.c.key)
                .values(send_after=until)
                .returning(subtask.c.task, subtask.c.key)
            )
            yield connection.execute(change, {"now": now}).all()


def sent_before(connection: Connection, now: datetime, until: datetime) -> dict[str, int]:
    """By capability: how many are marked as sent, but only until a time before `until`."""
    found = (
        select(subtask.c.capability, func.count().label("rows"))
        .where(SENT, subtask.c.send_after <= until)
        .group_by(subtask.c.capability)
    )
    return {row.capability: row.rows for row in connection.execute(found, {"now": now})}


def hold_sent_before(connection: Connection, capability: str, *, now: datetime, until: datetime) -> int:
    """Hold all of these: which of their messages are lost can not be told. How many."""
    mine = once(
        select(subtask.c.task, subtask.c.key).where(
            SENT, subtask.c.send_after <= until, subtask.c.capability == capability
        )
    )
    same = subtask.c.task == mine.c.task, subtask.c.key == mine.c.key
    change = update(subtask).where(*same).values(send_after=now)
    return connection.execute(change, {"now": now}).rowcount


def _opaque(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """True of the same rows; no database looks for these by an index, so that it takes the better one."""
    return case((condition, 1)) == 1
