"""Which jobs are started once more elsewhere, since they take far longer than others of their kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from errand.domain.ids import SubtaskAddress
from errand.domain.worker import Performance

LEAST = timedelta(seconds=5)
"""What has run for less is not worth a second job."""
ENOUGH_JOBS = 20
"""Before so many of a kind have succeeded, nobody knows how long one takes."""
NONE = "none"
"""What a capability may change that may be done twice, as in an `Offer`."""


@dataclass(frozen=True, slots=True)
class Running:
    """A job that may be hedged."""

    address: SubtaskAddress
    attempt: int
    capability: str
    worker: str
    ran: timedelta


@dataclass(frozen=True, slots=True)
class Room:
    """A worker that lives, and what it could begin now."""

    worker: str
    effects: Mapping[str, str]
    """By capability that it offers."""
    free: int
    """Slots."""


def stragglers(running: Sequence[Running], usual: Mapping[str, Performance], factor: float) -> list[Running]:
    """Those that have run `factor` times longer than 95 of 100 of their kind took; the longest first."""
    late = [each for each in running if _is_late(each, usual.get(each.capability), factor)]
    return sorted(late, key=lambda each: each.ran, reverse=True)


def placed(late: Sequence[Running], rooms: Sequence[Room]) -> list[Running]:
    """Those that another worker has a slot for, and of which no worker says that they change anything."""
    free = {each.worker: each.free for each in rooms}
    chosen: list[Running] = []
    for job in late:
        offering = [each for each in rooms if job.capability in each.effects]
        elsewhere = [e.worker for e in offering if e.worker != job.worker and free[e.worker] > 0]
        if elsewhere and all(each.effects[job.capability] == NONE for each in offering):
            free[max(elsewhere, key=lambda worker: free[worker])] -= 1
            chosen.append(job)
    return chosen


def _is_late(job: Running, usual: Performance | None, factor: float) -> bool:
    if usual is None or usual.p95_seconds is None or usual.succeeded < ENOUGH_JOBS:
        return False
    return job.ran >= timedelta(seconds=factor * usual.p95_seconds)
