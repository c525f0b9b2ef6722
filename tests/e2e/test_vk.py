"""Dialogs of a bot in VK: by the Callback API, which it sets up by itself, and by the long poll."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.florist import florist
from tests.servers import vk_events as make
from tests.servers.easyflow import EasyFlow
from tests.servers.vk import GROUP, TOKEN, Call, Vk

SLOW = 60.0
"""Seconds after which an answer is not waited for any more."""


def server_at(vk: Vk, folder: Path) -> EasyFlow:
    return EasyFlow(
        folder / "data",
        bots=florist(folder / "bots"),
        vk__token=TOKEN,
        vk__group=str(GROUP),
        vk__bot="florist",
        vk__api_base=vk.api.rstrip("/"),
    )


@pytest.fixture(scope="module")
def vk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vk]:
    """A community whose events are posted to a running server."""
    with Vk.start() as vk:
        server = server_at(vk, tmp_path_factory.mktemp("vk"))
        server.set(public_url=server.base)
        with server:
            yield vk
        assert '"level":"error"' not in server.log
        assert TOKEN not in server.log
        assert vk.violations() == []


class Customer:
    """One person in VK; every message to them is looked at in its turn."""

    def __init__(self, vk: Vk, number: int) -> None:
        self.vk = vk
        self.number = number
        self._seen = 0

    async def says(self, count: int, text: str = "", **fields: Any) -> list[Call]:
        """Write something; gives the so many calls that answer it."""
        self.vk.says(self.number, text, **fields)
        return await self.hears(count)

    async def presses(self, label: str, count: int) -> list[Call]:
        self.vk.presses(self.number, label)
        return await self.hears(count)

    async def hears(self, count: int) -> list[Call]:
        deadline = asyncio.get_running_loop().time() + SLOW
        while len(fresh := self._fresh()) < count:
            told = [(call.method, call.code, call.text) for call in fresh]
            assert asyncio.get_running_loop().time() < deadline, told
            await asyncio.sleep(0.02)
        self._seen += count
        return fresh[:count]

    def _fresh(self) -> list[Call]:
        made = self.vk.calls(peer_id=self.number)
        wanted = ("messages.send", "messages.edit")
        return [call for call in made if call.method in wanted][self._seen :]


async def up(vk: Vk) -> None:
    """Wait until VK got the right confirmation string."""
    deadline = asyncio.get_running_loop().time() + SLOW
    while not any(one["status"] == "ok" and one["kinds"] for one in vk.state()["servers"]):
        assert asyncio.get_running_loop().time() < deadline, vk.state()
        await asyncio.sleep(0.05)


async def test_the_start_button_brings_an_album_a_carousel_and_a_question(vk: Vk) -> None:
    await up(vk)
    anna = Customer(vk, 601)
    vk.update(make.start(601))
    album, heading, *cards, question = await anna.hears(6)
    assert len(album.parameters["attachment"].split(",")) == 3
    assert album.text == "Так мы собирали букеты"
    # The cards are of three shapes, so each is a message.
    assert heading.text == "Выбирайте"
    assert [card.text for card in cards] == ["Пионы\n11 штук", "Маки", "Ирисы"]
    assert question.text == "Как вас зовут?"
    ordered, again = await anna.presses("Заказать маки", 2)
    assert (ordered.text, again.text) == ("Оформляем маки", question.text)
    (answer,) = await anna.says(1, "Анна")
    assert answer.text == "Рады вам, Анна"
    await vk.expect(1, "messages.sendMessageEventAnswer", peer_id=601)


async def test_marks_appear_on_the_message_itself(vk: Vk) -> None:
    await up(vk)
    boris = Customer(vk, 602)
    (question,) = await boris.says(1, "/extras")
    assert [label for row in question.labels for label in row] == [
        "Лента",
        "Открытка",
        "Мишка",
        "Готово",
    ]
    (marked,) = await boris.presses("Лента", 1)
    assert (marked.method, marked.text) == ("messages.edit", question.text)
    assert any("Лента" in label and label != "Лента" for row in marked.labels for label in row)
    (done,) = (await boris.presses("Готово", 1))[:1]
    assert done.text == "Добавим Лента"


async def test_what_customers_send_comes_back(vk: Vk) -> None:
    await up(vk)
    vera = Customer(vk, 603)
    await vera.says(1, "/send")
    picture = vk.file("a.png", b"\x89PNG\r\n\x1a\n" + bytes(64))
    back, question = await vera.says(2, attachments=[make.photo(picture)])
    assert back.text == "Это photo"
    assert back.parameters["attachment"].startswith("photo")
    assert question.text == "Пришлите видео"
    await vera.says(1, attachments=[make.video()])
    await vera.says(1, attachments=[make.audio_message(vk.file("v.ogg", b"OggS"))])
    document = vk.file("договор.pdf", b"%PDF")
    named, place = await vera.says(2, attachments=[make.document(document, "договор.pdf")])
    assert named.text == "Файл договор.pdf"
    assert place.labels == [["location"]]
    (told,) = await vera.presses("location", 1)
    assert told.text == "Широта 55.8"


async def test_a_repeated_event_is_answered_once(vk: Vk) -> None:
    await up(vk)
    gleb = Customer(vk, 604)
    vk.update(make.message(604, "/extras"), copies=3)
    await gleb.hears(1)
    await vk.settled()
    assert len(vk.calls("messages.send", peer_id=604)) == 1


async def test_a_message_whose_answer_was_lost_is_shown_once(vk: Vk) -> None:
    await up(vk)
    vk.script(method="messages.send", peer_id=606, action="swallow", times=2)
    egor = Customer(vk, 606)
    await egor.says(3, "/extras")
    assert [line for line in vk.said(606) if line.startswith("bot:")] == ["bot: Что добавить?"]


async def test_a_taken_button_is_shown_in_its_message(vk: Vk) -> None:
    await up(vk)
    zoya = Customer(vk, 607)
    await zoya.says(1, "/list")
    answered, taken = await zoya.presses("Ирис", 2)
    assert answered.text == "Взяли: Ирис"
    assert (taken.method, taken.keyboard) == ("messages.edit", None)
    assert taken.text == "Какой цветок?\n\n✓ Ирис"


async def test_an_administrators_answer_silences_the_bot(vk: Vk) -> None:
    await up(vk)
    igor = Customer(vk, 608)
    await igor.says(1, "/extras")
    vk.update(make.reply(608, "Здравствуйте, это Мария", admin_id=99))
    await vk.settled()
    vk.says(608, "Лента")
    kira = Customer(vk, 609)
    await kira.says(1, "/extras")
    await vk.settled()
    assert len(vk.calls("messages.send", peer_id=608)) == 1


async def test_without_an_address_the_long_poll_brings_everything(tmp_path: Path) -> None:
    with Vk.start() as vk, server_at(vk, tmp_path) as server:
        await vk.expect(1, "longpoll")
        dina = Customer(vk, 605)
        (question,) = await dina.says(1, "/extras")
        assert question.labels
        (before,) = await dina.presses("Лента", 1)
        server.kill()
        vk.says(605, "/send")
        server.start()
        (answer,) = await dina.hears(1)
        if answer.parameters == before.parameters:
            # The server ended before it was noted as made: the same edit is made once more.
            (answer,) = await dina.hears(1)
        assert answer.text == "Пришлите фото"
        said = {"platform": "vk", "chat_id": "605", "text": "Мы ещё работаем"}
        status, sent = server.call("POST", "/api/v1/messaging/send", said)
        assert status == 200, sent
        (news,) = await dina.hears(1)
        vk.update(make.read(605, news.response))
        await reads(server, sent["message_id"])
        assert vk.violations() == []


async def reads(server: EasyFlow, message_id: str) -> None:
    """Wait until it is known that a customer has read a message."""
    deadline = asyncio.get_running_loop().time() + SLOW
    while True:
        _, message = server.call("GET", f"/api/v1/messaging/messages/{message_id}")
        if message["metadata"]["delivery"]["status"] == "read":
            return
        assert asyncio.get_running_loop().time() < deadline, message
        await asyncio.sleep(0.05)
