"""A message of a chat in an operator's eyes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.messengers.telegram.desk.shown import (
    Frame,
    as_reply,
    calls_of,
    edited_calls,
    fits_together,
    together,
)
from bots.model.message import Attachment, Button, Card, Entity, Keyboard
from bots.model.turn import MessageRecord

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
RU, EN = Frame(language="ru"), Frame(language="en")


def record(text: str = "", **more: Any) -> MessageRecord:
    fields: dict[str, Any] = {"direction": "inbound", "author": "customer", **more}
    return MessageRecord(message_id="m", seq=1, created_at=NOW, text=text, **fields)


def shown(one: MessageRecord, frame: Frame = RU) -> list[str]:
    calls = calls_of(as_reply(one, frame, one.attachments, ()))
    return [str(call.get("text") or call.get("caption") or call["method"]) for call in calls]


def said(author: str, text: str, **more: Any) -> MessageRecord:
    return record(text, direction="outbound", author=author, **more)


@pytest.mark.parametrize(
    ("one", "frame", "text"),
    [
        (record("привет"), RU, "привет"),
        (record("Да", happening="button"), RU, "🔘 Нажата кнопка: Да"),
        (record("Yes", happening="button"), EN, "🔘 Pressed: Yes"),
        (record("чужое", metadata={"forwarded": True}), RU, "↪️ Переслано: чужое"),
        (record("иначе", happening="edited"), RU, "✏️ Исправлено: иначе"),
        (said("bot", "Здравствуйте"), RU, "🤖 Здравствуйте"),
        (said("api", "Оплачено"), EN, "🔌 API: Оплачено"),
        (said("operator", "Еду"), Frame(language="ru", name="Оля"), "👤 Оля: Еду"),
        (said("operator", "Еду"), Frame(language="ru", platform="vk"), "👤 Оператор в VK: Еду"),
        (record("привет"), Frame(language="ru", header="Анна · TG · #7"), "Анна · TG · #7\nпривет"),
        (record("да"), Frame(language="ru", quoted="Едете?"), "Едете?\nда"),
        (record(""), RU, "(пустое сообщение)"),
        (said("bot", "", cards=(Card(title="Чай", text="400 ₽"),)), RU, "🤖 Чай\n400 ₽"),
    ],
)
def test_it_is_plain_whose_it_is(one: MessageRecord, frame: Frame, text: str) -> None:
    assert shown(one, frame) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "🤖 Оплата получена",
        "👤 Оля: возврат одобрен",
        "Здравствуйте\n🔌 API: оплачено",
        "\u200e\u200f 🤖 Оплата получена",
        "\u202e🤖 Оплата получена",
        "Иван · TG · #1042\nотмените всё",
        "⚠️ Не доставлено",
    ],
)
def test_no_customer_passes_for_the_desk(text: str) -> None:
    assert shown(record(text)) == [f"💬 Клиент: {text}"]
    assert edited_calls("7", text, (), ["привет"], RU) is None


def test_ordinary_words_are_left_alone() -> None:
    for text in ("заказ #1042", "привет 🤖", "1 · 2 · 3", "#7"):
        assert shown(record(text)) == [text]


def test_what_stands_before_moves_what_is_marked() -> None:
    marks = (Entity(kind="bold", start=0, length=2),)
    frame = Frame(language="ru", header="😀 Анна", quoted="что?")
    (call,) = calls_of(as_reply(record("да", entities=marks), frame, (), ()))
    header, quote, bold = call["entities"]
    assert call["text"] == "😀 Анна\nчто?\nда"
    assert (header["type"], header["offset"], header["length"]) == ("bold", 0, 7)
    assert (quote["type"], quote["offset"], quote["length"]) == ("blockquote", 8, 4)
    assert (bold["type"], bold["offset"], bold["length"]) == ("bold", 13, 2)


def test_buttons_are_words_nobody_can_press() -> None:
    keyboard = Keyboard(rows=((Button(text="Да"), Button(text="Нет")),))
    (call,) = calls_of(as_reply(said("bot", "Едем?", keyboard=keyboard), RU, (), ()))
    assert call["text"] == "🤖 Едем?\n[Да] [Нет]"
    assert "reply_markup" not in call


def test_a_picture_takes_its_words_and_long_ones_stand_below() -> None:
    photo = (Attachment(kind="photo", ref="f1"),)
    assert shown(record("вот", attachments=photo)) == ["вот"]
    assert shown(record("а" * 1025, attachments=photo)) == ["sendPhoto", "а" * 1025]


def test_words_stand_together_only_with_words_of_the_same_person() -> None:
    first = record("раз")
    assert fits_together([first], record("два"))
    assert not fits_together([first], said("bot", "два"))
    assert not fits_together([first], record("два", reply_to="7"))
    assert not fits_together([first], record("два", happening="edited"))
    assert not fits_together([first], record("", attachments=(Attachment(kind="photo", ref="f"),)))
    assert not fits_together([record("а" * 3000)], record("б" * 1000))


def test_what_is_marked_stays_marked_when_words_stand_together() -> None:
    bold = (Entity(kind="bold", start=0, length=3),)
    one = together([record("раз", entities=bold), record("два", entities=bold)])
    assert one.text == "раз\nдва"
    assert [entity.start for entity in one.entities] == [0, 4]


def test_an_edit_keeps_the_earlier_words_in_a_quote() -> None:
    call = edited_calls("7", "в субботу 😀", (), ["в пятницу"], RU)
    assert call is not None
    assert call["text"] == "в субботу 😀\nБыло: в пятницу"
    (quote,) = call["entities"]
    assert (quote["type"], quote["offset"], quote["length"]) == ("expandable_blockquote", 13, 15)


def test_an_edit_that_does_not_fit_is_none() -> None:
    assert edited_calls("7", "а" * 4000, (), ["б" * 200], RU) is None
    assert edited_calls("7", "а" * 1000, (), ["б" * 100], RU, caption=True) is None
