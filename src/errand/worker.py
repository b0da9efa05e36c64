"""A worker: advertises what it can do, takes messages, runs one job at a time per slot, settles each."""

import errno
import json
import os
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Never, TypeVar

from pydantic import BaseModel

from errand import __version__
from errand.capability import AnyCapability, ArtifactRef, Catalogue, parse_input
from errand.domain.errors import (
    AgentFailed,
    AnswerNeeded,
    Cancelled,
    InputRefused,
    LimitReached,
    ModelBusy,
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
from errand.store.metering import StoredMeter, metered
from errand.store.registry import WorkerRegistry
from errand.store.spending import Payer, Spending
from errand.store.turns import Conversations

R = TypeVar("R", bound=ArtifactRef)
M = TypeVar("M", bound=BaseModel)

LARGEST_OUTPUT = 64 * 1024
"""Bytes of JSON; anything larger is an artifact and the output refers to it."""
LONGEST_SENTENCE = 2000
"""Characters of an error or of a progress message."""
LONGEST_NAME = 255
"""Characters of an artifact's name."""
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
        conversations: Conversations,
        spending: Spending,
        clock: Callable[[], datetime],
        *,
        slots: int,
    ) -> None:
        self._engine, self._queue = engine, queue
        self._registry, self._catalogue = registry, catalogue
        self._artifacts, self._workspaces, self._clock = artifacts, workspaces, clock
        self._conversations, self._spending = conversations, spending
        self._slots = slots
        self._running: dict[tuple[SubtaskAddress, int], JobContext] = {}
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
        """Exactly one broad `except` in all of Errand: whatever a capability does, its job is settled."""
        with self._known_as_running(job) as context:
            try:
                settled = self._engine.settle(job, self._attempt(job, context))
            except Cancelled:
                settled = False
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  # see the docstring
                settled = self._engine.settle(job, self._outcome_of(error, job))
        if not settled:
            self._log.info("dropped", task=job.address.task, subtask=job.address.key, attempt=job.attempt)

    @contextmanager
    def _known_as_running(self, job: Job) -> Iterator["JobContext"]:
        """Meanwhile its lease is renewed. A job that this forgets is found by the rescuer."""
        with metered(self._spending, Payer(job.capability, job)) as meter:
            context = JobContext(
                job, self._engine, self._artifacts, self._workspaces, self._conversations, meter, self._clock
            )
            with self._lock:
                self._running[job.address, job.attempt] = context
            try:
                yield context
            finally:
                with self._lock:
                    del self._running[job.address, job.attempt]
                self._spending.ran(job)

    def _attempt(self, job: Job, context: "JobContext") -> Outcome:
        known = self._catalogue.get(job.capability)
        self._spending.refuse_when_time_is_over(job.address.task, of_task=True)
        context.time_limit_seconds = known.time_limit_seconds
        context.answers = self._engine.answers(job) if job.attempt > 1 else {}
        given = parse_input(known, self._engine.inputs(job))
        return _succeeded(known, known.run(given, context), context)

    def _outcome_of(self, error: Exception, job: Job) -> Outcome:
        """Raises StoreUnavailable when the disk was full."""
        match error:
            case AnswerNeeded():
                return Asked(replace(error.question, text=storable(error.question.text)))
            case InputRefused():
                return Failed(storable(str(error)), Fault.INPUT)
            case SetupError() | PlanRefused():
                return Failed(storable(str(error)), Fault.SETUP)
            case AgentFailed():
                return Failed(storable(str(error)), Fault.DEFECT)
            case LimitReached():
                return Failed(storable(str(error)), Fault.LIMIT)
            case ModelBusy():
                return Failed(storable(str(error)), Fault.BUSY, error.retry_after_seconds)
            case Transient():
                return Failed(storable(str(error)), Fault.TRANSIENT, error.retry_after_seconds)
            case OSError(errno=errno.ENOSPC | errno.EDQUOT):
                raise StoreUnavailable(
                    f"The disk was full while {job.capability} worked ({error}): free some space and start "
                    "again; nothing is lost."
                ) from error
        self._log.warning("defect", task=job.address.task, subtask=job.address.key, exc_info=error)
        said = f"{job.capability} failed by a defect of its own ({type(error).__name__}: {error})."
        detail = "".join(traceback.format_exception(error))[-8000:]
        return Failed(storable(said), Fault.DEFECT, detail=storable(detail, 8000))

    def _keep_leases(self) -> None:
        """Renew in time; give up on jobs past their time; tell those that are not this worker's any more."""
        beat = min(self._engine.lease.total_seconds() / 3, LONGEST_BEAT_SECONDS)
        while not self._stopped.wait(beat):
            with self._lock:
                running = dict(self._running)
            try:
                held = self._engine.renew([context.job for context in running.values()])
                self._registry.beat(self.id)
                for context in running.values():
                    self._give_up_on_overdue(context)
            except StoreUnavailable as error:
                self._log.warning("lease not renewed", reason=str(error))
                continue
            kept = {(job.address, job.attempt) for job in held}
            for address, context in running.items():
                if address not in kept:
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
    conversations: Conversations
    meter: StoredMeter
    clock: Callable[[], datetime]
    answers: dict[str, str] = field(default_factory=dict)
    made: dict[str, StoredArtifact] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    """Hashes of what was loaded, each once, in order."""
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when the job is not this worker's any more: cancelled, taken back, or past its time."""
    time_limit_seconds: float | None = None
    reason_to_replan: str = ""

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
        content = self.artifacts.get(ref.sha256)
        self.used[ref.sha256] = None
        return content

    def save(self, kind: type[R], name: str, content: bytes, media_type: str) -> R:
        if Path(name).name != name or name in ("", ".", "..") or storable(name, LONGEST_NAME) != name:
            raise ValueError(f"An artifact is named by a file name without folders, not {name[:300]!r}")
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
        said = storable(message)
        if self.lost.is_set() or not self.engine.note_progress(self.job, said, fraction):
            self._give_up()

    def turns(self) -> Sequence[JsonObject]:
        return self.conversations.of(self.job.address)

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        if self.lost.is_set() or not self.conversations.record(self.job, turn, told):
            self._give_up()

    def adopt(self, kind: type[R], ref: ArtifactRef) -> R:
        if not self.artifacts.holds(ref.sha256):
            raise InputRefused(f"{ref.name} is not stored here.")
        self.made[ref.name] = StoredArtifact(ref.name, kind.kind, ref.media_type, ref.size, ref.sha256)
        return kind.model_validate(ref.model_dump())

    def replan(self, reason: str) -> None:
        self.reason_to_replan = storable(reason)

    def _give_up(self) -> Never:
        self.lost.set()
        raise Cancelled(f"{self.job.capability} was cancelled, or took too long.")


def _succeeded(known: AnyCapability, output: BaseModel, context: JobContext) -> Outcome:
    """A subtask succeeds only when its output is what the capability declared."""
    if not isinstance(output, known.output_type):
        said = f"{known.name} gave back {type(output).__name__} instead of {known.output_type.__name__}."
        return Failed(said, Fault.DEFECT)
    values: JsonObject = output.model_dump(mode="json", exclude_none=True)
    written = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if (size := len(written.encode())) > LARGEST_OUTPUT:
        return Failed(f"{known.name} gave back {size} bytes, more than {LARGEST_OUTPUT}.", Fault.DEFECT)
    plan = output.plan if isinstance(output, Planned) else None
    made, used = tuple(context.made.values()), tuple(context.used)
    return Succeeded(values, made, used, plan, context.reason_to_replan)


def storable(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """Within bounds, and without halves of surrogate pairs, which no database takes."""
    return text[:longest].encode(errors="replace").decode()
