"""Whose subtask is sent next: a fair share per principal, then priority, then age. Decisions only.

docs/fairness.md says it for people.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from errand.domain.ids import Principal, SubtaskAddress, TaskId


@dataclass(frozen=True, slots=True)
class Held:
    """A subtask that is ready, and that nobody has sent yet."""

    address: SubtaskAddress
    capability: str
    principal: Principal
    rank: int
    """Its task's priority, negated: the lowest goes first."""
    ready_at: datetime
    position: int
    parallel: int = 0
    """So many subtasks of its task are under way at once, at most; 0: as many as there is room for."""

    @property
    def turn(self) -> tuple[int, datetime, TaskId, int]:
        """Among those of its principal, the lowest goes first."""
        return self.rank, self.ready_at, self.address.task, self.position


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many subtasks run or are sent."""

    of_principal: Mapping[Principal, int] = field(default_factory=dict)
    of_task: Mapping[TaskId, int] = field(default_factory=dict)

    def joined_by(self, sent: Iterable[Held]) -> "UnderWay":
        principals, tasks = Counter(self.of_principal), Counter(self.of_task)
        for each in sent:
            principals[each.principal] += 1
            tasks[each.address.task] += 1
        return UnderWay(principals, tasks)

    def has_room_for(self, held: Held) -> bool:
        """Whether its task's cap lets one more be under way."""
        return _is_below_cap(held, self.of_task)


def choose(
    held: Sequence[Held],
    room: int,
    under_way: UnderWay,
    weights: Mapping[Principal, float] | None = None,
) -> list[Held]:
    """At most `room` of those that are held, in the order in which they are to be sent.

    Next is the principal with the fewest under way for its weight (1 unless it is told); equals take turns by
    whose waits longest. Its own go by priority, then by age. A task at its cap is passed over.
    """
    principals, tasks = Counter(under_way.of_principal), Counter(under_way.of_task)
    lines = {each: iter(sorted(mine, key=lambda h: h.turn)) for each, mine in _by_principal(held).items()}
    weigh = weights or {}
    turns: list[tuple[float, datetime, Principal, Held]] = []

    def queue_up(principal: Principal) -> None:
        head = _next_below_cap(lines[principal], tasks)
        if head is not None:
            share = principals[principal] / weigh.get(principal, 1.0)
            heapq.heappush(turns, (share, head.ready_at, principal, head))

    for principal in lines:
        queue_up(principal)
    chosen: list[Held] = []
    while turns and len(chosen) < room:
        _, _, principal, head = heapq.heappop(turns)
        chosen.append(head)
        principals[principal] += 1
        tasks[head.address.task] += 1
        queue_up(principal)
    return chosen


def _by_principal(held: Iterable[Held]) -> dict[Principal, list[Held]]:
    found: dict[Principal, list[Held]] = {}
    for each in held:
        found.setdefault(each.principal, []).append(each)
    return found


def _next_below_cap(line: Iterator[Held], tasks: Mapping[TaskId, int]) -> Held | None:
    return next((each for each in line if _is_below_cap(each, tasks)), None)


def _is_below_cap(held: Held, tasks: Mapping[TaskId, int]) -> bool:
    return not held.parallel or tasks.get(held.address.task, 0) < held.parallel
