"""What a subtask asks a person."""

import hashlib
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


def bound(name: str, *shown: object) -> str:
    """A name for a question whose answer counts only for what was shown with it."""
    return f"{name}-{hashlib.sha256(repr(shown).encode()).hexdigest()[:12]}"


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
