"""Hand-offs, operators, their groups, and what was shown there."""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HANDOFFS = "name >= 'handoff.' AND name < 'handoff/'"
OPEN = "released_at IS NULL"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("episode", sa.String(), nullable=True))
    op.add_column(
        "conversations", sa.Column("blocked", sa.Boolean(), nullable=False, server_default="0")
    )
    op.create_index(
        "events_of_handoff",
        "events",
        ["workspace", "created_at"],
        sqlite_where=sa.text(HANDOFFS),
    )
    op.create_table(
        "episodes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("assignee", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_episodes_conversation_id", "episodes", ["conversation_id"])
    op.create_index(
        "episodes_open",
        "episodes",
        ["workspace", "queue"],
        sqlite_where=sa.text(OPEN),
    )
    _note_what_is_under_way()
    _people()
    _desk()


def _note_what_is_under_way() -> None:
    """Chats that people have or are waited for in are in an episode from now on."""
    db = op.get_bind()
    found = db.execute(
        sa.text(
            "SELECT id, uuid, workspace, bot, owner, platform, updated_at, seq FROM conversations"
            " WHERE owner <> 'bot'"
        )
    ).fetchall()
    for id, uuid, workspace, bot, owner, platform, updated_at, seq in found:
        asked = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=updated_at)).isoformat()
        # Only a person who answered in the messenger itself could have a chat then.
        active = owner == "operator"
        episode = {
            "id": uuid,
            "number": 1,
            "state": "active" if active else "requested",
            "source": "native" if active else "step",
            "native": platform if active else "",
            "requested_at": asked,
            "accepted_at": asked if active else None,
            "since": asked,
            "first_seq": seq,
        }
        data = json.dumps(episode)
        db.execute(
            sa.text("UPDATE conversations SET episode = :data WHERE id = :id"),
            {"data": data, "id": id},
        )
        db.execute(
            sa.text(
                "INSERT INTO episodes (id, workspace, bot, conversation_id, number, state, queue,"
                " assignee, requested_at, released_at, data)"
                " VALUES (:uuid, :workspace, :bot, :id, 1, :state, '', NULL, :at, NULL, :data)"
            ),
            {
                "uuid": uuid,
                "workspace": workspace,
                "bot": bot,
                "id": id,
                "state": episode["state"],
                "at": updated_at,
                "data": data,
            },
        )


def _people() -> None:
    op.create_table(
        "operators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("telegram", sa.String(), nullable=True),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("queues", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("away_until", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"]),
        sa.UniqueConstraint("workspace", "telegram"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "codes",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("used_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "canned",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "bot", "key"),
    )


def _desk() -> None:
    op.create_table(
        "desk_groups",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("queues", sa.String(), nullable=False),
        sa.Column("flat", sa.Boolean(), nullable=False),
        sa.Column("down", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_id"),
    )
    op.create_table(
        "topics",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("mirrored", sa.Integer(), nullable=False),
        sa.Column("titled_by_hand", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("conversation_id", "channel", "chat_id", "gen"),
        sqlite_with_rowid=False,
    )
    op.create_index("topics_of_thread", "topics", ["channel", "chat_id", "thread_id"])
    op.create_table(
        "relays",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("operator", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_id", "message_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("relays_of_message", "relays", ["conversation_id", "seq"])
    op.create_index(
        "relays_said",
        "relays",
        ["channel", "chat_id", "message_id"],
        unique=True,
        sqlite_where=sa.text("way <> 'in'"),
    )
    op.create_table(
        "notes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("operator", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notes_conversation_id", "notes", ["conversation_id"])


def downgrade() -> None:
    for table in ("notes", "relays", "topics", "desk_groups", "canned", "codes", "operators"):
        op.drop_table(table)
    op.drop_table("episodes")
    op.drop_index("events_of_handoff", "events")
    op.drop_column("conversations", "blocked")
    op.drop_column("conversations", "episode")
