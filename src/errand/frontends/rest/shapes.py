"""What goes over the wire: the views of the domain as JSON, by names that stay."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from errand.domain.budget import MICRO
from errand.domain.event import Event
from errand.domain.question import QuestionView
from errand.domain.request import Limits
from errand.domain.task import SubtaskView, TaskView
from errand.service import CapabilityView


class LimitsIn(BaseModel):
    """What a task may take; nothing said: what the installation allows."""

    model_config = ConfigDict(extra="forbid")

    seconds: float | None = Field(default=None, description="From its submission on.")
    usd: float | None = Field(default=None, ge=0, le=1e9, description="Of calls of language models.")
    tokens: int | None = Field(default=None, ge=0)
    calls: int | None = Field(default=None, ge=0, description="Of language models.")

    def limits(self) -> Limits:
        money = None if self.usd is None else round(self.usd * MICRO)
        return Limits(self.seconds, money, self.tokens, self.calls)


class TaskIn(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Summarize this report", "limits": {"seconds": 600}}]},
    )

    text: str = Field(description="In your own words.")
    limits: LimitsIn = Field(default_factory=LimitsIn)
    priority: int = Field(default=0, ge=-100, le=100, description="Among your tasks; the highest first.")
    parallel: int | None = Field(
        default=None, ge=0, le=10_000, description="Steps of it that run at once; 0: no limit."
    )


class _Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TaskOut(_Shown):
    id: str
    text: str
    principal: str
    origin: str
    status: str = Field(
        validation_alias="shown_status",
        description="queued, running, waiting (for a person), succeeded, partial, failed or cancelled.",
    )
    created: datetime
    ended: datetime | None
    missing: tuple[str, ...] = Field(description="Sentences: what is not there, and why.")
    fault: str | None
    open: int = Field(description="Steps that have not ended.")
    total: int = Field(description="Steps.")
    remarks: tuple[str, ...]
    result: JsonValue

    @classmethod
    def of(cls, view: TaskView) -> "TaskOut":
        return cls.model_validate(view)


class SubtaskOut(_Shown):
    key: str
    title: str
    capability: str
    status: str
    attempt: int
    max_attempts: int
    needs: tuple[str, ...]
    worker: str | None
    started: datetime | None
    ended: datetime | None
    error: str
    fault: str | None

    @classmethod
    def of(cls, view: SubtaskView) -> "SubtaskOut":
        fields: dict[str, Any] = {name: getattr(view, name) for name in cls.model_fields if name != "key"}
        return cls(key=view.address.key, **fields)


class DeadLetterOut(SubtaskOut):
    task: str
    inputs: JsonValue
    detail: str

    @classmethod
    def of(cls, view: SubtaskView) -> "DeadLetterOut":
        names = cls.model_fields.keys() - {"key", "task"}
        fields: dict[str, Any] = {name: getattr(view, name) for name in names}
        return cls(key=view.address.key, task=view.address.task, **fields)


class QuestionOut(BaseModel):
    id: str
    subtask: str
    text: str
    kind: str
    choices: tuple[str, ...]
    asked: datetime

    @classmethod
    def of(cls, view: QuestionView) -> "QuestionOut":
        asked = view.question
        return cls(
            id=view.id, subtask=view.subtask, text=asked.text, kind=asked.kind, choices=asked.choices,
            asked=view.asked,
        )  # fmt: skip


class WholeTask(BaseModel):
    task: TaskOut
    steps: list[SubtaskOut]
    questions: list[QuestionOut] = Field(description="That wait for an answer.")


class EventOut(_Shown):
    number: int = Field(description="Within its task, from 1, without gaps.")
    subtask: str | None
    type: str
    data: JsonValue
    time: datetime

    @classmethod
    def of(cls, event: Event) -> "EventOut":
        return cls.model_validate(event)


class CapabilityOut(BaseModel):
    name: str
    description: str
    offered: bool
    why_not: tuple[str, ...]

    @classmethod
    def of(cls, view: CapabilityView) -> "CapabilityOut":
        known = view.description
        return cls(name=known.name, description=known.description, offered=view.offered, why_not=view.why_not)


class AgainOut(BaseModel):
    steps: list[str] = Field(description="Keys of those that run again.")


class CancelledOut(BaseModel):
    cancelled: bool = Field(description="False: it had ended before.")


class ProblemOut(BaseModel):
    """Problem details (RFC 9457)."""

    title: str
    status: int
    detail: str = Field(description="A sentence for a person: what was wrong, what to do.")


class HealthOut(BaseModel):
    status: str
    version: str
