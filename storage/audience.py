"""Everybody a bot talks with, behind bots.ports.Audience."""

from typing import Any

from bots.model.message import Address
from bots.ports import Inside, Recipient
from flows.turn import CHATLESS
from storage.db import Readers
from storage.rows import from_json

_CHATS = (
    "SELECT c.id, c.workspace, c.bot, c.channel, c.chat_id, c.platform, c.user_id, u.remembered,"
    " c.context FROM conversations c JOIN customers u ON u.id = c.customer_id"
    " WHERE c.id > ? AND c.workspace = ? AND c.bot = ? AND c.owner = 'bot' AND c.unreachable = 0"
    " AND c.blocked = 0 AND c.platform <> ? ORDER BY c.id LIMIT ?"
)
_INSIDE = (
    "SELECT id, workspace, bot, channel, chat_id, platform, position FROM conversations"
    " WHERE id > ? AND workspace = ? AND bot = ? AND waits IS NOT NULL ORDER BY id LIMIT ?"
)


class SqlAudience:
    """Reads by the primary key, a portion at a time."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    async def chats(self, workspace: int, bot: str, *, after: int, limit: int) -> list[Recipient]:
        async with self._reader.connect() as connection:
            values = (after, workspace, bot, CHATLESS, limit)
            found = await connection.exec_driver_sql(_CHATS, values)
            return [_recipient(row) for row in found]

    async def inside(self, workspace: int, bot: str, *, after: int, limit: int) -> list[Inside]:
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_INSIDE, (after, workspace, bot, limit))
            return [_inside(row) for row in found]


def _recipient(row: Any) -> Recipient:
    return Recipient(
        id=row[0],
        address=Address(row[1], row[2], row[3], row[4]),
        platform=row[5],
        user_id=row[6],
        user=from_json(row[7]),
        context=from_json(row[8]),
    )


def _inside(row: Any) -> Inside:
    return Inside(
        id=row[0],
        address=Address(row[1], row[2], row[3], row[4]),
        platform=row[5],
        position=from_json(row[6]),
    )
