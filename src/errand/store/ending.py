"""How a task that is over gets its end: loads what the decision needs, asks it, writes the answer."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from errand.domain.event import EventType
from errand.domain.ids import TaskId
from errand.domain.json import Json
from errand.domain.plan import Reference
from errand.domain.resolving import look_up
from errand.domain.task import ending
from errand.store import changes, reading, state
from errand.store.state import News


def end_task(tx: Connection, task_id: TaskId, now: datetime, limit_reached: str = "") -> None:
    """All its subtasks have ended. `limit_reached`: the sentence for the person when a limit ended them."""
    plan = reading.plan_of(tx, task_id)
    result = _result(tx, task_id, plan)
    check, not_covered = plan.get("check"), plan.get("not_covered")
    verdict = reading.outputs(tx, task_id, [check]).get(check) if isinstance(check, str) else None
    how = ending(
        shortfalls=reading.shortfalls(tx, task_id),
        verdict=verdict if isinstance(verdict, dict) else ({} if check else None),
        has_result=result not in (None, "", [], {}),
        not_covered=[str(part) for part in not_covered] if isinstance(not_covered, list) else [],
        limit_reached=limit_reached,
    )
    changes.update_task(
        tx,
        task_id,
        status=how.status,
        ended=now,
        result=result,
        missing=list(how.missing),
        fault=how.fault,
    )
    news = News(EventType(f"task.{how.status}"), data={"missing": list(how.missing)})
    state.advance(tx, task_id, [news], now=now)


def _result(tx: Connection, task_id: TaskId, plan: Mapping[str, Json]) -> Json:
    named = plan.get("result")
    if not isinstance(named, str):
        return reading.last_output(tx, task_id) if plan else None
    reference = Reference.parse(named)
    return look_up(reference, reading.outputs(tx, task_id, [reference.step]), {})
