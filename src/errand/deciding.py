"""What a person decides about a task: cancel, answer, retry, plan anew, discard.

Each changes state in one transaction, and then sends.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from errand.dispatch import Dispatcher
from errand.domain.errors import InputRefused, NotFound
from errand.domain.event import EventType
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.domain.limiting import time_is_over
from errand.domain.task import PLAN, Fault
from errand.store import changes, reading, reopening, state
from errand.store.database import Database
from errand.store.ending import end_task
from errand.store.state import News


class Decisions:
    """The part of the engine that carries out what a person wants; used by any number of threads at once."""

    def __init__(
        self, database: Database, dispatcher: Dispatcher, clock: Callable[[], datetime], *, most_replans: int
    ) -> None:
        self._database, self._dispatcher, self._clock = database, dispatcher, clock
        self._most_replans = most_replans

    # -- ending ----------------------------------------------------------------------------------------

    def cancel(self, task_id: TaskId) -> bool:
        """False: it had ended already."""
        return self._stop(task_id, overdue=False)

    def stop_overdue(self, only: TaskId | None = None) -> list[TaskId]:
        """End, with what they have, the tasks whose time is over."""
        with self._database.at_once() as tx:
            overdue = reading.past_deadline(tx, self._clock(), only)
        return [task_id for task_id in overdue if self._stop(task_id, overdue=True)]

    def _stop(self, task_id: TaskId, *, overdue: bool) -> bool:
        now = self._clock()
        with self._database.write() as tx:
            state.lock(tx, task_id)
            view = reopening.view_of(tx, task_id)
            if view.status.ended or (overdue and not reading.past_deadline(tx, now, task_id)):
                return False
            limit_reached = time_is_over(view.limits) if overdue else ""
            why, fault = limit_reached or "It was cancelled.", Fault.LIMIT if overdue else None
            gone = changes.cancel_open(tx, task_id, now=now, error=why, fault=fault)
            news = [News(EventType.SUBTASK_CANCELLED, key) for key in gone]
            state.advance(tx, task_id, news, now=now, opened=-len(gone))
            end_task(tx, task_id, now, limit_reached)
        return True

    # -- a person decides ------------------------------------------------------------------------------

    def answer(self, question_id: str, answer: str, by: str) -> None:
        """Raises NotFound when there is no such open question."""
        now = self._clock()
        with self._database.write() as tx:
            task_id = changes.task_of_question(tx, question_id)
            if task_id is not None:
                state.lock(tx, task_id)
            found = changes.answer_question(tx, question_id, answer=answer, by=by, now=now)
            if found is None:
                raise NotFound(f"There is no open question {question_id}; `errand questions` lists them.")
            address = SubtaskAddress(TaskId(found["task"]), SubtaskKey(found["subtask"]))
            capability = changes.wake(tx, address, now=now, resend=self._dispatcher.due(now))
            if capability is None:
                raise NotFound(f"The question {question_id} is not open any more.")
            news = News(EventType.SUBTASK_ANSWERED, address.key, {"question": question_id, "by": by})
            state.advance(tx, address.task, [news], now=now)
        self._dispatcher.send([(address, capability)])

    def retry(self, task_id: TaskId, keys: Sequence[str] = ()) -> list[str]:
        """Run again what did not succeed (or only `keys`), and all that rests on it; what is done stays done.

        Returns the keys that will run. Raises InputRefused when there is nothing to retry, NotFound when a
        key is not known.
        """
        now = self._clock()
        with self._database.write() as tx:
            state.lock(tx, task_id)
            again, ready = reopening.retry(tx, task_id, keys, now=now, resend=self._dispatcher.due(now))
        self._dispatcher.send(ready)
        return again

    def retry_dead(self, task_id: TaskId, keys: Sequence[str]) -> list[str]:
        """As `retry`, but only those of `keys` that still are dead letters; none of them: nothing runs."""
        now = self._clock()
        with self._database.write() as tx:
            state.lock(tx, task_id)
            still = reading.still_dead(tx, task_id, keys)
            if not still:
                return []
            again, ready = reopening.retry(tx, task_id, still, now=now, resend=self._dispatcher.due(now))
        self._dispatcher.send(ready)
        return again

    def replan(self, task_id: TaskId, remark: str, by: str) -> str:
        """Plan the rest of a task anew because a person wants it, also of one that has ended; what is done
        stays done. The key of the subtask that will. Raises NotFound, and InputRefused when it can not be."""
        if not self._most_replans:
            raise InputRefused("Only a language model plans a task anew: set ERRAND_MODEL.")
        now = self._clock()
        with self._database.write() as tx:
            state.lock(tx, task_id)
            why = f"{by} asks for it: {remark}"
            key = reopening.replan(tx, task_id, why, now=now, resend=self._dispatcher.due(now))
        self._dispatcher.send([(SubtaskAddress(task_id, SubtaskKey(key)), PLAN)])
        return key

    def discard(self, address: SubtaskAddress) -> None:
        """Take a dead letter off the list. Raises NotFound when it is not on it."""
        with self._database.write() as tx:
            state.lock(tx, address.task)
            if not changes.discard(tx, address):
                raise NotFound(f"{address.task} {address.key} is not a dead letter.")
            news = News(EventType.SUBTASK_DISCARDED, address.key)
            state.advance(tx, address.task, [news], now=self._clock())
