"""What goes straight from a connection to the intake comes to the same as what goes the usual way."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Self

import pytest
import uvicorn

from adapters.http.connection import MOST_HEADERS, BoundedConnection
from adapters.http.easyflow import DIALECT
from adapters.http.intake import SMALL, Intake
from adapters.http.straight import StraightConnection
from bots.errors import Unavailable
from tests.adapters.http.fakes import House

WAYS = {"straight": StraightConnection, "usual": BoundedConnection}


class Door:
    """The intake at a port; what it takes stands in `house.inbox`."""

    def __init__(self, house: House, way: type[BoundedConnection]) -> None:
        intake = Intake(
            house.app,
            house.inbox,
            house.channels,
            dialect=DIALECT,
            new_id=lambda: "1",
            patience=0.2,
        )
        config = uvicorn.Config(intake, port=0, http=way, log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *why: object) -> None:
        self._server.should_exit = True
        await self._serving

    async def tells(self, *pieces: bytes, answers: int = 1) -> str:
        """So many answers to what is written, or all until the end; what differs from call to call left out."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            # Apart, as a network may bring them.
            await asyncio.sleep(0.002)
        told = b""
        async with asyncio.timeout(60):
            for _ in range(answers):
                head = await reader.readuntil(b"\r\n\r\n")
                told += head
                if found := re.search(rb"content-length: (\d+)", head):
                    told += await reader.readexactly(int(found[1]))
            if b"connection: close" in told:
                told += await reader.read()
        writer.close()
        return re.sub(r"date: [^\r]*\r\n|req_0\w+", "", told.decode())


@pytest.fixture(params=WAYS)
async def door(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Door]:
    async with Door(house, WAYS[request.param]) as door:
        yield door


def post(
    body: bytes = b'{"text": "?"}',
    *headers: str,
    to: str = "telegram",
    secret: str = "first",
    version: str = "1.1",
    size: str = "Content-Length",
) -> bytes:
    lines = (f"X-Secret: {secret}", f"{size}: {len(body)}", *headers)
    head = f"POST /api/v1/messaging/webhook/{to} HTTP/{version}\r\nHost: here\r\n"
    return (head + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode() + body


CLOSE = "Connection: close"
OK = (
    "HTTP/1.1 200 OK\r\nserver: uvicorn\r\ncontent-type: text/plain; charset=utf-8\r\n"
    "content-length: 2\r\nx-content-type-options: nosniff\r\nx-request-id: req_1\r\n\r\nok"
)

GET = b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


async def test_an_update_is_taken_and_the_connection_goes_on(door: Door, house: House) -> None:
    told = await door.tells(post(), post(b'{"text": "!"}'), answers=2)
    assert told == OK + OK
    assert [message.text for message in house.inbox.accepted] == ["?", "!"]


async def test_an_update_byte_by_byte(door: Door, house: House) -> None:
    request = post('{"text": "Привет"}'.encode())
    told = await door.tells(*[request[place : place + 1] for place in range(len(request))])
    assert told == OK
    assert [message.text for message in house.inbox.accepted] == ["Привет"]


async def test_requests_ahead_of_their_answers_are_answered_in_order(
    door: Door, house: House
) -> None:
    told = await door.tells(post() + post(b'{"text": "!"}') + GET, answers=3)
    assert re.findall(r"HTTP/1.1 (\d+)", told) == ["200", "200", "200"]
    assert [message.text for message in house.inbox.accepted] == ["?", "!"]
    assert told.startswith(OK + OK)


async def test_other_requests_on_the_same_connection(door: Door, house: House) -> None:
    told = await door.tells(b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n", post(), GET, answers=3)
    assert re.findall(r"HTTP/1.1 (\d+)", told) == ["200", "200", "200"]
    assert len(house.inbox.accepted) == 1


@pytest.mark.parametrize(
    "request_",
    [
        post(b'{"text": "?"}', CLOSE),
        post(b'{"text": "?"}', version="1.0"),
        post(b"d\r\n" + b'{"text": "?"}' + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked", size="X"),
        post(b'{"text": "?"}', "Expect: 100-continue"),
        post(b'{"text": "?"' + b" " * SMALL + b"}"),
        post(to="telegram?a=1&b"),
        post(to="tele%67ram"),
    ],
)  # fmt: skip
async def test_unusual_requests_are_taken_like_any_other(
    door: Door, house: House, request_: bytes
) -> None:
    told = await door.tells(request_, answers=2 if b"100-continue" in request_ else 1)
    assert "HTTP/1.1 200 OK" in told
    assert [message.text for message in house.inbox.accepted] == ["?"]


REFUSED = {
    "a wrong secret": post(secret="wrong"),
    "two secrets": post(b"{}", "X-Secret: second"),
    "no secret": post(size="X-Secret: first\r\nContent-Length"),
    "no messenger": post(to="icq"),
    "no name": post(to=""),
    "another path": post(to="telegram/"),
    "no JSON": post(b"{"),
    "nothing": post(b""),
    "two sizes": post(b"{}", "Content-Length: 3"),
    "size and chunks": post(b"{}", "Transfer-Encoding: chunked"),
    "too large": post(size="Content-Length: 9999999\r\nX"),
    "no size": post(size="Content-Length: x\r\nX"),
    "many headers": post(b"{}", *["X: y"] * MOST_HEADERS),
    "another protocol": post(b"{}", "Connection: upgrade", "Upgrade: h2c"),
    "another method": post().replace(b"POST", b"PUT"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_refusals_are_the_same_either_way(house: House, what: str) -> None:
    """To the last byte, and nothing is kept."""
    told = []
    for way in WAYS.values():
        async with Door(house, way) as door:
            told.append(await door.tells(REFUSED[what]))
    assert told[0] == told[1]
    assert re.match(r"HTTP/1.1 4\d\d ", told[0])
    assert house.inbox.accepted == []


async def test_a_full_disk_is_told(door: Door, house: House) -> None:
    house.inbox.refuses = Unavailable("The disk is full")
    told = await door.tells(post())
    assert told.startswith("HTTP/1.1 503 Service Unavailable\r\n")
    assert "retry-after: 1\r\n" in told


async def test_what_cannot_be_stored_in_time_is_answered_once(door: Door, house: House) -> None:
    house.inbox.gate = asyncio.Event()
    told = await door.tells(post())
    house.inbox.gate.set()
    assert re.findall(r"HTTP/1.1 (\d+)", told) == ["503"]
    # The next one is taken when the one before it is.
    assert await door.tells(post(b'{"text": "!"}')) == OK
    assert [message.text for message in house.inbox.accepted] == ["?", "!"]


async def test_who_hangs_up_early_is_no_trouble(door: Door, house: House) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(post()[:-3])
    await writer.drain()
    writer.close()
    house.inbox.gate = asyncio.Event()
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(post())
    await house.inbox.at_the_gate.wait()
    writer.close()
    await writer.wait_closed()
    house.inbox.gate.set()
    assert (await door.tells(post(b'{"text": "!"}'))) == OK
    assert [message.text for message in house.inbox.accepted] == ["?", "!"]


async def test_an_answer_under_way_is_given_before_the_server_goes(house: House) -> None:
    async with Door(house, StraightConnection) as door:
        house.inbox.gate = asyncio.Event()
        asking = asyncio.ensure_future(door.tells(post()))
        await house.inbox.at_the_gate.wait()
        door._server.should_exit = True
        await asyncio.sleep(0)
        house.inbox.gate.set()
        assert (await asking).startswith("HTTP/1.1 200 OK")
