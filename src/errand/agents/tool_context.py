"""What a tool of an agent may reach: the agent's context, without its conversation and its money."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import BaseModel

from errand.agents.files import Files, KnownFile
from errand.capability import ArtifactRef, Context
from errand.domain.budget import Meter
from errand.domain.errors import NotOffered
from errand.domain.ids import SubtaskKey, TaskId
from errand.domain.json import JsonObject
from errand.domain.question import Question

R = TypeVar("R", bound=ArtifactRef)
M = TypeVar("M", bound=BaseModel)


@dataclass
class ToolContext:
    """Keeps `errand.capability.Context`. It lives as long as one call of a tool."""

    tool: str
    context: Context
    files: Files
    made: list[KnownFile] = field(default_factory=list)

    @property
    def task(self) -> TaskId:
        return self.context.task

    @property
    def subtask(self) -> SubtaskKey:
        return self.context.subtask

    @property
    def attempt(self) -> int:
        return self.context.attempt

    @property
    def workspace(self) -> Path:
        return self.context.workspace

    @property
    def now(self) -> datetime:
        return self.context.now

    def load(self, ref: ArtifactRef) -> bytes:
        return self.context.load(ref)

    def save(self, kind: type[R], name: str, content: bytes, media_type: str) -> R:
        """Under a name that is free in the conversation: two files of one name would be one to the model."""
        free = self.files.free_name(name, hashlib.sha256(content).hexdigest())
        saved = self.context.save(kind, free, content, media_type)
        self.made.append(self.files.add(saved))
        return saved

    def load_model(self, ref: ArtifactRef, model: type[M]) -> M:
        return self.context.load_model(ref, model)

    def save_model(self, kind: type[R], name: str, model: BaseModel) -> R:
        return self.save(kind, name, model.model_dump_json().encode(), "application/json")

    def ask(self, question: Question) -> str:
        return self.context.ask(question)

    def progress(self, message: str, fraction: float | None = None) -> None:
        """Without the fraction, which is the tool's and not the agent's."""
        del fraction
        self.context.progress(f"{self.tool}: {message}")

    def adopt(self, kind: type[R], ref: ArtifactRef) -> R:
        return self.context.adopt(kind, ref)

    def replan(self, reason: str) -> None:
        self.context.replan(reason)

    @property
    def idempotency_key(self) -> str:
        raise NotOffered(f"{self.tool} acts on nothing outside when an agent calls it: do without.")

    @property
    def meter(self) -> Meter:
        self._not_for_tools()

    def turns(self) -> Sequence[JsonObject]:
        self._not_for_tools()

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        del turn, told
        self._not_for_tools()

    def _not_for_tools(self) -> NoReturn:
        raise NotOffered(
            f"{self.tool} works with a model itself and can not be called by another: do without."
        )
