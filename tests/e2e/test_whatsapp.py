"""Whole dialogs in WhatsApp: the real server, its webhook, and a Cloud API that checks every call."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.e2e.florist import florist
from tests.servers import specs_whatsapp
from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.easyflow import EasyFlow
from tests.servers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY_TOKEN, Person, WhatsApp
from tests.servers.whatsapp_webhooks import Json

SLOW = 60.0
"""Seconds after which an answer is not waited for any more."""

ADDRESS = "/api/v1/messaging/webhook/whatsapp"

_FLOW = """\
flow: запись
when: [/visit]
steps:
  раз:
    - ask: Ваш номер?
      save: номер
      as: phone
      buttons: {Поделиться: {share: phone}}
    - say: "Записали {{ номер }}"
    - say:
        text: Напомним
        whatsapp: {template: reminder, values: ["{{ номер }}"]}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WhatsApp, EasyFlow]]:
    folder = tmp_path_factory.mktemp("florist")
    bots = florist(folder / "bots")
    (bots / "florist" / "flows" / "visit.yaml").write_text(_FLOW, encoding="utf-8")
    with WhatsApp.start() as whatsapp:
        server = EasyFlow(
            folder / "data",
            bots=bots,
            whatsapp__bot="florist",
            whatsapp__token=TOKEN,
            whatsapp__phone_id=PHONE_ID,
            whatsapp__app_secret=SECRET,
            whatsapp__verify_token=VERIFY_TOKEN,
            whatsapp__api_base=f"{whatsapp.base}/v23.0",
        )
        server.set(public_url=server.base)
        with server:
            whatsapp.set_webhook(server.base + ADDRESS)
            yield whatsapp, server
        assert '"level":"error"' not in server.log
        for secret in (TOKEN, SECRET, VERIFY_TOKEN):
            assert secret not in server.log


@pytest.fixture
async def whatsapp(server: tuple[WhatsApp, EasyFlow]) -> AsyncIterator[WhatsApp]:
    whatsapp, _ = server
    whatsapp.reset()
    yield whatsapp
    await whatsapp.settled()
    assert whatsapp.violations() == []
    if specs_whatsapp.specification() is not None:
        assert specs_whatsapp.faults_of(whatsapp.calls(None)) == []


class Customer:
    """One person in WhatsApp, and what they see."""

    def __init__(self, whatsapp: WhatsApp, person: Person) -> None:
        self.whatsapp = whatsapp
        self.person = person

    def says(self, content: Json | str, **more: Any) -> str:
        return self.whatsapp.hears(self.person, content, **more)

    def presses(self, label: str) -> str:
        return self.whatsapp.presses(self.person, label)

    async def sees(self, *lines: str) -> None:
        """Waits until the last lines are these."""
        deadline = asyncio.get_running_loop().time() + SLOW
        while tuple(seen := self.whatsapp.said(self.person.chat)[-len(lines) :]) != lines:
            assert asyncio.get_running_loop().time() < deadline, seen
            await asyncio.sleep(0.02)


def customer(whatsapp: WhatsApp, number: int, **more: Any) -> Customer:
    return Customer(whatsapp, Person(wa_id=f"7900123{number:04d}", **more))


async def test_a_whole_talk_with_an_album_cards_and_buttons(whatsapp: WhatsApp) -> None:
    anna = customer(whatsapp, 1)
    anna.says("/start")
    await anna.sees(
        "client: /start",
        "bot: [photo a.jpg] Так мы собирали букеты",
        "bot: [photo b.jpg]",
        "bot: [photo a.jpg]",
        "bot: Выбирайте",
        "bot: [photo a.jpg] *Пионы*",
        "    11 штук",
        "  [Заказать пионы]",
        "bot: [photo b.jpg] *Маки*",
        "  [Заказать маки]",
        "bot: *Ирисы*",
        "  [Заказать ирисы]",
        "bot: Как вас зовут?",
    )
    anna.presses("Заказать маки")
    await anna.sees("bot: Оформляем маки", "bot: Как вас зовут?")
    anna.says("Анна")
    await anna.sees("client: Анна", "bot: Рады вам, Анна")


async def test_marks_and_pages_come_as_new_messages(whatsapp: WhatsApp) -> None:
    anna = customer(whatsapp, 2)
    anna.says("/extras")
    await anna.sees("bot: Что добавить?", "  (list «Выбрать»: Лента | Открытка | Мишка | Готово)")
    anna.presses("Открытка")
    await anna.sees(
        "bot: Выбрано: Открытка.", "  (list «Выбрать»: Лента | ✅ Открытка | Мишка | Готово)"
    )
    anna.presses("Готово")
    await anna.sees("client: presses «Готово»", "bot: Добавим Открытка")
    anna.says("/list")
    await anna.sees(
        "bot: Какой цветок?",
        "  (list «Выбрать»: Пион розовый большой | Пион белый большой | Тюльпан жёлтый"
        " | Тюльпан красный | Ирис | Лилия | Гвоздика | Астра | Гербера | Ещё 4 ›)",
    )
    anna.presses("Ещё 4 ›")
    await anna.sees(
        "bot: Вот ещё:",
        "  (list «Выбрать»: Ромашка | Фрезия | Нарцисс | Сирень | ‹ К началу)",
    )
    anna.presses("Сирень")
    await anna.sees("client: presses «Сирень»", "bot: Взяли: Сирень")


async def test_files_of_every_kind_are_taken_and_come_back(whatsapp: WhatsApp) -> None:
    anna = customer(whatsapp, 3)
    photo = whatsapp.file("p.jpg", b"\xff\xd8\xff\xe0 a photo", "image/jpeg")
    video = whatsapp.file("v.mp4", b"\0\0\0\x18ftypmp42", "video/mp4")
    voice = whatsapp.file("v.ogg", b"OggS", "audio/ogg; codecs=opus")
    paper = whatsapp.file("price.pdf", b"%PDF", "application/pdf")
    anna.says("/send")
    await anna.sees("client: /send", "bot: Пришлите фото")
    anna.says(webhooks.unsupported())
    await anna.sees("bot: Нужна фотография. Нажмите скрепку и выберите снимок.")
    anna.says(webhooks.media("image", photo))
    await anna.sees("bot: [photo p.jpg] Это photo", "bot: Пришлите видео")
    anna.says(webhooks.media("video", video))
    await anna.sees("bot: Скажите голосом")
    anna.says(webhooks.voice(voice))
    await anna.sees("bot: Пришлите файл")
    anna.says(webhooks.media("document", paper, filename="price.pdf"))
    await anna.sees("bot: Файл price.pdf", "bot: Где вы?", "  [Send location (location)]")
    anna.says(webhooks.location(55.75, 37.61))
    await anna.sees("bot: Широта 55.8")


async def test_a_number_is_shared_and_a_template_reminds_of_it(whatsapp: WhatsApp) -> None:
    whatsapp.template("reminder", "Ждём вас, {{1}}")
    anna = customer(whatsapp, 4)
    anna.says("/visit")
    await anna.sees("bot: Ваш номер?", "  [Поделиться]")
    anna.presses("Поделиться")
    await anna.sees("bot: Записали +79001230004", "bot: [template reminder: +79001230004]")


async def test_whoever_hides_the_number_stays_the_same_person(whatsapp: WhatsApp) -> None:
    anna = customer(whatsapp, 5, user_id="RU.555", username="anna")
    hidden = Customer(whatsapp, Person(wa_id=None, user_id="RU.555", username="anna"))
    anna.says("/visit")
    await anna.sees("bot: Ваш номер?", "  [Поделиться]")
    hidden.says("+7 900 765-43-21")
    await anna.sees("bot: Записали +79007654321", "bot: [template reminder: +79007654321]")


async def test_a_message_repeated_by_meta_is_answered_once(whatsapp: WhatsApp) -> None:
    anna = customer(whatsapp, 6)
    anna.says("/visit", copies=4)
    await anna.sees("bot: Ваш номер?", "  [Поделиться]")
    await whatsapp.settled()
    anna.says("/extras")
    await anna.sees("bot: Что добавить?", "  (list «Выбрать»: Лента | Открытка | Мишка | Готово)")
    assert whatsapp.said(anna.person.chat).count("bot: Ваш номер?") == 1


async def test_what_was_heard_is_marked_as_read(whatsapp: WhatsApp) -> None:
    anna = customer(whatsapp, 7)
    id_ = anna.says("/visit")
    deadline = asyncio.get_running_loop().time() + SLOW
    while id_ not in whatsapp.state()["read"]:
        assert asyncio.get_running_loop().time() < deadline, whatsapp.calls("read")
        await asyncio.sleep(0.02)


async def test_another_program_writes_to_a_customer(
    server: tuple[WhatsApp, EasyFlow], whatsapp: WhatsApp
) -> None:
    _, easyflow = server
    anna = customer(whatsapp, 8)
    anna.says("/visit")
    await anna.sees("bot: Ваш номер?", "  [Поделиться]")
    body = {"platform": "whatsapp", "chat_id": anna.person.chat, "text": "Ваш букет готов"}
    status, answer = await easyflow.asked("POST", "/api/v1/messaging/send", body)
    assert (status, answer["delivery_status"]) == (200, "sent")
    await anna.sees("bot: Ваш букет готов")
    status, answer = await easyflow.asked("GET", "/api/v1/messaging/platforms")
    (shown,) = [one for one in answer["platforms"] if one["name"] == "whatsapp"]
    assert shown == {
        "name": "whatsapp",
        "display_name": "WhatsApp Business",
        "capabilities": ["text", "media", "templates", "interactive_buttons"],
        "webhook_supported": True,
        "status": "active",
    }
