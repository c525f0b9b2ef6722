"""Versions of bots in a table of their own, with those that lay on a shelf."""

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"

SHELF = "bot versions: "

_NOW = "CAST(strftime('%s', 'now') AS INTEGER) * 1000000"


def upgrade() -> None:
    op.create_table(
        "versions",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("files", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "bot", "number"),
        sa.UniqueConstraint("workspace", "bot", "hash"),
    )
    op.create_table(
        "live_versions",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("retire", sa.Boolean(), nullable=False),
        sa.Column("taken", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "bot"),
    )
    # Which of them was live is not known: the next start publishes one.
    op.execute(
        "INSERT INTO versions (workspace, bot, number, hash, files, by, published_at, left_at)"
        f" SELECT workspace, substr(shelf, {len(SHELF) + 1}),"
        " row_number() OVER (PARTITION BY workspace, shelf ORDER BY rowid),"
        f" key, value, '', {_NOW}, {_NOW} FROM shelf WHERE substr(shelf, 1, {len(SHELF)}) = '{SHELF}'"
    )
    op.execute(f"DELETE FROM shelf WHERE substr(shelf, 1, {len(SHELF)}) = '{SHELF}'")


def downgrade() -> None:
    op.execute(
        "INSERT INTO shelf (workspace, shelf, key, value)"
        f" SELECT workspace, '{SHELF}' || bot, hash, files FROM versions ORDER BY bot, number"
    )
    op.drop_table("live_versions")
    op.drop_table("versions")
