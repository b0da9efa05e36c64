"""Tasks, subtasks and jobs, and what may become of them. Decisions only: the engine acts on them.

The states are drawn in docs/states.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from errand.domain.ids import SubtaskAddress, TaskId, WorkerId
from errand.domain.json import Json, JsonObject
from errand.domain.plan import Plan
from errand.domain.question import Question
from errand.domain.tree import Changes

PLAN = "plan"
"""The capability, and the key of the subtask, that every task begins with."""
PLAN_ANEW = "Plan the rest anew"
"""What the later subtasks `plan-2`, `plan-3` … are called."""


class TaskStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in (TaskStatus.QUEUED, TaskStatus.RUNNING)


class SubtaskStatus(StrEnum):
    PENDING = "pending"
    """Waits for other subtasks."""
    READY = "ready"
    """May be claimed, from its `ready_at` on."""
    RUNNING = "running"
    WAITING = "waiting"
    """Waits for a person."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Trying again would not help."""
    DEAD = "dead"
    """Used up its attempts; a dead letter until a person retries or discards it."""
    SKIPPED = "skipped"
    """Something that it needed did not succeed."""
    REPLACED = "replaced"
    """It had not begun when a later revision of the plan went on without it."""
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in ENDED


ENDED = frozenset(
    {
        SubtaskStatus.SUCCEEDED,
        SubtaskStatus.FAILED,
        SubtaskStatus.DEAD,
        SubtaskStatus.SKIPPED,
        SubtaskStatus.REPLACED,
        SubtaskStatus.CANCELLED,
    }
)


class Fault(StrEnum):
    """Who must act on a failure."""

    INPUT = "input"
    """The person: the request or an attachment can not be used. Not tried again."""
    SETUP = "setup"
    """Whoever runs Errand: something is missing here. Not tried again."""
    TRANSIENT = "transient"
    """Nobody: tried again."""
    DEFECT = "defect"
    """Us: a capability broke its promise. Tried again, since most such faults depend on the moment."""
    CRASHED = "crashed"
    """Us: the process that carried it out died under it, of a crash or for want of memory. Tried again."""
    LOST = "lost"
    """Nobody: the worker disappeared, and this may be why. Tried again."""
    SWEPT = "swept"
    """Nobody: the worker disappeared at a time when others did that did not run it. Tried again."""
    BUSY = "busy"
    """Nobody: a service outside is busy or can not be reached. Tried again at its time."""
    LIMIT = "limit"
    """The person: money, tokens, calls or time are used up. Not tried again."""

    @property
    def worth_retrying(self) -> bool:
        return self in (Fault.TRANSIENT, Fault.DEFECT, Fault.CRASHED) or self.is_no_strike

    @property
    def is_no_strike(self) -> bool:
        """It says nothing of the work, so it is not one of the attempts; it has a bound of its own."""
        return self.is_loss or self is Fault.BUSY

    @property
    def is_loss(self) -> bool:
        return self in (Fault.LOST, Fault.SWEPT)


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at a subtask by one worker, as it was claimed."""

    address: SubtaskAddress
    capability: str
    inputs: JsonObject
    attempt: int
    max_attempts: int
    optional: bool
    worker: WorkerId
    started: datetime


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """An artifact that a job made, and what its content is (`document`, `report`)."""

    name: str
    kind: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Succeeded:
    output: JsonObject
    artifacts: tuple[StoredArtifact, ...] = ()
    used: tuple[str, ...] = ()
    """Hashes of the artifacts that it read, in the order of reading."""
    plan: Plan | None = None
    """The output of a `plan` subtask: the other subtasks."""
    replan: str = ""
    """Why the rest of the plan should be made anew, now that this is known; empty: it stands."""
    files: Changes = field(default_factory=dict)
    """What it changed in the workspace, as far as that is not recorded."""


@dataclass(frozen=True, slots=True)
class Failed:
    error: str
    """A sentence for the person."""
    fault: Fault
    retry_after_seconds: float | None = None
    detail: str = ""
    """For the log and the dead letter: a traceback."""


@dataclass(frozen=True, slots=True)
class Asked:
    question: Question


Outcome = Succeeded | Failed | Asked


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A subtask that did not succeed, and why."""

    key: str
    title: str
    status: SubtaskStatus
    optional: bool
    error: str
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Ending:
    status: TaskStatus
    missing: tuple[str, ...] = ()
    """Sentences: what is not there, and why. Empty when the task succeeded."""
    fault: Fault | None = None


def ending(
    *,
    shortfalls: Sequence[Shortfall],
    verdict: Mapping[str, Json] | None,
    has_result: bool,
    check: str = "",
    not_covered: Sequence[str] = (),
    limit_reached: str = "",
    not_replanned: Sequence[str] = (),
) -> Ending:
    """How a task ends whose subtasks have all ended.

    `check` is the key of the plan's checking step and `verdict` its output, empty when it gave none, None
    when the plan has none. `not_covered` are the parts of the request that the plan does nothing about;
    `not_replanned` says why the rest could not be planned anew although something called for it. A task
    succeeds only when nothing fell short, its result exists, and the check passed. At a limit it ends with
    what is there; so it does when all that failed is the check.
    """
    found = (*_found_by_check(verdict), *not_covered)
    if limit_reached:
        return Ending(TaskStatus.PARTIAL, (*_at_the_limit(shortfalls, limit_reached), *found), Fault.LIMIT)
    broken = [s for s in shortfalls if not s.optional and s.status is not SubtaskStatus.SKIPPED]
    skipped = [s for s in shortfalls if not s.optional and s.status is SubtaskStatus.SKIPPED]
    if any(s.status is SubtaskStatus.CANCELLED for s in shortfalls):
        return Ending(TaskStatus.CANCELLED, ("It was cancelled.",))
    if any(s.fault is Fault.LIMIT for s in shortfalls):
        return Ending(TaskStatus.PARTIAL, (*_at_the_limit(shortfalls), *found), Fault.LIMIT)
    only_unchecked = has_result and not skipped and all(s.key == check for s in broken)
    if (broken or skipped) and not only_unchecked:
        said = (*_sentences(broken or skipped), *not_replanned)
        return Ending(TaskStatus.FAILED, said, (broken or skipped)[0].fault)
    missing = [*_sentences(shortfalls), *found]
    if verdict is not None and not verdict:
        missing.append("The result was not checked.")
    if not has_result:
        missing.append("The plan was carried out, but no result came of it.")
    missing += not_replanned
    return Ending(TaskStatus.PARTIAL if missing else TaskStatus.SUCCEEDED, tuple(missing))


def _found_by_check(verdict: Mapping[str, Json] | None) -> Iterator[str]:
    """Nothing when it passed the result, or did not look at it."""
    if not verdict or verdict.get("passed") is True:
        return
    faults = verdict.get("faults")
    if isinstance(faults, list) and faults:
        yield from (f"The check of the result found: {fault}" for fault in faults)
    else:
        yield "The check did not pass the result."


def _at_the_limit(shortfalls: Sequence[Shortfall], reached: str = "") -> Iterator[str]:
    """The limit first, then what was not done because of it, then what else went wrong: where something did,
    what was skipped may have needed that."""
    limited = [s for s in shortfalls if s.fault is Fault.LIMIT]
    skipped = [s for s in shortfalls if s.status is SubtaskStatus.SKIPPED]
    others = [s for s in shortfalls if s not in limited and s not in skipped]
    yield from dict.fromkeys(filter(None, (reached, *(s.error for s in limited))))
    if left := limited if others else [*limited, *skipped]:
        yield f"Not done because of it: {', '.join(s.title or s.key for s in left)}."
    yield from _sentences([*others, *skipped] if others else [])


def _sentences(shortfalls: Sequence[Shortfall]) -> tuple[str, ...]:
    return tuple(f"{s.title or s.key}: {s.error or s.status.value}" for s in shortfalls)


@dataclass(frozen=True, slots=True)
class SubtaskView:
    """A subtask as a person may see it."""

    address: SubtaskAddress
    capability: str
    title: str
    status: SubtaskStatus
    attempt: int
    max_attempts: int
    optional: bool
    score: float
    because: str
    inputs: JsonObject
    needs: tuple[str, ...]
    worker: str | None
    ready_at: datetime | None
    started: datetime | None
    ended: datetime | None
    output: JsonObject | None
    error: str
    fault: Fault | None
    detail: str = ""
    revision: int = 1
    """Of the plan that brought it."""
    superseded: bool = False
    """It did not succeed, and a later revision of the plan does its work in another way."""
    held_up: str = ""
    """Why it waits although it is ready, a sentence: no worker offers its capability."""

    @property
    def is_gone(self) -> bool:
        """The plan goes on without it."""
        return self.superseded or self.status is SubtaskStatus.REPLACED


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as a person may see it, without its subtasks."""

    id: TaskId
    text: str
    principal: str
    origin: str
    status: TaskStatus
    waiting: bool
    """Every runnable subtask waits for a person."""
    created: datetime
    ended: datetime | None
    missing: tuple[str, ...]
    fault: Fault | None
    open: int
    total: int
    made_by: str
    score: float
    remarks: tuple[str, ...]
    result: Json
    attachments: tuple[JsonObject, ...] = field(default=())
    limits: JsonObject = field(default_factory=dict)
    revision: int = 1
    """Of the plan."""
    held_up: str = ""
    """Why something of it waits although it is ready, a sentence."""

    @property
    def shown_status(self) -> str:
        return "waiting" if self.waiting and not self.status.ended else self.status.value
