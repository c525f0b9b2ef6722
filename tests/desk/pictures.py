"""Draws the pictures of docs/guides/operators.md: the example shop, its desk, a real server, Chromium.

    python -m tests.desk.pictures

It needs a Chromium in PATH and the fonts Noto Color Emoji and Open Sans (on Debian: apt install
chromium fonts-noto-color-emoji fonts-open-sans).
"""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from tests.servers import telegram_happenings as happenings
from tests.servers.chromium import chromium
from tests.servers.easyflow import ROOT, SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram
from tests.servers.telegram_group import ForumGroup, Person, Shown
from tests.servers.telegram_page import WIDTH, page

FOLDER = ROOT / "docs" / "pictures"
GROUP = -1_001_000_000_001
ANNA = 1042
NAME = "Магазин «Ромашка»"


class Studio:
    """A shop with a desk, and the customer whose chat is drawn."""

    def __init__(self, telegram: FakeTelegram, browser: Browser) -> None:
        self.telegram = telegram
        self.browser = browser
        self.group = ForumGroup(telegram, GROUP)

    # ------------------------------------------------------------ who does what

    async def set_up(self, server: EasyFlow) -> tuple[Person, Person]:
        """A group that is a desk, and two operators who are linked."""
        owner = self.group.person("Мария", status="creator")
        await self.until(lambda: self.telegram.state()["webhook"])
        owner.writes(None, f"/setup {_code(server.command('desk', 'code'), '/setup')}")
        await self.until(lambda: any("/link" in one.text for one in self.group.shown()))
        people = [self.group.person(name) for name in ("Оля", "Пётр")]
        for one in people:
            code = _code(server.command("operators", "add", one.name), "/link")
            one.writes(None, f"/link {code}")
            await self.linked(one)
        return people[0], people[1]

    def says(self, text: str) -> None:
        who = {
            **happenings.person(ANNA, name="Анна"),
            "last_name": "Смирнова",
            "username": "anna_s",
        }
        about = {"from": who, "date": int(time.time())}
        self.telegram.update(happenings.message(ANNA, text, **about))

    async def until(self, done: Callable[[], Any], *, within: float = 60) -> None:
        async with asyncio.timeout(within):
            while True:
                if done():
                    return
                await asyncio.sleep(0.1)

    async def linked(self, who: Person) -> None:
        """Their code is taken: the bot greets them."""
        await self.until(
            lambda: any(one.text.startswith(f"✅ {who.name}") for one in self.group.shown())
        )

    def answered(self, thread: int | None, number: int) -> bool:
        return any(one.reply_to == number for one in self.group.shown(thread))

    # ------------------------------------------------------------ pictures

    async def draw(
        self,
        name: str,
        thread: int | None,
        *,
        only: Callable[[Shown], bool] = lambda one: True,
        last: int = 12,
        unfolded: bool = False,
    ) -> None:
        """The topic as it is now, as docs/pictures/<name>.png."""
        shown = [one for one in self.group.shown(thread, service=True) if only(one)][-last:]
        topic = next((one for one in self.group.topics() if one.thread == thread), None)
        html = page(topic, shown, me=NAME, unfolded=unfolded)
        tab = await self.browser.new_page(
            viewport={"width": WIDTH, "height": 400}, device_scale_factor=1.25
        )
        await tab.set_content(html)
        await tab.locator("#topic").screenshot(path=str(FOLDER / f"{name}.png"))
        await tab.close()
        print(f"docs/pictures/{name}.png")


async def drawn(studio: Studio, server: EasyFlow) -> None:
    """One chat from the first word to the last."""
    olya, petr = await studio.set_up(server)
    await studio.draw("desk-general", None, last=6)
    for text in ("/start", "где мой заказ 12345", "оператор"):
        studio.says(text)
        await asyncio.sleep(1.5)
    await studio.until(lambda: _thread(studio.group) is not None)
    thread = _thread(studio.group)
    assert thread is not None
    studio.says("Курьер не приехал, а обещали до обеда")
    await studio.until(lambda: _seen(studio.group, thread, "Курьер"))
    await asyncio.sleep(2)
    await studio.draw("desk-waiting", thread, unfolded=True)
    number = petr.writes(thread, "Сейчас посмотрю")
    await studio.until(lambda: studio.answered(thread, number))
    await studio.draw("desk-refused", thread, only=lambda one: one.id >= number)
    olya.presses(thread, "Взять")
    await studio.until(lambda: _seen(studio.group, thread, "Отвечает: Оля"))
    olya.writes(thread, "Анна, здравствуйте! Курьер стоит в пробке, будет у вас до 15:00.")
    studio.says("Спасибо! Буду ждать")
    await studio.until(lambda: _seen(studio.group, thread, "Буду ждать"))
    olya.writes(thread, "// обещала перезвонить, если не приедет до 15:00")
    await asyncio.sleep(6)
    await studio.draw("desk-active", thread, only=_aside(number))
    olya.presses(thread, "✅ Закрыть")
    await studio.until(lambda: studio.group.topic(thread).icon == "✅", within=120)
    studio.says("5")
    await asyncio.sleep(3)
    await studio.draw("desk-closed", thread, only=_aside(number), last=8)


def _aside(number: int) -> Callable[[Shown], bool]:
    """Leaves out what went wrong before, and that the card was pinned."""

    def only(one: Shown) -> bool:
        return number not in (one.id, one.reply_to) and one.kind != "pinned_message"

    return only


def _thread(group: ForumGroup) -> int | None:
    """Anna's own topic."""
    found = [one.thread for one in group.topics() if "Анна" in one.name]
    return found[0] if found else None


def _seen(group: ForumGroup, thread: int | None, words: str) -> bool:
    return any(words in one.text for one in group.shown(thread))


def _code(printed: str, command: str) -> str:
    found = re.search(rf"{command} (\S+)", printed)
    assert found is not None, printed
    return found[1]


def shop(folder: Path) -> Path:
    """The example shop, open at any hour."""
    copy = folder / "bots" / "shop"
    shutil.copytree(ROOT / "config" / "bots" / "shop", copy)
    file = copy / "bot.yaml"
    hours = re.sub(r"  support: пн.*", "  support: пн-вс 00:00-24:00", file.read_text())
    file.write_text(hours)
    return copy.parent


async def main(names: Sequence[str] = ()) -> None:
    with tempfile.TemporaryDirectory() as folder, FakeTelegram.start() as telegram:
        server = EasyFlow(
            Path(folder) / "data",
            bots=shop(Path(folder)),
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            log__level="warning",
        )
        server.set(public_url=server.base)
        async with chromium() as browser:
            studio = Studio(telegram, browser)
            with server:
                await drawn(studio, server)


if __name__ == "__main__":
    asyncio.run(main())
