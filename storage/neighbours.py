"""What other processes committed, and answers that pass between processes; behind bots.ports.Neighbourhood."""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from bots.model.answer import Answer
from bots.model.feed import ADDED, STATUS
from bots.model.message import Address
from bots.model.neighbour import Committed, Left, Portion, Stirred, Waiting
from bots.model.turn import Event
from storage.db import Db, Readers, Writes
from storage.rows import (
    CONVERSATION_COLUMNS,
    RECORD_COLUMNS,
    answer_from_json,
    answer_to_json,
    conversation_from_row,
    from_json,
    maybe_moment,
    record_from_row,
    to_micros,
    to_moment,
)

_AFTER = (
    # Always a row at least, of the newest number: our own events are passed over.
    "WITH newest AS (SELECT max(id) AS id FROM events), theirs AS ("
    "SELECT e.id, e.conversation_id, e.name, e.data, e.created_at, c.workspace, c.bot, c.channel,"
    " c.chat_id, c.episode IS NOT NULL AS with_people"
    " FROM events e JOIN conversations c ON c.id = e.conversation_id"
    " WHERE e.id > ? AND e.origin IS NOT ? ORDER BY e.id LIMIT ?)"
    " SELECT newest.id, theirs.* FROM newest LEFT JOIN theirs ON true ORDER BY theirs.id"
)
_WAITING = (
    "SELECT EXISTS (SELECT 1 FROM inbox WHERE done_at IS NULL AND parked_at IS NULL"
    " AND (not_before IS NULL OR not_before <= :now) AND slot = ANY(:slots) AND seq <> ALL(:known)),"
    " EXISTS (SELECT 1 FROM outbox WHERE failed_at IS NULL AND held_at IS NULL"
    " AND slot = ANY(:slots) AND key <> ALL(:keys)),"
    " EXISTS (SELECT 1 FROM intents WHERE slot = ANY(:slots)),"
    " (SELECT min(due) FROM timers WHERE due IS NOT NULL AND slot = ANY(:slots))"
)
_LATEST = "SELECT coalesce(max(id), 0) FROM events"
_CONVERSATIONS = (
    f"SELECT {CONVERSATION_COLUMNS} FROM conversations c"
    " JOIN customers u ON u.id = c.customer_id WHERE c.id = ANY(?)"
)
_MESSAGES = (
    f"SELECT m.conversation_id, {RECORD_COLUMNS} FROM messages m"
    " WHERE m.conversation_id = ANY(?) AND (m.conversation_id, m.seq) IN"
    " (SELECT w.id, generate_series(w.first, w.last) FROM"
    " unnest(CAST(? AS BIGINT[]), CAST(? AS INTEGER[]), CAST(? AS INTEGER[])) w(id, first, last))"
    " ORDER BY m.conversation_id, m.seq"
)
_PUT = (
    "INSERT INTO answers (seq, answer, created_at) VALUES (?, ?, ?)"
    " ON CONFLICT (seq) DO UPDATE SET answer = excluded.answer"
)
_GET = "SELECT answer FROM answers WHERE seq = ?"
_PRUNE = "DELETE FROM answers WHERE created_at < ?"


class SqlNeighbourhood:
    """`origin` is what this process's own events are marked by."""

    def __init__(self, writer: Writes, reader: Readers, *, origin: str) -> None:
        self._writer = writer
        self._reader = reader
        self._origin = origin

    async def latest(self) -> int:
        async with self._reader.connect() as connection:
            return int((await connection.exec_driver_sql(_LATEST)).scalar())

    async def after(self, cursor: int, wanted: Callable[[Stirred], bool], *, limit: int) -> Portion:
        """What others committed behind the cursor, a chat's together."""
        async with self._reader.connect() as connection:
            values = (cursor, self._origin, limit)
            found = (await connection.exec_driver_sql(_AFTER, values)).fetchall()
            rows = [row[1:] for row in found if row[1] is not None]
            more = len(rows) == limit
            cursor = rows[-1][0] if more else max(cursor, found[0][0] or 0)
            chats_wanted = {chat for chat, stirred in _stirred(rows).items() if wanted(stirred)}
            theirs = [row for row in rows if row[1] in chats_wanted]
            ids = sorted(chats_wanted)
            added = [(row[1], from_json(row[3])) for row in theirs if row[2] == ADDED]
            chats = await connection.exec_driver_sql(_CONVERSATIONS, (ids,)) if ids else ()
            conversations = {row[0]: conversation_from_row(row) for row in chats}
            messages: dict[int, list[Any]] = {id: [] for id in ids}
            if added:
                spans = (
                    ids,
                    [id for id, _ in added],
                    [span["first"] for _, span in added],
                    [span["last"] for _, span in added],
                )
                for id, *record in await connection.exec_driver_sql(_MESSAGES, spans):
                    messages[id].append(record_from_row(record))
        told = [
            Committed(
                conversation=conversations[id],
                messages=messages[id],
                events=[_event(row) for row in theirs if row[1] == id and row[2] not in _OURS],
            )
            for id in ids
            if id in conversations
        ]
        return Portion(told, cursor, more)

    async def waiting(
        self, slots: Collection[int], known: Collection[int], keys: Collection[str], now: datetime
    ) -> Waiting:
        """All in one query: it is asked every second."""
        values = {
            "now": to_micros(now),
            "slots": sorted(slots),
            "known": list(known),
            "keys": list(keys),
        }
        async with self._reader.connect() as connection:
            row = (await connection.exec_driver_sql(_WAITING, values)).first()
        there: zip[tuple[Left, bool]] = zip(("messages", "calls", "actions"), row, strict=False)
        return Waiting(frozenset(kind for kind, found in there if found), maybe_moment(row[3]))

    async def put_answer(self, seq: int, answer: Answer | str, now: datetime) -> None:
        """An answer, or why there is none."""
        text = answer_to_json(answer) if isinstance(answer, Answer) else json.dumps(answer)
        await self._writer.do(_put, (seq, text, to_micros(now)))

    async def answer(self, seq: int) -> Answer | str | None:
        async with self._reader.connect() as connection:
            text = (await connection.exec_driver_sql(_GET, (seq,))).scalar()
        if text is None:
            return None
        return str(json.loads(text)) if text.startswith('"') else answer_from_json(text)

    async def prune(self, before: datetime) -> None:
        """Nobody waits any more for what was answered before."""
        await self._writer.do(_prune, to_micros(before))


_OURS = frozenset({ADDED, STATUS})


def _stirred(rows: Sequence[Any]) -> dict[int, Stirred]:
    """The chats of events, by their numbers."""
    names: dict[int, set[str]] = {}
    for row in rows:
        names.setdefault(row[1], set()).add(row[2])
    return {
        row[1]: Stirred(Address(*row[5:9]), bool(row[9]), frozenset(names[row[1]])) for row in rows
    }


def _event(row: Any) -> Event:
    return Event(name=row[2], data=from_json(row[3]), created_at=to_moment(row[4]))


def _put(db: Db, items: Sequence[tuple[int, str, int]]) -> list[None]:
    db.executemany(_PUT, items)
    return [None] * len(items)


def _prune(db: Db, items: Sequence[int]) -> list[None]:
    for before in items:
        db.execute(_PRUNE, (before,))
    return [None] * len(items)
