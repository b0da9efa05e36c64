"""What can be read of the state: rows into views."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.engine import Row

from errand.domain.event import Event, EventType
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, task_ids_between
from errand.domain.json import Json, JsonObject
from errand.domain.question import Question, QuestionKind, QuestionView
from errand.domain.queueing import nobody_offers
from errand.domain.task import PLAN, Fault, Job, Shortfall, SubtaskStatus, SubtaskView, TaskStatus, TaskView
from errand.store.tables import (
    DEAD,
    READY,
    RUNNING,
    WAITING,
    artifact,
    dependency,
    event,
    job,
    question,
    subtask,
    task,
)

_MOST_VALUES = 1000
"""In one statement; databases have limits between 999 and 65,535."""

_lively = exists().where(subtask.c.task == task.c.id, or_(READY, RUNNING))
_asking = exists().where(subtask.c.task == task.c.id, WAITING)
_is_waiting = and_(_asking, ~_lively).label("is_waiting")
_unoffered = (
    select(func.min(subtask.c.capability))
    .where(
        subtask.c.task == task.c.id,
        READY,
        subtask.c.unoffered_since.is_not(None),
        subtask.c.unoffered_since >= subtask.c.ready_at,  # not since before an attempt
    )
    .scalar_subquery()
    .label("unoffered")
)


def task_view(connection: Connection, task_id: TaskId) -> TaskView | None:
    row = connection.execute(select(task, _is_waiting, _unoffered).where(task.c.id == task_id)).first()
    return None if row is None else _task(row)


def task_views(
    connection: Connection, *, status: TaskStatus | None, limit: int, before: TaskId | None = None
) -> list[TaskView]:
    """Newest first; those that come after the task `before`."""
    found: Select[tuple[object, ...]] = select(task, _is_waiting, _unoffered).limit(limit)
    if before is not None:
        last = task.alias("last")
        place = select(last.c.created, last.c.id).where(last.c.id == before).scalar_subquery()
        found = found.where(tuple_(task.c.created, task.c.id) < place)
    if status is not None:  # in an order that only the index of both has: another would be read to its end
        found = found.where(task.c.status.between(status, status)).order_by(task.c.status.desc())
    found = found.order_by(task.c.created.desc(), task.c.id.desc())
    return [_task(row) for row in connection.execute(found)]


def open_task_counts(connection: Connection) -> dict[TaskStatus, int]:
    """Of the tasks that have not ended; statuses that no task is in are not in it."""
    not_ended = task.c.status.in_([status for status in TaskStatus if not status.ended])
    found = select(task.c.status, func.count().label("tasks")).where(not_ended).group_by(task.c.status)
    return {TaskStatus(row.status): row.tasks for row in connection.execute(found)}


def _task(row: Row[tuple[object, ...]]) -> TaskView:
    plan = row.plan or {}
    return TaskView(
        id=TaskId(row.id),
        text=row.text,
        principal=row.principal,
        origin=row.origin,
        status=TaskStatus(row.status),
        waiting=bool(row.is_waiting),
        created=row.created,
        ended=row.ended,
        missing=tuple(row.missing),
        fault=Fault(row.fault) if row.fault else None,
        open=row.open,
        total=row.total,
        made_by=plan.get("made_by", ""),
        revision=row.revision,
        score=plan.get("score", 0.0),
        remarks=tuple(plan.get("remarks", ())),
        result=row.result,
        attachments=tuple(row.attachments),
        limits=row.limits,
        held_up=nobody_offers(row.unoffered) if row.unoffered else "",
    )


def plan_of(connection: Connection, task_id: TaskId) -> JsonObject:
    """What the task's row keeps of its plan: result, check, not_covered and so on; empty before planning."""
    kept = connection.execute(select(task.c.plan).where(task.c.id == task_id)).scalar_one()
    return kept or {}


def request_values(connection: Connection, task_id: TaskId) -> JsonObject:
    """What `{"$from": "request…"}` reaches."""
    row = connection.execute(select(task.c.text, task.c.attachments).where(task.c.id == task_id)).one()
    return {"text": row.text, "attachments": row.attachments}


def outputs(connection: Connection, task_id: TaskId, keys: Sequence[str]) -> dict[str, Json]:
    """Outputs of those that succeeded; the others are not in it."""
    given: dict[str, Json] = {}
    for first in range(0, len(keys), _MOST_VALUES):
        found = select(subtask.c.key, subtask.c.output).where(
            subtask.c.task == task_id,
            subtask.c.key.in_(keys[first : first + _MOST_VALUES]),
            subtask.c.status == SubtaskStatus.SUCCEEDED,
        )
        given |= {row.key: row.output for row in connection.execute(found)}
    return given


def subtask_views(connection: Connection, task_id: TaskId) -> list[SubtaskView]:
    found = select(subtask).where(subtask.c.task == task_id).order_by(subtask.c.position)
    return [_subtask(row) for row in connection.execute(found)]


def title_of(connection: Connection, address: SubtaskAddress) -> str:
    """Its key when it has none."""
    found = select(subtask.c.title).where(subtask.c.task == address.task, subtask.c.key == address.key)
    return str(connection.execute(found).scalar_one() or address.key)


def dead_letters(
    connection: Connection, limit: int, *, capability: str | None = None, fault: Fault | None = None
) -> list[SubtaskView]:
    """The latest first; of one capability, or of one fault, where these are named."""
    found = (
        select(subtask)
        .where(DEAD, subtask.c.discarded.is_(False))
        .order_by(subtask.c.ended.desc())
        .limit(limit)
    )
    if capability is not None:
        found = found.where(subtask.c.capability == capability)
    if fault is not None:
        found = found.where(subtask.c.fault == fault)
    return [_subtask(row) for row in connection.execute(found)]


def still_dead(connection: Connection, task_id: TaskId, keys: Sequence[str]) -> list[str]:
    """Those of them that are dead letters, and that the plan does not go on without."""
    s = subtask.c
    found = select(s.key).where(
        s.task == task_id, s.key.in_(keys), DEAD, s.discarded.is_(False), s.superseded.is_(False)
    )
    return list(connection.scalars(found.order_by(s.position)))


def _subtask(row: Row[tuple[object, ...]]) -> SubtaskView:
    return SubtaskView(
        address=SubtaskAddress(TaskId(row.task), SubtaskKey(row.key)),
        capability=row.capability,
        title=row.title,
        status=SubtaskStatus(row.status),
        attempt=row.attempt,
        max_attempts=row.max_attempts,
        optional=row.optional,
        score=row.score,
        because=row.because,
        inputs=row.inputs,
        needs=tuple(row.needs),
        worker=row.worker,
        ready_at=row.ready_at,
        started=row.started,
        ended=row.ended,
        output=row.output,
        error=row.error,
        fault=Fault(row.fault) if row.fault else None,
        detail=row.detail,
        revision=row.revision,
        superseded=row.superseded,
        held_up=nobody_offers(row.capability) if _is_held_up(row) else "",
    )


def _is_held_up(row: Row[tuple[object, ...]]) -> bool:
    return row.status == "ready" and row.unoffered_since is not None and row.unoffered_since >= row.ready_at


def shortfalls(connection: Connection, task_id: TaskId) -> list[Shortfall]:
    """Without what a later revision of the plan goes on without, or does in another way."""
    found = (
        select(subtask)
        .where(
            subtask.c.task == task_id,
            subtask.c.status.not_in([SubtaskStatus.SUCCEEDED, SubtaskStatus.REPLACED]),
            subtask.c.superseded.is_(False),
        )
        .order_by(subtask.c.position)
    )
    return [
        Shortfall(
            key=row.key,
            title=row.title,
            status=SubtaskStatus(row.status),
            optional=row.optional,
            error=row.error,
            fault=Fault(row.fault) if row.fault else None,
        )
        for row in connection.execute(found)
    ]


def last_output(connection: Connection, task_id: TaskId) -> Json:
    """The output of the last subtask that nothing waits for."""
    found = (
        select(subtask.c.output)
        .where(
            subtask.c.task == task_id,
            subtask.c.capability != PLAN,
            subtask.c.dependents == 0,
            subtask.c.status == SubtaskStatus.SUCCEEDED,
        )
        .order_by(subtask.c.position.desc())
        .limit(1)
    )
    output: Json = connection.execute(found).scalar_one_or_none()
    return output


def furthest_outputs(connection: Connection, task_id: TaskId) -> Json:
    """What there is of a task that could not be finished: the outputs, by key, of the subtasks that
    succeeded and that no other that succeeded rests on; one alone as it is."""
    user = subtask.alias()
    used = exists().where(
        dependency.c.task == task_id,
        dependency.c.needed == subtask.c.key,
        user.c.task == task_id,
        user.c.key == dependency.c.dependent,
        user.c.status == SubtaskStatus.SUCCEEDED,
    )
    found = (
        select(subtask.c.key, subtask.c.output)
        .where(
            subtask.c.task == task_id,
            subtask.c.capability != PLAN,
            subtask.c.status == SubtaskStatus.SUCCEEDED,
            ~used,
        )
        .order_by(subtask.c.position)
    )
    given: dict[str, Json] = {row.key: row.output for row in connection.execute(found)}
    return next(iter(given.values())) if len(given) == 1 else given or None


def events(connection: Connection, task_id: TaskId, after: int, limit: int = 1000) -> list[Event]:
    found = (
        select(event)
        .where(event.c.task == task_id, event.c.number > after)
        .order_by(event.c.number)
        .limit(limit)
    )
    return [
        Event(row.number, TaskId(row.task), row.subtask, EventType(row.type), row.data, row.time)
        for row in connection.execute(found)
    ]


def artifacts(connection: Connection, task_id: TaskId) -> list[JsonObject]:
    found = select(artifact).where(artifact.c.task == task_id).order_by(artifact.c.created, artifact.c.name)
    return [
        {
            "subtask": row.subtask,
            "name": row.name,
            "kind": row.kind,
            "media_type": row.media_type,
            "size": row.size,
            "sha256": row.sha256,
            "provenance": row.provenance,
        }
        for row in connection.execute(found)
    ]


def jobs(connection: Connection, task_id: TaskId, key: str | None = None) -> list[JsonObject]:
    """Of a task, or of one subtask of it."""
    found = select(job).where(job.c.task == task_id).order_by(job.c.started)
    if key is not None:
        found = found.where(job.c.subtask == key)
    return [
        {
            "subtask": row.subtask,
            "attempt": row.attempt,
            "worker": row.worker,
            "started": row.started.isoformat(),
            "ended": row.ended.isoformat() if row.ended else None,
            "outcome": row.outcome,
            "error": row.error,
        }
        for row in connection.execute(found)
    ]


def answers(connection: Connection, address: SubtaskAddress) -> dict[str, str]:
    found = select(question.c.name, question.c.answer).where(
        question.c.task == address.task,
        question.c.subtask == address.key,
        question.c.answer.is_not(None),
        question.c.withdrawn.is_(False),
    )
    return {row.name: row.answer for row in connection.execute(found)}


def questions(connection: Connection, task_id: TaskId | None, *, only_open: bool) -> list[QuestionView]:
    found = select(question).order_by(question.c.asked)
    if task_id is not None:
        found = found.where(question.c.task == task_id)
    if only_open:
        found = found.where(question.c.answer.is_(None), question.c.withdrawn.is_(False))
    return [
        QuestionView(
            id=row.id,
            task=row.task,
            subtask=row.subtask,
            question=Question(row.name, row.text, QuestionKind(row.kind), tuple(row.choices)),
            asked=row.asked,
            answer=row.answer,
            answered=row.answered,
            answered_by=row.answered_by,
        )
        for row in connection.execute(found)
    ]


def task_ids_like(connection: Connection, beginning: str) -> list[TaskId]:
    """Tasks whose id begins so; a person need not type all of it."""
    found = select(task.c.id).where(
        task.c.id.between(*task_ids_between(beginning)),  # by the index
        func.substr(task.c.id, 1, len(beginning)) == beginning,
    )
    return [TaskId(row.id) for row in connection.execute(found.limit(3))]


def is_expired(connection: Connection, held: Job, now: datetime) -> bool:
    """Whether it runs as it was claimed, and its lease has run out; if so, nobody renews that meanwhile."""
    found = select(subtask.c.key).where(
        subtask.c.task == held.address.task,
        subtask.c.key == held.address.key,
        subtask.c.attempt == held.attempt,
        RUNNING,
        subtask.c.lease_until < now,
    )
    return connection.execute(found.with_for_update(key_share=True)).first() is not None


def expired(connection: Connection, now: datetime, only: TaskId | None) -> list[Job]:
    """Jobs whose lease has run out."""
    found = select(subtask).where(RUNNING, subtask.c.lease_until < now).order_by(subtask.c.task)
    if only is not None:
        found = found.where(subtask.c.task == only)
    return [
        Job(
            address=SubtaskAddress(row.task, row.key),
            capability=row.capability,
            inputs=row.inputs,
            attempt=row.attempt,
            max_attempts=row.max_attempts,
            optional=row.optional,
            worker=row.worker,
            started=row.started,
        )
        for row in connection.execute(found)
    ]


def past_deadline(connection: Connection, now: datetime, only: TaskId | None) -> list[TaskId]:
    open_states = [TaskStatus.QUEUED, TaskStatus.RUNNING]
    found = select(task.c.id).where(task.c.status.in_(open_states), task.c.deadline <= now)
    if only is not None:
        found = found.where(task.c.id == only)
    return [TaskId(row.id) for row in connection.execute(found)]
