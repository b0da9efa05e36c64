"""How a task that is over gets its end: loads what the decision needs, asks it, writes the answer."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from errand.domain.event import EventType
from errand.domain.ids import TaskId
from errand.domain.json import Json
from errand.domain.plan import Reference
from errand.domain.resolving import look_up
from errand.domain.task import PLAN, Fault, Shortfall, SubtaskStatus, ending
from errand.store import changes, reading, reserving, state
from errand.store.state import News

_NOTHING: tuple[Json, ...] = (None, "", [], {})


def end_task(tx: Connection, task_id: TaskId, now: datetime, limit_reached: str = "") -> None:
    """All its subtasks have ended. `limit_reached`: for the person, when the limit on its time ended them."""
    plan = reading.plan_of(tx, task_id)
    reserving.lose(tx, task_id)
    result = _result(tx, task_id, plan)
    check, not_covered = plan.get("check"), plan.get("not_covered")
    verdict = reading.outputs(tx, task_id, [check]).get(check) if isinstance(check, str) else None
    shortfalls = reading.shortfalls(tx, task_id)
    replans = [each for each in shortfalls if _came_to_nothing(each)]
    how = ending(
        shortfalls=[each for each in shortfalls if each not in replans],
        verdict=verdict if isinstance(verdict, dict) else ({} if check else None),
        has_result=result not in _NOTHING,
        check=check if isinstance(check, str) else "",
        not_covered=[str(part) for part in not_covered] if isinstance(not_covered, list) else [],
        limit_reached=limit_reached,
        not_replanned=[f"The rest could not be planned anew: {each.error}" for each in replans],
    )
    if how.fault is Fault.LIMIT and result in _NOTHING:
        result = reading.furthest_outputs(tx, task_id)
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


def _came_to_nothing(each: Shortfall) -> bool:
    """A subtask that was to plan anew and failed: the task ends as it would have without it, and says so."""
    failed = each.status in (SubtaskStatus.FAILED, SubtaskStatus.DEAD)
    return each.key.startswith(f"{PLAN}-") and failed and each.fault is not Fault.LIMIT


def _result(tx: Connection, task_id: TaskId, plan: Mapping[str, Json]) -> Json:
    named = plan.get("result")
    if not isinstance(named, str):
        return reading.last_output(tx, task_id) if plan else None
    reference = Reference.parse(named)
    return look_up(reference, reading.outputs(tx, task_id, [reference.step]), {})
