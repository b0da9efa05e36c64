"""One job: what its capability may ask for while it runs, and what comes of it."""

import errno
import json
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Never, TypeVar

from pydantic import BaseModel

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
    StoreAway,
    StoreUnavailable,
    Transient,
)
from errand.domain.ids import SubtaskKey, TaskId, idempotency_key
from errand.domain.json import JsonObject
from errand.domain.question import Question
from errand.domain.task import Asked, Failed, Fault, Job, Outcome, StoredArtifact, Succeeded
from errand.engine import Engine
from errand.observability.logs import logger
from errand.planning.planned import Planned
from errand.sessions.workspace import Workspace, Workspaces
from errand.store.artifacts import Artifacts
from errand.store.metering import StoredMeter, metered
from errand.store.spending import Payer, Spending
from errand.store.turns import Conversations

T = TypeVar("T")
R = TypeVar("R", bound=ArtifactRef)
M = TypeVar("M", bound=BaseModel)

LARGEST_OUTPUT = 64 * 1024
"""Bytes of JSON; anything larger is an artifact and the output refers to it."""
LONGEST_SENTENCE = 2000
"""Characters of an error or of a progress message."""
LONGEST_NAME = 255
"""Characters of an artifact's name."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job with all that a plain capability needs, so that whoever carries it out asks no database."""

    job: Job
    inputs: JsonObject
    """Every reference in them replaced by the output that it points at."""
    answers: dict[str, str]


class Jobs:
    """Carries out jobs in this process. It lives as long as the process; used by any number of threads.

    Keeps `errand.worker.Runner`: a thread can not be ended from outside, so a job is told, and gives up when
    it next asks for something. `errand.runners.Runners` has one half of it done by a process that can be.
    """

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue,
        artifacts: Artifacts,
        workspaces: Workspaces,
        conversations: Conversations,
        spending: Spending,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine, self._catalogue = engine, catalogue
        self._artifacts, self._workspaces, self._clock = artifacts, workspaces, clock
        self._conversations, self._spending = conversations, spending
        self._log = logger("jobs")

    def run(self, job: Job, lost: threading.Event) -> Outcome | None:
        prepared = self.prepare(job)
        if not isinstance(prepared, Prepared):
            return prepared
        try:
            return self.carry_out(prepared, lost)
        finally:
            self.ran(job)

    def stop(self) -> None:
        """Nothing of it outlives its jobs."""

    def prepare(self, job: Job) -> Prepared | Outcome | None:
        """What it needs; or what came of it already, since it can not be carried out."""
        return self._settled(job, lambda: self._prepare(job))

    def carry_out(self, prepared: Prepared, lost: threading.Event) -> Outcome | None:
        """As `run`, without counting its time."""
        return self._settled(prepared.job, lambda: self._carry_out(prepared, lost))

    def ran(self, job: Job) -> None:
        """Count its time; once for each that was prepared. What came of it is worth more than its time: while
        the database server is away, that is not counted."""
        try:
            self._spending.ran(job)
        except StoreAway as error:
            self._log.warning("time not counted", task=job.address.task, reason=str(error))

    def abandoned(self, job: Job) -> None:
        """The process that carried it out is gone: nobody settles the calls that it made any more."""
        self._spending.abandoned(job)

    def _settled(self, job: Job, do: Callable[[], T]) -> T | Outcome | None:
        """Exactly one broad `except` in all of Errand: whatever a capability does, its job is settled."""
        try:
            return do()
        except Cancelled:
            return None
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # see the docstring
            return self._outcome_of(error, job)

    def _prepare(self, job: Job) -> Prepared:
        self._catalogue.get(job.capability)
        self._spending.refuse_when_time_is_over(job.address.task, of_task=True)
        answers = self._engine.answers(job) if job.attempt > 1 else {}
        return Prepared(job, self._engine.inputs(job), answers)

    def _carry_out(self, prepared: Prepared, lost: threading.Event) -> Outcome:
        job = prepared.job
        known = self._catalogue.get(job.capability)
        with (
            metered(self._spending, Payer(job.capability, job)) as meter,
            self._workspaces.opened(job) as files,
        ):
            context = JobContext(
                job, self._engine, self._artifacts, files, self._conversations, meter, self._clock,
                prepared.answers, lost=lost,
            )  # fmt: skip
            given = parse_input(known, prepared.inputs)
            outcome = _succeeded(known, known.run(given, context), context)
            return replace(outcome, files=files.changes()) if isinstance(outcome, Succeeded) else outcome

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
            case MemoryError():
                said = f"{job.capability} needed more memory than a job may take (ERRAND_JOB_MEMORY_MB)."
                return Failed(said, Fault.DEFECT)
            case OSError(errno=errno.ENOSPC | errno.EDQUOT):
                raise StoreUnavailable(
                    f"The disk was full while {job.capability} worked ({error}): free some space and start "
                    "again; nothing is lost."
                ) from error
        self._log.warning("defect", task=job.address.task, subtask=job.address.key, exc_info=error)
        said = f"{job.capability} failed by a defect of its own ({type(error).__name__}: {error})."
        detail = "".join(traceback.format_exception(error))[-8000:]
        return Failed(storable(said), Fault.DEFECT, detail=storable(detail, 8000))


@dataclass
class JobContext:
    """Keeps `errand.capability.Context`. It lives as long as the job."""

    job: Job
    engine: Engine
    artifacts: Artifacts
    files: Workspace
    conversations: Conversations
    meter: StoredMeter
    clock: Callable[[], datetime]
    answers: dict[str, str] = field(default_factory=dict)
    made: dict[str, StoredArtifact] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    """Hashes of what was loaded, each once, in order."""
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when the job is not this worker's any more: cancelled, taken back, or past its time."""
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
    def idempotency_key(self) -> str:
        return idempotency_key(self.job.address)

    @property
    def workspace(self) -> Path:
        return self.files.folder

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
        if self.lost.is_set() or not self._noted(storable(message), fraction):
            self._give_up()

    def turns(self) -> Sequence[JsonObject]:
        return self.conversations.of(self.job.address)

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        changes = {} if self.lost.is_set() else self.files.changes()
        if self.lost.is_set() or not self.conversations.record(self.job, turn, told, changes):
            self._give_up()
        self.files.recorded(changes)

    def adopt(self, kind: type[R], ref: ArtifactRef) -> R:
        if not self.artifacts.holds(ref.sha256):
            raise InputRefused(f"{ref.name} is not stored here.")
        self.made[ref.name] = StoredArtifact(ref.name, kind.kind, ref.media_type, ref.size, ref.sha256)
        return kind.model_validate(ref.model_dump())

    def replan(self, reason: str) -> None:
        self.reason_to_replan = storable(reason)

    def _noted(self, said: str, fraction: float | None) -> bool:
        """False: the job is not this worker's any more. Nobody can watch while the database server is away:
        that is no reason to begin a long job anew."""
        try:
            return self.engine.note_progress(self.job, said, fraction)
        except StoreAway as error:
            logger("jobs").info("progress is not told", reason=str(error))
            return True

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
    """Within bounds, and without what no database takes: halves of surrogate pairs, and NUL."""
    return text[:longest].replace("\x00", "\ufffd").encode(errors="replace").decode()
