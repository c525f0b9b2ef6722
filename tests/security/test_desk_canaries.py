"""What is said at an operators' desk stands in no log and no figure, and neither do its codes."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_operators import BOT, FLOW, chats_topic, code_in, linked, shown, typed, until
from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import FakeTelegram, message
from tests.servers.telegram_group import ForumGroup

TOKEN = "111111:CANARY-token-CANARY-token-CANARY-21"
SECRET = "canary-webhook-secret-22"
CUSTOMER = 501
GROUP = -1001000000501
GUESS = "CNRY-GSS3"
SAID = "canary-words-of-an-operator-24"
NOTED = "canary-note-25"
TYPO = "canary-order-26"
HEARD = "canary-words-of-a-customer-27"
FORGED = "canary-button-28"
READY = "canary-ready-answer-29"
NAMED = "canary-name-30"
CANARIES = (TOKEN, SECRET, GUESS, SAID, NOTED, TYPO, HEARD, FORGED, READY, NAMED)


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
        log__level="debug",
        telegram__bots=f'[{{"bot": "help", "token": "{TOKEN}", "webhook_secret": "{SECRET}"}}]',
        telegram__api_base=telegram.base,
    )
    server.set(public_url=server.base)
    with server:
        yield server


async def test_nothing_of_a_desk_is_in_logs_or_figures(
    server: EasyFlow, telegram: FakeTelegram
) -> None:
    group = ForumGroup(telegram, GROUP, token=TOKEN)
    boss = group.person("Хозяйка", status="creator")
    boss.writes(None, f"/setup {GUESS}")
    await until(lambda: shown(group, "Такого кода нет"))
    setup = code_in(await typed(server, "desk", "code"), "setup")
    boss.writes(None, f"/setup {setup}")
    await until(lambda: shown(group, "Готово"))
    olya = await linked(server, group, "Оля")
    olya.writes(None, f"/link {GUESS}")

    hello = message(CUSTOMER, text="/start")
    hello["message"]["from"]["first_name"] = NAMED
    # Whoever only pressed start gets no topic yet.
    telegram.update(hello, message(CUSTOMER, text=HEARD), token=TOKEN)
    topic = await until(lambda: chats_topic(group))
    await until(lambda: any(one.buttons for one in group.shown(topic)))
    olya.writes(topic, "/take")
    await until(lambda: shown(group, "Отвечает: Оля", topic))
    telegram.update(message(CUSTOMER, text=f"ещё {HEARD}"), token=TOKEN)
    await until(lambda: shown(group, f"ещё {HEARD}", topic))
    for text in (f"//{NOTED}", f"/{TYPO} {TYPO}", f"/canned add ключ {READY}", "/set 1=2"):
        olya.writes(topic, text)
    card = next(one for one in group.shown(topic) if one.buttons)
    for data in (f"h:1:{FORGED}:0", FORGED):
        olya._does("presses", label="", message_id=card.id, data=data)
    olya.writes(topic, SAID)
    await until(lambda: f"bot: {SAID}" in telegram.said(CUSTOMER, token=TOKEN))
    await until(lambda: shown(group, "Нет команды", topic))
    _, metrics = await asyncio.to_thread(server.call, "GET", "/metrics", key=None)
    _, ready = await asyncio.to_thread(server.call, "GET", "/readyz", key=None)
    for place, text in {"log": server.log, "metrics": metrics, "readyz": str(ready)}.items():
        assert len(text) > 100, place
        for canary in (*CANARIES, setup, setup.replace("-", "")):
            assert canary not in text, (place, canary)
    with sqlite3.connect(server.data / "easyflow.db") as database:
        people = [
            *database.execute("SELECT * FROM operators"),
            *database.execute("SELECT * FROM codes"),
        ]
        events = [*database.execute("SELECT * FROM events")]
    assert setup not in str(people)
    assert len(events) > 5
    # Who takes events out of the house takes no note and no order with them.
    for canary in (NOTED, TYPO, GUESS, setup, READY):
        assert canary not in str(events), canary
