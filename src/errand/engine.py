"""Moves tasks forward: submit, claim, settle, rescue.

The store is the truth and a message is a hint: each method changes state in one transaction, and then sends.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from errand.deciding import Decisions
from errand.dispatch import Dispatcher, Sendable, sendable
from errand.domain.errors import PlanRefused
from errand.domain.event import EventType
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, WorkerId, new_question_id, new_task_id
from errand.domain.json import JsonObject
from errand.domain.patience import Again, GivenUp, Patience
from errand.domain.plan import REQUEST, TASK, references
from errand.domain.queueing import QueueView
from errand.domain.replanning import reason_of_failure
from errand.domain.request import Request
from errand.domain.resolving import resolve
from errand.domain.task import (
    PLAN,
    Asked,
    Failed,
    Job,
    Outcome,
    SubtaskStatus,
    Succeeded,
    TaskStatus,
)
from errand.store import (
    at_once,
    attempts,
    changes,
    hedging,
    leases,
    reading,
    replanning,
    reserving,
    rows,
    state,
)
from errand.store.database import Database
from errand.store.ending import end_task
from errand.store.releasing import go_on_without
from errand.store.state import News
from errand.store.together import Together
from errand.store.workspaces import insert_changes

Keep = Callable[[SubtaskAddress, str], bool]
"""Asked of what has become ready, by address and capability. True: whoever asks claims it at once itself."""


class Engine(Decisions):
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        clock: Callable[[], datetime],
        *,
        lease: timedelta = timedelta(seconds=30),
        patience: Patience | None = None,
        chance: random.Random | None = None,
        most_replans: int = 0,
    ) -> None:
        """`most_replans`: how often the rest of a task is planned anew without a person's asking for it; 0
        where nothing can."""
        super().__init__(database, dispatcher, clock, most_replans=most_replans)
        self._lease, self._patience = lease, patience or Patience()
        self._chance = chance or random.Random()  # noqa: S311  # jitter, not a secret
        self._claims = Together(partial(at_once.claim, database), at_once.UNCLAIMED)
        self._successes = Together(partial(at_once.succeed, database), at_once.UNSETTLED)

    @property
    def lease(self) -> timedelta:
        return self._lease

    # -- submitting ------------------------------------------------------------------------------------

    def submit(self, request: Request) -> TaskId:
        """A new task with its first subtask, whose output will be the others. Raises TaskExists when there is
        one of the id that was asked for."""
        task_id, now = request.task or new_task_id(), self._clock()
        with self._database.write() as tx:
            changes.insert_task(tx, rows.task_row(task_id, request, now))
            changes.insert_subtasks(tx, [rows.first_subtask(task_id, now, self._dispatcher.due(now))], [])
            state.advance(
                tx,
                task_id,
                [News(EventType.TASK_SUBMITTED, data={"text": request.text, "origin": request.origin})],
                now=now,
                opened=1,
                added=1,
                begun=TaskStatus.QUEUED,
            )
        self._dispatcher.send([(SubtaskAddress(task_id, SubtaskKey(PLAN)), PLAN)])
        return task_id

    # -- working ---------------------------------------------------------------------------------------

    def claim(self, address: SubtaskAddress, worker: WorkerId) -> Job | None:
        """The job, with a lease on it; None when it is not to be had: done, held, waiting or cancelled."""
        job = self._claimed(address, worker) or self._hedge(address, worker)
        if job is None:
            self._dispatcher.refused(address)
        return job

    def _hedge(self, address: SubtaskAddress, worker: WorkerId) -> Job | None:
        now = self._clock()
        return hedging.claim(self._database, address, worker, now=now, until=now + self._lease)

    def _claimed(self, address: SubtaskAddress, worker: WorkerId) -> Job | None:
        now = self._clock()
        if self._database.is_server:
            claimed = self._claims.ask(at_once.Wanted(address, worker, now, now + self._lease))
            if claimed.sure:
                return claimed.job
        with self._database.write() as tx:
            state.lock(tx, address.task)
            job = state.claim(tx, address, worker, now=now, until=now + self._lease)
            if job is None:
                return None
            news = [News(EventType.SUBTASK_STARTED, address.key, {"attempt": job.attempt, "worker": worker})]
            if address.key == PLAN and job.attempt == 1:  # a later plan starts no task
                news.insert(0, News(EventType.TASK_STARTED))
            state.advance(tx, address.task, news, now=now)
        return job

    def inputs(self, job: Job) -> JsonObject:
        """The job's inputs with every reference replaced by the output that it points at."""
        named = {r.step for r in references(job.inputs)}
        if not named:
            return job.inputs
        # A request and the outputs of what has succeeded do not change, so that they need not be seen at one
        # moment; the state of a task does.
        with self._database.read() if TASK in named else self._database.at_once() as tx:
            request = reading.request_values(tx, job.address.task) if REQUEST in named else {}
            outputs = reading.outputs(tx, job.address.task, sorted(named - {REQUEST, TASK}))
            if TASK in named:
                outputs[TASK] = replanning.task_state(tx, job.address.task)
        return resolve(job.inputs, outputs, request)

    def answers(self, job: Job) -> dict[str, str]:
        """What a person has answered to this subtask, by the question's name."""
        with self._database.at_once() as tx:
            return reading.answers(tx, job.address)

    def note_progress(self, job: Job, message: str, fraction: float | None) -> bool:
        """False: the job is not its worker's any more, and nothing is noted."""
        news = News(EventType.SUBTASK_PROGRESS, job.address.key, {"message": message, "fraction": fraction})
        with self._database.write() as tx:
            if not state.is_held(tx, job):
                return False
            state.advance(tx, job.address.task, [news], now=self._clock())
        return True

    def renew(self, jobs: Sequence[Job]) -> list[Job]:
        """Lengthen the leases of these jobs; those of them that are still held by who claimed them."""
        if not jobs:
            return []
        until = self._clock() + self._lease
        with self._database.write() as tx:
            renewed = leases.renew(tx, jobs, until)
        return [job for job in jobs if (job.address, job.attempt) in renewed or self._renew_alone(job, until)]

    def _renew_alone(self, job: Job, until: datetime) -> bool:
        with self._database.write() as tx:
            return leases.renew_alone(tx, job, until)

    def settle(self, job: Job, outcome: Outcome, keep: Keep | None = None) -> bool:
        """Record how a job ended, and send what this released but the first that `keep` takes. False: it was
        late and is dropped.

        Raises PlanRefused, and changes nothing, when its output is a plan that would never end, and Transient
        when it is a later revision that the task has overtaken.
        """
        first = outcome.plan if isinstance(outcome, Succeeded) and job.address.key == PLAN else None
        if first is not None and (faults := first.shape_faults()):
            raise PlanRefused(faults)
        released = self._settle(job, outcome)
        kept = None
        if released and keep is not None and self._dispatcher.is_open:  # else others may come first
            kept = next((each for each in released if keep(*each)), None)
        self._dispatcher.send([each for each in released or () if each != kept], ended=job.address.task)
        return released is not None

    def hand_back(self, job: Job) -> bool:
        """Its worker was told to stop: ready again at once, as if this attempt had not been, and sent by the
        rescuer. False: it was not its worker's any more."""
        now = self._clock()
        data: JsonObject = {"attempt": job.attempt, "worker": job.worker}
        with self._database.write() as tx:
            state.lock(tx, job.address.task)
            if hedging.step_back(tx, job, state.HANDED_BACK, "", now):
                reserving.rescued(tx, job, now)
                return True
            if not state.hand_back(tx, job, now=now):
                return False
            reserving.rescued(tx, job, now)
            news = News(EventType.SUBTASK_HANDED_BACK, job.address.key, data)
            state.advance(tx, job.address.task, [news], now=now)
        return True

    def _settle(self, job: Job, outcome: Outcome) -> Sendable | None:
        now = self._clock()
        if self._database.is_server and isinstance(outcome, Succeeded):
            due = self._dispatcher.due(now)
            success = at_once.Success(job, outcome, _found(job, outcome), now, due)
            done = self._successes.ask(success) if success.is_plain else at_once.UNSETTLED
            if done.sure:
                return None if done.ready is None else sendable(job.address.task, done.ready)
        with self._database.write() as tx:
            state.lock(tx, job.address.task)
            match outcome:
                case Succeeded():
                    return self._succeed(tx, job, outcome, now)
                case Failed(error, fault):
                    if hedging.step_back(tx, job, fault, error, now):
                        return []
                    return self._fail(tx, job, outcome, now)
                case Asked():
                    if hedging.step_back(tx, job, SubtaskStatus.WAITING, "", now):
                        return []
                    return self._ask(tx, job, outcome, now)

    def _succeed(self, tx: Connection, job: Job, done: Succeeded, now: datetime) -> Sendable | None:
        dependents = state.settle(tx, job, SubtaskStatus.SUCCEEDED, now=now, output=done.output)
        if dependents is None:
            return None
        task_id, key = job.address.task, job.address.key
        if done.artifacts or job.attempt > 1:
            provenance = at_once.provenance(job, done)
            changes.replace_artifacts(tx, job.address, done.artifacts, provenance=provenance, now=now)
        insert_changes(tx, job, done.files, now)
        news = [News(EventType.SUBTASK_SUCCEEDED, key, _found(job, done))]
        resend = self._dispatcher.due(now)
        ready = state.release_dependents(tx, job.address, now=now, resend=resend) if dependents else []
        added, gone, why = 0, 0, replanning.why_of(tx, job, done)
        if done.plan is not None and key == PLAN:
            planned, edges, ready = rows.plan_rows(task_id, done.plan, now, resend)
            changes.insert_subtasks(tx, planned, edges)
            changes.update_task(tx, task_id, plan=rows.plan_kept(done))
            news.append(News(EventType.TASK_PLANNED, key, {"steps": len(planned), **done.output}))
            added = len(planned)
        elif done.plan is not None:
            revised = replanning.write(tx, job, done, done.plan, now=now, resend=resend)
            news += revised.news
            added, gone, ready, why = revised.added, revised.ended, revised.ready, revised.why_again
        news += [News(EventType.SUBTASK_READY, name) for name, _ in ready]
        counters = state.advance(tx, task_id, news, now=now, opened=added - gone - 1, added=added)
        return sendable(task_id, ready) + self._end_or_replan(tx, task_id, counters.open, why, now)

    def _end_or_replan(self, tx: Connection, task_id: TaskId, left: int, why: str, now: datetime) -> Sendable:
        """`left`: how many subtasks have not ended. `why`: what calls for planning anew; empty: nothing."""
        most, resend = self._most_replans, self._dispatcher.due(now)
        if why and most:
            key = replanning.ask(tx, task_id, why, now=now, resend=resend, most=most)
            if key is not None:
                return sendable(task_id, [(key, PLAN)])
        if left == 0:
            end_task(tx, task_id, now)
        return []

    def _fail(self, tx: Connection, job: Job, failed: Failed, now: datetime) -> Sendable | None:
        patience = self._patience
        before = 0
        if failed.fault.is_no_strike:
            before = attempts.alike_in_a_row(tx, job, failed.fault, patience.longest_row)
        decided = patience.after(failed, job, now, self._chance, same_before=before)
        if isinstance(decided, GivenUp):
            failed = attempts.given_up(tx, job, failed, before)
        data: JsonObject = {"attempt": job.attempt, "error": failed.error, "fault": failed.fault.value}
        if isinstance(decided, Again):
            return self._try_again(tx, job, failed, decided, data, now)
        return self._give_up(tx, job, failed, decided, data, now)

    def _try_again(
        self, tx: Connection, job: Job, failed: Failed, decided: Again, data: JsonObject, now: datetime
    ) -> Sendable | None:
        if not state.again(
            tx,
            job,
            at=decided.at,
            now=now,
            error=failed.error,
            fault=failed.fault.value,
            detail=failed.detail,
            counted=not failed.fault.is_no_strike,
        ):
            return None
        kind = EventType.SUBTASK_RESCUED if failed.fault.is_loss else EventType.SUBTASK_RETRY
        news = News(kind, job.address.key, data | {"again_at": decided.at.isoformat()})
        state.advance(tx, job.address.task, [news], now=now)
        return []  # the rescuer sends it when its time has come

    def _give_up(
        self, tx: Connection, job: Job, failed: Failed, decided: GivenUp, data: JsonObject, now: datetime
    ) -> Sendable | None:
        dependents = state.settle(
            tx,
            job,
            decided.status,
            now=now,
            error=failed.error,
            fault=failed.fault.value,
            detail=failed.detail,
        )
        if dependents is None:
            return None
        task_id = job.address.task
        dead = decided.status is SubtaskStatus.DEAD
        kind = EventType.SUBTASK_DEAD if dead else EventType.SUBTASK_FAILED
        news = [News(kind, job.address.key, data)]
        ready, skipped = (
            go_on_without(tx, job, now=now, resend=self._dispatcher.due(now)) if dependents else ([], [])
        )
        news += [News(EventType.SUBTASK_SKIPPED, key) for key in skipped]
        news += [News(EventType.SUBTASK_READY, key) for key, _ in ready]
        counters = state.advance(tx, task_id, news, now=now, opened=-1 - len(skipped))
        why = self._why_after(tx, job, failed)
        return sendable(task_id, ready) + self._end_or_replan(tx, task_id, counters.open, why, now)

    def _why_after(self, tx: Connection, job: Job, failed: Failed) -> str:
        """A check that could not be made says nothing of what it was to look at."""
        if not self._most_replans or job.capability == PLAN or replanning.is_check(tx, job):
            return ""
        title = reading.title_of(tx, job.address)
        return next(reason_of_failure(title, failed.error, failed.fault, optional=job.optional), "")

    def _ask(self, tx: Connection, job: Job, asked: Asked, now: datetime) -> Sendable | None:
        if state.settle(tx, job, SubtaskStatus.WAITING, now=now) is None:
            return None
        question = asked.question
        question_id = new_question_id()
        changes.insert_question(tx, rows.question_row(question_id, job.address, question, now))
        data: JsonObject = {"question": question_id, "text": question.text, "choices": list(question.choices)}
        state.advance(tx, job.address.task, [News(EventType.SUBTASK_ASKED, job.address.key, data)], now=now)
        return []

    # -- finding what got lost -------------------------------------------------------------------------

    def rescue(self, only: TaskId | None = None) -> list[SubtaskAddress]:
        """Take back the jobs whose lease has run out; too many such attempts make a dead letter."""
        now = self._clock()
        with self._database.at_once() as tx:
            expired = reading.expired(tx, now, only)
        return [job.address for job in expired if self._take_back(job, now)]

    def _take_back(self, job: Job, now: datetime) -> bool:
        """False: meanwhile its lease was renewed, or another rescuer was here."""
        with self._database.write() as tx:
            state.lock(tx, job.address.task)
            if not reading.is_expired(tx, job, now):
                return False
            job = hedging.newest_open(tx, job)
            released = self._fail(tx, job, attempts.taken_back(tx, job), now)
            reserving.rescued(tx, job, now)
        self._dispatcher.send(released or [])
        return True

    def send_due(self, only: TaskId | None = None) -> int:
        """Send what is held, by fair share, as far as there is room; how many. Raises QueueAway."""
        self._dispatcher.keep_to(only)
        return self._dispatcher.release()

    def hold_lost(self) -> int:
        """Have what the queue has lost sent again; how many messages. Raises QueueAway."""
        return self._dispatcher.hold_lost()

    def queues(self) -> list[QueueView]:
        """What waits and runs of each capability, compared with what the queue holds."""
        return self._dispatcher.queues()

    def let_leases_end(self) -> None:
        """Every lease ends now. Only for whoever knows that no other worker lives on this store."""
        with self._database.write() as tx:
            state.let_leases_end(tx, self._clock())


def _found(job: Job, done: Succeeded) -> JsonObject:
    found: JsonObject = {"attempt": job.attempt}
    return found | ({"replan": done.replan} if done.replan else {})
