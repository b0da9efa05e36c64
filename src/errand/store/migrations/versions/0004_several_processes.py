"""Several processes: fair turns and priorities, hedged jobs, what each worker says of itself, files of tasks.

Only adds, with defaults, so that processes of the version before go on working meanwhile.
"""

import sqlalchemy as sa
from alembic import op

from errand.store import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _columns()
    _workspace_change()
    op.drop_index("ix_subtask_running", "subtask")
    _index("ix_subtask_lease", "subtask", ["task", "lease_until"], "status = 'running'")
    queued = "status = 'ready' OR status = 'running'"
    _index("ix_subtask_queue", "subtask", ["capability", "status", "ready_at", "started"], queued)
    turn = ["capability", "principal", "rank", "ready_at", "task", "position"]
    _index("ix_subtask_turn", "subtask", turn, "status = 'ready'")
    unoffered = "status = 'ready' AND unoffered_since IS NOT NULL"
    _index("ix_subtask_unoffered", "subtask", ["task"], unoffered)
    _index("ix_job_ended", "job", ["ended"], "ended IS NOT NULL")
    op.create_index("ix_task_status_created", "task", ["status", "created"])
    op.create_index("ix_worker_state_heartbeat", "worker", ["state", "heartbeat"])
    op.execute(
        "UPDATE subtask SET principal = (SELECT principal FROM task WHERE task.id = subtask.task) "
        "WHERE status IN ('pending', 'ready', 'running', 'waiting')"
    )


def _columns() -> None:
    whole = sa.Integer()
    op.add_column("task", sa.Column("priority", whole, nullable=False, server_default=sa.text("0")))
    op.add_column("task", sa.Column("parallel", whole, nullable=False, server_default=sa.text("0")))
    op.add_column("subtask", sa.Column("principal", sa.String(128), nullable=False, server_default=""))
    op.add_column("subtask", sa.Column("rank", whole, nullable=False, server_default=sa.text("0")))
    op.add_column("subtask", sa.Column("rival", whole))
    op.add_column("subtask", sa.Column("unoffered_since", tables.UtcTime()))
    op.add_column("job", sa.Column("capability", sa.String(128), nullable=False, server_default=""))
    op.add_column("worker", sa.Column("pool", sa.String(64), nullable=False, server_default=""))
    op.add_column("worker", sa.Column("offers", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("worker", sa.Column("doing", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("worker", sa.Column("load", sa.Float(), nullable=False, server_default=sa.text("0")))
    op.add_column("worker", sa.Column("failure", sa.Text(), nullable=False, server_default=""))
    op.add_column("worker", sa.Column("failed_at", tables.UtcTime()))


def _workspace_change() -> None:
    op.create_table(
        "workspace_change",
        sa.Column("task", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("subtask", sa.String(128), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("time", tables.UtcTime(), nullable=False),
    )


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
