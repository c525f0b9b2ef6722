"""Tries at passwords and codes, counted for all processes together."""

import sqlalchemy as sa
from alembic import op

revision = "v0010"
down_revision = "v0009"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "guesses",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("guesses_of_account", "guesses", ["account", "network"])
    op.create_index("guesses_of_network", "guesses", ["network"])
    op.create_index("ix_guesses_at", "guesses", ["at"])


def downgrade() -> None:
    op.drop_table("guesses")
