"""Conversations and their history for reading, behind bots.ports.Conversations."""

from collections.abc import Sequence
from typing import Any

from bots.errors import NotFound
from bots.model.answer import Answer, Came
from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.turn import MessageRecord
from flows.turn import Understood
from storage.db import Readers
from storage.rows import (
    CONVERSATION_COLUMNS,
    RECORD_COLUMNS,
    conversation_from_row,
    record_from_row,
)

_SESSION = "session_"

_CONVERSATION = (
    f"SELECT {CONVERSATION_COLUMNS} FROM conversations c"
    " JOIN customers u ON u.id = c.customer_id WHERE c.workspace = ?"
)
_NEWEST = " ORDER BY c.updated_at DESC, c.id DESC LIMIT 1"
_OF_USER = (
    f"SELECT {CONVERSATION_COLUMNS},"
    " (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id)"
    " FROM conversations c JOIN customers u ON u.id = c.customer_id"
    " WHERE c.workspace = ? AND c.user_id = ? ORDER BY c.updated_at DESC, c.id DESC"
)
_HISTORY = (
    f"SELECT {RECORD_COLUMNS} FROM messages m WHERE m.conversation_id = ?"
    " ORDER BY m.seq LIMIT ? OFFSET ?"
)
_TAIL = (
    f"SELECT {RECORD_COLUMNS} FROM messages m WHERE m.conversation_id ="
    " (SELECT id FROM conversations WHERE workspace = ? AND bot = ? AND channel = ?"
    " AND chat_id = ?) ORDER BY m.seq DESC LIMIT ?"
)
_MESSAGE = (
    f"SELECT {CONVERSATION_COLUMNS}, {RECORD_COLUMNS} FROM messages m"
    " JOIN conversations c ON c.id = m.conversation_id JOIN customers u ON u.id = c.customer_id"
    " WHERE m.message_id = ? AND m.workspace = ?"
)
_TAKEN_IN = (
    "SELECT done_at, attempts FROM inbox"
    " WHERE workspace = ? AND bot = ? AND channel = ? AND external_id = ?"
)
_SAID_TO = (
    f"SELECT {RECORD_COLUMNS} FROM messages m WHERE m.conversation_id = ?1 AND m.seq > ?2"
    " AND m.direction = 'outbound' AND NOT EXISTS (SELECT 1 FROM messages h"
    " WHERE h.conversation_id = ?1 AND h.direction = 'inbound' AND h.seq > ?2 AND h.seq < m.seq)"
    " ORDER BY m.seq"
)
_UNDER_WAY = "SELECT count(*) FROM intents WHERE conversation_id = ?"
_OF_CONVERSATION = CONVERSATION_COLUMNS.count(",") + 1


class SqlConversations:
    """Every question names its workspace, or an address or id that was found through one."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    async def by_chat(
        self,
        workspace: int,
        platform: str,
        chat_id: str,
        user_id: str | None = None,
        bot: str | None = None,
    ) -> Conversation:
        query = _CONVERSATION + " AND c.chat_id = ? AND c.platform = ?"
        values: tuple[Any, ...] = (workspace, chat_id, platform)
        if user_id is not None:
            query += " AND c.user_id = ?"
            values = (*values, user_id)
        if bot is not None:
            query += " AND c.bot = ?"
            values = (*values, bot)
        found = await self._rows(query + _NEWEST, values)
        if not found:
            raise NotFound("conversation", chat_id)
        return conversation_from_row(found[0])

    async def by_session(self, workspace: int, session_id: str) -> Conversation:
        found = await self._rows(
            _CONVERSATION + " AND c.chat_id = ? AND c.channel = 'api'" + _NEWEST,
            (workspace, session_id),
        )
        if not found and session_id.startswith(_SESSION):
            uuid = session_id.removeprefix(_SESSION)
            found = await self._rows(_CONVERSATION + " AND c.uuid = ?", (workspace, uuid))
        if not found:
            raise NotFound("session", session_id)
        return conversation_from_row(found[0])

    async def of_user(self, workspace: int, user_id: str) -> list[tuple[Conversation, int]]:
        found = await self._rows(_OF_USER, (workspace, user_id))
        return [(conversation_from_row(row), row[-1]) for row in found]

    async def history(
        self, conversation: int, *, limit: int, offset: int
    ) -> tuple[list[MessageRecord], int]:
        ((total,),) = await self._rows(
            "SELECT count(*) FROM messages WHERE conversation_id = ?", (conversation,)
        )
        found = await self._rows(_HISTORY, (conversation, limit, offset))
        return [record_from_row(row) for row in found], total

    async def tail(self, address: Address, *, limit: int) -> list[MessageRecord]:
        found = await self._rows(_TAIL, (*address, limit))
        return [record_from_row(row) for row in reversed(found)]

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        found = await self._rows(_MESSAGE, (message_id, workspace))
        if not found:
            return None
        row = found[0]
        return conversation_from_row(row), record_from_row(row[_OF_CONVERSATION:])

    async def came_of(self, address: Address, external_id: str, message_id: str) -> Came:
        # Asked first: what is done by then has its messages.
        row = await self._rows(_TAKEN_IN, (*address[:3], external_id))
        waits, fails = (row[0][0] is None, row[0][1] > 0) if row else (False, False)
        found = await self.message(address.workspace, message_id)
        if found is None:
            return Came(waits=waits, fails=fails)
        conversation, heard = found
        under_way = await self._rows(_UNDER_WAY, (conversation.id,))
        rows = await self._rows(_SAID_TO, (conversation.id, heard.seq))
        said = [record_from_row(one) for one in rows]
        keyboard = next((one.keyboard for one in reversed(said) if one.keyboard), None)
        answer = Answer(
            conversation=conversation,
            said=said,
            understood=Understood(intent=heard.intent, confidence=heard.confidence or 0.0),
            suggested=[button for row in keyboard.rows for button in row] if keyboard else (),
            settled=not under_way[0][0],
        )
        return Came(waits=waits, fails=fails, answer=answer)

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()
