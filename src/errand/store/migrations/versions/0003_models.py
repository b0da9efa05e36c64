"""Language models: conversations turn by turn, what is reserved and spent, and later revisions of a plan."""

import sqlalchemy as sa
from alembic import op

from errand.store import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("task", sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("task", sa.Column("replans", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("subtask", sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("subtask", sa.Column("superseded", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "turn",
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("subtask", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("time", tables.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("task", "subtask", "number", name=op.f("pk_turn")),
    )
    op.create_table(
        "spending",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=192), nullable=False),
        sa.Column("microdollars", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("held_microdollars", sa.BigInteger(), nullable=False),
        sa.Column("held_tokens", sa.BigInteger(), nullable=False),
        sa.Column("held_calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_spending")),
    )
    _reservation()


def _reservation() -> None:
    op.create_table(
        "reservation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=True),
        sa.Column("subtask", sa.String(length=128), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("principal", sa.String(length=128), nullable=False),
        sa.Column("capability", sa.String(length=128), nullable=False),
        sa.Column("model", sa.String(length=256), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("time", tables.UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("held_microdollars", sa.BigInteger(), nullable=False),
        sa.Column("held_tokens", sa.BigInteger(), nullable=False),
        sa.Column("held_calls", sa.Integer(), nullable=False),
        sa.Column("microdollars", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index("ix_reservation_task", "reservation", ["task", "subtask", "attempt"])
    op.create_index("ix_reservation_day", "reservation", ["day"])
