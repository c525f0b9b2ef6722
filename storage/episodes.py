"""Hand-offs, for those who look at them from outside of turns; behind bots.ports.Episodes."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from bots.errors import NotFound
from bots.model.cases import Told
from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.identity import IDS, PHONES, digits_of, ids_of
from bots.model.turn import Event, MessageRecord
from storage.db import Readers
from storage.rows import (
    CONVERSATION_COLUMNS,
    RECORD_COLUMNS,
    conversation_from_row,
    episode_from_json,
    from_json,
    record_from_row,
    to_json,
    to_micros,
    to_moment,
)
from storage.tables import HANDOFFS

_FROM = "FROM conversations c JOIN customers u ON u.id = c.customer_id"
_OPEN = (
    f"SELECT {CONVERSATION_COLUMNS} FROM episodes e JOIN conversations c ON c.id = e.conversation_id"
    " JOIN customers u ON u.id = c.customer_id"
    " WHERE e.workspace = ? AND e.released_at IS NULL ORDER BY e.requested_at, e.id"
)
_BY_ID = f"SELECT {CONVERSATION_COLUMNS} {_FROM} WHERE c.workspace = ? AND c.id = ?"
_OF_CHAT = "SELECT data FROM episodes WHERE conversation_id = ? ORDER BY number DESC LIMIT ?"
_MESSAGES = (
    f"SELECT {RECORD_COLUMNS} FROM messages m"
    " WHERE m.conversation_id = ? AND m.seq > ? ORDER BY m.seq LIMIT ?"
)
_SAID_AS = (
    f"SELECT {RECORD_COLUMNS} FROM messages m WHERE m.conversation_id = ?1"
    " AND (m.platform_message_id = ?2 OR (m.more_ids IS NOT NULL"
    " AND instr(' ' || m.more_ids || ' ', ' ' || ?2 || ' ') > 0)) ORDER BY m.seq"
)


def _digits(of: str, name: str) -> str:
    """SQL for the digits of a number that is kept under a name."""
    value = f"coalesce(json_extract(u.{of}, '$.{name}'), '')"
    for sign in "+ -().":
        value = f"replace({value}, '{sign}', '')"
    return value


_NUMBERS = " OR ".join(
    f"{_digits(kept, name)} = ?3" for kept in ("profile", "remembered") for name in PHONES
)
_REMEMBERED = " OR ".join(
    f"lower(json_extract(u.remembered, '$.{name}')) IN (SELECT value FROM json_each(?4))"
    for name in IDS
)
LOOKED_THROUGH = 20_000
"""Chats whose customers' own words are looked through for a person, the latest first."""
# What a number is called by WhatsApp has an index; what is remembered has none, and is looked through.
_SAME_PERSON = (
    f"SELECT {CONVERSATION_COLUMNS} {_FROM} WHERE c.id IN ("
    "SELECT id FROM conversations WHERE workspace = ?1 AND ?3 <> '' AND user_id IN (?3, '+' || ?3)"
    " AND platform = 'whatsapp' UNION SELECT latest.id FROM (SELECT id, customer_id FROM conversations"
    " WHERE workspace = ?1 AND platform <> 'schedule' ORDER BY updated_at DESC LIMIT ?6) latest"
    " JOIN customers u ON u.id = latest.customer_id"
    f" WHERE (?3 <> '' AND ({_NUMBERS})) OR {_REMEMBERED})"
    " AND c.id <> ?2 AND c.unreachable = 0 AND c.blocked = 0 AND c.channel NOT IN ('api', 'web')"
    " ORDER BY c.updated_at DESC LIMIT ?5"
)
_PLACE = "SELECT conversation_id, seq FROM messages WHERE workspace = ? AND message_id = ?"
_IDS = "SELECT platform_message_id, more_ids FROM messages WHERE message_id = ?"
_OF_HANDOFFS = HANDOFFS.replace("name", "e.name")
_TOLD = (
    "SELECT e.id, e.conversation_id, c.bot, c.platform, e.name, e.data, e.created_at FROM events e"
    " JOIN conversations c ON c.id = e.conversation_id"
    f" WHERE e.workspace = ? AND (e.created_at, e.id) > (?, ?) AND {_OF_HANDOFFS}"
    " ORDER BY e.created_at, e.id LIMIT ?"
)
PAGE = 1000
"""Events read at once: no report holds a database's reader for long."""


class SqlEpisodes:
    """Reads alone."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    async def open(self, workspace: int) -> list[tuple[Conversation, Episode]]:
        chats = [conversation_from_row(row) for row in await self._rows(_OPEN, (workspace,))]
        return [(chat, chat.episode) for chat in chats if chat.episode is not None]

    async def of_chat(self, conversation: int, *, limit: int) -> list[Episode]:
        rows = await self._rows(_OF_CHAT, (conversation, limit))
        return [episode_from_json(row[0]) for row in rows]

    async def conversation(self, workspace: int, id: int) -> Conversation:
        rows = await self._rows(_BY_ID, (workspace, id))
        if not rows:
            raise NotFound("conversation", id)
        return conversation_from_row(rows[0])

    async def of_same_person(self, chat: Conversation, *, limit: int) -> list[Conversation]:
        digits, ids = digits_of(chat), ids_of(chat)
        if not digits and not ids:
            return []
        given = (chat.address.workspace, chat.id, digits, to_json(ids), limit, LOOKED_THROUGH)
        return [conversation_from_row(row) for row in await self._rows(_SAME_PERSON, given)]

    async def messages(self, conversation: int, *, after: int, limit: int) -> list[MessageRecord]:
        rows = await self._rows(_MESSAGES, (conversation, after, limit))
        return [record_from_row(row) for row in rows]

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        found = await self._rows(_PLACE, (workspace, message_id))
        if not found:
            return None
        conversation, seq = found[0]
        records = await self.messages(conversation, after=seq - 1, limit=1)
        return await self.conversation(workspace, conversation), records[0]

    async def said_as(self, conversation: int, platform_message_id: str) -> list[MessageRecord]:
        if not platform_message_id:
            return []
        rows = await self._rows(_SAID_AS, (conversation, platform_message_id))
        return [record_from_row(row) for row in rows]

    async def platform_ids(self, message_id: str) -> list[str]:
        for first, more in await self._rows(_IDS, (message_id,)):
            return [id for id in (first, *(more or "").split()) if id]
        return []

    async def told(self, workspace: int, *, since: datetime) -> AsyncIterator[Told]:
        place = (to_micros(since), 0)
        while rows := await self._rows(_TOLD, (workspace, *place, PAGE)):
            for _, conversation, bot, platform, name, data, at in rows:
                event = Event(name=name, data=from_json(data), created_at=to_moment(at))
                yield Told(conversation, bot, platform, event)
            place = rows[-1][6], rows[-1][0]

    async def _rows(self, query: str, given: tuple[Any, ...]) -> list[Any]:
        async with self._reader.connect() as connection:
            return list((await connection.exec_driver_sql(query, given)).fetchall())
