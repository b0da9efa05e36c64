"""What a subtask asks a person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class QuestionKind(StrEnum):
    OPEN = "open"
    CHOICE = "choice"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Question:
    """`name` tells a subtask's questions apart, so that an answer finds its way back when it runs again."""

    name: str
    text: str
    kind: QuestionKind = QuestionKind.OPEN
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionView:
    id: str
    task: str
    subtask: str
    question: Question
    asked: datetime
    answer: str | None
    answered: datetime | None
    answered_by: str | None
