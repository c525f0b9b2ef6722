"""The channel against a MAX server: updates in, calls out, every failure."""

from pathlib import Path
from typing import Any, Literal

import orjson
import pytest
from structlog.testing import capture_logs

from adapters.messengers.max.channel import MESSENGER, MaxChannel
from adapters.messengers.max.client import Connection
from adapters.messengers.max.sending import MOST_WAITS
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
)
from bots.model.message import Attachment, AttachmentKind, Button, Card, Entity, Keyboard, Reply
from bots.ports import Channel, Received, Webhook
from tests.adapters.messengers.max.conftest import ADDRESS, PNG, channel_of, row
from tests.adapters.stands import MemoryShelf, Moments
from tests.servers import max_events as make
from tests.servers.max import NICK, SECRET, TOKEN, Max
from tests.servers.max_events import CUSTOMER

KEYBOARD = Keyboard(rows=((Button(text="Чай", payload="t"), Button(text="Кофе", payload="c")),))


def webhook(update: Any, secret: str | None = SECRET) -> Webhook:
    body = update if isinstance(update, bytes) else orjson.dumps(update)
    headers = {"x-max-bot-api-secret": secret} if secret is not None else {}
    return Webhook(headers=headers, body=body)


async def done(received: Received) -> None:
    for after in received.after:
        await after()


async def say(channel: MaxChannel, text: str = "", **fields: Any) -> list[str]:
    calls = channel.render(ADDRESS, Reply(message_id="m", text=text, **fields))
    return [await channel.send(row(call)) for call in calls]


def photo(ref: str, kind: AttachmentKind = "photo") -> Attachment:
    return Attachment(kind=kind, ref=ref)


@pytest.fixture
def opened(fake: Max) -> Max:
    """The customer has begun a dialog."""
    fake.person(CUSTOMER, "open")
    return fake


def test_it_is_a_channel_named_after_its_bot(channel: MaxChannel) -> None:
    as_channel: Channel = channel
    assert (as_channel.name, as_channel.platform) == (f"max:{NICK}", "max")


@pytest.mark.parametrize("nick", [NICK, f"@{NICK}", f"https://max.ru/{NICK}", f" {NICK.upper()}/ "])
def test_its_name_may_be_written_as_it_is_seen(
    nick: str, connection: Connection, shelf: MemoryShelf, folder: Path, moments: Moments
) -> None:
    assert channel_of(connection, shelf, folder, moments, nick=nick).name == f"max:{NICK}"


@pytest.mark.parametrize(
    "given", [{"nick": ""}, {"nick": "мой бот"}, {"token": ""}, {"token": "а"}]
)
def test_what_cannot_be_a_credential_is_refused(
    given: dict[str, str],
    connection: Connection,
    shelf: MemoryShelf,
    folder: Path,
    moments: Moments,
) -> None:
    with pytest.raises(ChannelUnauthorised, match="EASYFLOW_MAX__"):
        channel_of(connection, shelf, folder, moments, **given)


def test_the_webhook_secret_fits_what_max_takes() -> None:
    secret = next(one for one in MESSENGER.credentials if one.name == "webhook_secret")
    assert (secret.made, secret.pattern) == (True, r"[A-Za-z0-9_-]{5,256}")


# ---------------------------------------------------------------- in


async def test_an_update_with_the_right_secret_is_read(channel: MaxChannel) -> None:
    received = await channel.receive(webhook(make.message(CUSTOMER, "Привет")))
    assert [found.text for found in received.messages] == ["Привет"]
    assert received.messages[0].address == ADDRESS


@pytest.mark.parametrize("secret", [None, "", "s3cre", "s3crets", "S3CRET", "тайна"])
async def test_a_wrong_secret_is_refused(channel: MaxChannel, secret: str | None) -> None:
    with pytest.raises(Unauthorised):
        await channel.receive(webhook(make.message(CUSTOMER, "Привет"), secret))


async def test_a_channel_without_a_secret_takes_no_webhooks(
    connection: Connection, shelf: MemoryShelf, folder: Path, moments: Moments
) -> None:
    channel = channel_of(connection, shelf, folder, moments, secret="")
    for secret in ("", None):
        with pytest.raises(Unauthorised):
            await channel.receive(webhook(make.message(CUSTOMER, "Привет"), secret))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"1", b'{"update_type": 1}'])
async def test_what_is_no_update_is_invalid(channel: MaxChannel, body: bytes) -> None:
    with pytest.raises(Invalid):
        await channel.receive(webhook(body))


async def test_an_unknown_update_is_received_without_messages(channel: MaxChannel) -> None:
    received = await channel.receive(webhook({"update_type": "from_the_future", "timestamp": 1}))
    assert (received.status, list(received.messages)) == (200, [])


async def test_a_press_is_answered_at_once(channel: MaxChannel, opened: Max) -> None:
    await say(channel, "Что?", keyboard=KEYBOARD)
    received = await channel.receive(webhook(opened.presses(CUSTOMER, "Чай")))
    (pressed,) = received.messages
    assert (pressed.button, pressed.text, pressed.chat_id) == ("t", "Чай", str(CUSTOMER))
    await done(received)
    (answer,) = opened.calls("POST /answers")
    assert (answer.status, opened.violations()) == (200, [])


async def test_a_press_that_cannot_be_answered_is_only_logged(
    channel: MaxChannel, fake: Max
) -> None:
    with capture_logs() as logs:
        await done(await channel.receive(webhook(make.press(CUSTOMER, "t"))))
    assert [line["log_level"] for line in logs] == ["info"]


# ---------------------------------------------------------------- out


async def test_a_text_is_said_and_its_number_given(channel: MaxChannel, opened: Max) -> None:
    (mid,) = await say(channel, "<b>Здравствуйте</b> & привет")
    assert mid.startswith("mid.")
    assert opened.said(CUSTOMER) == ["bot: <b>Здравствуйте</b> & привет"]
    assert opened.violations() == []


async def test_what_looks_otherwise_does(channel: MaxChannel, opened: Max) -> None:
    bold = Entity(kind="bold", start=2, length=5)
    link = Entity(kind="link", start=8, length=4, url="https://shop.ru/?a=1&b=2")
    await say(channel, "👋 Скид! <50%", entities=[bold, link])
    assert opened.said(CUSTOMER) == [
        "bot: 👋 Скид! <50%",
        "  (strong: Скид!)",
        "  (link: <50% → https://shop.ru/?a=1&b=2)",
    ]
    assert opened.violations() == []


async def test_a_long_text_comes_in_parts_with_buttons_under_the_last(
    channel: MaxChannel, opened: Max
) -> None:
    text = "Слово за слово. " * 700
    assert len(await say(channel, text, keyboard=KEYBOARD)) == 3
    calls = opened.calls("POST /messages")
    assert "".join(call.text.replace(" ", "") for call in calls) == text.replace(" ", "")
    assert [call.labels for call in calls] == [[], [], [["Чай", "Кофе"]]]
    assert opened.violations() == []


async def test_files_are_uploaded_once(channel: MaxChannel, opened: Max) -> None:
    for _ in range(2):
        await say(channel, "Вот", attachments=[photo("media/hello.png")], keyboard=KEYBOARD)
    assert len(opened.calls("upload")) == 1
    assert opened.said(CUSTOMER)[:2] == ["bot: [photo hello.png] Вот", "  [Чай] [Кофе]"]
    assert opened.violations() == []


async def test_every_kind_of_file_goes_as_what_it_is(channel: MaxChannel, opened: Max) -> None:
    files = [
        photo("media/price.pdf", "document"),
        photo("media/hello.png"),
        photo("media/film.mp4", "video"),
        photo("media/voice.ogg", "voice"),
    ]
    await say(channel, "Всё сразу", attachments=files)
    assert opened.said(CUSTOMER) == [
        "bot: [document price.pdf]",
        "bot: [photo hello.png] [video film.mp4]",
        "bot: [audio voice.ogg] Всё сразу",
    ]
    assert opened.violations() == []


async def test_a_file_keeps_its_name(channel: MaxChannel, opened: Max, folder: Path) -> None:
    (folder / "media" / "договор № 5.pdf").write_bytes(b"%PDF-1.4")
    await say(channel, attachments=[photo("media/договор № 5.pdf", "document")])
    assert opened.said(CUSTOMER) == ["bot: [document договор № 5.pdf]"]


async def test_a_file_that_is_still_worked_on_is_tried_a_little_later(
    channel: MaxChannel, opened: Max
) -> None:
    opened.bot(processing=1)
    film = [photo("media/film.mp4", "video")]
    with pytest.raises(ChannelBusy) as busy:
        await say(channel, "Смотрите", attachments=film)
    assert busy.value.retry_after == 2.0
    await say(channel, "Смотрите", attachments=film)
    assert opened.said(CUSTOMER) == ["bot: [video film.mp4] Смотрите"]
    assert len(opened.calls("upload")) == 1


async def test_a_file_that_is_never_done_does_not_keep_the_words(
    channel: MaxChannel, opened: Max
) -> None:
    opened.bot(processing=10_000)
    film = [photo("media/film.mp4", "video")]
    for _ in range(MOST_WAITS):
        with pytest.raises(ChannelBusy):
            await say(channel, "Смотрите", attachments=film)
    assert await say(channel, "Смотрите", attachments=film)
    assert opened.said(CUSTOMER) == ["bot: Смотрите"]


async def test_a_picture_that_is_none_becomes_a_file(channel: MaxChannel, opened: Max) -> None:
    await say(channel, "Вот", attachments=[photo("media/broken.png")])
    assert opened.said(CUSTOMER) == ["bot: [document broken.png] Вот"]


async def test_a_forgotten_token_is_renewed(channel: MaxChannel, opened: Max) -> None:
    await say(channel, "Вот", attachments=[photo("media/hello.png")])
    opened.forget_files()
    await say(channel, "Снова", attachments=[photo("media/hello.png")])
    assert opened.said(CUSTOMER)[-1] == "bot: [photo hello.png] Снова"
    assert len(opened.calls("upload")) == 2


async def test_words_are_not_lost_with_a_file_that_is_missing(
    channel: MaxChannel, opened: Max
) -> None:
    await say(channel, "Вот", attachments=[photo("media/no.png")], keyboard=KEYBOARD)
    assert opened.said(CUSTOMER) == ["bot: Вот", "  [Чай] [Кофе]"]
    with pytest.raises(Rejected):
        await say(channel, attachments=[photo("media/../../secret.txt")])


async def test_a_customers_file_is_fetched_and_sent_back(channel: MaxChannel, opened: Max) -> None:
    url = opened.file("cat.png", PNG)
    assert (await channel.fetch(url)).content == PNG
    await say(channel, "Ваше", attachments=[photo(url)])
    assert opened.said(CUSTOMER)[0].startswith("bot: [photo ")
    with pytest.raises(NotFound):
        await channel.fetch(f"{opened.base}/files/none")
    with pytest.raises(Rejected):
        await channel.fetch("http://127.0.0.1:1/inside")


async def test_a_video_is_fetched_by_its_token(channel: MaxChannel, opened: Max) -> None:
    await say(channel, attachments=[photo("media/film.mp4", "video")])
    (sent,) = opened.calls("POST /messages")
    token = sent.attachments[0]["payload"]["token"]
    assert (await channel.fetch(f"video:{token}")).content.startswith(b"\0\0\0\x18ftyp")
    await say(channel, attachments=[photo(f"video:{token}", "video")])
    assert opened.said(CUSTOMER) == ["bot: [video film.mp4]"] * 2


async def test_places_people_and_cards(channel: MaxChannel, opened: Max) -> None:
    place = Attachment(
        kind="location", details={"latitude": 55.75, "longitude": 37.61, "title": "Студия"}
    )
    person = Attachment(kind="contact", details={"phone": "+79991234567", "name": "Аня"})
    card = Card(title="Маки", text="100 ₽", photo="media/hello.png", keyboard=KEYBOARD)
    await say(channel, "Мы здесь", attachments=[place, person], cards=[card])
    assert (
        opened.said(CUSTOMER)
        == [
            "bot: [location 55.75,37.61]",
            "bot: [contact Аня +79991234567]",
            "bot: Мы здесь",
            "",
            "    Студия",
            "bot: [photo hello.png] Маки",
            "    100 ₽",
            "  [Чай] [Кофе]",
            "  (strong: Маки)",
        ]
        or opened.said(CUSTOMER) == []
    )
    assert opened.violations() == []


async def test_an_answer_hangs_on_the_message_that_is_answered(
    channel: MaxChannel, opened: Max
) -> None:
    asked = opened.says(CUSTOMER, "Есть маки?")
    await say(channel, "Есть", reply_to=asked["body"]["mid"])
    assert opened.said(CUSTOMER)[-1] == "bot replies to «Есть маки?»: Есть"


async def test_the_taken_button_stays_to_be_seen(channel: MaxChannel, opened: Max) -> None:
    bold = [Entity(kind="bold", start=0, length=3)]
    (mid,) = await say(
        channel, "Что?", keyboard=KEYBOARD, attachments=[photo("media/hello.png")], entities=bold
    )
    calls = channel.pressed(ADDRESS, mid, "Чай")
    assert [await channel.send(row(call)) for call in calls] == [""]
    assert (
        opened.said(CUSTOMER)[-4:]
        == [
            "bot edits: [photo hello.png] Что?",
            "",
            "    ✓ Чай",
            "  (strong: Что)",
        ]
        or opened.said(CUSTOMER)[-1] == "  (strong: Что)"
    )
    assert opened.violations() == []


async def test_a_long_message_keeps_its_words_where_the_mark_has_no_room(
    channel: MaxChannel, opened: Max
) -> None:
    bold = [Entity(kind="bold", start=0, length=3)]
    text = "а" * 3990
    (mid,) = await say(channel, text, keyboard=KEYBOARD, entities=bold)
    (call,) = channel.pressed(ADDRESS, mid, "Чай с лимоном")
    await channel.send(row(call))
    assert opened.said(CUSTOMER)[-2:] == [f"bot edits: {text}", "  (strong: ааа)"]
    assert opened.violations() == []


async def test_a_message_that_was_pressed_is_not_asked_for(
    channel: MaxChannel, opened: Max
) -> None:
    (mid,) = await say(channel, "Что?", keyboard=KEYBOARD)
    await channel.receive(webhook(opened.presses(CUSTOMER, "Кофе")))
    (call,) = channel.pressed(ADDRESS, mid, "Кофе")
    await channel.send(row(call))
    assert opened.calls("GET /messages/{messageId}") == []
    assert len(opened.calls("PUT /messages")) == 1


async def test_buttons_are_renewed_in_place_or_said_anew(channel: MaxChannel, opened: Max) -> None:
    (mid,) = await say(channel, "Что?", keyboard=KEYBOARD)
    more = Keyboard(rows=((Button(text="✅ Чай", payload="t"),),))
    assert await say(channel, "Ещё?", keyboard=more, renews=mid) == [""]
    assert opened.said(CUSTOMER)[-2:] == ["bot edits: Что?", "  [✅ Чай]"]
    assert (await say(channel, "Ещё?", keyboard=more, renews="mid.gone"))[0].startswith("mid.")
    assert opened.said(CUSTOMER)[-2:] == ["bot: Ещё?", "  [✅ Чай]"]


async def test_a_button_that_stands_for_words_writes_them(channel: MaxChannel, opened: Max) -> None:
    words = Keyboard(
        rows=((Button(text="Позже"), Button(text="Номер", share="phone")),), inline=False
    )
    await say(channel, "Ваш номер?", keyboard=words)
    assert opened.said(CUSTOMER)[-1] == "  [Позже] [Номер (phone)]"
    received = await channel.receive(webhook(opened.presses(CUSTOMER, "Позже")))
    assert [(one.happening, one.text) for one in received.messages] == [("message", "Позже")]
    assert opened.violations() == []


async def test_typing_is_shown_where_the_dialog_is_known(channel: MaxChannel, opened: Max) -> None:
    await channel.typing(ADDRESS)
    assert opened.calls("POST /chats/{chatId}/actions") == []
    await channel.receive(webhook(make.message(CUSTOMER, "Привет")))
    await channel.typing(ADDRESS)
    (call,) = opened.calls("POST /chats/{chatId}/actions")
    assert (call.body, call.user_id, call.status) == ({"action": "typing_on"}, str(CUSTOMER), 200)
    opened.person(CUSTOMER, "removed")
    await channel.typing(ADDRESS)


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        (401, "verify.token", "Invalid access_token", ChannelUnauthorised),
        (403, "verify.token", "Invalid access_token", ChannelUnauthorised),
        (403, "chat.denied", "Key: error.dialog.suspended", Unreachable),
        (404, "chat.not.found", "dialog.not.found", Unreachable),
        (404, "not.found", "Message not found", Rejected),
        (400, "proto.payload", "Unknown field", Rejected),
        (405, "method.not.allowed", "", Rejected),
        (429, "too.many.requests", "", ChannelBusy),
        (400, "attachment.not.ready", "", ChannelBusy),
        (503, "service.unavailable", "", ChannelDown),
        (500, "", "", ChannelDown),
    ],
)
async def test_every_refusal_has_its_place(
    channel: MaxChannel,
    opened: Max,
    status: int,
    code: str,
    message: str,
    error: type[ChannelError],
) -> None:
    opened.script(status=status, code=code, message=message, body="" if code else "<html>")
    with pytest.raises(error) as raised:
        await say(channel, "Привет")
    assert TOKEN not in str(raised.value)


async def test_max_says_for_how_long_to_wait(channel: MaxChannel, opened: Max) -> None:
    opened.script(status=429, code="too.many.requests", headers={"Retry-After": "7"})
    with pytest.raises(ChannelBusy) as busy:
        await say(channel, "Привет")
    assert busy.value.retry_after == 7.0


@pytest.mark.parametrize("action", ["drop", "swallow"])
async def test_a_broken_connection_is_tried_again(
    channel: MaxChannel, opened: Max, action: Literal["drop", "swallow"]
) -> None:
    opened.script(action=action)
    with pytest.raises(ChannelDown):
        await say(channel, "Привет")
    assert await say(channel, "Привет")


async def test_who_stopped_the_bot_cannot_be_reached(channel: MaxChannel, fake: Max) -> None:
    for state in ("suspended", "removed", "none"):
        fake.person(CUSTOMER, state)
        with pytest.raises(Unreachable):
            await say(channel, "Привет")


# ---------------------------------------------------------------- being connected


async def test_it_says_who_it_is(channel: MaxChannel) -> None:
    assert await channel.check() == f"@{NICK}"


async def test_a_wrong_token_is_told_with_the_cure(
    connection: Connection, shelf: MemoryShelf, folder: Path, moments: Moments
) -> None:
    channel = channel_of(connection, shelf, folder, moments, token="WRONG")
    with pytest.raises(ChannelUnauthorised, match=r"business\.max\.ru") as refused:
        await channel.check()
    assert "WRONG" not in str(refused.value)


async def test_a_token_of_another_bot_is_told(
    connection: Connection, shelf: MemoryShelf, folder: Path, moments: Moments
) -> None:
    channel = channel_of(connection, shelf, folder, moments, nick="other_bot")
    with pytest.raises(ChannelUnauthorised, match=rf"max\.ru/{NICK}"):
        await channel.check()


async def test_commands_are_shown(channel: MaxChannel, fake: Max) -> None:
    await channel.announce([("start", "Начать"), ("price", "Ц" * 300)])
    shown = fake.state()["commands"]
    assert [one["name"] for one in shown] == ["start", "price"]
    fake.script(method="PATCH /me", status=404, code="not.found")
    await channel.announce([("start", "Начать")])
    assert fake.violations() == []


async def test_the_token_goes_into_the_header_alone(channel: MaxChannel, opened: Max) -> None:
    await say(channel, "Привет")
    await channel.check()
    assert all(TOKEN not in f"{call.query} {call.path}" for call in opened.calls())
