"""Messages read over HTTP while WhatsApp brings albums, tells of deliveries, and closes its window."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.easyflow import EasyFlow
from tests.servers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY_TOKEN, Person, WhatsApp

ANNA, BORIS = "79990000001", "79990000002"
TRIES = 400
"""Looks, 50 ms apart, after which nothing is waited for any more."""

BOT = "bot: Works\nlanguage: en\ntimezone: UTC\n"
FLOWS = """\
flow: works
when: [{sends: photo}]
steps:
  thanks: [{say: thanks}]
---
flow: hello
when: [hello]
steps:
  hello: [{say: hello yourself}]
"""


@dataclass
class House:
    """The server, and the messenger it talks to."""

    server: EasyFlow
    whatsapp: WhatsApp
    database: Path

    async def sends(self, chat: str, text: str) -> dict[str, Any]:
        body = {"platform": "whatsapp", "chat_id": chat, "text": text}
        status, answer = await self.server.asked("POST", "/api/v1/messaging/send", body)
        assert status == 200, answer
        told: dict[str, Any] = answer
        return told

    async def message(self, id: str) -> dict[str, Any]:
        status, answer = await self.server.asked("GET", f"/api/v1/messaging/messages/{id}")
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found

    async def becomes(self, id: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """A message, once it is as it is wanted."""
        for _ in range(TRIES):
            if wanted(found := await self.message(id)):
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(found)

    async def unreachable_are(self, wanted: list[str]) -> None:
        """Wait until just these chats cannot be written to."""
        for _ in range(TRIES):
            with closing(sqlite3.connect(self.database)) as connection:
                rows = connection.execute("SELECT chat_id FROM conversations WHERE unreachable")
                found = [chat for (chat,) in rows]
            if found == wanted:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(found)

    async def history(self, chat: str) -> list[dict[str, Any]]:
        where = f"/api/v1/messaging/context/whatsapp/{chat}/{chat}"
        _, context = await self.server.asked("GET", where)
        where = f"/api/v1/conversation/history/{context['session_id']}"
        _, answer = await self.server.asked("GET", where)
        messages: list[dict[str, Any]] = answer["messages"]
        return messages


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("messages")
    _write_bot(folder / "bots" / "works")
    with WhatsApp.start() as whatsapp:
        server = EasyFlow(
            folder / "data",
            bots=folder / "bots",
            whatsapp__token=TOKEN,
            whatsapp__phone_id=PHONE_ID,
            whatsapp__app_secret=SECRET,
            whatsapp__verify_token=VERIFY_TOKEN,
            whatsapp__api_base=whatsapp.base,
            log__level="warning",
        )
        server.set(public_url=server.base)
        with server:
            whatsapp.set_webhook(f"{server.base}/api/v1/messaging/webhook/whatsapp")
            yield House(server, whatsapp, folder / "data" / "easyflow.db")


def _write_bot(folder: Path) -> None:
    (folder / "flows").mkdir(parents=True)
    (folder / "bot.yaml").write_text(BOT)
    (folder / "flows" / "all.yaml").write_text(FLOWS)


async def test_what_was_sent_tells_how_far_it_has_come(house: House) -> None:
    house.whatsapp.hears(ANNA, "hello")
    await house.whatsapp.expect(1, chat_id=ANNA)
    house.whatsapp.tell_statuses("read", "sent", "delivered")
    sent = await house.sends(ANNA, "Your order is ready")
    house.whatsapp.tell_statuses()
    assert sent["delivery_status"] == "sent"
    found = await house.becomes(
        sent["message_id"], lambda one: one["metadata"]["delivery"]["status"] == "read"
    )
    assert (found["platform"], found["direction"], found["text"]) == (
        "whatsapp",
        "outbound",
        "Your order is ready",
    )
    assert found["platform_message_id"] == sent["platform_message_id"]


async def test_what_fails_after_all_says_why(house: House) -> None:
    chat = "79990000005"
    house.whatsapp.hears(chat, "hello")
    await house.whatsapp.expect(1, chat_id=chat)
    house.whatsapp.script(code=131026, chat_id=chat, method="messages", action="fail")
    sent = await house.sends(chat, "Are you there?")
    found = await house.becomes(
        sent["message_id"], lambda one: one["metadata"]["delivery"]["status"] == "failed"
    )
    assert found["metadata"]["delivery"]["code"] == 131026
    # Who is not on WhatsApp is not written to by timetables either, until they write themselves.
    await house.unreachable_are([chat])
    house.whatsapp.hears(chat, "hello")
    await house.unreachable_are([])


async def test_pictures_that_come_at_once_are_one_message_with_files_to_fetch(
    house: House,
) -> None:
    chat = "79990000003"
    person, number = Person(wa_id=chat), house.whatsapp.numbers[0]
    messages = []
    for place in range(3):
        file = house.whatsapp.file(f"{place}.png", b"picture %d" % place, "image/png")
        words = {"caption": "my works"} if place == 1 else {}
        content = webhooks.media("image", file, **words)
        messages.append(webhooks.message(person, content, id_=f"wamid.A{place}", at=time.time()))
    value = webhooks.value(number.id, number.display, messages=messages, people=[person])
    house.whatsapp.update(house.whatsapp.body(value))
    await house.whatsapp.expect(1, chat_id=chat)
    heard, answered = await house.history(chat)
    assert (heard["content"], answered["content"]) == ("my works", "thanks")
    message = await house.message(heard["message_id"])
    urls = [one["url"] for one in message["attachments"]]
    files = [await house.server.asked("GET", url) for url in urls]
    assert sorted(files) == [(200, f"picture {number}") for number in range(3)]
    assert (await house.server.asked("GET", urls[0], key="ef_nobody"))[0] == 401


async def test_what_comes_too_late_is_held_and_goes_first_when_the_customer_writes(
    house: House,
) -> None:
    sent = await house.sends(BORIS, "Your order is ready")
    assert sent["delivery_status"] == "queued"
    assert "until the customer writes" in sent["error"]
    found = await house.message(sent["message_id"])
    assert found["metadata"]["delivery"]["status"] == "held"
    house.server.kill()
    house.server.start()
    house.whatsapp.hears(BORIS, "hello")
    calls = await house.whatsapp.expect(2, chat_id=BORIS)
    assert [call.text for call in calls] == ["Your order is ready", "hello yourself"]
    assert house.whatsapp.violations() == []


async def test_a_person_who_answers_in_the_app_silences_the_bot(house: House) -> None:
    chat = "79990000004"
    house.whatsapp.hears(chat, "hello")
    await house.whatsapp.expect(1, chat_id=chat)
    house.whatsapp.echoes(chat, webhooks.text("Anna from the shop here"))
    await house.whatsapp.settled()
    house.whatsapp.hears(chat, "hello")
    await house.whatsapp.settled()
    for _ in range(TRIES):
        if len(history := await house.history(chat)) == 4:
            break
        await asyncio.sleep(0.05)
    assert [one["role"] for one in history] == ["user", "assistant", "operator", "user"]
    assert len(house.whatsapp.calls(chat_id=chat)) == 1
