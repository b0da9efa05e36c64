"""Sends ready subtasks to the queue: at once while there is room, else by fair share (docs/fairness.md).

The store knows what is held, and until when a message is believed to be under way.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from errand.domain.errors import QueueAway, StoreAway
from errand.domain.fairness import Held, UnderWay, choose
from errand.domain.ids import Principal, SubtaskAddress, SubtaskKey, TaskId
from errand.domain.queueing import QueueView
from errand.domain.window import Window
from errand.observability import metrics
from errand.queue import Queue
from errand.store import backlog, counting
from errand.store.database import Database

Sendable = list[tuple[SubtaskAddress, str]]
"""Address and capability of each."""

LOOK_AGAIN_SECONDS = 0.1
"""Who is busy looks so often whether others hold something."""
MOMENT = timedelta(seconds=2)
"""A message that was sent longer ago is in the broker, or was taken, or is lost."""
MOST_ROUNDS = 8
"""Of one release; each passes over the tasks that came to their cap in the one before."""


def no_slots(capability: str) -> int:
    """Where it is not known who offers what."""
    del capability
    return 0


class Dispatcher:
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Callable[[], datetime],
        *,
        resend: timedelta = timedelta(seconds=30),
        slots_of: Callable[[str], int] = no_slots,
    ) -> None:
        """`resend`: how long a ready subtask may stay unclaimed before its message counts as lost.
        `slots_of`: how many slots of workers that live offer a capability."""
        self._database, self._queue, self._clock = database, queue, clock
        self._resend, self._slots_of = resend, slots_of
        self._only: TaskId | None = None
        self._windows: defaultdict[str, Window] = defaultdict(Window)
        self._capped: frozenset[TaskId] = frozenset()
        """Of which something may be held until one of its jobs has ended."""
        self._known = float("-inf")
        self._ended = self._look_after = 0
        """Jobs ended here, and after how many it is worth while to look at the queue."""
        self._lock = threading.Lock()
        self._releasing = threading.Lock()
        self._wanted = threading.Event()

    @property
    def is_open(self) -> bool:
        """Nothing is known to be held for want of room: what becomes ready may be done at once."""
        return not any(each.is_short for each in list(self._windows.values()))

    def keep_to(self, only: TaskId | None) -> None:
        """Send what is held of one task, and leave the others as they are; None: of all."""
        self._only = only

    def due(self, now: datetime) -> datetime:
        """When the message of what becomes ready now counts as lost."""
        return now + self._resend

    def send(self, ready: Sequence[tuple[SubtaskAddress, str]], *, ended: TaskId | None = None) -> None:
        """After commit, never before: a message must not outrun the state it speaks of.

        What there is no room for is held, for a release by this process or another. `ended`: the task of
        which a job has ended, so that there is room for others. Whoever calls has changed the state, and is
        not told that the store went away since: he would do the same again.
        """
        try:
            self._send(ready, ended)
        except StoreAway:
            """What was not sent counts as lost in a moment. The next transaction says what is wrong."""

    def _send(self, ready: Sequence[tuple[SubtaskAddress, str]], ended: TaskId | None) -> None:
        if ready and not self._has_room(ready):
            self._hold([address for address, _ in ready])
            self._release_if_it_can()
            return
        self._put(ready)
        if ended is not None and self._is_worth_a_release(ended):
            self._release_if_it_can()

    def release(self) -> int:
        """Send what is held, by fair share, as far as there is room; how much was sent.

        Raises StoreUnavailable, and QueueAway when it is not known how much room there is.
        """
        self._wanted.set()
        sent = 0
        while self._wanted.is_set() and self._releasing.acquire(blocking=False):
            try:
                self._wanted.clear()
                sent += self._release()
            finally:
                self._releasing.release()
        return sent

    def refused(self, address: SubtaskAddress) -> None:
        """A message of it was taken, but it was not to be had. Should it be ready all the same, since its
        task is at its cap, then it is held: its message is gone."""
        with self._database.write() as tx:
            held = backlog.hold(tx, [address], now=self._clock())
        if held:
            self._capped |= {address.task}

    def hold_lost(self) -> int:
        """Hold those whose messages the broker has lost: it holds fewer than were sent more than a moment
        ago. How many were lost. Raises StoreUnavailable, and QueueAway: then nothing is concluded."""
        with self._database.read() as tx:
            capabilities = [*backlog.lines(tx)]
        if not capabilities:
            return 0
        waiting = self._queue.waiting(capabilities)  # before the rows: what is taken since only lessens these
        now = self._clock()
        until = self.due(now) - MOMENT
        with self._database.read() as tx:
            sent = backlog.sent_before(tx, now, until)
        missing = {name: count - waiting.get(name, 0) for name, count in sent.items()}
        lost = {name: count for name, count in missing.items() if count > 0}
        for name in lost:
            with self._database.write() as tx:
                backlog.hold_sent_before(tx, name, now=now, until=until)
        return sum(lost.values())

    def queues(self) -> list[QueueView]:
        """What waits and runs of each capability, exactly, compared with what the queue holds."""
        now = self._clock()
        with self._database.read() as tx:
            names = {*backlog.lines(tx), *(each.capability for each in counting.queues(tx, now))}
        before, now = self._messages(names), self._clock()
        with self._database.read() as tx:
            counted = counting.queues(tx, now)
            sent = backlog.sent_before(tx, now, self.due(now) - MOMENT)
        if before is None:
            return counted
        after = self._messages(names) or before  # what is taken or sent between the two is no difference
        return [
            each.compared(before.get(each.capability, 0), after.get(each.capability, 0), sent)
            for each in counted
        ]

    def _messages(self, capabilities: Collection[str]) -> Mapping[str, int] | None:
        """None: the queue does not answer."""
        try:
            return self._queue.waiting(capabilities)
        except QueueAway:
            return None

    # -- at once ---------------------------------------------------------------------------------------

    def _has_room(self, ready: Sequence[tuple[SubtaskAddress, str]]) -> bool:
        """Whether all of these may be sent at once; they are counted then."""
        at, wanted = time.monotonic(), Counter(capability for _, capability in ready)
        with self._lock:
            windows = {name: self._windows[name] for name in wanted}
            if any(each.is_short for each in windows.values()):
                return False
            unknown = [name for name, count in wanted.items() if not windows[name].knows(count, at)]
        if unknown and not self._looked(unknown):
            return False
        with self._lock:
            if any(windows[name].credit < count for name, count in wanted.items()):
                return False
            for name, count in wanted.items():
                windows[name].credit -= count
            return True

    def _looked(self, capabilities: Sequence[str]) -> bool:
        """False: the queue does not answer."""
        try:
            self._look(capabilities)
        except QueueAway:
            return False
        return True

    def _look(self, capabilities: Sequence[str]) -> Mapping[str, int]:
        waiting = self._queue.waiting(capabilities)
        at = time.monotonic()
        with self._lock:
            for name in capabilities:
                self._windows[name].look(waiting.get(name, 0), self._slots_of(name), at)
        return waiting

    def _put(self, ready: Sequence[tuple[SubtaskAddress, str]]) -> None:
        lost = [address for address, capability in ready if not self._is_sent(address, capability)]
        if lost:
            self._hold(lost)

    def _is_sent(self, address: SubtaskAddress, capability: str) -> bool:
        sent = self._queue.send(address, capability)
        (metrics.MESSAGES_SENT if sent else metrics.MESSAGES_LOST).add(capability)
        return sent

    def _hold(self, unsent: Sequence[SubtaskAddress]) -> None:
        with self._database.write() as tx:
            backlog.hold(tx, unsent, now=self._clock())

    # -- by fair share ---------------------------------------------------------------------------------

    def _is_worth_a_release(self, ended: TaskId) -> bool:
        """A job has ended: whether something is held that there may be room for now."""
        if ended in self._capped:
            return True
        short = [name for name, each in list(self._windows.items()) if each.is_short]
        if short:
            return self._is_half_empty(short)
        if time.monotonic() - self._known < LOOK_AGAIN_SECONDS:
            return False
        self._known = time.monotonic()
        with self._database.read() as tx:
            return backlog.any_held(tx, self._clock(), self._only)

    def _is_half_empty(self, short: Sequence[str]) -> bool:
        """Asks the queue only every few jobs, the more the more messages it held."""
        with self._lock:
            self._ended += 1
            if self._ended < self._look_after:
                return False
            self._ended = 0
        try:
            waiting = self._look(short)
        except QueueAway:
            return False
        self._look_after = min(waiting.get(name, 0) for name in short) // 8
        return any(self._windows[name].is_half_empty(waiting.get(name, 0)) for name in short)

    def _release_if_it_can(self) -> None:
        try:
            self.release()
        except QueueAway:
            """What is held stays so, for the rescuer, which also says what is wrong with the queue."""

    def _release(self) -> int:
        now, sent = self._clock(), 0
        with self._database.read() as tx:
            lines = backlog.lines(tx)
        waiting = self._look(list(lines)) if lines else {}
        at = time.monotonic()
        with self._lock:
            for name in lines:
                self._windows[name].adapt(at)
            room = {name: max(0, self._windows[name].size - waiting.get(name, 0)) for name in lines}
        for _ in range(MOST_ROUNDS):
            found = self._choose(lines, room, now)
            taken = self._take(found.chosen, now)
            self._put([(each.address, each.capability) for each in taken])
            sent += len(taken)
            for each in taken:
                room[each.capability] -= 1
            if not taken or not found.has_passed_over:
                break
        with self._lock:
            for name, window in self._windows.items():
                window.note(room.get(name, window.credit), is_short=name in found.short)
        self._capped, self._known = found.full, time.monotonic()
        return sent

    def _choose(
        self, lines: Mapping[str, Sequence[Principal]], room: Mapping[str, int], now: datetime
    ) -> "_Found":
        if not lines:
            return _Found()
        with self._database.read() as tx:
            under_way, full = backlog.under_way(tx, now)
            found = _Found(full=full)
            for capability, principals in lines.items():
                held = self._first_held(tx, capability, principals, under_way, found, room[capability], now)
                chosen = choose(held, room[capability], under_way)
                under_way = under_way.joined_by(chosen)
                found.add(capability, held, chosen, under_way)
        return found

    def _first_held(
        self,
        tx: Connection,
        capability: str,
        principals: Sequence[Principal],
        under_way: UnderWay,
        found: "_Found",
        room: int,
        now: datetime,
    ) -> list[Held]:
        """More than there is room for, by one: whether something is left shows then."""
        neediest = sorted(principals, key=lambda each: under_way.of_principal.get(each, 0))[: room + 1]
        held = (
            backlog.held(tx, capability, each, now=now, most=room + 1, without=found.full, only=self._only)
            for each in neediest
        )
        return [each for some in held for each in some]

    def _take(self, chosen: Sequence[Held], now: datetime) -> list[Held]:
        if not chosen:
            return []
        with self._database.write() as tx:
            taken = backlog.take(tx, [each.address for each in chosen], now=now, resend=self.due(now))
        return [each for each in chosen if each.address in taken]


@dataclass(slots=True)
class _Found:
    """What one look at the store brought."""

    chosen: list[Held] = field(default_factory=list)
    short: set[str] = field(default_factory=set)
    """Capabilities of which something is held for want of room."""
    full: frozenset[TaskId] = frozenset()
    """Tasks at their cap."""
    has_passed_over: bool = False
    """Something was held because of its task's cap, and may have hidden what comes after it."""

    def add(self, capability: str, held: Sequence[Held], chosen: Sequence[Held], after: UnderWay) -> None:
        self.chosen += chosen
        sent = {each.address for each in chosen}
        left = [each for each in held if each.address not in sent]
        if any(after.has_room_for(each) for each in left):
            self.short.add(capability)
        capped = {each.address.task for each in left if not after.has_room_for(each)}
        self.full |= capped
        self.has_passed_over = self.has_passed_over or bool(capped)


def sendable(task_id: TaskId, ready: Sequence[tuple[str, str]]) -> Sendable:
    return [(SubtaskAddress(task_id, SubtaskKey(key)), capability) for key, capability in ready]
