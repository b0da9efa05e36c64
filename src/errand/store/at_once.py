"""Claiming a job, and settling a plain success, in one statement on PostgreSQL and no transaction round it.

A statement sees the tables as they were when it began, and rows that it locks or changes as they are now. So
where it had to wait for the task's row, it may not see what was written meanwhile: each of the two says
whether it is sure, and has changed nothing when it is not. The same is then done in a transaction of several
statements, as on SQLite always.

Every other transaction on a task locks the task's row first (`state.lock`), and so do these.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import JSON, bindparam, text

from errand.domain.ids import SubtaskAddress, WorkerId
from errand.domain.json import JsonObject
from errand.domain.task import Job, Succeeded
from errand.store.database import Database
from errand.store.tables import UtcTime

# How many run is counted before the task's row is locked, and at most one more begins with every event since.
_CLAIM = text("""
    WITH locked AS MATERIALIZED (
        SELECT id, parallel, last_event FROM task WHERE id = :in_task FOR NO KEY UPDATE
    ), room AS MATERIALIZED (
        SELECT locked.parallel = 0
               OR running.jobs + locked.last_event - seen.last_event < locked.parallel AS sure
        FROM locked, (SELECT last_event FROM task WHERE id = :in_task) AS seen,
             (SELECT count(*) AS jobs FROM subtask WHERE task = :in_task AND status = 'running') AS running
    ), claimed AS (
        UPDATE subtask SET status = 'running', attempt = attempt + 1, worker = :worker,
                           lease_until = :until, started = :now, ended = NULL
        FROM room
        WHERE room.sure AND task = :in_task AND key = :in_key AND status = 'ready'
              AND (ready_at <= :now OR send_after > ready_at)
        RETURNING capability, inputs, attempt, max_attempts, optional,
                  CASE WHEN capability = 'plan' AND attempt = 1 THEN 1 ELSE 0 END AS begins
    ), opened AS (
        INSERT INTO job (task, subtask, attempt, worker, started, capability)
        SELECT :in_task, :in_key, attempt, :worker, :now, capability FROM claimed
    ), counted AS (
        UPDATE task SET last_event = last_event + 1 + begins,
                        status = CASE status WHEN 'queued' THEN 'running' ELSE status END
        FROM claimed WHERE id = :in_task
        RETURNING last_event, begins, attempt
    ), told AS (
        INSERT INTO event (task, number, subtask, type, data, time)
        SELECT :in_task, last_event - 1, NULL, 'task.started', CAST('{}' AS json), :now
        FROM counted WHERE begins = 1
        UNION ALL
        SELECT :in_task, last_event, :in_key, 'subtask.started',
               json_build_object('attempt', attempt, 'worker', CAST(:worker AS text)), :now
        FROM counted
    )
    SELECT room.sure, claimed.* FROM room LEFT JOIN claimed ON true
""").bindparams(bindparam("now", type_=UtcTime), bindparam("until", type_=UtcTime))

# The last subtask's end is the task's, and decided elsewhere. Dependents are counted in the subtask's row as
# well: where that is not what this sees, the plan was revised meanwhile.
_SUCCEED = text("""
    WITH locked AS MATERIALIZED (
        SELECT id, open FROM task WHERE id = :in_task FOR NO KEY UPDATE
    ), held AS MATERIALIZED (
        SELECT subtask.dependents FROM locked JOIN subtask ON subtask.task = locked.id
        WHERE key = :in_key AND status = 'running' AND attempt = :in_attempt
        FOR NO KEY UPDATE OF subtask
    ), waiting AS MATERIALIZED (
        SELECT dependent FROM dependency WHERE task = :in_task AND needed = :in_key
    ), sure AS MATERIALIZED (
        SELECT true AS sure FROM locked, held
        WHERE locked.open > 1 AND held.dependents = (SELECT count(*) FROM waiting)
    ), settled AS (
        UPDATE subtask SET status = 'succeeded', ended = :now, lease_until = NULL, output = :output,
                           error = '', fault = NULL, detail = ''
        FROM sure WHERE task = :in_task AND key = :in_key
    ), closed AS (
        UPDATE job SET ended = :now, outcome = 'succeeded', error = ''
        FROM sure WHERE task = :in_task AND subtask = :in_key AND attempt = :in_attempt
    ), released AS (
        UPDATE subtask SET unmet = unmet - 1,
            status = CASE WHEN unmet = 1 AND status = 'pending' THEN 'ready' ELSE status END,
            ready_at = CASE WHEN unmet = 1 AND status = 'pending' THEN :now ELSE ready_at END,
            send_after = CASE WHEN unmet = 1 AND status = 'pending' THEN :resend ELSE send_after END
        FROM sure, waiting WHERE task = :in_task AND key = waiting.dependent
        RETURNING key, capability, position, unmet = 0 AND status = 'ready' AS is_ready
    ), ready AS MATERIALIZED (
        SELECT key, capability, row_number() OVER (ORDER BY position) AS n FROM released WHERE is_ready
    ), counted AS (
        UPDATE task SET last_event = last_event + 1 + made.ready, open = open - 1,
                        status = CASE status WHEN 'queued' THEN 'running' ELSE status END
        FROM sure, (SELECT count(*) AS ready FROM ready) AS made WHERE id = :in_task
        RETURNING last_event - made.ready AS number
    ), told AS (
        INSERT INTO event (task, number, subtask, type, data, time)
        SELECT :in_task, number, :in_key, 'subtask.succeeded', CAST(:found AS json), :now FROM counted
        UNION ALL
        SELECT :in_task, number + n, key, 'subtask.ready', CAST('{}' AS json), :now FROM counted, ready
    ), kept AS (
        INSERT INTO artifact (task, subtask, name, kind, media_type, size, sha256, provenance, created)
        SELECT :in_task, :in_key, name, kind, media_type, size, sha256, :provenance, :now
        FROM sure, json_to_recordset(CAST(:made AS json))
                   AS made (name text, kind text, media_type text, size integer, sha256 text)
    )
    SELECT sure.sure, ready.key, ready.capability
    FROM held LEFT JOIN sure ON true LEFT JOIN ready ON true ORDER BY ready.n
""").bindparams(
    bindparam("now", type_=UtcTime),
    bindparam("resend", type_=UtcTime),
    *(bindparam(name, type_=JSON) for name in ("output", "found", "provenance", "made")),
)


@dataclass(frozen=True, slots=True)
class Claimed:
    job: Job | None = None
    """None: it is not to be had."""
    sure: bool = True
    """False: nothing was changed, and it is not known whether it is to be had."""


@dataclass(frozen=True, slots=True)
class Done:
    ready: list[tuple[str, str]] | None = None
    """Key and capability of each that can run now; None: the job was not its worker's any more."""
    sure: bool = True
    """False: nothing was changed."""


def claim(
    database: Database, address: SubtaskAddress, worker: WorkerId, *, now: datetime, until: datetime
) -> Claimed:
    """Lets exactly one worker through."""
    if not database.is_server:
        return Claimed(sure=False)
    given = {"in_task": address.task, "in_key": address.key, "worker": worker, "now": now, "until": until}
    with database.at_once() as connection:
        row = connection.execute(_CLAIM, given).first()
    if row is None or row.attempt is None:
        return Claimed(sure=row is None or row.sure)
    return Claimed(
        Job(
            address=address,
            capability=row.capability,
            inputs=row.inputs,
            attempt=row.attempt,
            max_attempts=row.max_attempts,
            optional=row.optional,
            worker=worker,
            started=now,
        )
    )


def succeed(
    database: Database, job: Job, done: Succeeded, *, found: JsonObject, now: datetime, resend: datetime
) -> Done:
    """Settle a job whose success changes nothing in its task's plan, and release what waited for it. `found`:
    what its event says."""
    if not database.is_server or not _is_plain(job, done):
        return Done(sure=False)
    given = {
        "in_task": job.address.task,
        "in_key": job.address.key,
        "in_attempt": job.attempt,
        "now": now,
        "resend": resend,
        "output": done.output,
        "found": found,
        "provenance": provenance(job, done),
        "made": [asdict(each) for each in done.artifacts],
    }
    with database.at_once() as connection:
        rows = connection.execute(_SUCCEED, given).all()
    if not rows:
        return Done()
    if not rows[0].sure:
        return Done(sure=False)
    return Done([(row.key, row.capability) for row in rows if row.key is not None])


def provenance(job: Job, done: Succeeded) -> JsonObject:
    """Of what the job made."""
    return {"capability": job.capability, "attempt": job.attempt, "inputs": [*done.used]}


def _is_plain(job: Job, done: Succeeded) -> bool:
    """A later attempt may have to replace artifacts, and a verdict may call for another plan."""
    changes_more = done.plan is not None or done.replan or done.files
    return job.attempt == 1 and not changes_more and "passed" not in done.output
