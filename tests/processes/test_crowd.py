"""An operators' group, its customers and whoever follows them, over several processes at once."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pytest

from tests.e2e.test_operators import BOT, FLOW, chats_topic, code_in, shown, until
from tests.faults.rig.installation import Installation, Layout
from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram, message
from tests.servers.telegram_group import ForumGroup, Person
from tests.surface.following import following, say
from tests.surface.people import Person as Caller
from tests.surface.people import login, owner

CUSTOMER = 501
GROUP = -1001000000500

LAYOUTS = [
    Layout("with Redis", web=2, workers=2, postgres=True, redis=True),
    Layout("without Redis", web=2, workers=2, postgres=True),
]


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "help_bot"}) as telegram:
        yield telegram


@pytest.fixture(params=LAYOUTS, ids=lambda one: one.name)
def crowd(
    request: pytest.FixtureRequest, telegram: FakeTelegram, tmp_path: Path
) -> Iterator[Installation]:
    folder = tmp_path / "bots" / "help"
    (folder / "flows").mkdir(parents=True)
    (folder / "bot.yaml").write_text(BOT, encoding="utf-8")
    (folder / "flows" / "help.yaml").write_text(FLOW, encoding="utf-8")
    account = f'{{"bot": "help", "token": "{TOKEN}", "webhook_secret": "{SECRET}"}}'
    settings = {"telegram__bots": f"[{account}]", "telegram__api_base": telegram.base}
    with Installation(tmp_path, settings, layout=request.param, bots=tmp_path / "bots") as crowd:
        yield crowd


async def typed(server: EasyFlow, *words: str) -> str:
    return await asyncio.to_thread(server.command, *words)


async def staffed(crowd: Installation, telegram: FakeTelegram) -> tuple[ForumGroup, Person]:
    """A group that is set up, and an operator in it."""
    group = ForumGroup(telegram, GROUP, title="Продажи")
    boss = group.person("Хозяйка", status="creator")
    said = await typed(crowd.web, "desk", "code", "--queue", "sales")
    boss.writes(None, f"/setup {code_in(said, 'setup')}")
    await until(lambda: shown(group, "Готово"), within=120)
    olya = group.person("Оля")
    said = await typed(crowd.webs[-1], "operators", "add", "Оля", "--queues", "sales")
    olya.writes(None, f"/link {code_in(said, 'link')}")
    await until(lambda: shown(group, "Оля"), within=120)
    return group, olya


class Talk(Protocol):
    """A customer's side of a chat."""

    def says(self, text: str) -> None: ...

    def heard(self) -> list[str]:
        """What they were told, in order."""


class OverTelegram:
    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram

    def says(self, text: str) -> None:
        self._telegram.update(message(CUSTOMER, text=text))

    def heard(self) -> list[str]:
        said = self._telegram.said(CUSTOMER)
        return [one.removeprefix("bot: ") for one in said if one.startswith("bot: ")]


class OverHttp:
    """Written to one process, and read at another."""

    def __init__(self, here: Caller, there: Caller) -> None:
        self._here = here
        self._there = there

    def says(self, text: str) -> None:
        say(self._here, "s-1", text)

    def heard(self) -> list[str]:
        (dialog,) = self._there.get("/api/dialogs?platform=api")["dialogs"]
        past = self._there.get(f"/api/dialogs/{dialog['id']}/messages")["messages"]
        return [one["text"] for one in past if one["sender"] != "user"]


def taken(crowd: Installation, group: ForumGroup, who: Person, chat: int) -> bool:
    """Presses what there is to press; whether it was enough is seen at the next look."""
    if crowd.rows(f"SELECT owner FROM conversations WHERE id = {chat}") == [("operator",)]:
        return True
    for one in group.all_shown():
        if f"#{chat}" in one.text and any("Взять" in button for button in one.buttons):
            with suppress(LookupError, AssertionError):
                who.presses(one.thread, "Взять")
    return False


async def test_a_group_serves_its_customers_and_outlives_the_process_that_has_the_desk(
    crowd: Installation, telegram: FakeTelegram
) -> None:
    group, olya = await staffed(crowd, telegram)
    here, there = crowd.webs
    talks: dict[int, Talk] = {
        1: OverTelegram(telegram),
        2: OverHttp(owner(here), owner(there)),
    }
    topics: dict[int, int] = {}

    async def says(chat: int, text: str) -> None:
        await asyncio.to_thread(talks[chat].says, text)

    async def hears(chat: int, text: str) -> None:
        await until(lambda: text in talks[chat].heard())

    async def is_shown(chat: int, text: str) -> None:
        await until(lambda: any(text in one.text for one in group.shown(topics.get(chat))))

    async def is_taken(chat: int) -> None:
        await until(lambda: taken(crowd, group, olya, chat))
        topics[chat] = await until(lambda: chats_topic(group, chat))

    for chat in talks:
        await says(chat, "/start")
        await hears(chat, "Зову человека.")
        await says(chat, f"Замок {chat} не открывается")
        await is_taken(chat)
        await is_shown(chat, f"Замок {chat} не открывается")
        olya.writes(topics[chat], "Здравствуйте, это Оля")
        await hears(chat, "Здравствуйте, это Оля")

    boss = login(there, "owner@example.com", "correct horse battery")
    async with following(boss, 2) as follower:
        # It has the desk.
        killed = crowd.chores
        assert killed is not None
        killed.kill()
        for chat in talks:
            await says(chat, "Уже открылся")
            olya.writes(topics[chat], "Отлично")
        await follower.says("Отлично")
        for chat in talks:
            await hears(chat, "Отлично")
            await is_shown(chat, "Уже открылся")
        await asyncio.to_thread(killed.start)
        for chat in talks:
            olya.writes(topics[chat], "/close")
            await hears(chat, "Снова бот.")
        await follower.says("Снова бот.")
    for talk in talks.values():
        assert [one for one in talk.heard() if "Оля" in one or "Отлично" in one] == [
            *("Здравствуйте, это Оля", "Отлично")
        ]
