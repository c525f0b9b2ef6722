"""200 sockets on 50 dialogs while 20 of them stop reading: nobody else waits, misses or hears twice."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.servers.easyflow import EasyFlow
from tests.surface.following import Follower, address, following, say
from tests.surface.people import Person, login

DIALOGS, EACH, DEAF, ROUNDS = 50, 4, 20, 10
LONG = "ы" * 20_000
GROWTH = 96 * 1024 * 1024
"""Bytes: what 20 clients that read nothing may make us hold, with all that 50 busy dialogs do."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EasyFlow]:
    with EasyFlow(tmp_path / "data", default_bot="shop", log__level="warning") as running:
        yield running


class Deaf:
    """A client that opens a socket and then reads nothing at all."""

    def __init__(self, person: Person, dialog: int) -> None:
        path = address(person, dialog).partition(str(person.server.port))[2]
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(30)
        self._socket.connect(("127.0.0.1", person.server.port))
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{person.server.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert self._socket.recv(12) == b"HTTP/1.1 101"

    def close(self) -> None:
        self._socket.close()

    def is_cut_off(self) -> bool:
        """Whether what it reads at last comes to an end."""
        try:
            while self._socket.recv(65_536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return False
        return True


def resident(server: EasyFlow) -> int:
    """Bytes of memory that the server's process has."""
    status = Path(f"/proc/{server.process_id}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


async def sockets_open(server: EasyFlow) -> int:
    _, text = await server.asked("GET", "/metrics", key=None)
    found = re.search(r"^easyflow_sockets (\d+)", text, re.MULTILINE)
    assert found is not None
    return int(found[1])


async def test_who_does_not_read_is_closed_and_all_others_hear_everything(
    server: EasyFlow,
) -> None:
    boss = login(server, "owner@example.com", "correct horse battery")
    for number in range(DIALOGS):
        await asyncio.to_thread(say, boss, f"s{number}", "Привет")
    listed = boss.get(f"/api/dialogs?limit={DIALOGS}")["dialogs"]
    dialogs = sorted(one["id"] for one in listed)
    async with AsyncExitStack() as stack:
        deaf = [await asyncio.to_thread(Deaf, boss, dialog) for dialog in dialogs[:DEAF]]
        for one in deaf:
            stack.callback(one.close)
        readers: dict[int, list[Follower]] = {}
        for place, dialog in enumerate(dialogs):
            wanted = EACH - 1 if place < DEAF else EACH
            readers[dialog] = [
                await stack.enter_async_context(following(boss, dialog, compression=None))
                for _ in range(wanted)
            ]
        assert await sockets_open(server) == DIALOGS * EACH
        begun = resident(server)
        for _ in range(ROUNDS):
            for number in range(DEAF):
                await asyncio.to_thread(say, boss, f"s{number}", LONG)
        for number in range(DIALOGS):
            await asyncio.to_thread(say, boss, f"s{number}", "последнее")
        for dialog in dialogs:
            for reader in readers[dialog]:
                await reader.says("последнее")
        for _ in range(300):
            if await sockets_open(server) == DIALOGS * EACH - DEAF:
                break
            await asyncio.sleep(0.2)
        for one in deaf:
            assert await asyncio.to_thread(one.is_cut_off)
        for dialog in dialogs:
            first, *others = [reader.seen for reader in readers[dialog]]
            numbers = [event["seq"] for event in first]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            assert all(seen == first for seen in others)
        assert resident(server) - begun < GROWTH
        assert await sockets_open(server) == DIALOGS * EACH - DEAF
