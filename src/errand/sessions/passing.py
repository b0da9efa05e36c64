"""What a planner may reach outside any task, for as long as one command takes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from errand.capability import ArtifactRef
from errand.domain.budget import Meter
from errand.domain.errors import InputRefused
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, idempotency_key
from errand.domain.json import JsonObject
from errand.domain.question import Question

R = TypeVar("R", bound=ArtifactRef)
M = TypeVar("M", bound=BaseModel)


@dataclass
class PassingContext:
    """Keeps `errand.capability.Context`: files in a folder of the caller's, nothing stored, nobody to ask."""

    folder: Path
    now: datetime
    meter: Meter
    task: TaskId = field(default=TaskId("none"))
    subtask: SubtaskKey = field(default=SubtaskKey("plan"))
    attempt: int = 1
    recorded: list[JsonObject] = field(default_factory=list)

    @property
    def idempotency_key(self) -> str:
        return idempotency_key(SubtaskAddress(self.task, self.subtask))

    @property
    def workspace(self) -> Path:
        return self.folder

    def load(self, ref: ArtifactRef) -> bytes:
        path = self.folder / ref.sha256
        if not path.is_file():
            raise InputRefused(
                f"{ref.name} is not stored here: its content can be read once the task has begun."
            )
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
        raise InputRefused(f"It would be asked first: {question.text} Say it in the request.")

    def progress(self, message: str, fraction: float | None = None) -> None:
        """Nobody watches."""

    def turns(self) -> Sequence[JsonObject]:
        return tuple(self.recorded)

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        del told
        self.recorded.append(turn)

    def adopt(self, kind: type[R], ref: ArtifactRef) -> R:
        self.load(ref)
        return kind.model_validate(ref.model_dump())

    def replan(self, reason: str) -> None:
        """There is nothing to plan anew."""
