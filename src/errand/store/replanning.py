"""How a task is planned anew: asked for, seen, and written, each in a transaction of the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from errand.domain.event import EventType
from errand.domain.ids import SubtaskKey, TaskId
from errand.domain.json import Json, JsonObject
from errand.domain.plan import FROM, REQUEST, TASK, Plan, Reference, Step
from errand.domain.replanning import Revision, Standing, reason_of_verdict, reasons_since, revise
from errand.domain.task import PLAN, PLAN_ANEW, Fault, Job, SubtaskStatus, Succeeded
from errand.store import changes, reading, rows, state
from errand.store.state import News
from errand.store.tables import event, subtask, task

PLANNER = "planner"
"""In what a task's row keeps of its plan: the subtask that made, or is to make, its newest revision."""

_MORE_DEPENDENTS = (
    update(subtask)
    .where(subtask.c.task == bindparam("in_task"), subtask.c.key == bindparam("in_key"))
    .values(dependents=subtask.c.dependents + bindparam("more"))
)
_REPLACE = (
    update(subtask)
    .where(subtask.c.task == bindparam("in_task"), subtask.c.key == bindparam("in_key"))
    .values(status=SubtaskStatus.REPLACED, ended=bindparam("now"), error=bindparam("error"))
)


def ask(
    tx: Connection, task_id: TaskId, why: str, *, now: datetime, resend: datetime, most: int | None
) -> str | None:
    """One more subtask, which plans the rest of the task anew; its key. None: one is under way already, or
    `most` were asked for before. Without `most` a person asks, and it is not counted."""
    t = task.c
    row = tx.execute(select(t.plan, t.replans, t.total, t.revision).where(t.id == task_id)).one()
    before = str((row.plan or {}).get(PLANNER, PLAN))
    if (most is not None and row.replans >= most) or _is_open(tx, task_id, before):
        return None
    key = SubtaskKey(f"{PLAN}-{int(before.removeprefix(PLAN).removeprefix('-') or 1) + 1}")
    inputs: JsonObject = {"request": {FROM: REQUEST}, "state": {FROM: TASK}, "why": why}
    step = Step(key, PLAN, PLAN_ANEW, inputs, optional=True, because=why)
    asked = rows.subtask_row(task_id, step, position=row.total, dependents=0, now=now, resend=resend)
    changes.insert_subtasks(tx, [asked | {"revision": row.revision}], [])
    changes.update_task(
        tx, task_id, plan={**(row.plan or {}), PLANNER: key}, replans=row.replans + (most is not None)
    )
    state.advance(tx, task_id, [News(EventType.SUBTASK_READY, key, {"why": why})], now=now, opened=1, added=1)
    return str(key)


def _is_open(tx: Connection, task_id: TaskId, key: str) -> bool:
    found = select(subtask.c.status).where(subtask.c.task == task_id, subtask.c.key == key)
    status = tx.execute(found).scalar_one()
    return not SubtaskStatus(status).ended


def task_state(tx: Connection, task_id: TaskId) -> JsonObject:
    """What `{"$from": "task"}` leads to: `errand.planning.state.TaskState` as JSON."""
    plan = reading.plan_of(tx, task_id)
    steps: list[Json] = [
        {
            "key": each.address.key, "capability": each.capability, "title": each.title,
            "status": each.status, "optional": each.optional, "inputs": each.inputs,
            "needs": list(each.needs), "output": each.output, "error": each.error, "fault": each.fault,
            "superseded": each.superseded,
        }
        for each in reading.subtask_views(tx, task_id)
        if each.capability != PLAN
    ]  # fmt: skip
    kept: JsonObject = {name: plan.get(name) for name in ("result", "check")}
    return kept | {
        "revision": tx.execute(select(task.c.revision).where(task.c.id == task_id)).scalar_one(),
        "made_by": plan.get("made_by", ""),
        "not_covered": plan.get("not_covered", []),
        "steps": steps,
    }


@dataclass(frozen=True, slots=True)
class Revised:
    """What a revision did to a task, for whoever moves its counters and sends its messages."""

    news: list[News]
    ready: list[tuple[str, str]]
    """Key and capability."""
    added: int
    ended: int
    why_again: str
    """What went wrong after its planner had looked; empty: nothing."""


def write(
    tx: Connection, job: Job, done: Succeeded, plan: Plan, *, now: datetime, resend: datetime
) -> Revised:
    """The revision that this job made. Raises what `revise` raises: the transaction must end then."""
    task_id = job.address.task
    found = _standing(tx, task_id)
    revision = revise(plan, found)
    row = tx.execute(select(task.c.plan, task.c.revision, task.c.total).where(task.c.id == task_id)).one()
    number = row.revision + 1
    _change(tx, task_id, revision, number, now)
    made, edges, ready = rows.revision_rows(
        task_id, plan, revision.unmet, first=row.total, revision=number, now=now, resend=resend
    )
    changes.insert_subtasks(tx, made, edges)
    kept = {
        **rows.plan_kept(done),
        **_still(plan, row.plan, done.output, found, revision),
        PLANNER: job.address.key,
    }
    changes.update_task(tx, task_id, plan=kept, revision=number)
    told: JsonObject = {
        "revision": number, "why": job.inputs.get("why"), "steps": len(made),
        "replaced": len(revision.replaced), "superseded": [*sorted(revision.superseded)], **done.output,
    }  # fmt: skip
    news = [News(EventType.TASK_REPLANNED, job.address.key, told)]
    news += [News(EventType.SUBTASK_REPLACED, each.key) for each in found if each.key in revision.replaced]
    work = [each for each in found if each.key != kept["check"]]
    again = [*reasons_since(work, revision, job.started), *_told_since(tx, job, kept["check"])]
    return Revised(news, ready, len(made), len(revision.replaced), " ".join(again))


def _standing(tx: Connection, task_id: TaskId) -> list[Standing]:
    s = subtask.c
    found = select(
        s.key, s.title, s.status, s.optional, s.needs, s.superseded, s.capability, s.error, s.fault, s.ended
    )
    return [
        Standing(
            row.key, row.title, SubtaskStatus(row.status), row.optional, tuple(row.needs), row.superseded,
            row.capability == PLAN, row.error, Fault(row.fault) if row.fault else None, row.ended,
        )
        for row in tx.execute(found.where(s.task == task_id).order_by(s.position))
    ]  # fmt: skip


def _change(tx: Connection, task_id: TaskId, revision: Revision, number: int, now: datetime) -> None:
    if revision.replaced:
        told = {"in_task": task_id, "now": now, "error": f"revision {number} of the plan goes on without it"}
        tx.execute(_REPLACE, [told | {"in_key": key} for key in revision.replaced])
    changes.supersede(tx, task_id, sorted(revision.superseded))
    if revision.more_dependents:
        more = revision.more_dependents.items()
        tx.execute(_MORE_DEPENDENTS, [{"in_task": task_id, "in_key": k, "more": n} for k, n in more])


def _still(
    plan: Plan, before: JsonObject, said: JsonObject, found: Sequence[Standing], revision: Revision
) -> JsonObject:
    """Of the plan before, remarks stay; result and check when the revision names none and they can come."""
    gone = {each.key for each in found if each.fell_short} | revision.replaced
    result, check = before.get("result"), before.get("check")
    if isinstance(result, str) and Reference.parse(result).step in gone:
        result = None
    return {
        "result": str(plan.result) if plan.result else result,
        "check": plan.check or check,
        "remarks": [*dict.fromkeys([*_listed(before.get("remarks")), *_listed(said.get("remarks"))])],
    }


def _listed(value: Json) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _told_since(tx: Connection, job: Job, check: Json) -> list[str]:
    """What subtasks found while this job planned, so that it could not know: that the rest is pointless, or
    that the result does not pass."""
    found = select(event.c.subtask, event.c.data).where(
        event.c.task == job.address.task,
        event.c.type == EventType.SUBTASK_SUCCEEDED,
        event.c.time >= job.started,
    )
    succeeded = {row.subtask: row.data for row in tx.execute(found.order_by(event.c.number))}
    reasons = [str(data["replan"]) for data in succeeded.values() if data.get("replan")]
    if isinstance(check, str) and check in succeeded:
        verdict = reading.outputs(tx, job.address.task, [check]).get(check)
        reasons += [reason_of_verdict(verdict)] if reason_of_verdict(verdict) else []
    return reasons


def why_of(tx: Connection, job: Job, done: Succeeded) -> str:
    """Why what this job found calls for planning the rest anew; empty: it does not."""
    if done.replan:
        return done.replan
    failed_check = "passed" in done.output and reason_of_verdict(done.output)
    return failed_check if failed_check and is_check(tx, job) else ""


def is_check(tx: Connection, job: Job) -> bool:
    """Whether it is the one that its task's plan has check the result."""
    return reading.plan_of(tx, job.address.task).get("check") == job.address.key
