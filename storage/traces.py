"""What a conversation went through, for reading beside the server, behind bots.ports.Traces."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.model.conversation import Conversation
from bots.model.turn import Event
from storage.db import Readers
from storage.rows import CONVERSATION_COLUMNS, conversation_from_row, from_json, to_moment

_CONVERSATIONS = (
    f"SELECT {CONVERSATION_COLUMNS} FROM conversations c"
    " JOIN customers u ON u.id = c.customer_id WHERE c.workspace = ?1"
)
_NEWEST = " ORDER BY c.updated_at DESC, c.id DESC LIMIT ?2"
_NAMED = (
    " AND (c.platform || ':' || c.chat_id = ?3 OR c.channel || ':' || c.chat_id = ?3"
    " OR c.chat_id = ?3 OR c.uuid = ?3 OR 'session_' || c.uuid = ?3 OR c.user_id = ?3"
    " OR '#' || c.id = ?3)"
)
_LIKE = (
    " AND (instr(lower(c.platform || ':' || c.chat_id), lower(?3)) > 0 OR instr(c.uuid, ?3) > 0"
    " OR instr(lower(c.user_id), lower(?3)) > 0)"
)
# Messages are shown by themselves, and that each was delivered is more than a story needs.
_EVENTS = (
    "SELECT name, created_at, data FROM (SELECT id, name, created_at, data FROM events"
    " WHERE conversation_id = ? AND name NOT IN ('messages.added', 'message.delivered', 'message.read', 'chat.status', 'handoff.noted')"
    " ORDER BY id DESC LIMIT ?) AS latest ORDER BY id"
)


class SqlTraces:
    """Few questions, asked by hand: none has an index of its own but the conversation's."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    async def newest(self, workspace: int, *, limit: int) -> list[Conversation]:
        found = await self._rows(_CONVERSATIONS + _NEWEST, (workspace, limit))
        return [conversation_from_row(row) for row in found]

    async def find(self, workspace: int, words: str, *, limit: int) -> list[Conversation]:
        for condition in (_NAMED, _LIKE):
            query = _CONVERSATIONS + condition + _NEWEST
            found = await self._rows(query, (workspace, limit, words))
            if found:
                return [conversation_from_row(row) for row in found]
        return []

    async def happened(self, conversation: int, *, limit: int) -> list[Event]:
        found = await self._rows(_EVENTS, (conversation, limit))
        return [
            Event(name=name, created_at=to_moment(at), data=from_json(data))
            for name, at, data in found
        ]

    async def timers(self, conversation: int) -> list[tuple[datetime, Mapping[str, Any]]]:
        query = "SELECT due, payload FROM timers WHERE conversation_id = ? ORDER BY due"
        found = await self._rows(query, (conversation,))
        return [(to_moment(due), from_json(payload)) for due, payload in found]

    async def under_way(self, conversation: int) -> list[tuple[datetime, str]]:
        query = "SELECT created_at, action FROM intents WHERE conversation_id = ? ORDER BY key"
        found = await self._rows(query, (conversation,))
        return [(to_moment(at), action) for at, action in found]

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()
