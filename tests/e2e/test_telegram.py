"""Whole dialogs of both example bots in Telegram: through a webhook and by polling."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, Call, FakeTelegram, message, press

SALON_TOKEN = "222222:TEST-TOKEN-OF-THE-SALON"
SALON_SECRET = "another-secret"


class Customer:
    """One person in Telegram: writes, presses, and reads what the bot answers."""

    def __init__(self, telegram: FakeTelegram, chat: int, token: str = TOKEN) -> None:
        self.telegram = telegram
        self.chat = chat
        self.token = token
        self._read = 0

    async def says(self, text: str) -> list[Call]:
        self.telegram.update(message(self.chat, text), token=self.token)
        return await self.hears()

    async def sends(self, **fields: Any) -> list[Call]:
        self.telegram.update(message(self.chat, **fields), token=self.token)
        return await self.hears()

    async def presses(self, label: str) -> list[Call]:
        payload = next(call.button(label) for call in reversed(self._calls()) if _has(call, label))
        self.telegram.update(press(self.chat, payload), token=self.token)
        return await self.hears()

    async def hears(self, *, quiet: float = 0.6) -> list[Call]:
        """What came since the last look, once nothing more comes for a while."""
        for _ in range(100):
            if len(self._calls()) > self._read:
                break
            await asyncio.sleep(0.1)
        while True:
            count = len(self._calls())
            await asyncio.sleep(quiet)
            calls = self._calls()
            if len(calls) == count:
                new, self._read = calls[self._read :], count
                return new

    def _calls(self) -> list[Call]:
        calls = self.telegram.calls(chat_id=self.chat)
        return [
            call
            for call in calls
            if call.token in ("", self.token) and call.method in ("sendMessage", "sendPhoto")
        ]


def _has(call: Call, label: str) -> bool:
    try:
        call.button(label)
    except (KeyError, LookupError):
        return False
    return True


def texts(calls: list[Call]) -> list[str]:
    return [call.text for call in calls]


@pytest.fixture(params=["webhook", "polling"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeTelegram]:
    """Both example bots in one process, each behind a token of its own."""
    with FakeTelegram.start({TOKEN: "shop_bot", SALON_TOKEN: "salon_bot"}) as telegram:
        bots = (
            f'[{{"bot": "shop", "token": "{TOKEN}", "webhook_secret": "{SECRET}"}},'
            f' {{"bot": "salon", "token": "{SALON_TOKEN}", "webhook_secret": "{SALON_SECRET}"}}]'
        )
        server = EasyFlow(tmp_path / "data", telegram__bots=bots, telegram__api_base=telegram.base)
        if request.param == "webhook":
            server.set(public_url=server.base)
        with server:
            yield telegram
        assert '"level":"error"' not in server.log


async def test_an_order_is_found_in_the_question_itself(rig: FakeTelegram) -> None:
    ivan = Customer(rig, 501)
    heard = await ivan.says("Привет! Где мой заказ №12345?")
    assert texts(heard) == [
        "Ваш заказ №12345 находится в пути. Ожидаемая дата доставки: 15 января 2024."
    ]
    assert heard[0].parameters["reply_markup"]["inline_keyboard"][0][0]["url"]


async def test_a_return_with_a_misfit_a_photo_and_a_shared_phone(rig: FakeTelegram) -> None:
    anna = Customer(rig, 502)
    greeting = await anna.says("/start")
    assert [call.method for call in greeting] == ["sendPhoto", "sendMessage"]
    heard = await anna.presses("↩️ Оформить возврат")
    assert "номер" in heard[-1].text
    assert "5–8 цифр" in (await anna.says("12"))[-1].text
    heard = await anna.says("12344")
    assert "случилось" in heard[-1].text
    heard = await anna.presses("Брак")
    assert "фото" in heard[-1].text.lower()
    photo = [{"file_id": "small", "width": 90, "height": 90}, {"file_id": "photo-1", "width": 800}]
    heard = await anna.sends(photo=photo)
    # Photos are gathered until three seconds of quiet.
    heard = heard or await anna.hears()
    assert heard[-1].parameters["reply_markup"]["keyboard"][0][0]["request_contact"] is True
    contact = {"phone_number": "79991234567", "first_name": "Анна", "user_id": 502}
    heard = await anna.sends(contact=contact)
    assert "+7 999 123-45-67" in heard[-1].text
    assert "1 шт" in heard[-1].text
    heard = await anna.presses("✅ Отправить")
    assert any("Готово" in text for text in texts(heard))


async def test_a_booking_in_the_salon_and_its_list(rig: FakeTelegram) -> None:
    olga = Customer(rig, 503, SALON_TOKEN)
    await olga.says("записаться")
    await olga.says("Маникюр — 2 000 ₽")
    heard = await olga.presses("Завтра")
    first = heard[-1].parameters["reply_markup"]["inline_keyboard"][0][0]["text"]
    await olga.presses(first)
    await olga.says("Ольга")
    heard = await olga.says("8 (999) 123-45-67")
    assert "Записываю?" in heard[-1].text
    heard = await olga.presses("✅ Да")
    assert any("Записала вас" in text for text in texts(heard))
    heard = await olga.says("/my")
    assert any("Маникюр" in text for text in texts(heard))


async def test_a_press_is_answered_at_once_and_a_stale_one_is_told_so(rig: FakeTelegram) -> None:
    ivan = Customer(rig, 504)
    await ivan.says("/start")
    rig.update(press(504, "q:1:0", query_id="first"), token=TOKEN)
    await rig.expect(1, "answerCallbackQuery")
    await ivan.hears()
    await ivan.says("/menu")
    rig.update(press(504, "q:1:0", query_id="stale"), token=TOKEN)
    heard = await ivan.hears()
    assert "уже не действует" in heard[0].text


async def test_after_a_person_was_called_the_bot_is_silent(rig: FakeTelegram) -> None:
    ivan = Customer(rig, 505)
    await ivan.says("оператор")
    rig.update(message(505, "алло, вы тут?"), token=TOKEN)
    await rig.settled(token=TOKEN)
    await asyncio.sleep(0.5)
    assert not [call for call in rig.calls(chat_id=505) if "тут" in call.text]


async def test_updates_we_do_not_serve_are_acknowledged(rig: FakeTelegram) -> None:
    rig.update(
        {"poll": {"id": "1", "question": "?", "options": []}},
        {"channel_post": {"message_id": 1, "chat": {"id": -100, "type": "channel"}, "date": 1}},
        {"message_reaction": {"chat": {"id": 1}, "message_id": 1}},
        {"something_of_the_future": {"id": 1}},
        message(506, "Где мой заказ 12345?"),
        token=TOKEN,
    )
    await rig.settled(token=TOKEN)
    heard = await Customer(rig, 506).hears()
    assert "в пути" in heard[-1].text
