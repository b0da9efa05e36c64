"""What any process of an installation is built from, whatever it is for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec

from pydantic import SecretStr

from errand.config import Settings
from errand.container.abilities import Abilities, Offered
from errand.dispatch import Dispatcher
from errand.domain.errors import SetupError
from errand.domain.patience import Patience
from errand.engine import Engine
from errand.jobs import Jobs
from errand.model import Role
from errand.models.installed import InstalledModels
from errand.models.known import KnownModels
from errand.queues.celery import CeleryQueue
from errand.service import ApiSetup, Service
from errand.sessions.shared import SharedWorkspaces
from errand.sessions.workspace import LocalWorkspaces, Workspaces
from errand.store.artifact_url import open_artifacts
from errand.store.database import Database
from errand.store.home import Home
from errand.store.metering import metered
from errand.store.registry import WorkerRegistry
from errand.store.s3_setup import S3Setup
from errand.store.spending import Payer, Spending
from errand.store.turns import Conversations
from errand.store.workspaces import WorkspaceRecord

MOST_REPLANS = 2
"""What two other plans did not bring, a third will not either."""

MORE_OF_A_FORM = 2_000_000
"""Bytes of a request with attachments besides these."""

AbilitiesType = Callable[..., Abilities]
"""`Abilities`, or a class that keeps what it promises with capabilities of its own."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Parts:
    """Lives from its construction to `close`."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        home: Home,
        database: Database,
        abilities: AbilitiesType = Abilities,
        offered: Offered | None = None,
    ) -> None:
        """Raises SetupError."""
        self.settings, self.clock, self.home, self.database = settings, clock, home, database
        self.artifacts = open_artifacts(
            settings.artifacts_url,
            home_folder=home.folder,
            s3=S3Setup(
                settings.s3_endpoint,
                settings.s3_region,
                "" if settings.s3_access_key is None else settings.s3_access_key.get_secret_value(),
                settings.s3_secret_key,
            ),
        )
        self.registry = WorkerRegistry(database, clock)
        self.spending = Spending(database, clock, settings.ceilings())
        self.models = InstalledModels(
            settings.model_setup(),
            KnownModels(home.models),
            lambda: metered(self.spending, Payer("models")),
            clock,
        )
        self.abilities = abilities(settings, clock, home, database, self.models, self.spending, offered)

    def engine(self, dispatcher: Dispatcher, *, most_lost: int) -> Engine:
        return Engine(
            self.database,
            dispatcher,
            self.clock,
            lease=timedelta(seconds=self.settings.lease_seconds),
            patience=Patience(most_lost=self.settings.most_lost or most_lost),
            most_replans=MOST_REPLANS if self.settings.model else 0,
        )

    def jobs(self, engine: Engine) -> Jobs:
        return Jobs(
            engine,
            self.abilities.catalogue,
            self.artifacts,
            self._workspaces(),
            Conversations(self.database, self.clock),
            self.spending,
            self.clock,
        )

    def shared_workspaces(self) -> SharedWorkspaces:
        record = WorkspaceRecord(self.database)
        return SharedWorkspaces(self.home.workspaces, record, self.artifacts, self.clock)

    def _workspaces(self) -> Workspaces:
        if self.database.is_server:
            return self.shared_workspaces()
        return LocalWorkspaces(self.home.workspaces)

    def service(self, engine: Engine) -> Service:
        from errand.capabilities.documents.inspect import inspect

        return Service(
            engine,
            self.database,
            self.artifacts,
            self.registry,
            self.abilities.catalogue,
            self.abilities.plannable,
            lambda: self.abilities.planner_outside_tasks,
            partial(
                inspect,
                limit_bytes=self.settings.max_attachment_mb * 1_000_000,
                packed=self.models.serves(Role.WORK),
            ),
            self.models,
            self.spending,
            task_parallel=self.settings.task_parallel,
        )

    def api_setup(self, metrics: str = "") -> ApiSetup:
        settings = self.settings
        return ApiSetup(
            settings.api_host,
            settings.api_port,
            settings.max_attachment_mb * 1_000_000 + MORE_OF_A_FORM,
            metrics,
        )

    def ask_database(self) -> None:
        """Raises StoreUnavailable when it does not answer now."""
        with self.database.read() as tx:
            tx.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        self.models.close()
        self.database.close()


def opened_queue(settings: Settings) -> CeleryQueue:
    """Connected when it is first used. Raises SetupError."""
    return CeleryQueue(_set(settings.broker_url, "BROKER"), events=settings.queue_events)


def opened_database(settings: Settings) -> Database:
    """Of many processes; connected when it is first used. Raises SetupError."""
    if find_spec("celery") is None or find_spec("psycopg") is None:
        raise SetupError(
            "ERRAND_DATABASE_URL needs the extra `distributed`: run `pip install 'errand[distributed]'`."
        )
    return Database(_set(settings.database_url, "DATABASE"))


def _set(url: SecretStr | None, name: str) -> str:
    if url is None:
        raise SetupError(f"ERRAND_{name}_URL is not set.")
    return url.get_secret_value()
