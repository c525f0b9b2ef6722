"""Every kind of update we serve, every kind we do not, and any JSON at all."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.messengers.telegram.parse import parse_update
from bots.model.message import Address, Attachment, UnifiedMessage

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PERSON = {
    "id": 123456789,
    "is_bot": False,
    "first_name": "Иван",
    "last_name": "Петров",
    "username": "ivan_petrov",
    "language_code": "ru",
}
CHAT = {"id": 123456789, "first_name": "Иван", "type": "private"}
GROUP = {"id": -1001234567890, "title": "Покупки", "type": "supergroup"}


def read(update: Any) -> list[UnifiedMessage]:
    return parse_update(
        update,
        address_of=lambda chat_id: Address(1, "shop", "telegram:111111", chat_id),
        new_id=lambda: "0" * 32,
        now=NOW,
    )


def in_message(**fields: Any) -> dict[str, Any]:
    message = {"message_id": 1234, "from": PERSON, "chat": CHAT, "date": 1704877200, **fields}
    return {"update_id": 123456, "message": message}


def the(update: Any) -> UnifiedMessage:
    (message,) = read(update)
    return message


def attached(**fields: Any) -> Attachment:
    (attachment,) = the(in_message(**fields)).attachments
    return attachment


def test_a_text_is_read_with_everything_known_of_its_sender() -> None:
    assert the(in_message(text="Где мой заказ?")) == UnifiedMessage(
        message_id="0" * 32,
        address=Address(1, "shop", "telegram:111111", "123456789"),
        platform="telegram",
        user_id="123456789",
        external_id="123456",
        timestamp=datetime(2024, 1, 10, 9, 0, tzinfo=UTC),
        text="Где мой заказ?",
        platform_message_id="1234",
        profile={"name": "Иван Петров", "username": "ivan_petrov", "language": "ru"},
    )


@pytest.mark.parametrize(
    ("written", "text", "metadata"),
    [
        ("/start", "/start", {}),
        ("/start promo_7", "/start", {"start": "promo_7"}),
        ("/start@shop_bot promo_7", "/start", {"start": "promo_7"}),
        ("/book@shop_bot", "/book", {}),
        ("/book завтра", "/book завтра", {}),
        ("просто /start", "просто /start", {}),
    ],
)
def test_commands_lose_the_bots_name_and_a_deep_link_its_payload(
    written: str, text: str, metadata: dict[str, str]
) -> None:
    message = the(in_message(text=written))
    assert (message.text, message.metadata) == (text, metadata)


def test_of_a_photo_the_largest_size_is_taken_and_its_caption_is_the_text() -> None:
    photo = [
        {"file_id": "big", "width": 1280, "height": 960, "file_size": 90000},
        {"file_id": "small", "width": 90, "height": 60, "file_size": 900},
    ]
    message = the(in_message(photo=photo, caption="Вот он", media_group_id="77"))
    assert message.attachments == (Attachment(kind="photo", ref="big", size=90000),)
    assert (message.text, message.message_type) == ("Вот он", "image")
    assert message.metadata == {"album": "77"}


@pytest.mark.parametrize(
    ("key", "kind", "message_type"),
    [
        ("document", "document", "document"),
        ("voice", "voice", "voice"),
        ("audio", "audio", "audio"),
        ("video", "video", "video"),
        ("video_note", "video", "video"),
        ("sticker", "sticker", "sticker"),
    ],
)
def test_every_kind_of_file_keeps_what_is_needed_to_fetch_it(
    key: str, kind: str, message_type: str
) -> None:
    file = {"file_id": "AgAC-1_x", "file_name": "чек.pdf", "mime_type": "application/pdf"}
    message = the(in_message(**{key: {**file, "file_size": 7}}))
    (attachment,) = message.attachments
    assert (attachment.kind, attachment.ref, message.message_type) == (
        kind,
        "AgAC-1_x",
        message_type,
    )
    assert (attachment.name, attachment.mime, attachment.size) == ("чек.pdf", "application/pdf", 7)


def test_a_location_is_read() -> None:
    place = {"latitude": 55.75, "longitude": 37.61, "horizontal_accuracy": 5}
    assert attached(location=place).details == {"latitude": 55.75, "longitude": 37.61}


def test_a_contact_is_the_senders_own_only_with_their_own_id() -> None:
    contact = {"phone_number": "+79161234567", "first_name": "Иван", "user_id": 123456789}
    assert attached(contact=contact).details == {
        "phone": "+79161234567",
        "name": "Иван",
        "own": True,
    }
    assert "own" not in attached(contact={**contact, "user_id": 5}).details
    assert "own" not in attached(contact={"phone_number": "1", "first_name": "a"}).details


def test_a_pressed_button_brings_its_payload_and_a_token_to_answer() -> None:
    press = {"id": "4382bfdwdsb323b2d9", "from": PERSON, "data": "a:1", "chat_instance": "1"}
    told = {"message_id": 1233, "chat": CHAT, "date": 1704877200, "text": "Выберите"}
    message = the({"update_id": 5, "callback_query": {**press, "message": told}})
    assert (message.happening, message.button) == ("button", "a:1")
    assert message.reply_token == "4382bfdwdsb323b2d9"
    assert (message.text, message.timestamp) == (None, NOW)


def test_a_button_under_a_message_too_old_to_be_told_works() -> None:
    press = {"id": "1", "from": PERSON, "data": "a:1"}
    inaccessible = {"message_id": 3, "chat": CHAT, "date": 0}
    assert the({"update_id": 5, "callback_query": {**press, "message": inaccessible}}).button


def test_an_edited_text_is_told_apart() -> None:
    edited = in_message(text="заказ 12346", edit_date=1704877260)["message"]
    message = the({"update_id": 6, "edited_message": edited})
    assert message.happening == "edited"
    assert message.timestamp == datetime(2024, 1, 10, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(("status", "happening"), [("kicked", "blocked"), ("member", "unblocked")])
def test_blocking_and_unblocking_the_bot_is_heard(status: str, happening: str) -> None:
    change = {
        "chat": CHAT,
        "from": PERSON,
        "date": 1704877200,
        "old_chat_member": {"status": "member"},
        "new_chat_member": {"status": status},
    }
    assert the({"update_id": 7, "my_chat_member": change}).happening == happening


@pytest.mark.parametrize(
    "update",
    [
        in_message(text="в группе", chat=GROUP),
        in_message(text="от бота", **{"from": {**PERSON, "is_bot": True}}),
        in_message(pinned_message={"message_id": 1}),
        in_message(new_chat_members=[PERSON]),
        in_message(),
        {"update_id": 1, "channel_post": {"message_id": 1, "chat": GROUP, "text": "x"}},
        {"update_id": 1, "message_reaction": {"chat": CHAT, "message_id": 1}},
        {"update_id": 1, "poll_answer": {"poll_id": "1", "user": PERSON}},
        {"update_id": 1, "business_message": {"message_id": 1, "chat": CHAT, "text": "x"}},
        {"update_id": 1, "something_of_bot_api_12": {"chat": CHAT, "text": "x"}},
        {"update_id": 1, "callback_query": {"id": "1", "from": PERSON, "game_short_name": "g"}},
        {"update_id": 1, "callback_query": {"id": "1", "from": PERSON, "inline_message_id": "1"}},
        {"update_id": 1},
        {"message": {"text": "без номера", "chat": CHAT}},
        [],
        None,
    ],
)
def test_what_we_do_not_serve_becomes_nothing(update: Any) -> None:
    assert read(update) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(
    """from chat text caption date edit_date message_id photo document sticker location contact
    phone_number user_id file_id file_size width height latitude longitude id type is_bot data
    message first_name last_name username media_group_id new_chat_member status""".split()  # noqa: SIM905
)
VALUES = (
    st.sampled_from(
        ["private", "kicked", "member", "/start x", "/@", 0, 1, True, 10**400, -1, "\ud83d"]
    )
    | JSON
)
NEAR_MESSAGES = st.recursive(
    VALUES,
    lambda inner: st.dictionaries(KEYS, inner, max_size=8) | st.lists(inner, max_size=2),
    max_leaves=30,
)
KINDS = st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"])


@given(update=JSON)
def test_any_json_is_taken(update: Any) -> None:
    read(update)


@given(update=st.dictionaries(KINDS, NEAR_MESSAGES), number=VALUES)
def test_anything_that_looks_like_an_update_is_taken(update: dict[str, Any], number: Any) -> None:
    read({**update, "update_id": number})


@given(
    spoiled=st.dictionaries(KEYS, NEAR_MESSAGES, max_size=4),
    sender=st.dictionaries(KEYS, VALUES, max_size=3),
)
def test_a_message_with_spoiled_fields_is_taken(
    spoiled: dict[str, Any], sender: dict[str, Any]
) -> None:
    for message in read(in_message(**{"text": "a", "from": {**PERSON, **sender}, **spoiled})):
        orjson.dumps(message, default=list)
        assert isinstance(message.text, str | None)
        assert message.timestamp.tzinfo is UTC
