"""Timers and slow actions that wait, behind bots.ports.Timers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bots.model.message import Address
from bots.model.slots import ALONE, Slots
from bots.model.turn import Intent, Timer, TimerKey
from storage.db import Db, Readers, Writes, side_by_side
from storage.leases import of_slots
from storage.rows import from_json, maybe_moment, to_micros, to_moment

_DUE = (
    "SELECT t.conversation_id, c.workspace, c.bot, c.channel, c.chat_id, t.name, t.due, t.payload,"
    " t.epoch FROM timers t JOIN conversations c ON c.id = t.conversation_id"
    " WHERE t.due <= ? AND (t.due, t.conversation_id, t.name) > (?, ?, ?)"
    " AND (t.epoch IS NULL OR t.epoch = c.epoch){ours}"
    " ORDER BY t.due, t.conversation_id, t.name LIMIT ?"
)
_OVERDUE = (
    "SELECT count(*) FROM (SELECT 1 FROM timers t JOIN conversations c ON c.id = t.conversation_id"
    " WHERE t.due <= ? AND (t.epoch IS NULL OR t.epoch = c.epoch) LIMIT ?) AS late"
)
_NEXT = "SELECT min(due) FROM timers WHERE due IS NOT NULL{ours}"
_NEXT_AFTER = "SELECT min(due) FROM timers WHERE due > ?{ours}"
_INTENTS = (
    "SELECT i.key, i.conversation_id, c.workspace, c.bot, c.channel, c.chat_id, i.wait_id,"
    " i.action, i.arguments, i.created_at, i.timeout, i.retries, i.attempts, i.not_before"
    " FROM intents i JOIN conversations c ON c.id = i.conversation_id"
    " WHERE (i.not_before IS NULL OR i.not_before <= ?){ours} ORDER BY i.created_at, i.key"
)
_LATER = "UPDATE intents SET attempts = attempts + 1, not_before = ?, error = ? WHERE key = ?"


class SqlTimers:
    """Rows are set and consumed by turns; here they are read."""

    def __init__(self, writer: Writes, reader: Readers, *, slots: Slots = ALONE) -> None:
        self._writer = writer
        self._reader = reader
        self._slots = slots

    async def due(self, now: datetime, *, limit: int, after: TimerKey | None = None) -> list[Timer]:
        past = (-1, -1, "") if after is None else (to_micros(after.due), *after[1:])
        ours, slots = of_slots(self._slots, "t.slot")
        values = (to_micros(now), *past, *slots, limit)
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_DUE.format(ours=ours), values)
            return [_timer(row) for row in found]

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        query, values = (_NEXT, ()) if after is None else (_NEXT_AFTER, (to_micros(after),))
        ours, slots = of_slots(self._slots, "slot")
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(query.format(ours=ours), (*values, *slots))
            return maybe_moment(found.scalar())

    async def overdue(self, by: datetime, *, most: int = 10_000) -> int:
        """How many should have fired by then and have not, counted up to `most`."""
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_OVERDUE, (to_micros(by), most))
            return int(found.scalar() or 0)

    async def intents(self, now: datetime) -> list[Intent]:
        ours, slots = of_slots(self._slots, "i.slot")
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(
                _INTENTS.format(ours=ours), (to_micros(now), *slots)
            )
            return [_intent(row) for row in found]

    async def intent_later(self, key: str, *, until: datetime, error: str) -> None:
        await self._writer.do(_later, (to_micros(until), error, key))


@side_by_side
def _later(db: Db, items: Sequence[tuple[int, str, str]]) -> list[None]:
    for item in items:
        db.execute(_LATER, item)
    return [None] * len(items)


def _timer(row: Any) -> Timer:
    return Timer(
        conversation_id=row[0],
        address=Address(row[1], row[2], row[3], row[4]),
        name=row[5],
        due=to_moment(row[6]),
        payload=from_json(row[7]),
        epoch=row[8],
    )


def _intent(row: Any) -> Intent:
    return Intent(
        key=row[0],
        conversation_id=row[1],
        address=Address(row[2], row[3], row[4], row[5]),
        wait_id=row[6],
        action=row[7],
        arguments=from_json(row[8]),
        created_at=to_moment(row[9]),
        timeout=row[10],
        retries=row[11],
        attempts=row[12],
        not_before=maybe_moment(row[13]),
    )
