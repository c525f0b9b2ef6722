"""A visitor's frames become unified messages, and nonsense is refused politely."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.messengers.web.frames import media_url, read_message, shown
from bots.errors import Invalid
from bots.model.message import Address, Attachment, Button, Keyboard, UnifiedMessage
from bots.model.turn import MessageRecord

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ADDRESS = Address(1, "shop", "web", "visitor")
PHOTO = Attachment(kind="photo", ref="/web/files/abc.jpg", mime="image/jpeg", size=5)


def read(**frame: Any) -> UnifiedMessage:
    return read_message(
        {"id": "a1", **frame},
        address=ADDRESS,
        message_id="m1",
        now=NOW,
        language="ru",
        find_file=lambda ref: PHOTO if ref == PHOTO.ref else None,
    )


def test_a_text_is_taken_without_what_cannot_be_seen() -> None:
    message = read(type="message", text="  привет\x00\u200d!\n ")
    assert message.text == "привет\u200d!"
    assert message.external_id == "shop:visitor:a1"
    assert message.platform_message_id == "a1"
    assert message.profile == {"language": "ru"}


def test_a_press_carries_its_payload_and_its_label() -> None:
    message = read(type="press", payload="b:1", text="Да")
    assert (message.happening, message.button, message.text) == ("button", "b:1", "Да")


def test_photos_are_those_that_were_uploaded_here() -> None:
    message = read(type="photo", files=[{"ref": PHOTO.ref, "name": "Кот.jpg"}], text="вот")
    assert message.message_type == "image"
    assert message.attachments[0].ref == PHOTO.ref
    assert message.attachments[0].name == "Кот.jpg"
    with pytest.raises(Invalid):
        read(type="photo", files=[{"ref": "https://example.com/a.jpg"}])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Кот.jpg", "Кот.jpg"),
        ("a\r\nSet-Cookie: b.jpg", "a Set-Cookie: b.jpg"),
        ("\x1b[31m.jpg\0", "[31m.jpg"),
        ('"><img src=x onerror=alert(1)>.jpg', '"><img src=x onerror=alert(1)>.jpg'),
    ],
)
def test_a_files_name_is_no_path_and_shows_what_it_is(given: str, kept: str) -> None:
    message = read(type="photo", files=[{"ref": PHOTO.ref, "name": given}])
    assert message.attachments[0].name == kept


def test_a_place_and_a_phone_are_attachments() -> None:
    place = read(type="location", latitude=55.75, longitude=37)
    assert place.attachments[0].details == {"latitude": 55.75, "longitude": 37.0}
    phone = read(type="contact", phone="+7 (999) 123-45-67")
    assert phone.attachments[0].details == {"phone": "+79991234567", "own": False}


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "message"},
        {"type": "message", "text": " \x00 "},
        {"type": "message", "text": "я" * 4001},
        {"type": "message", "text": ["a"]},
        {"type": "message", "text": "a", "id": "../../etc"},
        {"type": "message", "text": "a", "id": None},
        {"type": "press", "payload": "я" * 33},
        {"type": "press", "payload": ""},
        {"type": "photo", "files": []},
        {"type": "photo", "files": [{"ref": PHOTO.ref}] * 11},
        {"type": "photo", "files": [{"ref": 5}, None]},
        {"type": "location", "latitude": 91, "longitude": 0},
        {"type": "location", "latitude": True, "longitude": 0},
        {"type": "contact", "phone": "123"},
        {"type": "sing"},
        {},
    ],
)
def test_what_says_nothing_is_refused(frame: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read(**frame)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["message", "press", "photo", "location", "contact", "hello", 7])
FIELDS = ["id", "text", "payload", "files", "latitude", "longitude", "phone"]


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING), KINDS)
def test_whatever_comes_is_a_message_or_refused(frame: dict[str, Any], kind: object) -> None:
    with suppress(Invalid):
        read(**{**frame, "type": kind})


def test_the_greeting_is_asked_for_without_a_bubble() -> None:
    asked = MessageRecord(
        message_id="m1",
        seq=1,
        direction="inbound",
        author="customer",
        created_at=NOW,
        text="/start",
        platform_message_id="start",
    )
    assert shown(asked, bot="shop")["hidden"]


def test_a_message_is_shown_with_its_pictures_and_buttons() -> None:
    keyboard = Keyboard(rows=((Button(text="Да", payload="b:1"),),))
    said = MessageRecord(
        message_id="m2",
        seq=2,
        direction="outbound",
        author="bot",
        created_at=NOW,
        text="Всё верно?",
        keyboard=keyboard,
        attachments=(Attachment(kind="photo", ref="media/cat 1.jpg"),),
    )
    frame = shown(said, bot="shop")
    assert frame["files"][0]["url"] == "/media/shop/cat%201.jpg"
    assert frame["buttons"] == [[{"text": "Да", "payload": "b:1", "url": None, "share": None}]]
    assert (frame["id"], frame["hidden"], frame["at"]) == ("m2", False, "2026-11-25T12:00:00+00:00")


def test_files_are_where_they_were_put() -> None:
    assert media_url("/web/files/a.jpg", bot="shop") == "/web/files/a.jpg"
    assert media_url("https://example.com/a.jpg", bot="shop") == "https://example.com/a.jpg"
    assert media_url("media/a/b.jpg", bot="мой бот").startswith("/media/%D0%BC")
