"""The page with a small bot behind it, served for real on a free port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from adapters.messengers.web.wire import Limits
from tests.adapters.messengers.web.echo import EchoBot, build

PATIENCE = 60.0


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something holds, for as long as a very slow machine may need."""
    for _ in range(6000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to hold")


@dataclass
class Visitor:
    """One browser tab, without the browser."""

    wire: ClientConnection

    async def send(self, **frame: Any) -> None:
        await self.wire.send(orjson.dumps(frame).decode())

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            frame: dict[str, Any] = orjson.loads(await self.wire.recv())
        return frame

    async def hello(self, **fields: Any) -> dict[str, Any]:
        await self.send(type="hello", **{"bot": "shop", "token": None, "language": "ru", **fields})
        return await self.receive()

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """All frames up to the first one of a kind."""
        frames = [await self.receive()]
        while frames[-1]["type"] != kind:
            frames.append(await self.receive())
        return frames

    async def closed(self) -> int:
        """Wait for the server to end it; the code it gave."""
        async with asyncio.timeout(PATIENCE):
            await self.wire.wait_closed()
        return self.wire.close_code or 0


class Page:
    """A running server."""

    def __init__(self, port: int, bot: EchoBot, stack: AsyncExitStack) -> None:
        self.host = f"127.0.0.1:{port}"
        self.base = f"http://{self.host}"
        self.bot = bot
        self._stack = stack

    async def visitor(self, **options: Any) -> Visitor:
        address = f"ws://{self.host}/ws/chat"
        return Visitor(
            await self._stack.enter_async_context(connect(address, proxy=None, **options))
        )


Open = Callable[..., Awaitable[Page]]


@asynccontextmanager
async def served(
    folder: Path, *, limits: Limits | None = None, origins: Sequence[str] = ()
) -> AsyncIterator[Page]:
    app, bot = build(folder, limits=limits, origins=origins)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await eventually(lambda: server.started)
    try:
        async with AsyncExitStack() as stack:
            yield Page(listener.getsockname()[1], bot, stack)
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def open_page(tmp_path: Path) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def opened(**options: Any) -> Page:
            return await stack.enter_async_context(served(tmp_path / "files", **options))

        yield opened


@pytest.fixture
async def page(open_page: Open) -> Page:
    return await open_page()
