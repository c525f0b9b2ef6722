"""Operators' groups, topics and what is shown in them, behind bots.ports.Desks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.model.desk import Canned, DeskGroup, Note, Relay, Topic
from bots.ports import Clock
from storage.db import Db, Readers, Writes
from storage.rows import (
    RELAY_COLUMNS,
    from_json,
    maybe_micros,
    maybe_moment,
    relay_from_row,
    relay_to_row,
    to_json,
    to_micros,
    to_moment,
)
from storage.sql import Insert, inserted

_GROUPS = (
    "SELECT workspace, channel, chat_id, title, bot, queues, flat, trouble, checked_at, created_at,"
    " down FROM desk_groups WHERE workspace = ? ORDER BY created_at, chat_id"
)
_TOPIC_COLUMNS = (
    "conversation_id, channel, chat_id, gen, workspace, thread_id, status, lease_until, mirrored,"
    " titled_by_hand, shown, created_at, closed_at"
)
_TOPICS = f"SELECT {_TOPIC_COLUMNS} FROM topics WHERE conversation_id = ? ORDER BY gen DESC"
_TOPIC_AT = (
    f"SELECT {_TOPIC_COLUMNS} FROM topics WHERE channel = ? AND chat_id = ? AND thread_id = ?"
    " ORDER BY created_at DESC LIMIT 1"
)
_UNFINISHED = (
    f"SELECT {_TOPIC_COLUMNS} FROM topics WHERE workspace = ? AND status IN ('creating', 'open')"
)
_RELAY = (
    f"SELECT {RELAY_COLUMNS} FROM relays WHERE channel = ? AND chat_id = ? AND message_id = ?"
    " ORDER BY seq DESC LIMIT 1"
)
_RELAYS = (
    f"SELECT {RELAY_COLUMNS} FROM relays WHERE conversation_id = ? AND seq = ?"
    " ORDER BY created_at, part"
)
_NOTES = (
    "SELECT id, conversation_id, episode, operator, text, created_at FROM notes"
    " WHERE conversation_id = ? ORDER BY id"
)
_CANNED = (
    "SELECT workspace, bot, key, text, by, updated_at FROM canned"
    " WHERE workspace = ? AND bot IN (?, '') ORDER BY key, bot DESC"
)
_CLOSED = (
    f"SELECT {_TOPIC_COLUMNS} FROM topics WHERE workspace = ? AND status = 'closed'"
    " AND closed_at < ? ORDER BY closed_at LIMIT ?"
)
# What is shown only grows, and a title that a person gave stays: whoever writes may have read before.
_put_topics = Insert(
    "topics",
    _TOPIC_COLUMNS,
    tail="ON CONFLICT (conversation_id, channel, chat_id, gen) DO UPDATE"
    " SET thread_id = excluded.thread_id, status = excluded.status,"
    " lease_until = excluded.lease_until, mirrored = max(topics.mirrored, excluded.mirrored),"
    " titled_by_hand = max(topics.titled_by_hand, excluded.titled_by_hand),"
    " shown = excluded.shown, closed_at = excluded.closed_at",
)
_MOVED = {
    "desk_groups": "1 = 1",
    "topics": "o.conversation_id = topics.conversation_id AND o.gen = topics.gen",
    "relays": "o.message_id = relays.message_id"
    " AND (o.seq = relays.seq OR (o.way <> 'in' AND relays.way <> 'in'))",
}
"""What knows a group by its number, and which rows of two groups are the same: those that move stay."""
_add_relays = Insert("relays", RELAY_COLUMNS, tail="ON CONFLICT DO NOTHING")


class SqlDesks:
    """What a desk writes is synced like turns, each thing in one commit."""

    def __init__(self, writer: Writes, reader: Readers, *, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    # ------------------------------------------------------------ groups

    async def groups(self, workspace: int) -> list[DeskGroup]:
        return [_group(row) for row in await self._rows(_GROUPS, (workspace,))]

    async def put_group(self, group: DeskGroup) -> None:
        await self._writer.do(_put_group, group)

    async def remove_group(self, channel: str, chat_id: str) -> None:
        await self._writer.do(_remove_group, (channel, chat_id))

    async def move_group(self, channel: str, old: str, new: str) -> None:
        await self._writer.do(_move_group, (new, channel, old))

    # ------------------------------------------------------------ topics and relays

    async def topics(self, conversation: int) -> list[Topic]:
        return [_topic(row) for row in await self._rows(_TOPICS, (conversation,))]

    async def topic_at(self, channel: str, chat_id: str, thread_id: str) -> Topic | None:
        rows = await self._rows(_TOPIC_AT, (channel, chat_id, thread_id))
        return _topic(rows[0]) if rows else None

    async def unfinished(self, workspace: int) -> list[Topic]:
        return [_topic(row) for row in await self._rows(_UNFINISHED, (workspace,))]

    async def closed_before(self, workspace: int, moment: datetime, *, limit: int) -> list[Topic]:
        given = (workspace, to_micros(moment), limit)
        return [_topic(row) for row in await self._rows(_CLOSED, given)]

    async def named_by_hand(self, channel: str, chat_id: str, thread_id: str) -> None:
        await self._writer.do(_named_by_hand, (channel, chat_id, thread_id))

    async def put_topic(self, topic: Topic) -> None:
        await self._writer.do(_note_shown, ((), topic, 0))

    async def add_relays(self, relays: Sequence[Relay], topic: Topic | None = None) -> None:
        await self._writer.do(_note_shown, (relays, topic, to_micros(self._clock())))

    async def relay(self, channel: str, chat_id: str, message_id: str) -> Relay | None:
        rows = await self._rows(_RELAY, (channel, chat_id, message_id))
        return relay_from_row(rows[0]) if rows else None

    async def relays(self, conversation: int, seq: int) -> list[Relay]:
        return [relay_from_row(row) for row in await self._rows(_RELAYS, (conversation, seq))]

    # ------------------------------------------------------------ notes and canned answers

    async def add_note(self, note: Note) -> Note:
        id: int = await self._writer.do(_add_note, note)
        return replace(note, id=id)

    async def notes(self, conversation: int) -> list[Note]:
        return [
            Note(
                id=row[0],
                conversation_id=row[1],
                episode=row[2],
                operator=row[3],
                text=row[4],
                created_at=to_moment(row[5]),
            )
            for row in await self._rows(_NOTES, (conversation,))
        ]

    async def canned(self, workspace: int, bot: str) -> list[Canned]:
        return [
            Canned(
                workspace=row[0],
                bot=row[1],
                key=row[2],
                text=row[3],
                by=row[4],
                updated_at=to_moment(row[5]),
            )
            for row in await self._rows(_CANNED, (workspace, bot))
        ]

    async def put_canned(self, canned: Canned, *, now: datetime) -> None:
        await self._writer.do(_put_canned, (canned, to_micros(now)))

    async def _rows(self, query: str, given: tuple[Any, ...]) -> list[Any]:
        async with self._reader.connect() as connection:
            return list((await connection.exec_driver_sql(query, given)).fetchall())


def _group(row: Any) -> DeskGroup:
    return DeskGroup(
        workspace=row[0],
        channel=row[1],
        chat_id=row[2],
        title=row[3],
        bot=row[4],
        queues=tuple(from_json(row[5]) or ()),
        flat=bool(row[6]),
        trouble=row[7],
        checked_at=maybe_moment(row[8]),
        created_at=to_moment(row[9]),
        down=bool(row[10]),
    )


def _topic(row: Any) -> Topic:
    return Topic(
        conversation_id=row[0],
        channel=row[1],
        chat_id=row[2],
        gen=row[3],
        workspace=row[4],
        thread_id=row[5],
        status=row[6],
        lease_until=maybe_moment(row[7]),
        mirrored=row[8],
        titled_by_hand=bool(row[9]),
        shown=from_json(row[10]),
        created_at=to_moment(row[11]),
        closed_at=maybe_moment(row[12]),
    )


def _topic_row(topic: Topic) -> tuple[Any, ...]:
    return (
        topic.conversation_id,
        topic.channel,
        topic.chat_id,
        topic.gen,
        topic.workspace,
        topic.thread_id,
        topic.status,
        maybe_micros(topic.lease_until),
        topic.mirrored,
        topic.titled_by_hand,
        to_json(dict(topic.shown)),
        to_micros(topic.created_at),
        maybe_micros(topic.closed_at),
    )


# ---------------------------------------------------------------- in the writer's thread


def _put_group(db: Db, groups: Sequence[DeskGroup]) -> list[None]:
    for group in groups:
        db.execute(
            "INSERT INTO desk_groups (workspace, channel, chat_id, title, bot, queues, flat,"
            " trouble, checked_at, created_at, down) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (channel, chat_id) DO UPDATE SET title = excluded.title,"
            " bot = excluded.bot, queues = excluded.queues, flat = excluded.flat,"
            " trouble = excluded.trouble, checked_at = excluded.checked_at, down = excluded.down",
            (
                group.workspace,
                group.channel,
                group.chat_id,
                group.title,
                group.bot,
                to_json(list(group.queues)),
                group.flat,
                group.trouble,
                maybe_micros(group.checked_at),
                to_micros(group.created_at),
                group.down,
            ),
        )
    return [None] * len(groups)


def _remove_group(db: Db, items: Sequence[tuple[str, str]]) -> list[None]:
    for item in items:
        db.execute("DELETE FROM desk_groups WHERE channel = ? AND chat_id = ?", item)
        db.execute("DELETE FROM topics WHERE channel = ? AND chat_id = ?", item)
    return [None] * len(items)


def _move_group(db: Db, items: Sequence[tuple[str, str, str]]) -> list[None]:
    for new, channel, old in items:
        for table, same in _MOVED.items():
            db.execute(
                f"DELETE FROM {table} WHERE channel = ?1 AND chat_id = ?2 AND EXISTS (SELECT 1"
                f" FROM {table} AS o WHERE o.channel = ?1 AND o.chat_id = ?3 AND {same})",
                (channel, new, old),
            )
            db.execute(
                f"UPDATE {table} SET chat_id = ? WHERE channel = ? AND chat_id = ?",
                (new, channel, old),
            )
    return [None] * len(items)


def _note_shown(db: Db, items: Sequence[tuple[Sequence[Relay], Topic | None, int]]) -> list[None]:
    _add_relays(db, [relay_to_row(relay, now) for relays, _, now in items for relay in relays])
    for _, topic, _ in items:
        if topic is not None:
            _put_topics(db, [_topic_row(topic)])
    return [None] * len(items)


def _named_by_hand(db: Db, items: Sequence[tuple[str, str, str]]) -> list[None]:
    db.executemany(
        "UPDATE topics SET titled_by_hand = 1 WHERE channel = ? AND chat_id = ? AND thread_id = ?",
        items,
    )
    return [None] * len(items)


def _add_note(db: Db, notes: Sequence[Note]) -> list[int]:
    ids = []
    for note in notes:
        made = inserted(
            db,
            "INSERT INTO notes (workspace, conversation_id, episode, operator, text, created_at)"
            " SELECT workspace, id, ?, ?, ?, ? FROM conversations WHERE id = ?",
            (
                note.episode,
                note.operator,
                note.text,
                to_micros(note.created_at),
                note.conversation_id,
            ),
        )
        ids.append(made)
    return ids


def _put_canned(db: Db, items: Sequence[tuple[Canned, int]]) -> list[None]:
    for canned, now in items:
        if not canned.text:
            db.execute(
                "DELETE FROM canned WHERE workspace = ? AND bot = ? AND key = ?",
                (canned.workspace, canned.bot, canned.key),
            )
            continue
        db.execute(
            "INSERT INTO canned (workspace, bot, key, text, by, updated_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (workspace, bot, key) DO UPDATE SET text = excluded.text,"
            " by = excluded.by, updated_at = excluded.updated_at",
            (canned.workspace, canned.bot, canned.key, canned.text, canned.by, now),
        )
    return [None] * len(items)
