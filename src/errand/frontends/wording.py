"""What statuses, times, sizes and events are called when a person reads them; shared by every frontend.

Text that came from a person or a file passes through `plain` or `line` before it reaches a screen.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from errand.domain.event import Event, EventType
from errand.domain.json import Json
from errand.domain.question import QuestionKind, QuestionView
from errand.domain.task import Fault, SubtaskStatus, SubtaskView, TaskStatus, TaskView
from errand.domain.worker import Performance

SUCCEEDED, FAILED, BAD_INPUT, ANSWER_NEEDED, PARTIAL, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit statuses; others rely on them."""

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # ECMA-48: a control sequence
    r"|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # a string: title, hyperlink
    r"|[ -/]*[0-~])?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Without what would steer a terminal or turn the direction of writing; line breaks stay."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _CONTROL.sub("", _SEQUENCE.sub("", unified))


def line(text: str, longest: int = 0) -> str:
    """In one line; with an ellipsis when it is longer than so many characters (0: as long as it is)."""
    joined = " ".join(plain(text).split())
    return joined if not longest or len(joined) <= longest else joined[: longest - 1].rstrip() + "…"


def duration(seconds: float) -> str:
    seconds = max(seconds, 0.0)
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    if seconds < 3599.5:
        return f"{int(seconds + 0.5) // 60} min {int(seconds + 0.5) % 60:02} s"
    minutes = int(seconds / 60 + 0.5)
    return f"{minutes // 60} h {minutes % 60:02} min"


def between(start: datetime | None, end: datetime | None) -> str:
    return "" if start is None or end is None else duration((end - start).total_seconds())


def ago(moment: datetime, now: datetime) -> str:
    seconds = (now - moment).total_seconds()
    if seconds < 5:
        return "now"
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} ago"
    return f"{int(seconds)} s ago"


def size(count: int) -> str:
    """Bytes, in decimal units."""
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"
    return f"{amount / 1000:.1f} TB"


def performance(of: Performance) -> str:
    """`98% of 1,200 succeeded, half of them within 0.2 s`"""
    within = "" if of.median_seconds is None else f", half of them within {duration(of.median_seconds)}"
    return f"{of.success_rate:.0%} of {of.jobs:,} succeeded{within}"


def number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """`a, b and 3 more`."""
    shown, left = names[:most], len(names) - most
    return ", ".join(shown) + (f" and {left} more" if left > 0 else "")


MARKS = {
    SubtaskStatus.PENDING: "·",
    SubtaskStatus.READY: "·",
    SubtaskStatus.RUNNING: "▸",
    SubtaskStatus.WAITING: "?",
    SubtaskStatus.SUCCEEDED: "✓",
    SubtaskStatus.FAILED: "✗",
    SubtaskStatus.DEAD: "✗",
    SubtaskStatus.SKIPPED: "-",
    SubtaskStatus.REPLACED: "-",
    SubtaskStatus.CANCELLED: "-",
}


def step_remark(step: SubtaskView) -> str:
    """Why it did not succeed, or why that does not matter any more."""
    if step.superseded:
        return f"made up for by a later revision of the plan; it had ended so: {step.error or step.status}"
    return step.held_up or step.error


_ENDINGS = {
    TaskStatus.SUCCEEDED: "succeeded",
    TaskStatus.PARTIAL: "ended with a partial result",
    TaskStatus.FAILED: "failed",
    TaskStatus.CANCELLED: "was cancelled",
}


def task_sentence(task: TaskView) -> str:
    """`Task k3jx9 succeeded in 6.2 s.`"""
    if ended := _ENDINGS.get(task.status):
        after = between(task.created, task.ended)
        return f"Task {task.id} {ended} after {after}." if after else f"Task {task.id} {ended}."
    if task.waiting:
        return f"Task {task.id} waits for an answer."
    if task.held_up:
        return f"Task {task.id} waits. {task.held_up}"
    return f"Task {task.id} is {task.status}: {task.total - task.open} of {task.total} steps are done."


def exit_status(task: TaskView) -> int:
    if task.status is TaskStatus.SUCCEEDED:
        return SUCCEEDED
    if task.status is TaskStatus.PARTIAL:
        return PARTIAL
    if not task.status.ended:
        return ANSWER_NEEDED if task.waiting else SUCCEEDED
    return BAD_INPUT if task.fault in (Fault.INPUT, Fault.SETUP) else FAILED


def question_lines(asked: QuestionView) -> list[str]:
    """The question, what may be answered, and how."""
    offered = [f"  {n}. {line(choice)}" for n, choice in enumerate(asked.question.choices, start=1)]
    example = asked.question.choices[0] if asked.question.choices else "…"
    return [plain(asked.question.text), *offered, f'Answer it by: errand answer {asked.id} "{line(example)}"']


def choices(asked: QuestionView) -> str:
    return ", ".join(map(line, asked.question.choices))


def read_answer(asked: QuestionView, typed: str) -> str | None:
    """What was meant by what was typed: a choice by its number or its words. None: not one of the choices."""
    answer = typed.strip()
    offered = asked.question.choices
    if asked.question.kind is QuestionKind.OPEN or not offered:
        return answer or None
    if answer.isdecimal() and answer not in offered and 1 <= int(answer) <= len(offered):
        return offered[int(answer) - 1]
    same = [c for c in offered if c.casefold() == answer.casefold()]
    begun = [c for c in offered if answer and c.casefold().startswith(answer.casefold())]
    found = same or begun
    return found[0] if len(found) == 1 else None


def event_sentence(event: Event, title: str) -> str:
    """What happened, in words. `title`: of the subtask that it is about."""
    said = _SENTENCES.get(event.type, event.type.value)
    if event.type is EventType.SUBTASK_STARTED and _number(event.data.get("attempt")) > 1:
        said = "started again: {title}, attempt {attempt}, on {worker}"
    if event.type is EventType.SUBTASK_READY and event.data.get("why"):
        said = "to be planned anew, because: {why}"
    if event.type is EventType.SUBTASK_PROGRESS and event.data.get("fraction") is not None:
        said += f" ({_number(event.data['fraction']):.0%})"
    values = {name: _shown(value) for name, value in event.data.items()}
    if event.type in (EventType.TASK_PLANNED, EventType.TASK_REPLANNED):
        values["steps"] = number(int(_number(event.data.get("steps"))), "step")
    if event.type is EventType.SUBTASK_RETRY and (again := event.data.get("again_at")):
        values["pause"] = f" in {between(event.time, datetime.fromisoformat(str(again)))}"
    return said.format_map(_Known(values, title=line(title)))


_SENTENCES = {
    EventType.TASK_SUBMITTED: "submitted: {text}",
    EventType.TASK_STARTED: "planning",
    EventType.TASK_PLANNED: "planned: {steps} by {made_by}",
    EventType.TASK_REPLANNED: "planned anew: {steps} by {made_by}, because: {why}",
    EventType.TASK_RETRIED: "tried again: {subtasks}",
    EventType.TASK_SUCCEEDED: "the task succeeded",
    EventType.TASK_PARTIAL: "the task ended with a partial result: {missing}",
    EventType.TASK_FAILED: "the task failed: {missing}",
    EventType.TASK_CANCELLED: "the task was cancelled",
    EventType.SUBTASK_READY: "ready: {title}",
    EventType.SUBTASK_STARTED: "started: {title}, on {worker}",
    EventType.SUBTASK_HEDGED: "started once more, on {worker}, since it takes long: {title}",
    EventType.SUBTASK_PROGRESS: "{title}: {message}",
    EventType.SUBTASK_SUCCEEDED: "done: {title}",
    EventType.SUBTASK_RETRY: "to be tried again{pause}: {title}: {error}",
    EventType.SUBTASK_RESCUED: "taken back from a worker that disappeared: {title}",
    EventType.SUBTASK_HANDED_BACK: "handed back by a worker that stops: {title}",
    EventType.SUBTASK_UNOFFERED: "waits: {title}: {error}",
    EventType.SUBTASK_FAILED: "failed: {title}: {error}",
    EventType.SUBTASK_DEAD: "gave up after {attempt} attempts: {title}: {error}",
    EventType.SUBTASK_SKIPPED: "skipped: {title}",
    EventType.SUBTASK_REPLACED: "not done, the plan goes on without it: {title}",
    EventType.SUBTASK_CANCELLED: "cancelled: {title}",
    EventType.SUBTASK_ASKED: "asks: {text}",
    EventType.SUBTASK_ANSWERED: "answered by {by}",
    EventType.SUBTASK_DISCARDED: "discarded: {title}",
}


class _Known(dict[str, str]):
    """What a sentence names; what an event does not hold is left empty."""

    def __init__(self, values: dict[str, str], *, title: str) -> None:
        super().__init__(values, title=title)

    def __missing__(self, name: str) -> str:
        return ""


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return line("; ".join(str(each) for each in value), 300)
    return line(str(value), 300)


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
