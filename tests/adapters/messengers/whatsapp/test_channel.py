"""The channel against a Cloud API server: webhooks in, messages out, every failure."""

import asyncio
import hashlib
import hmac
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.messengers.whatsapp.channel import MESSENGER, WhatsAppChannel
from adapters.messengers.whatsapp.client import Client, Connection
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Invalid,
    NotFound,
    Rejected,
    Unauthorised,
    Unreachable,
    WindowClosed,
)
from bots.messengers import Account
from bots.model.message import Address, Attachment, Button, Card, Keyboard, Reply
from bots.model.turn import Outgoing
from bots.ports import Channel, Webhook
from tests.adapters.messengers.whatsapp.conftest import JPEG, Open
from tests.adapters.stands import MemoryShelf, Moments
from tests.servers import specs_whatsapp
from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY_TOKEN, Person, WhatsApp
from tests.servers.whatsapp_webhooks import Json

CHAT = "79001234567"
ADDRESS = Address(1, "shop", f"whatsapp:{PHONE_ID}", CHAT)
IVAN = Person(user_id="RU.13491208655302741918")
HIDDEN = Person(wa_id=None, user_id="RU.13491208655302741918")


def row(payload: dict[str, Any], chat: str = CHAT) -> Outgoing:
    return Outgoing(
        key="k",
        conversation_id=1,
        address=ADDRESS._replace(chat_id=chat),
        seq=1,
        part=0,
        epoch=0,
        payload=payload,
        message_id="m",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def say(channel: WhatsAppChannel, chat: str = CHAT, **fields: Any) -> list[str]:
    """Send a reply; the ids it has."""
    address = ADDRESS._replace(chat_id=chat)
    calls = channel.render(address, Reply(message_id="m", **fields))
    return [await channel.send(row(orjson.loads(orjson.dumps(call)), chat)) for call in calls]


def signed(body: object, secret: str = SECRET) -> Webhook:
    content = body if isinstance(body, bytes) else webhooks.wire(body)  # type: ignore[arg-type]
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return Webhook(headers={"x-hub-signature-256": f"sha256={digest}"}, body=content)


def around(content: Json, person: Person = IVAN, *, id_: str = "wamid.IN1", **more: Any) -> Json:
    message = webhooks.message(person, content, id_=id_, at=1_795_600_000, **more)
    people = [] if content["type"] == "system" else [person]
    value = webhooks.value(PHONE_ID, "15550783881", messages=[message], people=people)
    return webhooks.body(webhooks.entry("1", webhooks.change(value)))


def test_it_is_a_channel_named_after_its_number(channel: WhatsAppChannel) -> None:
    as_channel: Channel = channel
    assert (as_channel.name, as_channel.platform) == (f"whatsapp:{PHONE_ID}", "whatsapp")
    assert as_channel.window is not None


# ---------------------------------------------------------------- in


async def test_a_signed_message_is_read(channel: WhatsAppChannel) -> None:
    received = await channel.receive(signed(around(webhooks.text("Привет"))))
    assert [found.text for found in received.messages] == ["Привет"]
    assert received.messages[0].address == ADDRESS
    assert (received.status, received.more) == (200, False)


@pytest.mark.parametrize("secret", ["", "app-secre", "app-secrets", "APP-SECRET", "тайна"])
async def test_a_wrong_signature_is_refused_before_anything_is_read(
    channel: WhatsAppChannel, secret: str
) -> None:
    with pytest.raises(Unauthorised):
        await channel.receive(signed(b"{not json", secret))


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha1=00", "тайна"])
async def test_so_is_none_at_all(channel: WhatsAppChannel, header: str | None) -> None:
    headers = {} if header is None else {"x-hub-signature-256": header}
    with pytest.raises(Unauthorised):
        await channel.receive(Webhook(headers=headers, body=b"{}"))


async def test_the_signature_is_of_the_bytes_and_not_of_what_they_mean(
    channel: WhatsAppChannel,
) -> None:
    webhook = signed(around(webhooks.text("Привет")))
    again = orjson.dumps(orjson.loads(webhook.body))
    with pytest.raises(Unauthorised):
        await channel.receive(Webhook(headers=webhook.headers, body=again))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"{}", b'{"entry":1}', b"null"])
async def test_what_is_no_webhook_is_invalid(channel: WhatsAppChannel, body: bytes) -> None:
    with pytest.raises(Invalid):
        await channel.receive(signed(body))


async def test_each_number_takes_its_part(channel: WhatsAppChannel, opened: Open) -> None:
    other = opened(phone_id="777", bot="salon")
    body = around(webhooks.text("раз"))
    second = around(webhooks.text("два"), id_="wamid.IN2")["entry"][0]
    second["changes"][0]["value"]["metadata"]["phone_number_id"] = "777"
    body["entry"].append(second)
    parts = [await one.receive(signed(body)) for one in (channel, other)]
    heard = [[(one.text, one.address.bot) for one in part.messages] for part in parts]
    assert heard == [[("раз", "shop")], [("два", "salon")]]
    assert all(part.more for part in parts)


def asked(**query: str) -> Webhook:
    named = {f"hub.{key}": value for key, value in query.items()}
    return Webhook(headers={}, body=b"", query=named, method="GET")


async def test_the_address_is_verified(channel: WhatsAppChannel) -> None:
    webhook = asked(mode="subscribe", verify_token=VERIFY_TOKEN, challenge="1158201444")
    assert (await channel.receive(webhook)).reply == "1158201444"


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "subscribe", "verify_token": "wrong"},
        {"mode": "subscribe"},
        {"mode": "unsubscribe", "verify_token": VERIFY_TOKEN},
        {},
    ],
)
async def test_with_another_token_it_is_not(
    channel: WhatsAppChannel, query: dict[str, str]
) -> None:
    with pytest.raises(Unauthorised):
        await channel.receive(asked(challenge="1", **query))


async def test_what_was_taken_is_marked_as_read(
    channel: WhatsAppChannel, whatsapp: WhatsApp
) -> None:
    id_ = whatsapp.hears(IVAN, "Привет")
    received = await channel.receive(signed(around(webhooks.text("Привет"), id_=id_)))
    for after in received.after:
        await after()
    assert id_ in whatsapp.state()["read"]
    await channel.typing(ADDRESS)
    assert id_ in whatsapp.state()["typing"]
    assert whatsapp.violations() == []


async def test_several_messages_in_a_row_are_marked_by_the_last(
    channel: WhatsAppChannel, whatsapp: WhatsApp
) -> None:
    after: list[Any] = []
    for text in ("раз", "два", "три"):
        id_ = whatsapp.hears(IVAN, text)
        received = await channel.receive(signed(around(webhooks.text(text), id_=id_)))
        after += received.after
    await asyncio.gather(*(work() for work in after))
    (call,) = whatsapp.calls("read")
    assert call.parameters["message_id"] == id_


async def test_typing_is_never_in_the_way(channel: WhatsAppChannel, whatsapp: WhatsApp) -> None:
    await channel.typing(ADDRESS)
    await channel.receive(signed(around(webhooks.text("?"), id_="wamid.unknown")))
    await channel.typing(ADDRESS)
    whatsapp.script(action="drop", method="read")
    await channel.typing(ADDRESS)


async def test_a_number_is_shared_by_a_press(channel: WhatsAppChannel) -> None:
    body = around(webhooks.button_reply("share:phone", "Мой номер"))
    (message,) = (await channel.receive(signed(body))).messages
    assert (message.happening, message.text, message.message_type) == ("message", None, "contact")
    (card,) = message.attachments
    assert card.details == {"phone": "+79001234567", "name": "Иван", "own": True}


async def test_whoever_hides_a_number_known_before_shares_it_all_the_same(
    channel: WhatsAppChannel,
) -> None:
    await channel.receive(signed(around(webhooks.text("?"), IVAN)))
    body = around(webhooks.button_reply("share:phone", "Мой номер"), HIDDEN, id_="wamid.IN2")
    (message,) = (await channel.receive(signed(body))).messages
    assert message.chat_id == CHAT
    assert message.attachments[0].details["phone"] == "+79001234567"


async def test_a_number_nobody_knows_is_not_shared(channel: WhatsAppChannel) -> None:
    body = around(webhooks.button_reply("share:phone", "Мой номер"), HIDDEN)
    (message,) = (await channel.receive(signed(body))).messages
    assert (message.text, message.attachments, message.message_type) == ("Мой номер", (), "text")


async def test_a_person_goes_on_under_a_new_number(
    channel: WhatsAppChannel, whatsapp: WhatsApp
) -> None:
    new = Person(wa_id="79007777777", name="Иван")
    await channel.receive(signed(around(webhooks.text("?"), IVAN)))
    body = around(webhooks.changed_number(IVAN, "79007777777"), id_="wamid.IN2")
    (change,) = (await channel.receive(signed(body))).messages
    assert (change.chat_id, change.metadata["event"]) == (CHAT, "number.changed")
    (message,) = (
        await channel.receive(signed(around(webhooks.text("Это я"), new, id_="wamid.IN3")))
    ).messages
    assert (message.chat_id, message.user_id) == (CHAT, CHAT)
    whatsapp.open_window("79007777777")
    await say(channel, text="Узнаём")
    assert whatsapp.said("79007777777")[-1] == "bot: Узнаём"


async def test_problems_of_the_account_are_logged(
    channel: WhatsAppChannel, caplog: pytest.LogCaptureFixture
) -> None:
    error = {"code": 130429, "title": "Rate limit hit"}
    value = webhooks.value(PHONE_ID, "1", errors=[error])
    body = webhooks.body(webhooks.entry("1", webhooks.change(value)))
    received = await channel.receive(signed(body))
    assert (list(received.messages), received.status) == ([], 200)


# ---------------------------------------------------------------- out


@pytest.fixture
def open_chat(whatsapp: WhatsApp) -> WhatsApp:
    whatsapp.open_window(CHAT)
    return whatsapp


def keyboard(*labels: str) -> Keyboard:
    return Keyboard(rows=tuple((Button(text=one, payload=f"q:{one}"),) for one in labels))


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


async def test_a_number_that_is_written_otherwise_answers_into_the_same_chat(
    channel: WhatsAppChannel, whatsapp: WhatsApp
) -> None:
    chat = "+7 900 123-45-67"
    whatsapp.open_window(CHAT)
    await say(channel, chat, text="Здравствуйте")
    (message,) = (
        await channel.receive(signed(around(webhooks.text("Да?"), Person(wa_id=CHAT))))
    ).messages
    assert message.chat_id == chat


# ---------------------------------------------------------------- files


async def test_a_file_is_uploaded_once(
    channel: WhatsAppChannel, opened: Open, open_chat: WhatsApp
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    for one in (channel, channel, opened()):
        await say(one, attachments=(photo,))
    (upload,) = open_chat.calls("media")
    assert upload.files["file"]["content_type"] == "image/jpeg"
    ids = {call.parameters["image"]["id"] for call in open_chat.calls()}
    assert len(ids) == 1


async def test_after_a_month_it_is_uploaded_anew(
    channel: WhatsAppChannel, open_chat: WhatsApp, time: Moments
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    await say(channel, attachments=(photo,))
    time.pass_(days=28)
    await say(channel, attachments=(photo,))
    assert len(open_chat.calls("media")) == 1
    time.pass_(days=2)
    await say(channel, attachments=(photo,))
    assert len(open_chat.calls("media")) == 2


async def test_a_file_that_whatsapp_forgot_is_uploaded_anew(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    await say(channel, attachments=(photo,))
    open_chat.script(code=100, details="Media ID 4490709327380001 does not exist", kind="image")
    await say(channel, attachments=(photo,))
    assert len(open_chat.calls("media")) == 2
    assert open_chat.said(CHAT) == ["bot: [photo hello.jpg]"] * 2


async def test_a_picture_that_is_too_large_goes_as_a_document(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    await say(channel, text="Вот", attachments=(Attachment(kind="photo", ref="media/huge.jpg"),))
    assert open_chat.said(CHAT) == ["bot: [document huge.jpg] Вот"]
    assert open_chat.violations() == []


@pytest.mark.parametrize("ref", ["media/none.jpg", "media/../../secret.txt", "secret.txt"])
async def test_words_are_not_lost_with_a_file(
    channel: WhatsAppChannel, open_chat: WhatsApp, ref: str
) -> None:
    photo = Attachment(kind="photo", ref=ref)
    await say(channel, text="Вот", attachments=(photo,))
    await say(channel, text="Вот", attachments=(photo,), keyboard=keyboard("Да"))
    assert open_chat.said(CHAT) == ["bot: Вот", "bot: Вот", "  [Да]"]
    with pytest.raises(Rejected):
        await say(channel, attachments=(photo,))
    assert open_chat.calls("media") == []


async def test_a_failed_upload_is_told_as_what_it_is(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    for trouble, kind in (
        ({"code": 190}, ChannelUnauthorised),
        ({"code": 130429}, ChannelBusy),
        ({"status": 502, "body": "<html>"}, ChannelDown),
        ({"action": "drop"}, ChannelDown),
    ):
        open_chat.script(method="media", **trouble)
        with pytest.raises(kind) as failure:
            await say(channel, attachments=(photo,))
        assert TOKEN not in str(failure.value)
    await say(channel, attachments=(photo,))


async def test_a_customers_file_is_fetched(channel: WhatsAppChannel, whatsapp: WhatsApp) -> None:
    file = whatsapp.file("a.jpg", JPEG, "image/jpeg")
    fetched = await channel.fetch(file["id"])
    assert (fetched.content, fetched.mime) == (JPEG, "image/jpeg")
    with pytest.raises(NotFound):
        await channel.fetch("999")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "https://evil.example/fbcdn.net", "x"])
async def test_the_token_goes_to_nobody_else(client: Client, whatsapp: WhatsApp, url: str) -> None:
    file = whatsapp.file("a.jpg", JPEG, "image/jpeg")
    info = {"url": url, "mime_type": "image/jpeg", "file_size": 3, "id": file["id"]}
    whatsapp.script(method="media_info", status=200, body=orjson.dumps(info).decode())
    with pytest.raises(Rejected, match="address"):
        await client.download(file["id"])
    assert whatsapp.calls("download") == []


async def test_a_file_that_says_it_is_huge_is_left_alone(
    client: Client, whatsapp: WhatsApp
) -> None:
    file = whatsapp.file("a.jpg", JPEG, "image/jpeg")
    info = {"url": f"{whatsapp.base}/x", "mime_type": "video/mp4", "file_size": 2**27}
    whatsapp.script(method="media_info", status=200, body=orjson.dumps(info).decode())
    with pytest.raises(Rejected, match="100 MB"):
        await client.download(file["id"])


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://scontent.xx.fbcdn.net/a", True),
        ("https://graph.facebook.com/v23.0/1", True),
        ("http://lookaside.fbsbx.com/a", False),
        ("https://lookaside.fbsbx.com.evil.example/a", False),
        ("https://evilfbcdn.net/a", False),
    ],
)
def test_at_the_public_api_files_lie_at_hosts_of_meta(url: str, trusted: bool) -> None:
    assert Client(PHONE_ID, TOKEN, Connection()).trusts(url) is trusted


# ---------------------------------------------------------------- being connected


async def test_the_number_is_told_as_people_write_it(channel: WhatsAppChannel) -> None:
    assert await channel.check() == "+1 555-078-3881 (Test Shop)"


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
