"""Workers as others see them, and the states that one goes through (docs/states.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from errand.domain.ids import WorkerId

IDLE_BEAT_SECONDS = 10.0
"""How often a worker without a job says that it lives; one with jobs says so more often."""
LONGEST_SILENCE = timedelta(seconds=3 * IDLE_BEAT_SECONDS)
"""A worker that was silent for longer is presumed lost."""


class WorkerState(StrEnum):
    STARTING = "starting"
    """It knows what it can do, and takes nothing yet."""
    IDLE = "idle"
    BUSY = "busy"
    """At least one slot has a job."""
    DRAINING = "draining"
    """Takes no more, finishes what it has or hands it back."""
    STOPPED = "stopped"
    LOST = "lost"
    """It has not said for too long that it lives. One that says so again is back."""

    @property
    def lives(self) -> bool:
        return self not in (WorkerState.STOPPED, WorkerState.LOST)

    @property
    def takes(self) -> bool:
        """Whether it takes messages now, or will in a moment."""
        return self.lives and self is not WorkerState.DRAINING


_NEXT: dict[WorkerState, frozenset[WorkerState]] = {
    WorkerState.STARTING: frozenset(WorkerState) - {WorkerState.STARTING},
    WorkerState.IDLE: frozenset(
        {WorkerState.BUSY, WorkerState.DRAINING, WorkerState.STOPPED, WorkerState.LOST}
    ),
    WorkerState.BUSY: frozenset(
        {WorkerState.IDLE, WorkerState.DRAINING, WorkerState.STOPPED, WorkerState.LOST}
    ),
    WorkerState.DRAINING: frozenset({WorkerState.STOPPED, WorkerState.LOST}),
    WorkerState.LOST: frozenset(
        {WorkerState.IDLE, WorkerState.BUSY, WorkerState.DRAINING, WorkerState.STOPPED}
    ),
    WorkerState.STOPPED: frozenset(),
}


def may_become(now: WorkerState, then: WorkerState) -> bool:
    """Whether a worker in the one state may be in the other next; staying as it is always may be."""
    return then is now or then in _NEXT[now]


@dataclass(frozen=True, slots=True)
class Offer:
    """A capability as a worker advertises it."""

    effects: str
    """As in `errand.capability.Effects`."""
    time_limit_seconds: float


@dataclass(frozen=True, slots=True)
class Doing:
    """A job that a worker has."""

    task: str
    subtask: str
    capability: str
    since: datetime


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker as a person may see it."""

    id: WorkerId
    host: str
    process: int
    version: str
    pool: str
    offers: Mapping[str, Offer]
    """By capability."""
    slots: int
    state: WorkerState
    doing: tuple[Doing, ...]
    load: float
    """Of its host, per core: the mean number of processes that want to run, over the last minute."""
    failure: str
    """Of the last job that failed here, a sentence; empty: none has."""
    failed_at: datetime | None
    started: datetime
    heartbeat: datetime


@dataclass(frozen=True, slots=True)
class Performance:
    """How jobs went lately. Those that were cancelled, handed back, or asked a person, are not counted."""

    capability: str
    """Empty: of every capability."""
    worker: str
    """Empty: of every worker."""
    jobs: int
    succeeded: int
    median_seconds: float | None
    """Of those that succeeded, as is the next; None: none has."""
    p95_seconds: float | None
    """95 of 100 took no longer."""

    @property
    def success_rate(self) -> float:
        return self.succeeded / self.jobs
