"""Everything that is kept of one person, to be handed out or to be erased."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.errors import NotFound
from bots.model.person import Erased, Everything, Person
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes
from storage.every_table import METADATA
from storage.rows import from_json, to_micros, to_moment

_FOUND = (
    "SELECT c.platform, c.user_id, max(u.profile), count(DISTINCT v.id),"
    " max(CASE WHEN v.owner <> 'bot' THEN 1 ELSE 0 END)"
    " FROM customers c JOIN customers u ON u.id = c.id"
    " LEFT JOIN conversations v ON v.customer_id = c.id WHERE c.workspace = ?1 AND "
)
_GROUP = " GROUP BY c.platform, c.user_id ORDER BY max(c.updated_at) DESC LIMIT ?3"
_NAMED = "(c.platform || ':' || c.user_id = ?2 OR c.user_id = ?2)"
_LIKE = "(instr(lower(c.platform || ':' || c.user_id), lower(?2)) > 0 OR instr(lower(c.profile), lower(?2)) > 0)"
_CUSTOMERS = "SELECT id FROM customers WHERE workspace = ? AND platform = ? AND user_id = ?"
_CHATS = f"SELECT id, bot, channel, chat_id FROM conversations WHERE customer_id IN ({_CUSTOMERS})"
_SILENT = (
    "SELECT c.workspace, c.platform, c.user_id FROM customers c"
    " LEFT JOIN conversations v ON v.customer_id = c.id"
    " GROUP BY c.workspace, c.platform, c.user_id"
    " HAVING max(max(c.updated_at, coalesce(v.updated_at, 0))) < ?"
    " AND max(CASE WHEN v.owner <> 'bot' THEN 1 ELSE 0 END) = 0"
    " AND max(CASE WHEN EXISTS (SELECT 1 FROM timers t WHERE t.conversation_id = v.id)"
    " THEN 1 ELSE 0 END) = 0"
    " LIMIT ?"
)
# The highest number of a chat is given to no other while clients may still know it: until there is a
# higher one, the row stays, with nobody's name on it.
_BLANK = (
    "UPDATE conversations SET uuid = lower(hex(randomblob(16))), workspace = 0, bot = '',"
    " channel = 'erased', chat_id = lower(hex(randomblob(16))), platform = 'schedule', user_id = '',"
    " customer_id = 0, owner = 'bot', status = 'closed', handoff = 'none', step = NULL, waits = NULL,"
    " position = '{}', context = '{}', heard_at = NULL, episode = NULL, claim = claim + 1 WHERE id = ?"
)
_OLD_BLANKS = (
    "DELETE FROM conversations WHERE workspace = 0 AND channel = 'erased'"
    " AND id < (SELECT max(id) FROM conversations)"
)
_UPLOADED = re.compile(r"/web/files/([A-Za-z0-9_-]+\.[A-Za-z0-9]+)")
"""How a message names a file that was sent over the page."""

OF_CHATS = tuple(
    table.name for table in METADATA.sorted_tables if "conversation_id" in table.columns
)
"""The tables whose rows belong to a chat."""
_MOMENTS = frozenset({"due"})


class SqlPersons:
    """Beside the server: a chat that is erased begins anew there, when its customer writes again."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    async def find(self, workspace: int, words: str, *, limit: int) -> list[Person]:
        """By `platform:user`, or a user's id, whole; else by a part of them or of a name."""
        for condition in (_NAMED, _LIKE):
            rows = await self._rows(_FOUND + condition + _GROUP, (workspace, words, limit))
            if rows:
                return [
                    Person(platform, user_id, _name(profile), chats, bool(waits))
                    for platform, user_id, profile, chats, waits in rows
                ]
        return []

    @over_all
    async def silent(self, before: datetime, *, limit: int) -> list[tuple[int, str, str]]:
        """People of any workspace in whose chats nothing has happened since a moment, nor will."""
        return [tuple(row) for row in await self._rows(_SILENT, (to_micros(before), limit))]

    async def everything(self, workspace: int, platform: str, user_id: str) -> Everything:
        """Raises NotFound."""
        person = (workspace, platform, user_id)
        customers = await self._told("customers", f"id IN ({_CUSTOMERS})", person)
        if not customers:
            raise NotFound("person", f"{platform}:{user_id}")
        chats = f"customer_id IN ({_CUSTOMERS})"
        found = {
            "customers": customers,
            "conversations": await self._told("conversations", chats, person),
        }
        of_chats = f"conversation_id IN (SELECT id FROM conversations WHERE {chats})"
        for table in OF_CHATS:
            found[table] = await self._told(table, of_chats, person)
        came = (
            "(workspace, bot, channel, chat_id) IN"
            f" (SELECT workspace, bot, channel, chat_id FROM conversations WHERE {chats})"
        )
        found["inbox"] = await self._told("inbox", came, person)
        rows = {table: rows for table, rows in found.items() if rows}
        return Everything(rows=rows, files=_files(rows))

    @over_all
    async def erase(self, workspace: int, platform: str, user_id: str) -> Erased:
        """All of it, at once. Raises NotFound."""
        erased: Erased = await self._writer.do(_erase, (workspace, platform, user_id))
        return erased

    async def _told(
        self, table: str, condition: str, values: tuple[Any, ...]
    ) -> list[Mapping[str, Any]]:
        columns = [column.name for column in METADATA.tables[table].columns]
        query = f"SELECT {', '.join(columns)} FROM {table} WHERE {condition}"
        return [
            {name: _plain(name, value) for name, value in zip(columns, row, strict=True)}
            for row in await self._rows(query, values)
        ]

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _name(profile: str) -> str:
    known = from_json(profile)
    name = known.get("name") or " ".join(
        str(known[part]) for part in ("first_name", "last_name") if known.get(part)
    )
    return str(name or known.get("username") or "")


def _plain(name: str, value: Any) -> Any:
    """Moments and JSON as somebody reads them."""
    if isinstance(value, int) and (name.endswith(("_at", "_until")) or name in _MOMENTS):
        return to_moment(value).isoformat()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return from_json(value)
        except ValueError:
            return value
    return value


def _files(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[str, ...]:
    told = (str(one.get("parts")) for one in rows.get("messages", ()))
    return tuple(sorted({name for text in told for name in _UPLOADED.findall(text)}))


# ---------------------------------------------------------------- in a transaction


def _erase(db: Db, items: Sequence[tuple[int, str, str]]) -> list[Erased | NotFound]:
    return [_erased(db, person) for person in items]


def _erased(db: Db, person: tuple[int, str, str]) -> Erased | NotFound:
    # What is deleted is overwritten, not only let go of.
    if isinstance(db, sqlite3.Connection):
        db.execute("PRAGMA secure_delete = ON")
    customers = [row[0] for row in db.execute(_CUSTOMERS, person)]
    if not customers:
        return NotFound("person", f"{person[1]}:{person[2]}")
    chats = db.execute(_CHATS, person).fetchall()
    gone: dict[str, int] = {}
    files: set[str] = set()
    topics = 0
    for id, bot, channel, chat_id in chats:
        topics += _count(db, "topics", id)
        files |= {
            name
            for (parts,) in db.execute(
                "SELECT parts FROM messages WHERE conversation_id = ? AND parts IS NOT NULL", (id,)
            )
            for name in _UPLOADED.findall(parts)
        }
        _delete(
            db,
            gone,
            "receipts",
            "channel = ? AND platform_message_id IN (SELECT platform_message_id FROM messages"
            " WHERE conversation_id = ? AND platform_message_id <> '')",
            (channel, id),
        )
        _delete(db, gone, "read_marks", "channel = ? AND chat_id = ?", (channel, chat_id))
        address = (person[0], bot, channel, chat_id)
        where = "workspace = ? AND bot = ? AND channel = ? AND chat_id = ?"
        _delete(db, gone, "inbox", where, address)
        for table in OF_CHATS:
            _delete(db, gone, table, "conversation_id = ?", (id,))
        gone["conversations"] = gone.get("conversations", 0) + 1
        if (id,) == db.execute("SELECT max(id) FROM conversations").fetchone():
            db.execute(_BLANK, (id,))
        else:
            db.execute("DELETE FROM conversations WHERE id = ?", (id,))
    db.execute(_OLD_BLANKS)
    _delete(
        db,
        gone,
        "shelf",
        "workspace = ? AND shelf LIKE ? AND key IN (?, ?, ?)",
        (person[0], f"{person[1]}%", person[2], f"id:{person[2]}", f"to:{person[2]}"),
    )
    for id in customers:
        _delete(db, gone, "customers", "id = ?", (id,))
    return Erased(rows=gone, files=tuple(sorted(files)), topics=topics)


def _delete(db: Db, gone: dict[str, int], table: str, where: str, values: tuple[Any, ...]) -> None:
    count = db.execute(f"DELETE FROM {table} WHERE {where}", values).rowcount
    if count:
        gone[table] = gone.get(table, 0) + count


def _count(db: Db, table: str, conversation: int) -> int:
    query = f"SELECT count(*) FROM {table} WHERE conversation_id = ?"
    return int(db.execute(query, (conversation,)).fetchone()[0])
