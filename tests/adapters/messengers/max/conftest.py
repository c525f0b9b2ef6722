"""A fake MAX and a channel that talks to it."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.messengers.max.channel import MaxChannel
from adapters.messengers.max.client import Connection
from adapters.messengers.max.parse import Around
from adapters.messengers.max.signing import vouched
from bots.model.message import Address
from bots.model.turn import Outgoing
from tests.adapters.stands import NOW, MemoryShelf, Moments
from tests.servers.max import NICK, SECRET, TOKEN, Max
from tests.servers.max_events import CUSTOMER

ADDRESS = Address(1, "shop", f"max:{NICK}", str(CUSTOMER))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def around() -> Around:
    numbers = count(1)
    return Around(
        address_of=lambda chat_id: ADDRESS._replace(chat_id=chat_id),
        new_id=lambda: f"{next(numbers):032x}",
        now=NOW,
        vouched=partial(vouched, token=TOKEN.encode()),
    )


def row(payload: dict[str, Any], key: str = "m:0") -> Outgoing:
    return Outgoing(
        key=key,
        conversation_id=1,
        address=ADDRESS,
        seq=1,
        part=0,
        epoch=0,
        payload=payload,
        message_id="m",
        created_at=NOW,
    )


@pytest.fixture(scope="session")
def max_server() -> Iterator[Max]:
    with Max.start() as server:
        yield server


@pytest.fixture
def fake(max_server: Max) -> Max:
    """The server, with nobody in it."""
    max_server.reset(whole=True)
    return max_server


@pytest.fixture
async def connection(fake: Max) -> AsyncIterator[Connection]:
    connection = Connection(fake.base, timeout=60.0)
    yield connection
    await connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bot folder with files, and a secret beside it that nobody may send."""
    media = tmp_path / "shop" / "media"
    media.mkdir(parents=True)
    (media / "hello.png").write_bytes(PNG)
    (media / "other.png").write_bytes(PNG + b"2")
    (media / "price.pdf").write_bytes(b"%PDF-1.4")
    (media / "voice.ogg").write_bytes(b"OggS" + bytes(50))
    (media / "film.mp4").write_bytes(b"\0\0\0\x18ftyp" + bytes(50))
    (media / "broken.png").write_bytes(b"no picture")
    (tmp_path / "secret.txt").write_bytes(b"a secret")
    return tmp_path / "shop"


@pytest.fixture
def channel(
    connection: Connection, shelf: MemoryShelf, folder: Path, moments: Moments
) -> MaxChannel:
    return channel_of(connection, shelf, folder, moments)


def channel_of(
    connection: Connection, shelf: MemoryShelf, folder: Path, moments: Moments, **given: Any
) -> MaxChannel:
    numbers = count(1)
    return MaxChannel(
        **{
            "workspace": 1,
            "bot": "shop",
            "token": TOKEN,
            "nick": NICK,
            "secret": SECRET,
            "connection": connection,
            "shelf": shelf,
            "clock": moments,
            "sleep": moments.sleep,
            "new_id": lambda: f"{next(numbers):032x}",
            "folder": lambda: folder,
            "per_second": 0,
            **given,
        }
    )
