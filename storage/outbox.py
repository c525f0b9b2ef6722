"""Calls to channels on their way out, behind bots.ports.Outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bots.model.answer import Delivery, DeliveryStatus
from bots.model.message import Address
from bots.model.slots import ALONE, Slots, slot_of
from bots.model.turn import ALWAYS, Begun, Outgoing
from bots.ports import Clock
from storage.db import Db, Reader, Readers, Writes, side_by_side
from storage.events import dropping, insert_events
from storage.leases import Lease, held_leases, lease_of, of_slots
from storage.receipts import MARKS, MESSAGE, Sent, receipts_of, told_of
from storage.rows import from_json, maybe_moment, to_json, to_micros, to_moment
from storage.sql import AnyOf

_BEGIN = (
    "UPDATE outbox SET sending_at = ?, held_at = NULL WHERE key = ? AND failed_at IS NULL"
    " AND epoch >= (SELECT epoch FROM conversations WHERE id = outbox.conversation_id)"
)
_DROP = (
    "UPDATE outbox SET failed_at = ?, error = 'taken over' WHERE key = ? AND failed_at IS NULL"
    " RETURNING workspace, conversation_id, message_id"
)
_EARLIER = (
    "SELECT 1 FROM outbox o JOIN outbox e ON e.conversation_id = o.conversation_id"
    " AND e.failed_at IS NULL AND e.held_at IS NULL AND (e.seq, e.part) < (o.seq, o.part)"
    " WHERE o.key = ? LIMIT 1"
)
_sent_rows = AnyOf("DELETE FROM outbox WHERE key", "RETURNING key, message_id")
TOLD = (
    "sent_at = {at}, more_ids = CASE WHEN platform_message_id IN ('', {id}) OR {id} = '' THEN more_ids"
    " ELSE ltrim(coalesce(more_ids, '') || ' ' || {id}) END,"
    " platform_message_id = CASE platform_message_id WHEN '' THEN {id} ELSE platform_message_id END"
)
_TELL_MESSAGE = f"UPDATE messages SET {TOLD.format(at='?1', id='?2')} WHERE message_id = ?3"
_LATER = (
    "UPDATE outbox SET sending_at = NULL, not_before = ?, error = ?, attempts = attempts + 1"
    " WHERE key = ? AND failed_at IS NULL"
)
_HOLD = (
    "UPDATE outbox SET sending_at = NULL, held_at = ?, error = ? WHERE key = ? AND failed_at IS NULL"
    " RETURNING workspace, conversation_id, message_id"
)
_OTHERS = (
    "SELECT 1 FROM outbox WHERE key BETWEEN ?1 AND ?1 || '~' AND message_id = ?1"
    " AND {} IS NOT NULL AND key <> ?2"
)
_HELD_OTHERS = _OTHERS.format("held_at")
_FAILED_OTHERS = _OTHERS.format("failed_at")
_HEARD_AT = "SELECT heard_at FROM conversations WHERE id = ?"
_FAILED = (
    "UPDATE outbox SET sending_at = NULL, failed_at = ?, error = ?, attempts = attempts + 1"
    " WHERE key = ? RETURNING workspace, conversation_id, message_id"
)
_ROWS = (
    "SELECT o.key, o.conversation_id, c.workspace, c.bot, c.channel, c.chat_id, o.seq, o.part,"
    " o.epoch, o.payload, o.message_id, o.created_at, o.once, o.attempts, o.not_before,"
    " o.sending_at, o.held_at, c.heard_at FROM outbox o JOIN conversations c ON c.id = o.conversation_id"
)
_UNSENT = f"{_ROWS} WHERE o.failed_at IS NULL{{ours}} ORDER BY o.conversation_id, o.seq, o.part"
_ROW = f"{_ROWS} WHERE o.key = ?"
_REVIVE = (
    "UPDATE outbox SET failed_at = NULL, sending_at = NULL, not_before = NULL, error = NULL, attempts = 0,"
    f" epoch = {ALWAYS} WHERE key BETWEEN ?1 AND ?1 || '~' AND message_id = ?1 AND failed_at IS NOT NULL"
    " RETURNING key"
)
# Keys begin with their message's id, so that the table needs no second index.
_PARTS = "SELECT failed_at, held_at, error FROM outbox WHERE key BETWEEN ? AND ? AND message_id = ? ORDER BY part"


class SqlOutbox:
    """Writes through the writer's thread, synced like turns."""

    def __init__(
        self, writer: Writes, reader: Readers, *, clock: Clock, slots: Slots = ALONE
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._slots = slots

    async def unsent(self) -> list[Outgoing]:
        async with self._reader.connect() as connection:
            ours, slots = of_slots(self._slots, "o.slot")
            found = await connection.exec_driver_sql(_UNSENT.format(ours=ours), slots)
            return [_from_row(row) for row in found]

    async def begin(self, row: Outgoing) -> Begun:
        if self._slots.alone:
            return await self._writer.do(_begin, (self._now(), row.key))
        lease = lease_of(self._slots, slot_of(row.address))
        return await self._writer.do(begin_among_others, (self._now(), row.key, lease))

    async def sent(self, key: str, platform_message_id: str) -> None:
        await self._writer.do(sent, (self._now(), platform_message_id, key), patient=True)

    async def later(self, key: str, until: datetime, error: str) -> None:
        await self._writer.do(_later, (to_micros(until), error, key))

    async def held(self, key: str, since: datetime, error: str) -> bool:
        return await self._writer.do(_held, (to_micros(since), error, key))

    async def heard_at(self, conversation: int) -> datetime | None:
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_HEARD_AT, (conversation,))
            row = found.first()
        return maybe_moment(row[0]) if row is not None else None

    async def failed(self, key: str, error: str) -> None:
        await self._writer.do(_failed, (self._now(), error, key))

    async def revived(self, message_id: str) -> list[Outgoing]:
        return await self._writer.do(_revived, message_id)

    async def delivered(self, message_id: str) -> Delivery | None:
        bounds = (message_id, message_id + "~", message_id)
        async with self._reader.connect() as connection:
            parts = (await connection.exec_driver_sql(_PARTS, bounds)).fetchall()
            found = (await connection.exec_driver_sql(MESSAGE, (message_id,))).first()
            sent = Sent._make(found) if found is not None else None
            if parts or sent is None or sent.sent_at is None:
                return _worst(parts, sent.platform_message_id if sent is not None else "")
            return await _told(connection, sent)

    def _now(self) -> int:
        return to_micros(self._clock())


@side_by_side
def begin_among_others(db: Db, items: Sequence[tuple[int, str, Lease]]) -> list[Begun]:
    """Only for a chat that is still ours, and never before what was said there earlier."""
    held = held_leases(db, {lease for *_, lease in items})
    begun: list[Begun] = []
    for at, key, lease in items:
        if lease not in held:
            begun.append("not ours")
        elif db.execute(_EARLIER, (key,)).fetchone() is not None:
            begun.append("behind")
        else:
            begun += _begin(db, [(at, key)])
    return begun


@side_by_side
def _begin(db: Db, items: Sequence[tuple[int, str]]) -> list[Begun]:
    begun: list[Begun] = []
    for item in items:
        ours = db.execute(_BEGIN, item).rowcount > 0
        if not ours:  # the owner changed since: it stays as failed
            dropped = db.execute(_DROP, item).fetchall()
            if dropped and _is_first(db, _FAILED_OTHERS, dropped[0][2], item[1]):
                insert_events(db, dropping(dropped, item[0]))
        begun.append("begun" if ours else "dropped")
    return begun


@side_by_side
def sent(db: Db, items: Sequence[tuple[int, str, str]]) -> list[None]:
    keys = list(dict.fromkeys(key for *_, key in items))
    messages = dict(_sent_rows.returning(db, keys))
    told = [
        (sent_at, platform_message_id, messages.pop(key))
        for sent_at, platform_message_id, key in items
        if messages.get(key)
    ]
    if told:
        db.executemany(_TELL_MESSAGE, told)
    return [None] * len(items)


@side_by_side
def _later(db: Db, items: Sequence[tuple[int, str, str]]) -> list[None]:
    for item in items:
        db.execute(_LATER, item)
    return [None] * len(items)


@side_by_side
def _held(db: Db, items: Sequence[tuple[int, str, str]]) -> list[bool]:
    return [_hold(db, *item) for item in items]


def _hold(db: Db, since: int, error: str, key: str) -> bool:
    held = db.execute(_HOLD, (since, error, key)).fetchone()
    if held is None:
        return False
    workspace, conversation, message_id = held
    if not _is_first(db, _HELD_OTHERS, message_id, key):
        return False
    data = to_json({"message_id": message_id, "error": error})
    insert_events(db, [(workspace, conversation, "message.held", data, since)])
    return True


@side_by_side
def _failed(db: Db, items: Sequence[tuple[int, str, str]]) -> list[None]:
    for at, error, key in items:
        for workspace, conversation, message_id in db.execute(_FAILED, (at, error, key)).fetchall():
            if message_id and _is_first(db, _FAILED_OTHERS, message_id, key):
                data = to_json({"message_id": message_id, "error": error})
                insert_events(db, [(workspace, conversation, "message.failed", data, at)])
    return [None] * len(items)


@side_by_side
def _revived(db: Db, messages: Sequence[str]) -> list[list[Outgoing]]:
    return [_revive(db, message_id) for message_id in messages]


def _revive(db: Db, message_id: str) -> list[Outgoing]:
    keys = [key for (key,) in db.execute(_REVIVE, (message_id,)).fetchall()]
    rows = [_from_row(db.execute(_ROW, (key,)).fetchone()) for key in keys]
    return sorted(rows, key=lambda row: row.part)


def _is_first(db: Db, others: str, message_id: str, key: str) -> bool:
    """Whether no other part of a message came to the same before, so that it is told of once."""
    return db.execute(others, (message_id, key)).fetchone() is None


async def _told(connection: Reader, sent: Sent) -> Delivery:
    ids = sent.ids
    of_ids = receipts_of(len(ids))
    receipts = await connection.exec_driver_sql(of_ids, (sent.channel, *ids))
    marks = await connection.exec_driver_sql(MARKS, (sent.channel, sent.chat_id))
    return told_of(sent, receipts.fetchall(), marks.fetchall())


def _worst(parts: Sequence[Any], platform_id: str) -> Delivery | None:
    for failed_at, _, error in parts:
        if failed_at is not None:
            return Delivery(status="failed", platform_message_id=platform_id, error=error)
    if parts:
        held = any(held_at is not None for _, held_at, _ in parts)
        error = next((error for _, _, error in parts if error), None)
        status: DeliveryStatus = "held" if held else "queued"
        return Delivery(status=status, platform_message_id=platform_id, error=error)
    return None


def _from_row(row: Any) -> Outgoing:
    return Outgoing(
        key=row[0],
        conversation_id=row[1],
        address=Address(row[2], row[3], row[4], row[5]),
        seq=row[6],
        part=row[7],
        epoch=row[8],
        payload=from_json(row[9]),
        message_id=row[10],
        created_at=to_moment(row[11]),
        once=bool(row[12]),
        attempts=row[13],
        not_before=maybe_moment(row[14]),
        sending_at=maybe_moment(row[15]),
        held_at=maybe_moment(row[16]),
        heard_at=maybe_moment(row[17]),
    )
