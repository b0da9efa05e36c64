"""What waits and runs, and the steps that used up their attempts, as a person or a program reads it."""

from contextlib import closing
from dataclasses import asdict, dataclass

from errand.domain.errors import InputRefused
from errand.domain.ids import TaskId
from errand.domain.queueing import QueueView
from errand.domain.task import Fault, SubtaskStatus
from errand.frontends import wording
from errand.frontends.listing import say_again
from errand.frontends.running import Open, somebody_works, starts_work
from errand.frontends.terminal import say, show_json, show_table
from errand.service import DeadLetter, Service


@dataclass(frozen=True, slots=True)
class Kind:
    """Which dead letters are meant; None: whatever they are."""

    capability: str | None = None
    fault: Fault | None = None

    def refuse_unclear(self, task: str | None, *, every: bool) -> None:
        """Raises InputRefused unless it is said what is meant, in one way."""
        ways = [task is not None, self != Kind(), every]
        if sum(ways) != 1:
            raise InputRefused(
                "Say which dead letters are meant: a TASK, or --capability or --fault, or --all of them."
            )


def show_queues(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        queues = installation.service.queues()
    if as_json:
        show_json([queue_json(each) for each in queues])
    elif not queues:
        say("Nothing waits and nothing runs.")
    else:
        heads = ("capability", "new", "waits", "runs", "for", "later", "started/s", "ended/s", "messages")
        show_table(heads, [_queue_row(each) for each in queues])


def queue_json(view: QueueView) -> dict[str, object]:
    return {"new": view.new, **asdict(view)}


def _queue_row(view: QueueView) -> tuple[str, ...]:
    return (
        view.capability, str(view.new), _age(view.oldest_new_seconds), str(view.pending),
        _age(view.oldest_pending_seconds), str(view.later), f"{view.started_per_second:.1f}",
        f"{view.ended_per_second:.1f}", _messages(view),
    )  # fmt: skip


def _age(seconds: float | None) -> str:
    return "" if seconds is None else wording.duration(seconds)


def _messages(view: QueueView) -> str:
    if view.messages is None:
        return "the broker does not answer"
    differs = f", {view.lost} lost" if view.lost else f", {view.repeated} repeated" if view.repeated else ""
    return f"{view.messages}{differs}"


def list_dead_letters(open_installation: Open, kind: Kind, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        dead = service.dead_letters(capability=kind.capability, fault=kind.fault)
        if as_json:
            show_json([_dead_json(each) for each in service.attempts(dead)])
            return
    if not dead:
        say("There are no dead letters.")
        return
    rows = [
        (each.address.task, each.address.key, each.capability, str(each.attempt), each.fault or "",
         wording.line(each.error, 300))
        for each in dead
    ]  # fmt: skip
    show_table(("task", "step", "capability", "attempts", "fault", "error"), rows)


def show_dead_letter(open_installation: Open, beginning: str, key: str, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        letter = service.dead_letter(task, key)
    if as_json:
        show_json(_dead_json(letter))
        return
    step = letter.step
    say(f"{wording.line(step.title or key)}: {wording.line(step.error)}", "bold")
    say(f"Step {wording.line(key)} of task {task}, {step.capability}, fault: {step.fault}")
    for name, value in step.inputs.items():
        say(f"Input {wording.line(name)}: {wording.line(str(value), 300)}")
    say("")
    rows = [
        (str(each["attempt"]), str(each["worker"]), str(each["started"]), str(each["outcome"] or ""),
         wording.line(str(each["error"] or ""), 300))
        for each in letter.attempts
    ]  # fmt: skip
    show_table(("attempt", "worker", "started", "outcome", "error"), rows)
    if step.detail:
        say("\n" + wording.plain(step.detail))
    say(f"\nTry it again by: errand dead-letters retry {task} {wording.line(key)}")


def retry_dead_letters(open_installation: Open, beginning: str, key: str | None) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        say_again(installation, task, service.retry(task, _dead(service, task, key)))


def retry_all(open_installation: Open, kind: Kind) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        again = service.retry_dead_letters(capability=kind.capability, fault=kind.fault)
        how = "" if somebody_works(service) else f"; {starts_work(installation)} works on them"
    if not again:
        say("There are no such dead letters.")
        return
    steps = wording.number(sum(len(each.keys) for each in again), "step")
    tasks = wording.number(len(again), "task")
    say(f"{steps} of {tasks} run again; what is done stays done{how}.")


def discard_dead_letters(open_installation: Open, beginning: str, key: str | None) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        keys = [key] if key is not None else _dead(service, task, None)
        for each in keys:
            service.discard(task, each)
    names = wording.listed([wording.line(each) for each in keys], 8)
    say(f"{task} {names} was taken off the list of dead letters.")


def discard_all(open_installation: Open, kind: Kind) -> None:
    with closing(open_installation()) as installation:
        gone = installation.service.discard_dead_letters(capability=kind.capability, fault=kind.fault)
    say(f"{wording.number(gone, 'dead letter')} taken off the list.")


def _dead(service: Service, task: TaskId, key: str | None) -> list[str]:
    """Raises InputRefused when there is none."""
    dead: list[str] = [
        each.address.key
        for each in service.subtasks(task)
        if each.status is SubtaskStatus.DEAD and key in (None, each.address.key)
    ]
    if not dead:
        said = f"Step {wording.line(key)} of task {task} is no" if key else f"Task {task} has no"
        raise InputRefused(f"{said} dead letter; `errand dead-letters list` lists them.")
    return dead


def _dead_json(letter: DeadLetter) -> dict[str, object]:
    step = letter.step
    return {
        "task": step.address.task, "key": step.address.key, "capability": step.capability,
        "title": step.title, "attempts": step.attempt, "ended": step.ended, "fault": step.fault,
        "error": step.error, "detail": step.detail, "inputs": step.inputs, "tried": letter.attempts,
    }  # fmt: skip
