"""How processes share a PostgreSQL, as somebody sees it who looks for trouble; nothing is written."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from bots.model.checkup import Late, Sharing, SlotsOf
from bots.model.slots import CHORES
from storage.leases import NOW
from storage.postgres.readers import READERS
from storage.rows import maybe_moment, to_moment

EACH = READERS + 2
"""Connections of a process at most: those that read, the one that writes, and that of its life."""

SETTLED = 5.0
"""Seconds after which a slot that was free is somebody's, where all is well."""

_CHORES = f"slot:{CHORES}"
_FREE = f"SELECT name FROM leases WHERE name LIKE 'slot:%' AND (holder IS NULL OR until <= {NOW})"
_HELD = f"""
SELECT p.role, p.host, p.pid, {NOW} - p.seen_at, p.stopping,
    count(l.name) FILTER (WHERE l.name <> $1), bool_or(coalesce(l.name = $1, false)),
    coalesce(sum(w.many), 0), min(w.since)
FROM processes AS p
LEFT JOIN leases AS l ON l.holder = p.id AND l.until > {NOW} AND l.name LIKE 'slot:%'
LEFT JOIN (
    SELECT slot, count(*) AS many, min(received_at) AS since FROM inbox
    WHERE done_at IS NULL AND parked_at IS NULL AND received_at < {NOW} - 60000000
    GROUP BY slot
) AS w ON l.name = 'slot:' || w.slot
GROUP BY p.id, p.role, p.host, p.pid, p.seen_at, p.stopping, p.started_at ORDER BY p.started_at, p.id
"""
_SERVER = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int,
    rolname, rolsuper, rolbypassrls
FROM pg_roles WHERE rolname = current_user
"""
_SYNCS = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes')"
_CLOCK = f"SELECT {NOW}"


async def look_at_sharing(connection: Any, now: datetime) -> Sharing:
    """Looks twice where slots are free, which they are for moments whenever somebody comes or goes."""
    clock = to_moment(await connection.fetchval(_CLOCK))
    used, most, role, superuser, bypasses = await connection.fetchrow(_SERVER)
    free = {row[0] for row in await connection.fetch(_FREE)}
    processes = await _processes(connection)
    if free and processes:
        await asyncio.sleep(SETTLED)
        free &= {row[0] for row in await connection.fetch(_FREE)}
        processes = await _processes(connection)
    return Sharing(
        processes=processes,
        free=len(free - {_CHORES}),
        chores_free=_CHORES in free,
        connections=used,
        most=most,
        each=EACH,
        role=role,
        idle_walls="SUPERUSER" if superuser else "BYPASSRLS" if bypasses else "",
        unsynced=tuple(row[0] for row in await connection.fetch(_SYNCS) if row[1] == "off"),
        ahead=clock - now,
    )


async def _processes(connection: Any) -> tuple[SlotsOf, ...]:
    return tuple(
        SlotsOf(
            role=role,
            host=host,
            pid=pid,
            silent=timedelta(microseconds=max(0, silent)),
            stopping=bool(stopping),
            slots=slots,
            chores=chores,
            waiting=Late(int(many), maybe_moment(since)),
        )
        for role, host, pid, silent, stopping, slots, chores, many, since in await connection.fetch(
            _HELD, _CHORES
        )
    )
