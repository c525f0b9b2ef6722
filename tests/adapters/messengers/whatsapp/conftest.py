"""A fake Cloud API server and a channel that talks to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.messengers.whatsapp.channel import WhatsAppChannel
from adapters.messengers.whatsapp.client import Client, Connection
from bots.model.message import Address, Button, Keyboard, Reply
from bots.model.turn import Outgoing
from tests.adapters.stands import MemoryShelf, Moments
from tests.servers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY_TOKEN, Person, WhatsApp

JPEG = b"\xff\xd8\xff\xe0 a picture"
CHAT = "79001234567"
ADDRESS = Address(1, "shop", f"whatsapp:{PHONE_ID}", CHAT)
IVAN = Person(user_id="RU.13491208655302741918")
HIDDEN = Person(wa_id=None, user_id="RU.13491208655302741918")


@pytest.fixture(scope="session")
def whatsapp_server() -> Iterator[WhatsApp]:
    with WhatsApp.start() as server:
        yield server


@pytest.fixture
def whatsapp(whatsapp_server: WhatsApp) -> WhatsApp:
    whatsapp_server.reset()
    return whatsapp_server


@pytest.fixture
async def connection(whatsapp: WhatsApp) -> AsyncIterator[Connection]:
    connection = Connection(f"{whatsapp.base}/v23.0")
    yield connection
    await connection.close()


@pytest.fixture
def client(connection: Connection) -> Client:
    return Client(PHONE_ID, TOKEN, connection)


@pytest.fixture
def time() -> Moments:
    return Moments()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bot folder with files of several formats, and a secret beside it that nobody may send."""
    media = tmp_path / "shop" / "media"
    media.mkdir(parents=True)
    (media / "hello.jpg").write_bytes(JPEG)
    (media / "huge.jpg").write_bytes(JPEG + bytes(6 * 2**20))
    (media / "dance.gif").write_bytes(b"GIF89a a dance")
    (media / "price.pdf").write_bytes(b"%PDF a price list")
    (media / "hello.ogg").write_bytes(b"OggS a voice")
    (media / "wave.webp").write_bytes(b"RIFF a sticker")
    (tmp_path / "secret.txt").write_bytes(b"a secret")
    return tmp_path / "shop"


async def at_once(seconds: float) -> None:
    """A sleep of no time."""
    await asyncio.sleep(0)


Open = Callable[..., WhatsAppChannel]


@pytest.fixture
def opened(connection: Connection, shelf: MemoryShelf, folder: Path, time: Moments) -> Open:
    """Opens channels; what is not given is as in the fake server."""

    def open_(**given: Any) -> WhatsAppChannel:
        numbers = count(1)
        standing: dict[str, Any] = {
            "workspace": 1,
            "bot": "shop",
            "phone_id": PHONE_ID,
            "token": TOKEN,
            "app_secret": SECRET,
            "verify_token": VERIFY_TOKEN,
            "connection": connection,
            "shelf": shelf,
            "clock": time,
            "new_id": lambda: f"{next(numbers):032x}",
            "sleep": at_once,
            "folder": lambda: folder,
        }
        return WhatsAppChannel(**{**standing, **given})

    return open_


@pytest.fixture
def channel(opened: Open) -> WhatsAppChannel:
    return opened()


@pytest.fixture
def open_chat(whatsapp: WhatsApp) -> WhatsApp:
    whatsapp.open_window(CHAT)
    return whatsapp


def row(payload: dict[str, Any], chat: str = CHAT) -> Outgoing:
    return Outgoing(
        key="k",
        conversation_id=1,
        address=ADDRESS._replace(chat_id=chat),
        seq=1,
        part=0,
        epoch=0,
        payload=payload,
        message_id="m",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def say(channel: WhatsAppChannel, chat: str = CHAT, **fields: Any) -> list[str]:
    """Send a reply; the ids it has."""
    address = ADDRESS._replace(chat_id=chat)
    calls = channel.render(address, Reply(message_id="m", **fields))
    return [await channel.send(row(orjson.loads(orjson.dumps(call)), chat)) for call in calls]


def keyboard(*labels: str) -> Keyboard:
    return Keyboard(rows=tuple((Button(text=one, payload=f"q:{one}"),) for one in labels))
