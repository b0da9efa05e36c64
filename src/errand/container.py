"""The composition root: everything is built here, once, from settings, and nowhere else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from errand.agents.runner import Agents
from errand.capabilities.plan import plan_capability
from errand.capability import Capability, CapabilityDescription, Catalogue
from errand.config import Settings
from errand.dispatch import Dispatcher
from errand.doctor import examine
from errand.domain.errors import HomeInUse
from errand.domain.finding import Finding
from errand.domain.ids import TaskId
from errand.domain.plan import Proposal
from errand.domain.request import Request
from errand.domain.task import Patience
from errand.domain.typical import Typical
from errand.engine import Engine
from errand.jobs import Jobs
from errand.model import Role
from errand.models.installed import InstalledModels, Metered
from errand.models.known import KnownModels
from errand.planning.estimating import EstimatingPlanner, Estimator
from errand.planning.plain import PlainPlanner
from errand.planning.planner import Planner, TaskPlanner
from errand.queues.in_process import InProcessQueue
from errand.rescuer import Rescuer
from errand.service import Service
from errand.sessions.passing import PassingContext
from errand.sessions.workspace import Workspaces
from errand.store.artifacts import ArtifactFolder
from errand.store.database import Database
from errand.store.history import typical
from errand.store.home import Home
from errand.store.metering import metered
from errand.store.registry import WorkerRegistry
from errand.store.spending import Payer, Spending
from errand.store.turns import Conversations
from errand.worker import Worker

if TYPE_CHECKING:  # planners are loaded when somebody plans
    from errand.planning.model.planner import ModelPlanner
    from errand.planning.playbooks import PlaybookPlanner

STOP_SECONDS = 10.0
"""How long a worker that stops waits for what runs; what is left is run again at the next start."""
STOP_ONE_SECONDS = 1.0
"""The same where a person waits for the end of one task: what still runs then is of no use to it any more."""

MOST_LOST = 20
"""A killed process loses all that it ran at once, so a lost attempt tells little of a subtask."""

MOST_REPLANS = 2
"""What two other plans did not bring, a third will not either."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Embedded:
    """Keeps `errand.service.Installation` in one process: SQLite, a queue in memory, threads.

    It lives from its construction to `close`. Parts are built when first asked for, so that looking at a task
    loads no planner.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        """Raises SetupError when ERRAND_HOME can not be used."""
        self._settings, self._clock = settings, clock
        self._home = Home(settings.home)
        self._database = Database(self._home.database_url)
        self._database.migrate()
        self._queue = InProcessQueue()
        self._artifacts = ArtifactFolder(self._home.artifacts)
        self._registry = WorkerRegistry(self._database, clock)
        self._spending = Spending(self._database, clock, settings.ceilings())
        self._models = InstalledModels(
            settings.model_setup(),
            KnownModels(self._home.models),
            lambda: metered(self._spending, Payer("models")),
            clock,
        )
        engine = partial(
            Engine,
            self._database,
            clock=clock,
            lease=timedelta(seconds=settings.lease_seconds),
            patience=Patience(most_lost=MOST_LOST),
            most_replans=MOST_REPLANS if settings.model else 0,
        )
        self._engine = engine(Dispatcher(self._database, self._queue, clock))
        # What is asked for here may be another process's work: its message is due at once, so that the
        # rescuer over there sends it without waiting for one of ours to be lost.
        self._asked_engine = engine(Dispatcher(self._database, self._queue, clock, resend=timedelta(0)))
        self._locked = False

    @property
    def health_port(self) -> int:
        return self._settings.health_port

    @cached_property
    def service(self) -> Service:
        from errand.capabilities.documents.inspect import inspect

        return Service(
            self._asked_engine,
            self._database,
            self._artifacts,
            self._registry,
            self._catalogue,
            lambda: self._planner_outside_tasks,
            partial(
                inspect,
                limit_bytes=self._settings.max_attachment_mb * 1_000_000,
                packed=self._models.serves(Role.WORK),
            ),
            self._models,
            self._spending,
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock on working here, and take back what an earlier process left running."""
        self._planner  # noqa: B018  # a bad playbook is refused now, not in the middle of a task
        self._models.check()
        with self._home.locked():
            self._locked = True
            self._registry.presume_lost()
            self._engine.let_leases_end()
            try:
                yield
            finally:
                self._locked = False

    @contextmanager
    def working(self, only: TaskId | None = None) -> Iterator["EmbeddedWork"]:
        if not self._locked:
            raise HomeInUse("Work without the lock on ERRAND_HOME was refused: take it with `locked` first.")
        worker = Worker(
            self._engine,
            self._queue,
            self._registry,
            self._catalogue,
            Jobs(
                self._engine,
                self._catalogue,
                self._artifacts,
                Workspaces(self._home.workspaces),
                Conversations(self._database, self._clock),
                self._spending,
                self._clock,
            ),
            self._clock,
            slots=self._settings.slots,
        )
        rescuer = Rescuer(self._engine, only=only)
        try:
            worker.start()
            rescuer.look()
            rescuer.start()
            yield EmbeddedWork(worker)
        finally:
            rescuer.stop()
            worker.stop(STOP_SECONDS if only is None else STOP_ONE_SECONDS)

    def examine(self) -> Sequence[Finding]:
        return examine(self._home.folder, self._catalogue)

    def close(self) -> None:
        self._models.close()
        self._database.close()

    @cached_property
    def _catalogue(self) -> Catalogue:
        from errand.capabilities import documents, files, filings, financials, mathematics, reports, risks
        from errand.capabilities.edgar.filing import edgar_capabilities
        from errand.capabilities.edgar.settings import EdgarSettings
        from errand.capabilities.tables import CAPABILITIES as TABLES

        edgar = EdgarSettings(
            user_agent=self._settings.edgar_user_agent,
            url=self._settings.edgar_url,
            data_url=self._settings.edgar_data_url,
        )
        known: list[Capability[Any, Any]] = [  # of every type, as the catalogue takes them
            *documents.CAPABILITIES,
            *filings.CAPABILITIES,
            *financials.CAPABILITIES,
            *risks.CAPABILITIES,
            *reports.CAPABILITIES,
            *files.CAPABILITIES,
            *TABLES,
            *mathematics.CAPABILITIES,
            *edgar_capabilities(edgar),
            *self._asking_models,
        ]
        live = lambda: self._catalogue.descriptions()  # noqa: E731  # the catalogue holds what is built from it
        return Catalogue([*known, plan_capability(self._task_planner, live)])

    @cached_property
    def _asking_models(self) -> tuple[Capability[Any, Any], ...]:
        """Some of them find another way where there is none."""
        from errand.capabilities.code import code_capabilities
        from errand.capabilities.reports import report_capabilities
        from errand.capabilities.text import text_capabilities
        from errand.capabilities.work import work_capability

        agents, models = self._agents, self._models
        return (
            *text_capabilities(agents, models),
            *report_capabilities(agents, models),
            *code_capabilities(agents, models),
            work_capability(agents, models),
        )

    @cached_property
    def _agents(self) -> Agents:
        return Agents(self._models, lambda: self._catalogue)

    @cached_property
    def _task_planner(self) -> TaskPlanner:
        if self._models.serves(Role.PLAN):
            return self._model_planner
        return PlainPlanner(_PlannerToCome(lambda: self._planner))

    @cached_property
    def _planner_outside_tasks(self) -> Planner:
        if not self._models.serves(Role.PLAN):
            return self._planner
        return _OutsideTasks(self._model_planner, lambda: metered(self._spending, Payer("plan")), self._clock)

    @cached_property
    def _model_planner(self) -> "ModelPlanner":
        from errand.planning.model.planner import ModelPlanner

        return ModelPlanner(
            self._agents,
            fallback=_PlannerToCome(lambda: self._planner),
            playbooks=_PlannerToCome(lambda: self._playbooks),
            estimator=self._estimator,
            model=self._settings.model_setup().named(Role.PLAN)[0],
            threshold=self._settings.plan_threshold,
        )

    @cached_property
    def _estimator(self) -> Estimator:
        from errand.capabilities.text.find import find

        asking = {each.name for each in self._asking_models} - {find.name} if self._settings.model else set()
        return Estimator(self._history, asks_model=lambda name: name in asking)

    def _history(self) -> Mapping[str, Typical]:
        with self._database.read() as tx:
            return typical(tx)

    @cached_property
    def _planner(self) -> Planner:
        """Plans without a model."""
        from errand.planning.choosing import ChoosingPlanner
        from errand.planning.rules import RulePlanner

        rules = RulePlanner(threshold=self._settings.plan_threshold)
        return EstimatingPlanner(ChoosingPlanner(self._playbooks, rules), self._estimator)

    @cached_property
    def _playbooks(self) -> "PlaybookPlanner":
        from errand.planning.playbooks import PlaybookPlanner, load_playbooks

        own = [self._home.playbooks] if self._home.playbooks.is_dir() else []
        known = {each.name: each.describe() for each in self._catalogue}
        return PlaybookPlanner(load_playbooks([*self._settings.playbooks, *own], known))


class _OutsideTasks:
    """Keeps `Planner` by a model that plans within tasks."""

    def __init__(self, planner: "ModelPlanner", metered: Metered, clock: Callable[[], datetime]) -> None:
        self._planner, self._metered, self._clock = planner, metered, clock

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        with self._metered() as meter, TemporaryDirectory(prefix="errand-") as folder:
            context = PassingContext(Path(folder), self._clock(), meter)
            return self._planner.propose(request, catalogue, context)


class _PlannerToCome:
    """Keeps `Planner` for the capability that plans: the planner is built from a catalogue that holds it."""

    def __init__(self, built: Callable[[], Planner]) -> None:
        self._built = built

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        return self._built().propose(request, catalogue)


class EmbeddedWork:
    """Keeps `errand.service.Working`."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def check(self) -> None:
        if self._worker.failure is not None:
            raise self._worker.failure
