"""For tests of capabilities, ours and others': a context on a folder, without engine, store or worker."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from errand.capability import ArtifactRef
from errand.domain.budget import Amounts, ReservationId, Usage
from errand.domain.errors import AnswerNeeded, InputRefused
from errand.domain.ids import SubtaskKey, TaskId
from errand.domain.json import JsonObject
from errand.domain.question import Question

R = TypeVar("R", bound=ArtifactRef)
M = TypeVar("M", bound=BaseModel)


@dataclass
class CountingMeter:
    """Keeps `errand.domain.budget.Meter`: no limits, every call remembered."""

    held: dict[ReservationId, tuple[str, str, Amounts]] = field(default_factory=dict)
    """Model, role and what was set aside, in order; settled ones stay."""
    settled: dict[ReservationId, tuple[Amounts, Usage]] = field(default_factory=dict)

    def reserve(self, model: str, role: str, most: Amounts) -> ReservationId:
        made = ReservationId(str(len(self.held) + 1))
        self.held[made] = (model, role, most)
        return made

    def settle(self, reservation: ReservationId, used: Amounts, usage: Usage) -> None:
        self.settled[reservation] = (used, usage)


@dataclass
class FolderContext:
    """Keeps `errand.capability.Context`: artifacts are files in `folder`, progress is remembered."""

    folder: Path
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    task: TaskId = field(default=TaskId("test"))
    subtask: SubtaskKey = field(default=SubtaskKey("test"))
    attempt: int = 1
    said: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    meter: CountingMeter = field(default_factory=CountingMeter)
    recorded: list[JsonObject] = field(default_factory=list)
    """Give one context's to another to play an attempt that goes on after a crash."""
    told: list[JsonObject] = field(default_factory=list)
    replanned: str = ""

    @property
    def workspace(self) -> Path:
        made = self.folder / "workspace"
        made.mkdir(parents=True, exist_ok=True)
        return made

    def attach(self, path: Path, media_type: str = "application/octet-stream") -> ArtifactRef:
        """Store a file as if a person had attached it."""
        return self.save(ArtifactRef, path.name, path.read_bytes(), media_type)

    def load(self, ref: ArtifactRef) -> bytes:
        path = self.folder / ref.sha256
        if not path.exists():
            raise InputRefused(f"{ref.name} is not stored here.")
        return path.read_bytes()

    def save(self, kind: type[R], name: str, content: bytes, media_type: str) -> R:
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / digest).write_bytes(content)
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
        self.said.append(message if fraction is None else f"{message} ({fraction:.0%})")

    def turns(self) -> Sequence[JsonObject]:
        return tuple(self.recorded)

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        self.recorded.append(turn)
        if told is not None:
            self.told.append(told)

    def adopt(self, kind: type[R], ref: ArtifactRef) -> R:
        self.load(ref)
        return kind.model_validate(ref.model_dump())

    def replan(self, reason: str) -> None:
        self.replanned = reason
