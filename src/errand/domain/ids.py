"""Names of things. A task's id is short enough to type; a subtask is addressed by task and key."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import NewType

from errand.domain.budget import ReservationId

TaskId = NewType("TaskId", str)
SubtaskKey = NewType("SubtaskKey", str)
WorkerId = NewType("WorkerId", str)
QuestionId = NewType("QuestionId", str)
Principal = NewType("Principal", str)

LOCAL: Principal = Principal("local")
"""The person at this machine, when nobody else can ask."""

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is mistaken for something else when read aloud


LONGEST_TASK_ID = 20
"""Characters; that of a key. Others have ten."""


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_task_id() -> TaskId:
    return TaskId(_random(10))


def task_ids_between(beginning: str) -> tuple[str, str]:
    """Before and after all ids of tasks that begin so, in the order of any language."""
    return beginning, beginning.ljust(LONGEST_TASK_ID, _ALPHABET[-1])


def task_id_of(principal: Principal, key: str) -> TaskId:
    """The same for the same key of the same principal, and nobody else's: for what may be handed in twice."""
    number = int.from_bytes(hashlib.sha256(f"{len(principal)} {principal} {key}".encode()).digest())
    letters = []
    for _ in range(LONGEST_TASK_ID):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return TaskId("".join(letters))


def new_worker_id(host: str) -> WorkerId:
    return WorkerId(f"{host}-{_random(5)}")


def new_reservation_id() -> ReservationId:
    return ReservationId(_random(16))


def new_question_id() -> QuestionId:
    return QuestionId(_random(8))


@dataclass(frozen=True, slots=True)
class SubtaskAddress:
    """All that a message carries."""

    task: TaskId
    key: SubtaskKey


def idempotency_key(address: SubtaskAddress) -> str:
    """What names the effect of a subtask to a service outside: of letters, digits and `-`, whatever is in the
    subtask's key, and short enough for any header."""
    return f"{address.task}-{hashlib.sha256(address.key.encode()).hexdigest()[:32]}"
