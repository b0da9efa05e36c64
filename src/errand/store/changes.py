"""What a person, or the engine for one, changes in a task as a whole: each is one statement.

All of them run in a transaction of the caller's. The statements that carry jobs forward are in `state`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from errand.domain.errors import TaskExists
from errand.domain.ids import SubtaskAddress, TaskId
from errand.domain.json import JsonObject
from errand.domain.retrying import Restart
from errand.domain.task import Fault, StoredArtifact, SubtaskStatus, TaskStatus
from errand.store.state import MAX_ATTEMPTS, Row
from errand.store.tables import DEAD, WAITING, artifact, dependency, job, question, subtask, task, turn

_RESTART = (
    update(subtask)
    .where(subtask.c.task == bindparam("in_task"), subtask.c.key == bindparam("in_key"))
    .values(
        status=bindparam("becomes"),
        unmet=bindparam("waits_for"),
        max_attempts=subtask.c.attempt + MAX_ATTEMPTS,
        ready_at=bindparam("at"),
        send_after=bindparam("resend"),
        lease_until=None,
        ended=None,
        output=None,
        error="",
        fault=None,
        detail="",
        discarded=False,
    )
)
_END_JOB = (
    update(job)
    .where(job.c.task == bindparam("in_task"), job.c.subtask == bindparam("in_key"), job.c.ended.is_(None))
    .values(ended=bindparam("now"), outcome="restarted")
)
_SUPERSEDE = (
    update(subtask)
    .where(subtask.c.task == bindparam("in_task"), subtask.c.key == bindparam("in_key"))
    .values(superseded=True)
)
_DROP_ARTIFACTS = delete(artifact).where(
    artifact.c.task == bindparam("in_task"), artifact.c.subtask == bindparam("in_key")
)
_FORGET_TURNS = delete(turn).where(turn.c.task == bindparam("in_task"), turn.c.subtask == bindparam("in_key"))


_OWNER = select(task.c.principal, task.c.priority).where(task.c.id == bindparam("in_task"))


def insert_task(connection: Connection, row: Row) -> None:
    """Raises TaskExists when another one has its id: the transaction is of no use then."""
    try:
        connection.execute(insert(task), row)
    except IntegrityError as error:
        raise TaskExists(f"There is a task {row['id']} already.") from error


def insert_subtasks(connection: Connection, rows: Sequence[Row], edges: Sequence[Row]) -> None:
    """Of one task; each has its task's principal and rank, so that a queue is read from one index."""
    if rows:
        owner = connection.execute(_OWNER, {"in_task": rows[0]["task"]}).one()
        owned = {"principal": owner.principal, "rank": -owner.priority}
        connection.execute(insert(subtask), [row | owned for row in rows])
    if edges:
        connection.execute(insert(dependency), edges)


def update_task(connection: Connection, task_id: TaskId, **values: object) -> None:
    connection.execute(update(task).where(task.c.id == task_id).values(**values))


def reopen(connection: Connection, task_id: TaskId) -> None:
    """A task that may have ended runs again."""
    update_task(
        connection, task_id, status=TaskStatus.RUNNING, ended=None, result=None, missing=[], fault=None
    )


def supersede(connection: Connection, task_id: TaskId, keys: Sequence[str]) -> None:
    if keys:
        connection.execute(_SUPERSEDE, [{"in_task": task_id, "in_key": key} for key in keys])


def replace_artifacts(
    connection: Connection,
    address: SubtaskAddress,
    made: Sequence[StoredArtifact],
    *,
    provenance: JsonObject,
    now: datetime,
) -> None:
    connection.execute(_DROP_ARTIFACTS, {"in_task": address.task, "in_key": address.key})
    rows = [
        {
            "task": address.task,
            "subtask": address.key,
            "name": each.name,
            "kind": each.kind,
            "media_type": each.media_type,
            "size": each.size,
            "sha256": each.sha256,
            "provenance": provenance,
            "created": now,
        }
        for each in made
    ]
    if rows:
        connection.execute(insert(artifact), rows)


def insert_question(connection: Connection, row: Row) -> None:
    connection.execute(insert(question), row)


def withdraw_questions(connection: Connection, task_id: TaskId, keys: Sequence[str] | None = None) -> None:
    """Those of these subtasks, answered or not; without keys, all of the task's that are open."""
    mine = update(question).where(question.c.task == task_id).values(withdrawn=True)
    if keys is None:
        connection.execute(mine.where(question.c.answer.is_(None)))
    for key in keys or ():
        connection.execute(mine.where(question.c.subtask == key))


def task_of_question(connection: Connection, question_id: str) -> TaskId | None:
    """None: there is no such question."""
    found = connection.execute(
        select(question.c.task).where(question.c.id == question_id)
    ).scalar_one_or_none()
    return None if found is None else TaskId(found)


def answer_question(
    connection: Connection, question_id: str, *, answer: str, by: str, now: datetime
) -> RowMapping | None:
    """None: there is no such question, or it is answered or withdrawn."""
    changed = connection.execute(
        update(question)
        .where(question.c.id == question_id, question.c.answer.is_(None), question.c.withdrawn.is_(False))
        .values(answer=answer, answered=now, answered_by=by)
        .returning(question.c.task, question.c.subtask, question.c.name)
    )
    return changed.mappings().first()


def cancel_open(
    connection: Connection, task_id: TaskId, *, now: datetime, error: str, fault: Fault | None = None
) -> list[str]:
    """End every subtask that has not ended, with its job and its question; their keys."""
    connection.execute(
        update(job)
        .where(job.c.task == task_id, job.c.ended.is_(None))
        .values(ended=now, outcome=SubtaskStatus.CANCELLED, error=error)
    )
    withdraw_questions(connection, task_id)
    rows = connection.execute(
        update(subtask)
        .where(
            subtask.c.task == task_id,
            subtask.c.status.in_(
                [SubtaskStatus.PENDING, SubtaskStatus.READY, SubtaskStatus.RUNNING, SubtaskStatus.WAITING]
            ),
        )
        .values(status=SubtaskStatus.CANCELLED, ended=now, lease_until=None, error=error, fault=fault)
        .returning(subtask.c.key)
    )
    return [row.key for row in rows]


def wake(connection: Connection, address: SubtaskAddress, *, now: datetime, resend: datetime) -> str | None:
    """Ready again after waiting, its asking not counted as an attempt. Its capability; None: not waiting."""
    changed = connection.execute(
        update(subtask)
        .where(
            subtask.c.task == address.task,
            subtask.c.key == address.key,
            WAITING,
        )
        .values(
            status=SubtaskStatus.READY,
            ended=None,
            ready_at=now,
            send_after=resend,
            max_attempts=subtask.c.max_attempts + 1,
        )
        .returning(subtask.c.capability)
    ).first()
    return None if changed is None else str(changed.capability)


def restart(
    connection: Connection, task_id: TaskId, plan: Restart, *, now: datetime, resend: datetime
) -> None:
    """Open subtasks again, with as many attempts as a new one has; what they gave before is gone."""
    opened = [{"in_task": task_id, "in_key": key} for key in plan.unmet]
    connection.execute(_END_JOB, [each | {"now": now} for each in opened])
    connection.execute(_DROP_ARTIFACTS, opened)
    if afresh := [each for each in opened if each["in_key"] not in plan.goes_on]:
        connection.execute(_FORGET_TURNS, afresh)
    connection.execute(
        _RESTART,
        [
            {
                "in_task": task_id,
                "in_key": key,
                "waits_for": unmet,
                "becomes": SubtaskStatus.PENDING if unmet else SubtaskStatus.READY,
                "at": None if unmet else now,
                "resend": None if unmet else resend,
            }
            for key, unmet in plan.unmet.items()
        ],
    )


def discard(connection: Connection, address: SubtaskAddress) -> bool:
    changed = connection.execute(
        update(subtask)
        .where(
            subtask.c.task == address.task,
            subtask.c.key == address.key,
            DEAD,
            subtask.c.discarded.is_(False),
        )
        .values(discarded=True)
    )
    return changed.rowcount == 1
