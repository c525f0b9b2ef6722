"""The course of conversations: moves as they are written, messages and moves as they are read."""

from collections.abc import Sequence
from typing import Any

from bots.model.course import Move, Point, merged, moves_of
from bots.model.turn import TurnRecord
from storage.db import Db, Readers
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
_LATEST = f"SELECT seq + coalesce(({_MOVED.format('')}), 0) FROM conversations WHERE id = ?1"
_MOVED_BEFORE = f"coalesce(({_MOVED.format(' AND seq <= ?2')}), 0)"
_MESSAGES = (
    f"SELECT {_MOVED_BEFORE} AS moved, CAST(NULL AS BIGINT) AS place, {RECORD_COLUMNS} FROM messages m"
    f" WHERE m.conversation_id = ?1 AND m.seq > ?2 - {_MOVED_BEFORE} ORDER BY m.seq LIMIT ?3"
)
_MOVES = (
    # In the places of message_id, seq, direction and created_at, which are of the same types.
    "SELECT 0, seq, data, behind, name, '', created_at, '', '', '', '',"
    " CAST(NULL AS DOUBLE PRECISION), '', CAST(NULL AS BIGINT)"
    " FROM moves WHERE conversation_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
)
_AFTER = f"SELECT * FROM ({_MESSAGES}) AS said UNION ALL SELECT * FROM ({_MOVES}) AS moved"
"""Both in one statement, which sees one state of the database: messages, then moves."""


def moves_to_rows(turn: TurnRecord) -> list[tuple[Any, ...]]:
    """A turn's moves, but for their numbers."""
    if not turn.events:
        return []
    id, workspace = turn.conversation.id, turn.conversation.address.workspace
    return [
        (id, move.behind, workspace, move.name, to_json(move.data), to_micros(move.at))
        for move in moves_of(turn)
    ]


def put_moves(db: Db, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write moves, each with the next number of its conversation."""
    for row in rows:
        db.execute(_INSERT, row)


class SqlCourse:
    """Reads beside the writer."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    async def after(self, conversation: int, seq: int, *, limit: int) -> list[Point]:
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_AFTER, (conversation, seq, limit))
            rows: Sequence[Any] = found.fetchall()
        said = [row for row in rows if row[1] is None]
        moves = [(row[1], _move(row)) for row in rows if row[1] is not None]
        moved = said[0][0] if said else 0
        return merged(seq, moved, [record_from_row(row[2:]) for row in said], moves)[:limit]

    async def latest(self, conversation: int) -> int:
        async with self._reader.connect() as connection:
            found = (await connection.exec_driver_sql(_LATEST, (conversation,))).fetchall()
        return int(found[0][0]) if found else 0


def _move(row: Any) -> Move:
    return Move(behind=row[3], name=row[4], at=to_moment(row[6]), data=from_json(row[2]))
