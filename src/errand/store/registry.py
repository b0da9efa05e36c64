"""Which workers there are, what each offers and does, and when it last said that it lives."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, case, delete, func, insert, or_, select, update

from errand.domain.errors import SetupError
from errand.domain.ids import WorkerId
from errand.domain.worker import Doing, Offer, Performance, WorkerState, WorkerView, may_become
from errand.store.database import Database
from errand.store.performance import performance
from errand.store.tables import worker

_LIVE = [state for state in WorkerState if state.lives]
_TAKING = [state for state in WorkerState if state.takes]
_BEFORE = {then: [state for state in WorkerState if may_become(state, then)] for then in WorkerState}
"""For each state, in which one a worker may have been."""
REMEMBERED = timedelta(days=7)
"""How long a worker that is gone is shown."""
_MOST_KNOWN = 5_000
"""Workers whose offers are remembered: they do not change while one lives."""


class WorkerRegistry:
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        remembered: timedelta = timedelta(seconds=1),
    ) -> None:
        """`remembered`: for how long `live_offers` gives what it has found."""
        self._database, self._clock, self._remembered = database, clock, remembered.total_seconds()
        self._lock = threading.Lock()
        self._offers: dict[str, tuple[str, ...]] = {}
        """Capabilities by worker."""
        self._live: Mapping[str, int] = {}
        self._live_until = 0.0

    # -- a worker says -------------------------------------------------------------------------------

    def register(self, view: WorkerView) -> None:
        row = {
            "id": view.id,
            "host": view.host,
            "process": view.process,
            "version": view.version,
            "slots": view.slots,
            "pool": view.pool,
            "started": view.started,
            "capabilities": [*view.offers],
            "offers": {name: asdict(each) for name, each in view.offers.items()},
            **_said(view),
        }
        with self._database.write() as tx:
            tx.execute(insert(worker), row)
        self._live_until = 0.0

    def beat(self, view: WorkerView) -> bool:
        """It lives; its state, what it does, how it fares. False: it is not known any more."""
        may_be = worker.c.state.in_(_BEFORE[view.state])
        with self._database.at_once() as tx:
            done = tx.execute(update(worker).where(worker.c.id == view.id, may_be).values(_said(view)))
        return done.rowcount == 1

    def leave(self, worker_id: WorkerId) -> None:
        gone = {"state": WorkerState.STOPPED, "doing": [], "heartbeat": self._clock()}
        with self._database.write() as tx:
            tx.execute(update(worker).where(worker.c.id == worker_id).values(gone))
        self._live_until = 0.0

    def refuse_wrong_clock(self, tolerated: timedelta) -> None:
        """Raises SetupError when this process's clock and the database server's differ by more."""
        ahead = self.clock_difference()
        if abs(ahead) > tolerated:
            side = "ahead of" if ahead > timedelta(0) else "behind"
            raise SetupError(
                f"The clock of this machine is {abs(ahead).total_seconds():.1f} seconds {side} the database "
                "server's: have both kept right by NTP, and start again."
            )

    def clock_difference(self) -> timedelta:
        """How far this process's clock is ahead of the database server's, for certain; negative: behind."""
        with self._database.read() as tx:
            if tx.dialect.name == "sqlite":
                return timedelta(0)
            asked = self._clock()
            theirs: datetime = tx.execute(select(func.clock_timestamp())).scalar_one()
            answered = self._clock()
        return max(asked - theirs, timedelta(0)) + min(answered - theirs, timedelta(0))

    # -- the rescuer decides -------------------------------------------------------------------------

    def presume_lost(self, silent_for: timedelta | None = None) -> list[WorkerId]:
        """Those that have not said for so long that they live are lost. Without `silent_for`, every one that
        has not said goodbye: only for whoever knows that none lives."""
        silent = select(worker.c.id).where(worker.c.state.in_(_LIVE))
        if silent_for is not None:
            silent = silent.where(worker.c.heartbeat < self._clock() - silent_for)
        # What another rescuer is at just now is skipped, so that none waits for another.
        theirs = silent.with_for_update(skip_locked=True)
        lost = update(worker).where(worker.c.id.in_(theirs)).values(state=WorkerState.LOST)
        with self._database.write() as tx:
            return [WorkerId(row.id) for row in tx.execute(lost.returning(worker.c.id))]

    def forget(self, silent_for: timedelta = REMEMBERED) -> int:
        """Those that have stopped or are lost, and were not heard of for so long; how many."""
        gone = worker.c.state.in_([WorkerState.STOPPED, WorkerState.LOST])
        long_ago = worker.c.heartbeat < self._clock() - silent_for
        with self._database.write() as tx:
            return tx.execute(delete(worker).where(gone, long_ago)).rowcount

    # -- others ask ----------------------------------------------------------------------------------

    def live_offers(self) -> Mapping[str, int]:
        """Capabilities that workers take now, and the slots of these; found out again after a moment."""
        with self._lock:
            if time.monotonic() >= self._live_until:
                alike: Counter[tuple[str, ...]] = Counter()  # most workers offer the same
                for count, capabilities in self._offered(worker.c.state.in_(_TAKING)):
                    alike[capabilities] += count
                slots: Counter[str] = Counter()
                for capabilities, count in alike.items():
                    slots.update(dict.fromkeys(capabilities, count))
                self._live, self._live_until = slots, time.monotonic() + self._remembered
            return self._live

    def offered_lately(self, within: timedelta) -> frozenset[str]:
        """Capabilities of workers that live, or were heard of within that time."""
        heard = worker.c.heartbeat >= self._clock() - within
        lately = or_(worker.c.state.in_(_LIVE), heard)
        with self._lock:
            return frozenset(name for _, names in self._offered(lately) for name in names)

    def workers(self, limit: int = 100) -> list[WorkerView]:
        """Those that live first, then newest first."""
        gone = case((worker.c.state.in_(_LIVE), 0), else_=1)
        newest = select(worker).order_by(gone, worker.c.started.desc(), worker.c.id).limit(limit)
        with self._database.read() as tx:
            return [_view(row) for row in tx.execute(newest)]

    def performance(self, within: timedelta) -> list[Performance]:
        """How the jobs went that ended within that time."""
        with self._database.read() as tx:
            return performance(tx, self._clock() - within)

    def _offered(self, of: ColumnElement[bool]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Slots and capabilities of each. What one offers is long, and read once."""
        with self._database.read() as tx:
            found = tx.execute(select(worker.c.id, worker.c.slots).where(of)).all()
            new = [row.id for row in found if row.id not in self._offers]
            if len(self._offers) + len(new) > _MOST_KNOWN:
                self._offers, new = {}, [row.id for row in found]
            if new:
                named = select(worker.c.id, worker.c.capabilities).where(worker.c.id.in_(new))
                self._offers |= {row.id: tuple(row.capabilities) for row in tx.execute(named)}
        for row in found:
            yield row.slots, self._offers.get(row.id, ())


def _said(view: WorkerView) -> dict[str, object]:
    """What changes from one heartbeat to the next."""
    return {
        "state": view.state,
        "doing": [asdict(each) | {"since": each.since.isoformat()} for each in view.doing],
        "load": view.load,
        "failure": view.failure,
        "failed_at": view.failed_at,
        "heartbeat": view.heartbeat,
    }


def _view(row: Row[tuple[object, ...]]) -> WorkerView:
    doing = (Doing(**each) for each in row.doing)
    return WorkerView(
        id=WorkerId(row.id),
        host=row.host,
        process=row.process,
        version=row.version,
        pool=row.pool,
        offers={name: Offer(**each) for name, each in row.offers.items()},
        slots=row.slots,
        state=WorkerState(row.state),
        doing=tuple(replace(each, since=datetime.fromisoformat(str(each.since))) for each in doing),
        load=row.load,
        failure=row.failure,
        failed_at=row.failed_at,
        started=row.started,
        heartbeat=row.heartbeat,
    )
