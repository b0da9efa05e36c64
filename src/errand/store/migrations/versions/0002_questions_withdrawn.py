"""Questions can be withdrawn: when their task ends, or their subtask is run afresh."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("question", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Questions of tasks that ended before this were left open for ever.
    op.execute(
        "UPDATE question SET withdrawn = true WHERE answer IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM subtask WHERE subtask.task = question.task AND subtask.key = question.subtask "
        "AND subtask.status = 'waiting')"
    )
