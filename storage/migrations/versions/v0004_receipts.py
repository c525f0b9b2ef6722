"""Receipts, when a customer last wrote, and messages held until they write again."""

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("platform_message_id", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "platform_message_id"),
    )
    op.create_table(
        "read_marks",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("platform_message_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_id", "rank"),
        sqlite_with_rowid=False,
    )
    op.add_column("messages", sa.Column("more_ids", sa.String(), nullable=True))
    op.add_column("conversations", sa.Column("heard_at", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("held_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "held_at")
    op.drop_column("conversations", "heard_at")
    op.drop_column("messages", "more_ids")
    op.drop_table("read_marks")
    op.drop_table("receipts")
