"""Customers of other messengers at the desk: what goes from one messenger to another, and what cannot."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.messengers.vk.channel import VkChannel
from adapters.messengers.vk.client import Connection as VkConnection
from adapters.messengers.web.channel import WebChannel
from adapters.messengers.web.files import kept_file
from adapters.messengers.web.frames import shown
from adapters.messengers.web.hub import Hub
from adapters.messengers.whatsapp.channel import WhatsAppChannel
from adapters.messengers.whatsapp.client import Connection as GraphConnection
from bots.elsewhere import fetched
from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment, UnifiedMessage
from bots.model.receipt import Receipt
from bots.ports import Channel
from bots.services.dialogs import Dialogs
from bots.services.team import Team
from tests.bots.rig import WORKSPACE
from tests.desk.rig import BOT, CHANNEL, DeskOperator, DeskRig
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_group import Shown
from tests.servers.vk import GROUP, SECRET, TOKEN, Vk
from tests.servers.whatsapp import PHONE_ID, VERIFY_TOKEN, WhatsApp
from tests.servers.whatsapp import SECRET as APP_SECRET
from tests.servers.whatsapp import TOKEN as GRAPH_TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0 a picture"


class Customer:
    """Somebody who writes from another messenger."""

    def __init__(self, desk: DeskRig, channel: Channel, chat: str) -> None:
        self.desk = desk
        self.channel = channel
        self.address = Address(WORKSPACE, BOT, channel.name, chat)
        self._written = 0

    async def writes(self, text: str | None, *attachments: Attachment, **more: Any) -> None:
        self._written += 1
        message = UnifiedMessage(
            message_id=self.desk.new_id(),
            address=self.address,
            platform=self.channel.platform,
            user_id=self.address.chat_id,
            external_id=f"x{self._written}",
            platform_message_id=f"90{self._written}",
            timestamp=self.desk.hands.time,
            text=text,
            attachments=attachments,
            **more,
        )
        await self.desk.inbox.accept([message])
        await self.desk.settle()

    async def chat(self) -> Conversation:
        stores = self.desk.stores.conversations
        chat = self.address.chat_id
        return await stores.by_chat(WORKSPACE, self.channel.platform, chat, bot=BOT)

    async def thread(self) -> int:
        topics = await self.desk.stores.desks.topics((await self.chat()).id)
        return int(topics[0].thread_id)

    async def shown(self) -> list[Shown]:
        """What stands beneath the card."""
        await self.desk.later(20)
        return self.desk.forum.shown(await self.thread())[1:]

    async def with_operator(self) -> DeskOperator:
        await self.writes("/start")
        await self.writes("оператор")
        olya = await self.desk.operator("Оля")
        card = self.desk.forum.shown(await self.thread())[0]
        olya.person.presses(await self.thread(), card.buttons[0], message_id=card.id)
        await self.desk.settle()
        await self.desk.later(20)
        return olya


async def slept(desk: DeskRig, **time: float) -> None:
    """So much time passed in one go, with nothing in it."""
    desk.hands.wake(desk.hands.time + timedelta(**time))
    await desk.settle()


# ---------------------------------------------------------------- VK


@pytest.fixture(scope="module")
def vk_server() -> Iterator[Vk]:
    with Vk.start() as server:
        yield server


@pytest.fixture
async def ivan(desk: DeskRig, vk_server: Vk) -> AsyncIterator[Customer]:
    """A customer of VK."""
    vk_server.reset(whole=True)
    vk_server.allow(5)
    connection = VkConnection(vk_server.api, timeout=60.0)
    channel = VkChannel(
        workspace=WORKSPACE,
        bot=BOT,
        token=TOKEN,
        group=str(GROUP),
        secret=SECRET,
        connection=connection,
        shelf=desk.stores.shelf,
        clock=desk.hands.now,
        sleep=desk.hands.sleep,
        new_id=desk.new_id,
        elsewhere=partial(fetched, desk.channels),
        per_second=0,
    )
    desk.channels[channel.name] = channel
    yield Customer(desk, channel, "5")
    await connection.close()


async def test_a_picture_from_vk_is_shown_in_the_topic(ivan: Customer, vk_server: Vk) -> None:
    await ivan.with_operator()
    url = vk_server.file("cat.png", PNG)
    await ivan.writes("Вот такой", Attachment(kind="photo", ref=url), message_type="image")
    (shown,) = await ivan.shown()
    assert (shown.kind, shown.text) == ("photo", "Вот такой")
    file = shown.message["photo"][-1]["file_id"]
    assert (await ivan.desk.channel.fetch(file)).content == PNG


async def test_what_vk_does_not_give_out_any_more_is_told(ivan: Customer, vk_server: Vk) -> None:
    await ivan.with_operator()
    gone = vk_server.file("cat.png", PNG).replace("cat", "dog")
    await ivan.writes("Вот такой", Attachment(kind="photo", ref=gone), message_type="image")
    await ivan.desk.later(60)
    (shown,) = await ivan.shown()
    assert shown.text.startswith("Вот такой\n📎 Клиент прислал: фото")


async def test_an_album_from_vk_is_an_album(ivan: Customer, vk_server: Vk) -> None:
    await ivan.with_operator()
    photos = [Attachment(kind="photo", ref=vk_server.file(f"{n}.png", PNG)) for n in range(3)]
    await ivan.writes("Три", *photos, message_type="image")
    shown = await ivan.shown()
    assert [one.kind for one in shown] == ["photo"] * 3
    assert [one.text for one in shown] == ["Три", "", ""]


async def test_words_that_are_too_long_for_a_caption_stand_below(
    ivan: Customer, vk_server: Vk
) -> None:
    await ivan.with_operator()
    photo = Attachment(kind="photo", ref=vk_server.file("cat.png", PNG))
    await ivan.writes("слово " * 400, photo, message_type="image")
    shown = await ivan.shown()
    assert [one.kind for one in shown] == ["photo", "text"]
    assert shown[1].text == ("слово " * 400).strip()


async def test_a_text_longer_than_telegrams_is_shown_in_parts(ivan: Customer) -> None:
    olya = await ivan.with_operator()
    await ivan.writes("слово " * 1500)
    shown = await ivan.shown()
    assert len(shown) == 3
    assert " ".join(one.text for one in shown) == ("слово " * 1500).strip()
    # An answer to any of the parts answers the message.
    olya.person.writes(await ivan.thread(), "понятно", reply_to=shown[-1].id)
    await ivan.desk.settle()
    chat = await ivan.chat()
    records = await ivan.desk.stores.episodes.messages(chat.id, after=0, limit=50)
    assert records[-1].reply_to == "903"


async def test_what_vk_only_names_is_named(ivan: Customer) -> None:
    await ivan.with_operator()
    await ivan.writes(None, Attachment(kind="unknown"), message_type="document")
    (shown,) = await ivan.shown()
    assert shown.text == "📎 вложение, которое VK не отдаёт ботам"


async def test_an_operators_picture_goes_to_vk(ivan: Customer, vk_server: Vk) -> None:
    olya = await ivan.with_operator()
    file = ivan.desk.telegram.file("cat.png", PNG)
    olya.person.sends(await ivan.thread(), "photo", file, "Вот")
    await ivan.desk.settle()
    await ivan.desk.later(20)
    sent = vk_server.calls("messages.send")[-1]
    assert (sent.text, sent.parameters["attachment"][:5]) == ("Вот", "photo")
    assert vk_server.violations() == []


async def test_what_will_look_otherwise_is_asked_before(ivan: Customer, vk_server: Vk) -> None:
    olya = await ivan.with_operator()
    before = len(vk_server.calls("messages.send"))
    file = ivan.desk.telegram.file("hand.webp", b"RIFF1234WEBP")
    number = olya.person.sends(await ivan.thread(), "sticker", file)
    await ivan.desk.settle()
    await ivan.desk.later(10)
    remark = (await ivan.shown())[-1]
    assert remark.reply_to == number
    assert "стикер уйдёт как картинка" in remark.text
    assert len(vk_server.calls("messages.send")) == before
    for _ in range(2):
        olya.person.presses(await ivan.thread(), "Отправить так", message_id=remark.id)
    await ivan.desk.settle()
    await ivan.desk.later(10)
    assert len(vk_server.calls("messages.send")) == before + 1
    assert next(one for one in await ivan.shown() if one.id == remark.id).buttons == ()


async def test_an_edit_and_a_deletion_reach_vk(ivan: Customer, vk_server: Vk) -> None:
    olya = await ivan.with_operator()
    number = olya.person.writes(await ivan.thread(), "завтра")
    await ivan.desk.settle()
    olya.person.edits(number, "послезавтра")
    await ivan.desk.settle()
    assert [call.text for call in vk_server.calls("messages.edit")] == ["послезавтра"]
    olya.person.writes(await ivan.thread(), "/del", reply_to=number)
    await ivan.desk.settle()
    assert len(vk_server.calls("messages.delete")) == 1


async def test_what_somebody_answers_in_vk_itself_is_shown_as_theirs(ivan: Customer) -> None:
    await ivan.with_operator()
    await ivan.writes("Я сам отвечу", happening="echo")
    assert [one.text for one in await ivan.shown()] == ["👤 Оператор в VK: Я сам отвечу"]


# ---------------------------------------------------------------- WhatsApp


@pytest.fixture(scope="module")
def whatsapp_server() -> Iterator[WhatsApp]:
    with WhatsApp.start() as server:
        yield server


@pytest.fixture
async def maria(desk: DeskRig, whatsapp_server: WhatsApp) -> AsyncIterator[Customer]:
    async with of_whatsapp(desk, whatsapp_server) as one:
        yield one


@asynccontextmanager
async def of_whatsapp(desk: DeskRig, whatsapp_server: WhatsApp) -> AsyncIterator[Customer]:
    """A customer of WhatsApp."""
    whatsapp_server.reset()
    whatsapp_server.open_window("79001234567")
    connection = GraphConnection(f"{whatsapp_server.base}/v23.0")
    channel = WhatsAppChannel(
        workspace=WORKSPACE,
        bot=BOT,
        phone_id=PHONE_ID,
        token=GRAPH_TOKEN,
        app_secret=APP_SECRET,
        verify_token=VERIFY_TOKEN,
        connection=connection,
        shelf=desk.stores.shelf,
        clock=desk.hands.now,
        sleep=desk.hands.sleep,
        new_id=desk.new_id,
        elsewhere=partial(fetched, desk.channels),
    )
    desk.channels[channel.name] = channel
    yield Customer(desk, channel, "79001234567")
    await connection.close()


async def test_operators_are_told_an_hour_before_the_window_closes(maria: Customer) -> None:
    await maria.with_operator()
    await slept(maria.desk, hours=23)
    assert any("закроет окно" in one.text for one in await maria.shown())


async def test_what_is_held_is_told_and_a_template_goes(
    maria: Customer, whatsapp_server: WhatsApp
) -> None:
    olya = await maria.with_operator()
    await slept(maria.desk, hours=24, minutes=1)
    number = olya.person.writes(await maria.thread(), "Вы ещё тут?")
    await maria.desk.settle()
    (remark,) = [one for one in await maria.shown() if one.reply_to == number]
    assert remark.text.startswith("⏸ Уйдёт, когда клиент напишет")
    whatsapp_server.template("back_soon", body="Здравствуйте, {{1}}!")
    olya.person.writes(await maria.thread(), "/tpl back_soon «Мария Ивановна»")
    await maria.desk.settle()
    sent = whatsapp_server.calls()[-1].parameters
    assert sent["template"]["name"] == "back_soon"
    values = sent["template"]["components"][0]["parameters"]
    assert [one["text"] for one in values] == ["Мария Ивановна"]


async def test_what_is_said_over_http_is_held_as_well(
    maria: Customer, whatsapp_server: WhatsApp
) -> None:
    await maria.with_operator()
    await slept(maria.desk, hours=24, minutes=1)
    desk, chat = maria.desk, await maria.chat()
    team = Team(desk.stores.operators, clock=desk.hands.now)
    dialogs = Dialogs(desk.stores.dialogs, desk.handoff, team, new_id=desk.new_id)
    caller = Caller(workspace=WORKSPACE, account_id=None, key_id=1)
    before = len(whatsapp_server.calls())
    record, _ = await dialogs.say(caller, chat.id, "Вы ещё тут?", name="Оля")
    await desk.settle()
    assert (await desk.outbox.delivery(record.message_id, patience=0)).status == "held"
    assert len(whatsapp_server.calls()) == before
    await maria.writes("Тут")
    await desk.settle()
    sent = [one.parameters.get("text", {}).get("body") for one in whatsapp_server.calls()]
    assert sent.count("Вы ещё тут?") == 1


async def test_what_fails_after_all_is_told_and_sent_anew_once(
    maria: Customer, whatsapp_server: WhatsApp
) -> None:
    olya = await maria.with_operator()
    number = olya.person.writes(await maria.thread(), "Уже едет")
    await maria.desk.settle()
    before = [call for call in whatsapp_server.calls() if "text" in call.parameters]
    failed = Receipt(
        channel=maria.channel.name,
        platform_message_id=before[-1].message_id or "",
        status="failed",
        at=maria.desk.hands.time,
        chat_id=maria.address.chat_id,
        code=131000,
        error="Something went wrong",
    )
    await maria.desk.inbox.note([failed, failed])
    await maria.desk.settle()
    (remark,) = [one for one in await maria.shown() if one.reply_to == number]
    assert remark.text == "❌ Не доставлено. WhatsApp отвечает: Something went wrong"
    for _ in range(2):
        olya.person.presses(await maria.thread(), "Ещё раз", message_id=remark.id)
    await maria.desk.settle()
    after = [call for call in whatsapp_server.calls() if "text" in call.parameters]
    assert len(after) == len(before) + 1
    assert after[-1].parameters["text"]["body"] == "Уже едет"


async def test_what_fails_while_the_groups_account_is_away_is_told_when_it_is_back(
    maria: Customer, whatsapp_server: WhatsApp
) -> None:
    olya = await maria.with_operator()
    number = olya.person.writes(await maria.thread(), "Уже едет")
    await maria.desk.settle()
    sent = [call for call in whatsapp_server.calls() if "text" in call.parameters][-1]
    failed = Receipt(
        channel=maria.channel.name,
        platform_message_id=sent.message_id or "",
        status="failed",
        at=maria.desk.hands.time,
        chat_id=maria.address.chat_id,
        code=131000,
        error="Something went wrong",
    )
    account = maria.desk.channels.pop(CHANNEL)
    await maria.desk.inbox.note([failed])
    await maria.desk.later(90)
    assert [one for one in await maria.shown() if one.reply_to == number] == []
    maria.desk.channels[CHANNEL] = account
    await maria.desk.later(60)
    (remark,) = [one for one in await maria.shown() if one.reply_to == number]
    assert remark.text == "❌ Не доставлено. WhatsApp отвечает: Something went wrong"


async def test_an_edit_becomes_a_correction_where_nothing_can_be_edited(
    maria: Customer, whatsapp_server: WhatsApp
) -> None:
    olya = await maria.with_operator()
    number = olya.person.writes(await maria.thread(), "завтра")
    await maria.desk.settle()
    olya.person.edits(number, "послезавтра", copies=2)
    await maria.desk.settle()
    await maria.desk.later(20)
    said = [call.parameters.get("text", {}).get("body") for call in whatsapp_server.calls()]
    assert said[-2:] == ["завтра", "Исправление: послезавтра"]


async def test_signs_go_both_ways_between_whatsapp_and_the_topic(
    database: Path, telegram_server: FakeTelegram, whatsapp_server: WhatsApp
) -> None:
    wanted = "queues:\n  support: {reactions: yes}\n  sales:\n"
    async with (
        DeskRig(database, telegram_server, bot=wanted) as desk,
        of_whatsapp(desk, whatsapp_server) as maria,
    ):
        olya = await maria.with_operator()
        await maria.writes("спасибо!")
        await desk.later(20)
        heard = desk.forum.shown(await maria.thread())[-1]
        assert heard.text == "спасибо!"
        olya.person.reacts(heard.id, "👍")
        await desk.settle()
        olya.person.reacts(heard.id)
        await desk.settle()
        calls = whatsapp_server.calls()
        signs = [one.parameters["reaction"] for one in calls if "reaction" in one.parameters]
        assert signs == [{"message_id": "903", "emoji": "👍"}, {"message_id": "903", "emoji": ""}]
        number = olya.person.writes(await maria.thread(), "Пожалуйста")
        await desk.settle()
        said = [one for one in whatsapp_server.calls() if "text" in one.parameters][-1].message_id
        sign = {"event": "reaction.set", "data": {"emoji": "❤", "message_id": said}}
        await maria.writes(None, happening="event", metadata=sign)
        await desk.later(20)
        shown = desk.telegram.calls("setMessageReaction", chat_id=desk.forum.chat_id)
        assert [one.parameters["message_id"] for one in shown] == [number]


async def test_what_whatsapp_cannot_take_back_is_said(maria: Customer) -> None:
    olya = await maria.with_operator()
    number = olya.person.writes(await maria.thread(), "завтра")
    await maria.desk.settle()
    olya.person.writes(await maria.thread(), "/del", reply_to=number)
    await maria.desk.settle()
    assert (await maria.shown())[-1].text.startswith("WhatsApp не даёт удалять")


# ---------------------------------------------------------------- the page


async def test_an_operators_picture_is_laid_up_for_the_page(desk: DeskRig, tmp_path: Path) -> None:
    channel = WebChannel(Hub(), tmp_path / "files")
    desk.channels[channel.name] = channel
    visitor = Customer(desk, channel, "visitor")
    olya = await visitor.with_operator()
    file = desk.telegram.file("cat.png", PNG)
    olya.person.sends(await visitor.thread(), "photo", file, "Вот")
    await desk.settle()
    chat = await visitor.chat()
    said = (await desk.stores.episodes.messages(chat.id, after=0, limit=50))[-1]
    (photo,) = said.attachments
    kept = kept_file(tmp_path / "files", photo.ref)
    assert kept is not None
    assert kept.read_bytes() == PNG


async def test_what_the_page_does_not_show_is_told_before_it_goes(
    desk: DeskRig, tmp_path: Path
) -> None:
    channel = WebChannel(Hub(), tmp_path / "files")
    desk.channels[channel.name] = channel
    visitor = Customer(desk, channel, "visitor")
    olya = await visitor.with_operator()
    file = desk.telegram.file("virus.exe", b"MZ\x90 nothing good")
    olya.person.sends(await visitor.thread(), "document", file)
    await desk.settle()
    remark = (await visitor.shown())[-1]
    assert remark.text.startswith("⚠️ Не отправлено")


async def test_an_edit_takes_the_place_of_the_words_on_the_page(
    desk: DeskRig, tmp_path: Path
) -> None:
    channel = WebChannel(Hub(), tmp_path / "files")
    desk.channels[channel.name] = channel
    visitor = Customer(desk, channel, "visitor")
    olya = await visitor.with_operator()
    number = olya.person.writes(await visitor.thread(), "завтра")
    await desk.settle()
    before = len(await visitor.shown())
    for text in ("послезавтра", "послезавтра", "в среду"):
        olya.person.edits(number, text)
        await desk.settle()
    chat = await visitor.chat()
    said = await desk.stores.episodes.messages(chat.id, after=0, limit=50)
    first = next(one for one in said if one.text == "завтра")
    frames = [shown(one, bot=BOT) for one in said if one.seq > first.seq]
    assert [(one["text"], one["replaces"]) for one in frames] == [
        ("послезавтра", first.message_id),
        ("в среду", first.message_id),
    ]
    # Whoever corrected it sees it where they wrote it.
    assert len(await visitor.shown()) == before


async def test_what_the_page_cannot_take_back_is_said(desk: DeskRig, tmp_path: Path) -> None:
    channel = WebChannel(Hub(), tmp_path / "files")
    desk.channels[channel.name] = channel
    visitor = Customer(desk, channel, "visitor")
    olya = await visitor.with_operator()
    number = olya.person.writes(await visitor.thread(), "завтра")
    await desk.settle()
    olya.person.writes(await visitor.thread(), "/del", reply_to=number)
    await desk.settle()
    assert "не даёт удалять сообщения" in (await visitor.shown())[-1].text
