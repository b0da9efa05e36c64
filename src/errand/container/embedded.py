"""An installation in one process: SQLite, a queue in memory, threads."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from functools import cached_property, partial

from errand.config import Settings
from errand.container.abilities import Abilities
from errand.container.parts import AbilitiesType, Parts, utc_now
from errand.dispatch import Dispatcher
from errand.doctor import answering, examine
from errand.domain.errors import HomeInUse, SetupError
from errand.domain.finding import Finding
from errand.domain.ids import TaskId
from errand.queues.in_process import InProcessQueue
from errand.rescuer import Rescuer
from errand.service import ApiSetup, AtWork, Service, WorkerAtWork, WorkerSetup
from errand.store.database import Database
from errand.store.home import Home
from errand.worker import Worker

STOP_SECONDS = 10.0
"""How long a worker that stops waits for what runs; what is left is run again at the next start."""
STOP_ONE_SECONDS = 1.0
"""The same where a person waits for the end of one task: what still runs then is of no use to it any more."""

MOST_LOST = 20
"""A killed process loses all that it ran at once, so a lost attempt tells little of a subtask."""

_ONE_PROCESS = (
    "Here one process does all the work (`errand up`): for processes of their own set ERRAND_DATABASE_URL "
    "and ERRAND_BROKER_URL (docs/operations.md)."
)


class Embedded:
    """Keeps `errand.service.Installation`. It lives from its construction to `close`."""

    works_elsewhere = False

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = utc_now,
        abilities: AbilitiesType = Abilities,
    ) -> None:
        """Raises SetupError when ERRAND_HOME can not be used."""
        home = Home(settings.home)
        database = Database(home.database_url)
        database.migrate()
        self.parts = parts = Parts(settings, clock, home, database, abilities)
        self._queue = InProcessQueue()
        dispatcher = partial(Dispatcher, database, self._queue, clock, slots_of=self._slots_of)
        self._engine = parts.engine(dispatcher(), most_lost=MOST_LOST)
        # What is asked for here may be another process's work: its message is due at once, so that the
        # rescuer over there sends it without waiting for one of ours to be lost.
        self._asked_engine = parts.engine(dispatcher(resend=timedelta(0)), most_lost=MOST_LOST)
        self._locked = False

    @property
    def health_port(self) -> int:
        return self.parts.settings.health_port

    @cached_property
    def service(self) -> Service:
        return self.parts.service(self._asked_engine)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock on working here, and take back what an earlier process left running."""
        self.parts.abilities.check()
        self.parts.models.check()
        with self.parts.home.locked():
            self._locked = True
            self.parts.registry.presume_lost()
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
            self.parts.registry,
            self.parts.abilities.catalogue,
            self.parts.jobs(self._engine),
            self.parts.clock,
            slots=self.parts.settings.slots,
        )
        rescuer = Rescuer(self._engine, only=only)
        try:
            worker.start()
            rescuer.look()
            rescuer.start()
            yield EmbeddedWork(worker, rescuer)
        finally:
            rescuer.stop()
            worker.drain(STOP_SECONDS if only is None else STOP_ONE_SECONDS)

    def as_worker(self, setup: WorkerSetup) -> AbstractContextManager[WorkerAtWork]:
        del setup
        raise SetupError(_ONE_PROCESS)

    def as_rescuer(self) -> AbstractContextManager[AtWork]:
        raise SetupError(_ONE_PROCESS)

    @contextmanager
    def as_api(self) -> Iterator[ApiSetup]:
        yield self.parts.api_setup()

    def away(self) -> Sequence[str]:
        database = answering("database", self.parts.ask_database)
        return [] if database.ok else [database.found]

    def examine(self) -> Sequence[Finding]:
        parts = self.parts
        artifacts = answering("artifacts", parts.artifacts.check, well="can be kept")
        return [artifacts, *examine(parts.home.folder, parts.abilities.catalogue)]

    def close(self) -> None:
        self.parts.close()

    def _slots_of(self, capability: str) -> int:
        """The one worker offers all that can be done here."""
        del capability
        return self.parts.settings.slots


class EmbeddedWork:
    """Keeps `errand.service.Working`."""

    def __init__(self, worker: Worker, rescuer: Rescuer) -> None:
        self._worker, self._rescuer = worker, rescuer

    def check(self) -> None:
        self._rescuer.check()
        if self._worker.failure is not None:
            raise self._worker.failure
