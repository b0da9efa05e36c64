"""A worker: advertises what it can do, takes messages, runs one job at a time per slot, settles each."""

import json
import os
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from errand import __version__
from errand.capability import AnyCapability, ArtifactRef, Catalogue, parse_input
from errand.domain.errors import (
    AnswerNeeded,
    Cancelled,
    InputRefused,
    PlanRefused,
    SetupError,
    StoreUnavailable,
    Transient,
)
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, WorkerId, new_worker_id
from errand.domain.json import JsonObject
from errand.domain.question import Question
from errand.domain.task import Asked, Failed, Fault, Job, Outcome, StoredArtifact, Succeeded
from errand.engine import Engine
from errand.observability.logs import logger
from errand.planning.planned import Planned
from errand.queue import Consumer, Queue
from errand.sessions.workspace import Workspaces
from errand.store.artifacts import ArtifactFolder
from errand.store.registry import WorkerRegistry

R = TypeVar("R", bound=ArtifactRef)
M = TypeVar("M", bound=BaseModel)

LARGEST_OUTPUT = 64 * 1024
"""Bytes of JSON; anything larger is an artifact and the output refers to it."""
LONGEST_BEAT_SECONDS = 2.0
"""A person who cancels should not wait longer for it to be noticed."""


class Worker:
    """Lives from `start` to `stop`; slots share it."""

    def __init__(
        self,
        engine: Engine,
        queue: Queue,
        registry: WorkerRegistry,
        catalogue: Catalogue,
        artifacts: ArtifactFolder,
        workspaces: Workspaces,
        clock: Callable[[], datetime],
        *,
        slots: int,
    ) -> None:
        self._engine, self._queue = engine, queue
        self._registry, self._catalogue = registry, catalogue
        self._artifacts, self._workspaces, self._clock = artifacts, workspaces, clock
        self._slots = slots
        self._running: dict[SubtaskAddress, JobContext] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
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
        threading.Thread(target=self._keep_leases, name="leases", daemon=True).start()
        self._log.info("started", worker=self.id, capabilities=len(offered), slots=self._slots)

    def stop(self, timeout_seconds: float) -> bool:
        """Take no more and wait for what runs. False: something still runs; its lease will run out."""
        finished = self._consumer.stop(timeout_seconds) if self._consumer else True
        self._stopped.set()
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
        context = JobContext(job, self._engine, self._artifacts, self._workspaces, self._clock)
        with self._lock:
            self._running[job.address] = context
        try:
            outcome = self._attempt(job, context)
        except Cancelled:
            self._log.info("dropped", task=job.address.task, subtask=job.address.key, reason="cancelled")
            return
        finally:
            with self._lock:
                self._running.pop(job.address, None)
        if not self._engine.settle(job, outcome):
            self._log.info("dropped", task=job.address.task, subtask=job.address.key, reason="late")

    def _attempt(self, job: Job, context: "JobContext") -> Outcome:
        """Exactly one broad `except` in all of Errand: whatever a capability does, its job is settled."""
        try:
            known = self._catalogue.get(job.capability)
            context.time_limit_seconds = known.time_limit_seconds
            context.answers = self._engine.answers(job) if job.attempt > 1 else {}
            given = parse_input(known, self._engine.inputs(job))
            return _succeeded(known, known.run(given, context), context)
        except (Cancelled, StoreUnavailable):
            raise
        except AnswerNeeded as asked:
            return Asked(asked.question)
        except InputRefused as error:
            return Failed(str(error), Fault.INPUT)
        except (SetupError, PlanRefused) as error:
            return Failed(str(error), Fault.SETUP)
        except Transient as error:
            return Failed(str(error), Fault.TRANSIENT, error.retry_after_seconds)
        except Exception as error:  # noqa: BLE001  # see the docstring
            self._log.warning("defect", task=job.address.task, subtask=job.address.key, exc_info=True)
            said = f"{job.capability} failed by a defect of its own ({type(error).__name__}: {error})."
            return Failed(said[:2000], Fault.DEFECT, detail=traceback.format_exc()[-8000:])

    def _keep_leases(self) -> None:
        """Renew in time; give up on jobs past their time; tell those that are not this worker's any more."""
        beat = min(self._engine.lease.total_seconds() / 3, LONGEST_BEAT_SECONDS)
        while not self._stopped.wait(beat):
            with self._lock:
                running = dict(self._running)
            try:
                held = self._engine.renew(self.id)
                self._registry.beat(self.id)
                for context in running.values():
                    self._give_up_on_overdue(context)
            except StoreUnavailable as error:
                self._log.warning("lease not renewed", reason=str(error))
                continue
            for address, context in running.items():
                if address not in held:
                    context.lost.set()

    def _give_up_on_overdue(self, context: "JobContext") -> None:
        """A thread can not be ended from outside: its job is settled, what it still gives is late."""
        job, limit = context.job, context.time_limit_seconds
        if limit is None or context.lost.is_set() or (context.now - job.started).total_seconds() < limit:
            return
        context.lost.set()
        said = f"{job.capability} took longer than its limit of {limit:.0f} seconds."
        self._engine.settle(job, Failed(said, Fault.DEFECT))


@dataclass
class JobContext:
    """Keeps `errand.capability.Context`. It lives as long as the job."""

    job: Job
    engine: Engine
    artifacts: ArtifactFolder
    workspaces: Workspaces
    clock: Callable[[], datetime]
    answers: dict[str, str] = field(default_factory=dict)
    made: dict[str, StoredArtifact] = field(default_factory=dict)
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when the job is not this worker's any more: cancelled, taken back, or past its time."""
    time_limit_seconds: float | None = None

    @property
    def task(self) -> TaskId:
        return self.job.address.task

    @property
    def subtask(self) -> SubtaskKey:
        return self.job.address.key

    @property
    def attempt(self) -> int:
        return self.job.attempt

    @property
    def workspace(self) -> Path:
        return self.workspaces.of(self.task)

    @property
    def now(self) -> datetime:
        return self.clock()

    def load(self, ref: ArtifactRef) -> bytes:
        return self.artifacts.get(ref.sha256)

    def save(self, kind: type[R], name: str, content: bytes, media_type: str) -> R:
        if Path(name).name != name or name in ("", ".", ".."):
            raise ValueError(f"An artifact is named by a file name without folders, not {name!r}")
        digest = self.artifacts.put(content)
        self.made[name] = StoredArtifact(name, kind.kind, media_type, len(content), digest)
        return kind(name=name, media_type=media_type, size=len(content), sha256=digest)

    def load_model(self, ref: ArtifactRef, model: type[M]) -> M:
        return model.model_validate_json(self.load(ref))

    def save_model(self, kind: type[R], name: str, model: BaseModel) -> R:
        return self.save(kind, name, model.model_dump_json().encode(), "application/json")

    def ask(self, question: Question) -> str:
        if question.name not in self.answers:
            raise AnswerNeeded(question)
        return self.answers[question.name]

    def progress(self, message: str, fraction: float | None = None) -> None:
        if self.lost.is_set():
            raise Cancelled(f"{self.job.capability} was cancelled, or took too long.")
        self.engine.note_progress(self.job, message, fraction)


def _succeeded(known: AnyCapability, output: BaseModel, context: JobContext) -> Outcome:
    """A subtask succeeds only when its output is what the capability declared."""
    if not isinstance(output, known.output_type):
        said = f"{known.name} gave back {type(output).__name__} instead of {known.output_type.__name__}."
        return Failed(said, Fault.DEFECT)
    values: JsonObject = output.model_dump(mode="json", exclude_none=True)
    if (size := len(json.dumps(values).encode())) > LARGEST_OUTPUT:
        return Failed(f"{known.name} gave back {size} bytes, more than {LARGEST_OUTPUT}.", Fault.DEFECT)
    plan = output.plan if isinstance(output, Planned) else None
    return Succeeded(values, tuple(context.made.values()), plan)
