"""What happened, in the order in which it was committed; behind bots.ports.Feed.

One thread writes, and numbers are given within its transactions: whoever reads up to one sees all
that come before it, now and later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.model.feed import ADDED, BETWEEN, RECEIPTS, TOLD, Entry, is_told, told_of
from bots.model.message import Address
from bots.model.turn import Event
from bots.tenancy import over_all
from storage import receipts
from storage.db import Readers, Writes
from storage.events import prune
from storage.rows import from_json, to_micros, to_moment
from storage.tables import HANDOFFS

_FROM = (
    "SELECT e.id, e.conversation_id, c.bot, c.channel, c.chat_id, c.platform, e.name, e.data,"
    " e.created_at FROM events e JOIN conversations c ON c.id = e.conversation_id"
    " WHERE e.id > ? AND e.workspace = ? AND "
)
_OF_HANDOFFS = "{} AND e.name NOT IN ({})".format(
    HANDOFFS.replace("name", "e.name"), ", ".join(f"'{name}'" for name in sorted(BETWEEN))
)
_PAGE = " ORDER BY e.id LIMIT ?"
_ADDED = (
    " SELECT w.id, m.seq, m.message_id, m.direction, m.author, m.message_type FROM wanted w"
    " JOIN messages m ON m.conversation_id = w.conversation_id AND m.seq BETWEEN w.first AND w.last"
    " ORDER BY w.id, m.seq"
)
_OLD = (
    # Numbers rise with time: all before the first that is young enough are old.
    "SELECT coalesce(min(id), (SELECT max(id) + 1 FROM events), 0) FROM"
    " (SELECT id FROM events WHERE created_at >= ? ORDER BY id LIMIT 1) AS young"
)


class SqlFeed:
    """Reads beside the writer."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    async def after(
        self, workspace: int, cursor: int, *, limit: int, names: Sequence[str] = ()
    ) -> list[Entry]:
        wanted = [name for name in names if is_told(name)] if names else [*TOLD]
        if not wanted:
            return []
        which = f"(e.name IN ({', '.join('?' * len(wanted))})"
        which += ")" if names else f" OR {_OF_HANDOFFS})"
        while True:
            query = _FROM + which + _PAGE
            found = await self._rows(query, (cursor, workspace, *wanted, limit))
            entries = await self._told(workspace, found)
            # Where none of a full page is of ours, the next one may be.
            if entries or len(found) < limit:
                return entries
            cursor = found[-1][0]

    @over_all
    async def latest(self) -> int:
        ((last,),) = await self._rows("SELECT coalesce(max(id), 0) FROM events", ())
        return int(last)

    @over_all
    async def stirred(self, cursor: int) -> set[int]:
        query = "SELECT DISTINCT workspace FROM events WHERE id > ?"
        return {row[0] for row in await self._rows(query, (cursor,))}

    @over_all
    async def prune(self, before: datetime, *, handoffs_before: datetime) -> int:
        """Drop what happened before a moment, and hand-offs of before another; how many."""
        ((below,),) = await self._rows(_OLD, (to_micros(before),))
        bounds = (int(below), to_micros(handoffs_before))
        total = 0
        while gone := await self._writer.do(prune, bounds):
            total += gone
        return total

    async def _told(self, workspace: int, found: Sequence[Any]) -> list[Entry]:
        entries = [_entry(workspace, row) for row in found]
        added = await self._added(entries)
        resolved = [await self._resolved(_with_messages(one, added)) for one in entries]
        return [one for one in resolved if one is not None]

    async def _added(self, entries: Sequence[Entry]) -> dict[int, list[Mapping[str, Any]]]:
        """The messages of each event that tells of some, by its number."""
        wanted = [one for one in entries if one.event.name == ADDED]
        if not wanted:
            return {}
        rows = [
            (one.cursor, one.conversation, one.event.data["first"], one.event.data["last"])
            for one in wanted
        ]
        # PostgreSQL takes a bare value of a list for a text.
        values = ", ".join([f"({', '.join(['CAST(? AS BIGINT)'] * 4)})"] * len(rows))
        query = f"WITH wanted (id, conversation_id, first, last) AS (VALUES {values}){_ADDED}"
        found: dict[int, list[Mapping[str, Any]]] = {}
        for id, seq, message_id, direction, author, kind in await self._rows(
            query, tuple(value for row in rows for value in row)
        ):
            message = {
                "seq": seq,
                "message_id": message_id,
                "direction": direction,
                "author": author,
                "type": kind,
            }
            found.setdefault(id, []).append(message)
        return found

    async def _resolved(self, entry: Entry) -> Entry | None:
        """What was told of a message before we had noted its id; None where it is none of ours."""
        data = entry.event.data
        if entry.event.name not in RECEIPTS or data.get("message_id") or data.get("upto"):
            return entry
        query, values = receipts.which(entry.conversation, str(data.get("platform_message_id", "")))
        found = await self._rows(query, values)
        if not found:
            return entry if entry.event.name == "message.failed" else None
        return _with(entry, {**data, "message_id": found[0][0]})

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _entry(workspace: int, row: Any) -> Entry:
    name, data = row[6], told_of(row[6], from_json(row[7]))
    return Entry(
        cursor=row[0],
        conversation=row[1],
        address=Address(workspace, row[2], row[3], row[4]),
        platform=row[5],
        event=Event(name=name, data=data, created_at=to_moment(row[8])),
    )


def _with_messages(entry: Entry, added: Mapping[int, list[Mapping[str, Any]]]) -> Entry:
    if entry.event.name != ADDED:
        return entry
    return _with(entry, {**entry.event.data, "messages": added.get(entry.cursor, [])})


def _with(entry: Entry, data: Mapping[str, Any]) -> Entry:
    event = Event(name=entry.event.name, data=data, created_at=entry.event.created_at)
    return entry._replace(event=event)
