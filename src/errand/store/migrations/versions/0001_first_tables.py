"""The first tables."""

import sqlalchemy as sa
from alembic import op

from errand.store import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "artifact",
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("subtask", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("created", tables.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("task", "subtask", "name", name=op.f("pk_artifact")),
    )
    op.create_table(
        "dependency",
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("needed", sa.String(length=128), nullable=False),
        sa.Column("dependent", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("task", "needed", "dependent", name=op.f("pk_dependency")),
    )
    op.create_table(
        "event",
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subtask", sa.String(length=128), nullable=True),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("time", tables.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("task", "number", name=op.f("pk_event")),
    )
    op.create_table(
        "job",
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("subtask", sa.String(length=128), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=128), nullable=False),
        sa.Column("started", tables.UtcTime(), nullable=False),
        sa.Column("ended", tables.UtcTime(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("task", "subtask", "attempt", name=op.f("pk_job")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("subtask", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("asked", tables.UtcTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered", tables.UtcTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index("ix_question_task", ["task", "subtask"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("principal", sa.String(length=128), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created", tables.UtcTime(), nullable=False),
        sa.Column("deadline", tables.UtcTime(), nullable=True),
        sa.Column("ended", tables.UtcTime(), nullable=True),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_created", ["created"], unique=False)
        batch_op.create_index("ix_task_status_deadline", ["status", "deadline"], unique=False)

    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("host", sa.String(length=128), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("capabilities", sa.JSON(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started", tables.UtcTime(), nullable=False),
        sa.Column("heartbeat", tables.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "subtask",
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("capability", sa.String(length=128), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.Column("dependents", sa.Integer(), nullable=False),
        sa.Column("unmet", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("ready_at", tables.UtcTime(), nullable=True),
        sa.Column("send_after", tables.UtcTime(), nullable=True),
        sa.Column("worker", sa.String(length=128), nullable=True),
        sa.Column("lease_until", tables.UtcTime(), nullable=True),
        sa.Column("started", tables.UtcTime(), nullable=True),
        sa.Column("ended", tables.UtcTime(), nullable=True),
        sa.Column("output", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("discarded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_subtask_task")),
        sa.PrimaryKeyConstraint("task", "key", name=op.f("pk_subtask")),
    )
    with op.batch_alter_table("subtask", schema=None) as batch_op:
        batch_op.create_index(
            "ix_subtask_dead",
            ["ended"],
            unique=False,
            sqlite_where=sa.text("status = 'dead'"),
            postgresql_where=sa.text("status = 'dead'"),
        )
        batch_op.create_index(
            "ix_subtask_ready",
            ["send_after"],
            unique=False,
            sqlite_where=sa.text("status = 'ready'"),
            postgresql_where=sa.text("status = 'ready'"),
        )
        batch_op.create_index(
            "ix_subtask_running",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("status = 'running'"),
            postgresql_where=sa.text("status = 'running'"),
        )
        batch_op.create_index(
            "ix_subtask_waiting",
            ["task"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("subtask", schema=None) as batch_op:
        batch_op.drop_index("ix_subtask_waiting", sqlite_where=sa.text("status = 'waiting'"))
        batch_op.drop_index("ix_subtask_running", sqlite_where=sa.text("status = 'running'"))
        batch_op.drop_index("ix_subtask_ready", sqlite_where=sa.text("status = 'ready'"))
        batch_op.drop_index("ix_subtask_dead", sqlite_where=sa.text("status = 'dead'"))

    op.drop_table("subtask")
    op.drop_table("worker")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_status_deadline")
        batch_op.drop_index("ix_task_created")

    op.drop_table("task")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("ix_question_task")

    op.drop_table("question")
    op.drop_table("job")
    op.drop_table("event")
    op.drop_table("dependency")
    op.drop_table("artifact")
