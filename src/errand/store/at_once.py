"""Claiming jobs, and settling plain successes, in one statement on PostgreSQL and no transaction round it.

Each does this for all jobs of this process that wait for it at the moment (`errand.store.together`). A
statement sees the tables as they were when it began, and rows that it locks or changes as they are now. So
where it had to wait for a task's row, it may not see what was written meanwhile: of each job it says whether
it is sure, and has changed nothing of it when it is not. The same is then done in a transaction of several
statements, as on SQLite always.

Every other transaction on a task locks the task's row first (`state.lock`), and so do these, in order of id.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString

from sqlalchemy.engine import Row

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, WorkerId
from errand.domain.json import JsonObject
from errand.domain.task import Job, Succeeded
from errand.store.access import to_json
from errand.store.database import Database

# A claim is on the disk before its job begins: one that a crash of the server undid would be made again under
# the same number, and the outcome of either attempt would count.
# How many of a task run is counted before its row is locked, and at most one more begins with every event
# since.
_CLAIM: LiteralString = """
    WITH asked AS MATERIALIZED (
        SELECT asked.*, row_number() OVER (PARTITION BY task ORDER BY key) AS place
        FROM unnest(%(tasks)s::text[], %(keys)s::text[], %(workers)s::text[]) AS asked (task, key, worker)
    ), locked AS MATERIALIZED (
        SELECT id, parallel, last_event FROM task WHERE id IN (SELECT task FROM asked)
        ORDER BY id FOR NO KEY UPDATE
    ), room AS MATERIALIZED (
        SELECT id, locked.parallel, locked.parallel - locked.last_event + seen.last_event - (
                   SELECT count(*) FROM subtask WHERE task = id AND status = 'running') AS jobs
        FROM locked JOIN task AS seen USING (id)
    ), sure AS MATERIALIZED (
        SELECT asked.*, parallel = 0 OR place <= jobs AS sure FROM asked JOIN room ON id = task
    ), claimed AS (
        UPDATE subtask SET status = 'running', attempt = attempt + 1, worker = asked.worker,
                           lease_until = %(until)s::timestamptz, started = %(now)s::timestamptz, ended = NULL,
                           rival = NULL
        FROM sure AS asked
        WHERE sure
              AND subtask.task = asked.task AND subtask.key = asked.key AND status = 'ready'
              AND (ready_at <= %(now)s::timestamptz OR send_after > ready_at)
        RETURNING subtask.task, subtask.key, asked.worker, capability, inputs, attempt, max_attempts,
                  optional, CASE WHEN subtask.key = 'plan' AND attempt = 1 THEN 1 ELSE 0 END AS begins
    ), opened AS (
        INSERT INTO job (task, subtask, attempt, worker, started, capability)
        SELECT task, key, attempt, worker, %(now)s::timestamptz, capability FROM claimed
    ), numbered AS (
        SELECT task, key, attempt, worker, begins,
               sum(1 + begins) OVER (PARTITION BY task ORDER BY key) AS number FROM claimed
    ), counted AS (
        UPDATE task SET last_event = last_event + made.events,
                        status = CASE status WHEN 'queued' THEN 'running' ELSE status END
        FROM (SELECT task, sum(1 + begins) AS events FROM claimed GROUP BY task) AS made
        WHERE task.id = made.task
        RETURNING task.id, last_event - made.events AS before
    ), told AS (
        INSERT INTO event (task, number, subtask, type, data, time)
        SELECT id, before + number - 1, NULL, 'task.started', '{}'::json, %(now)s::timestamptz
        FROM counted JOIN numbered ON task = id WHERE begins = 1
        UNION ALL
        SELECT id, before + number, key, 'subtask.started',
               json_build_object('attempt', attempt, 'worker', worker), %(now)s::timestamptz
        FROM counted JOIN numbered ON task = id
    )
    SELECT sure.task, sure.key, sure.sure, claimed.attempt, claimed.max_attempts,
           claimed.capability, claimed.inputs, claimed.optional
    FROM sure LEFT JOIN claimed ON claimed.task = sure.task AND claimed.key = sure.key
"""

# The last subtask's end is the task's, and decided elsewhere. Dependents are counted in the subtask's row as
# well: where that is not what this sees, the plan was revised meanwhile.
_SUCCEED: LiteralString = """
    WITH given AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(given)s::json) AS given (
            n integer, task text, key text, attempt integer,
            output json, found json, provenance json, made json)
    ), locked AS MATERIALIZED (
        SELECT id, open FROM task WHERE id IN (SELECT task FROM given) ORDER BY id FOR NO KEY UPDATE
    ), held AS MATERIALIZED (
        SELECT given.*, locked.open, subtask.dependents, subtask.rival
        FROM given JOIN locked ON locked.id = given.task
             JOIN subtask ON subtask.task = given.task AND subtask.key = given.key
        WHERE status = 'running' AND (subtask.attempt = given.attempt OR subtask.rival = given.attempt)
        FOR NO KEY UPDATE OF subtask
    ), waiting AS MATERIALIZED (
        SELECT held.n, dependency.task, dependent
        FROM held JOIN dependency ON dependency.task = held.task AND needed = held.key
    ), sure AS MATERIALIZED (
        SELECT held.*, row_number() OVER (PARTITION BY task ORDER BY n) AS number
        FROM held
        WHERE open > (SELECT count(*) FROM held AS alike WHERE alike.task = held.task)
              AND dependents = (SELECT count(*) FROM waiting WHERE waiting.n = held.n)
              AND rival IS NULL
    ), settled AS (
        UPDATE subtask SET status = 'succeeded', ended = %(now)s::timestamptz, lease_until = NULL,
                           output = sure.output, error = '', fault = NULL, detail = ''
        FROM sure WHERE subtask.task = sure.task AND subtask.key = sure.key
    ), closed AS (
        UPDATE job SET ended = %(now)s::timestamptz, outcome = 'succeeded', error = ''
        FROM sure WHERE job.task = sure.task AND job.subtask = sure.key AND job.attempt = sure.attempt
    ), met AS MATERIALIZED (
        SELECT waiting.task, dependent, count(*) AS needed, max(n) AS n
        FROM waiting WHERE n IN (SELECT n FROM sure) GROUP BY waiting.task, dependent
    ), released AS (
        UPDATE subtask SET unmet = unmet - met.needed,
            status = CASE WHEN unmet = met.needed AND status = 'pending' THEN 'ready' ELSE status END,
            ready_at = CASE WHEN unmet = met.needed AND status = 'pending'
                       THEN %(now)s::timestamptz ELSE ready_at END,
            send_after = CASE WHEN unmet = met.needed AND status = 'pending'
                         THEN %(resend)s::timestamptz ELSE send_after END
        FROM met WHERE subtask.task = met.task AND key = met.dependent
        RETURNING met.n, subtask.task, key, capability, position, unmet = 0 AND status = 'ready' AS is_ready
    ), ready AS MATERIALIZED (
        SELECT n, task, key, capability, row_number() OVER (PARTITION BY task ORDER BY position) AS number
        FROM released WHERE is_ready
    ), done AS MATERIALIZED (
        SELECT task, count(*) AS jobs, (SELECT count(*) FROM ready WHERE ready.task = sure.task) AS ready
        FROM sure GROUP BY task
    ), counted AS (
        UPDATE task SET last_event = last_event + done.jobs + done.ready, open = open - done.jobs,
                        status = CASE status WHEN 'queued' THEN 'running' ELSE status END
        FROM done WHERE id = done.task
        RETURNING id, done.jobs, last_event - done.jobs - done.ready AS before
    ), told AS (
        INSERT INTO event (task, number, subtask, type, data, time)
        SELECT id, before + number, key, 'subtask.succeeded', found, %(now)s::timestamptz
        FROM counted JOIN sure ON task = id
        UNION ALL
        SELECT id, before + jobs + number, key, 'subtask.ready', '{}'::json, %(now)s::timestamptz
        FROM counted JOIN ready ON task = id
    ), kept AS (
        INSERT INTO artifact (task, subtask, name, kind, media_type, size, sha256, provenance, created)
        SELECT task, key, each.name, kind, media_type, size, sha256, provenance, %(now)s::timestamptz
        FROM sure, json_to_recordset(sure.made)
                   AS each (name text, kind text, media_type text, size integer, sha256 text)
    )
    SELECT held.n, sure.n IS NOT NULL AS sure, ready.key, ready.capability
    FROM held LEFT JOIN sure ON sure.n = held.n LEFT JOIN ready ON ready.n = held.n
    ORDER BY held.n, ready.number
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job that is to be claimed."""

    address: SubtaskAddress
    worker: WorkerId
    now: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    job: Job | None = None
    """None: it is not to be had."""
    sure: bool = True
    """False: nothing was changed, and it is not known whether it is to be had."""


@dataclass(frozen=True, slots=True)
class Success:
    """A job that is to be settled. `found`: what its event says."""

    job: Job
    done: Succeeded
    found: JsonObject
    now: datetime
    resend: datetime

    @property
    def is_plain(self) -> bool:
        """It changes nothing in its task's plan. A later attempt may have to replace artifacts, and a verdict
        may call for another plan."""
        done = self.done
        changes_more = done.plan is not None or done.replan or done.files
        return self.job.attempt == 1 and not changes_more and "passed" not in done.output


@dataclass(frozen=True, slots=True)
class Done:
    ready: list[tuple[str, str]] | None = None
    """Key and capability of each that can run now; None: the job was not its worker's any more."""
    sure: bool = True
    """False: nothing was changed."""


UNCLAIMED, UNSETTLED = Claimed(sure=False), Done(sure=False)


def claim(database: Database, wanted: Sequence[Wanted]) -> list[Claimed]:
    """Lets exactly one worker through to each."""
    first = {each.address: each for each in reversed(wanted)}
    given = {
        "tasks": [address.task for address in first],
        "keys": [address.key for address in first],
        "workers": [each.worker for each in first.values()],
        "now": max(each.now for each in wanted),
        "until": max(each.until for each in wanted),
    }
    with database.at_once() as connection:
        rows = connection.exec_driver_sql(_CLAIM, given).all()
    found = {
        address: _claimed(first[address], row)
        for row in rows
        for address in [SubtaskAddress(TaskId(row.task), SubtaskKey(row.key))]
    }
    return [
        found.get(each.address, Claimed()) if each is first[each.address] else Claimed() for each in wanted
    ]


def succeed(database: Database, successes: Sequence[Success]) -> list[Done]:
    """Settle them, and release what waited for them."""
    first = {(each.job.address, each.job.attempt): n for n, each in reversed([*enumerate(successes)])}
    given = [_row(n, successes[n]) for n in sorted(first.values())]
    times = {
        "now": max(each.now for each in successes),
        "resend": max(each.resend for each in successes),
    }
    with database.at_once() as connection:
        rows = connection.exec_driver_sql(_SUCCEED, {"given": to_json(given), **times}).all()
    found = [Done(sure=n in first.values()) for n in range(len(successes))]
    for row in rows:
        ready = found[row.n].ready or []
        released = [] if row.key is None else [(row.key, row.capability)]
        found[row.n] = Done([*ready, *released]) if row.sure else Done(sure=False)
    return found


def provenance(job: Job, done: Succeeded) -> JsonObject:
    """Of what the job made."""
    return {"capability": job.capability, "attempt": job.attempt, "inputs": [*done.used]}


def _row(n: int, success: Success) -> JsonObject:
    job, done = success.job, success.done
    return {
        "n": n,
        "task": job.address.task,
        "key": job.address.key,
        "attempt": job.attempt,
        "output": done.output,
        "found": success.found,
        "provenance": provenance(job, done),
        "made": [asdict(each) for each in done.artifacts],
    }


def _claimed(wanted: Wanted, row: Row[Any]) -> Claimed:
    if row.attempt is None:
        return Claimed(sure=row.sure)
    return Claimed(
        Job(
            address=wanted.address,
            capability=row.capability,
            inputs=row.inputs,
            attempt=row.attempt,
            max_attempts=row.max_attempts,
            optional=row.optional,
            worker=wanted.worker,
            started=wanted.now,
        )
    )
