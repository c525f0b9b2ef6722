"""`operators` and `desk` as somebody types them, over a real database that a server has or not."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from adapters.terminal.desk import DeskCommands
from adapters.terminal.leaving import Refused
from adapters.terminal.operators import OperatorCommands, queues_of
from bots.model.channel import ChannelRecord, ChannelState
from bots.model.desk import DeskGroup
from bots.services.operators import Operators, SetUp
from storage.beside import Beside, open_beside
from storage.sqlite import open_sqlite
from storage.vault import KeyRing

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GROUP = DeskGroup(
    workspace=1, channel="telegram:1", chat_id="-1001", title="Продажи", created_at=NOW
)


@pytest.fixture
async def beside(database: Path) -> AsyncIterator[Beside]:
    stores = await open_sqlite(database, new_id=str, clock=lambda: NOW)
    await stores.accounts.found(email="o@x", password_hash="h", now=NOW)
    await stores.close()
    beside = open_beside(database)
    yield beside
    await beside.close()


class Typed:
    """Commands, and what they said."""

    def __init__(self, beside: Beside, *, language: str = "ru", running: bool = True) -> None:
        self.out = io.StringIO()
        self.beside = beside
        self.people = Operators(
            beside.operators, workspace=1, clock=lambda: NOW, random_bytes=Random(1).randbytes
        )
        self.operators = OperatorCommands(
            operators=self.people,
            episodes=beside.episodes,
            workspace=1,
            language=language,
            running=lambda: running,
            clock=lambda: NOW,
            out=self.out,
        )
        self.desk = DeskCommands(
            operators=self.people,
            desks=beside.desks(lambda: NOW),
            channels=beside.channels(KeyRing(lambda: ["key-" * 12])),
            workspace=1,
            language=language,
            running=lambda: running,
            out=self.out,
        )

    @property
    def said(self) -> str:
        text = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return text


async def test_an_operator_is_added_with_a_code_that_links(beside: Beside) -> None:
    typed = Typed(beside)
    await typed.operators.show()
    assert typed.said == "Операторов ещё нет: python run.py operators add Оля\n"
    await typed.operators.add("Оля", "lead", ("sales",), 3)
    lines = typed.said.splitlines()
    assert lines[0] == "Добавлен оператор: Оля (lead; очереди: sales)."
    assert "действует один раз, 15 минут" in lines[1]
    code = lines[-1].removeprefix("  /link ")
    assert (await typed.people.link(code, "501", "olya")).operator.name == "Оля"
    await typed.operators.show()
    heading, row = typed.said.splitlines()
    assert heading.split() == ["имя", "роль", "очереди", "Telegram", "сейчас", "чатов"]
    assert row.split() == ["Оля", "lead", "sales", "@olya", "здесь", "0/3"]


async def test_a_new_code_says_whose_place_it_takes(beside: Beside) -> None:
    typed = Typed(beside, language="en")
    olya = await typed.people.add("Olya")
    await typed.people.link((await typed.people.code_for(olya)).code, "501", "olya")
    await typed.operators.code("ol")
    assert "Olya is @olya now; the new link takes its place." in typed.said


async def test_what_operators_are_is_changed(beside: Beside) -> None:
    typed = Typed(beside)
    await typed.people.add("Оля", queues=("sales",), capacity=2)
    await typed.operators.change("Оля", role="admin")
    await typed.operators.change("Оля", queues=())
    await typed.operators.change("Оля", capacity=0)
    assert (
        typed.said.splitlines()[-1] == "Оля: роль admin; очереди: все; чатов сразу: сколько угодно."
    )
    (olya,) = await typed.people.all()
    assert (olya.role, olya.queues, olya.capacity) == ("admin", (), 0)


async def test_what_operators_speak_can_do_and_are_in_one_queue(beside: Beside) -> None:
    typed = Typed(beside)
    await typed.people.add("Оля")
    await typed.operators.change("Оля", languages=["RU", "en-US"], skills=["Возвраты"])
    assert "Языки: ru, en; умения: возвраты." in typed.said
    await typed.operators.role_in("Оля", "lead", ["sales"])
    assert "В очередях иначе: sales: lead." in typed.said
    olya = await typed.people.named("Оля")
    assert (olya.languages, olya.skills, olya.roles) == (
        ("ru", "en"),
        ("возвраты",),
        {"sales": "lead"},
    )
    assert (olya.within("sales").may("lead"), olya.within("help").may("lead")) == (True, False)
    # The same as everywhere needs no saying, and `none` is none.
    await typed.operators.role_in("Оля", "operator", ["sales"])
    await typed.operators.change("Оля", languages=[])
    olya = await typed.people.named("Оля")
    assert (olya.languages, olya.roles) == ((), {})
    with pytest.raises(Refused, match="кодом"):
        await typed.operators.change("Оля", languages=["русский"])


async def test_an_operator_is_removed_by_name(beside: Beside) -> None:
    typed = Typed(beside)
    await typed.people.add("Оля")
    await typed.operators.remove("Оля")
    assert typed.said == "Оля больше не оператор.\n"
    assert await typed.people.all() == []


async def test_mistakes_are_told_in_words(beside: Beside) -> None:
    typed, english = Typed(beside), Typed(beside, language="en")
    await typed.people.add("Ольга")
    await typed.people.add("Олег")
    with pytest.raises(Refused, match="Оператор «ольга» уже есть"):
        await typed.operators.add("ольга", "operator", (), 0)
    with pytest.raises(Refused, match="число от 0"):
        await typed.operators.add("Ира", "operator", (), -1)
    with pytest.raises(Refused, match="from 1 to 64 letters"):
        await english.operators.add(" ", "operator", (), 0)
    with pytest.raises(Refused, match="«Ол» может значить: Ольга, Олег"):
        await typed.operators.code("Ол")
    with pytest.raises(Refused, match="There is no operator «Ира»; there are: Ольга, Олег"):
        await english.operators.remove("Ира")


def test_queues_are_those_of_the_bots() -> None:
    known = {"sales", "help"}
    assert queues_of(["sales, help", "sales"], known, "ru") == ("sales", "help", "sales")
    assert queues_of(["все"], known, "ru") == ()
    assert queues_of(["anything"], None, "ru") == ("anything",)
    with pytest.raises(Refused, match="No bot has a queue «sale»; there are: help, sales"):
        queues_of(["sale"], known, "en")


async def test_the_list_is_there_for_programs(beside: Beside) -> None:
    typed = Typed(beside)
    olya = await typed.people.add("Оля")
    await typed.people.away(olya, timedelta(minutes=30))
    await typed.operators.show(as_json=True)
    (row,) = json.loads(typed.said)
    assert row == {
        "id": olya.id,
        "name": "Оля",
        "role": "operator",
        "queues": [],
        "capacity": 0,
        "languages": [],
        "skills": [],
        "roles": {},
        "telegram": None,
        "username": None,
        "away_until": "2026-03-02T10:30:00+00:00",
        "open_chats": 0,
    }
    await typed.operators.show()
    assert "нет до" in typed.said


# ---------------------------------------------------------------- groups


async def test_the_steps_to_a_group_name_the_bot_and_the_code(beside: Beside) -> None:
    typed = Typed(beside)
    await typed.desk.code(SetUp(bot="shop", queues=("sales",)))
    assert "Ни один бот ещё не подключён к Telegram" in typed.said
    store = beside.channels(KeyRing(lambda: ["key-" * 12]))
    record = ChannelRecord(
        workspace=1,
        bot="shop",
        platform="telegram",
        origin="command",
        credentials={},
        name="telegram:1",
    )
    await store.put(record, now=NOW)
    await store.note(1, {"telegram:1": ChannelState(status="up", since=NOW, title="@shop_bot")})
    await typed.desk.code(SetUp(bot="shop", queues=("sales",)))
    said = typed.said
    assert "Группа будет получать: чаты бота shop, очереди: sales." in said
    assert "Добавьте бота (@shop_bot) администратором" in said
    assert "включите «Темы»" in said
    code = said.splitlines()[-1].removeprefix("   /setup ")
    here = {"telegram": "501", "channel": "telegram:1", "chat_id": "-1001"}
    assert await typed.people.set_up(code, **here) == SetUp(bot="shop", queues=("sales",))


async def test_groups_are_listed_with_their_trouble_and_removed(beside: Beside) -> None:
    typed = Typed(beside, running=False)
    await typed.desk.show()
    assert typed.said == "Групп операторов ещё нет: python run.py desk code\n"
    desks = beside.desks(lambda: NOW)
    await desks.put_group(GROUP)
    await desks.put_group(replace(GROUP, chat_id="-1002", flat=True, trouble="Нет прав"))
    await typed.desk.show()
    _, first, second, why, no_server = typed.said.splitlines()
    assert first.split() == ["Продажи", "-1001", "все", "все", "темы", "в", "порядке"]
    assert second.split() == ["Продажи", "-1002", "все", "все", "без", "тем", "беда"]
    assert why == "Продажи: Нет прав"
    assert no_server.startswith("Сервер не запущен")
    await typed.desk.show(as_json=True)
    assert [one["trouble"] for one in json.loads(typed.said)] == [None, "Нет прав"]

    with pytest.raises(Refused, match="несколько групп"):
        await typed.desk.remove("продажи")
    await typed.desk.remove("-1002")
    await typed.desk.remove("Продажи")
    assert await desks.groups(1) == []
    with pytest.raises(Refused, match="Группы «Продажи» нет; есть: ни одной"):
        await typed.desk.remove("Продажи")


async def test_commands_work_while_a_server_writes(beside: Beside, database: Path) -> None:
    server = await open_sqlite(database, new_id=str, clock=lambda: NOW)
    typed = Typed(beside)
    writing = [server.shelf.put(1, "s", str(number), number) for number in range(50)]
    adding = [typed.operators.add(f"Оператор {n}", "operator", (), 0) for n in range(5)]
    await asyncio.gather(*writing, *adding)
    assert len(await server.operators.all(1)) == 5
    await server.close()
