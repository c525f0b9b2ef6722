"""The channel against a Cloud API server: connecting, messages out, every failure."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.messengers.whatsapp.channel import MESSENGER, WhatsAppChannel, allowed
from adapters.messengers.whatsapp.client import Connection
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
    WindowClosed,
)
from bots.messengers import Account
from bots.model.message import Attachment, Button, Card, Keyboard
from bots.ports import Channel
from tests.adapters.messengers.whatsapp.conftest import (
    CHAT,
    Open,
    keyboard,
    row,
    say,
)
from tests.adapters.stands import MemoryShelf, Moments
from tests.servers import specs_whatsapp
from tests.servers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY_TOKEN, WhatsApp


def test_it_is_a_channel_named_after_its_number(channel: WhatsAppChannel) -> None:
    as_channel: Channel = channel
    assert (as_channel.name, as_channel.platform) == (f"whatsapp:{PHONE_ID}", "whatsapp")
    assert as_channel.window is not None


async def test_the_number_is_told_as_people_write_it(channel: WhatsAppChannel) -> None:
    assert await channel.check() == "+1 555-078-3881 (Test Shop)"


@pytest.mark.parametrize(
    ("about", "a_second"),
    [
        ({"throughput": {"level": "STANDARD"}}, 79),
        ({"throughput": {"level": "HIGH"}}, 990),
        ({"throughput": {"level": ["?"]}}, 79),
        ({"throughput": None}, 79),
        ({}, 79),
    ],
)
def test_a_number_sends_as_much_as_meta_lets_it(about: dict[str, Any], a_second: float) -> None:
    assert allowed(about) == a_second


async def test_a_wrong_token_or_number_says_what_to_do(opened: Open) -> None:
    with pytest.raises(ChannelUnauthorised, match="does not accept the token") as refused:
        await opened(token="EAAsecret").check()
    assert "EAAsecret" not in str(refused.value)
    with pytest.raises(ChannelUnauthorised, match="phone_id"):
        await opened(phone_id="123").check()


class Ear:
    """Listening that nothing is brought to."""

    async def accept(self, messages: object) -> None:
        raise AssertionError("Meta brings messages, nobody asks for them")

    note = accept


@pytest.mark.parametrize("url", [None, "https://bot.example.com/webhook/whatsapp"])
async def test_without_a_public_address_it_says_so(
    channel: WhatsAppChannel, url: str | None
) -> None:
    listening = asyncio.ensure_future(channel.listen(Ear(), url))
    await asyncio.sleep(0)
    assert not listening.done()
    assert (channel.trouble is None) is (url is not None)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


def account(shelf: MemoryShelf, tmp_path: Path, **credentials: str) -> Account:
    given = {
        "token": TOKEN,
        "phone_id": PHONE_ID,
        "app_secret": SECRET,
        "verify_token": VERIFY_TOKEN,
    }

    async def sleep(seconds: float) -> None:
        pass

    return Account(
        workspace=1,
        bot="shop",
        credentials={**given, **credentials},
        api_base="http://127.0.0.1:9/v23.0",
        shelf=shelf,
        clock=Moments(),
        new_id=lambda: "m",
        sleep=sleep,
        folder=lambda: tmp_path,
    )


@pytest.mark.parametrize("name", ["token", "phone_id", "app_secret", "verify_token"])
def test_every_credential_is_needed(shelf: MemoryShelf, tmp_path: Path, name: str) -> None:
    assert MESSENGER.open(account(shelf, tmp_path)).name == f"whatsapp:{PHONE_ID}"
    with pytest.raises(ChannelUnauthorised, match=name):
        MESSENGER.open(account(shelf, tmp_path, **{name: " "}))


def test_the_number_itself_is_not_its_id(shelf: MemoryShelf, tmp_path: Path) -> None:
    with pytest.raises(ChannelUnauthorised, match="API Setup"):
        MESSENGER.open(account(shelf, tmp_path, phone_id="+7 900 123-45-67"))


async def test_what_was_closed_opens_again(
    channel: WhatsAppChannel, open_chat: WhatsApp, connection: Connection
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    await say(channel, text="Вот", attachments=(photo,))
    await connection.close()
    await say(channel, attachments=(Attachment(kind="document", ref="media/price.pdf"),))
    await channel.close()
    await say(channel, attachments=(Attachment(kind="sticker", ref="media/wave.webp"),))
    assert len(open_chat.calls("media")) == 3


# ---------------------------------------------------------------- out


async def test_everything_a_bot_says_is_taken_as_documented(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    place = {"latitude": 55.75, "longitude": 37.61, "title": "Салон"}
    await say(channel, text="Здравствуйте!", keyboard=keyboard("Да", "Нет"))
    await say(channel, text="Что?", keyboard=keyboard(*(f"Услуга {n}" for n in range(5))))
    await say(channel, text="Вот", attachments=(photo,))
    await say(channel, text="Вот", attachments=(photo,), keyboard=keyboard("Купить"))
    await say(channel, cards=(Card(title="Чай", photo="media/hello.jpg"),))
    await say(channel, attachments=(Attachment(kind="voice", ref="media/hello.ogg"),))
    await say(channel, attachments=(Attachment(kind="document", ref="media/price.pdf"),))
    await say(channel, attachments=(Attachment(kind="photo", ref="media/dance.gif"),))
    await say(channel, attachments=(Attachment(kind="sticker", ref="media/wave.webp"),))
    await say(channel, attachments=(Attachment(kind="location", details=place),))
    contact = {"phone": "+79007654321", "name": "Анна"}
    await say(channel, attachments=(Attachment(kind="contact", details=contact),))
    link = Keyboard(rows=((Button(text="Сайт", url="https://example.com"),),))
    await say(channel, text="Вот", keyboard=link)
    share = Keyboard(rows=((Button(text="Я тут", share="location"),),))
    await say(channel, text="Где вы?", keyboard=share)
    assert open_chat.violations() == []
    assert open_chat.said(CHAT) == [
        "bot: Здравствуйте!",
        "  [Да] [Нет]",
        "bot: Что?",
        "  (list «Выбрать»: Услуга 0 | Услуга 1 | Услуга 2 | Услуга 3 | Услуга 4)",
        "bot: [photo hello.jpg] Вот",
        "bot: [photo hello.jpg] Вот",
        "  [Купить]",
        "bot: [photo hello.jpg] *Чай*",
        "bot: [voice hello.ogg]",
        "bot: [document price.pdf]",
        "bot: [document dance.gif]",
        "bot: [sticker wave.webp]",
        "bot: [location 55.75,37.61 Салон]",
        "bot: [contact Анна +79007654321]",
        "bot: Вот",
        "  [Сайт → https://example.com]",
        "bot: Где вы?",
        "  [Send location (location)]",
    ]
    assert len(open_chat.calls("media")) == 5


async def test_our_calls_are_as_meta_describes_them(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    if specs_whatsapp.specification() is None:
        pytest.skip("Meta's own description is not beside the checkout")
    await test_everything_a_bot_says_is_taken_as_documented(channel, open_chat)
    assert specs_whatsapp.faults_of(open_chat.calls(None)) == []


async def test_a_message_has_its_id(channel: WhatsAppChannel, open_chat: WhatsApp) -> None:
    (id_,) = await say(channel, text="Привет")
    (call,) = open_chat.calls()
    assert id_ == call.message_id
    assert call.parameters == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": CHAT,
        "type": "text",
        "text": {"body": "Привет"},
    }


async def test_whoever_has_no_number_is_written_to_by_their_id(
    channel: WhatsAppChannel, whatsapp: WhatsApp
) -> None:
    whatsapp.open_window("RU.777")
    await say(channel, "RU.777", text="Привет")
    (call,) = whatsapp.calls()
    assert "to" not in call.parameters
    assert call.parameters["recipient"] == "RU.777"
    assert whatsapp.violations() == []


async def test_a_template_goes_out_in_the_bots_language(opened: Open, whatsapp: WhatsApp) -> None:
    channel = opened(language=lambda: "uz")
    whatsapp.template("reminder", "Salom, {{1}}! {{2}}", language="uz")
    chat = "79009999999"
    await say(channel, chat, template={"template": "reminder", "values": ["Anna", "10:00"]})
    assert whatsapp.violations() == []
    assert whatsapp.said(chat) == ["bot: [template reminder: Anna, 10:00]"]


async def test_only_templates_get_through_after_a_day(
    channel: WhatsAppChannel, whatsapp: WhatsApp
) -> None:
    with pytest.raises(WindowClosed):
        await say(channel, "79008888888", text="Вы тут?")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (130429, ChannelBusy),
        (131056, ChannelBusy),
        (131026, Unreachable),
        (190, ChannelUnauthorised),
        (368, ChannelUnauthorised),
        (131000, ChannelDown),
        (131009, Rejected),
    ],
)
async def test_a_refusal_has_its_error(
    channel: WhatsAppChannel, open_chat: WhatsApp, code: int, kind: type[ChannelError]
) -> None:
    open_chat.script(code=code)
    with pytest.raises(kind):
        await say(channel, text="Привет")
    await say(channel, text="Привет")


async def test_whoever_is_told_to_wait_again_waits_longer(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    waits = []
    open_chat.script(code=130429, times=3)
    for _ in range(3):
        with pytest.raises(ChannelBusy) as busy:
            await say(channel, text="Привет")
        waits.append(busy.value.retry_after)
    await say(channel, text="Привет")
    open_chat.script(code=130429, headers={"Retry-After": "33"})
    with pytest.raises(ChannelBusy) as busy:
        await say(channel, text="Привет")
    assert [*waits, busy.value.retry_after] == [1, 4, 16, 33]


@pytest.mark.parametrize("trouble", [{"status": 502, "body": "<html>"}, {"action": "drop"}])
async def test_trouble_on_the_way_is_an_outage(
    channel: WhatsAppChannel, open_chat: WhatsApp, trouble: dict[str, Any]
) -> None:
    open_chat.script(**trouble)
    with pytest.raises(ChannelDown) as down:
        await say(channel, text="Привет")
    assert down.value.sent is None
    assert TOKEN not in str(down.value)


async def test_a_silent_server_is_not_waited_for(opened: Open, open_chat: WhatsApp) -> None:
    connection = Connection(f"{open_chat.base}/v23.0", timeout=0.2)
    channel = opened(connection=connection)
    open_chat.script(action="hang")
    with pytest.raises(ChannelDown):
        await say(channel, text="Привет")
    await connection.close()


async def test_what_cannot_be_written_is_no_outage(channel: WhatsAppChannel) -> None:
    with pytest.raises(Rejected):
        await channel.send(row({"body": {"type": "text", "text": {"body": {1}}}}))
