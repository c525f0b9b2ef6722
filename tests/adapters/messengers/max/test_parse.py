"""What becomes of each update of MAX."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.messengers.max.parse import parse_update
from bots.model.message import Entity, UnifiedMessage
from tests.adapters.messengers.max.conftest import around
from tests.servers import max_events as make
from tests.servers.max import TOKEN
from tests.servers.max_events import BOT, CUSTOMER, DIALOGS, TIME


def read(update: Any) -> list[UnifiedMessage]:
    return parse_update(update, around())


def one(update: Any) -> UnifiedMessage:
    (message,) = read(update)
    return message


def test_a_text_is_of_the_person_who_wrote_it() -> None:
    found = one(make.message(CUSTOMER, "Привет", mid="mid.7"))
    assert (found.text, found.chat_id, found.user_id) == ("Привет", str(CUSTOMER), str(CUSTOMER))
    assert (found.platform_message_id, found.external_id) == ("mid.7", "mid.7:created")
    assert found.timestamp == datetime.fromtimestamp(TIME / 1000, UTC)
    assert found.profile == {"name": "Аня Белова", "language": "ru"}
    assert found.happening == "message"


@pytest.mark.parametrize("chat_type", ["chat", "channel", None])
def test_only_dialogs_are_served(chat_type: Any) -> None:
    assert read(make.message(CUSTOMER, "Привет", chat_type=chat_type)) == []
    edited = make.edited(CUSTOMER, "mid.1", "Пока")
    edited["message"]["recipient"]["chat_type"] = chat_type
    assert read(edited) == []


def test_what_bots_write_is_not_heard() -> None:
    bot = make.person(BOT, is_bot=True)
    assert read(make.message(CUSTOMER, "Привет", sender=bot)) == []


def test_marks_are_counted_in_characters() -> None:
    marks = [
        {"type": "strong", "from": 3, "length": 4},
        {"type": "link", "from": 3, "length": 4, "url": "https://shop.ru"},
        {"type": "user_mention", "from": 0, "length": 2, "user_id": 77},
        {"type": "from_the_future", "from": 0, "length": 1},
    ]
    assert one(make.message(CUSTOMER, "👋 маки", markup=marks)).entities == (
        Entity(kind="bold", start=2, length=4),
        Entity(kind="link", start=2, length=4, url="https://shop.ru"),
        Entity(kind="mention", start=0, length=1, url="77"),
    )


@pytest.mark.parametrize(
    ("attachment", "kind", "type_", "ref", "details"),
    [
        (make.image("https://i.ru/1"), "photo", "image", "https://i.ru/1", {}),
        (make.video("tok"), "video", "video", "video:tok", {}),
        (make.audio("https://a.ru/1"), "voice", "voice", "https://a.ru/1", {}),
        (make.paper("https://f.ru/1", "a.pdf"), "document", "document", "https://f.ru/1", {}),
        (
            make.sticker("https://s.ru/1", "abc"),
            "sticker",
            "sticker",
            "https://s.ru/1",
            {"code": "abc"},
        ),
        (
            make.place(55.75, 37.61),
            "location",
            "location",
            "",
            {"latitude": 55.75, "longitude": 37.61},
        ),
        (
            make.contact("79991234567", 77),
            "contact",
            "contact",
            "",
            {"phone": "+79991234567", "name": "Аня Белова"},
        ),
    ],
)
def test_every_attachment_is_read(
    attachment: Any, kind: str, type_: str, ref: str, details: dict[str, Any]
) -> None:
    found = one(make.message(CUSTOMER, None, attachments=[attachment]))
    (read_,) = found.attachments
    assert (read_.kind, found.message_type, read_.ref) == (kind, type_, ref)
    assert dict(read_.details) == details
    assert (found.text, found.profile.get("phone")) == (None, None)


def test_a_file_has_its_name_size_and_kind() -> None:
    paper = make.paper("https://f.ru/1", "счёт.pdf", 1234)
    (found,) = one(make.message(CUSTOMER, "вот", attachments=[paper])).attachments
    assert (found.name, found.size, found.mime) == ("счёт.pdf", 1234, "application/pdf")


def test_ones_own_number_is_known_as_such() -> None:
    shared = make.contact("79991234567", CUSTOMER, token=TOKEN)
    found = one(make.message(CUSTOMER, None, attachments=[shared]))
    assert found.attachments[0].details["own"] is True
    assert found.profile["phone"] == "+79991234567"
    card = shared["payload"]["vcf_info"]
    shared["payload"]["vcf_info"] = card.replace("\r\n", "\\r\\n")
    again = one(make.message(CUSTOMER, None, attachments=[shared]))
    assert again.attachments == found.attachments


@pytest.mark.parametrize("token", ["", "another-token"])
@pytest.mark.parametrize("given", [None, 5, "", "я", "0" * 64])
def test_a_number_that_max_does_not_vouch_for_is_nobodys_own(token: str, given: Any) -> None:
    """Whoever writes a contact may write any number, and their own name beside it."""
    forged = make.contact("70000000000", CUSTOMER, token=token)
    if not token:
        forged["payload"]["hash"] = given
    found = one(make.message(CUSTOMER, None, attachments=[forged]))
    assert "own" not in found.attachments[0].details
    assert "phone" not in found.profile
    true = make.contact("79991234567", CUSTOMER, token=TOKEN)
    forged["payload"]["hash"] = true["payload"]["hash"]
    found = one(make.message(CUSTOMER, None, attachments=[forged]))
    assert "own" not in found.attachments[0].details


def test_a_shared_link_is_its_address() -> None:
    share = {"type": "share", "payload": {"url": "https://shop.ru/maki"}}
    assert one(make.message(CUSTOMER, None, attachments=[share])).text == "https://shop.ru/maki"


def test_a_reply_tells_what_is_answered() -> None:
    link = {"type": "reply", "message": make.written(BOT, "Какой цвет?", mid="mid.3")["body"]}
    found = one(make.message(CUSTOMER, "Красный", link=link))
    assert (found.reply_to, found.metadata) == ("mid.3", {"quote": "Какой цвет?"})


def test_what_is_forwarded_is_read_as_what_it_was() -> None:
    photo = make.image("https://i.ru/1")
    link = {"type": "forward", "message": make.written(9, "Смотри", attachments=[photo])["body"]}
    found = one(make.message(CUSTOMER, None, link=link, mid="mid.8"))
    assert (found.text, found.metadata["forwarded"]) == ("Смотри", True)
    assert (found.platform_message_id, found.attachments[0].ref) == ("mid.8", "https://i.ru/1")
    bare = make.message(CUSTOMER, None, link=link)
    bare["message"]["body"] = None
    assert one(bare).text == "Смотри"


def test_a_press_tells_its_button() -> None:
    button = {"type": "callback", "text": "Чай", "payload": "t"}
    message = make.written(BOT, "Что?", mid="mid.4", attachments=[make.keyboard([button])])
    del message["recipient"]["chat_id"]
    found = one(make.press(CUSTOMER, "t", callback_id="cb.9", of=message))
    assert (found.happening, found.button, found.text) == ("button", "t", "Чай")
    assert (found.reply_token, found.platform_message_id) == ("cb.9", "mid.4")
    assert found.chat_id == str(CUSTOMER)


def test_presses_of_one_keyboard_are_told_apart() -> None:
    first, again, second = (
        one(make.press(CUSTOMER, "t", at=at)) for at in (TIME, TIME, TIME + 1000)
    )
    assert first.external_id == again.external_id != second.external_id


def test_a_press_in_a_group_is_not_served() -> None:
    message = make.written(BOT, "Что?", chat_type="chat")
    assert read(make.press(CUSTOMER, "t", of=message)) == []


def test_edits_of_one_message_are_told_apart() -> None:
    first, second = (
        one(make.edited(CUSTOMER, "mid.1", text, at=at))
        for text, at in (("5", TIME), ("6", TIME + 1))
    )
    assert (first.happening, first.text, first.platform_message_id) == ("edited", "5", "mid.1")
    assert first.external_id != second.external_id


def test_a_removed_message_is_an_event() -> None:
    found = one(make.removed(CUSTOMER, "mid.1"))
    assert found.happening == "event"
    assert found.metadata == {"event": "message.deleted", "data": {"message_id": "mid.1"}}
    in_group = {**make.removed(CUSTOMER, "mid.1"), "chat_id": -DIALOGS}
    assert read(in_group) == []


def test_a_start_carries_what_stood_in_the_link() -> None:
    found = one(make.started(CUSTOMER, "promo"))
    assert (found.text, found.metadata, found.happening) == (
        "/start",
        {"start": "promo"},
        "message",
    )
    assert found.profile["language"] == "ru"
    assert one(make.started(CUSTOMER)).metadata == {}


@pytest.mark.parametrize("kind", ["bot_stopped", "dialog_removed"])
def test_who_stops_the_bot_is_not_written_to(kind: str) -> None:
    assert one(make.stopped(CUSTOMER, kind)).happening == "blocked"


@pytest.mark.parametrize("kind", ["dialog_muted", "dialog_cleared", "bot_added", "of_the_future"])
def test_other_kinds_are_nothing(kind: str) -> None:
    assert read(make.stopped(CUSTOMER, kind)) == []
