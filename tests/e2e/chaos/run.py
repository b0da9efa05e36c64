"""A chaos run from its beginning to its end: an installation, tasks, trouble, and a look at what is left."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from sqlalchemy import select

from errand.domain.errors import StoreAway
from errand.domain.task import TaskStatus
from errand.store.database import Database
from errand.store.tables import task
from tests.e2e.chaos.checking import faults_of, story_of
from tests.e2e.chaos.figures import Figures
from tests.e2e.chaos.outside import listed
from tests.e2e.chaos.plans import requests
from tests.e2e.chaos.submitting import Submitting
from tests.e2e.chaos.supervising import Site, Supervised, Supervisor, until
from tests.e2e.chaos.trouble import Trouble
from tests.servers.services import PostgresServer, RedisServer, unused_port

LEASE_SECONDS = "5"
MOST_LOST = "10"
"""Where workers are killed every few seconds, three that die with the same job are no sign."""
ENDED = {each.value for each in TaskStatus if each.ended}
_DEFECTS = ("Traceback", "defect of Errand")


@dataclass
class ChaosRun:
    folder: Path
    redis: RedisServer
    postgres: PostgresServer
    seed: int
    tasks: int
    workers: int = 6
    slots: int = 4
    most_seconds: float = 1.5
    """Of a step."""
    every_seconds: float = 0.3
    """A task is handed in."""
    longest_seconds: float = 900.0
    """Until all tasks have ended."""
    faults: list[str] = field(default_factory=list)
    figures: str = ""

    def carry_out(self) -> None:
        """Leaves what is wrong in `faults`, a sentence each, and all that was counted in `figures`."""
        began, chance = time.monotonic(), random.Random(self.seed)
        url = self.postgres.new_database()
        with closing(Database(url)) as database:
            database.migrate()
            site, ports = self._site(url), (unused_port(), unused_port())
            supervisor = Supervisor(self._processes(site, ports))
            texts = list(requests(self.seed, self.tasks, self.most_seconds))
            addresses = [f"http://127.0.0.1:{port}" for port in ports]
            submitting = Submitting(addresses, texts, self.every_seconds)
            trouble = Trouble(chance, supervisor, self.redis, self.postgres, self.folder / "logs" / "trouble")
            with self._standing(site, supervisor):
                with self._going_on(submitting, trouble):
                    self._wait(database, submitting, trouble)
                self._wait_for_calm(supervisor)
            done = listed(site.outside.path)
            self.faults += faults_of(database, submitting.taken, done)
            self.faults += self._faults_of_processes(supervisor, submitting)
            figures = Figures(
                self.seed, time.monotonic() - began, trouble.made, len(submitting.taken),
                submitting.unanswered, len(listed(site.outside.asked)), len(done),
            )  # fmt: skip
            self.figures = figures.text(database, supervisor.processes)
            if self.faults:
                self.figures += self._evidence(database, supervisor)

    def _site(self, url: str) -> Site:
        more = {
            "ERRAND_LEASE_SECONDS": LEASE_SECONDS,
            "ERRAND_MOST_LOST": MOST_LOST,
            "ERRAND_DRAIN_SECONDS": "20",
        }
        return Site(self.folder, url, self.redis.url, more)

    def _processes(self, site: Site, ports: Sequence[int]) -> Sequence[Supervised]:
        """Two APIs, two rescuers, the workers, on three hosts."""
        wanted = [
            *((f"api-{port}", "api", "--port", str(port)) for port in ports),
            *((f"rescuer-{n}", "rescuer") for n in range(2)),
            *((f"worker-{n}", "worker", "--slots", str(self.slots)) for n in range(self.workers)),
        ]
        hosts = cycle(["host-1", "host-2", "host-3"])
        return [site.process(name, *words, host=next(hosts)) for name, *words in wanted]

    @contextmanager
    def _standing(self, site: Site, supervisor: Supervisor) -> Iterator[None]:
        supervisor.start()
        try:
            if not until(lambda: all(each.is_ready for each in supervisor.processes)):
                self.faults.append("Not all processes were ready at first.")
            yield
        finally:
            self.faults += [f"{name} did not end when told to." for name in supervisor.stop()]
            if not until(lambda: not site.processes(), 10.0):
                self.faults.append(f"Processes are left: {site.processes()}.")

    @contextmanager
    def _going_on(self, submitting: Submitting, trouble: Trouble) -> Iterator[None]:
        submitting.start()
        trouble.start()
        try:
            yield
        finally:
            trouble.stop()
            submitting.stop()

    def _wait(self, database: Database, submitting: Submitting, trouble: Trouble) -> None:
        if not until(
            lambda: submitting.is_over and trouble.is_over and _all_ended(database), self.longest_seconds
        ):
            self.faults.append(f"Not all had ended after {self.longest_seconds:.0f} s of trouble.")

    def _wait_for_calm(self, supervisor: Supervisor) -> None:
        """Without trouble all stand again, and no message is left that nobody takes."""
        if not until(lambda: all(each.is_ready for each in supervisor.processes)):
            self.faults.append("Not all processes were ready again at the end.")
        if not until(self._is_queue_empty, 30.0):
            self.faults.append("Messages are left in the queue.")

    def _is_queue_empty(self) -> bool:
        with self.redis.client() as client:
            return not any(client.llen(f"errand.{name}") for name in ("plan", "chaos.act"))

    def _faults_of_processes(self, supervisor: Supervisor, submitting: Submitting) -> Iterator[str]:
        yield from (f"An API answered {each}" for each in submitting.refused[:5])
        for each in supervisor.processes:
            if any(defect in each.all_said for defect in _DEFECTS):
                yield f"{each.name} had a defect, see its log."
            if each.statuses:
                yield f"{each.name} ended by itself: {each.statuses}."

    def _evidence(self, database: Database, supervisor: Supervisor) -> str:
        """What a person needs to find out why."""
        named = dict.fromkeys(" ".join(each.split()[:2]).rstrip(":") for each in self.faults)
        stories = [f"== {each}\n{story_of(database, each)}" for each in [*named][:3]]
        logs = [f"== {each.name}\n{each.all_said[-1500:]}" for each in supervisor.processes]
        return "\n".join((*stories, *logs, f"All of it is in {self.folder}.\n"))


def _all_ended(database: Database) -> bool:
    try:
        with database.read() as tx:
            statuses = set(tx.execute(select(task.c.status)).scalars())
    except StoreAway:
        return False
    return bool(statuses) and statuses <= ENDED
