"""The course of conversations: moves as they are written, messages and moves as they are read."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bots.model.course import Move, Point, merged, moves_of
from bots.model.turn import TurnRecord
from storage.rows import (
    RECORD_COLUMNS,
    from_json,
    record_from_row,
    to_json,
    to_micros,
    to_moment,
)

_MOVED = "SELECT seq - behind FROM moves WHERE conversation_id = ?1{} ORDER BY seq DESC LIMIT 1"
_INSERT = (
    "INSERT INTO moves (conversation_id, seq, behind, workspace, name, data, created_at)"
    f" SELECT ?1, ?2 + 1 + coalesce(({_MOVED.format('')}), 0), ?2, ?3, ?4, ?5, ?6"
)
_MOVED_BEFORE = f"SELECT coalesce(({_MOVED.format(' AND seq <= ?2')}), 0)"
_LATEST = f"SELECT seq + coalesce(({_MOVED.format('')}), 0) FROM conversations WHERE id = ?1"
_MESSAGES = (
    f"SELECT {RECORD_COLUMNS} FROM messages m"
    " WHERE m.conversation_id = ? AND m.seq > ? ORDER BY m.seq LIMIT ?"
)
_MOVES = (
    "SELECT seq, behind, name, data, created_at FROM moves"
    " WHERE conversation_id = ? AND seq > ? ORDER BY seq LIMIT ?"
)


def moves_to_rows(turn: TurnRecord) -> list[tuple[Any, ...]]:
    """A turn's moves, but for their numbers."""
    if not turn.events:
        return []
    id, workspace = turn.conversation.id, turn.conversation.address.workspace
    return [
        (id, move.behind, workspace, move.name, to_json(move.data), to_micros(move.at))
        for move in moves_of(turn)
    ]


def put_moves(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write moves, each with the next number of its conversation."""
    for row in rows:
        db.execute(_INSERT, row)


class SqlCourse:
    """Reads beside the writer."""

    def __init__(self, reader: AsyncEngine) -> None:
        self._reader = reader

    async def after(self, conversation: int, seq: int, *, limit: int) -> list[Point]:
        async with self._reader.connect() as connection:

            async def rows(query: str, *values: int) -> Sequence[Any]:
                return (await connection.exec_driver_sql(query, values)).fetchall()

            ((moved,),) = await rows(_MOVED_BEFORE, conversation, seq)
            # Messages first: the moves before a message are there by the time they are read.
            said = await rows(_MESSAGES, conversation, seq - moved, limit)
            moves = await rows(_MOVES, conversation, seq, limit)
        messages = [record_from_row(row) for row in said]
        points = merged(seq, moved, messages, [(row[0], _move(row)) for row in moves])
        return points[:limit]

    async def latest(self, conversation: int) -> int:
        async with self._reader.connect() as connection:
            found = (await connection.exec_driver_sql(_LATEST, (conversation,))).fetchall()
        return int(found[0][0]) if found else 0


def _move(row: Any) -> Move:
    return Move(behind=row[1], name=row[2], at=to_moment(row[4]), data=from_json(row[3]))
