"""One chat seen by its customer, in the operators' group and over HTTP, where somebody registered."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_operators import code_in, typed, until
from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram, message
from tests.servers.telegram_group import ForumGroup
from tests.servers.telegram_group import Person as Member
from tests.surface.following import following
from tests.surface.people import Person, owner, register

ANNAS = "1234567890:Annas-token"
ANNAS_GROUP, OWNERS_GROUP = -1001000000600, -1001000000500
CUSTOMER = 501
HERS = ("--workspace", "2")
BOT = """\
bot: Приёмная
language: ru
timezone: Europe/Moscow
start: help
queues:
  sales: {csat: yes}
"""
FLOW = """\
flow: help
when: [/start]
steps:
  begin:
    - handoff: sales
      say: Зову человека.
"""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "help_bot", ANNAS: "annas_bot"}) as telegram:
        yield telegram
        assert telegram.violations() == []


@pytest.fixture
def server(telegram: FakeTelegram, tmp_path: Path) -> Iterator[EasyFlow]:
    folder = tmp_path / "bots" / "help"
    (folder / "flows").mkdir(parents=True)
    (folder / "bot.yaml").write_text(BOT, encoding="utf-8")
    (folder / "flows" / "help.yaml").write_text(FLOW, encoding="utf-8")
    server = EasyFlow(
        tmp_path / "data",
        bots=tmp_path / "bots",
        registration="open",
        telegram__bots=f'[{{"bot": "help", "token": "{TOKEN}"}}]',
        telegram__api_base=telegram.base,
    )
    server.set(public_url=server.base)
    with server:
        yield server
    assert '"level":"error"' not in server.log


def texts(group: ForumGroup) -> list[str]:
    """What the bot says in it as it stands now."""
    return [one.text for one in group.all_shown() if one.mine]


def pretend_to_be_going_on(group: ForumGroup) -> list[str]:
    """Cards by which a chat can still be closed or taken."""
    buttons = ("✅ Закрыть", "✋ Взять")
    return [one.text for one in group.all_shown() if any(name in one.buttons for name in buttons)]


def topic_of(group: ForumGroup, dialog: int) -> int | None:
    return next((one.thread for one in group.topics() if one.name.endswith(f"#{dialog}")), None)


def card(group: ForumGroup, dialog: int) -> str:
    """The newest card of a chat; "" while none is pinned."""
    shown = group.shown(topic_of(group, dialog)) if topic_of(group, dialog) else []
    return next((one.text for one in reversed(shown) if one.mine and one.pinned), "")


async def desk_of(
    server: EasyFlow, telegram: FakeTelegram, token: str, chat: int, *of: str
) -> tuple[ForumGroup, Member]:
    """A group that was set up as a desk, and its creator, who is an operator."""
    group = ForumGroup(telegram, chat, title=f"Группа {chat}", token=token)
    boss = group.person("Хозяйка", status="creator")
    boss.writes(None, f"/setup {code_in(await typed(server, 'desk', 'code', *of), 'setup')}")
    await until(lambda: "Готово" in " ".join(texts(group)))
    await linked(server, group, boss, *of)
    return group, boss


async def linked(server: EasyFlow, group: ForumGroup, who: Member, *of: str) -> None:
    said = await typed(server, "operators", "add", who.name, "--role", "operator", *of)
    who.writes(None, f"/link {code_in(said, 'link')}")
    await until(lambda: f"✅ {who.name}, вы" in " ".join(texts(group)))


def heard(telegram: FakeTelegram, *, token: str = ANNAS) -> list[str]:
    """What came to the customer from our side."""
    said = telegram.said(CUSTOMER, token=token)
    return [line.removeprefix("bot: ") for line in said if line.startswith("bot: ")]


async def killed_within(server: EasyFlow, doing: Callable[[], Any]) -> None:
    """The process ends in the middle of what somebody does, and is there again."""
    done = asyncio.create_task(asyncio.to_thread(doing))
    await asyncio.sleep(0.005)
    server.kill()
    with suppress(OSError, HTTPException):
        await done
    await asyncio.to_thread(server.start)


def listed_last(person: Person) -> int:
    """The assistant that was made last."""
    return max(int(one["id"]) for one in person.get("/api/assistants"))


def state(person: Person, dialog: int) -> tuple[str, str | None]:
    """How the hand-off stands over HTTP, and who has the chat."""
    shown = person.get(f"/api/dialogs/{dialog}")
    assert shown["is_taken_over"] == (shown["taken_over_by"] is not None)
    return shown["handoff_status"], shown["taken_over_by"]


async def test_the_customer_the_group_and_http_see_one_chat(
    server: EasyFlow, telegram: FakeTelegram
) -> None:
    anna = register(server, "anna@example.com", password="a pass phrase of tests 42")
    body = {"name": "Лавка", "telegram_bot_token": ANNAS}
    assert anna.call("POST", "/api/assistants", body)[0] == 201
    group, _ = await desk_of(server, telegram, ANNAS, ANNAS_GROUP, *HERS)
    others, host = await desk_of(server, telegram, TOKEN, OWNERS_GROUP)
    assert any("operators add ИМЯ --workspace 2" in one for one in texts(group))
    olya = group.person("Оля")
    await linked(server, group, olya, *HERS)
    await typed(server, "operators", "add", "Аня", "--role", "owner", *HERS)
    await typed(server, "users", "link", "anna@example.com", "Аня")

    # Commands know the bots and the queues of the workspace that is typed, and those alone.
    bot = f"assistant.{listed_last(anna)}"
    assert "support" in await typed(
        server, "desk", "code", "--bot", bot, "--queue", "support", *HERS
    )
    for foreign in ((*HERS, "--bot", "help"), (*HERS, "--queue", "sales"), ("--bot", bot)):
        assert (await asyncio.to_thread(server.typed, "desk", "code", *foreign)).returncode == 2
    adding = ("channels", "add", "whatsapp", "--bot", "help", *HERS)
    assert (await asyncio.to_thread(server.typed, *adding)).returncode == 2

    # A customer wants a person: a card in the group, a request over HTTP.
    telegram.update(message(CUSTOMER, text="оператор"), token=ANNAS)
    (listed,) = await until(
        lambda: anna.get("/api/dialogs?handoff_status=requested&platform=telegram")["dialogs"]
    )
    id = listed["id"]
    await until(lambda: topic_of(group, id) and "Ждёт" in " ".join(texts(group)))
    async with following(anna, id, after=0) as follower:
        await follower.until("handoff_requested")

        # Taken in the group.
        olya.presses(topic_of(group, id), "Взять")
        started = await follower.until("handoff_started")
        assert started["manager"]["name"] == "Оля"
        assert state(anna, id) == ("active", "Оля")
        for path, sent in (("handoff/take", {}), ("messages", {"text": "Это Аня"})):
            status, refused = anna.call("POST", f"/api/dialogs/{id}/{path}", sent)
            assert (status, refused["error"]["details"]["reason"]) == (409, "Оля has the chat")
        olya.writes(topic_of(group, id), "Я Оля")
        said = await follower.says("Я Оля")
        assert said["message"]["operator_name"] == "Оля"
        olya.writes(topic_of(group, id), "/release")
        released = await follower.until("handoff_released")
    assert state(anna, id) == ("released", None)

    # Taken over HTTP, and killed meanwhile: whoever asks again has it, and it was taken once.
    await killed_within(server, lambda: anna.call("POST", f"/api/dialogs/{id}/handoff/take"))
    assert anna.call("POST", f"/api/dialogs/{id}/handoff/take")[0] == 200
    async with following(anna, id, after=released["seq"]) as follower:
        assert (await follower.receive())["reset"] is None
        started = await follower.until("handoff_started")
        assert (started["manager"]["name"], started["seq"]) == ("Аня", released["seq"] + 1)
        olya.writes(topic_of(group, id), "Я ещё тут")
        await follower.send(type="send_message", text="Я Аня")
        assert (await follower.receive())["message"]["operator_name"] == "Аня"
        await until(lambda: "этот чат ведёт Аня" in " ".join(texts(group)))
        await until(lambda: "Отвечает: Аня" in card(group, id))
        await until(lambda: [one for one in texts(group) if one.endswith("Аня: Я Аня")])
        assert anna.call("POST", f"/api/dialogs/{id}/handoff/release")[0] == 200
        await follower.until("handoff_released")

    # Asked for again and taken in the group, and killed meanwhile.
    telegram.update(message(CUSTOMER, text="оператор"), token=ANNAS)
    await until(lambda: state(anna, id)[0] == "requested")
    olya.writes(topic_of(group, id), "/take")
    await killed_within(server, lambda: anna.get("/api/dialogs"))
    await until(lambda: state(anna, id) == ("active", "Оля"))
    olya.writes(topic_of(group, id), "Снова Оля")
    olya.writes(topic_of(group, id), "/close")
    await until(lambda: state(anna, id) == ("released", None))
    await telegram.settled(token=ANNAS)
    await until(lambda: not pretend_to_be_going_on(group))
    assert [one for one in heard(telegram) if "Я " in one or "Снова" in one] == [
        *("Я Оля", "Я Аня", "Снова Оля")
    ]

    await nothing_is_seen_elsewhere(server, others, host, id)


async def nothing_is_seen_elsewhere(
    server: EasyFlow, others: ForumGroup, host: Member, dialog: int
) -> None:
    """The owner of the server works in a desk of their own."""
    number = host.writes(None, f"/take #{dialog}")
    host.writes(None, "/queue")
    await until(lambda: [one for one in others.all_shown() if one.mine and one.id > number + 1])
    assert others.topics() == []
    assert not any("Иван" in one or "Оля" in one for one in texts(others))
    assert owner(server).call("GET", f"/api/dialogs/{dialog}")[0] == 404
    assert "не было ни одной" in await typed(server, "report", "operators")
    assert "Аня" in await typed(server, "report", "operators", *HERS)
    assert "Оля" not in await typed(server, "operators")
    for page in ("/readyz", "/metrics"):
        told = str(server.call("GET", page, key=None)[1])
        assert str(OWNERS_GROUP) in told
        assert "1234567890" not in told
        assert str(ANNAS_GROUP) not in told
