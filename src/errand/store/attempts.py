"""How the attempts before this one ended, and whether a worker that died was killed by what it ran.

What a job can kill is its own process, and that is told apart (`crashed`). A job that takes its worker down
is rare, and workers die for many other reasons: docs/decisions/0007-poison.md says what speaks for which.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from errand.domain.event import EventType
from errand.domain.task import Failed, Fault, Job
from errand.domain.worker import WorkerState
from errand.store.state import OUTPACED
from errand.store.tables import event, job, worker

AT_THAT_TIME = timedelta(minutes=1)
"""A worker that died so shortly before another, or after it, died at the same time."""
_LOSSES = [each for each in Fault if each.is_loss]


def alike_in_a_row(connection: Connection, held: Job, fault: Fault, most: int) -> int:
    """How many attempts directly before this one ended with this fault; at most `most` are looked at, and
    none from before a person had something of the task done again. Lost attempts, and those that were swept
    away, stand in one row: all of it counts for the latter, the lost ones alone for the former."""
    alike = _LOSSES if fault.is_loss else [fault]
    row = [*takewhile(lambda outcome: outcome in alike, _outcomes(connection, held, most))]
    return row.count(Fault.LOST) if fault is Fault.LOST else len(row)


def taken_back(connection: Connection, held: Job) -> Failed:
    """What is said of a job whose worker disappeared."""
    times = "" if held.attempt == 1 else f", in attempt {held.attempt}"
    if _others_died(connection, held):
        said = f"The worker that ran it ({held.worker}) disappeared as others did at that time{times}."
        return Failed(said, Fault.SWEPT)
    return Failed(f"The worker that ran it ({held.worker}) disappeared{times}.", Fault.LOST)


def given_up(connection: Connection, held: Job, failed: Failed, before: int) -> Failed:
    """The same with a sentence on the whole row of attempts, of which `before` were counted already."""
    if not failed.fault.is_loss:
        return failed
    lost_by = (
        select(job.c.worker)
        .where(*_attempts_before(held), job.c.outcome == failed.fault)
        .order_by(job.c.attempt.desc())
        .limit(before)
    )
    workers = [*reversed(connection.execute(lost_by).scalars().all()), held.worker]
    times = f" {len(workers)} times in a row" if len(workers) > 1 else ""
    named = ", ".join(dict.fromkeys(map(str, workers)))
    said = f"Its worker died{times} ({named}): it may be the cause, and is not tried again."
    return replace(failed, error=said)


def _outcomes(connection: Connection, held: Job, most: int) -> Sequence[str]:
    """Latest first."""
    retried = select(func.max(event.c.time)).where(
        event.c.task == held.address.task, event.c.type == EventType.TASK_RETRIED
    )
    since = func.coalesce(job.c.started >= retried.scalar_subquery(), True)
    decided = job.c.outcome != OUTPACED
    found = (
        select(job.c.outcome).where(*_attempts_before(held), decided, since).order_by(job.c.attempt.desc())
    )
    return connection.execute(found.limit(most)).scalars().all()


def _attempts_before(held: Job) -> tuple[ColumnElement[bool], ...]:
    return (
        job.c.task == held.address.task,
        job.c.subtask == held.address.key,
        job.c.attempt < held.attempt,
    )


def _others_died(connection: Connection, held: Job) -> bool:
    """Whether a worker died at the same time that never ran this subtask: it can not have been the cause."""
    heard = connection.execute(select(worker.c.heartbeat).where(worker.c.id == held.worker)).scalar()
    if heard is None:
        return False
    ran_it = select(job.c.worker).where(job.c.task == held.address.task, job.c.subtask == held.address.key)
    silent = exists().where(
        worker.c.state == WorkerState.LOST,
        worker.c.heartbeat.between(heard - AT_THAT_TIME, heard + AT_THAT_TIME),
        worker.c.id.not_in(ran_it),
    )
    lost_jobs = exists().where(  # known sooner, when it had any
        job.c.ended >= heard - AT_THAT_TIME,
        job.c.outcome.in_(_LOSSES),
        job.c.worker.not_in(ran_it),
    )
    return bool(connection.execute(select(or_(silent, lost_jobs))).scalar_one())
