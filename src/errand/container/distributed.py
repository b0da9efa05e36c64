"""An installation of many processes on any number of hosts: PostgreSQL, and Celery on Redis."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from functools import cached_property, partial

from errand.child import Upbringing
from errand.config import Settings
from errand.container.abilities import Abilities
from errand.container.children import open_child
from errand.container.parts import AbilitiesType, Parts, opened_database, opened_queue, utc_now
from errand.dispatch import Dispatcher
from errand.doctor import answering, examine
from errand.domain.errors import SetupError, StoreUnavailable
from errand.domain.finding import Finding
from errand.domain.ids import TaskId, WorkerId
from errand.domain.task import PLAN
from errand.engine import Engine
from errand.hedging import Hedging
from errand.observability.exposition import Sampled, metrics_served
from errand.observability.queue_metrics import of_queues
from errand.offering import Offering
from errand.rescuer import Rescuer
from errand.runners import Runners
from errand.service import ApiSetup, Service, WorkerSetup
from errand.sessions.sweeping import sweeping
from errand.store.home import Home
from errand.worker import Worker

MOST_LOST = 3
"""Workers that die one after the other while they run the same subtask: it is the cause."""


class Distributed:
    """Keeps `errand.service.Installation`. It lives from its construction to `close`."""

    works_elsewhere = True

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = utc_now,
        abilities: AbilitiesType = Abilities,
    ) -> None:
        """Raises SetupError when a setting can not be used, StoreAway when the database does not answer."""
        home = Home(settings.home)
        self._queue = opened_queue(settings)
        database = opened_database(settings)
        database.migrate()
        self._abilities = abilities
        self.parts = Parts(settings, clock, home, database, abilities, self._offered)

    @property
    def health_port(self) -> int:
        raise SetupError(
            "`errand up` does everything in one process: with ERRAND_DATABASE_URL start `errand worker`, "
            "`errand rescuer` and `errand api` instead."
        )

    @cached_property
    def service(self) -> Service:
        return self.parts.service(self._engine)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Any number of processes work here; only what a task can not do without is looked at."""
        self.parts.abilities.check()
        self.parts.models.check()
        yield

    @contextmanager
    def working(self, only: TaskId | None = None) -> Iterator["WorkElsewhere"]:
        del only
        yield WorkElsewhere()

    @contextmanager
    def as_worker(self, setup: WorkerSetup) -> Iterator["DistributedWork"]:
        settings, parts = self.parts.settings, self.parts
        parts.abilities.check()
        parts.models.check()
        parts.artifacts.check()
        worker = Worker(
            self._engine,
            self._queue,
            parts.registry,
            parts.abilities.catalogue,
            Runners(parts.jobs(self._engine), self._upbringing()),
            parts.clock,
            slots=setup.slots or settings.slots,
            offer=setup.offer or settings.offer,
            pool=setup.pool or settings.pool,
        )
        with (
            sweeping(parts.shared_workspaces()),
            metrics_served(settings.metrics_host, settings.worker_metrics_port) as metrics,
        ):
            try:
                parts.registry.refuse_wrong_clock(self._engine.lease / 3)  # a lease is a time agreed on
                worker.start()
                yield DistributedWork(worker, metrics)
            finally:
                worker.drain(settings.drain_seconds)

    @contextmanager
    def as_rescuer(self) -> Iterator["DistributedRescue"]:
        parts, wait = self.parts, timedelta(seconds=self.parts.settings.offer_wait_seconds)
        rescuer = Rescuer(
            self._engine,
            registry=parts.registry,
            offering=Offering(parts.database, self._engine, parts.clock, wait=wait),
            hedging=self._hedging(),
        )
        with self._manager_metrics() as metrics:
            try:
                rescuer.start()
                yield DistributedRescue(rescuer, metrics)
            finally:
                rescuer.stop()

    @contextmanager
    def as_api(self) -> Iterator[ApiSetup]:
        with self._manager_metrics() as metrics:
            yield self.parts.api_setup(metrics)

    def away(self) -> Sequence[str]:
        return [each.found for each in self._servers() if not each.ok]

    def examine(self) -> Sequence[Finding]:
        parts = self.parts
        clock = partial(parts.registry.refuse_wrong_clock, self._engine.lease / 3)
        return [
            *self._servers(),
            answering("clock", clock, well="as the database server's"),
            answering("artifacts", parts.artifacts.check, well="can be kept"),
            *examine(parts.home.folder, parts.abilities.catalogue),
        ]

    def close(self) -> None:
        self.parts.close()

    @cached_property
    def _engine(self) -> Engine:
        return self.parts.engine(self._dispatcher, most_lost=MOST_LOST)

    @cached_property
    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.parts.database,
            self._queue,
            self.parts.clock,
            slots_of=lambda capability: self.parts.registry.live_offers().get(capability, 0),
        )

    def _hedging(self) -> Hedging | None:
        """None: nothing is hedged here."""
        parts, factor = self.parts, self.parts.settings.hedge_after
        if not factor:
            return None
        may = parts.abilities.repeatable()
        return Hedging(parts.database, self._dispatcher, parts.registry, parts.clock, factor=factor, of=may)

    def _servers(self) -> list[Finding]:
        return [
            answering("database", self.parts.ask_database),
            answering("broker", partial(self._queue.waiting, [PLAN])),
        ]

    def _manager_metrics(self) -> AbstractContextManager[str]:
        settings = self.parts.settings
        return metrics_served(settings.metrics_host, settings.manager_metrics_port, self._queue_metrics)

    def _queue_metrics(self) -> Sequence[Sampled]:
        """Nothing while the database is away: what is not known is not shown."""
        try:
            return of_queues(self.service.queues())
        except StoreUnavailable:
            return ()

    def _offered(self) -> Collection[str]:
        """What a plan may use: that a worker offers, or did so lately."""
        within = timedelta(seconds=self.parts.settings.offer_wait_seconds)
        return self.parts.registry.offered_lately(within)

    def _upbringing(self) -> Upbringing:
        settings = self.parts.settings
        opened = partial(open_child, settings, self._abilities)
        return Upbringing(opened, memory_mb=settings.job_memory_mb)


class WorkElsewhere:
    """Keeps `errand.service.Working`."""

    def check(self) -> None:
        """What becomes of the work is in the store."""


class DistributedWork:
    """Keeps `errand.service.WorkerAtWork`."""

    def __init__(self, worker: Worker, metrics: str) -> None:
        self._worker, self.metrics = worker, metrics

    @property
    def worker(self) -> WorkerId:
        return self._worker.id

    def check(self) -> None:
        if self._worker.failure is not None:
            raise self._worker.failure


class DistributedRescue:
    """Keeps `errand.service.AtWork`."""

    def __init__(self, rescuer: Rescuer, metrics: str) -> None:
        self._rescuer, self.metrics = rescuer, metrics

    def check(self) -> None:
        self._rescuer.check()
