"""Many processes on one database: who does what, and which rows are whose."""

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0007"

_SHARED_OUT = ("inbox", "outbox", "timers", "intents")


def upgrade() -> None:
    for table in _SHARED_OUT:
        op.add_column(table, sa.Column("slot", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "processes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("stopping", sa.Boolean(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("events", sa.Column("origin", sa.String(), nullable=True))
    op.create_table(
        "answers",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("leases")
    op.drop_table("answers")
    op.drop_column("events", "origin")
    op.drop_table("processes")
    for table in _SHARED_OUT:
        op.drop_column(table, "slot")
