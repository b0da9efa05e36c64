"""Hedged subtasks: two attempts at once, of which the first that succeeds counts.

A row's `rival` says how far that went: null, it was not hedged; its own attempt, a second worker may take it;
an earlier attempt, both run; 0, the earlier one has ended and the newer one is alone. Where the newer one has
ended, the row's attempt is a number that no job has. A claim makes it null again. docs/workers.md.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, or_, select, update

from errand.domain.event import EventType
from errand.domain.hedging import Room, Running
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, WorkerId
from errand.domain.json import JsonObject
from errand.domain.task import Job
from errand.domain.worker import WorkerState
from errand.store import state
from errand.store.database import Database
from errand.store.state import News
from errand.store.tables import RUNNING, job, subtask, worker

_MOST = 1000
"""Looked at in one go."""
_TAKING = [each for each in WorkerState if each.takes]
_NOW = bindparam("now", type_=subtask.c.lease_until.type)

_OFFERED = subtask.c.rival == subtask.c.attempt
_ALONE = or_(subtask.c.rival.is_(None), and_(_OFFERED, subtask.c.send_after <= _NOW))
_LIVES = and_(RUNNING, subtask.c.lease_until > _NOW)


def running(connection: Connection, now: datetime, *, least: timedelta, of: Collection[str]) -> list[Running]:
    """What one worker has had for so long, and was not hedged, or was not taken when it was offered: the
    longest first."""
    found = (
        select(
            subtask.c.task, subtask.c.key, subtask.c.attempt, subtask.c.capability,
            subtask.c.worker, subtask.c.started,
        )
        .where(_LIVES, _ALONE, subtask.c.started <= now - least, subtask.c.capability.in_(of))
        .order_by(subtask.c.started)
        .limit(_MOST)
    )  # fmt: skip
    return [
        Running(
            SubtaskAddress(TaskId(row.task), SubtaskKey(row.key)), row.attempt, row.capability, row.worker,
            now - row.started,
        )
        for row in connection.execute(found, {"now": now})
    ]  # fmt: skip


def rooms(connection: Connection) -> list[Room]:
    """Of the workers that take jobs now."""
    found = select(worker.c.id, worker.c.slots, worker.c.offers, worker.c.doing)
    return [
        Room(
            row.id,
            {name: str(offer["effects"]) for name, offer in row.offers.items()},
            row.slots - len(row.doing),
        )
        for row in connection.execute(found.where(worker.c.state.in_(_TAKING)))
    ]


def offer(connection: Connection, late: Running, *, now: datetime, again: datetime) -> bool:
    """Another worker may take it. False: it has ended, or was offered by another rescuer. Not before `again`
    is it offered once more, should nobody take it."""
    change = (
        update(subtask)
        .where(*_at(late.address), subtask.c.attempt == late.attempt, _LIVES, _ALONE)
        .values(rival=subtask.c.attempt, send_after=again)
    )
    return connection.execute(change, {"now": now}).rowcount == 1


def claim(
    database: Database, address: SubtaskAddress, by: WorkerId, *, now: datetime, until: datetime
) -> Job | None:
    """The second job of a subtask that is offered so. None: it is not, or this worker has it already."""
    mine = (*_at(address), _LIVES, _OFFERED, subtask.c.worker != by)
    with database.at_once() as connection:
        if connection.execute(select(subtask.c.key).where(*mine), {"now": now}).first() is None:
            return None
    change = (
        update(subtask)
        .where(*mine)
        .values(
            attempt=subtask.c.attempt + 1,
            max_attempts=subtask.c.max_attempts + 1,  # a hedge is no strike
            worker=by,
            lease_until=until,
        )
        .returning(
            subtask.c.capability, subtask.c.inputs, subtask.c.attempt, subtask.c.max_attempts,
            subtask.c.optional, subtask.c.started,
        )
    )  # fmt: skip
    with database.write() as tx:
        state.lock(tx, address.task)
        row = tx.execute(change, {"now": now}).first()
        if row is None:
            return None
        made = Job(address, row.capability, row.inputs, row.attempt, row.max_attempts, row.optional, by, now)
        state.open_job(tx, made)
        data: JsonObject = {
            "attempt": made.attempt, "worker": by, "seconds": (now - row.started).total_seconds(),
        }  # fmt: skip
        state.advance(tx, address.task, [News(EventType.SUBTASK_HEDGED, address.key, data)], now=now)
    return made


def step_back(tx: Connection, held: Job, outcome: str, error: str, now: datetime) -> bool:
    """One of two that run did not succeed: its job ends, and the subtask goes on with the other. False: there
    is no other, or the job is not its worker's any more."""
    other = tx.execute(_open_jobs(held.address).where(job.c.attempt != held.attempt)).first()
    if other is None or not state.is_held(tx, held):
        return False
    mine = (*_at(held.address), RUNNING)
    newer_goes_on = other.attempt > held.attempt
    tx.execute(
        update(subtask).where(*mine).values(rival=0)
        if newer_goes_on
        else update(subtask)
        .where(*mine)
        .values(attempt=subtask.c.attempt + 1, max_attempts=subtask.c.max_attempts + 1, worker=other.worker)
    )
    ended = update(job).where(
        job.c.task == held.address.task, job.c.subtask == held.address.key, job.c.attempt == held.attempt
    )
    tx.execute(ended.values(ended=now, outcome=outcome, error=error))
    return True


def newest_open(tx: Connection, held: Job) -> Job:
    """Of a subtask whose lease has run out: the job that it is put down to."""
    row = tx.execute(_open_jobs(held.address).order_by(job.c.attempt.desc())).first()
    if row is None or row.attempt == held.attempt:
        return held
    strikes_left = held.max_attempts - held.attempt
    return replace(
        held, attempt=row.attempt, max_attempts=row.attempt + strikes_left,
        worker=WorkerId(row.worker), started=row.started,
    )  # fmt: skip


def _at(address: SubtaskAddress) -> tuple[ColumnElement[bool], ...]:
    return subtask.c.task == address.task, subtask.c.key == address.key


def _open_jobs(address: SubtaskAddress) -> Select[tuple[int, str, datetime]]:
    mine = (job.c.task == address.task, job.c.subtask == address.key, job.c.ended.is_(None))
    return select(job.c.attempt, job.c.worker, job.c.started).where(*mine)
