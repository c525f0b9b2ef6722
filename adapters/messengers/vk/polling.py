"""Bots Long Poll, for a machine without a public address."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple, Protocol

import structlog

from adapters import listening
from adapters.foreign_json import listed, string, whole
from adapters.listening import Batch, Hearing
from adapters.messengers.vk.client import VERSION, Client
from adapters.messengers.vk.errors import NoRight
from adapters.messengers.vk.parse import EVENTS
from bots.errors import ChannelBusy, ChannelDown, ChannelError, ChannelUnauthorised
from bots.ports import Listening, Received, Shelf, Sleep

NO_LONG_POLL = (
    "VK does not give events to this token: switch on «Long Poll API» with the version 5.199 and the"
    " events of messages («Управление», «Дополнительно», «Работа с API»), or make a token with the"
    " right «Управление сообществом», with which the bot does that by itself"
)

log = structlog.get_logger()


class Polled(Hearing, Protocol):
    """The community whose events are fetched."""

    def read(self, event: Any) -> Received:
        """What an event holds."""


class Place(NamedTuple):
    """Where to ask, and after which event: `ts` is VK's number of the last one that was taken."""

    server: str
    key: str
    ts: str


class _Kept:
    """How far events were taken, so that those of the time while we are off come afterwards."""

    def __init__(self, shelf: Shelf, workspace: int, group: str) -> None:
        self._shelf = shelf
        self._workspace = workspace
        self._group = group

    async def read(self) -> str:
        return string(await self._shelf.get(self._workspace, "vk long poll", self._group))

    async def write(self, ts: str) -> None:
        await self._shelf.put(self._workspace, "vk long poll", self._group, ts)


async def poll(
    channel: Polled,
    client: Client,
    into: Listening,
    *,
    shelf: Shelf,
    workspace: int,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Bring events in until cancelled.

    `ts` is the acknowledgement: it moves only after `into` has taken them, so an event that was not
    kept comes again.
    """
    events = _Events(channel, client, _Kept(shelf, workspace, client.group))
    await listening.poll(channel, events.ask, into, sleep=sleep)


class _Events:
    def __init__(self, channel: Polled, client: Client, kept: _Kept) -> None:
        self._channel = channel
        self._client = client
        self._kept = kept
        self._place: Place | None = None

    async def ask(self) -> Batch:
        try:
            place = self._place or await self._find_place()
            answer = await self._client.poll(place.server, key=place.key, ts=place.ts)
        except ChannelUnauthorised:
            self._place = None
            raise
        if "failed" in answer:
            await self._find_again(place, answer)
            return Batch([], listening.nothing)
        received = [self._channel.read(event) for event in listed(answer, "updates")]
        moves = partial(self._move_on, place, _text(answer.get("ts")), some=bool(received))
        return Batch(received, moves)

    # ------------------------------------------------------------ where to ask

    async def _find_place(self) -> Place:
        """A server, and the place after what was taken last: VK keeps events for a while."""
        try:
            await self._client.call("groups.setLongPollSettings", self._settings())
        except ChannelError as error:
            if isinstance(error, ChannelUnauthorised) and not isinstance(error, NoRight):
                raise
            log.info(
                "The long poll is taken as it is set", channel=self._channel.name, why=str(error)
            )
        group = {"group_id": self._client.group}
        try:
            given = await self._client.call("groups.getLongPollServer", group)
        except NoRight as error:
            raise ChannelUnauthorised(f"{NO_LONG_POLL} ({error.said})") from error
        except ChannelUnauthorised:
            raise
        except ChannelError as error:
            if isinstance(error, ChannelBusy | ChannelDown):
                raise
            raise ChannelUnauthorised(f"{NO_LONG_POLL} ({error})") from error
        if not isinstance(given, dict) or not string(given.get("server")):
            raise ChannelDown("VK names no server to ask for events")
        fresh = _text(given.get("ts"))
        server, key = given["server"], string(given.get("key"))
        if not server.startswith(("http://", "https://")):
            server = f"https://{server}"
        self._place = Place(server, key, await self._kept.read() or fresh)
        return self._place

    def _settings(self) -> Mapping[str, Any]:
        kinds = dict.fromkeys(EVENTS, 1)
        return {
            "group_id": self._client.group,
            "enabled": 1,
            "api_version": VERSION,
            **kinds,
        }

    # ------------------------------------------------------------ what came

    async def _move_on(self, place: Place, ts: str, *, some: bool) -> None:
        if some and ts == place.ts:
            raise ChannelDown("VK repeats events that were acknowledged")
        if ts and ts != place.ts:
            await self._kept.write(ts)
            self._place = place._replace(ts=ts)

    async def _find_again(self, place: Place, answer: Mapping[str, Any]) -> None:
        """https://dev.vk.com/ru/api/bots-long-poll/getting-started: what each number means."""
        number = whole(answer.get("failed"))
        if number == 2:
            # The key is over: events from where we were come with a new one.
            self._place = None
            return
        ts = _text(answer.get("ts")) if number == 1 else ""
        log.warning(
            "VK has forgotten events that were not fetched in time", channel=self._channel.name
        )
        await self._kept.write(ts)
        self._place = place._replace(ts=ts) if ts else None


def _text(value: Any) -> str:
    """VK gives the number of an event as a text or as a number."""
    return string(value) or (str(value) if type(value) is int else "")
