"""A worker: advertises what it can do, takes messages, runs one job at a time per slot, settles each."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from errand import __version__
from errand.capability import Catalogue
from errand.domain.errors import (
    PlanRefused,
    QueueAway,
    SetupError,
    StoreAway,
    StoreUnavailable,
    Transient,
)
from errand.domain.ids import SubtaskAddress, WorkerId, new_worker_id
from errand.domain.offering import chosen
from errand.domain.task import Asked, Failed, Fault, Job, Outcome, Succeeded
from errand.domain.worker import IDLE_BEAT_SECONDS, Doing, Offer, WorkerState, WorkerView
from errand.engine import Engine, Keep
from errand.jobs import storable
from errand.observability import metrics
from errand.observability.logs import logger
from errand.queue import Consumer, Queue
from errand.store.registry import WorkerRegistry

LONGEST_BEAT_SECONDS = 2.0
"""Between two looks at the jobs that run: one that was cancelled is told within this time."""
SHORTEST_BEAT_SECONDS = 1.0
"""However often a worker's state changes: it does not write more often."""
GO_ON_SECONDS = 1.0
"""For so long a slot goes on with what its own job released, before others get their turn."""
LONGEST_PAUSE_SECONDS = 5.0
"""Between two attempts at writing how a job ended, while the database server is away."""
HAND_BACK_SECONDS = 3.0
"""How long a job that was handed back may take to notice."""
_DIED = "This worker keeps its jobs no longer, by a defect of Errand: start it anew."
LONGEST_FAILURE = 300
"""Characters of the last failure, as a worker shows it."""


class Runner(Protocol):
    """Where jobs are carried out."""

    def run(self, job: Job, lost: threading.Event) -> Outcome | None:
        """What came of it; None: it gave up, since it was told by `lost` that the job is not its any more.
        Raises SetupError when this worker can carry out nothing, and StoreAway while it can not."""
        ...

    def stop(self) -> None:
        """What was started for jobs ends, and with it a job that still runs: it was handed back."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A job that this worker holds."""

    job: Job
    time_limit_seconds: float | None
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when it is not this worker's any more: cancelled, taken back, handed back, or past its time."""


class Worker:
    """Lives from `start` to `drain`; slots share it."""

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
        offer: Sequence[str] = ("*",),
        pool: str = "",
    ) -> None:
        """`offer`: names or patterns of what it offers of what it can do."""
        self._engine, self._queue, self._runner = engine, queue, runner
        self._registry, self._catalogue, self._clock = registry, catalogue, clock
        self._slots, self._offer, self._pool = slots, offer, pool
        self._offers: Mapping[str, Offer] = {}
        self._running: dict[tuple[SubtaskAddress, int], Held] = {}
        """By address and attempt."""
        self._last_failure: tuple[str, datetime] | None = None
        self._store_is_away = False
        self._lock = threading.Lock()
        self._changed, self._stopped = threading.Event(), threading.Event()
        self._draining, self._handing_back = threading.Event(), threading.Event()
        self._leases = threading.Thread(target=self._keep_leases, name="leases", daemon=True)
        self._consumer: Consumer | None = None
        self._log = logger("worker")
        self._started = clock()
        self.id: WorkerId = new_worker_id(socket.gethostname())
        self.failure: SetupError | None = None
        """Why this worker gave up: state could not be written, and what it ran will be run again; or no
        messages come any more."""

    @property
    def offers(self) -> Mapping[str, Offer]:
        """By capability; empty until it has started."""
        return self._offers

    def start(self) -> None:
        """Raises SetupError when it can not offer what it is to offer."""
        self._offers = self._what_to_offer()
        metrics.SLOTS.set(self._slots)
        self._registry.register(self._view(WorkerState.STARTING))
        self._consumer = self._queue.serve(list(self._offers), self.run, self._slots)
        self._leases.start()
        self._log.info("started", worker=self.id, capabilities=len(self._offers), slots=self._slots)

    def drain(self, seconds: float) -> bool:
        """Take no more, let what runs finish for so long, hand back what still runs then, and leave. False:
        something was handed back."""
        self._draining.set()
        self._changed.set()
        finished = self._consumer.stop(seconds) if self._consumer else True
        if not finished and self._consumer:
            self._hand_back()
            self._consumer.stop(min(seconds, HAND_BACK_SECONDS))
        self._stopped.set()
        self._changed.set()
        if self._leases.is_alive():
            self._leases.join()
        self._runner.stop()
        self._leave()
        return finished

    def run(self, address: SubtaskAddress) -> None:
        """One message, and then what its job released as long as it may go on with that: its session and its
        data are here. Whatever becomes of it is in the store; a full disk stops the worker."""
        since = time.monotonic()
        next_one: SubtaskAddress | None = address
        while next_one is not None and self.failure is None:
            try:
                next_one = self._claim_and_run(next_one, since)
            except SetupError as error:
                self.failure = error
                self._stopped.set()
                self._changed.set()
                self._log.error("stopped", reason=str(error))

    # -- a job -----------------------------------------------------------------------------------------

    def _claim_and_run(self, address: SubtaskAddress, since: float) -> SubtaskAddress | None:
        """What this worker goes on with, if anything."""
        try:
            job = self._engine.claim(address, self.id)
        except StoreAway as error:  # the message is lost, and sent again by the rescuer
            self._say_away(error)
            return None
        if job is None:
            metrics.MESSAGES_REFUSED.add()
            return None
        kept: list[SubtaskAddress] = []

        def keep(released: SubtaskAddress, capability: str) -> bool:
            if kept or not self._may_go_on(capability, since):
                return False
            kept.append(released)
            return True

        with self._known_as_running(job) as held:
            outcome = self._outcome(held)
            settled = outcome is not None and self._until_stored(
                held, partial(self._settle, job, outcome, keep)
            )
        _count(job, outcome if settled else None, self._clock())
        if not settled:
            self._log.info("dropped", task=job.address.task, subtask=job.address.key, attempt=job.attempt)
        return kept[0] if kept else None

    def _outcome(self, held: Held) -> Outcome | None:
        """None: it is not this worker's any more. A job that the database server or this machine left in the
        lurch is handed back, since that says nothing of it."""
        if self._handing_back.is_set():  # claimed a moment too late to be among the others
            self._until_stored(held, partial(self._engine.hand_back, held.job))
            return None
        try:
            outcome = self._runner.run(held.job, held.lost)
        except StoreAway as error:
            self._say_away(error)
            self._until_stored(held, partial(self._engine.hand_back, held.job))
            return None
        except StoreUnavailable:
            raise
        except SetupError:
            self._until_stored(held, partial(self._engine.hand_back, held.job))
            raise
        if isinstance(outcome, Failed):
            self._note_failure(held.job, outcome.error)
        return outcome

    def _settle(self, job: Job, outcome: Outcome, keep: Keep) -> bool:
        """Only when it is written does it show whether a plan can be."""
        try:
            return self._engine.settle(job, outcome, keep)
        except PlanRefused as error:
            return self._engine.settle(job, Failed(storable(str(error)), Fault.SETUP))
        except Transient as error:
            return self._engine.settle(job, Failed(storable(str(error)), Fault.TRANSIENT))

    def _until_stored(self, held: Held, write: Callable[[], bool]) -> bool:
        """Tried again while the database server is away. False: the job is not this worker's any more."""
        pause = LONGEST_PAUSE_SECONDS / 64
        while True:
            try:
                return write()
            except StoreAway as error:
                self._say_away(error)
            if held.lost.wait(pause):
                return False
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _may_go_on(self, capability: str, since: float) -> bool:
        """Whether this slot, busy since then, may take it without a message: others do not wait behind it."""
        if capability not in self._offers or self._draining.is_set() or self.failure is not None:
            return False
        if time.monotonic() - since < GO_ON_SECONDS:
            return True
        try:
            return not self._queue.waiting(self._offers)
        except QueueAway:
            return True  # a message would be lost now

    @contextmanager
    def _known_as_running(self, job: Job) -> Iterator[Held]:
        """Meanwhile its lease is renewed. A job that this forgets is found by the rescuer."""
        held = Held(job, self._catalogue.time_limit(job.capability))
        with self._lock:
            self._running[job.address, job.attempt] = held
            metrics.RUNNING.set(len(self._running))
            if len(self._running) == 1:
                self._changed.set()
        try:
            yield held
        finally:
            with self._lock:
                del self._running[job.address, job.attempt]
                metrics.RUNNING.set(len(self._running))
                if not self._running:
                    self._changed.set()

    # -- leases and heartbeats -------------------------------------------------------------------------

    def _keep_leases(self) -> None:
        """Renew in time; give up on jobs past their time; tell those that are not this worker's any more; say
        how it fares, at once when its state changes."""
        third = self._engine.lease.total_seconds() / 3
        shortest, busy = min(third, SHORTEST_BEAT_SECONDS), min(third, LONGEST_BEAT_SECONDS)
        try:
            while not self._stopped.is_set():
                self._look_at_queue()
                self._look()
                self._stopped.wait(shortest)
                self._changed.wait((busy if self._running else IDLE_BEAT_SECONDS) - shortest)
                self._changed.clear()
        finally:
            if not self._stopped.is_set():
                self.failure = self.failure or SetupError(_DIED)

    def _look(self) -> None:
        try:
            self._look_at_jobs()
            view = self._view(self._state())
            if not self._registry.beat(view):
                self._registry.register(view)  # it was silent for so long that it was forgotten
            if self._store_is_away:
                self._store_is_away = False
                self._log.warning("the database server answers again")
        except StoreAway as error:
            self._say_away(error)
        except StoreUnavailable as error:
            self._log.warning("lease not renewed", reason=str(error))

    def _look_at_queue(self) -> None:
        if self._consumer is not None and self._consumer.failure and self.failure is None:
            self.failure = QueueAway(self._consumer.failure)
            self._draining.set()
            self._log.error("takes no more", reason=self._consumer.failure)

    def _look_at_jobs(self) -> None:
        with self._lock:
            running = dict(self._running)
        kept = {(job.address, job.attempt) for job in self._engine.renew([h.job for h in running.values()])}
        metrics.LEASES_RENEWED.add(by=len(kept))
        for address, held in running.items():
            if address not in kept:
                held.lost.set()
            else:
                self._give_up_on_overdue(held)

    def _give_up_on_overdue(self, held: Held) -> None:
        """Its job is settled, what it still gives is late; whoever runs it ends it when it can."""
        job, limit = held.job, held.time_limit_seconds
        if limit is None or (self._clock() - job.started).total_seconds() < limit:
            return
        said = f"{job.capability} took longer than its limit of {limit:.0f} seconds."
        if self._engine.settle(job, Failed(said, Fault.DEFECT)):
            self._note_failure(job, said)
        held.lost.set()

    def _note_failure(self, job: Job, said: str) -> None:
        self._last_failure = storable(f"{job.capability}: {said}", LONGEST_FAILURE), self._clock()

    def _say_away(self, error: StoreAway) -> None:
        if not self._store_is_away:
            self._store_is_away = True
            self._log.warning("the database server is away", reason=str(error))

    # -- how it fares ----------------------------------------------------------------------------------

    def _state(self) -> WorkerState:
        if self._draining.is_set():
            return WorkerState.DRAINING
        return WorkerState.BUSY if self._running else WorkerState.IDLE

    def _view(self, state: WorkerState) -> WorkerView:
        with self._lock:
            jobs = [held.job for held in self._running.values()]
        failure, failed_at = self._last_failure or ("", None)
        return WorkerView(
            id=self.id,
            host=socket.gethostname(),
            process=os.getpid(),
            version=__version__,
            pool=self._pool,
            offers=self._offers,
            slots=self._slots,
            state=state,
            doing=tuple(Doing(j.address.task, j.address.key, j.capability, j.started) for j in jobs),
            load=round(os.getloadavg()[0] / (os.cpu_count() or 1), 2),
            failure=failure,
            failed_at=failed_at,
            started=self._started,
            heartbeat=self._clock(),
        )

    # -- coming and going ------------------------------------------------------------------------------

    def _what_to_offer(self) -> dict[str, Offer]:
        known = {each.name: each for each in self._catalogue}
        lacking = {name: lacks[0].how_to_get_it for name, each in known.items() if (lacks := each.missing())}
        able = [name for name in known if name not in lacking]
        return {
            name: Offer(known[name].effects.value, known[name].time_limit_seconds)
            for name in chosen(self._offer, able, lacking)
        }

    def _hand_back(self) -> None:
        """What comes of them is late from now on. Those that could not be handed back are rescued."""
        self._handing_back.set()
        with self._lock:
            running = list(self._running.values())
        self._runner.stop()  # before: what can be ended must not run to its end here and elsewhere as well
        for held in running:
            try:
                self._engine.hand_back(held.job)
            except StoreUnavailable as error:
                self._log.warning("not handed back", reason=str(error))
            held.lost.set()

    def _leave(self) -> None:
        if isinstance(self.failure, StoreUnavailable):
            return
        try:
            self._registry.leave(self.id)
        except StoreUnavailable as error:
            self._log.warning("left without a word", reason=str(error))


def _count(job: Job, outcome: Outcome | None, now: datetime) -> None:
    metrics.JOBS.add(job.capability, _word(outcome))
    metrics.JOB_SECONDS.observe((now - job.started).total_seconds(), job.capability)


def _word(outcome: Outcome | None) -> str:
    match outcome:
        case None:
            return "dropped"
        case Succeeded():
            return "succeeded"
        case Asked():
            return "asked"
        case Failed():
            return outcome.fault.value
