"""The tables. A change here needs a migration in `migrations/versions`."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    literal_column,
    text,
)


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC on every database; SQLite would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone was to be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Prose(TypeDecorator[str]):
    """Text of any length; PostgreSQL takes no NUL in it, and models may write one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return value if value is None else value.replace("\x00", "\ufffd")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _partial(name: str, columns: Sequence[str], where: str) -> Iterator[Index]:
    """An index over few of many rows, on either database."""
    yield Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


task = Table(
    "task",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("text", Prose, nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("principal", String(128), nullable=False),
    Column("origin", String(32), nullable=False),
    Column("limits", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("deadline", UtcTime),
    Column("ended", UtcTime),
    Column("open", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("last_event", Integer, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),  # of the plan
    Column("replans", Integer, nullable=False, server_default=text("0")),  # asked for, by failures
    Column("plan", JSON),  # what a Plan holds besides its steps, and what the planner said of it
    Column("result", JSON(none_as_null=True)),
    Column("missing", JSON, nullable=False),
    Column("fault", String(16)),
    Column("priority", Integer, nullable=False, server_default=text("0")),  # among its principal's tasks
    Column("parallel", Integer, nullable=False, server_default=text("0")),  # run at once; 0: no limit
    Index("ix_task_created", "created"),
    Index("ix_task_status_deadline", "status", "deadline"),
    Index("ix_task_status_created", "status", "created"),
)

subtask = Table(
    "subtask",
    metadata,
    Column("task", ForeignKey("task.id"), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("capability", String(128), nullable=False),
    Column("title", Prose, nullable=False),
    Column("because", Prose, nullable=False),
    Column("score", Float, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("needs", JSON, nullable=False),
    Column("optional", Boolean, nullable=False),
    Column("dependents", Integer, nullable=False),
    Column("unmet", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("ready_at", UtcTime),
    Column("send_after", UtcTime),
    Column("worker", String(128)),
    Column("lease_until", UtcTime),
    Column("started", UtcTime),
    Column("ended", UtcTime),
    Column("output", JSON(none_as_null=True)),
    Column("error", Prose, nullable=False),
    Column("fault", String(16)),
    Column("detail", Prose, nullable=False),
    Column("discarded", Boolean, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),  # of the plan that brought it
    Column("superseded", Boolean, nullable=False, server_default=false()),
    Column("principal", String(128), nullable=False, server_default=""),  # its task's
    Column("rank", Integer, nullable=False, server_default=text("0")),  # its task's priority, negated
    Column("rival", Integer),  # an earlier attempt that still runs, and may end it as well
    Column("unoffered_since", UtcTime),  # no worker that lives offers its capability
    # The rescuer's questions, and views, from a small index each: most rows have ended.
    *_partial("ix_subtask_ready", ["send_after"], "status = 'ready'"),
    *_partial("ix_subtask_lease", ["task", "lease_until"], "status = 'running'"),
    *_partial("ix_subtask_waiting", ["task"], "status = 'waiting'"),
    *_partial("ix_subtask_dead", ["ended"], "status = 'dead'"),
    # What is new and what runs, per capability; and who is to be served next.
    *_partial(
        "ix_subtask_queue",
        ["capability", "status", "ready_at", "started"],
        "status = 'ready' OR status = 'running'",
    ),
    *_partial(
        "ix_subtask_turn",
        ["capability", "principal", "rank", "ready_at", "task", "position"],
        "status = 'ready'",
    ),
    *_partial("ix_subtask_unoffered", ["task"], "status = 'ready' AND unoffered_since IS NOT NULL"),
)

READY, RUNNING, WAITING, DEAD = (
    subtask.c.status == literal_column(f"'{each}'") for each in ("ready", "running", "waiting", "dead")
)
"""Conditions with the status in the statement itself: a bound value keeps SQLite off its partial index."""

dependency = Table(
    "dependency",
    metadata,
    Column("task", String(32), primary_key=True),
    Column("needed", String(128), primary_key=True),
    Column("dependent", String(128), primary_key=True),
)

job = Table(
    "job",
    metadata,
    Column("task", String(32), primary_key=True),
    Column("subtask", String(128), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("worker", String(128), nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("ended", UtcTime),
    Column("outcome", String(16)),
    Column("error", Prose),
    Column("capability", String(128), nullable=False, server_default=""),
    *_partial("ix_job_ended", ["ended"], "ended IS NOT NULL"),
)

event = Table(
    "event",
    metadata,
    Column("task", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("subtask", String(128)),
    Column("type", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("time", UtcTime, nullable=False),
)

artifact = Table(
    "artifact",
    metadata,
    Column("task", String(32), primary_key=True),
    Column("subtask", String(128), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("provenance", JSON, nullable=False),
    Column("created", UtcTime, nullable=False),
)

question = Table(
    "question",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("task", String(32), nullable=False),
    Column("subtask", String(128), nullable=False),
    Column("name", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Prose, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("asked", UtcTime, nullable=False),
    Column("answer", Prose),
    Column("answered", UtcTime),
    Column("answered_by", String(128)),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Index("ix_question_task", "task", "subtask"),
)

turn = Table(
    "turn",
    metadata,
    Column("task", String(32), primary_key=True),
    Column("subtask", String(128), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("content", JSON, nullable=False),
    Column("time", UtcTime, nullable=False),
)

workspace_change = Table(
    "workspace_change",
    metadata,
    Column("task", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("subtask", String(128), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("changes", JSON, nullable=False),  # by path: hash, size, executable; null: it is gone
    Column("time", UtcTime, nullable=False),
)

spending = Table(
    "spending",
    metadata,
    # What a limit is compared with: one row for each task, principal and day, and day.
    Column("scope", String(16), primary_key=True),
    Column("key", String(192), primary_key=True),
    Column("microdollars", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("held_microdollars", BigInteger, nullable=False),
    Column("held_tokens", BigInteger, nullable=False),
    Column("held_calls", Integer, nullable=False),
)

reservation = Table(
    "reservation",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("task", String(32)),  # none: outside any task, as `errand plan` and `errand models` call
    Column("subtask", String(128)),
    Column("attempt", Integer),
    Column("principal", String(128), nullable=False),
    Column("capability", String(128), nullable=False),
    Column("model", String(256), nullable=False),
    Column("role", String(16), nullable=False),
    Column("day", String(10), nullable=False),
    Column("time", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),  # held, settled, lost
    Column("held_microdollars", BigInteger, nullable=False),
    Column("held_tokens", BigInteger, nullable=False),
    Column("held_calls", Integer, nullable=False),
    Column("microdollars", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Index("ix_reservation_task", "task", "subtask", "attempt"),
    Index("ix_reservation_day", "day"),
)

worker = Table(
    "worker",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("host", String(128), nullable=False),
    Column("process", Integer, nullable=False),
    Column("version", String(32), nullable=False),
    Column("capabilities", JSON, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("heartbeat", UtcTime, nullable=False),
    Column("pool", String(64), nullable=False, server_default=""),
    Column("offers", JSON, nullable=False, server_default="{}"),  # by capability: its limits
    Column("doing", JSON, nullable=False, server_default="[]"),  # jobs: task, subtask, capability, since
    Column("load", Float, nullable=False, server_default=text("0")),  # of the host, per core
    Column("failure", Prose, nullable=False, server_default=""),  # the last one
    Column("failed_at", UtcTime),
    Index("ix_worker_state_heartbeat", "state", "heartbeat"),
)
