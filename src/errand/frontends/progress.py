"""What is known of a task under way, from its events alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from errand.domain.event import Event, EventType
from errand.domain.json import Json
from errand.domain.plan import is_reserved
from errand.domain.task import PLAN, PLAN_ANEW, SubtaskStatus, SubtaskView

_BECOMES = {
    EventType.SUBTASK_READY: SubtaskStatus.READY,
    EventType.SUBTASK_STARTED: SubtaskStatus.RUNNING,
    EventType.SUBTASK_SUCCEEDED: SubtaskStatus.SUCCEEDED,
    EventType.SUBTASK_RETRY: SubtaskStatus.READY,
    EventType.SUBTASK_RESCUED: SubtaskStatus.READY,
    EventType.SUBTASK_HANDED_BACK: SubtaskStatus.READY,
    EventType.SUBTASK_FAILED: SubtaskStatus.FAILED,
    EventType.SUBTASK_DEAD: SubtaskStatus.DEAD,
    EventType.SUBTASK_SKIPPED: SubtaskStatus.SKIPPED,
    EventType.SUBTASK_REPLACED: SubtaskStatus.REPLACED,
    EventType.SUBTASK_CANCELLED: SubtaskStatus.CANCELLED,
    EventType.SUBTASK_ASKED: SubtaskStatus.WAITING,
    EventType.SUBTASK_ANSWERED: SubtaskStatus.READY,
}


@dataclass(slots=True)
class Row:
    """One subtask, as it was left by the last event about it."""

    key: str
    title: str
    capability: str = ""
    status: SubtaskStatus = SubtaskStatus.PENDING
    worker: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    message: str = ""
    fraction: float | None = None
    why: str = ""
    """Of one that plans the rest anew: what called for it."""
    gone: bool = False
    """It did not succeed, and a later revision of the plan makes up for it."""


@dataclass
class Progress:
    """Lives as long as somebody watches a task. Events are told in their order, each once."""

    rows: dict[str, Row] = field(default_factory=lambda: {PLAN: Row(PLAN, "Plan the work", PLAN)})
    begun: datetime | None = None
    last_number: int = 0

    def name(self, subtasks: Iterable[SubtaskView]) -> None:
        """Tell what the subtasks of a plan are called; what became of them is told by events."""
        for each in subtasks:
            key = each.address.key
            row = self.rows.setdefault(key, Row(key, key))
            row.title, row.capability = each.title or each.capability, each.capability

    def tell(self, event: Event) -> None:
        self.last_number = event.number
        self.begun = self.begun or event.time
        if event.type is EventType.TASK_RETRIED:
            self._restart(event.data.get("subtasks"))
        if event.type is EventType.TASK_REPLANNED:
            self._supersede(event.data.get("superseded"))
        if event.subtask is not None:
            self._change(self.rows.setdefault(event.subtask, _unknown(event.subtask)), event)

    def title(self, key: str | None) -> str:
        row = self.rows.get(key or "")
        return row.title if row else key or ""

    @property
    def done(self) -> int:
        return sum(row.status.ended for row in self.rows.values())

    def _change(self, row: Row, event: Event) -> None:
        if event.type is EventType.SUBTASK_PROGRESS:
            row.message = str(event.data.get("message") or "")
            fraction = event.data.get("fraction")
            row.fraction = float(fraction) if isinstance(fraction, int | float) else None
            return
        row.status = _BECOMES.get(event.type, row.status)
        row.fraction = None
        if event.type is EventType.SUBTASK_STARTED:
            row.started, row.ended, row.message = event.time, None, row.why
            row.worker = str(event.data.get("worker") or "")
        elif row.status.ended or row.status is SubtaskStatus.WAITING:
            row.ended = event.time
        if why := event.data.get("why") if event.type is EventType.SUBTASK_READY else None:
            row.why = row.message = str(why)
        if said := event.data.get("error") or event.data.get("text"):
            row.message = str(said)

    def _supersede(self, keys: Json) -> None:
        for key in keys if isinstance(keys, list) else []:
            if row := self.rows.get(str(key)):
                row.gone = True

    def _restart(self, keys: Json) -> None:
        for key in keys if isinstance(keys, list) else []:
            if row := self.rows.get(str(key)):
                row.status, row.started, row.ended, row.message = SubtaskStatus.PENDING, None, None, ""


def _unknown(key: str) -> Row:
    """A plan names its steps once it is there; who plans anew comes before."""
    return Row(key, PLAN_ANEW, PLAN) if is_reserved(key) else Row(key, key)
