"""Which processes are at work, and which slots each holds; behind bots.ports.Membership."""

import asyncio
import os
import socket
from collections.abc import Collection
from typing import Any

import asyncpg

from bots.model.process import Process
from bots.model.slots import CHORES, SLOTS
from storage.leases import NOW
from storage.postgres.url import connecting

LEASE = 10.0
"""Seconds for which a slot is held without a sign of life. A process that died is found out sooner."""

QUIET = 2.5
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
_SEEN = f"UPDATE processes SET seen_at = {NOW} WHERE id = $1"
_RENEW = f"""
UPDATE leases SET until = {NOW} + {int(LEASE * _SECOND)}
WHERE holder = $1 AND until > {NOW} RETURNING name
"""
_SILENT = f"SELECT id, key FROM processes WHERE seen_at < {NOW} - {int(QUIET * _SECOND)}"
_IS_DEAD = "SELECT pg_try_advisory_xact_lock($1, $2)"
_FREE = "UPDATE leases SET holder = NULL, until = NULL WHERE holder = $1"
_GONE = "DELETE FROM processes WHERE id = $1"
_ALL = f"""
SELECT id, role, host, pid, version, started_at, seen_at, stopping,
       seen_at > {NOW} - {int(LEASE * _SECOND)} FROM processes ORDER BY started_at, id
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

    def __init__(self, url: str, *, id: str, role: str, version: str) -> None:
        self._url = url
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
                    if await connection.execute(_SEEN, self._id) == "UPDATE 0":
                        await connection.execute(_JOIN, self._id, self._key, *self._about)
                    held = {_NAMES[row[0]] for row in await connection.fetch(_RENEW, self._id)}
                    for id, key in await connection.fetch(_SILENT):
                        await self._clear(connection, id, key)
                    return held
            except BaseException:
                self._drop()
                raise

    async def processes(self) -> list[Process]:
        """Those that gave a sign of life lately, ourselves among them, the oldest first."""
        async with self._asking:
            connection = await self._connected()
            rows = await connection.fetch(_ALL, timeout=_ANSWER_WITHIN)
        return [
            Process(
                id=row[0],
                role=row[1],
                host=row[2],
                pid=row[3],
                version=row[4],
                stopping=bool(row[7]),
            )
            for row in rows
            if row[8]
        ]

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

    async def _clear(self, connection: Any, id: str, key: int) -> None:
        async with connection.transaction():
            if await connection.fetchval(_IS_DEAD, _ALIVE, key):
                await connection.execute(_FREE, id)
                await connection.execute(_GONE, id)

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
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
