"""An installation for tests: the real parts on a folder, with capabilities and a plan of the test's own."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field

from errand.capabilities.plan import plan_capability
from errand.capability import AnyCapability, Capability, CapabilityDescription, Catalogue, Context, capability
from errand.dispatch import Dispatcher
from errand.domain.budget import Ceilings
from errand.domain.errors import InputRefused, Transient
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.domain.patience import Backoff, Patience
from errand.domain.plan import Plan, Proposal, Step
from errand.domain.question import Question
from errand.domain.request import Request
from errand.domain.task import SubtaskView, TaskView
from errand.engine import Engine
from errand.jobs import Jobs
from errand.planning.plain import PlainPlanner
from errand.planning.planner import TaskPlanner
from errand.queue import Queue
from errand.queues.in_process import InProcessQueue
from errand.rescuer import Rescuer
from errand.sessions.workspace import LocalWorkspaces
from errand.store import reading
from errand.store.artifacts import ArtifactFolder
from errand.store.database import Database
from errand.store.registry import WorkerRegistry
from errand.store.spending import Spending
from errand.store.turns import Conversations
from errand.worker import Runner, Worker

LONG_ENOUGH = 120.0
"""Seconds; only a defect reaches it."""


class Number(BaseModel):
    value: int = Field(default=0, description="A number.")


class Numbers(BaseModel):
    values: list[int] = Field(default_factory=list, description="Numbers.")


@capability("test.give")
def give(given: Number, context: Context) -> Number:
    """Give a number back."""
    del context
    return given


@capability("test.add")
def add(given: Numbers, context: Context) -> Number:
    """Add numbers."""
    del context
    return Number(value=sum(given.values))


@capability("test.refuse")
def refuse(given: Number, context: Context) -> Number:
    """Refuse any number."""
    del context
    raise InputRefused(f"The number {given.value} can not be used.")


@capability("test.break")
def break_down(given: Number, context: Context) -> Number:
    """Break by a defect."""
    del context
    raise ZeroDivisionError(given.value)


@capability("test.flaky")
def flaky(given: Number, context: Context) -> Number:
    """Succeed in the third attempt."""
    if context.attempt < 3:
        raise Transient("Not yet.")
    return given


@capability("test.ask")
def ask(given: Number, context: Context) -> Number:
    """Ask a person for a number."""
    del given
    return Number(value=int(context.ask(Question("number", "Which number?"))))


@capability("test.dawdle", time_limit_seconds=0.05)
def dawdle(given: Number, context: Context) -> Number:
    """Work until told that it took too long."""
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        pause.wait(0.01)
        context.progress("still working")
    return given


TEST_CAPABILITIES = (give, add, refuse, break_down, flaky, ask, dawdle)


def step(key: str, capability_name: str, *after: str, optional: bool = False, **inputs: object) -> Step:
    keys = tuple(SubtaskKey(each) for each in after)
    return Step(SubtaskKey(key), capability_name, inputs=dict(inputs), after=keys, optional=optional)  # type: ignore[arg-type]  # test inputs are JSON


@dataclass
class FixedPlans:
    """A planner that always proposes the same."""

    plan: Plan = field(default_factory=lambda: Plan((step("one", "test.give", value=1),)))
    sure: bool = True
    not_covered: tuple[str, ...] = ()

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        del request, catalogue
        return Proposal(self.plan, score=1.0, sure=self.sure, not_covered=self.not_covered)


@dataclass
class Clock:
    """Real time, or one that stands still, and as much more as a test says."""

    ahead: timedelta = timedelta()
    still_at: datetime | None = None

    def __call__(self) -> datetime:
        return (self.still_at or datetime.now(UTC)) + self.ahead


class TestInstallation:
    """Real database, queue, engine; workers as many as the test starts."""

    __test__ = False

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        *,
        planner: TaskPlanner | None = None,
        sure: bool = True,
        not_covered: tuple[str, ...] = (),
        more: Iterable[AnyCapability] = (),
        most_lost: int = 3,
        most_replans: int = 0,
        lease: timedelta = timedelta(seconds=30),
        ceilings: Ceilings | None = None,
        database_url: str = "",
        carrier: Queue | None = None,
    ) -> None:
        """`database_url`: of a database of its own; else SQLite in the folder. `carrier`: carries messages
        instead of the queue in this process."""
        self.clock = Clock()
        self.database = Database(database_url or f"sqlite:///{folder / 'errand.db'}")
        self.database.migrate()
        self.queue = InProcessQueue()
        self.carrier = carrier or self.queue
        self.artifacts = ArtifactFolder(folder / "artifacts")
        self.registry = WorkerRegistry(self.database, self.clock)
        self.spending = Spending(self.database, self.clock, ceilings)
        soon = Backoff(first_seconds=0.01, factor=2.0, longest_seconds=0.05)
        patience = Patience(Backoff(first_seconds=0.01, factor=2.0), most_lost, soon)
        chance = random.Random(1)
        self.dispatcher = Dispatcher(self.database, self.carrier, self.clock)
        self.engine = Engine(
            self.database,
            self.dispatcher,
            self.clock,
            lease=lease,
            patience=patience,
            chance=chance,
            most_replans=most_replans,
        )
        planner = planner or PlainPlanner(FixedPlans(plan, sure=sure, not_covered=not_covered))
        known: list[Capability[BaseModel, BaseModel]] = [*TEST_CAPABILITIES, *more]  # type: ignore[list-item]  # as Catalogue
        self.catalogue = Catalogue([*known, plan_capability(planner, lambda: self.catalogue.descriptions())])
        self._folder = folder

    def jobs(self) -> Jobs:
        return Jobs(
            self.engine,
            self.catalogue,
            self.artifacts,
            LocalWorkspaces(self._folder / "workspaces"),
            Conversations(self.database, self.clock),
            self.spending,
            self.clock,
        )

    def worker(
        self, slots: int = 2, runner: Runner | None = None, *, offer: Sequence[str] = ("*",), pool: str = ""
    ) -> Worker:
        return Worker(
            self.engine,
            self.carrier,
            self.registry,
            self.catalogue,
            runner or self.jobs(),
            self.clock,
            slots=slots,
            offer=offer,
            pool=pool,
        )

    @contextmanager
    def working(self, runner: Runner | None = None) -> Iterator[Worker]:
        worker, rescuer = self.worker(runner=runner), Rescuer(self.engine, every=timedelta(seconds=0.01))
        worker.start()
        rescuer.start()
        try:
            yield worker
        finally:
            rescuer.stop()
            worker.drain(LONG_ENOUGH)

    def submit(self, text: str = "anything") -> TaskId:
        return self.engine.submit(Request(text))

    def run(self) -> TaskView:
        """Submit, work, and wait for the end."""
        task = self.submit()
        with self.working():
            return self.until(task, lambda view: view.status.ended)

    def until(self, task: TaskId, holds: Callable[[TaskView], bool]) -> TaskView:
        pause = threading.Event()
        for _ in range(int(LONG_ENOUGH / 0.01)):
            view = self.view(task)
            if holds(view):
                return view
            pause.wait(0.01)
        raise TimeoutError(f"{view} after {LONG_ENOUGH} s")

    def view(self, task: TaskId) -> TaskView:
        with self.database.read() as tx:
            view = reading.task_view(tx, task)
        if view is None:
            raise LookupError(task)
        return view

    def subtask(self, task: TaskId, key: str) -> SubtaskView:
        with self.database.read() as tx:
            return next(each for each in reading.subtask_views(tx, task) if each.address.key == key)

    def statuses(self, task: TaskId) -> dict[str, str]:
        with self.database.read() as tx:
            return {each.address.key: each.status.value for each in reading.subtask_views(tx, task)}

    def event_types(self, task: TaskId, key: str | None = None) -> list[str]:
        with self.database.read() as tx:
            found = reading.events(tx, task, 0)
        return [each.type.value for each in found if key is None or each.subtask == key]

    def event_numbers(self, task: TaskId) -> list[int]:
        with self.database.read() as tx:
            return [each.number for each in reading.events(tx, task, 0)]

    def close(self) -> None:
        self.database.close()


def address(task: TaskId, key: str) -> SubtaskAddress:
    return SubtaskAddress(task, SubtaskKey(key))
