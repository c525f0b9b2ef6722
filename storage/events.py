"""What happened, written: one row each, in the transaction of what it tells of."""

from collections.abc import Sequence
from typing import Any

from bots.model.feed import ADDED, STATUS
from bots.model.turn import TurnRecord
from storage.db import Db, side_by_side
from storage.rows import to_json, to_micros
from storage.sql import Insert
from storage.tables import HANDOFFS

CHUNK = 1000
"""Rows dropped in one transaction, so that nobody waits long behind it."""

insert_events = Insert("events", "workspace, conversation_id, name, data, created_at")

_PRUNE = (
    "DELETE FROM events WHERE id IN"
    f" (SELECT id FROM events WHERE id < ? AND NOT ({HANDOFFS}) ORDER BY id LIMIT {CHUNK})"
)
_PRUNE_HANDOFFS = (
    "DELETE FROM events WHERE id IN (SELECT id FROM events"
    " WHERE workspace IN (SELECT id FROM workspaces) AND created_at < ?"
    f" AND {HANDOFFS} LIMIT {CHUNK})"
)


def events_of(turn: TurnRecord, before: str | None, now: int) -> list[tuple[Any, ...]]:
    """A turn's events as rows: what it added, the chat's status where it was another `before`, its own."""
    conversation = turn.conversation
    workspace, id = conversation.address.workspace, conversation.id
    rows: list[tuple[Any, ...]] = []
    if turn.messages:
        added = f'{{"first":{turn.messages[0].seq},"last":{turn.messages[-1].seq}}}'
        rows.append((workspace, id, ADDED, added, now))
    if before not in (None, conversation.status):
        changed = {"from": before, "to": conversation.status}
        rows.append((workspace, id, STATUS, to_json(changed), now))
    rows += [
        (workspace, id, event.name, to_json(event.data), to_micros(event.created_at))
        for event in turn.events
    ]
    return rows


@side_by_side
def prune(db: Db, bounds: Sequence[tuple[int, int]]) -> list[int]:
    """Drop a chunk of what has a number below a bound, and of hand-offs of before a moment."""
    return [
        db.execute(_PRUNE, (below,)).rowcount + db.execute(_PRUNE_HANDOFFS, (before,)).rowcount
        for below, before in bounds
    ]


def dropping(rows: Sequence[tuple[int, int, str]], now: int) -> list[tuple[Any, ...]]:
    """Of messages that will not be sent after all, given by their calls: workspace, chat, message."""
    return [
        (workspace, id, "message.dropped", to_json({"message_id": message_id}), now)
        for workspace, id, message_id in dict.fromkeys(rows)
        if message_id
    ]
