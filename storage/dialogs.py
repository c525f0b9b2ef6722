"""Chats in lists, behind bots.ports.Dialogs: quick with a hundred thousand of them."""

from functools import partial
from typing import Any

from bots.errors import NotFound
from bots.model.conversation import Conversation
from bots.model.dialog import Listed, Page, Sought
from bots.model.message import Address
from bots.model.turn import MessageRecord
from flows.turn import CHATLESS
from storage.db import Db, Reading
from storage.rows import (
    CONVERSATION_COLUMNS,
    RECORD_COLUMNS,
    conversation_from_row,
    from_json,
    record_from_row,
    to_moment,
)

_WITH_PEOPLE = f"platform <> '{CHATLESS}'"
"""Not the chats that only schedules have; in these words, for the index says so too."""
_TOTAL = "SELECT coalesce(CAST(sum(count) AS BIGINT), 0) FROM conversation_counts WHERE "
_IDS = (
    "SELECT id FROM conversations INDEXED BY {index} WHERE {where} ORDER BY {order}"
    " LIMIT ? OFFSET ?"
)
_NEWEST, _OLDEST = "updated_at DESC, id DESC", "updated_at, id"
_ROWS = (
    "SELECT c.id, c.workspace, c.bot, c.channel, c.chat_id, c.platform, a.id, c.status, c.handoff,"
    f" c.created_at, u.profile, {RECORD_COLUMNS} FROM ({{ids}}) f"
    # A CROSS JOIN keeps its order: those that were found first, then what belongs to them.
    " CROSS JOIN conversations c ON c.id = f.id CROSS JOIN customers u ON u.id = c.customer_id"
    " LEFT JOIN assistants a ON a.bot = c.bot LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = (SELECT seq FROM messages"
    " WHERE conversation_id = c.id AND deleted_at IS NULL ORDER BY seq DESC LIMIT 1)"
    " ORDER BY c.updated_at DESC, c.id DESC"
)
_LISTED = 11
"""How many columns of _ROWS come before those of the message."""
_ONE = (
    f"SELECT {CONVERSATION_COLUMNS}, a.id, a.name FROM conversations c"
    " JOIN customers u ON u.id = c.customer_id LEFT JOIN assistants a ON a.bot = c.bot"
    " WHERE c.workspace = ? AND c.id = ? AND c.platform <> ?"
)
_COUNT = "SELECT count(*) FROM messages WHERE conversation_id = ?"
_FROM = f"SELECT {RECORD_COLUMNS} FROM messages m WHERE m.conversation_id = ?"
_PAST = f"{_FROM} AND m.seq > ? ORDER BY m.seq LIMIT ?"
_SKIPPING = f"{_FROM} ORDER BY m.seq LIMIT ? OFFSET ?"
_WRITTEN = (
    f"SELECT {RECORD_COLUMNS} FROM relays r"
    " JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq = r.seq"
    " WHERE r.channel = ? AND r.chat_id = ? AND r.message_id = ? AND r.way = 'out'"
)
_DONE_BY = "SELECT 1 FROM relays WHERE channel = ? AND chat_id = ? AND message_id = ?"
_LAST = f"{_FROM} ORDER BY m.seq DESC LIMIT ?"


class SqlDialogs:
    """Reads alone. Totals are kept by triggers, so that nothing is counted to tell one."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def listed(self, workspace: int, sought: Sought, *, limit: int, offset: int) -> Page:
        total, found = await self._reading.do(partial(_page, workspace, sought, limit, offset))
        return Page(chats=list(map(_listed, found)), total=total)

    async def one(self, workspace: int, id: int) -> tuple[Conversation, int | None, str]:
        given = (workspace, id, CHATLESS)
        row = await self._reading.do(lambda db: db.execute(_ONE, given).fetchone())
        if row is None:
            raise NotFound("dialog", id)
        return conversation_from_row(row), row[-2], row[-1] or ""

    async def messages(
        self, conversation: int, *, limit: int, offset: int | None, after: int | None
    ) -> tuple[list[MessageRecord], int]:
        query, given = _LAST, tuple[int, ...]((conversation, limit))
        if after is not None:
            query, given = _PAST, (conversation, after, limit)
        elif offset is not None:
            query, given = _SKIPPING, (conversation, limit, offset)

        def work(db: Db) -> tuple[int, list[Any]]:
            ((total,),) = db.execute(_COUNT, (conversation,))
            return total, db.execute(query, given).fetchall()

        total, found = await self._reading.do(work)
        records = [record_from_row(row) for row in found]
        return records[::-1] if query is _LAST else records, total

    async def done_by(self, conversation: int, surface: str, key: str) -> bool:
        given = (surface, str(conversation), key)
        row = await self._reading.do(lambda db: db.execute(_DONE_BY, given).fetchone())
        return row is not None

    async def written(self, conversation: int, surface: str, key: str) -> MessageRecord | None:
        given = (surface, str(conversation), key)
        row = await self._reading.do(lambda db: db.execute(_WRITTEN, given).fetchone())
        return record_from_row(row) if row is not None else None


def _page(workspace: int, sought: Sought, limit: int, offset: int, db: Db) -> tuple[int, list[Any]]:
    """How many there are in all, and the rows of one page."""
    conditions, given = _where(workspace, sought)
    where = " AND ".join(conditions)
    ((total,),) = db.execute(_TOTAL + where, given)
    wanted = min(limit, total - offset)
    if wanted <= 0:
        return total, []
    order, skip = _NEWEST, offset
    if offset > total // 2:  # the other end is nearer
        order, skip = _OLDEST, total - offset - wanted
    ids = _IDS.format(index=_index(sought), where=where, order=order)
    return total, db.execute(_ROWS.format(ids=ids), (*given, wanted, skip)).fetchall()


def _where(workspace: int, sought: Sought) -> tuple[list[str], tuple[Any, ...]]:
    """Conditions that conversations and their counts have in common."""
    conditions, given = ["workspace = ?", _WITH_PEOPLE], list[Any]([workspace])
    if sought.closed is not None:
        conditions.append("status = 'closed'" if sought.closed else "status <> 'closed'")
    if sought.handoff not in (None, "none"):
        conditions.append("handoff <> 'none'")  # what makes the partial index usable
    for name, value in (
        ("handoff", sought.handoff),
        ("platform", sought.platform),
        ("bot", sought.bot),
    ):
        if value is not None:
            conditions.append(f"{name} = ?")
            given.append(value)
    return conditions, tuple(given)


def _index(sought: Sought) -> str:
    """SQLite keeps no figures of ours to choose by: we know what is rare."""
    if sought.handoff not in (None, "none"):
        return "conversations_with_people"
    return "conversations_closed" if sought.closed else "conversations_latest"


def _listed(row: Any) -> Listed:
    return Listed(
        id=row[0],
        address=Address(row[1], row[2], row[3], row[4]),
        platform=row[5],
        assistant=row[6],
        closed=row[7] == "closed",
        handoff=row[8],
        created_at=to_moment(row[9]),
        profile=from_json(row[10]),
        last=record_from_row(row[_LISTED:]) if row[_LISTED] is not None else None,
    )
