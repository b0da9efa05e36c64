"""What the work of the last tasks took, by capability."""

from collections.abc import Mapping
from statistics import median

from sqlalchemy import Connection, func, select

from errand.domain.task import SubtaskStatus
from errand.domain.typical import Typical
from errand.store.tables import job, reservation, subtask, task

LAST_TASKS = 100
MOST_JOBS = 5_000
"""Older work tells little of what the same would take now."""


def typical(connection: Connection) -> Mapping[str, Typical]:
    """Medians of money and time over the jobs of the last tasks that succeeded; capabilities that none of
    them used are not in it. What a failed attempt had spent counts for the one that succeeded."""
    last = select(task.c.id).order_by(task.c.created.desc()).limit(LAST_TASKS)
    spent = (
        select(func.coalesce(func.sum(reservation.c.microdollars), 0))
        .where(reservation.c.task == job.c.task, reservation.c.subtask == job.c.subtask)
        .scalar_subquery()
    )
    done = (
        select(subtask.c.capability, job.c.started, job.c.ended, spent.label("spent"))
        .join(subtask, (subtask.c.task == job.c.task) & (subtask.c.key == job.c.subtask))
        .where(job.c.task.in_(last), job.c.outcome == SubtaskStatus.SUCCEEDED)
        .limit(MOST_JOBS)
    )
    money: dict[str, list[int]] = {}
    seconds: dict[str, list[float]] = {}
    for row in connection.execute(done):
        money.setdefault(row.capability, []).append(row.spent)
        seconds.setdefault(row.capability, []).append(max(0.0, (row.ended - row.started).total_seconds()))
    return {name: Typical(round(median(money[name])), median(seconds[name])) for name in sorted(money)}
