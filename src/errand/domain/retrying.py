"""What runs again when a person retries: what did not succeed, and all that rests on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from errand.domain.task import SubtaskStatus, SubtaskView


@dataclass(frozen=True, slots=True)
class Restart:
    again: frozenset[str]
    """Keys that will run."""
    ready: frozenset[str]
    """Those of them that can run at once."""
    unmet: dict[str, int]
    """For each of them, how many of its needs must still end."""


def restart(subtasks: Sequence[SubtaskView], only: Collection[str] = ()) -> Restart:
    """Subtasks in the plan's order. With `only`, those, whatever became of them, instead of all failed."""
    chosen: set[str] = {
        each.address.key
        for each in subtasks
        if (each.address.key in only if only else _fell_short(each.status))
    }
    dependents: dict[str, list[str]] = {}
    for each in subtasks:
        for need in each.needs:
            dependents.setdefault(need, []).append(each.address.key)
    again, left = set(chosen), list(chosen)
    while left:
        for key in dependents.get(left.pop(), ()):
            if key not in again:
                again.add(key)
                left.append(key)
    unmet: dict[str, int] = {
        each.address.key: sum(need in again for need in each.needs)
        for each in subtasks
        if each.address.key in again
    }
    return Restart(frozenset(again), frozenset(key for key, n in unmet.items() if n == 0), unmet)


def _fell_short(status: SubtaskStatus) -> bool:
    return status.ended and status is not SubtaskStatus.SUCCEEDED
