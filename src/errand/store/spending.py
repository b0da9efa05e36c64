"""Who may still call a model: what a call may cost is set aside in the store before it is made."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from errand.domain.budget import Amounts, Ceilings, Cost, CostsBy, ReservationId, Scope, Usage
from errand.domain.errors import Cancelled, LimitReached
from errand.domain.ids import LOCAL, Principal, TaskId, new_reservation_id
from errand.domain.limiting import limits, passed, refusal, time_refusal
from errand.domain.request import Limits
from errand.domain.task import Job
from errand.store import reserving, state
from errand.store.database import Database
from errand.store.reserving import Place, day_of, places
from errand.store.tables import task

LONGEST_WAIT_SECONDS = 900.0
"""For calls under way to give back what they do not need; no call takes longer."""
LOOK_AGAIN_SECONDS = 1.0
"""What another process's calls give back, nobody tells us."""


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom a call is made."""

    capability: str
    """Or the command, outside any task."""
    job: Job | None = None
    principal: Principal = LOCAL
    """Outside any task; a job's is its task's."""


class _Full(LimitReached):
    def __init__(self, message: str, *, may_free: bool) -> None:
        super().__init__(message)
        self.may_free = may_free
        """There is room once the calls under way have cost less than is held for them."""


class Spending:
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], ceilings: Ceilings | None = None
    ) -> None:
        self._database, self._clock = database, clock
        self.ceilings = ceilings or Ceilings()
        self.counts_time = any(self.ceilings.of(scope).wall_seconds is not None for scope in _DAILY)
        """Whether there is a limit on how long jobs run in a day; asked twice for every job."""
        self._freed = threading.Condition()

    # -- calls -----------------------------------------------------------------------------------------

    def reserve(
        self, payer: Payer, model: str, role: str, most: Amounts, *, patient: bool = True
    ) -> ReservationId:
        """Set aside what a call may cost at most, under every limit or none; durable when this returns.

        Where only the calls under way stand in the way, `patient` waits for them: most cost far less than
        they might. Raises LimitReached, and Cancelled when the job is not its worker's any more.
        """
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        with self._freed:
            while True:
                try:
                    return self._set_aside(payer, model, role, most)
                except _Full as full:
                    if not (patient and full.may_free and time.monotonic() < until):
                        raise LimitReached(str(full)) from full
                self._freed.wait(LOOK_AGAIN_SECONDS)

    def settle(self, made: ReservationId, used: Amounts, usage: Usage) -> None:
        """What the call did cost, also when it is more than was set aside; all 0: it was never made.
        What is settled stays as it is."""
        with self._database.write() as tx:
            reserving.close(tx, made, used, usage)
        self._tell_freed()

    def lose(self, made: ReservationId) -> None:
        """Nobody will settle it; it counts in full, since the call may have been made."""
        with self._database.write() as tx:
            reserving.lose_one(tx, made)
        self._tell_freed()

    def _tell_freed(self) -> None:
        with self._freed:
            self._freed.notify_all()

    def _set_aside(self, payer: Payer, model: str, role: str, most: Amounts) -> ReservationId:
        now, made = self._clock(), new_reservation_id()
        job, address = payer.job, payer.job.address if payer.job else None
        with self._database.write() as tx:
            principal, asked = (payer.principal, Limits()) if job is None else _owner(tx, job)
            if address and job and job.attempt > 1:
                reserving.lose(tx, address.task, only=address, before=job.attempt)
            self._refuse_when_time_is_over(tx, principal, now)
            for place in places(address.task if address else None, principal, day_of(now)):
                self._hold(tx, place, principal, asked, most)
            row: dict[str, object] = {
                "id": made,
                "task": address.task if address else None,
                "subtask": address.key if address else None,
                "attempt": job.attempt if job else None,
                "principal": principal,
                "capability": payer.capability,
                "model": model,
                "role": role,
                "day": day_of(now),
                "time": now,
            }
            reserving.write(tx, row, most)
        return made

    def _hold(self, tx: Connection, place: Place, principal: Principal, asked: Limits, most: Amounts) -> None:
        scope = place[0]
        mine = limits(self.ceilings.of(scope), asked if scope is Scope.TASK else None)
        if reserving.hold(tx, place, mine, most):
            return
        used, held = reserving.balance(tx, place)
        limit = passed(mine, used, held, most)
        if limit is None:  # never: the same rows, in the same transaction
            raise LookupError(place)
        raise _Full(
            refusal(scope, principal, limit, used, held, most),
            may_free=passed(mine, used, Amounts(), most) is None,
        )

    # -- what was spent --------------------------------------------------------------------------------

    def costs(self, by: CostsBy, *, task: TaskId | None, days: int | None) -> list[Cost]:
        """The dearest first, days in order; `days`: only of today and the days before it, so many."""
        since = None if days is None else day_of(self._clock() - timedelta(days=days - 1))
        with self._database.read() as tx:
            return reserving.costs(tx, by, task_id=task, since=since)

    def allowed(self, asked: Limits) -> Limits:
        """With the installation's own limit on a task's time, where it is the lower one."""
        mine, wanted = self.ceilings.task.wall_seconds, asked.wall_seconds
        lower = min((each for each in (mine, wanted) if each is not None), default=None)
        return replace(asked, wall_seconds=lower)

    # -- time ------------------------------------------------------------------------------------------

    def refuse_when_time_is_over(self, who: Principal | TaskId, *, of_task: bool = False) -> None:
        """Raises LimitReached when the jobs of today ran for as long as they may: the principal's, or
        those of whoever asked for the task."""
        if not self.counts_time:
            return
        with self._database.read() as tx:
            principal = _principal(tx, TaskId(who)) if of_task else Principal(who)
            self._refuse_when_time_is_over(tx, principal, self._clock())

    def ran(self, job: Job) -> None:
        """Count a job's time, now that it has ended."""
        if self.counts_time:
            now = self._clock()
            with self._database.write() as tx:
                reserving.add_seconds(tx, job.address.task, now, (now - job.started).total_seconds())

    def abandoned(self, job: Job) -> None:
        """Whoever worked on it is gone and settles nothing: calls under way may have been made, and count in
        full."""
        with self._database.write() as tx:
            reserving.lose(tx, job.address.task, only=job.address, before=job.attempt + 1)
        self._tell_freed()

    def _refuse_when_time_is_over(self, tx: Connection, principal: Principal, now: datetime) -> None:
        for scope, key in places(None, principal, day_of(now)):
            most = self.ceilings.of(scope).wall_seconds
            if most is not None and (used := reserving.seconds(tx, (scope, key))) >= most:
                raise LimitReached(time_refusal(scope, principal, most, used))


_DAILY = (Scope.PRINCIPAL, Scope.DAY)


def _owner(tx: Connection, job: Job) -> tuple[Principal, Limits]:
    """Who asked for the job's task, and with which limits. Raises Cancelled when the job is lost."""
    if not state.is_held(tx, job):
        raise Cancelled(f"{job.capability} was cancelled, or took too long.")
    row = tx.execute(select(task.c.principal, task.c.limits).where(task.c.id == job.address.task)).one()
    return Principal(row.principal), Limits(**row.limits)


def _principal(tx: Connection, task_id: TaskId) -> Principal:
    return Principal(tx.execute(select(task.c.principal).where(task.c.id == task_id)).scalar_one())
