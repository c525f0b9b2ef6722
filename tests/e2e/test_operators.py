"""People, groups and reports by commands typed beside the server, over the real one and Telegram."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram, message
from tests.servers.telegram_group import ForumGroup, Person

CUSTOMER = 501
GROUP = -1001000000500
BOT = """\
bot: Приёмная
language: ru
timezone: Europe/Moscow
start: help
queues:
  sales: {}
"""
FLOW = """\
flow: help
when: [/start]
steps:
  begin:
    - handoff: sales
      say: Зову человека.
    - say: Снова бот.
"""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "help_bot"}) as telegram:
        yield telegram


@pytest.fixture
def server(telegram: FakeTelegram, tmp_path: Path) -> Iterator[EasyFlow]:
    folder = tmp_path / "bots" / "help"
    (folder / "flows").mkdir(parents=True)
    (folder / "bot.yaml").write_text(BOT, encoding="utf-8")
    (folder / "flows" / "help.yaml").write_text(FLOW, encoding="utf-8")
    server = EasyFlow(
        tmp_path / "data",
        bots=tmp_path / "bots",
        telegram__bots=f'[{{"bot": "help", "token": "{TOKEN}", "webhook_secret": "{SECRET}"}}]',
        telegram__api_base=telegram.base,
    )
    server.set(public_url=server.base)
    with server:
        yield server
    assert '"level":"error"' not in server.log


async def typed(server: EasyFlow, *words: str) -> str:
    """A command as an owner types it beside the server; what it said."""
    ended = await asyncio.to_thread(server.typed, *words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


async def until(what: Callable[[], Any], *, within: float = 60.0) -> Any:
    deadline = asyncio.get_running_loop().time() + within
    while not (found := what()):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.5)
    return found


def code_in(said: str, command: str) -> str:
    found = re.search(rf"/{command} (\S+)", said)
    assert found is not None, said
    return found.group(1)


def owner(server: EasyFlow) -> str:
    """Who has the customer's chat; "" while there is none."""
    with sqlite3.connect(server.data / "easyflow.db") as database:
        row = database.execute("SELECT owner FROM conversations").fetchone()
        return str(row[0]) if row is not None else ""


def shown(group: ForumGroup, text: str, thread: int | None = None) -> bool:
    return any(text in one.text for one in group.shown(thread) if one.mine)


async def linked(server: EasyFlow, group: ForumGroup, name: str, *more: str) -> Person:
    """An operator, added by a command and known in the group by the code it gave."""
    person = group.person(name)
    said = await typed(server, "operators", "add", name, *more)
    person.writes(None, f"/link {code_in(said, 'link')}")
    await until(lambda: shown(group, name))
    return person


def chats_topic(group: ForumGroup, chat: int = 1) -> int | None:
    """A chat's own topic, once there is one."""
    return next((one.thread for one in group.topics() if one.name.endswith(f"#{chat}")), None)


def waits(group: ForumGroup) -> int | None:
    """In which topic there is a button to take the chat."""
    for one in reversed(group.all_shown()):
        if any("Взять" in button for button in one.buttons):
            return one.thread
    return None


def presses_until_taken(server: EasyFlow, group: ForumGroup, who: Person) -> bool:
    """A button that is out of date says so and is drawn anew: whoever wants the chat presses again."""
    if owner(server) == "operator":
        return True
    with suppress(LookupError, AssertionError):
        who.presses(waits(group), "Взять")
    return False


async def takes_and_says(
    server: EasyFlow, telegram: FakeTelegram, group: ForumGroup, who: Person, text: str
) -> None:
    await until(lambda: presses_until_taken(server, group, who))
    who.writes(await until(lambda: chats_topic(group)), text)
    await until(lambda: f"bot: {text}" in telegram.said(CUSTOMER))


async def test_from_two_commands_to_an_answer_and_a_report(
    server: EasyFlow, telegram: FakeTelegram
) -> None:
    group = ForumGroup(telegram, GROUP, title="Продажи")
    boss = group.person("Хозяйка", status="creator")
    said = await typed(server, "desk", "code", "--queue", "sales")
    assert "@help_bot" in said
    used = code_in(said, "setup")
    boss.writes(None, f"/setup {used}")
    await until(lambda: shown(group, "Готово"))

    olya = await linked(server, group, "Оля", "--queues", "sales", "--capacity", "2")
    telegram.update(message(CUSTOMER, text="/start"))
    await takes_and_says(server, telegram, group, olya, "Здравствуйте, это Оля")
    (row,) = json.loads(await typed(server, "operators", "--json"))
    assert (row["name"], row["queues"], row["open_chats"]) == ("Оля", ["sales"], 1)

    # Whoever is removed has nothing to say any more, and their customer waits for another.
    assert "Открытых чатов: 1" in await typed(server, "operators", "remove", "Оля")
    await until(lambda: owner(server) == "queue")
    topic = chats_topic(group)
    assert topic is not None
    olya.writes(topic, "Меня ещё слышно?")
    ira = await linked(server, group, "Ира")
    await takes_and_says(server, telegram, group, ira, "Я Ира")
    ira.writes(topic, "/close")
    await until(lambda: owner(server) == "bot")
    assert not any("слышно" in said for said in telegram.said(CUSTOMER))

    report = await typed(server, "report", "operators", "--csv", "-", "--language", "en")
    rows = [line.split(",") for line in report.splitlines()]
    assert [row[:3] for row in rows] == [
        ["operator", "chats", "taken"],
        ["Ира", "1", "1"],
        ["Оля (gone)", "1", "1"],
        ["all", "1", "1"],
    ]

    # The code of the group has served, and the group may go.
    other = ForumGroup(telegram, GROUP - 1, title="Чужая")
    other.person("Чужой", status="creator").writes(None, f"/setup {used}")
    await until(lambda: shown(other, "уже использован"))
    await typed(server, "desk", "remove", "Продажи")
    assert await typed(server, "desk", "--json") == "[]\n"
