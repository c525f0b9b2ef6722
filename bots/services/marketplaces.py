"""Accounts at marketplaces: connected, synced, let go of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.errors import (
    Conflict,
    Consumed,
    Invalid,
    NotFound,
    NotThereYet,
    RemoteFailed,
    Unavailable,
)
from bots.model.account import Caller
from bots.model.marketplace import INTERVALS, MARKETPLACES, Connection, Interval, MarketplaceKind
from bots.ports import Clock, Connections, Marketplace, NewId

LONGEST_CREDENTIAL = 4096


class Marketplaces:
    """`open` are those we can talk to; the others can be connected, and wait until we can."""

    def __init__(
        self,
        store: Connections,
        open: Mapping[str, Marketplace],
        *,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._store = store
        self._open = open
        self._clock = clock
        self._new_id = new_id

    def all(self) -> list[tuple[MarketplaceKind, bool]]:
        """Every marketplace, and whether it can be synced with."""
        return [(one, one.id in self._open) for one in MARKETPLACES]

    async def connect(
        self,
        caller: Caller,
        *,
        user_id: str,
        platform: str,
        credentials: Mapping[str, str],
        interval: Interval,
        settings: Mapping[str, Any],
        once: str | None = None,
    ) -> Connection:
        """Keep an account, in place of the user's earlier one there; the same `once` again changes nothing.

        Raises Invalid for a marketplace nobody knows and for the first credential that is missing,
        Conflict where what `once` connected is connected no more.
        """
        kind = _kind(platform)
        for name in kind.needs:
            if not credentials.get(name, "").strip():
                raise Invalid(f"credentials.{name}", f"This field is required for {kind.name}")
            if len(credentials[name]) > LONGEST_CREDENTIAL:
                raise Invalid(f"credentials.{name}", f"has over {LONGEST_CREDENTIAL} characters")
        now = self._clock()
        connection = Connection(
            id=self._new_id(),
            workspace=caller.workspace,
            user_id=user_id,
            platform=platform,
            credentials={name: credentials[name].strip() for name in kind.needs},
            interval=interval,
            settings=settings,
            connected_at=now,
            next_sync_at=self._next(platform, interval, now),
        )
        try:
            return await self._store.put(connection, once=once)
        except Consumed as gone:
            raise Conflict(str(gone)) from gone

    async def of_user(self, caller: Caller, user_id: str) -> list[Connection]:
        """Those of a client's user; none for one nobody has heard of."""
        found = await self._store.all(caller.workspace)
        return [one for one in found if one.user_id == user_id]

    async def sync(self, caller: Caller, platform: str, user_id: str | None) -> Connection:
        """Fetch what is new there. Raises NotFound, Conflict, NotThereYet, Unavailable."""
        connection = await self._one(caller, platform, user_id)
        marketplace = self._open.get(connection.platform)
        if marketplace is None:
            name = _kind(connection.platform).name
            raise NotThereYet(f"Easy Flow does not talk to {name} yet; the connection is kept")
        if connection.credentials is None:
            raise Conflict("No key at hand opens the credentials of this connection: connect anew")
        now = self._clock()
        try:
            synced = await marketplace.sync(connection)
        except RemoteFailed as error:
            failed = replace(connection, sync_status="failed", error=str(error), last_sync_at=now)
            await self._store.note(failed)
            raise Unavailable(f"{connection.platform} does not answer as it should") from error
        done = replace(
            connection,
            sync_status="success",
            error="",
            orders=connection.orders + synced.orders,
            products=connection.products + synced.products,
            last_sync_at=now,
            next_sync_at=self._next(connection.platform, connection.interval, now),
        )
        await self._store.note(done)
        return done

    async def disconnect(self, caller: Caller, platform: str, user_id: str | None) -> Connection:
        """Forget an account and its credentials. Raises NotFound, Conflict."""
        connection = await self._one(caller, platform, user_id)
        if not await self._store.remove(caller.workspace, connection.id):
            raise NotFound("connection", platform)
        return connection

    async def _one(self, caller: Caller, platform: str, user_id: str | None) -> Connection:
        """By the marketplace, or by the connection's own id."""
        id = platform.removeprefix("conn_")
        found = [
            one
            for one in await self._store.all(caller.workspace)
            if (one.platform == platform or one.id == id) and user_id in (None, one.user_id)
        ]
        if not found:
            raise NotFound("connection", platform)
        if len(found) > 1:
            raise Conflict(f"Several users are connected to {platform}: say whose by user_id")
        return found[0]

    def _next(self, platform: str, interval: Interval, now: datetime) -> datetime | None:
        """Nothing is promised that nobody would keep."""
        span = INTERVALS[interval]
        return now + span if span is not None and platform in self._open else None


def _kind(platform: str) -> MarketplaceKind:
    for one in MARKETPLACES:
        if one.id == platform:
            return one
    there = ", ".join(one.id for one in MARKETPLACES)
    raise Invalid("platform", f"No such marketplace: {platform}. There are: {there}")
