"""An installation for benchmarks of models: engine, worker and store on a folder, models over HTTP.

The model is `tests.servers.openai_protocol`, in a process of its own, so that it does not share a
thread lock with what is measured.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from errand.agents.runner import Agents
from errand.capabilities.plan import plan_capability
from errand.capability import Capability, CapabilityDescription, Catalogue
from errand.dispatch import Dispatcher
from errand.domain.ids import TaskId
from errand.domain.plan import Plan, Proposal
from errand.domain.request import Request
from errand.domain.task import SubtaskView, TaskStatus, TaskView
from errand.engine import Engine
from errand.jobs import Jobs
from errand.model import Models, Role
from errand.models.installed import InstalledModels
from errand.models.known import Found, KnownModels
from errand.models.probing import Ability
from errand.models.setup import ModelSetup
from errand.planning.plain import PlainPlanner
from errand.queues.in_process import InProcessQueue
from errand.rescuer import Rescuer
from errand.sessions.workspace import LocalWorkspaces
from errand.store import reading
from errand.store.artifacts import ArtifactFolder
from errand.store.database import Database
from errand.store.metering import metered
from errand.store.registry import WorkerRegistry
from errand.store.spending import Payer, Spending
from errand.store.turns import Conversations
from errand.worker import Worker

SERVER = Path(__file__).with_name("server.py")
SLOTS = 16


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def model_server(delay_seconds: float = 0.0) -> Iterator[str]:
    """Its address; it answers each prompt by handing in, or by calling a tool (see server.py)."""
    with subprocess.Popen(
        [sys.executable, str(SERVER), str(delay_seconds)], stdout=subprocess.PIPE, text=True
    ) as server:
        if server.stdout is None:
            raise OSError("The model server has no output to say its address on")
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


class Bench:
    """Lives from its construction to `close`."""

    def __init__(
        self, folder: Path, url: str, capabilities: Callable[[Agents, Models], Sequence[Capability[Any, Any]]]
    ) -> None:
        """`capabilities` are made with what asks the model at `url`."""
        self.database = Database(f"sqlite:///{folder / 'errand.db'}")
        self.database.migrate()
        self.spending = Spending(self.database, now)
        self.models = _models(folder, url, self.spending)
        agents = Agents(self.models, lambda: self.catalogue)
        self._plan = _Fixed()
        self.catalogue = Catalogue(
            [*capabilities(agents, self.models), plan_capability(PlainPlanner(self._plan), dict)]
        )
        queue = InProcessQueue()
        self.engine = Engine(self.database, Dispatcher(self.database, queue, now), now)
        self._worker = Worker(
            self.engine,
            queue,
            WorkerRegistry(self.database, now),
            self.catalogue,
            Jobs(
                self.engine,
                self.catalogue,
                ArtifactFolder(folder / "artifacts"),
                LocalWorkspaces(folder / "workspaces"),
                Conversations(self.database, now),
                self.spending,
                now,
            ),
            now,
            slots=SLOTS,
        )
        self._rescuer = Rescuer(self.engine, every=timedelta(seconds=0.5))
        self._worker.start()
        self._rescuer.start()

    def run(self, plan: Plan) -> tuple[TaskView, list[SubtaskView]]:
        """Carry a plan out: its task, and its subtasks, the one that planned first. Raises RuntimeError when
        it fails."""
        self._plan.plan = plan
        task = self.engine.submit(Request("benchmark"))
        view = self._until_ended(task)
        with self.database.read() as tx:
            return view, reading.subtask_views(tx, task)

    def _until_ended(self, task: TaskId) -> TaskView:
        pause = threading.Event()
        while True:
            with self.database.read() as tx:
                view = reading.task_view(tx, task)
            if view is not None and view.status.ended:
                break
            pause.wait(0.1)
        if view.status is not TaskStatus.SUCCEEDED:
            raise RuntimeError(f"The task did not succeed: {view}")
        return view

    def close(self) -> None:
        self._rescuer.stop()
        self._worker.drain(10)
        self.models.close()
        self.database.close()


class _Fixed:
    """Keeps `errand.planning.planner.Planner`."""

    def __init__(self) -> None:
        self.plan = Plan(())

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        del request, catalogue
        return Proposal(self.plan, score=1.0, sure=True)


def _models(folder: Path, url: str, spending: Spending) -> InstalledModels:
    """As after an earlier start, so that nothing is tried out in the middle of a measurement."""
    setup = ModelSetup(main=f"tiny@{url}", allow_unknown_price=True)
    known = KnownModels(folder / "models.json")
    known.put(
        setup.main,
        None,
        Found(ability=Ability(0.1, context_tokens=200_000, tools=True, schema=True), at=now()),
    )
    made = InstalledModels(setup, known, lambda: metered(spending, Payer("models")), now)
    made.name(Role.WORK)  # builds it
    return made
