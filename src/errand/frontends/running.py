"""One task from the command line to its end: submit, watch, ask, hand over."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

from errand.domain.errors import InputRefused, StoreAway, StoreUnavailable
from errand.domain.ids import TaskId
from errand.domain.question import QuestionView
from errand.domain.request import Limits
from errand.domain.task import TaskStatus, TaskView
from errand.frontends import results, wording
from errand.frontends.live import View, watching
from errand.frontends.page import excerpt
from errand.frontends.progress import Progress
from errand.frontends.terminal import console, now, say, tell
from errand.service import Installation, Service

LOOK_SECONDS = 0.1
ALIVE_SECONDS = 90.0
"""A worker that has said nothing for so long does not count as working."""
STORE_AWAY_SECONDS = 60.0
"""Whoever watches waits so long for a database that does not answer; the work goes on meanwhile, or after."""

Open = Callable[[], Installation]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `errand run` was given."""

    text: str
    attachments: tuple[Path, ...] = ()
    out: Path | None = None
    limits: Limits = field(default_factory=Limits)
    as_json: bool = False
    priority: int = 0
    parallel: int | None = None

    def submit(self, service: Service) -> TaskId:
        return service.submit(
            self.text, self.attachments, limits=self.limits, priority=self.priority, parallel=self.parallel
        )

    def folder(self, task: TaskId) -> Path:
        return self.out if self.out is not None else default_folder() / task


def default_folder() -> Path:
    return Path("errand-out")


def run_task(open_installation: Open, wanted: Wanted) -> int:
    results.refuse_unusable(wanted.out if wanted.out is not None else default_folder())
    told = console(stderr=True)
    with closing(open_installation()) as installation, installation.locked():
        service, starting = installation.service, starts_work(installation)
        task = wanted.submit(service)
        if installation.works_elsewhere and not somebody_works(service):
            tell(told, f"No worker is there: start one by {starting}.")
        try:
            _tell_what_is_away(installation, told)
            with _ended_like_ctrl_c(), installation.working(only=task) as work:
                view = _to_its_end(service, task, told, work.check)
        except KeyboardInterrupt:
            tell(told, _kept(task, installation))
            return wording.INTERRUPTED
        except StoreUnavailable:
            tell(told, f"Task {task} is kept as far as it came: {starting} goes on with it.")
            raise
        return hand_over(service, view, wanted.folder(task), told, as_json=wanted.as_json)


def watch_task(open_installation: Open, beginning: str, out: Path | None, *, as_json: bool) -> int:
    """Like `run_task`, for a task that another process works on."""
    told = console(stderr=True)
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        if out is not None:
            results.refuse_unusable(out)
        if not service.task(task).status.ended and not somebody_works(service):
            tell(told, f"Nobody works on it at the moment: start {starts_work(installation)}.")
        try:
            view = _to_its_end(service, task, told, _nothing_to_check)
        except KeyboardInterrupt:
            return wording.INTERRUPTED
        if out is not None:
            return hand_over(service, view, out, told, as_json=as_json)
        say(wording.task_sentence(view))
        _say_missing(view, told)
        _say_questions(service, view, told)
        return wording.exit_status(view)


def _tell_what_is_away(installation: Installation, told: Console) -> None:
    if installation.works_elsewhere:
        for each in installation.away():
            tell(told, f"{each} The task waits until then.")


def _kept(task: TaskId, installation: Installation) -> str:
    if installation.works_elsewhere:
        return f"Task {task} goes on: `errand watch {task}` shows how, `errand cancel {task}` ends it."
    return f"Stopped. Task {task} is kept: `errand up` works it off, `errand cancel {task}` ends it."


def starts_work(installation: Installation) -> str:
    """The command that does."""
    return "`errand worker`" if installation.works_elsewhere else "`errand up`"


def somebody_works(service: Service) -> bool:
    at = now()
    return any(
        worker.state not in ("stopped", "lost") and (at - worker.heartbeat).total_seconds() < ALIVE_SECONDS
        for worker in service.workers()
    )


def hand_over(service: Service, view: TaskView, folder: Path, told: Console, *, as_json: bool) -> int:
    """Write the result, say where it is and how it begins. Returns the exit status."""
    written = results.write_result(service, TaskId(view.id), folder)
    if as_json:
        sys.stdout.write(results.to_json(written.record))
        sys.stdout.flush()
    else:
        _say_result(view, written)
    _say_missing(view, told)
    _say_questions(service, view, told)
    return wording.exit_status(view)


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """Somebody's `kill` or time limit ends a run as the keyboard does, in good order."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _to_its_end(service: Service, task: TaskId, told: Console, check: Callable[[], None]) -> TaskView:
    """Watch until the task has ended, or waits for an answer that nobody here can give."""
    progress = Progress()
    while True:
        heading = f"{task}  {wording.line(service.task(task).text, 200)}"
        with watching(progress, heading, told) as view:
            seen = _follow(service, task, progress, view, check)
        if seen.status.ended or not _answered_here(service, task, told):
            return seen


def _follow(
    service: Service, task: TaskId, progress: Progress, view: View, check: Callable[[], None]
) -> TaskView:
    answered = time.monotonic()
    while True:
        check()
        try:
            seen = _look(service, task, progress, view)
            answered = time.monotonic()
        except StoreAway:
            if time.monotonic() - answered > STORE_AWAY_SECONDS:
                raise
        else:
            if seen.status.ended or seen.waiting:
                return seen
        view.refresh()
        time.sleep(LOOK_SECONDS)


def _look(service: Service, task: TaskId, progress: Progress, view: View) -> TaskView:
    seen = service.task(task)  # before the events: once it has ended, all of them are there
    while news := service.events(task, progress.last_number):
        for event in news:
            progress.tell(event)
            if event.type in ("task.planned", "task.replanned"):
                progress.name(service.subtasks(task))
            view.tell(event)
    view.refresh()
    return seen


def _answered_here(service: Service, task: TaskId, told: Console) -> bool:
    """Ask the person at this terminal. False: there is none, or no answer came."""
    if not (sys.stdin.isatty() and told.is_terminal):
        return False
    for asked in service.questions(task):
        answer = _ask(asked, told)
        if answer is None:
            return False
        service.answer(asked.id, answer)
    return True


def _ask(asked: QuestionView, told: Console) -> str | None:
    """None: the person would rather not answer now (Ctrl-D)."""
    *shown, _ = wording.question_lines(asked)
    tell(told, "\n" + "\n".join(shown), "bold")
    while True:
        told.print(Text("> "), end="")
        typed = sys.stdin.readline()
        if not typed:
            told.print()
            return None
        if (answer := wording.read_answer(asked, typed)) is not None:
            return answer
        if typed.strip():
            tell(told, f"Please answer with one of: {wording.choices(asked)}.")


def _say_result(view: TaskView, written: results.Written) -> None:
    out = console()
    tell(out, wording.task_sentence(view), "bold")
    if view.result not in (None, "", [], {}) and (beginning := excerpt(written.page)):
        tell(out, f"\n{beginning}\n")
    folder = results.shown_folder(written.folder)
    tell(out, f"Result: {wording.line(f'{folder}/{results.RESULT}')}")
    if names := results.names_for_a_person(written.files):
        shown = wording.line(f"{folder}/{results.ARTIFACTS}/: {wording.listed(names, 6)}")
        tell(out, f"Files:  {shown}")
    for remark in view.remarks:
        tell(out, f"Note:   {wording.line(remark)}")


def _say_missing(view: TaskView, told: Console) -> None:
    partial = view.status is TaskStatus.PARTIAL
    if view.status is not TaskStatus.SUCCEEDED:
        for each in view.missing:
            tell(told, f"Missing: {wording.line(each)}" if partial else wording.line(each))


def _say_questions(service: Service, view: TaskView, told: Console) -> None:
    if not view.status.ended:
        for asked in service.questions(TaskId(view.id)):
            tell(told, "\n".join(wording.question_lines(asked)))


def _nothing_to_check() -> None:
    """Another process works; what becomes of it is in the store."""


def submit_task(open_installation: Open, wanted: Wanted) -> int:
    """Store a task for whoever works; its id on standard output."""
    with closing(open_installation()) as installation:
        service = installation.service
        task = wanted.submit(service)
        sys.stdout.write(f"{task}\n")
        told = console(stderr=True)
        if somebody_works(service):
            tell(told, f"Submitted: `errand watch {task}` shows how it goes.")
        else:
            starting = starts_work(installation)
            tell(told, f"Submitted: {starting} works on it, `errand watch {task}` shows how it goes.")
        return wording.SUCCEEDED


def answer_question(open_installation: Open, question: str, answer: str) -> int:
    with closing(open_installation()) as installation:
        service = installation.service
        asked = next((each for each in service.questions() if each.id == question), None)
        meant = wording.read_answer(asked, answer) if asked else answer
        if asked and meant is None and answer.strip():
            raise InputRefused(
                f"{wording.line(answer, 80)!r} is not one of the answers: {wording.choices(asked)}."
            )
        service.answer(question, meant or "")
        told = console(stderr=True)
        starting = starts_work(installation)
        tell(told, "Answered." if somebody_works(service) else f"Answered: {starting} goes on with the task.")
        return wording.SUCCEEDED
