"""What a virus scanner says of a file; whatever else it says or does, the file is not taken."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.documents.clamd import Clamd
from bots.errors import Unavailable, VirusFound
from tests.adapters.documents.files import EICAR
from tests.servers.clamd import FakeClamd


@pytest.fixture(scope="module")
def daemon() -> Iterator[FakeClamd]:
    with FakeClamd(largest=1 << 20) as running:
        yield running


async def test_a_clean_file_is_taken_and_a_virus_is_named(
    daemon: FakeClamd, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(700_000))
    await Clamd(daemon.address).scan(path)
    path.write_bytes(bytes(300_000) + EICAR)
    with pytest.raises(VirusFound, match=r"^Eicar-Test-Signature$"):
        await Clamd(daemon.address).scan(path)


async def test_what_is_too_long_for_it_is_not_taken(daemon: FakeClamd, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(8 << 20))
    with pytest.raises(Unavailable):
        await Clamd(daemon.address).scan(path)


async def test_over_the_path_of_a_socket(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"text\0\0\0\0")
        writer.write(b"stream: OK\0")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    socket, path = tmp_path / "clamd.ctl", tmp_path / "a"
    path.write_bytes(b"text")
    async with await asyncio.start_unix_server(talk, str(socket)):
        await Clamd(str(socket)).scan(path)
        await Clamd(f"unix:{socket}").scan(path)


@pytest.mark.parametrize("said", [b"", b"nonsense\0", b"stream: \0", b"x" * 100_000, None])
async def test_whoever_answers_otherwise_or_not_at_all_lets_nothing_in(
    said: bytes | None, tmp_path: Path
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if said is None:
            await reader.read()  # silent until the other side has gone
        else:
            writer.write(said)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        gone.set()

    gone, path = asyncio.Event(), tmp_path / "a"
    path.write_bytes(b"text")
    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unavailable):
            await Clamd(f"127.0.0.1:{port}", patience=0.3).scan(path)
        await gone.wait()


async def test_nobody_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"text")
    with pytest.raises(Unavailable, match="nothing was kept"):
        await Clamd(str(tmp_path / "none.ctl")).scan(path)


@pytest.mark.parametrize("address", ["", "host", "host:", ":3310", "host:x", "host:99999"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        Clamd(address)
