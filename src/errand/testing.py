"""For tests of capabilities, ours and others': a context on a folder, without engine, store or worker."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from errand.capability import ArtifactRef
from errand.domain.budget import Amounts, ReservationId, Usage
from errand.domain.errors import AnswerNeeded
from errand.domain.ids import SubtaskKey, TaskId
from errand.domain.json import JsonObject
from errand.domain.question import Question
from errand.sessions.passing import PassingContext

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
class FolderContext(PassingContext):
    """Keeps `errand.capability.Context`: artifacts are files in `folder`, what was said is remembered."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    meter: CountingMeter = field(default_factory=CountingMeter)
    task: TaskId = field(default=TaskId("test"))
    subtask: SubtaskKey = field(default=SubtaskKey("test"))
    said: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    told: list[JsonObject] = field(default_factory=list)
    """Give one context's `recorded` to another to play an attempt that goes on after a crash."""
    replanned: str = ""

    @property
    def workspace(self) -> Path:
        made = self.folder / "workspace"
        made.mkdir(parents=True, exist_ok=True)
        return made

    def attach(self, path: Path, media_type: str = "application/octet-stream") -> ArtifactRef:
        """Store a file as if a person had attached it."""
        return self.save(ArtifactRef, path.name, path.read_bytes(), media_type)

    def ask(self, question: Question) -> str:
        if question.name not in self.answers:
            raise AnswerNeeded(question)
        return self.answers[question.name]

    def progress(self, message: str, fraction: float | None = None) -> None:
        self.said.append(message if fraction is None else f"{message} ({fraction:.0%})")

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        super().record_turn(turn)
        if told is not None:
            self.told.append(told)

    def replan(self, reason: str) -> None:
        self.replanned = reason
