"""The channel against a Bot API server: webhooks in, calls out, every failure."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from adapters.messengers.telegram.channel import SECRET_HEADER, TelegramChannel
from adapters.messengers.telegram.client import Client, Connection
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelUnauthorised,
    Invalid,
    Rejected,
    Unauthorised,
    Unreachable,
)
from bots.model.message import Address, Attachment, Reply
from bots.model.turn import Outgoing
from bots.ports import Channel, Shelf, Webhook
from tests.adapters.stands import MemoryShelf
from tests.servers.telegram import TOKEN, FakeTelegram, message, press
from tests.servers.telegram_happenings import migrated

ADDRESS = Address(1, "shop", "telegram:111111", "5")


def row(payload: dict[str, Any]) -> Outgoing:
    return Outgoing(
        key="k",
        conversation_id=1,
        address=ADDRESS,
        seq=1,
        part=0,
        epoch=0,
        payload=payload,
        message_id="m",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def text(words: str = "Привет", chat_id: int = 5) -> Outgoing:
    return row({"method": "sendMessage", "chat_id": chat_id, "text": words})


def photo(channel: TelegramChannel, ref: str, caption: str = "") -> Outgoing:
    attachment = Attachment(kind="photo", ref=ref)
    (call,) = channel.render(
        ADDRESS, Reply(message_id="m", text=caption, attachments=(attachment,))
    )
    return row(call)


def webhook(body: object, secret: str = "a-secret") -> Webhook:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return Webhook(headers={SECRET_HEADER: secret}, body=content)


def test_only_telegram_itself_is_counted_for(channel: TelegramChannel) -> None:
    own = TelegramChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        connection=Connection(),
        shelf=MemoryShelf(),
        clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        new_id=lambda: "0" * 32,
    )
    assert own.per_second == 29
    assert channel.per_second is None


def test_it_is_a_channel_named_after_its_bot(channel: TelegramChannel) -> None:
    as_channel: Channel = channel
    assert (as_channel.name, as_channel.platform) == ("telegram:111111", "telegram")


# ---------------------------------------------------------------- in


async def test_an_update_with_the_right_secret_is_read(channel: TelegramChannel) -> None:
    received = await channel.receive(webhook({"update_id": 9, **message(5, "Привет")}))
    assert [found.text for found in received.messages] == ["Привет"]
    assert received.messages[0].address == ADDRESS
    assert (received.status, list(received.after)) == (200, [])


async def test_an_update_we_do_not_serve_is_received_without_messages(
    channel: TelegramChannel,
) -> None:
    received = await channel.receive(webhook({"update_id": 9, "poll": {"id": "1"}}))
    assert (list(received.messages), received.status) == ([], 200)


@pytest.mark.parametrize("secret", ["", "a-secre", "a-secrets", "A-SECRET", "тайна"])
async def test_a_wrong_secret_is_refused_before_anything_is_read(
    channel: TelegramChannel, secret: str
) -> None:
    with pytest.raises(Unauthorised):
        await channel.receive(webhook(b"{not json", secret))


async def test_a_bot_without_a_secret_takes_no_webhooks(
    connection: Connection, shelf: Shelf
) -> None:
    open_bot = TelegramChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        connection=connection,
        shelf=shelf,
        clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        new_id=lambda: "m",
    )
    assert not open_bot.matches_secret({SECRET_HEADER: ""})
    with pytest.raises(Unauthorised):
        await open_bot.receive(webhook({"update_id": 1}, ""))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"{}", b'{"update_id":"1"}', b"null"])
async def test_what_is_no_update_is_invalid(channel: TelegramChannel, body: bytes) -> None:
    with pytest.raises(Invalid):
        await channel.receive(webhook(body))


async def test_a_press_is_answered_by_the_webhooks_own_answer(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    received = await channel.receive(webhook({"update_id": 9, **press(5, "a:1", query_id="q7")}))
    assert received.messages[0].button == "a:1"
    call = {"method": "answerCallbackQuery", "callback_query_id": "q7"}
    assert received.is_json
    assert orjson.loads(received.reply) == call
    assert list(received.after) == []


async def test_a_press_that_was_polled_is_answered_at_once(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    received = await channel.read({"update_id": 9, **press(5, "a:1", query_id="q7")})
    assert received.messages[0].button == "a:1"
    for after in received.after:
        await after()
    (call,) = telegram.calls("answerCallbackQuery")
    assert call.parameters == {"callback_query_id": "q7"}


async def test_a_press_on_what_was_chosen_already_is_answered_and_no_message(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    received = await channel.receive(
        webhook({"update_id": 9, **press(5, "shown:chosen", query_id="q8")})
    )
    assert list(received.messages) == []
    assert orjson.loads(received.reply)["callback_query_id"] == "q8"


async def test_a_group_that_moved_is_remembered_from_what_it_tells(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    for number, told in enumerate(migrated(-77, -1000077)):
        await channel.receive(webhook({"update_id": number + 1, **told}))
    await channel.send(row({"method": "sendMessage", "chat_id": -77, "text": "раз"}))
    assert [call.parameters["chat_id"] for call in telegram.calls()] == [-1000077]


async def test_a_press_that_cannot_be_answered_is_only_logged(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(method="answerCallbackQuery", status=400, description="query is too old")
    received = await channel.read({"update_id": 9, **press(5, "a:1")})
    await received.after[0]()
    assert [call.status for call in telegram.calls("answerCallbackQuery")] == [400]


async def test_a_customers_file_is_fetched(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    content = bytes(range(256)) * 400
    file = await channel.fetch(telegram.file("чек.pdf", content))
    assert file.content == content
    assert file.name


async def test_a_file_that_is_not_there_is_rejected(channel: TelegramChannel) -> None:
    with pytest.raises(Rejected):
        await channel.fetch("unknown")


async def test_a_file_over_20_mb_is_rejected(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    with pytest.raises(Rejected, match="over 20 MB"):
        await channel.fetch(telegram.file("film.mp4", bytes(20 * 1024 * 1024 + 1)))


# ---------------------------------------------------------------- out


async def test_a_text_is_sent_and_its_id_comes_back(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    number = await channel.send(text("Здравствуйте"))
    (call,) = telegram.calls()
    assert (call.method, call.text, call.parameters["chat_id"]) == (
        "sendMessage",
        "Здравствуйте",
        5,
    )
    assert number == str(call.message_id)


@pytest.mark.parametrize(
    ("scripted", "error"),
    [
        ({"retry_after": 3}, ChannelBusy),
        ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, Unreachable),
        ({"status": 400, "description": "Bad Request: chat not found"}, Unreachable),
        ({"status": 400, "description": "Bad Request: message is too long"}, Rejected),
        ({"status": 401, "description": "Unauthorized"}, ChannelUnauthorised),
        ({"status": 500, "description": "Internal Server Error"}, ChannelDown),
        ({"status": 502, "body": "<html>502 Bad Gateway</html>"}, ChannelDown),
        ({"status": 504, "body": ""}, ChannelDown),
        ({"action": "drop"}, ChannelDown),
        ({"action": "swallow"}, ChannelDown),
    ],
)
async def test_every_failure_is_told_in_our_words(
    channel: TelegramChannel,
    telegram: FakeTelegram,
    scripted: dict[str, Any],
    error: type[Exception],
) -> None:
    telegram.script(method="sendMessage", **scripted)
    with pytest.raises(error) as caught:
        await channel.send(text())
    assert type(caught.value) is error
    assert TOKEN not in str(caught.value)
    assert await channel.send(text())


async def test_no_answer_in_time_is_a_channel_down_where_nobody_knows(
    telegram: FakeTelegram,
) -> None:
    connection = Connection(telegram.base, timeout=0.2)
    telegram.script(action="hang")
    with pytest.raises(ChannelDown) as caught:
        await Client(TOKEN, connection).call("sendMessage", {"chat_id": 5, "text": "a"})
    await connection.close()
    assert caught.value.sent is None


async def test_a_refused_connection_is_known_not_to_have_sent() -> None:
    connection = Connection("http://127.0.0.1:9")
    with pytest.raises(ChannelDown) as caught:
        await Client(TOKEN, connection).call("sendMessage", {"chat_id": 5, "text": "a"})
    await connection.close()
    assert caught.value.sent is False


async def test_an_edit_that_changes_nothing_counts_as_done(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    number = int(await channel.send(text("один")))
    edit = {"method": "editMessageText", "chat_id": 5, "message_id": number, "text": "один"}
    assert await channel.send(row(edit)) == ""
    assert telegram.calls("editMessageText")[0].status == 400


async def test_typing_is_shown_and_never_fails(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await channel.typing(ADDRESS)
    telegram.script(method="sendChatAction", status=500)
    await channel.typing(ADDRESS)
    assert [call.parameters["action"] for call in telegram.calls("sendChatAction")] == [
        "typing",
        "typing",
    ]


# ---------------------------------------------------------------- files


async def test_a_picture_is_uploaded_once_and_sent_by_its_id_after(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    assert await channel.send(photo(channel, "media/hello.jpg", "Привет"))
    assert await channel.send(photo(channel, "media/hello.jpg", "Снова"))
    first, second = telegram.calls("sendPhoto")
    assert first.files["photo"]["name"] == "hello.jpg"
    assert (first.text, first.parameters["chat_id"]) == ("Привет", 5)
    assert not second.files
    assert second.parameters["photo"].startswith("file")
    assert not second.parameters["photo"].endswith("-small")


async def test_an_id_that_telegram_forgot_is_renewed(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await channel.send(photo(channel, "media/hello.jpg"))
    description = "Bad Request: wrong file_id or the file is temporarily unavailable"
    telegram.script(method="sendPhoto", status=400, description=description)
    await channel.send(photo(channel, "media/hello.jpg"))
    assert [bool(call.files) for call in telegram.calls("sendPhoto")] == [True, False, True]


@pytest.mark.parametrize(
    "ref",
    [
        "media/absent.jpg",
        "../secret.txt",
        "/etc/passwd",
        "media/..",
        "bot.yaml",
        "media/../flows/menu.yaml",
        "media/\0.jpg",
        "media/" + "a" * 300 + ".jpg",
    ],
)
async def test_a_file_outside_the_media_or_absent_leaves_its_text(
    channel: TelegramChannel, telegram: FakeTelegram, folder: Any, ref: str
) -> None:
    (folder / "bot.yaml").write_text("bot: Магазин")
    (folder / "flows").mkdir()
    (folder / "flows" / "menu.yaml").write_text("flow: menu")
    assert await channel.send(photo(channel, ref, "Слова остаются"))
    (call,) = telegram.calls()
    assert (call.method, call.text, call.files) == ("sendMessage", "Слова остаются", {})


async def test_a_file_that_is_all_there_was_to_say_is_rejected(channel: TelegramChannel) -> None:
    with pytest.raises(Rejected, match="no such file"):
        await channel.send(photo(channel, "media/absent.jpg"))


async def test_a_photo_larger_than_telegram_takes_is_a_document(
    channel: TelegramChannel, telegram: FakeTelegram, folder: Any
) -> None:
    (folder / "media" / "huge.jpg").write_bytes(bytes(10 * 1024 * 1024 + 1))
    assert await channel.send(photo(channel, "media/huge.jpg", "Большая"))
    (call,) = telegram.calls()
    assert (call.method, call.text) == ("sendDocument", "Большая")


async def test_a_file_larger_than_telegram_takes_at_all_is_not_uploaded(
    channel: TelegramChannel, telegram: FakeTelegram, folder: Any
) -> None:
    with (folder / "media" / "film.mp4").open("wb") as film:
        film.truncate(50 * 1024 * 1024 + 1)
    with pytest.raises(Rejected, match="50 MB"):
        await channel.send(photo(channel, "media/film.mp4"))
    assert telegram.calls() == []


# ---------------------------------------------------------------- at start


async def test_the_check_names_the_bot(channel: TelegramChannel) -> None:
    assert await channel.check() == "@shop_bot"


@pytest.mark.parametrize(
    "token",
    [
        "222222:WRONG",
        "111111:",
        "no colon",
        "",
        "бот:тайна",
        "１１１１１１:A",
        "1:тайна",
        "1:A\r\nX: y",
    ],
)
async def test_a_wrong_token_says_what_to_do(
    connection: Connection, shelf: Shelf, token: str
) -> None:
    with pytest.raises(ChannelUnauthorised, match="BotFather"):
        await TelegramChannel(
            workspace=1,
            bot="shop",
            token=token,
            connection=connection,
            shelf=shelf,
            clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
            new_id=lambda: "m",
        ).check()


@pytest.mark.parametrize(
    "scripted",
    [
        {"status": 502, "body": "<html>"},
        {"status": 500, "body": '{"ok":false,"error_code":500}'},
        {"status": 500, "description": "Internal Server Error"},
        {"action": "drop"},
    ],
)
async def test_a_check_while_telegram_is_down_says_so(
    channel: TelegramChannel, telegram: FakeTelegram, scripted: dict[str, Any]
) -> None:
    telegram.script(method="getMe", **scripted)
    with pytest.raises(ChannelDown):
        await channel.check()


async def test_a_call_that_is_no_json_is_refused_and_no_outage(channel: TelegramChannel) -> None:
    with pytest.raises(Rejected):
        await channel.send(row({"method": "sendMessage", "chat_id": 1 << 70, "text": "?"}))
