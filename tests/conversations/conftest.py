"""One server for all conversations: the real one, on every messenger at once."""

import asyncio
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conversations.customer import SLOW, Customer
from tests.conversations.golden import Golden
from tests.conversations.max_side import MaxSide
from tests.conversations.side import BOTS, Side
from tests.conversations.telegram_side import TelegramSide
from tests.conversations.vk_side import VkSide
from tests.conversations.whatsapp_side import WhatsAppSide
from tests.servers.easyflow import ROOT, EasyFlow

SIDES: dict[str, type[Side]] = {
    "telegram": TelegramSide,
    "whatsapp": WhatsAppSide,
    "vk": VkSide,
    "max": MaxSide,
}
"""A messenger more is a line more."""

HERE = Path(__file__).parent
PDF = b"%PDF-1.4\n"


@dataclass
class Town:
    """The server, its messengers, and what was seen on each."""

    server: EasyFlow
    sides: dict[str, Side]
    golden: dict[str, Golden] = field(default_factory=dict)

    async def idle(self) -> None:
        """Wait until the server has said all that it had to say."""
        deadline = asyncio.get_running_loop().time() + SLOW
        while "easyflow_outbox_queued 0.0" not in self.server.call("GET", "/metrics")[1]:
            assert asyncio.get_running_loop().time() < deadline, "the outbox does not get empty"
            await asyncio.sleep(0.02)


def bots_in(folder: Path) -> Path:
    """The bot that shows everything and both examples, with people at work whenever it is run.

    The salon has masters by day, seven days a week.
    """
    for bot in BOTS:
        home = HERE / "bots" / bot
        shutil.copytree(home if home.exists() else ROOT / "config" / "bots" / bot, folder / bot)
    media = folder / "showcase" / "media"
    media.mkdir()
    for name, owner in (("a.jpg", "shop"), ("b.jpg", "salon"), ("c.jpg", "shop")):
        picture = (folder / owner / "media" / "hello.jpg").read_bytes()
        # The same file twice would be uploaded once.
        (media / name).write_bytes(picture + name.encode())
    (media / "договор.pdf").write_bytes(PDF)
    hours = (("shop", "пн-пт 09:00-21:00, сб-вс 10:00-18:00", "пн-вс 00:00-24:00"),)
    for bot, usual, ours in (*hours, ("salon", "вт-вс 10:00-20:00", "пн-вс 10:00-20:00")):
        page = folder / bot / "bot.yaml"
        text = page.read_text(encoding="utf-8")
        assert usual in text
        page.write_text(text.replace(usual, ours), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    sides = {name: side() for name, side in SIDES.items()}
    server = EasyFlow(folder / "data", bots=bots_in(folder / "bots"), allow_actions="yes")
    server.set(public_url=server.base)
    for side in sides.values():
        server.set(**side.settings())
    town = Town(server, sides, {name: Golden(name) for name in sides})
    try:
        with server:
            for side in sides.values():
                asyncio.run(side.connect(server.base))
            yield town
        # Whatever was still on its way has gone out.
        for name, side in sides.items():
            assert town.golden[name].still_hold() == []
            assert list(side.wrongs()) == []
        errors = [line for line in server.log.splitlines() if '"level":"error"' in line]
        # The town has no operators, and says so of each chat that asks for one.
        assert [line for line in errors if "Nobody can be shown a chat" not in line] == []
        assert "Traceback" not in server.log
    finally:
        for side in sides.values():
            side.stop()


@pytest.fixture(scope="session", params=SIDES)
def side(request: pytest.FixtureRequest, town: Town) -> Side:
    return town.sides[request.param]


@pytest.fixture
def customer(request: pytest.FixtureRequest, town: Town, side: Side) -> Customer:
    """Of the bot that shows everything, with a chat of their own."""
    return Customer(side, "showcase", chat_of(case_of(request)), town.idle)


def case_of(request: pytest.FixtureRequest) -> str:
    """The test's name without what it is run for."""
    return str(request.node.originalname).removeprefix("test_")


def chat_of(case: str) -> int:
    """The same number at every run: it may stand in what is seen."""
    return 1_000_000 + zlib.crc32(case.encode()) % 9_000_000
