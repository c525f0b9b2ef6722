"""Ready answers: found by what is typed, filled in for a chat, added by those who may."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.errors import Conflict, Forbidden, Invalid, NotFound
from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.operator import Operator
from bots.services.canned import CannedAnswers
from flows.canned import Unfilled
from flows.load import load_bot
from flows.model import Bot
from storage.sqlite import open_sqlite

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
FILES = {
    "bot.yaml": "bot: Лавка\nstart: а\ntimezone: Europe/Moscow\nuser: {город: text}\n",
    "flows/a.yaml": "flow: а\nwhen: /start\nsteps: {а: {say: Да}}\n",
    "canned.yaml": "привет: Здравствуйте, {{ customer.name }}!\nприбудем: Будем завтра\nЦена: 100 ₽\n",
}
LEAD = Operator(id=1, workspace=1, name="Оля", role="lead")
CHAT = Conversation(
    id=42,
    uuid="u",
    address=Address(1, "shop", "telegram:1", "501"),
    platform="telegram",
    user_id="501",
    customer_id=1,
    created_at=NOW,
    updated_at=NOW,
    profile={"name": "Анна"},
    user={"город": "Тверь"},
)


class Live:
    def __init__(self) -> None:
        self.bots = {name: load_bot(name, FILES, {}).bot for name in ("shop", "salon")}

    def names(self, workspace: int | None = None) -> list[str]:
        return list(self.bots)

    def workspace_of(self, bot: str) -> int:
        return 1

    def answers(self, bot: str, workspace: int) -> bool:
        return bot in self.bots

    def current(self, bot: str) -> Bot:
        return self.bots[bot]


@pytest.fixture
async def canned(database: Path) -> AsyncIterator[CannedAnswers]:
    stores = await open_sqlite(database, new_id=str, clock=lambda: NOW)
    yield CannedAnswers(stores.desks, Live(), workspace=1, clock=lambda: NOW)
    await stores.close()


async def keys(canned: CannedAnswers, bot: str, words: str = "") -> list[str]:
    return [one.key for one in await canned.search(bot, words)]


async def test_an_answer_is_found_by_key_and_by_what_only_it_begins_with(
    canned: CannedAnswers,
) -> None:
    assert (await canned.find("shop", "ПРИВЕТ")).key == "привет"
    assert (await canned.find("shop", " ц")).key == "Цена"
    with pytest.raises(Conflict, match="прибудем, привет"):
        await canned.find("shop", "при")
    for nobody in ("пока", ""):
        with pytest.raises(NotFound):
            await canned.find("shop", nobody)


async def test_search_looks_into_keys_and_texts(canned: CannedAnswers) -> None:
    assert await keys(canned, "shop") == ["прибудем", "привет", "Цена"]
    assert await keys(canned, "shop", "завтра будем") == ["прибудем"]
    await canned.add("shop", "завтра", "Завтра выходной", LEAD)
    assert await keys(canned, "shop", "завтра") == ["завтра", "прибудем"]
    assert await keys(canned, "shop", "вчера") == []


async def test_what_is_not_known_is_named_and_never_left_out(canned: CannedAnswers) -> None:
    ready = await canned.find("shop", "привет")
    assert canned.render(ready, CHAT, LEAD) == "Здравствуйте, Анна!"
    with pytest.raises(Unfilled, match=r"customer\.name"):
        canned.render(ready, replace(CHAT, profile={}), LEAD)
    own = await canned.add(
        "shop", "кто", "{{ operator.name }}, чат {{ number }}, {{ user.город }}", LEAD
    )
    assert canned.render(own, CHAT, LEAD) == "Оля, чат 42, Тверь"


async def test_what_is_added_wins_over_the_folder_and_may_be_taken_away(
    canned: CannedAnswers,
) -> None:
    await canned.add("shop", "Привет", "Доброго дня!", LEAD)
    assert (await canned.find("shop", "привет")).text.source == "Доброго дня!"
    assert (
        await canned.find("salon", "привет")
    ).text.source == "Здравствуйте, {{ customer.name }}!"
    await canned.add("shop", "ПРИВЕТ", "Добрый день!", LEAD)
    assert len([one for one in await canned.all("shop") if one.own]) == 1
    await canned.remove("shop", "привет", LEAD)
    assert not (await canned.find("shop", "привет")).own
    with pytest.raises(NotFound):
        await canned.remove("shop", "привет", LEAD)


async def test_only_a_lead_adds_and_only_an_admin_for_every_bot(canned: CannedAnswers) -> None:
    with pytest.raises(Forbidden):
        await canned.add("shop", "ключ", "текст", replace(LEAD, role="operator"))
    with pytest.raises(Forbidden):
        await canned.add("shop", "ключ", "текст", LEAD, everywhere=True)
    await canned.add("shop", "ключ", "для всех", replace(LEAD, role="admin"), everywhere=True)
    await canned.add("salon", "ключ", "свой", LEAD)
    assert (await canned.find("shop", "ключ")).text.source == "для всех"
    assert (await canned.find("salon", "ключ")).text.source == "свой"


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("два слова", "текст", "ключ — одно слово"),
        ("add", "текст", "слово самой команды"),
        ("ключ", "  ", "от 1 до 4000 знаков"),
        ("ключ", "Цена {{ цена }}", r"не бывает \{\{ цена \}\}"),
        ("ключ", "Цена {{ ", "не понять скобки"),
    ],
)
async def test_what_cannot_be_an_answer_is_refused_in_words(
    canned: CannedAnswers, key: str, text: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        await canned.add("shop", key, text, LEAD)
    assert not any(one.own for one in await canned.all("shop"))
