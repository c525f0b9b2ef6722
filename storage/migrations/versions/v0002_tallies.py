"""Counters of dialogs, and in which steps chats stand."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"

CHUNK = 500


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("workspace", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "bot", "day", "flow", "step", "about", "what"),
        sqlite_with_rowid=False,
    )
    op.add_column("conversations", sa.Column("waits", sa.String(), nullable=True))
    op.create_index(
        "conversations_waiting",
        "conversations",
        ["workspace", "bot", "waits"],
        unique=False,
        sqlite_where=sa.text("waits IS NOT NULL"),
        postgresql_where=sa.text("waits IS NOT NULL"),
    )
    _say_where_chats_stand(op.get_bind())


def downgrade() -> None:
    op.drop_index(
        "conversations_waiting",
        table_name="conversations",
        sqlite_where=sa.text("waits IS NOT NULL"),
        postgresql_where=sa.text("waits IS NOT NULL"),
    )
    op.drop_column("conversations", "waits")
    op.drop_table("tallies")


def _say_where_chats_stand(connection: sa.Connection) -> None:
    last = 0
    query = sa.text(
        "SELECT id, position FROM conversations WHERE id > :last ORDER BY id LIMIT :chunk"
    )
    while found := connection.execute(query, {"last": last, "chunk": CHUNK}).fetchall():
        last = found[-1][0]
        waits = [{"id": id, "waits": _waits(json.loads(position))} for id, position in found]
        standing = [one for one in waits if one["waits"] is not None]
        if standing:
            connection.execute(
                sa.text("UPDATE conversations SET waits = :waits WHERE id = :id"), standing
            )


def _waits(position: Mapping[str, Any]) -> str | None:
    """As it was when this step was written: what the code does now may be another thing."""
    stands = [_stand(frame) for frame in reversed(position.get("stack", ()))]
    if not stands:
        return None
    kept = [stands[0], *(stand for stand in stands[1:] if stand != ["", "", ""])]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _stand(frame: Mapping[str, Any]) -> list[str]:
    wait = frame.get("wait") or {}
    if wait.get("kind") == "ask" and wait.get("signature"):
        step, save, kind = wait["signature"]
        return [frame["flow"], step, f"{save} {kind}"]
    step = frame.get("step")
    return [frame["flow"], step, ""] if step and frame["flow"] else ["", "", ""]
