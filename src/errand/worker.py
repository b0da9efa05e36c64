"""A worker: advertises what it can do, takes messages, runs one job at a time per slot, settles each."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from errand import __version__
from errand.capability import Catalogue
from errand.domain.errors import PlanRefused, StoreUnavailable, Transient
from errand.domain.ids import SubtaskAddress, WorkerId, new_worker_id
from errand.domain.task import Failed, Fault, Job, Outcome
from errand.engine import Engine
from errand.jobs import storable
from errand.observability.logs import logger
from errand.queue import Consumer, Queue
from errand.store.registry import WorkerRegistry

LONGEST_BEAT_SECONDS = 2.0
"""A person who cancels should not wait longer for it to be noticed."""


class Runner(Protocol):
    """Where jobs are carried out."""

    def run(self, job: Job, lost: threading.Event) -> Outcome | None:
        """What came of it; None: it gave up, since it was told by `lost` that the job is not its any more.
        Raises StoreUnavailable."""
        ...

    def stop(self) -> None:
        """No job runs any more; what was started for them ends."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A job that this worker holds."""

    job: Job
    time_limit_seconds: float | None
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when it is not this worker's any more: cancelled, taken back, or past its time."""


class Worker:
    """Lives from `start` to `stop`; slots share it."""

    def __init__(
        self,
        engine: Engine,
        queue: Queue,
        registry: WorkerRegistry,
        catalogue: Catalogue,
        runner: Runner,
        clock: Callable[[], datetime],
        *,
        slots: int,
    ) -> None:
        self._engine, self._queue, self._runner = engine, queue, runner
        self._registry, self._catalogue, self._clock = registry, catalogue, clock
        self._slots = slots
        self._running: dict[tuple[SubtaskAddress, int], Held] = {}
        """By address and attempt."""
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._leases = threading.Thread(target=self._keep_leases, name="leases", daemon=True)
        self._consumer: Consumer | None = None
        self._log = logger("worker")
        self.id: WorkerId = new_worker_id(socket.gethostname())
        self.failure: StoreUnavailable | None = None
        """Why this worker gave up: state could not be written. What it ran will be run again."""

    def start(self) -> None:
        offered = [each.name for each in self._catalogue.offered()]
        self._registry.register(
            self.id, host=socket.gethostname(), process=os.getpid(), version=__version__,
            capabilities=offered, slots=self._slots,
        )  # fmt: skip
        self._consumer = self._queue.serve(offered, self.run, self._slots)
        self._leases.start()
        self._log.info("started", worker=self.id, capabilities=len(offered), slots=self._slots)

    def stop(self, timeout_seconds: float) -> bool:
        """Take no more and wait for what runs. False: something still runs; its lease will run out."""
        finished = self._consumer.stop(timeout_seconds) if self._consumer else True
        self._stopped.set()
        if self._leases.is_alive():
            self._leases.join()
        if finished:
            self._runner.stop()
        if self.failure is None:
            self._registry.leave(self.id)
        return finished

    def run(self, address: SubtaskAddress) -> None:
        """One message. Whatever becomes of it is in the store; a full disk stops the worker."""
        if self.failure is not None:
            return
        try:
            job = self._engine.claim(address, self.id)
            if job is not None:
                self._carry_out(job)
        except StoreUnavailable as error:
            self.failure = error
            self._stopped.set()
            self._log.error("stopped", reason=str(error))

    def _carry_out(self, job: Job) -> None:
        with self._known_as_running(job) as lost:
            outcome = self._runner.run(job, lost)
            settled = outcome is not None and self._settled(job, outcome)
        if not settled:
            self._log.info("dropped", task=job.address.task, subtask=job.address.key, attempt=job.attempt)

    def _settled(self, job: Job, outcome: Outcome) -> bool:
        """Only when it is written does it show whether a plan can be."""
        try:
            return self._engine.settle(job, outcome)
        except PlanRefused as error:
            return self._engine.settle(job, Failed(storable(str(error)), Fault.SETUP))
        except Transient as error:
            return self._engine.settle(job, Failed(storable(str(error)), Fault.TRANSIENT))

    @contextmanager
    def _known_as_running(self, job: Job) -> Iterator[threading.Event]:
        """Meanwhile its lease is renewed. A job that this forgets is found by the rescuer. The event is set
        when the job is not this worker's any more."""
        held = Held(job, self._catalogue.time_limit(job.capability))
        with self._lock:
            self._running[job.address, job.attempt] = held
        try:
            yield held.lost
        finally:
            with self._lock:
                del self._running[job.address, job.attempt]

    def _keep_leases(self) -> None:
        """Renew in time; give up on jobs past their time; tell those that are not this worker's any more."""
        beat = min(self._engine.lease.total_seconds() / 3, LONGEST_BEAT_SECONDS)
        while not self._stopped.wait(beat):
            with self._lock:
                running = dict(self._running)
            try:
                kept = self._engine.renew([held.job for held in running.values()])
                self._registry.beat(self.id)
                for held in running.values():
                    self._give_up_on_overdue(held)
            except StoreUnavailable as error:
                self._log.warning("lease not renewed", reason=str(error))
                continue
            still = {(job.address, job.attempt) for job in kept}
            for address, held in running.items():
                if address not in still:
                    held.lost.set()

    def _give_up_on_overdue(self, held: Held) -> None:
        """Its job is settled, what it still gives is late; whoever runs it ends it when it can."""
        job, limit = held.job, held.time_limit_seconds
        if limit is None or held.lost.is_set() or (self._clock() - job.started).total_seconds() < limit:
            return
        held.lost.set()
        said = f"{job.capability} took longer than its limit of {limit:.0f} seconds."
        self._engine.settle(job, Failed(said, Fault.DEFECT))
