"""What becomes of a subtask whose attempt failed: when it is tried again, and when it is a dead letter.

The faults are explained in docs/states.md.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from errand.domain.task import Failed, Fault, Job, SubtaskStatus


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential, with full jitter on the upper half so that retries of many do not meet."""

    first_seconds: float = 1.0
    factor: float = 4.0
    longest_seconds: float = 300.0

    def delay(self, attempt: int, chance: random.Random) -> timedelta:
        """How long to wait after this attempt (from 1) failed."""
        whole = min(self.first_seconds * self.factor ** (attempt - 1), self.longest_seconds)
        return timedelta(seconds=whole * (0.5 + 0.5 * chance.random()))


@dataclass(frozen=True, slots=True)
class Again:
    """Try once more, not before `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GivenUp:
    status: SubtaskStatus


@dataclass(frozen=True, slots=True)
class Patience:
    """When to try again, and how often."""

    backoff: Backoff = field(default_factory=Backoff)
    most_lost: int = 3
    """Attempts in a row after which a subtask whose worker disappears counts as the cause of it; attempts
    swept away with others stand between them and are not counted."""
    busy_backoff: Backoff = field(default_factory=lambda: Backoff(factor=2.0, longest_seconds=600.0))
    most_busy: int = 20
    """Attempts in a row after which nobody waits for a busy service any longer: after more than an hour."""

    longest_wish_seconds: float = 86_400.0
    """That the other side is believed when it names the time of the next attempt."""
    most_swept: int = 20
    """Attempts in a row, lost or swept away, after which nobody starts it any more."""

    def most_in_a_row(self, fault: Fault) -> int:
        """Of a fault that is no strike: after so many attempts in a row it is a dead letter."""
        if fault is Fault.SWEPT:
            return max(self.most_lost, self.most_swept)
        return self.most_lost if fault is Fault.LOST else self.most_busy

    @property
    def longest_row(self) -> int:
        """So many attempts before one are looked at."""
        return max(self.most_lost, self.most_swept, self.most_busy)

    def after(
        self, failed: Failed, job: Job, now: datetime, chance: random.Random, *, same_before: int = 0
    ) -> Again | GivenUp:
        """Three strikes, then the dead letter; at once where trying again can not help.

        `same_before`, of a fault that is no strike: how many attempts directly before this one ended alike.
        """
        if not failed.fault.worth_retrying:
            return GivenUp(SubtaskStatus.FAILED)
        if failed.fault.is_no_strike:
            return self._after_no_strike(failed, now, chance, same_before)
        if job.attempt >= job.max_attempts:
            return GivenUp(SubtaskStatus.DEAD)
        if failed.retry_after_seconds is not None:
            return Again(now + self._wished(failed.retry_after_seconds))
        return Again(now + self.backoff.delay(job.attempt, chance))

    def _after_no_strike(
        self, failed: Failed, now: datetime, chance: random.Random, before: int
    ) -> Again | GivenUp:
        """Who is busy is asked no sooner than it said, and more rarely each time: many may wait for it."""
        if before + 1 >= self.most_in_a_row(failed.fault):
            return GivenUp(SubtaskStatus.DEAD)
        if failed.fault.is_loss:
            return Again(now)
        asked = self._wished(failed.retry_after_seconds or 0.0)
        return Again(now + max(asked, self.busy_backoff.delay(before + 1, chance)))

    def _wished(self, seconds: float) -> timedelta:
        return timedelta(seconds=min(seconds, self.longest_wish_seconds))
