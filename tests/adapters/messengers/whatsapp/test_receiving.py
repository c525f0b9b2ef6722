"""What Meta posts to the channel: signed, each number's part, marked as read."""

import asyncio
import hashlib
import hmac
from typing import Any

import orjson
import pytest

from adapters.messengers.whatsapp.channel import WhatsAppChannel
from bots.errors import (
    Invalid,
    Unauthorised,
)
from bots.ports import Webhook
from tests.adapters.messengers.whatsapp.conftest import (
    ADDRESS,
    CHAT,
    HIDDEN,
    IVAN,
    Open,
    say,
)
from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.whatsapp import PHONE_ID, SECRET, VERIFY_TOKEN, Person, WhatsApp
from tests.servers.whatsapp_webhooks import Json


def signed(body: object, secret: str = SECRET) -> Webhook:
    content = body if isinstance(body, bytes) else webhooks.wire(body)  # type: ignore[arg-type]
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return Webhook(headers={"x-hub-signature-256": f"sha256={digest}"}, body=content)


def around(content: Json, person: Person = IVAN, *, id_: str = "wamid.IN1", **more: Any) -> Json:
    message = webhooks.message(person, content, id_=id_, at=1_795_600_000, **more)
    people = [] if content["type"] == "system" else [person]
    value = webhooks.value(PHONE_ID, "15550783881", messages=[message], people=people)
    return webhooks.body(webhooks.entry("1", webhooks.change(value)))


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
