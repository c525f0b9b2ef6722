"""Whoever follows a dialog of a running server over its socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.surface.people import Person

PATIENCE = 60.0


@dataclass
class Follower:
    wire: ClientConnection
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, **frame: Any) -> None:
        await self.wire.send(orjson.dumps(frame).decode())

    async def receive(self) -> dict[str, Any]:
        """The next event; pings are answered."""
        async with asyncio.timeout(PATIENCE):
            while (text := await self.wire.recv()) == "__ping__":
                await self.wire.send("__pong__")
        event: dict[str, Any] = orjson.loads(text)
        if "seq" in event and event["type"] != "connected":
            self.seen.append(event)
        return event

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next event of a kind; what comes before it is passed over."""
        while True:
            event = await self.receive()
            if event["type"] == kind and fields.items() <= event.items():
                return event

    async def says(self, text: str) -> dict[str, Any]:
        """The next message with a text."""
        while True:
            event = await self.until("new_message")
            if event["message"]["text"] == text:
                return event

    async def closed(self) -> int:
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.wire.recv()
            except ConnectionClosed:
                return self.wire.close_code or 0


def address(person: Person, dialog: int, *, after: int | None = None) -> str:
    """Where a dialog is followed, as the document writes it."""
    begin = f"&after={after}" if after is not None else ""
    return (
        f"ws://127.0.0.1:{person.server.port}/ws/dialogs/{dialog}?token={person.credential}{begin}"
    )


@asynccontextmanager
async def following(
    person: Person, dialog: int, *, after: int | None = None, **options: Any
) -> AsyncIterator[Follower]:
    async with connect(
        address(person, dialog, after=after), proxy=None, close_timeout=1, **options
    ) as wire:
        yield Follower(wire)


def say(person: Person, session: str, text: str) -> Any:
    """What a customer of the API says, and the answer."""
    body = {"message": text, "session_id": session, "user_id": session}
    status, answer = person.call("POST", "/api/v1/conversation/chat", body)
    assert status == 200, answer
    return answer


def dialog_of(person: Person, session: str, text: str = "Привет") -> int:
    """A new dialog of the API, by its number."""
    before = {one["id"] for one in person.get("/api/dialogs?platform=api&limit=200")["dialogs"]}
    say(person, session, text)
    after = {one["id"] for one in person.get("/api/dialogs?platform=api&limit=200")["dialogs"]}
    (number,) = after - before
    return int(number)
