"""A client's connection over real sockets: what is endless, slow or silent ends."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from adapters.http.connection import MOST_HEADERS, BoundedConnection

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(6000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to hold")


class Hasty(BoundedConnection):
    patience = 0.3
    look_every = 0.05


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/slow":
        await asyncio.sleep(1.0)
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, http=Hasty, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def reached(port: int) -> Client:
    return await asyncio.open_connection("127.0.0.1", port)


async def ended(client: Client) -> bytes:
    """All that comes until the server closes, which it must."""
    try:
        async with asyncio.timeout(60):
            return await client[0].read()
    except ConnectionError:
        return b""
    finally:
        client[1].close()


async def test_somebody_who_says_nothing_is_not_waited_for(port: int) -> None:
    assert await ended(await reached(port)) == b""


async def test_a_head_that_trickles_is_not_waited_for(port: int) -> None:
    client = await reached(port)

    async def trickle() -> None:
        client[1].write(b"GET / HTTP/1.1\r\nHost: here\r\n")
        while True:
            client[1].write(b"X: y\r\n")
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    assert await ended(client) == b""
    trickling.cancel()


async def test_blank_lines_do_not_keep_a_connection(port: int) -> None:
    client = await reached(port)

    async def trickle() -> None:
        client[1].write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        while True:
            client[1].write(b"\r\n")
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    assert (await ended(client)).startswith(b"HTTP/1.1 200")
    trickling.cancel()


async def test_a_body_that_stalls_is_not_waited_for(port: int) -> None:
    client = await reached(port)
    client[1].write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nbegun")
    assert b"200" not in await ended(client)


async def test_a_body_that_trickles_is_not_waited_for(port: int) -> None:
    client = await reached(port)

    async def trickle() -> None:
        client[1].write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n")
        while True:
            client[1].write(b"x")
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    assert b"200" not in await ended(client)
    trickling.cancel()


async def test_a_slow_answer_of_ours_is_nobodys_fault(port: int) -> None:
    client = await reached(port)
    client[1].write(b"GET /slow HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert (await ended(client)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: here\r\nX: ",
        b"GET /",
        b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    ],
    ids=["header", "address", "trailer"],
)
async def test_a_head_without_end_is_cut_off(port: int, head: bytes) -> None:
    client = await reached(port)
    sent = 0

    async def flood() -> None:
        nonlocal sent
        client[1].write(head)
        for _ in range(1000):
            client[1].write(b"a" * 65_536)
            await client[1].drain()
            sent += 65_536

    flooding = asyncio.create_task(flood())
    await ended(client)
    await asyncio.gather(flooding, return_exceptions=True)
    assert sent < 1000 * 65_536


async def test_a_flood_of_headers_is_refused(port: int) -> None:
    client = await reached(port)
    client[1].write(b"GET / HTTP/1.1\r\nHost: here\r\n" + b"a: b\r\n" * MOST_HEADERS + b"\r\n")
    assert (await ended(client)).startswith(b"HTTP/1.1 400")


async def test_large_bodies_and_many_requests_pass(port: int) -> None:
    client = await reached(port)
    for _ in range(3):
        client[1].write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 3000000\r\n\r\n")
        client[1].write(b"a" * 3_000_000)
        assert (await client[0].readuntil(b"bytes")).endswith(b"3000000 bytes")
    client[1].close()
