"""What history tells of a customer's deeds, for a test that is made of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bots.model.message import Attachment, Button, Card, Keyboard
from bots.model.turn import MessageRecord
from bots.services.recording import deeds_of, slug

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def heard(text: str = "", **more: Any) -> MessageRecord:
    return _record("inbound", "customer", text, **more)


def said(*labels: str, **more: Any) -> MessageRecord:
    keyboard = Keyboard(rows=(tuple(Button(text=label, payload="p") for label in labels),))
    return _record("outbound", "bot", "Да?", keyboard=keyboard if labels else None, **more)


def _record(direction: Any, author: Any, text: str, **more: Any) -> MessageRecord:
    return MessageRecord(
        message_id="m",
        seq=1,
        direction=direction,
        author=author,
        created_at=NOW,
        text=text,
        **more,
    )


def moves(*records: MessageRecord) -> list[tuple[str, str]]:
    return [(deed.line.move, deed.line.text) for deed in deeds_of(records)]


def test_the_label_of_a_button_shown_before_was_pressed_and_any_other_word_said() -> None:
    assert moves(heard("Да"), said("Да", "Нет"), heard("Да"), heard("нет")) == [
        ("says", "Да"),
        ("presses", "Да"),
        ("says", "нет"),
    ]


def test_buttons_of_cards_are_pressed_and_links_are_not() -> None:
    card = Card(title="Кеды", keyboard=Keyboard(rows=((Button(text="Купить", payload="p"),),)))
    link = Keyboard(rows=((Button(text="Сайт", url="https://example.com"),),))
    shown = _record("outbound", "bot", "", cards=(card,), keyboard=link)
    assert moves(shown, heard("Купить"), heard("Сайт")) == [("presses", "Купить"), ("says", "Сайт")]


def test_what_an_operator_wrote_is_theirs_and_what_a_program_wrote_is_nobodys() -> None:
    assert moves(
        _record("outbound", "operator", "Здравствуйте"),
        _record("outbound", "api", "Акция!"),
        _record("outbound", "operator", ""),
        heard("ау"),
    ) == [("operator", "Здравствуйте"), ("says", "ау")]


def test_ones_own_number_is_shared_and_a_file_is_sent_by_its_name() -> None:
    own = Attachment(kind="contact", details={"phone": "+79991234567", "own": True})
    photo = Attachment(kind="photo", ref="/web/files/x", name="a.jpg")
    shared, sent = deeds_of([heard(attachments=(own,)), heard("вот", attachments=(photo,))])
    assert (shared.line.move, shared.line.text) == ("shares", "+79991234567")
    assert (sent.line.move, sent.line.text) == ("sends", "вот")
    assert sent.line.attached[0].details["name"] == "a.jpg"


@pytest.mark.parametrize(
    ("name", "file"),
    [("Возврат: начало", "возврат_начало"), ("../../etc/passwd", "etc_passwd"), ("…", "test")],
)
def test_a_name_becomes_the_name_of_a_file(name: str, file: str) -> None:
    assert slug(name) == file
