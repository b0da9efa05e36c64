"""Random walks over what can happen to a task, held against what docs/states.md draws and promises."""

import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from errand.domain.errors import InputRefused, NotFound, PlanRefused, Transient
from errand.domain.event import Event, EventType
from errand.domain.ids import SubtaskKey, WorkerId
from errand.domain.plan import Plan, Step
from errand.domain.question import Question, QuestionView
from errand.domain.request import Limits, Request
from errand.domain.task import ENDED, Asked, Failed, Fault, Job, Outcome, SubtaskView, Succeeded
from errand.store import hedging, reading
from errand.store.database import Database
from errand.store.tables import job as job_table
from errand.store.tables import subtask as subtask_table
from tests.installation import TestInstallation, address, step

BECOMES = {
    EventType.SUBTASK_READY: "ready",
    EventType.SUBTASK_STARTED: "running",
    EventType.SUBTASK_SUCCEEDED: "succeeded",
    EventType.SUBTASK_RETRY: "ready",
    EventType.SUBTASK_RESCUED: "ready",
    EventType.SUBTASK_HANDED_BACK: "ready",
    EventType.SUBTASK_FAILED: "failed",
    EventType.SUBTASK_DEAD: "dead",
    EventType.SUBTASK_SKIPPED: "skipped",
    EventType.SUBTASK_REPLACED: "replaced",
    EventType.SUBTASK_CANCELLED: "cancelled",
    EventType.SUBTASK_ASKED: "waiting",
    EventType.SUBTASK_ANSWERED: "ready",
}
OUTCOMES: dict[str, Callable[[], Outcome]] = {
    "succeeds": lambda: Succeeded({"value": 1}),
    "refuses": lambda: Failed("no", Fault.INPUT),
    "lacks": lambda: Failed("no", Fault.SETUP),
    "stumbles": lambda: Failed("no", Fault.TRANSIENT),
    "waits": lambda: Failed("no", Fault.BUSY),
    "breaks": lambda: Failed("no", Fault.DEFECT),
    "finds": lambda: Succeeded({"value": 1}, replan="It is pointless."),
    "asks": lambda: Asked(Question("name", "Which?")),
}


@cache
def drawn() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The changes that docs/states.md draws, of a task and of a subtask."""
    text = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
    diagrams = re.findall(r"```mermaid(.*?)```", text, re.DOTALL)
    tasks, subtasks = (set(re.findall(r"(\S+) --> (\w+)", each)) for each in diagrams[:2])
    return tasks, subtasks


@cache
def empty_database() -> Path:
    path = Path(tempfile.mkdtemp()) / "errand.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps: list[Step] = []
    for n in range(draw(st.integers(1, 7))):
        needs = draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set()
        after = [f"s{need}" for need in sorted(needs)]
        steps.append(step(f"s{n}", "test.give", *after, optional=draw(st.booleans())))
    return Plan(tuple(draw(st.permutations(steps))))


MOVES = ["work"] * 16 + ["claim"] * 6 + ["settle"] * 6 + ["answer"] * 4 + ["time_passes"] * 4
RARE_MOVES = ["retry", "retry_named", "replan", "tell_progress", "lose"] * 2 + ["hedge"] * 4 + ["cancel"]


@dataclass(frozen=True)
class Move:
    name: str
    pick: int
    kind: str


MOVE = st.builds(
    Move,
    st.sampled_from(MOVES + RARE_MOVES),
    st.integers(0, 20),
    st.sampled_from([*OUTCOMES, *["succeeds"] * 6]),
)


DRAWN = given(
    plan=plans(),
    limited=st.booleans(),
    most_replans=st.sampled_from([0, 2]),
    moves=st.lists(MOVE, min_size=25, max_size=60),
)
AS_DRAWN = settings(  # without shrinking: a walk takes long, and its last moves tell enough
    deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)


@settings(AS_DRAWN, max_examples=20)
@DRAWN
def test_whatever_happens_the_states_stay_true_and_the_task_can_end(
    plan: Plan,
    limited: bool,  # noqa: FBT001  # drawn by name
    most_replans: int,
    moves: list[Move],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty_database(), Path(folder) / "errand.db")
        walked(Walk(Path(folder), "", plan, limited=limited, most_replans=most_replans), moves)


@settings(AS_DRAWN, max_examples=5)
@DRAWN
def test_the_same_holds_on_postgresql(
    new_url: Callable[[], str],
    plan: Plan,
    limited: bool,  # noqa: FBT001  # drawn by name
    most_replans: int,
    moves: list[Move],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        walked(Walk(Path(folder), new_url(), plan, limited=limited, most_replans=most_replans), moves)


def walked(made: "Walk", moves: Sequence[Move]) -> None:
    with closing(made) as walk:
        for move in moves:
            walk.make(move)
        walk.to_its_end()


class Walk:
    """One task, and everything that may happen to it; each move is checked."""

    def __init__(
        self, folder: Path, database_url: str, plan: Plan, *, limited: bool, most_replans: int
    ) -> None:
        self.installation = TestInstallation(
            folder, plan, most_replans=most_replans, database_url=database_url
        )
        self.installation.clock.still_at = datetime(2026, 1, 1, tzinfo=UTC)
        self.engine, self.plan = self.installation.engine, plan
        limits = Limits(wall_seconds=300 if limited else None)
        self.task = self.engine.submit(Request("walk", limits=limits))
        self.jobs: list[Job] = []
        self.before = self.now()

    def close(self) -> None:
        self.installation.close()

    def make(self, move: Move) -> None:
        getattr(self, move.name)(move)
        self.check()

    def check(self) -> None:
        self.each_change_is_drawn()
        self.events_alone_tell_the_state()
        self.the_counters_are_right()
        self.somebody_can_always_go_on()
        self.jobs_and_questions_are_open_as_long_as_their_subtask_runs_or_waits()

    # -- what may happen ---------------------------------------------------------------------------

    def work(self, move: Move) -> None:
        self.claim(move)
        self.check()
        self.settle(replace(move, pick=0))

    def claim(self, move: Move) -> None:
        known = sorted(self.subtasks().values(), key=lambda each: each.status != "ready")
        chosen = known[move.pick % min(len(known), 3)]
        claimed = self.engine.claim(chosen.address, WorkerId("worker"))
        may = chosen.ready_at is not None and chosen.ready_at <= self.installation.clock()
        assert (claimed is not None) == (chosen.status == "ready" and may)
        self.jobs += [claimed] if claimed else []

    def hedge(self, move: Move) -> None:
        """A second worker takes one of what runs and was not hedged, and one of the two reports."""
        self.make(replace(move, name="claim"))
        now = self.installation.clock()
        with self.installation.database.write() as tx:
            alone = hedging.running(tx, now, least=timedelta(0), of={"test.give"})
            late = alone[move.pick % len(alone) :][:1] if alone else []
            assert all(hedging.offer(tx, each, now=now, again=now) for each in late)
        for each in late:
            first = [job for job in self.jobs if (job.address, job.attempt) == (each.address, each.attempt)]
            self.jobs += filter(None, [self.engine.claim(each.address, WorkerId(f"not {each.worker}"))])
            assert self.jobs[-1].attempt == each.attempt + 1
            self.check()
            self.report([*first, self.jobs[-1]][move.pick % 2], move.kind)

    def settle(self, move: Move) -> None:
        """Any job that was ever claimed: many are late."""
        for job in self.jobs[::-1][move.pick :][:1] or self.jobs[-1:]:
            self.report(job, move.kind, move.pick)

    def report(self, job: Job, kind: str, pick: int | None = None) -> None:
        """As a worker does: a revision that is not taken is a fault of its job."""
        outcome = OUTCOMES[kind]()
        if isinstance(outcome, Succeeded) and job.capability == "plan":
            plan = self.plan if job.address.key == "plan" else self.revision(job, pick)
            outcome = Succeeded({"score": 1.0}, plan=plan)
        held, before = self.is_held(job), self.now()
        try:
            assert self.engine.settle(job, outcome) == held
        except (Transient, PlanRefused):
            assert self.now() == before
            assert self.engine.settle(job, Failed("overtaken", Fault.TRANSIENT)) == held

    def revision(self, job: Job, pick: int | None) -> Plan:
        """Steps on any of the task's, also on those that ended or fall; without a pick, none at all."""
        chance, number = random.Random(pick), job.address.key.removeprefix("plan-")
        known = sorted(key for key, each in self.subtasks().items() if each.capability != "plan")
        steps: list[Step] = []
        for n in range(0 if pick is None else chance.randrange(3)):
            needs = chance.sample(known, min(len(known), chance.randrange(3)))
            steps.append(step(f"r{number}x{n}", "test.give", *needs, optional=chance.random() < 0.3))
            known.append(steps[-1].key)
        before = sorted({*known} - {each.key for each in steps})
        drop, supersedes = (chance.sample(before, chance.randrange(len(before) + 1)) for _ in range(2))
        return Plan(
            tuple(steps), drop=tuple(map(SubtaskKey, drop)), supersedes=tuple(map(SubtaskKey, supersedes))
        )

    def replan(self, move: Move) -> None:
        before = self.now()
        try:
            key = self.engine.replan(self.task, f"otherwise {move.pick}", "somebody")
            assert self.now()[1][key] == "ready"
        except InputRefused:
            assert self.now() == before

    def tell_progress(self, move: Move) -> None:
        for job in self.jobs[::-1][move.pick :]:
            held = self.is_held(job)
            assert self.engine.note_progress(job, "on it", 0.5) == held
            assert self.engine.renew([job]) == [job] * held

    def time_passes(self, move: Move) -> None:
        self.installation.clock.ahead += timedelta(seconds=(0.1, 1, 5)[move.pick % 3])
        self.engine.send_due()
        self.check()
        self.engine.stop_overdue()

    def lose(self, move: Move) -> None:
        """Every worker dies; but the last job's, when it is in time."""
        self.installation.clock.ahead += timedelta(seconds=20)
        self.engine.renew(self.jobs[-1:] * (move.pick % 2))
        self.installation.clock.ahead += timedelta(seconds=11)
        self.engine.rescue()

    def cancel(self, move: Move) -> None:
        del move
        ended = self.installation.view(self.task).status.ended
        assert self.engine.cancel(self.task) is not ended

    def retry(self, move: Move) -> None:
        self.retry_keys(() if move.pick % 2 else self.fallen())

    def retry_named(self, move: Move) -> None:
        keys = sorted(self.subtasks())
        self.retry_keys([keys[move.pick % len(keys)], "nothing"][: 1 + move.pick // 19])

    def retry_keys(self, keys: Sequence[str]) -> None:
        before = self.now()
        try:
            again = self.engine.retry(self.task, keys)
            assert set(keys) <= set(again)
        except InputRefused:
            assert self.now() == before

    def answer(self, move: Move) -> None:
        asked = self.asked(only_open=False)
        for each in asked[move.pick % len(asked) :][:1] if asked else ():
            is_open = each.id in [one.id for one in self.asked(only_open=True)]
            try:
                self.engine.answer(each.id, "1", "somebody")
                assert is_open
            except NotFound:
                assert not is_open

    def to_its_end(self) -> None:
        """Workers go on as they should: the task ends."""
        for _ in range(3 * len(self.subtasks()) + 12):
            for job in [job for job in self.jobs if self.is_held(job)]:
                self.report(job, "succeeds")
            for each in self.asked(only_open=True):
                self.engine.answer(each.id, "1", "somebody")
            self.installation.clock.ahead += timedelta(seconds=6)
            for key in self.subtasks():
                claimed = self.engine.claim(address(self.task, key), WorkerId("last"))
                self.jobs += [claimed] if claimed else []
        assert self.installation.view(self.task).status.ended
        self.before = self.now()
        self.check()

    # -- what is known -----------------------------------------------------------------------------

    def subtasks(self) -> dict[str, SubtaskView]:
        with self.installation.database.read() as tx:
            return {each.address.key: each for each in reading.subtask_views(tx, self.task)}

    def is_held(self, job: Job) -> bool:
        mine = (subtask_table.c.task == self.task, subtask_table.c.key == job.address.key)
        with self.installation.database.read() as tx:
            row = tx.execute(select(subtask_table).where(*mine)).one()
        return row.status == "running" and job.attempt in (row.attempt, row.rival)

    def fallen(self) -> list[str]:
        fell = [each for each in self.subtasks().values() if each.status.ended and each.status != "succeeded"]
        return [each.address.key for each in fell if each.capability != "plan" and not each.is_gone]

    def asked(self, *, only_open: bool) -> list[QuestionView]:
        with self.installation.database.read() as tx:
            return reading.questions(tx, self.task, only_open=only_open)

    def now(self) -> tuple[str, dict[str, str]]:
        return self.installation.view(self.task).status.value, self.installation.statuses(self.task)

    # -- what must hold ----------------------------------------------------------------------------

    def each_change_is_drawn(self) -> None:
        (task_then, then), (task_now, now) = self.before, self.now()
        tasks, subtasks = drawn()
        assert task_then == task_now or (task_then, task_now) in tasks
        for key, status in now.items():
            assert then.get(key) == status or (then.get(key, "[*]"), status) in subtasks, (key, then, now)
        self.before = (task_now, now)

    def events_alone_tell_the_state(self) -> None:
        with self.installation.database.read() as tx:
            events = reading.events(tx, self.task, 0, limit=100_000)
        assert [each.number for each in events] == list(range(1, len(events) + 1))
        assert replayed(events, self.subtasks()) == self.now()

    def the_counters_are_right(self) -> None:
        view, subtasks = self.installation.view(self.task), self.subtasks()
        unended = {key for key, each in subtasks.items() if not each.status.ended}
        assert (view.open, view.total) == (len(unended), len(subtasks))
        assert view.status.ended == (not unended)
        with self.installation.database.read() as tx:
            rows = tx.exec_driver_sql("SELECT key, unmet FROM subtask WHERE status = 'pending'").all()
        assert {row.key: row.unmet for row in rows} == {
            key: sum(need in unended for need in each.needs)
            for key, each in subtasks.items()
            if each.status == "pending"
        }

    def somebody_can_always_go_on(self) -> None:
        statuses = set(self.now()[1].values())
        assert statuses <= ENDED or statuses & {"ready", "running", "waiting"}

    def jobs_and_questions_are_open_as_long_as_their_subtask_runs_or_waits(self) -> None:
        statuses = list(self.now()[1].values())
        with self.installation.database.read() as tx:
            found = select(job_table.c.subtask).where(job_table.c.ended.is_(None))
            open_jobs = Counter(tx.execute(found).scalars())
        assert open_jobs.keys() == {key for key, status in self.now()[1].items() if status == "running"}
        assert max(open_jobs.values(), default=1) <= 2  # a hedged one has two
        assert len(self.asked(only_open=True)) == statuses.count("waiting")


def replayed(events: list[Event], known: Mapping[str, SubtaskView]) -> tuple[str, dict[str, str]]:
    """Statuses of the task and of its subtasks, from nothing but the events and which revision of the
    plan brought which."""
    brought: dict[object, list[str]] = {}
    for key, each in known.items():
        brought.setdefault(each.revision if each.capability != "plan" else None, []).append(key)
    task, subtasks = "queued", {"plan": "ready"}
    for event in events:
        kind = event.type.value.removeprefix("task.")
        task = {"submitted": "queued", "started": "running", "retried": "running"}.get(
            kind, task if event.subtask else kind
        )
        if event.type in (EventType.TASK_PLANNED, EventType.TASK_REPLANNED):
            subtasks |= dict.fromkeys(brought.get(event.data.get("revision", 1), []), "pending")
        if event.type is EventType.TASK_RETRIED:
            again = event.data["subtasks"]
            subtasks |= {str(key): "pending" for key in again if isinstance(again, list)}  # type: ignore[union-attr]  # JSON
        if event.subtask is not None and event.type in BECOMES:
            subtasks[event.subtask] = BECOMES[event.type]
    return task, subtasks
