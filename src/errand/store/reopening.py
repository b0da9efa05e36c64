"""What a person has done again: what did not succeed, or the planning of the rest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from errand.domain.errors import InputRefused, NotFound
from errand.domain.event import EventType
from errand.domain.ids import SubtaskAddress, TaskId
from errand.domain.request import Limits
from errand.domain.retrying import restart
from errand.domain.task import TaskView
from errand.store import changes, reading, replanning, state
from errand.store.state import News


def retry(
    tx: Connection, task_id: TaskId, keys: Sequence[str], *, now: datetime, resend: datetime
) -> tuple[list[str], list[tuple[SubtaskAddress, str]]]:
    """The keys that will run, and what is ready. Raises as `Engine.retry`."""
    view = view_of(tx, task_id)
    subtasks = reading.subtask_views(tx, task_id)
    plan = restart(subtasks, keys)
    if not plan.again:
        raise InputRefused(
            f"Task {task_id} has nothing to retry: nothing of it failed. Name a subtask to run that again."
        )
    changes.restart(tx, task_id, plan, now=now, resend=resend)
    changes.withdraw_questions(tx, task_id, sorted(plan.ask_again))
    changes.supersede(tx, task_id, sorted(plan.overtaken))
    reopened = sum(each.status.ended for each in subtasks if each.address.key in plan.again)
    _reopen(tx, view, now)
    ready = [(each.address, each.capability) for each in subtasks if each.address.key in plan.ready]
    news = [News(EventType.TASK_RETRIED, data={"subtasks": [*sorted(plan.again)]})]
    news += [News(EventType.SUBTASK_READY, address.key) for address, _ in ready]
    state.advance(tx, task_id, news, now=now, opened=reopened)
    return [each.address.key for each in subtasks if each.address.key in plan.again], ready


def replan(tx: Connection, task_id: TaskId, why: str, *, now: datetime, resend: datetime) -> str:
    """The key of the subtask that will plan the rest anew. Raises as `Engine.replan`."""
    view = view_of(tx, task_id)
    if not reading.plan_of(tx, task_id):
        raise InputRefused(f"Task {task_id} has no plan yet: wait for it, or retry the task.")
    key = replanning.ask(tx, task_id, why, now=now, resend=resend, most=None)
    if key is None:
        raise InputRefused(f"Task {task_id} is being planned anew already: wait for that.")
    if view.status.ended:
        _reopen(tx, view, now)
        news = [News(EventType.TASK_RETRIED, data={"subtasks": [key]}), News(EventType.SUBTASK_READY, key)]
        state.advance(tx, task_id, news, now=now)
    return key


def _reopen(tx: Connection, view: TaskView, now: datetime) -> None:
    """Its time begins anew when it had ended, and goes on when it had not."""
    changes.reopen(tx, view.id)
    wall = Limits(**view.limits).wall_seconds  # type: ignore[arg-type]  # as rows.task_row wrote it
    if view.status.ended and wall is not None:
        changes.update_task(tx, view.id, deadline=now + timedelta(seconds=wall))


def view_of(tx: Connection, task_id: TaskId) -> TaskView:
    """Raises NotFound when there is no such task."""
    view = reading.task_view(tx, task_id)
    if view is None:
        raise NotFound(f"There is no task {task_id}; `errand tasks` lists them.")
    return view
