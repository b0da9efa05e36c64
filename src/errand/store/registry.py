"""Which workers there are, what each offers, and when it last said that it lives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from errand.domain.ids import WorkerId
from errand.store.database import Database
from errand.store.tables import worker


class WorkerState(StrEnum):
    WORKING = "working"
    STOPPED = "stopped"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class WorkerView:
    id: WorkerId
    host: str
    process: int
    version: str
    capabilities: tuple[str, ...]
    slots: int
    state: WorkerState
    started: datetime
    heartbeat: datetime


class WorkerRegistry:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def register(
        self,
        worker_id: WorkerId,
        *,
        host: str,
        process: int,
        version: str,
        capabilities: Sequence[str],
        slots: int,
    ) -> None:
        now = self._clock()
        row = {
            "id": worker_id,
            "host": host,
            "process": process,
            "version": version,
            "slots": slots,
            "capabilities": list(capabilities),
            "state": WorkerState.WORKING,
            "started": now,
            "heartbeat": now,
        }
        with self._database.write() as tx:
            tx.execute(insert(worker), row)

    def beat(self, worker_id: WorkerId) -> None:
        with self._database.write() as tx:
            tx.execute(update(worker).where(worker.c.id == worker_id).values(heartbeat=self._clock()))

    def leave(self, worker_id: WorkerId) -> None:
        with self._database.write() as tx:
            tx.execute(
                update(worker)
                .where(worker.c.id == worker_id)
                .values(state=WorkerState.STOPPED, heartbeat=self._clock())
            )

    def presume_lost(self) -> None:
        """Every worker that has not said goodbye is gone. Only for whoever knows that none lives."""
        with self._database.write() as tx:
            tx.execute(
                update(worker).where(worker.c.state == WorkerState.WORKING).values(state=WorkerState.LOST)
            )

    def workers(self) -> list[WorkerView]:
        """Newest first."""
        with self._database.read() as tx:
            return [
                WorkerView(
                    WorkerId(row.id), row.host, row.process, row.version, tuple(row.capabilities), row.slots,
                    WorkerState(row.state), row.started, row.heartbeat,
                )
                for row in tx.execute(select(worker).order_by(worker.c.started.desc()).limit(100))
            ]  # fmt: skip
