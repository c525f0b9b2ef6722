"""Whole dialogs of both example bots in Telegram: through a webhook and by polling."""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.easyflow import ROOT, SECRET, EasyFlow
from tests.servers.telegram import TOKEN, Call, FakeTelegram, message, press

SALON_TOKEN = "222222:TEST-TOKEN-OF-THE-SALON"
SALON_SECRET = "another-secret"


SLOW = 60.0
"""Seconds after which an answer is not waited for any more."""


class Customer:
    """One person in Telegram: writes, presses, and reads what the bot answers."""

    def __init__(self, telegram: FakeTelegram, chat: int, token: str = TOKEN) -> None:
        self.telegram = telegram
        self.chat = chat
        self.token = token
        self._read = 0

    def says(self, text: str) -> None:
        self.sends(text=text)

    def sends(self, **fields: Any) -> None:
        self.telegram.update(message(self.chat, **fields), token=self.token)

    async def presses(self, label: str) -> None:
        # On the message heard last, or on one after it.
        self._read = max(self._read - 1, 0)
        call = await self._sees(lambda call: _has(call, label))
        self.telegram.update(press(self.chat, call.button(label)), token=self.token)

    async def hears(self, words: str) -> Call:
        """The next message with these words, whatever the bot says before it."""
        return await self._sees(lambda call: words in call.text)

    async def _sees(self, wanted: Callable[[Call], bool]) -> Call:
        deadline = asyncio.get_running_loop().time() + SLOW
        while True:
            heard = self.heard()
            for place in range(self._read, len(heard)):
                if wanted(heard[place]):
                    self._read = place + 1
                    return heard[place]
            assert asyncio.get_running_loop().time() < deadline, [call.text for call in heard]
            await asyncio.sleep(0.02)

    def heard(self) -> list[Call]:
        """Everything the bot has said so far."""
        return [
            call
            for call in self.telegram.calls(chat_id=self.chat)
            if call.token in ("", self.token) and call.method in ("sendMessage", "sendPhoto")
        ]


def _has(call: Call, label: str) -> bool:
    try:
        call.button(label)
    except (KeyError, LookupError):
        return False
    return True


def always_open(folder: Path) -> Path:
    """The example bots with operators at work around the clock, whenever the tests are run."""
    bots = Path(shutil.copytree(ROOT / "config" / "bots", folder / "bots"))
    for page in bots.glob("*/bot.yaml"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"пн-пт [\d:]+-[\d:]+, сб-вс [\d:]+-[\d:]+", "пн-вс 00:00-24:00", text)
        page.write_text(text, encoding="utf-8")
    return bots


@pytest.fixture(scope="module", params=["webhook", "polling"])
def rig(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FakeTelegram]:
    """Both example bots in one process, each behind a token of its own."""
    with FakeTelegram.start({TOKEN: "shop_bot", SALON_TOKEN: "salon_bot"}) as telegram:
        bots = (
            f'[{{"bot": "shop", "token": "{TOKEN}", "webhook_secret": "{SECRET}"}},'
            f' {{"bot": "salon", "token": "{SALON_TOKEN}", "webhook_secret": "{SALON_SECRET}"}}]'
        )
        folder = tmp_path_factory.mktemp(request.param)
        open_bots = always_open(folder)
        server = EasyFlow(
            folder / "data", bots=open_bots, telegram__bots=bots, telegram__api_base=telegram.base
        )
        if request.param == "webhook":
            server.set(public_url=server.base)
        with server:
            yield telegram
        assert '"level":"error"' not in server.log
        assert telegram.violations() == []


async def test_an_order_is_found_in_the_question_itself(rig: FakeTelegram) -> None:
    ivan = Customer(rig, 501)
    ivan.says("Привет! Где мой заказ №12345?")
    answer = await ivan.hears("заказ")
    await rig.settled()
    assert [call.text for call in ivan.heard()] == [
        "Ваш заказ №12345 находится в пути. Ожидаемая дата доставки: 15 января 2024."
    ]
    assert answer.parameters["reply_markup"]["inline_keyboard"][0][0]["url"]


async def test_a_return_with_a_misfit_a_photo_and_a_shared_phone(rig: FakeTelegram) -> None:
    anna = Customer(rig, 502)
    anna.says("/start")
    await anna.presses("↩️ Оформить возврат")
    assert [call.method for call in anna.heard()[:2]] == ["sendPhoto", "sendMessage"]
    await anna.hears("номер")
    anna.says("12")
    await anna.hears("5–8 цифр")
    anna.says("12344")
    await anna.hears("случилось")
    await anna.presses("Брак")
    await anna.hears("фото")
    photo = [{"file_id": "small", "width": 90, "height": 90}, {"file_id": "photo-1", "width": 800}]
    anna.sends(photo=photo)
    # Photos are gathered until three seconds of quiet.
    asked = await anna.hears("с вами связаться")
    assert asked.parameters["reply_markup"]["keyboard"][0][0]["request_contact"] is True
    anna.sends(contact={"phone_number": "79991234567", "first_name": "Анна", "user_id": 502})
    assert "1 шт" in (await anna.hears("+7 999 123-45-67")).text
    await anna.presses("✅ Отправить")
    await anna.hears("Готово")


async def test_a_booking_in_the_salon_and_its_list(rig: FakeTelegram) -> None:
    olga = Customer(rig, 503, SALON_TOKEN)
    olga.says("записаться")
    olga.says("Маникюр — 2 000 ₽")
    await olga.presses("Завтра")
    times = await olga.hears("время")
    await olga.presses(times.parameters["reply_markup"]["inline_keyboard"][0][0]["text"])
    olga.says("Ольга")
    olga.says("8 (999) 123-45-67")
    await olga.hears("Записываю?")
    await olga.presses("✅ Да")
    await olga.hears("Записала вас")
    olga.says("/my")
    await olga.hears("Маникюр")


async def test_a_press_is_answered_at_once_and_a_stale_one_is_told_so(rig: FakeTelegram) -> None:
    ivan = Customer(rig, 504)
    ivan.says("/start")
    await ivan.presses("↩️ Оформить возврат")
    await rig.expect(1, "answerCallbackQuery")
    await ivan.hears("номер")
    ivan.says("/menu")
    rig.update(press(504, "q:1:0", query_id="stale"), token=TOKEN)
    await ivan.hears("уже не действует")


async def test_after_a_person_was_called_the_bot_is_silent(rig: FakeTelegram) -> None:
    ivan = Customer(rig, 505)
    ivan.says("оператор")
    await ivan.hears("Зову коллегу")
    ivan.says("алло, вы тут?")
    await rig.settled()
    await asyncio.sleep(0.5)
    assert not [call for call in ivan.heard() if "тут" in call.text]


async def test_updates_we_do_not_serve_are_acknowledged(rig: FakeTelegram) -> None:
    rig.update(
        {"poll": {"id": "1", "question": "?", "options": []}},
        {"channel_post": {"message_id": 1, "chat": {"id": -100, "type": "channel"}, "date": 1}},
        {"message_reaction": {"chat": {"id": 1}, "message_id": 1}},
        {"something_of_the_future": {"id": 1}},
        message(506, "Где мой заказ 12345?"),
        token=TOKEN,
    )
    await rig.settled()
    await Customer(rig, 506).hears("в пути")
