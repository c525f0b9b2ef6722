"""The channel against a VK server: events in, calls out, every failure."""

import asyncio
import logging
import warnings
from contextlib import suppress
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from adapters.messengers.vk.channel import MESSENGER, VkChannel
from adapters.messengers.vk.client import Connection
from adapters.messengers.vk.sending import random_id_of
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelUnauthorised,
    Invalid,
    NotFound,
    Rejected,
    Unauthorised,
    Unavailable,
    Unreachable,
)
from bots.model.message import Attachment, AttachmentKind, Button, Card, Keyboard, Reply
from bots.ports import Channel, Received, Webhook
from tests.adapters.messengers.vk.conftest import ADDRESS, PNG, row
from tests.adapters.stands import MemoryShelf, Moments
from tests.servers import vk_events as make
from tests.servers.vk import GROUP, SECRET, TOKEN, Vk

KEYBOARD = Keyboard(rows=((Button(text="Чай", payload="t"), Button(text="Кофе", payload="c")),))


def webhook(event: Any, secret: str | None = SECRET, group: Any = GROUP) -> Webhook:
    if not isinstance(event, bytes):
        fields = {"group_id": group} | ({"secret": secret} if secret is not None else {})
        event = orjson.dumps({"event_id": "e1", "v": "5.199", **event, **fields})
    return Webhook(headers={}, body=event)


async def done(received: Received) -> None:
    for after in received.after:
        await after()


async def say(channel: VkChannel, text: str = "", key: str = "m", **fields: Any) -> list[str]:
    calls = channel.render(ADDRESS, Reply(message_id="m", text=text, **fields))
    return [await channel.send(row(call, f"{key}:{part}")) for part, call in enumerate(calls)]


@pytest.fixture
def allowed(vk: Vk) -> Vk:
    vk.allow(5)
    return vk


def test_it_is_a_channel_named_after_its_community(channel: VkChannel) -> None:
    as_channel: Channel = channel
    assert (as_channel.name, as_channel.platform) == (f"vk:{GROUP}", "vk")


@pytest.mark.parametrize("group", ["", "shop", "-0", "0", "١٢", "1" * 30])
def test_a_community_without_a_number_is_refused(
    group: str, connection: Connection, shelf: MemoryShelf, moments: Moments
) -> None:
    with pytest.raises(ChannelUnauthorised, match="EASYFLOW_VK__GROUP"):
        VkChannel(
            workspace=1,
            bot="shop",
            token="t",
            group=group,
            connection=connection,
            shelf=shelf,
            clock=moments,
            sleep=moments.sleep,
            new_id=lambda: "m",
        )


# ---------------------------------------------------------------- in


async def test_an_event_with_the_right_secret_is_read(channel: VkChannel) -> None:
    received = await channel.receive(webhook(make.message(5, "Привет")))
    assert [found.text for found in received.messages] == ["Привет"]
    assert (received.status, received.reply) == (200, "ok")
    assert received.messages[0].address == ADDRESS


async def test_once_vk_calls_us_nothing_has_to_be_set_up(channel: VkChannel) -> None:
    told = []
    for secret in ("wrong", SECRET):
        channel.trouble = channel.trouble or "do it by hand"
        with suppress(Unauthorised):
            await channel.receive(webhook(make.message(5, "Привет"), secret))
        told.append((channel.called, channel.trouble))
    assert told == [(False, "do it by hand"), (True, None)]


@pytest.mark.parametrize("secret", [None, "", "s3cre", "s3crets", "S3CRET", "тайна", 5, ["s3cret"]])
async def test_a_wrong_secret_is_refused(channel: VkChannel, secret: Any) -> None:
    with pytest.raises(Unauthorised):
        await channel.receive(webhook(make.message(5, "Привет"), secret))


@pytest.mark.parametrize("group", [1, str(GROUP), None, True])
async def test_an_event_of_another_community_is_refused(channel: VkChannel, group: Any) -> None:
    with pytest.raises(Unauthorised):
        await channel.receive(webhook(make.message(5, "Привет"), group=group))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"1"])
async def test_what_is_no_event_is_invalid(channel: VkChannel, body: bytes) -> None:
    with pytest.raises(Invalid):
        await channel.receive(webhook(body))


async def test_what_is_large_is_parsed_for_the_secret_alone(channel: VkChannel) -> None:
    depth = b'{"a": [' + b"[]," * 100_000
    for body in (depth, b'{"secret": "s3cre", ' + depth, b'{"secret": 5, "x": "s3cret", ' + depth):
        with pytest.raises(Unauthorised):
            await channel.receive(webhook(body))
    with pytest.raises(Invalid):
        await channel.receive(webhook(b'{"secret": "s3cret", ' + depth))


@pytest.mark.parametrize("written", [b'"s\\u0033cret"', b'"s3cret"', b' \n"s3cret"'])
async def test_a_large_event_of_vks_is_read_wherever_its_secret_stands(
    channel: VkChannel, written: bytes
) -> None:
    text = 'я "secret": "wrong" ' * 200
    event = orjson.loads(webhook(make.message(5, text), None).body)
    body = orjson.dumps(event)[:-1] + b',"secret":' + written + b"}"
    assert len(body) > 4096
    received = await channel.receive(webhook(body))
    assert [found.text for found in received.messages] == [text.strip()]


async def test_a_secret_inside_of_a_large_event_is_none_of_its_own(channel: VkChannel) -> None:
    event = make.message(5, "a" * 5000) | {"more": {"secret": SECRET}}
    with pytest.raises(Unauthorised):
        await channel.receive(webhook(event, None))


async def test_the_confirmation_string_is_asked_for_and_answered(
    channel: VkChannel, vk: Vk
) -> None:
    received = await channel.receive(webhook({"type": "confirmation"}, None))
    assert received.reply == vk.state()["confirmation"]
    with pytest.raises(Unauthorised):
        await channel.receive(webhook({"type": "confirmation"}, "wrong"))
    with pytest.raises(Unauthorised):
        await channel.receive(webhook({"type": "confirmation"}, group=1))


async def test_strangers_who_ask_for_the_confirmation_string_use_up_no_calls(
    channel: VkChannel, vk: Vk, moments: Moments
) -> None:
    vk.script(method="groups.getCallbackConfirmationCode", times=1, code=15)
    asked = [channel.receive(webhook({"type": "confirmation"}, None)) for _ in range(50)]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, Unavailable) for one in told)
    assert len(vk.calls("groups.getCallbackConfirmationCode")) == 1
    received = await channel.receive(webhook({"type": "confirmation"}, SECRET))
    assert received.reply == vk.state()["confirmation"]
    await channel.receive(webhook({"type": "confirmation"}, None))
    assert len(vk.calls("groups.getCallbackConfirmationCode")) == 2
    await moments.sleep(6)
    await channel.receive(webhook({"type": "confirmation"}, None))
    assert len(vk.calls("groups.getCallbackConfirmationCode")) == 3


async def test_a_press_is_answered_at_once(channel: VkChannel, allowed: Vk) -> None:
    await channel.receive(
        webhook(make.message(5, "Да", client_info={"button_actions": ["callback"]}))
    )
    await say(channel, "Что?", keyboard=KEYBOARD)
    allowed.set_callback("http://127.0.0.1:9/")
    pressed = allowed.presses(5, "Чай")
    received = await channel.receive(webhook(make.event("message_event", pressed)))
    assert [message.button for message in received.messages] == ["t"]
    await done(received)
    (answer,) = allowed.calls("messages.sendMessageEventAnswer")
    assert (answer.code, allowed.violations()) == (0, [])


async def test_a_press_that_cannot_be_answered_is_only_logged(channel: VkChannel, vk: Vk) -> None:
    vk.script(method="messages.sendMessageEventAnswer", code=100)
    press = make.callback_press(5, {"b": "a:1"}, event_id="q1")
    await done(await channel.receive(webhook(press)))
    assert [call.code for call in vk.calls("messages.sendMessageEventAnswer")] == [100]


async def test_a_name_is_asked_for_once_and_then_told(
    channel: VkChannel, vk: Vk, shelf: MemoryShelf
) -> None:
    vk.person(5, first_name="Аня", last_name="Белова", screen_name="anya")
    first = await channel.receive(webhook(make.message(5, "Привет")))
    assert first.messages[0].profile == {}
    await done(first)
    second = await channel.receive(webhook(make.message(5, "Да")))
    await done(second)
    assert second.messages[0].profile == {"name": "Аня Белова", "username": "anya"}
    assert len(vk.calls("users.get")) == 1
    assert await shelf.all(1, f"vk people of {GROUP}") == {
        "5": {"name": "Аня Белова", "username": "anya"}
    }


async def test_names_of_many_are_asked_for_together(channel: VkChannel, vk: Vk) -> None:
    received = [await channel.receive(webhook(make.message(user, "Да"))) for user in range(10, 40)]
    await asyncio.gather(*(done(one) for one in received))
    asked = [call.parameters["user_ids"].split(",") for call in vk.calls("users.get")]
    assert sorted(int(user) for users in asked for user in users) == list(range(10, 40))
    # How many come together depends on the moment; one by one they are never asked for.
    assert len(asked) <= 10
    assert vk.violations() == []


async def test_a_message_is_marked_as_read(channel: VkChannel, vk: Vk) -> None:
    await done(await channel.receive(webhook(make.message(5, "Привет"))))
    (call,) = vk.calls("messages.markAsRead")
    assert (call.peer_id, call.code) == ("5", 0)


async def test_a_customers_file_is_fetched(channel: VkChannel, vk: Vk) -> None:
    content = bytes(range(256)) * 9000
    file = await channel.fetch(vk.file("price.pdf", content))
    assert (file.content == content, file.name) == (True, "price.pdf")


@pytest.mark.parametrize(
    "ref", ["https://example.com/a", "http://127.0.0.1:1/a", "https://vk.com.evil.example/a"]
)
async def test_a_file_elsewhere_is_not_fetched(channel: VkChannel, ref: str) -> None:
    with pytest.raises(Rejected):
        await channel.fetch(ref)


@pytest.mark.parametrize("ref", ["video5_2_k2", "", "../secret.txt"])
async def test_what_has_no_address_is_not_found(channel: VkChannel, ref: str) -> None:
    with pytest.raises(NotFound):
        await channel.fetch(ref)


async def test_our_own_messages_come_back_as_no_echo(channel: VkChannel, allowed: Vk) -> None:
    (number,) = await say(channel, "Привет")
    told = {"peer_id": 5, "from_id": -GROUP, "text": "Привет", "admin_author_id": 9}
    ours = make.event("message_reply", {**told, "id": int(number), "random_id": 0})
    theirs = make.event("message_reply", {**told, "id": 999, "random_id": 3})
    assert (await channel.receive(webhook(ours))).messages == ()
    (echo,) = (await channel.receive(webhook(theirs))).messages
    assert echo.happening == "echo"


# ---------------------------------------------------------------- out


async def test_words_and_buttons_arrive(channel: VkChannel, allowed: Vk) -> None:
    numbers = await say(channel, "Что будете?", keyboard=KEYBOARD)
    assert numbers[0].isdecimal()
    assert allowed.said(5) == ["bot: Что будете?", "  [Чай] [Кофе]"]
    assert allowed.violations() == []


async def test_a_call_that_is_made_again_shows_nothing_new(channel: VkChannel, allowed: Vk) -> None:
    allowed.script(method="messages.send", action="swallow")
    with pytest.raises(ChannelDown) as down:
        await say(channel, "Привет", key="same")
    assert down.value.sent is None
    first = await say(channel, "Привет", key="same")
    assert first == await say(channel, "Привет", key="same")
    assert allowed.said(5) == ["bot: Привет"]


def test_random_ids_are_whole_numbers_of_32_bits_and_never_0() -> None:
    made = {random_id_of(f"key {number}") for number in range(5000)}
    assert len(made) > 4990
    assert all(0 < number < 2**31 for number in made)


_FILES: tuple[tuple[AttachmentKind, str], ...] = (
    ("photo", "media/hello.png"),
    ("document", "media/price.pdf"),
)


async def test_files_are_uploaded_once(channel: VkChannel, allowed: Vk) -> None:
    files = tuple(Attachment(kind=kind, ref=ref, album=True) for kind, ref in _FILES)
    await say(channel, "Вот", key="one", attachments=files)
    await say(channel, "И снова", key="two", attachments=files)
    assert len(allowed.calls("upload")) == 2
    first, second = (call.parameters["attachment"] for call in allowed.calls("messages.send"))
    assert first == second
    assert [part.partition("-")[0] for part in first.split(",")] == ["photo", "doc"]
    assert allowed.violations() == []


@pytest.mark.parametrize(
    ("kind", "name", "attached"),
    [
        ("voice", "voice.ogg", "audio_message"),
        ("voice", "price.pdf", "doc"),
        ("video", "price.pdf", "doc"),
        ("audio", "song.mp3", "doc"),
        ("photo", "broken.png", "doc"),
        ("sticker", "hello.png", "photo"),
    ],
)
async def test_a_file_becomes_what_vk_takes(
    channel: VkChannel, allowed: Vk, kind: Any, name: str, attached: str
) -> None:
    await say(channel, attachments=(Attachment(kind=kind, ref=f"media/{name}"),))
    (call,) = allowed.calls("messages.send")
    assert call.parameters["attachment"].startswith(f"{attached}-{GROUP}_")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({"method": "upload", "status": 502, "body": "<html>"}, ChannelDown),
        ({"method": "photos.saveMessagesPhoto", "status": 200, "body": "{}"}, ChannelDown),
        (
            {"method": "photos.saveMessagesPhoto", "status": 200, "body": '{"response": []}'},
            ChannelDown,
        ),
        ({"method": "photos.getMessagesUploadServer", "code": 6}, ChannelBusy),
        ({"method": "photos.getMessagesUploadServer", "code": 901}, Unreachable),
        ({"method": "photos.getMessagesUploadServer", "code": 5}, ChannelUnauthorised),
    ],
)
async def test_an_upload_that_fails_sends_nothing(
    channel: VkChannel, allowed: Vk, script: dict[str, Any], error: type[Exception]
) -> None:
    allowed.script(**script)
    photo = Attachment(kind="photo", ref="media/hello.png")
    with pytest.raises(error):
        await say(channel, "Вот", attachments=(photo,))
    assert allowed.calls("messages.send") == []


async def test_a_file_by_its_address_is_uploaded(channel: VkChannel, allowed: Vk) -> None:
    photo = Attachment(kind="photo", ref=allowed.file("a.png", PNG))
    await say(channel, "Вот", key="one", attachments=(photo,))
    await say(channel, "Вот", key="two", attachments=(photo,))
    assert len(allowed.calls("upload")) == 1
    assert "photo" in allowed.calls("messages.send")[0].parameters["attachment"]


@pytest.mark.parametrize("name", ["a\r\nX: y.png", "a\0.png", '"; name="x.png', "\u202e../gnp.exe"])
@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_no_name_of_a_file_stops_it(
    channel: VkChannel, allowed: Vk, name: str, kind: AttachmentKind
) -> None:
    file = Attachment(kind=kind, ref=allowed.file("a.png", PNG), name=name)
    await say(channel, "Вот", attachments=(file,))
    (sent,) = allowed.calls("messages.send")
    assert "attachment" in sent.parameters


async def test_a_file_that_cannot_be_had_leaves_words_and_its_address(
    channel: VkChannel, allowed: Vk
) -> None:
    files = (
        Attachment(kind="photo", ref="http://10.0.0.1/a.png"),
        Attachment(kind="photo", ref="media/missing.png"),
        Attachment(kind="photo", ref="../secret.txt"),
    )
    await say(channel, "Вот", attachments=files)
    assert allowed.said(5) == ["bot: Вот", "    http://10.0.0.1/a.png"]
    with pytest.raises(Rejected):
        await say(channel, key="none", attachments=files[1:])


async def test_a_file_that_vk_forgot_is_uploaded_anew(channel: VkChannel, allowed: Vk) -> None:
    photo = Attachment(kind="photo", ref="media/hello.png")
    await say(channel, "Раз", key="one", attachments=(photo,))
    allowed.script(method="messages.send", code=100, description="attachment is invalid")
    await say(channel, "Два", key="two", attachments=(photo,))
    old, _, new = (call.parameters["attachment"] for call in allowed.calls("messages.send"))
    assert old != new
    assert len(allowed.calls("upload")) == 2


async def test_a_keyboard_below_goes_away_with_its_question(
    channel: VkChannel, allowed: Vk
) -> None:
    many = Keyboard(rows=tuple((Button(text=f"№{n}", payload=f"p{n}"),) for n in range(12)))
    await say(channel, "Какой?", key="1", keyboard=many)
    await say(channel, "Вы ещё здесь?", key="2")
    await channel.receive(webhook(make.message(5, "третий")))
    await say(channel, "Взяли третий", key="3")
    await say(channel, "Что-нибудь ещё?", key="4")
    shown = [call.keyboard for call in allowed.calls("messages.send")]
    assert len(shown[0]["buttons"]) >= 3
    assert shown[1:] == [None, {"one_time": True, "buttons": []}, None]


async def test_what_is_only_nice_to_have_gives_way(
    connection: Connection, shelf: MemoryShelf, moments: Moments, allowed: Vk
) -> None:
    channel = VkChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        group=str(GROUP),
        connection=connection,
        shelf=shelf,
        clock=moments,
        sleep=moments.sleep,
        new_id=lambda: "m",
    )
    for number in range(12):
        await say(channel, "Привет", key=str(number))
    await channel.typing(ADDRESS)
    for call in channel.pressed(ADDRESS, "cmid:1", "Чай"):
        assert await channel.send(row(call, "p:0")) == ""
    assert {call.method for call in allowed.calls()} == {"messages.send"}


async def test_vkbottle_leaves_warnings_and_logs_alone(channel: VkChannel) -> None:
    shown = warnings.showwarning
    await channel.load()
    assert warnings.showwarning is shown
    assert logging.getLogger("vkbottle").handlers == []


async def test_a_carousel_arrives(channel: VkChannel, allowed: Vk) -> None:
    told = {"button_actions": ["callback"], "carousel": True}
    await channel.receive(webhook(make.message(5, "Меню", client_info=told)))
    cards = tuple(
        Card(title=title, text="400 ₽", photo=f"media/{name}.png", keyboard=KEYBOARD)
        for title, name in (("Чай", "hello"), ("Кофе", "other"))
    )
    await say(channel, "Меню", cards=cards)
    (call,) = allowed.calls("messages.send")
    assert len(orjson.loads(call.parameters["template"])["elements"]) == 2
    assert allowed.violations() == []


async def test_a_carousel_that_is_refused_becomes_messages(channel: VkChannel, allowed: Vk) -> None:
    told = {"button_actions": ["callback"], "carousel": True}
    await channel.receive(webhook(make.message(5, "Меню", client_info=told)))
    cards = (Card(title="Чай", text="400 ₽", photo="media/hello.png", keyboard=KEYBOARD),)
    allowed.script(method="messages.send", code=100, description="template is invalid")
    await say(channel, "Меню", cards=cards)
    sent = [call.text for call in allowed.calls("messages.send") if call.code == 0]
    assert sent == ["Меню", "Чай\n400 ₽"]


async def test_new_buttons_change_the_message_and_leave_its_words(
    channel: VkChannel, allowed: Vk
) -> None:
    await channel.receive(webhook(make.callback_press(5, {"b": "t"}, number=1)))
    photo = Attachment(kind="photo", ref="media/hello.png")
    await say(channel, "Что будете?", attachments=(photo,), keyboard=KEYBOARD)
    (call,) = channel.render(
        ADDRESS, Reply(message_id="n", text="Чай", renews="cmid:1", keyboard=KEYBOARD)
    )
    assert await channel.send(row(call, "n:0")) == ""
    (edit,) = allowed.calls("messages.edit")
    assert (edit.text, edit.labels) == ("Что будете?", [["Чай", "Кофе"]])
    assert edit.parameters["attachment"].startswith("photo")
    assert allowed.violations() == []


async def test_new_buttons_for_a_message_that_is_gone_are_said(
    channel: VkChannel, allowed: Vk
) -> None:
    reply = Reply(message_id="n", text="Выбрано: чай", renews="cmid:77", keyboard=KEYBOARD)
    (call,) = channel.render(ADDRESS, reply)
    number = await channel.send(row(call, "n:0"))
    assert number.isdecimal()
    assert allowed.said(5)[0] == "bot: Выбрано: чай"


async def test_a_taken_button_is_shown_in_place_of_all(channel: VkChannel, allowed: Vk) -> None:
    await say(channel, "Что будете?", keyboard=KEYBOARD)
    for call in channel.pressed(ADDRESS, "cmid:1", "Чай"):
        await channel.send(row(call, "p:0"))
    (edit,) = allowed.calls("messages.edit")
    assert (edit.text, edit.keyboard) == ("Что будете?\n\n✓ Чай", None)
    assert allowed.violations() == []


async def test_a_community_without_bot_features_gets_lines(channel: VkChannel, allowed: Vk) -> None:
    allowed.group(bot_features=False)
    with capture_logs() as logs:
        await say(channel, "Что будете?", keyboard=KEYBOARD)
    assert allowed.said(5) == ["bot: Что будете?", "    Чай", "    Кофе"]
    assert any("Возможности ботов" in entry["event"] for entry in logs)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (1, ChannelDown),
        (5, ChannelUnauthorised),
        (6, ChannelBusy),
        (7, Rejected),
        (9, ChannelBusy),
        (10, ChannelDown),
        (14, ChannelBusy),
        (18, Unreachable),
        (27, ChannelUnauthorised),
        (29, ChannelBusy),
        (100, Rejected),
        (900, Unreachable),
        (901, Unreachable),
        (902, Unreachable),
        (914, Rejected),
        (917, Unreachable),
        (936, Unreachable),
        (12345, Rejected),
    ],
)
async def test_what_vk_says_becomes_our_error(
    channel: VkChannel, allowed: Vk, code: int, error: type[Exception]
) -> None:
    allowed.script(method="messages.send", code=code)
    with pytest.raises(error):
        await say(channel, "Привет")
    assert len(allowed.calls("messages.send")) == 1


@pytest.mark.parametrize(
    "script",
    [
        {"status": 502, "body": "<html>"},
        {"status": 200, "body": "{}"},
        {"status": 200, "body": '{"ok": 1}'},
        {"action": "drop"},
    ],
)
async def test_an_answer_that_is_none_is_an_outage(
    channel: VkChannel, allowed: Vk, script: dict[str, Any]
) -> None:
    allowed.script(method="messages.send", **script)
    with pytest.raises(ChannelDown):
        await say(channel, "Привет")


async def test_a_captcha_is_told_once(channel: VkChannel, allowed: Vk) -> None:
    allowed.script(method="messages.send", code=14, times=3)
    with capture_logs() as logs:
        for number in range(3):
            with pytest.raises(ChannelBusy) as busy:
                await say(channel, "Привет", key=str(number))
    assert busy.value.retry_after >= 30
    assert sum("captcha" in entry["event"] for entry in logs) == 1


async def test_a_scope_that_is_missing_is_the_owners_to_cure(
    channel: VkChannel, allowed: Vk
) -> None:
    words = "Access denied: no access to call this method. It cannot be called with current scopes."
    allowed.script(method="messages.send", code=15, description=words)
    with pytest.raises(ChannelUnauthorised, match="Сообщения сообщества"):
        await say(channel, "Привет")
    allowed.script(method="messages.send", code=15, description="Access to the photo denied")
    with pytest.raises(Rejected):
        await say(channel, "Привет", key="other")


async def test_typing_is_shown_and_never_raises(channel: VkChannel, allowed: Vk) -> None:
    await channel.typing(ADDRESS)
    allowed.script(method="messages.setActivity", code=901)
    await channel.typing(ADDRESS)
    assert [call.code for call in allowed.calls("messages.setActivity")] == [0, 901]
    assert allowed.calls()[0].parameters["type"] == "typing"


# ---------------------------------------------------------------- being connected


async def test_check_names_the_community(channel: VkChannel, vk: Vk) -> None:
    assert await channel.check() == "Shop (vk.com/shop)"


async def test_a_token_that_is_refused_is_told_with_its_cure(channel: VkChannel, vk: Vk) -> None:
    vk.group(revoked=True)
    with pytest.raises(ChannelUnauthorised, match="Работа с API"):
        await channel.check()


async def test_a_token_of_another_community_is_told(
    connection: Connection, shelf: MemoryShelf, moments: Moments
) -> None:
    other = VkChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        group="777",
        connection=connection,
        shelf=shelf,
        clock=moments,
        sleep=moments.sleep,
        new_id=lambda: "m",
    )
    with pytest.raises(ChannelUnauthorised, match=f"club{GROUP}.*club777"):
        await other.check()


async def test_the_token_stands_in_no_address_and_no_log(channel: VkChannel, allowed: Vk) -> None:
    with capture_logs() as logs:
        allowed.script(code=5, times=None)
        with pytest.raises(ChannelUnauthorised) as refused:
            await say(channel, "Привет")
    told = f"{refused.value!r} {refused.value.__cause__!r} {logs}"
    assert "vk1.a.TEST-TOKEN" not in told


def test_the_messenger_says_what_it_needs() -> None:
    assert [(one.name, one.required, one.secret) for one in MESSENGER.credentials] == [
        ("token", True, True),
        ("group", True, False),
        ("secret", False, True),
        ("confirmation", False, False),
    ]
