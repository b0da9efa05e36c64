"""Subtasks that used up their attempts: listed with all that shows why, retried, or taken off the list."""

from collections.abc import Iterable
from dataclasses import dataclass

from errand.domain.errors import NotFound
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.domain.json import JsonObject
from errand.domain.task import Fault, SubtaskView
from errand.engine import Engine
from errand.store import reading
from errand.store.database import Database

MOST = 10_000
"""Retried or discarded in one go."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter with everything that shows why it is one."""

    step: SubtaskView
    attempts: tuple[JsonObject, ...]
    """As in `task.json`: worker, start, end, outcome and error of each."""


@dataclass(frozen=True, slots=True)
class Retried:
    task: TaskId
    keys: tuple[str, ...]
    """The steps that run again: the dead letters, and what rests on them."""


class DeadLetters:
    """The part of the service that is about dead letters; used by any number of threads at once."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine, self._database = engine, database

    def dead_letters(
        self, limit: int = 100, *, capability: str | None = None, fault: Fault | None = None
    ) -> list[SubtaskView]:
        """The latest first; only of one capability or one kind of fault, where these are named."""
        with self._database.read() as tx:
            return reading.dead_letters(tx, limit, capability=capability, fault=fault)

    def dead_letter(self, task: TaskId, key: str) -> DeadLetter:
        """Raises NotFound when there is no such dead letter."""
        with self._database.read() as tx:
            found = [each for each in reading.subtask_views(tx, task) if each.address.key == key]
            attempts = reading.jobs(tx, task, key)
        if not found or found[0].status != "dead":
            raise NotFound(f"{task} {key} is not a dead letter.")
        return DeadLetter(found[0], tuple(attempts))

    def attempts(self, letters: Iterable[SubtaskView]) -> list[DeadLetter]:
        """These with their attempts."""
        with self._database.read() as tx:
            return [
                DeadLetter(each, tuple(reading.jobs(tx, each.address.task, each.address.key)))
                for each in letters
            ]

    def retry_dead_letters(
        self, *, capability: str | None = None, fault: Fault | None = None
    ) -> list[Retried]:
        """Give all of a kind new attempts, and run what rests on them; what is done stays done, and so does
        what a later plan goes on without, and what is no dead letter any more when its turn comes. Each
        task is a transaction of its own."""
        keys: dict[TaskId, list[str]] = {}
        for each in self.dead_letters(MOST, capability=capability, fault=fault):
            if not each.is_gone:
                keys.setdefault(each.address.task, []).append(each.address.key)
        again = {task: self._engine.retry_dead(task, dead) for task, dead in keys.items()}
        return [Retried(task, tuple(ran)) for task, ran in again.items() if ran]

    def discard_dead_letters(self, *, capability: str | None = None, fault: Fault | None = None) -> int:
        """Take all of a kind off the list; how many. Those that somebody retries meanwhile stay."""
        letters = self.dead_letters(MOST, capability=capability, fault=fault)
        return sum(self._discarded(each.address) for each in letters)

    def discard(self, task: TaskId, key: str) -> None:
        self._engine.discard(SubtaskAddress(task, SubtaskKey(key)))

    def _discarded(self, address: SubtaskAddress) -> bool:
        """False: it was no dead letter any more."""
        try:
            self._engine.discard(address)
        except NotFound:
            return False
        return True
