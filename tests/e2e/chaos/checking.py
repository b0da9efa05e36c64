"""What must hold when a chaos run is over, whatever happened in it; each fault is a sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from errand.domain.task import SubtaskStatus, TaskStatus
from errand.store.database import Database
from errand.store.tables import dependency, event, job, subtask, task
from tests.e2e.chaos.plans import needs_of, result_of

MOST_SHOWN = 5
"""Of the same kind of fault."""


def faults_of(database: Database, taken: Mapping[str, str], done: Sequence[str]) -> list[str]:
    """`taken`: ids of tasks that were taken, with their texts. `done`: what was done outside, in order, as
    `task step`."""
    with database.read() as tx:
        tasks = {row.id: row for row in tx.execute(select(task))}
        return [
            *_shortened(f"{each} was taken and is not there" for each in taken if each not in tasks),
            *_shortened(_of_task(row) for row in tasks.values() if _of_task(row)),
            *_shortened(_of_subtasks(tx)),
            *_shortened(_of_jobs(tx)),
            *_shortened(_of_events(tx, tasks)),
            *_shortened(_of_effects(tx, tasks, done)),
        ]


def story_of(database: Database, address: str) -> str:
    """All that the store knows of a task, or of `task step`."""
    of_task, _, step = address.partition(" ")
    with database.read() as tx:
        jobs = tx.execute(select(job).where(job.c.task == of_task).order_by(job.c.started)).all()
        events = tx.execute(select(event).where(event.c.task == of_task).order_by(event.c.number)).all()
        rows = tx.execute(select(subtask).where(subtask.c.task == of_task).order_by(subtask.c.position)).all()
    lines = [
        *(f"{r.key} {r.status} {r.attempt} by {r.worker} until {r.lease_until}: {r.error}" for r in rows),
        *(f"job {r.subtask}.{r.attempt} {r.worker} {r.started} {r.ended} {r.outcome}" for r in jobs),
        *(f"{r.number} {r.time} {r.type} {r.subtask or ''} {r.data}" for r in events),
    ]  # fmt: skip
    return "\n".join(each for each in lines if not step or step in each)


def _of_task(row: Row[Any]) -> str:
    wanted: tuple[object, ...] = (TaskStatus.SUCCEEDED, 0, _subtasks(row.text), [], result_of(row.text))
    had = (row.status, row.open, row.total, row.missing, _number(row.result))
    return "" if wanted == had else f"{row.id}: status, open, total, missing, result are {had}, not {wanted}"


def _subtasks(text: str) -> int:
    """With the one that plans."""
    return len(needs_of(text)) + 1


def _number(result: object) -> object:
    return int(result) if isinstance(result, str) and result.isdigit() else result


def _of_subtasks(tx: Connection) -> Iterator[str]:
    unfit = (subtask.c.status != SubtaskStatus.SUCCEEDED) | (subtask.c.unmet != 0)
    for row in tx.execute(select(subtask).where(unfit)):
        yield f"{row.task} {row.key} is {row.status}, needs {row.unmet}: {row.error}"


def _of_jobs(tx: Connection) -> Iterator[str]:
    """Each attempt has ended, and exactly one of each subtask by its success."""
    for row in tx.execute(select(job).where(job.c.ended.is_(None))):
        yield f"{row.task} {row.subtask}: attempt {row.attempt} by {row.worker} has no end"
    well = func.count().filter(job.c.outcome == SubtaskStatus.SUCCEEDED)
    counted = select(job.c.task, job.c.subtask, well.label("well")).group_by(job.c.task, job.c.subtask)
    for row in tx.execute(counted.having(well != 1)):
        yield f"{row.task} {row.subtask}: {row.well} attempts succeeded"


def _of_events(tx: Connection, tasks: Mapping[str, Row[Any]]) -> Iterator[str]:
    """Numbered from 1 without a gap; each attempt began once, each subtask succeeded once."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    told: Counter[tuple[str, str]] = Counter()
    for row in tx.execute(select(event.c.task, event.c.number, event.c.type).order_by(event.c.number)):
        numbers[row.task].append(row.number)
        told[row.task, row.type] += 1
    by_task = tx.execute(select(job.c.task, func.count().label("jobs")).group_by(job.c.task))
    jobs: dict[str, int] = {each.task: each.jobs for each in by_task}
    for each, known in tasks.items():
        if numbers[each] != list(range(1, known.last_event + 1)):
            yield f"{each}: its events are numbered {numbers[each]}, and the last one is {known.last_event}"
        if told[each, "subtask.succeeded"] != _subtasks(known.text):
            yield f"{each}: {told[each, 'subtask.succeeded']} events tell of a success"
        if told[each, "subtask.started"] != jobs.get(each):
            yield f"{each}: {told[each, 'subtask.started']} events of a start, {jobs.get(each)} attempts"


def _of_effects(tx: Connection, tasks: Mapping[str, Row[Any]], done: Sequence[str]) -> Iterator[str]:
    wanted = {f"{each} {step}" for each, known in tasks.items() for step in needs_of(known.text)}
    times = Counter(done)
    yield from (f"{each} was done {n} times" for each, n in times.items() if n > 1)
    yield from (f"{each} was not done" for each in wanted - times.keys())
    yield from (f"{each} was done and is of no task" for each in times.keys() - wanted)
    places = {each: n for n, each in enumerate(done)}
    for row in tx.execute(select(dependency)):
        needed, dependent = f"{row.task} {row.needed}", f"{row.task} {row.dependent}"
        if needed in places and dependent in places and places[needed] > places[dependent]:
            yield f"{dependent} was done before {needed}"


def _shortened(faults: Iterator[str]) -> Iterator[str]:
    listed = list(faults)
    yield from listed[:MOST_SHOWN]
    if len(listed) > MOST_SHOWN:
        yield f"… and {len(listed) - MOST_SHOWN} more"
