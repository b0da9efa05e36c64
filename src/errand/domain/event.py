"""Facts about a task, numbered, never changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from errand.domain.ids import TaskId
from errand.domain.json import JsonObject


class EventType(StrEnum):
    TASK_SUBMITTED = "task.submitted"
    TASK_STARTED = "task.started"
    TASK_PLANNED = "task.planned"
    TASK_REPLANNED = "task.replanned"
    """A later revision of the plan: what it adds, drops and supersedes."""
    TASK_RETRIED = "task.retried"
    TASK_SUCCEEDED = "task.succeeded"
    TASK_PARTIAL = "task.partial"
    TASK_FAILED = "task.failed"
    TASK_CANCELLED = "task.cancelled"
    SUBTASK_READY = "subtask.ready"
    SUBTASK_STARTED = "subtask.started"
    SUBTASK_HEDGED = "subtask.hedged"
    """It takes much longer than others of its kind, and is done by another worker at the same time."""
    SUBTASK_PROGRESS = "subtask.progress"
    SUBTASK_TURN = "subtask.turn"
    """An agent finished a turn: which model answered, with how many tokens, what it wants to do."""
    SUBTASK_TOOL = "subtask.tool"
    """An agent called a tool: which, with what, and how that ended."""
    SUBTASK_SUCCEEDED = "subtask.succeeded"
    SUBTASK_RETRY = "subtask.retry"
    """An attempt failed; there will be another."""
    SUBTASK_RESCUED = "subtask.rescued"
    """Its worker disappeared; it is ready again."""
    SUBTASK_HANDED_BACK = "subtask.handed_back"
    """Its worker was told to stop before it was done; it is ready again, as if this attempt had not been."""
    SUBTASK_UNOFFERED = "subtask.unoffered"
    """It is ready, and no worker that lives offers its capability."""
    SUBTASK_FAILED = "subtask.failed"
    SUBTASK_DEAD = "subtask.dead"
    SUBTASK_SKIPPED = "subtask.skipped"
    SUBTASK_REPLACED = "subtask.replaced"
    """A later revision of the plan goes on without it; it never ran."""
    SUBTASK_CANCELLED = "subtask.cancelled"
    SUBTASK_ASKED = "subtask.asked"
    SUBTASK_ANSWERED = "subtask.answered"
    SUBTASK_DISCARDED = "subtask.discarded"


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    """Within its task, from 1, without gaps."""
    task: TaskId
    subtask: str | None
    type: EventType
    data: JsonObject
    time: datetime
