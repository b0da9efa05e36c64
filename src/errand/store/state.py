"""The statements that move state: each is one conditional change, told by whether it found its row.

All of them run in a transaction of the caller's, the engine's. They decide nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)

from errand.domain.event import EventType
from errand.domain.ids import SubtaskAddress, TaskId, WorkerId
from errand.domain.json import JsonObject
from errand.domain.task import Job, SubtaskStatus, TaskStatus
from errand.store.tables import (
    READY,
    RUNNING,
    dependency,
    event,
    job,
    subtask,
    task,
)

Row = dict[str, object]
MAX_ATTEMPTS = 3
"""Three strikes, then the dead letter."""
HANDED_BACK = "handed_back"
"""How a job ended whose worker was told to stop before it was done."""
OUTPACED = "outpaced"
"""How a job ended when another attempt at its subtask, that ran at the same time, decided what came of it."""


@dataclass(frozen=True, slots=True)
class News:
    """An event that is about to be written."""

    type: EventType
    subtask: str | None = None
    data: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """A task's counters after a change."""

    open: int
    status: TaskStatus


_LOCK = select(task.c.id).where(task.c.id == bindparam("in_task")).with_for_update(key_share=True)
_alike = subtask.alias()
_RUNNING_NOW = (
    select(func.count())
    .where(_alike.c.task == bindparam("in_task"), _alike.c.status == literal_column("'running'"))
    .scalar_subquery()
)
_HAS_ROOM = (
    select(case((task.c.parallel == 0, true()), else_=task.c.parallel > _RUNNING_NOW))
    .where(task.c.id == bindparam("in_task"))
    .scalar_subquery()
)
_CLAIM = (
    update(subtask)
    .where(
        subtask.c.task == bindparam("in_task"),
        subtask.c.key == bindparam("in_key"),
        READY,
        # What was sent since then was ready by the clock of whoever sent it.
        or_(subtask.c.ready_at <= bindparam("now"), subtask.c.send_after > subtask.c.ready_at),
        _HAS_ROOM.is_(true()),
    )
    .values(
        status=SubtaskStatus.RUNNING,
        attempt=subtask.c.attempt + 1,
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        started=bindparam("now"),
        ended=None,
        rival=None,
    )
    .returning(
        subtask.c.capability,
        subtask.c.inputs,
        subtask.c.attempt,
        subtask.c.max_attempts,
        subtask.c.optional,
    )
)
_HELD = and_(
    subtask.c.task == bindparam("in_task"),
    subtask.c.key == bindparam("in_key"),
    RUNNING,
    or_(subtask.c.attempt == bindparam("in_attempt"), subtask.c.rival == bindparam("in_attempt")),
)
_SETTLE = (
    update(subtask)
    .where(_HELD)
    .values(
        status=bindparam("status"),
        ended=bindparam("now"),
        lease_until=None,
        output=bindparam("output"),
        error=bindparam("error"),
        fault=bindparam("fault"),
        detail=bindparam("detail"),
    )
    .returning(subtask.c.dependents)
)
_AGAIN = (
    update(subtask)
    .where(_HELD)
    .values(
        status=SubtaskStatus.READY,
        max_attempts=subtask.c.max_attempts + bindparam("not_counted"),
        lease_until=None,
        ready_at=bindparam("at"),
        send_after=bindparam("at"),
        error=bindparam("error"),
        fault=bindparam("fault"),
        detail=bindparam("detail"),
    )
)
_OPEN_JOB = insert(job)
_MINE = job.c.attempt == bindparam("in_attempt")
_CLOSE_JOBS = (
    update(job)
    .where(job.c.task == bindparam("in_task"), job.c.subtask == bindparam("in_key"), job.c.ended.is_(None))
    .values(
        ended=bindparam("now"),
        outcome=case((_MINE, bindparam("outcome")), else_=OUTPACED),
        error=case((_MINE, bindparam("error", type_=job.c.error.type)), else_=""),
    )
)
_DEPENDENTS = select(dependency.c.dependent).where(
    dependency.c.task == bindparam("in_task"), dependency.c.needed == bindparam("in_key")
)
_LAST_NEED = and_(subtask.c.unmet == 1, subtask.c.status == SubtaskStatus.PENDING)
_STILL_HELD = select(subtask.c.key).where(_HELD)
_RELEASE = (
    update(subtask)
    .where(subtask.c.task == bindparam("in_task"), subtask.c.key.in_(_DEPENDENTS.scalar_subquery()))
    .values(
        unmet=subtask.c.unmet - 1,
        status=case((_LAST_NEED, SubtaskStatus.READY.value), else_=subtask.c.status),
        ready_at=case(
            (_LAST_NEED, bindparam("now", type_=subtask.c.ready_at.type)), else_=subtask.c.ready_at
        ),
        send_after=case(
            (_LAST_NEED, bindparam("resend", type_=subtask.c.send_after.type)), else_=subtask.c.send_after
        ),
    )
    .returning(subtask.c.key, subtask.c.capability, subtask.c.status, subtask.c.unmet)
)
_SKIP = (
    update(subtask)
    .where(
        subtask.c.task == bindparam("in_task"),
        subtask.c.key.in_(_DEPENDENTS.scalar_subquery()),
        subtask.c.status == SubtaskStatus.PENDING,
    )
    .values(status=SubtaskStatus.SKIPPED, ended=bindparam("now"), error=bindparam("error"))
    .returning(subtask.c.key, subtask.c.optional)
)
_ADVANCE = (
    update(task)
    .where(task.c.id == bindparam("in_task"))
    .values(
        last_event=task.c.last_event + bindparam("events"),
        open=task.c.open + bindparam("opened"),
        total=task.c.total + bindparam("added"),
        status=case(
            (task.c.status == TaskStatus.QUEUED, bindparam("begun", type_=task.c.status.type)),
            else_=task.c.status,
        ),
    )
    .returning(task.c.last_event, task.c.open, task.c.status)
)
_EVENT = insert(event)


def lock(connection: Connection, task_id: TaskId) -> None:
    """First in every transaction that reads and then changes something of a task, so that they follow each
    other: the statements after this one see what those before have committed. One task per transaction."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(_LOCK, {"in_task": task_id})


def claim(
    connection: Connection, address: SubtaskAddress, worker: WorkerId, *, now: datetime, until: datetime
) -> Job | None:
    """Lets exactly one worker through."""
    row = connection.execute(
        _CLAIM, {"in_task": address.task, "in_key": address.key, "by": worker, "now": now, "until": until}
    ).first()
    if row is None:
        return None
    claimed = Job(
        address=address,
        capability=row.capability,
        inputs=row.inputs,
        attempt=row.attempt,
        max_attempts=row.max_attempts,
        optional=row.optional,
        worker=worker,
        started=now,
    )
    open_job(connection, claimed)
    return claimed


def open_job(connection: Connection, claimed: Job) -> None:
    """The record of an attempt that begins."""
    connection.execute(
        _OPEN_JOB,
        {
            "task": claimed.address.task,
            "subtask": claimed.address.key,
            "attempt": claimed.attempt,
            "worker": claimed.worker,
            "started": claimed.started,
            "capability": claimed.capability,
        },
    )


def settle(
    connection: Connection,
    held: Job,
    status: SubtaskStatus,
    *,
    now: datetime,
    output: JsonObject | None = None,
    error: str = "",
    fault: str | None = None,
    detail: str = "",
) -> int | None:
    """How many others wait for it. None: the job is not this worker's any more, its result is late and must
    be dropped."""
    row = _address(held) | {"status": status, "now": now, "output": output}
    row |= {"error": error, "fault": fault, "detail": detail}
    settled = connection.execute(_SETTLE, row).first()
    if settled is None:
        return None
    _close_jobs(connection, held, status.value, error, now)
    return int(settled.dependents)


def again(
    connection: Connection,
    held: Job,
    *,
    at: datetime,
    now: datetime,
    error: str,
    fault: str,
    detail: str,
    counted: bool,
) -> bool:
    """Ready once more from `at` on; without `counted`, as if this attempt had not been.
    False: it is not this worker's now."""
    row = _address(held) | {
        "at": at,
        "error": error,
        "fault": fault,
        "detail": detail,
        "not_counted": int(not counted),
    }
    if connection.execute(_AGAIN, row).rowcount != 1:
        return False
    _close_jobs(connection, held, fault, error, now)
    return True


def hand_back(connection: Connection, held: Job, *, now: datetime) -> bool:
    """Ready once more at once, as if this attempt had not been. False: it is not this worker's now."""
    row = _address(held) | {"at": now, "error": "", "fault": None, "detail": "", "not_counted": 1}
    if connection.execute(_AGAIN, row).rowcount != 1:
        return False
    _close_jobs(connection, held, HANDED_BACK, "", now)
    return True


def is_held(connection: Connection, held: Job) -> bool:
    """Whether the job is still its worker's: not cancelled, taken back, started afresh or ended. If so, it
    stays that until the transaction ends."""
    lock(connection, held.address.task)
    return connection.execute(_STILL_HELD, _address(held)).first() is not None


def _address(held: Job) -> Row:
    return {"in_task": held.address.task, "in_key": held.address.key, "in_attempt": held.attempt}


def _close_jobs(connection: Connection, held: Job, outcome: str, error: str, now: datetime) -> None:
    """This one, and what else runs of its subtask (docs/decisions/0010-hedging.md)."""
    connection.execute(_CLOSE_JOBS, _address(held) | {"now": now, "outcome": outcome, "error": error})


def release_dependents(
    connection: Connection, address: SubtaskAddress, *, now: datetime, resend: datetime
) -> list[tuple[str, str]]:
    """Count down those that waited for this one; key and capability of each that is ready now."""
    rows = connection.execute(
        _RELEASE, {"in_task": address.task, "in_key": address.key, "now": now, "resend": resend}
    )
    ready = SubtaskStatus.READY
    return [(row.key, row.capability) for row in rows if row.unmet == 0 and row.status == ready]


def skip_dependents(
    connection: Connection, address: SubtaskAddress, *, now: datetime, error: str
) -> list[tuple[str, bool]]:
    """Key of each that can not run any more, and whether the rest goes on without it."""
    rows = connection.execute(
        _SKIP, {"in_task": address.task, "in_key": address.key, "now": now, "error": error}
    )
    return [(row.key, row.optional) for row in rows]


def advance(
    connection: Connection,
    task_id: TaskId,
    news: Sequence[News],
    *,
    now: datetime,
    opened: int = 0,
    added: int = 0,
    begun: TaskStatus = TaskStatus.RUNNING,
) -> Counters:
    """Write the events of a change, numbered on from the task's last, and move its counters."""
    change = {"in_task": task_id, "events": len(news), "opened": opened, "added": added, "begun": begun}
    row = connection.execute(_ADVANCE, change).one()
    first = row.last_event - len(news) + 1
    if news:
        connection.execute(
            _EVENT,
            [
                {
                    "task": task_id,
                    "number": first + n,
                    "subtask": each.subtask,
                    "type": each.type,
                    "data": each.data or {},
                    "time": now,
                }
                for n, each in enumerate(news)
            ],
        )
    return Counters(row.open, TaskStatus(row.status))


def let_leases_end(connection: Connection, now: datetime) -> None:
    """Every lease ends now. Only for whoever knows that no other worker lives."""
    connection.execute(update(subtask).where(RUNNING).values(lease_until=now))
    connection.execute(update(subtask).where(READY, subtask.c.ready_at <= now).values(send_after=now))
