"""A fake Bot API server and a channel that talks to it."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.client import Client, Connection
from tests.adapters.stands import NOW, MemoryShelf
from tests.servers.telegram import TOKEN, FakeTelegram


@pytest.fixture(scope="session")
def telegram_server() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as server:
        yield server


@pytest.fixture
def telegram(telegram_server: FakeTelegram) -> Iterator[FakeTelegram]:
    """The server, of which nothing may be asked against the Bot API's rules."""
    telegram_server.reset()
    yield telegram_server
    assert telegram_server.violations() == []


@pytest.fixture
async def connection(telegram: FakeTelegram) -> AsyncIterator[Connection]:
    connection = Connection(telegram.base)
    yield connection
    await connection.close()


@pytest.fixture
def client(connection: Connection) -> Client:
    return Client(TOKEN, connection)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bot folder with a picture, and a secret beside it that nobody may send."""
    (tmp_path / "shop" / "media").mkdir(parents=True)
    (tmp_path / "shop" / "media" / "hello.jpg").write_bytes(b"a picture")
    (tmp_path / "secret.txt").write_bytes(b"a secret")
    return tmp_path / "shop"


@pytest.fixture
def channel(connection: Connection, shelf: MemoryShelf, folder: Path) -> TelegramChannel:
    numbers = count(1)
    seconds = count()
    return TelegramChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        secret="a-secret",
        connection=connection,
        shelf=shelf,
        clock=lambda: NOW + timedelta(seconds=next(seconds)),
        new_id=lambda: f"{next(numbers):032x}",
        folder=lambda: folder,
    )
