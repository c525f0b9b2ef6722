"""What a customer sees and sends in Telegram: albums, cards, marks, pages, files of every kind."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.florist import florist
from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, Call, FakeTelegram, message, press

SLOW = 60.0
"""Seconds after which an answer is not waited for any more."""

STALE = "Эта кнопка уже не действует."


@pytest.fixture(scope="module")
def telegram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeTelegram]:
    folder = tmp_path_factory.mktemp("florist")
    with FakeTelegram.start({TOKEN: "florist_bot"}) as telegram:
        bots = f'[{{"bot": "florist", "token": "{TOKEN}", "webhook_secret": "{SECRET}"}}]'
        server = EasyFlow(
            folder / "data",
            bots=florist(folder / "bots"),
            telegram__bots=bots,
            telegram__api_base=telegram.base,
        )
        server.set(public_url=server.base)
        with server:
            yield telegram
        assert '"level":"error"' not in server.log
        assert telegram.violations() == []


class Customer:
    """One person in Telegram; every call to their chat is looked at in its turn."""

    def __init__(self, telegram: FakeTelegram, chat: int) -> None:
        self.telegram = telegram
        self.chat = chat
        self._seen = 0

    async def sends(self, count: int, **fields: Any) -> list[Call]:
        """Send something; gives the so many calls that answer it."""
        self.telegram.update(message(self.chat, **fields))
        return await self.hears(count)

    async def presses(self, call: Call, label: str, count: int) -> list[Call]:
        number = call.parameters.get("message_id", call.message_id)
        self.telegram.update(press(self.chat, call.button(label), message_id=number))
        return await self.hears(count)

    async def hears(self, count: int) -> list[Call]:
        deadline = asyncio.get_running_loop().time() + SLOW
        while len(fresh := self._fresh()) < count:
            assert asyncio.get_running_loop().time() < deadline, _told(fresh)
            await asyncio.sleep(0.02)
        self._seen += count
        return fresh[:count]

    def _fresh(self) -> list[Call]:
        made = self.telegram.calls(chat_id=self.chat)
        told = [call for call in made if call.method != "sendChatAction" and not _only_chosen(call)]
        return told[self._seen :]


def _only_chosen(call: Call) -> bool:
    """Whether it only shows which button was taken, beside the answer."""
    return call.method == "editMessageReplyMarkup" and _labels(call)[0].startswith("✓ ")


def _told(calls: list[Call]) -> list[str]:
    return [call.text or call.method for call in calls]


def _labels(call: Call) -> list[str]:
    return [
        button["text"]
        for row in call.parameters["reply_markup"]["inline_keyboard"]
        for button in row
    ]


async def test_an_album_comes_as_one_and_cards_each_with_buttons_that_stay_good(
    telegram: FakeTelegram,
) -> None:
    anna = Customer(telegram, 601)
    album, heading, peony, poppy, iris, question = await anna.sends(6, text="/start")
    assert album.method == "sendMediaGroup"
    assert [part["type"] for part in album.parameters["media"]] == ["photo"] * 3
    assert album.parameters["media"][0]["caption"] == "Так мы собирали букеты"
    assert len(album.files) == 3
    assert heading.text == "Выбирайте"
    assert (peony.method, peony.text) == ("sendPhoto", "Пионы\n11 штук")
    assert peony.parameters["caption_entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert (poppy.method, iris.method) == ("sendPhoto", "sendMessage")
    assert question.text == "Как вас зовут?"
    assert _told(await anna.presses(poppy, "Заказать маки", 2)) == ["Оформляем маки", question.text]
    assert _told(await anna.presses(iris, "Заказать ирисы", 2))[0] == "Оформляем ирисы"
    assert _told(await anna.sends(1, text="Анна")) == ["Рады вам, Анна"]
    assert _told(await anna.presses(peony, "Заказать пионы", 1)) == ["Оформляем пионы"]


async def test_the_pictures_of_an_album_are_uploaded_once(telegram: FakeTelegram) -> None:
    first, second = Customer(telegram, 602), Customer(telegram, 603)
    await first.sends(6, text="/start")
    album, *_ = await second.sends(6, text="/start")
    assert (album.status, dict(album.files)) == (200, {})


async def test_marks_appear_on_the_buttons_pressed(telegram: FakeTelegram) -> None:
    anna = Customer(telegram, 604)
    (question,) = await anna.sends(1, text="/extras")
    assert _labels(question) == ["Лента", "Открытка", "Мишка", "Готово"]
    (marked,) = await anna.presses(question, "Открытка", 1)
    assert marked.method == "editMessageReplyMarkup"
    assert marked.parameters["message_id"] == question.message_id
    assert _labels(marked) == ["Лента", "✅ Открытка", "Мишка", "Готово"]
    (marked,) = await anna.presses(marked, "Лента", 1)
    (refused,) = await anna.presses(marked, "Мишка", 1)
    assert refused.text == "Можно выбрать не больше 2. Выбрано: Лента, Открытка."
    (done,) = await anna.presses(marked, "Готово", 1)
    assert done.text == "Добавим Лента, Открытка"
    chosen = (await telegram.expect(3, "editMessageReplyMarkup", chat_id=604))[-1]
    assert (chosen.parameters["message_id"], _labels(chosen)) == (
        question.message_id,
        ["✓ Готово"],
    )


async def test_a_message_that_cannot_be_changed_is_said_anew(telegram: FakeTelegram) -> None:
    anna = Customer(telegram, 605)
    (question,) = await anna.sends(1, text="/extras")
    description = "Bad Request: message can't be edited"
    telegram.script(
        method="editMessageReplyMarkup", chat_id=605, status=400, description=description
    )
    _, said = await anna.presses(question, "Мишка", 2)
    assert (said.text, _labels(said)[2]) == ("Выбрано: Мишка.", "✅ Мишка")


async def test_a_long_list_is_paged_in_its_place(telegram: FakeTelegram) -> None:
    anna = Customer(telegram, 606)
    (question,) = await anna.sends(1, text="/list")
    assert len(_labels(question)) == 11
    (turned,) = await anna.presses(question, "Ещё 3 ›", 1)
    assert turned.parameters["message_id"] == question.message_id
    assert _labels(turned) == ["Фрезия", "Нарцисс", "Сирень", "‹ К началу"]
    (taken,) = await anna.presses(turned, "Сирень", 1)
    assert taken.text == "Взяли: Сирень"


async def test_a_button_of_an_answered_question_says_so_and_the_next_is_asked_again(
    telegram: FakeTelegram,
) -> None:
    anna = Customer(telegram, 607)
    (old,) = await anna.sends(1, text="/extras")
    await anna.presses(old, "Лента", 1)
    await anna.presses(old, "Готово", 1)
    (question,) = await anna.sends(1, text="/send")
    assert _told(await anna.presses(old, "Лента", 2)) == [STALE, question.text]


async def test_files_of_every_kind_are_answers_and_others_are_told_what_is_wanted(
    telegram: FakeTelegram,
) -> None:
    anna = Customer(telegram, 608)
    await anna.sends(1, text="/send")
    assert "фото" in (await anna.sends(1, voice={"file_id": "v"}))[0].text.lower()
    scan = {"file_id": telegram.file("скан.png", b"scan"), "mime_type": "image/png"}
    shown, asked = await anna.sends(2, document=scan)
    assert (shown.method, shown.text) == ("sendDocument", "Это document")
    assert shown.parameters["document"] == scan["file_id"]
    assert asked.text == "Пришлите видео"
    assert "видео" in (await anna.sends(1, photo=[{"file_id": "p", "width": 9}]))[0].text.lower()
    assert _told(await anna.sends(1, video={"file_id": "v"})) == ["Скажите голосом"]
    assert _told(await anna.sends(1, audio={"file_id": "m"})) == ["Пришлите файл"]
    contract = {"file_id": "d", "file_name": "договор.pdf", "mime_type": "application/pdf"}
    file, asked = await anna.sends(2, document=contract)
    assert file.text == "Файл договор.pdf"
    assert asked.parameters["reply_markup"]["keyboard"][0][0]["request_location"] is True
    (told,) = await anna.sends(1, location={"latitude": 55.75, "longitude": 37.6})
    assert told.text == "Широта 55.8"


async def test_an_album_answers_one_question_and_the_rest_of_it_is_passed_over(
    telegram: FakeTelegram,
) -> None:
    anna = Customer(telegram, 609)
    await anna.sends(1, text="/send")
    parts = [
        message(609, photo=[{"file_id": telegram.file(name, b"jpg")}], media_group_id="77")
        for name in ("а.jpg", "б.jpg", "в.jpg")
    ]
    telegram.update(*parts)
    assert _told(await anna.hears(2)) == ["Это photo", "Пришлите видео"]
    assert _told(await anna.sends(1, video={"file_id": "v"})) == ["Скажите голосом"]


async def test_every_call_of_this_page_is_one_of_the_specification(telegram: FakeTelegram) -> None:
    olga = Customer(telegram, 620)
    album, *_ = await olga.sends(6, text="/start")
    assert album.method == "sendMediaGroup"
    assert telegram.unspecified() == []
