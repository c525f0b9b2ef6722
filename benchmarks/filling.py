"""A database with very many chats in it, written at once: what lists of them are measured on."""

import hashlib
import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PLATFORMS = {"telegram": 60, "web": 20, "whatsapp": 10, "vk": 6, "api": 4}
HANDED = {"none": 700, "released": 296, "requested": 3, "active": 1}
OWNER = {"none": "bot", "released": "bot", "requested": "queue", "active": "operator"}
CLOSED = 0.5
"""How many of those that are over were closed by a person."""

BOT = "bench"
DAY = 24 * 3600 * 1_000_000
Row = tuple[Any, ...]


def key(number: int) -> str:
    """One of the keys that the database knows."""
    return f"sk_live_bench_{number:028d}"


def fill(path: Path, *, chats: int, messages: int, keys: int) -> None:
    """Of a database whose workspace 1 is there: so many chats of so many messages each, and keys."""
    chance = random.Random(1)
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous = OFF")
        _insert(db, "api_keys", 6, _keys(keys, now))
        _insert(db, "customers", 10, _customers(chats, now))
        _insert(db, "conversations", 25, _chats(chats, messages, now, chance))
        _insert(db, "messages", 10, _messages(chats, messages, now))
    db.close()


def _insert(db: sqlite3.Connection, table: str, width: int, rows: Iterator[Row]) -> None:
    columns = _COLUMNS[table]
    assert len(columns.split(",")) == width
    db.executemany(
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * width)})",
        rows,
    )


_COLUMNS = {
    "api_keys": "workspace, name, prefix, digest, kind, created_at",
    "customers": (
        "id, uuid, workspace, bot, platform, user_id, remembered, profile, created_at, updated_at"
    ),
    "conversations": (
        "id, uuid, workspace, bot, channel, chat_id, platform, user_id, customer_id, owner, status,"
        " unreachable, blocked, keyboard, claim, epoch, seq, position, context, heard_at, episode,"
        " handoff, waits, created_at, updated_at"
    ),
    "messages": (
        "conversation_id, seq, workspace, message_id, direction, author, created_at, message_type,"
        " text, platform_message_id"
    ),
}


def _keys(count: int, now: int) -> Iterator[Row]:
    for number in range(count):
        digest = hashlib.sha256(key(number).encode()).hexdigest()
        yield 1, f"bench {number}", key(number)[:12], digest, "secret", now


def _platform(id: int) -> str:
    """The same for a chat and its customer."""
    return random.Random(id).choices(list(PLATFORMS), list(PLATFORMS.values()))[0]


def _customers(count: int, now: int) -> Iterator[Row]:
    for id in range(1, count + 1):
        profile = json.dumps({"name": f"Иван Петров {id}", "username": f"user{id}"})
        yield id, f"c{id:031x}", 1, BOT, _platform(id), f"u{id}", "{}", profile, now, now


def _chats(count: int, messages: int, now: int, chance: random.Random) -> Iterator[Row]:
    for id in range(1, count + 1):
        platform = _platform(id)
        handed = chance.choices(list(HANDED), list(HANDED.values()))[0]
        closed = handed == "released" and chance.random() < CLOSED
        status = "escalated" if handed in ("requested", "active") else "active"
        at = now - chance.randrange(90 * DAY)
        yield (
            *(id, f"{id:032x}", 1, BOT, f"{platform}:1", f"u{id}", platform, f"u{id}", id),
            *(OWNER[handed], "closed" if closed else status, 0, 0, 0, 1, 1, messages),
            *('{"frames":[]}', "{}", at, _episode(id, handed, at), handed, None, at - DAY, at),
        )


def _episode(id: int, handed: str, at: int) -> str | None:
    if handed == "none":
        return None
    moment = datetime.fromtimestamp(at / 1_000_000, UTC).isoformat()
    episode = {
        "id": f"e{id:031x}",
        "number": 1,
        "state": handed,
        "queue": "support",
        "source": "phrase",
        "note": "Просит человека",
        "requested_at": moment,
        "since": moment,
    }
    return json.dumps(episode, ensure_ascii=False)


def _messages(chats: int, each: int, now: int) -> Iterator[Row]:
    for id in range(1, chats + 1):
        for seq in range(1, each + 1):
            ours = seq % 2 == 0
            yield (
                *(id, seq, 1, f"{id:020x}{seq:012x}", "outbound" if ours else "inbound"),
                *("bot" if ours else "customer", now - DAY, "text"),
                "Ваш заказ уже в пути, будет завтра до обеда" if ours else "Где мой заказ?",
                "",
            )
