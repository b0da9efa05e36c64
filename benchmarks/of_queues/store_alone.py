"""A store with an engine and a service and no worker: what a worker would do is done here, step by step."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.of_queues.errand_items import ItemAbilities

from errand.config import Settings
from errand.container.parts import Parts, utc_now
from errand.dispatch import Dispatcher
from errand.domain.budget import Amounts, Usage
from errand.domain.ids import SubtaskAddress, TaskId, WorkerId
from errand.domain.task import Job, SubtaskStatus
from errand.queues.in_process import InProcessQueue
from errand.store.database import Database
from errand.store.home import Home
from errand.store.spending import Payer

WORKER = WorkerId("benchmark")


class StoreAlone:
    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        self.database.migrate()
        self.parts = Parts(Settings(home=folder), utc_now, Home(folder), self.database, ItemAbilities)
        self.queue = InProcessQueue()
        self.dispatcher = Dispatcher(self.database, self.queue, utc_now)
        self.engine = self.parts.engine(self.dispatcher, most_lost=3)
        self.service = self.parts.service(self.engine)
        self._jobs = self.parts.jobs(self.engine)

    def take_statistics(self) -> None:
        """What PostgreSQL does by itself after some time."""
        with self.database.at_once() as connection:
            connection.exec_driver_sql("ANALYZE")

    def plan(self, task: TaskId) -> None:
        """Its items are ready then. It cost a call of a model, for the books."""
        planning = self.claim(self._ready(task)[0])
        made = self.parts.spending.reserve(Payer("plan", planning), "made:up", "plan", Amounts(900, 900, 1))
        self.parts.spending.settle(made, Amounts(500, 600, 1), Usage(500, 0, 100))
        self.settle(planning)

    def finish(self, task: TaskId) -> tuple[list[float], list[float]]:
        """Seconds that each claim took, and each settling of what was claimed."""
        claims, settles = [], []
        for each in self._ready(task):
            began = time.perf_counter()
            job = self.claim(each)
            claims.append(time.perf_counter() - began)
            settles.append(self.settle(job))
        return claims, settles

    def claim(self, address: SubtaskAddress) -> Job:
        job = self.engine.claim(address, WORKER)
        if job is None:
            raise RuntimeError(f"{address} is ready and was not to be had.")
        return job

    def settle(self, job: Job) -> float:
        """Run it, and settle it: seconds that settling took."""
        outcome = self._jobs.run(job, threading.Event())
        if outcome is None:
            raise RuntimeError(f"{job.address} was lost to nobody.")
        began = time.perf_counter()
        self.engine.settle(job, outcome)
        return time.perf_counter() - began

    def _ready(self, task: TaskId) -> list[SubtaskAddress]:
        views = self.service.subtasks(task)
        return [each.address for each in views if each.status is SubtaskStatus.READY]


@contextmanager
def store_alone(url: str, folder: Path) -> Iterator[StoreAlone]:
    store = StoreAlone(url, folder)
    try:
        yield store
    finally:
        store.parts.close()
