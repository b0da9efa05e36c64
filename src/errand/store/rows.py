"""From the domain's nouns to rows."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.domain.json import Json, JsonObject
from errand.domain.plan import FROM, REQUEST, Plan, Step
from errand.domain.question import Question
from errand.domain.request import Request
from errand.domain.task import PLAN, SubtaskStatus, Succeeded, TaskStatus
from errand.store.state import MAX_ATTEMPTS, Row


def task_row(task_id: TaskId, request: Request, now: datetime) -> Row:
    wall = request.limits.wall_seconds
    return {
        "id": task_id,
        "text": request.text,
        "attachments": attached(request),
        "principal": request.principal,
        "origin": request.origin,
        "limits": {name: most for name, most in asdict(request.limits).items() if most is not None},
        "status": TaskStatus.QUEUED,
        "created": now,
        "deadline": None if wall is None else now + timedelta(seconds=wall),
        "open": 0,
        "total": 0,
        "last_event": 0,
        "missing": [],
        "priority": request.priority,
        "parallel": request.parallel,
    }


def attached(request: Request) -> list[JsonObject]:
    return [
        {"name": a.name, "media_type": a.media_type, "size": a.size, "sha256": a.sha256}
        for a in request.attachments
    ]


def first_subtask(task_id: TaskId, now: datetime, resend: datetime) -> Row:
    step = Step(
        key=SubtaskKey(PLAN), capability=PLAN, title="Plan the work", inputs={"request": {FROM: REQUEST}}
    )
    return subtask_row(task_id, step, position=0, dependents=0, now=now, resend=resend)


def plan_rows(
    task_id: TaskId, plan: Plan, now: datetime, resend: datetime
) -> tuple[list[Row], list[Row], list[tuple[str, str]]]:
    """Rows of the subtasks, of their dependencies, and key and capability of each that is ready at once."""
    dependents: dict[str, int] = {}
    edges: list[Row] = []
    for step in plan.steps:
        for need in step.needs():
            dependents[need] = dependents.get(need, 0) + 1
            edges.append({"task": task_id, "needed": need, "dependent": step.key})
    made = [
        subtask_row(task_id, step, position=n, dependents=dependents.get(step.key, 0), now=now, resend=resend)
        for n, step in enumerate(plan.steps, start=1)
    ]
    return made, edges, [(step.key, step.capability) for step in plan.steps if not step.needs()]


def revision_rows(
    task_id: TaskId,
    plan: Plan,
    unmet: Mapping[str, int],
    *,
    first: int,
    revision: int,
    now: datetime,
    resend: datetime,
) -> tuple[list[Row], list[Row], list[tuple[str, str]]]:
    """As `plan_rows`, where some needs may have been met before. `first`: position of the first step."""
    made, edges, _ = plan_rows(task_id, plan, now, resend)
    for n, row in enumerate(made):
        waits = unmet[str(row["key"])]
        row |= {
            "position": first + n,
            "revision": revision,
            "unmet": waits,
            "status": SubtaskStatus.PENDING if waits else SubtaskStatus.READY,
            "ready_at": None if waits else now,
            "send_after": None if waits else resend,
        }
    return made, edges, [(step.key, step.capability) for step in plan.steps if not unmet[step.key]]


def plan_kept(done: Succeeded) -> JsonObject:
    """What the task's row keeps of a plan; its steps are rows of their own."""
    plan = done.plan
    if plan is None:
        return {}
    kept: JsonObject = {
        "made_by": plan.made_by,
        "result": str(plan.result) if plan.result else None,
        "check": plan.check,
    }
    return kept | {
        name: done.output[name] for name in ("score", "remarks", "not_covered") if name in done.output
    }


def question_row(question_id: str, address: SubtaskAddress, asked: Question, now: datetime) -> Row:
    return {
        "id": question_id,
        "task": address.task,
        "subtask": address.key,
        "name": asked.name,
        "kind": asked.kind,
        "text": asked.text,
        "choices": list(asked.choices),
        "asked": now,
    }


def subtask_row(
    task_id: TaskId, step: Step, *, position: int, dependents: int, now: datetime, resend: datetime
) -> Row:
    needs = step.needs()
    inputs: Json = step.inputs
    return {
        "task": task_id,
        "key": step.key,
        "position": position,
        "capability": step.capability,
        "title": step.title,
        "because": step.because,
        "score": step.score,
        "inputs": inputs,
        "needs": list(needs),
        "optional": step.optional,
        "dependents": dependents,
        "unmet": len(needs),
        "status": SubtaskStatus.PENDING if needs else SubtaskStatus.READY,
        "attempt": 0,
        "max_attempts": MAX_ATTEMPTS,
        "ready_at": None if needs else now,
        "send_after": None if needs else resend,
        "error": "",
        "detail": "",
        "discarded": False,
    }
