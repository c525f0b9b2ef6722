"""Which processes are at work, and which slots each holds; behind bots.ports.Membership."""

import asyncio
import os
import socket
from collections.abc import Collection
from typing import Any

import asyncpg

from bots.model.process import Process
from bots.model.slots import CHORES, SLOTS
from bots.news import News
from storage.leases import NOW
from storage.postgres.url import CHANGES, connecting

LEASE = 10.0
"""Seconds for which a slot is held without a sign of life. A process that died is found out sooner."""

QUIET = 1.5
"""Seconds without a sign of life after which others look whether a process is still there."""

_ANSWER_WITHIN = 2.0
_SECOND = 1_000_000
_ALIVE = 0x0EA5F108
"""With a process's own key: the advisory lock that it holds for life."""

_JOIN = f"""
INSERT INTO processes (id, key, role, host, pid, version, started_at, seen_at, stopping)
VALUES ($1, $2, $3, $4, $5, $6, {NOW}, {NOW}, 0)
ON CONFLICT (id) DO UPDATE SET seen_at = {NOW}
"""
_IS_DEAD = "SELECT pg_try_advisory_xact_lock($1, $2)"
_FREE = "UPDATE leases SET holder = NULL, until = NULL WHERE holder = $1"
_GONE = "DELETE FROM processes WHERE id = $1"
_COLUMNS = f"""
id, role, host, pid, version, stopping, key, seen_at > {NOW} - {int(LEASE * _SECOND)} AS lives,
seen_at < {NOW} - {int(QUIET * _SECOND)} AS silent
"""
_ALL = f"SELECT {_COLUMNS} FROM processes ORDER BY started_at, id"
# One trip a second: a sign of life, the leases renewed, and who else is there.
_BEAT = f"""
WITH seen AS (
    UPDATE processes SET seen_at = {NOW} WHERE id = $1 RETURNING id
), renewed AS (
    UPDATE leases SET until = {NOW} + {int(LEASE * _SECOND)}
    WHERE holder = $1 AND until > {NOW} RETURNING name
)
SELECT ARRAY(SELECT name FROM renewed) AS held, {_COLUMNS}
FROM processes WHERE EXISTS (SELECT 1 FROM seen) ORDER BY started_at, id
"""
_TAKE = f"""
UPDATE leases SET holder = $1, until = {NOW} + {int(LEASE * _SECOND)}
WHERE name IN (
    SELECT name FROM leases WHERE name = ANY($2) AND (holder IS NULL OR until <= {NOW})
    ORDER BY name LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING name
"""
_RELEASE = "UPDATE leases SET holder = NULL, until = NULL WHERE holder = $1 AND name = ANY($2)"
_MAKE = "INSERT INTO leases (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING"

_NAMES = {f"slot:{slot}": slot for slot in (*range(SLOTS), CHORES)}
_SHARED = [name for name, slot in _NAMES.items() if slot != CHORES]
_CHORES = f"slot:{CHORES}"


class SqlMembership:
    """Over a connection of its own, which holds the advisory lock that says that we live.

    One thing at a time is asked over it: slots are handed over while signs of life are given.
    """

    def __init__(
        self, url: str, *, id: str, role: str, version: str, news: News | None = None
    ) -> None:
        """`news` hears of what is seldom changed, as long as the connection holds."""
        self._url = url
        self._news = news or News()
        self._seen: list[Process] | None = None
        self._id = id
        self._key = int(id[-7:], 16)
        self._about = (role, socket.gethostname(), os.getpid(), version)
        self._connection: Any = None
        self._asking = asyncio.Lock()

    async def beat(self) -> set[int]:
        """Give a sign of life, and clear away those who are dead. The slots that are still ours."""
        async with self._asking:
            connection = await self._connected()
            try:
                async with asyncio.timeout(_ANSWER_WITHIN):
                    rows = await connection.fetch(_BEAT, self._id)
                    if not rows:
                        await connection.execute(_JOIN, self._id, self._key, *self._about)
                        rows = await connection.fetch(_BEAT, self._id)
                    others = [row for row in rows if row["id"] != self._id]
                    dead = {
                        row["id"]
                        for row in others
                        if row["silent"] and await self._clear(connection, row["id"], row["key"])
                    }
                    living = (row for row in rows if row["id"] == self._id or row["lives"])
                    self._seen = [_process(row) for row in living if row["id"] not in dead]
                    return {_NAMES[name] for name in rows[0]["held"]}
            except BaseException:
                self._drop()
                raise

    async def processes(self) -> list[Process]:
        """Those that gave a sign of life lately, ourselves among them, the oldest first.

        Right after a beat they are those that it has seen.
        """
        seen, self._seen = self._seen, None
        if seen is not None:
            return seen
        async with self._asking:
            connection = await self._connected()
            rows = await connection.fetch(_ALL, timeout=_ANSWER_WITHIN)
        return [_process(row) for row in rows if row["lives"]]

    async def take(self, most: int) -> set[int]:
        """Of the shared slots that nobody holds so many; those that have become ours."""
        return await self._take(_SHARED, most)

    async def take_chores(self) -> set[int]:
        """The one of chores, where nobody holds it."""
        return await self._take([_CHORES], 1)

    async def release(self, slots: Collection[int]) -> None:
        """Others may have them."""
        names = [f"slot:{slot}" for slot in slots]
        async with self._asking:
            connection = await self._connected()
            await connection.execute(_RELEASE, self._id, names, timeout=_ANSWER_WITHIN)

    async def stop(self) -> None:
        """Take no part in the sharing any more."""
        stopping = "UPDATE processes SET stopping = 1 WHERE id = $1"
        async with self._asking:
            connection = await self._connected()
            await connection.execute(stopping, self._id, timeout=_ANSWER_WITHIN)

    async def leave(self) -> None:
        """Be there no more; what we still hold is free at once."""
        async with self._asking:
            connection = await self._connected()
            await connection.execute(_FREE, self._id, timeout=_ANSWER_WITHIN)
            await connection.execute(_GONE, self._id, timeout=_ANSWER_WITHIN)
            await connection.close(timeout=_ANSWER_WITHIN)
            self._connection = None

    async def _take(self, names: list[str], most: int) -> set[int]:
        async with self._asking:
            connection = await self._connected()
            rows = await connection.fetch(_TAKE, self._id, names, most, timeout=_ANSWER_WITHIN)
        return {_NAMES[row[0]] for row in rows}

    async def _clear(self, connection: Any, id: str, key: int) -> bool:
        """Whether it was dead."""
        async with connection.transaction():
            dead = bool(await connection.fetchval(_IS_DEAD, _ALIVE, key))
            if dead:
                await connection.execute(_FREE, id)
                await connection.execute(_GONE, id)
        return dead

    async def _connected(self) -> Any:
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        connection = await asyncpg.connect(
            **connecting(self._url, application_name=f"easyflow {self._id} life"),
            timeout=_ANSWER_WITHIN,
        )
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                await connection.execute("SELECT pg_advisory_lock($1, $2)", _ALIVE, self._key)
                await connection.execute(_MAKE, list(_NAMES))
                await connection.execute(_JOIN, self._id, self._key, *self._about)
                await connection.add_listener(CHANGES, lambda *_: self._news.told())
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        connection.add_termination_listener(self._deaf)
        self._news.hear(heard=True)
        return connection

    def _deaf(self, connection: Any) -> None:
        if self._connection in (connection, None):
            self._news.hear(heard=False)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _process(row: Any) -> Process:
    return Process(
        id=row["id"],
        role=row["role"],
        host=row["host"],
        pid=row["pid"],
        version=row["version"],
        stopping=bool(row["stopping"]),
    )
