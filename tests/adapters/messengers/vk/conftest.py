"""A fake VK and a channel that talks to it."""

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.messengers.vk.around import Around
from adapters.messengers.vk.channel import VkChannel
from adapters.messengers.vk.client import Client, Connection
from adapters.rate import Rate
from bots.model.message import Address
from bots.model.turn import Outgoing
from tests.adapters.stands import NOW, MemoryShelf, Moments
from tests.servers.vk import GROUP, SECRET, TOKEN, Vk

ADDRESS = Address(1, "shop", f"vk:{GROUP}", "5")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def around(
    *,
    ours: Callable[[int, int], bool] = lambda random_id, message_id: False,
    profile: Callable[[str], dict[str, Any]] = lambda user_id: {},
) -> Around:
    numbers = count(1)
    return Around(
        channel=f"vk:{GROUP}",
        address_of=lambda chat_id: ADDRESS._replace(chat_id=chat_id),
        new_id=lambda: f"{next(numbers):032x}",
        now=NOW,
        ours=ours,
        profile=profile,
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
def vk_server() -> Iterator[Vk]:
    with Vk.start() as server:
        yield server


@pytest.fixture
def vk(vk_server: Vk) -> Vk:
    vk_server.reset(whole=True)
    return vk_server


@pytest.fixture
async def connection(vk: Vk) -> AsyncIterator[Connection]:
    connection = Connection(vk.api, timeout=60.0)
    yield connection
    await connection.close()


@pytest.fixture
def client(connection: Connection, moments: Moments) -> Client:
    rate = Rate(0, clock=moments, sleep=moments.sleep)
    return Client(TOKEN, str(GROUP), connection, rate=rate)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bot folder with files, and a secret beside it that nobody may send."""
    media = tmp_path / "shop" / "media"
    media.mkdir(parents=True)
    (media / "hello.png").write_bytes(PNG)
    (media / "other.png").write_bytes(PNG + b"2")
    (media / "price.pdf").write_bytes(b"%PDF-1.4")
    (media / "voice.ogg").write_bytes(b"OggS" + bytes(50))
    (media / "song.mp3").write_bytes(b"ID3" + bytes(50))
    (media / "broken.png").write_bytes(b"no picture")
    (tmp_path / "secret.txt").write_bytes(b"a secret")
    return tmp_path / "shop"


@pytest.fixture
def channel(
    connection: Connection, shelf: MemoryShelf, folder: Path, moments: Moments
) -> VkChannel:
    numbers = count(1)
    return VkChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        group=str(GROUP),
        secret=SECRET,
        connection=connection,
        shelf=shelf,
        clock=moments,
        sleep=moments.sleep,
        new_id=lambda: f"{next(numbers):032x}",
        folder=lambda: folder,
        per_second=0,
    )
