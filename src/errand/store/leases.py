"""The statements that lengthen leases."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, exists, or_, select, tuple_, update

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.domain.task import Job
from errand.store.locking import once
from errand.store.tables import RUNNING, subtask
from errand.store.tables import job as jobs_table

Attempt = tuple[SubtaskAddress, int]


def renew(tx: Connection, jobs: Sequence[Job], until: datetime) -> set[Attempt]:
    """Lengthen the leases of those that are their workers' still, but for rows that another transaction is at
    just now: they are of several tasks, and two transactions that wait for one another would both fail."""
    held = [(job.address.task, job.address.key, job.attempt, job.worker) for job in jobs]
    theirs = once(
        select(subtask.c.task, subtask.c.key).where(
            RUNNING, tuple_(subtask.c.task, subtask.c.key, subtask.c.attempt, subtask.c.worker).in_(held)
        )
    )
    renewed = tx.execute(
        update(subtask)
        .where(subtask.c.task == theirs.c.task, subtask.c.key == theirs.c.key)
        .values(lease_until=until)
        .returning(subtask.c.task, subtask.c.key, subtask.c.attempt)
    )
    return {(SubtaskAddress(TaskId(row.task), SubtaskKey(row.key)), row.attempt) for row in renewed}


def renew_alone(tx: Connection, job: Job, until: datetime) -> bool:
    """Lengthen one lease, however long its row is taken, or that of the earlier of two attempts that run.
    False: the job is not its worker's any more."""
    mine = (subtask.c.task == job.address.task, subtask.c.key == job.address.key)
    by_worker = exists().where(
        jobs_table.c.task == job.address.task,
        jobs_table.c.subtask == job.address.key,
        jobs_table.c.attempt == job.attempt,
        jobs_table.c.worker == job.worker,
    )
    newest = and_(subtask.c.attempt == job.attempt, subtask.c.worker == job.worker)
    held = or_(newest, and_(subtask.c.rival == job.attempt, by_worker))
    return tx.execute(update(subtask).where(RUNNING, *mine, held).values(lease_until=until)).rowcount == 1
