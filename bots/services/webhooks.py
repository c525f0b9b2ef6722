"""Addresses that are told of a workspace's events: added, changed, tried, and what came of the calls."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bots.errors import AddressRefused, Invalid, Locked, NotFound, RemoteFailed, Unavailable
from bots.model.webhook import (
    KNOWN,
    PREFIX,
    TEST,
    Attempt,
    Endpoint,
    Health,
    State,
    stamp,
)
from bots.ports import Clock, Feed, NewId, WebhookEndpoints, WebhookSender
from bots.services.chance import RandomBytes

MOST = 20
"""Endpoints of a workspace."""
LONGEST_URL = 2048
LONGEST_NAME = 200
SECRET_BYTES = 24
SHORTEST_SECRET, LONGEST_SECRET = 8, 256
OVERLAP = timedelta(hours=24)
"""How long the secret of before is good beside a new one."""
LOGGED = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """An endpoint with its secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


class Webhooks:
    """Of one list per workspace every contract shows its part; who may change it is theirs to ask."""

    def __init__(
        self,
        store: WebhookEndpoints,
        feed: Feed,
        sender: WebhookSender,
        *,
        clock: Clock,
        new_id: NewId,
        random_bytes: RandomBytes,
    ) -> None:
        self._store = store
        self._feed = feed
        self._sender = sender
        self._clock = clock
        self._new_id = new_id
        self._random_bytes = random_bytes

    async def all(self, workspace: int) -> list[Endpoint]:
        """The oldest first."""
        return await self._store.all(workspace)

    async def one(self, workspace: int, id: str) -> Endpoint:
        """Raises NotFound."""
        return await self._store.one(workspace, id)

    async def add(
        self, workspace: int, *, url: str, events: Sequence[str], secret: str = "", name: str = ""
    ) -> Kept:
        """It is told of what happens from now on; a secret is made where none is given.

        Raises Invalid (`url`, `events`, `secret`, `name`), Conflict, Unavailable.
        """
        endpoint = Endpoint(
            id=self._new_id(),
            workspace=workspace,
            url=await self._called(workspace, url),
            events=_events(events),
            secrets=(self._secret(secret),),
            cursor=await self._feed.latest(),
            created_at=self._clock(),
            name=_name(name),
        )
        try:
            await self._store.add(endpoint, most=MOST)
        except Locked as error:
            raise Unavailable(str(error)) from None
        return Kept(endpoint, endpoint.secrets[0])

    async def change(
        self,
        workspace: int,
        id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        name: str | None = None,
    ) -> Endpoint:
        """Whatever is given. Raises NotFound, Invalid, Conflict, Unavailable."""
        found = await self._store.one(workspace, id)
        changed = replace(
            found,
            url=found.url if url is None else await self._called(workspace, url),
            events=found.events if events is None else _events(events),
            name=found.name if name is None else _name(name),
        )
        return await self._changed(changed, afresh=changed.url != found.url)

    async def pause(self, workspace: int, id: str) -> Endpoint:
        """It is told nothing until it is resumed. Raises NotFound, Conflict."""
        return await self._state(workspace, id, "paused")

    async def resume(self, workspace: int, id: str, *, skip: bool = False) -> Endpoint:
        """Also one that we switched off. It is told what happened meanwhile, unless that is skipped.

        Raises NotFound, Conflict.
        """
        return await self._state(workspace, id, "active", skip=skip)

    async def rotate(self, workspace: int, id: str, secret: str = "") -> Kept:
        """A new secret; the one before is good for another day. Raises NotFound, Invalid, Conflict."""
        found = await self._store.one(workspace, id)
        fresh = self._secret(secret)
        old = [one for one in found.secrets[:1] if one != fresh]
        changed = replace(
            found,
            secrets=(fresh, *old),
            old_until=self._clock() + OVERLAP if old else None,
        )
        return Kept(await self._changed(changed), fresh)

    async def remove(self, workspace: int, id: str) -> None:
        """It is told nothing more, not even what it was not told yet. Raises NotFound."""
        if not await self._store.remove(workspace, id):
            raise NotFound("webhook", id)

    async def test(self, workspace: int, id: str) -> Attempt:
        """Send it a `webhook.test` at once, whatever its state. Raises NotFound."""
        endpoint = await self._store.one(workspace, id)
        now = self._clock()
        event = f"evt_{self._new_id()}"
        body: Mapping[str, Any] = {
            "id": event,
            "event": TEST,
            "timestamp": stamp(now),
            "data": {"webhook_id": endpoint.id, "events": list(endpoint.events)},
        }
        answered = await self._sender.send(endpoint, event, body)
        attempt = Attempt(
            event=TEST,
            id=event,
            status=answered.status,
            error=answered.error,
            took=answered.took,
            at=now,
        )
        await self._store.noted(endpoint, attempt)
        return attempt

    async def log(self, workspace: int, id: str, *, limit: int = LOGGED) -> list[Attempt]:
        """Its last calls, the newest first. Raises NotFound."""
        await self._store.one(workspace, id)
        return await self._store.log(workspace, id, limit=limit)

    async def health(self, workspace: int) -> dict[str, Health]:
        """By endpoint, how many events wait by themselves, and how many were given up."""
        return await self._store.health(workspace)

    async def redeliver(self, workspace: int, id: str) -> int:
        """Tell what was given up once more; how much that is. Raises NotFound."""
        await self._store.one(workspace, id)
        return await self._store.again(workspace, id, now=self._clock())

    async def troubles(self, workspace: int) -> dict[str, tuple[str, int]]:
        """The addresses that are told nothing any more or miss events: why, and how many they miss."""
        health = await self._store.health(workspace)
        found: dict[str, tuple[str, int]] = {}
        for one in await self._store.all(workspace):
            dead = health[one.id].dead if one.id in health else 0
            if one.state == "disabled" or dead:
                found[one.url] = (one.why if one.state == "disabled" else "", dead)
        return found

    async def _state(
        self, workspace: int, id: str, state: State, *, skip: bool = False
    ) -> Endpoint:
        found = await self._store.one(workspace, id)
        cursor = await self._feed.latest() if skip else found.cursor
        changed = replace(found, state=state, why="", cursor=cursor)
        return await self._changed(changed, skip=skip, afresh=state == "active")

    async def _changed(
        self, endpoint: Endpoint, *, skip: bool = False, afresh: bool = False
    ) -> Endpoint:
        try:
            await self._store.change(endpoint, skip=skip, afresh=afresh)
        except Locked as error:
            raise Unavailable(str(error)) from None
        return await self._store.one(endpoint.workspace, endpoint.id)

    async def _called(self, workspace: int, url: str) -> str:
        """An address that may be called. Raises Invalid."""
        if len(url) > LONGEST_URL:
            raise Invalid("url", f"An address may have {LONGEST_URL} characters")
        try:
            await self._sender.check(workspace, url)
        except (AddressRefused, RemoteFailed) as error:
            raise Invalid("url", f"This address cannot be called: {error}") from None
        return url

    def _secret(self, given: str) -> str:
        """Raises Invalid for one that is too short, or that only looks like one of Standard Webhooks."""
        if not given:
            return PREFIX + base64.b64encode(self._random_bytes(SECRET_BYTES)).decode()
        if not SHORTEST_SECRET <= len(given) <= LONGEST_SECRET or not given.isprintable():
            raise Invalid(
                "secret",
                f"A secret has {SHORTEST_SECRET} to {LONGEST_SECRET} characters in one line",
            )
        if given.startswith(PREFIX):
            try:
                base64.b64decode(given.removeprefix(PREFIX), validate=True)
            except binascii.Error:
                raise Invalid("secret", f"What follows {PREFIX} has to be Base64") from None
        return given


def _events(names: Sequence[str]) -> tuple[str, ...]:
    """Raises Invalid."""
    wanted = tuple(dict.fromkeys(names))
    if not wanted:
        raise Invalid("events", "Name the events to be told of, or * for all", KNOWN)
    for name in wanted:
        if name not in KNOWN:
            raise Invalid("events", f"There is no event {name!r:.60}", KNOWN)
    return wanted


def _name(name: str) -> str:
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("name", f"A name is one line of {LONGEST_NAME} characters at most")
    return name.strip()
