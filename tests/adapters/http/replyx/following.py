"""Dialogs over a real database behind a real server, whose patience a test may shorten."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from adapters.actions.memory import MemoryShelf
from adapters.http.app import build_app
from adapters.http.sockets import Sockets
from bots.model import handoff
from bots.model.conversation import Conversation, Opening
from bots.model.episode import Asked
from bots.model.message import Address
from bots.model.operator import Operator
from bots.model.turn import Event, MessageRecord, TurnRecord
from bots.services.following import Following
from storage.sqlite import open_sqlite
from storage.stores import Stores
from tests.adapters.http.fake_time import KEY, ids
from tests.adapters.http.fakes import build_house

PATIENCE = 30.0


def now() -> datetime:
    return datetime.now(UTC)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something holds, for as long as a very slow machine may need."""
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to hold")


@dataclass
class Reader:
    """Somebody who follows a dialog."""

    wire: ClientConnection
    pings: int = 0

    async def receive(self) -> dict[str, Any]:
        """The next event; what only shows that the server is there is counted."""
        async with asyncio.timeout(PATIENCE):
            while (text := await self.wire.recv()) == "__ping__":
                self.pings += 1
                await self.wire.send("__pong__")
        frame: dict[str, Any] = orjson.loads(text)
        return frame

    async def events(self, count: int) -> list[dict[str, Any]]:
        return [await self.receive() for _ in range(count)]

    async def send(self, frame: Any) -> None:
        await self.wire.send(orjson.dumps(frame).decode())

    async def closed(self) -> int:
        """Read on until the server ends it; the code it gave."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.wire.recv()
            except ConnectionClosed:
                return self.wire.close_code or 0


@dataclass
class Rig:
    """A served application over a database, and turns that a test makes."""

    port: int
    stores: Stores
    following: Following
    sockets: Sockets
    house: Any
    stack: AsyncExitStack
    operators: list[Operator] = field(default_factory=list)

    async def dialog(
        self, chat: str = "501", *, workspace: int = 1, channel: str = "telegram:1"
    ) -> Conversation:
        address = Address(workspace, "shop", channel, chat)
        opening = Opening(platform="telegram", user_id=chat)
        return await self.stores.journal.claim(address, opening)

    async def turn(
        self, chat: Conversation, *texts: str, events: Sequence[Event] = (), seq: int | None = None
    ) -> Conversation:
        """The customer says something, and the bot all that follows."""
        start = chat.seq if seq is None else seq
        records = [
            MessageRecord(
                message_id=f"{chat.id}-{start + place}",
                seq=start + place,
                direction="inbound" if place == 1 else "outbound",
                author="customer" if place == 1 else "bot",
                created_at=now(),
                text=text,
            )
            for place, text in enumerate(texts, 1)
        ]
        chat = replace(chat, seq=start + len(texts))
        await self.stores.journal.commit(
            TurnRecord(conversation=chat, messages=records, events=tuple(events))
        )
        self.following.told(chat, records, events)
        return chat

    async def request(self, chat: Conversation, reason: str = "") -> Conversation:
        moved, event = handoff.requested(
            chat, Asked(source="phrase", reason=reason), id=f"{chat.seq:032x}", now=now()
        )
        return await self.turn(moved, events=(event,))

    async def take(self, chat: Conversation, operator: int) -> Conversation:
        moved, event = handoff.taken(chat, by=operator, id="f" * 32, now=now())
        return await self.turn(moved, events=(event,))

    async def release(self, chat: Conversation) -> Conversation:
        moved, event = handoff.released(chat, "released", now=now(), by=None)
        return await self.turn(moved, events=(event,))

    async def reader(self, dialog: object, query: str = "", **options: Any) -> Reader:
        given = {"Authorization": f"Bearer {KEY}"} | options.pop("headers", {})
        headers = {name: value for name, value in given.items() if value}
        address = f"ws://127.0.0.1:{self.port}/ws/dialogs/{dialog}{query}"
        wire = await self.stack.enter_async_context(
            connect(address, proxy=None, additional_headers=headers, **options)
        )
        return Reader(wire)

    async def refused(self, dialog: object, query: str = "", **options: Any) -> tuple[int, str]:
        """The status and the code of a refusal."""
        status, error = await self.refusal(dialog, query, **options)
        return status, str(error["code"])

    async def refusal(self, dialog: object, query: str = "", **options: Any) -> tuple[int, Any]:
        """The status and the error as it is told."""
        try:
            await self.reader(dialog, query, **options)
        except InvalidStatus as refusal:
            response = refusal.response
            return response.status_code, orjson.loads(response.body or b"")["error"]
        raise AssertionError("it was let in")


@asynccontextmanager
async def served(folder: Path, sockets: Sockets | None = None) -> AsyncIterator[Rig]:
    stores = await open_sqlite(folder / "easyflow.db", new_id=ids(), clock=now)
    await stores.accounts.found(email="owner@example.com", password_hash="-", now=now())
    sockets = sockets or Sockets()
    following = Following(
        stores.course, stores.episodes, stores.operators, channels={}, place=lambda id: 1
    )
    house = await build_house()
    app = build_app(
        replace(house.services, following=following),
        inbox=house.inbox,
        channels={},
        shelf=MemoryShelf(),
        clock=now,
        new_id=ids(),
        sockets=sockets,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    # Whoever is closed is closed by us: the library's own pings would close the deaf as well.
    config = uvicorn.Config(
        app, log_level="error", timeout_graceful_shutdown=1, ws_ping_interval=None
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with AsyncExitStack() as stack:
            await eventually(lambda: server.started)
            yield Rig(listener.getsockname()[1], stores, following, sockets, house, stack)
    finally:
        server.should_exit = True
        await task
        await stores.close()
