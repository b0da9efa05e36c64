"""How much waits and runs per capability, and how fast it goes: counted, not estimated."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select

from errand.domain.queueing import QueueView
from errand.store.backlog import HELD, NOW, SENT
from errand.store.tables import READY, RUNNING, job, subtask

_DUE = subtask.c.ready_at <= NOW
_SINCE = bindparam("since", type_=subtask.c.started.type)
_QUEUES = (
    select(
        subtask.c.capability,
        func.sum(case((HELD, 1), else_=0)).label("held"),
        func.sum(case((SENT, 1), else_=0)).label("sent"),
        func.sum(case((and_(READY, ~_DUE), 1), else_=0)).label("later"),
        func.sum(case((RUNNING, 1), else_=0)).label("pending"),
        func.min(case((and_(READY, _DUE), subtask.c.ready_at))).label("oldest_new"),
        func.min(case((RUNNING, subtask.c.started))).label("oldest_pending"),
        func.sum(case((and_(RUNNING, subtask.c.started >= _SINCE), 1), else_=0)).label("started"),
    )
    .where(or_(READY, RUNNING))
    .group_by(subtask.c.capability)
)
_ENDED = (
    select(
        job.c.capability,
        func.count().label("ended"),
        func.sum(case((job.c.started >= _SINCE, 1), else_=0)).label("started"),
    )
    .where(job.c.ended >= _SINCE)
    .group_by(job.c.capability)
)
_RATED = timedelta(minutes=1)


def queues(connection: Connection, now: datetime) -> list[QueueView]:
    """Every capability of which something is ready, runs, or ended within the last minute; by name. What the
    broker holds is not in it."""
    given = {"now": now, "since": now - _RATED}
    jobs = {row.capability: row for row in connection.execute(_ENDED, {"since": now - _RATED})}
    rows = {row.capability: row for row in connection.execute(_QUEUES, given)}
    seconds = _RATED.total_seconds()

    def view(name: str) -> QueueView:
        row, done = rows.get(name), jobs.get(name)
        started, ended = (done.started, done.ended) if done else (0, 0)
        if row is None:
            return QueueView(name, started_per_second=started / seconds, ended_per_second=ended / seconds)
        return QueueView(
            name, row.held, row.sent, row.later, row.pending,
            _age(row.oldest_new, now), _age(row.oldest_pending, now),
            (started + row.started) / seconds, ended / seconds,
        )  # fmt: skip

    return [view(name) for name in sorted({*rows, *jobs})]


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())
