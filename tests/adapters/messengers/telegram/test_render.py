"""Replies as calls, within Telegram's limits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.messengers.telegram.render import render
from bots.model.message import Attachment, Button, Keyboard, Reply
from bots.shaping import split, units

ORDER = Button(text="Заказ", payload="a:1")
RETURN = Button(text="Возврат", payload="a:2")
PHONE = Button(text="Отправить номер", share="phone")
PHOTO = Attachment(kind="photo", ref="media/hello.jpg")


def calls(text: str = "", **fields: Any) -> list[dict[str, Any]]:
    return render("5", Reply(message_id="m", text=text, **fields))


def keyboard(*rows: tuple[Button, ...], inline: bool = True) -> Keyboard:
    return Keyboard(rows=rows, inline=inline)


def buttons(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in call["reply_markup"]["inline_keyboard"] for button in row]


def test_a_text_is_one_call_and_its_markup_means_nothing() -> None:
    text = "Цена <b>5</b> & *точка* _x_"
    assert calls(text) == [{"method": "sendMessage", "chat_id": 5, "text": text}]


def test_nothing_to_say_is_no_call() -> None:
    assert calls(" \n ") == []


def test_buttons_hang_under_the_text_in_their_rows() -> None:
    (call,) = calls("Чем помочь?", keyboard=keyboard((ORDER, RETURN), (Button(text="Ещё"),)))
    assert call["reply_markup"] == {
        "inline_keyboard": [
            [
                {"text": "Заказ", "callback_data": "a:1"},
                {"text": "Возврат", "callback_data": "a:2"},
            ],
            [{"text": "Ещё", "callback_data": "Ещё"}],
        ]
    }


def test_a_long_text_is_split_and_the_buttons_are_under_its_end() -> None:
    made = calls("слово " * 1500, keyboard=keyboard((ORDER,)))
    assert [set(call) for call in made[:-1]] == [{"method", "chat_id", "text"}] * (len(made) - 1)
    assert "reply_markup" in made[-1]
    assert all(units(call["text"]) <= 4096 for call in made)


def test_a_link_is_a_button_and_one_that_leads_nowhere_is_left_out() -> None:
    site = Button(text="Сайт", url="https://example.com")
    broken = Button(text="Оплатить", url="")
    (call,) = calls("Вот", keyboard=keyboard((site, broken)))
    assert buttons(call) == [{"text": "Сайт", "url": "https://example.com"}]


def test_sharing_a_phone_needs_a_keyboard_that_goes_away_by_itself() -> None:
    (call,) = calls("Ваш номер?", keyboard=keyboard((PHONE,), (Button(text="Позже"),)))
    assert call["reply_markup"] == {
        "keyboard": [[{"text": "Отправить номер", "request_contact": True}], [{"text": "Позже"}]],
        "one_time_keyboard": True,
        "resize_keyboard": True,
    }


def test_sharing_a_location_asks_for_it() -> None:
    where = Button(text="Я здесь", share="location")
    (call,) = calls("Где вы?", keyboard=keyboard((where,), inline=False))
    assert call["reply_markup"]["keyboard"] == [[{"text": "Я здесь", "request_location": True}]]


def test_the_keyboard_is_taken_away_with_the_first_call() -> None:
    (call,) = calls("Спасибо", clear_keyboard=True)
    assert call["reply_markup"] == {"remove_keyboard": True}
    first, last = calls("а" * 5000, clear_keyboard=True, keyboard=keyboard((ORDER,)))
    assert first["reply_markup"] == {"remove_keyboard": True}
    assert "inline_keyboard" in last["reply_markup"]


def test_a_photo_carries_a_short_text_and_the_buttons() -> None:
    assert calls("Добро пожаловать", attachments=(PHOTO,), keyboard=keyboard((ORDER,))) == [
        {
            "method": "sendPhoto",
            "chat_id": 5,
            "upload": {"field": "photo", "file": "media/hello.jpg"},
            "caption": "Добро пожаловать",
            "reply_markup": {"inline_keyboard": [[{"text": "Заказ", "callback_data": "a:1"}]]},
        }
    ]


def test_a_text_too_long_for_a_caption_follows_the_photo() -> None:
    photo, text = calls("а" * 1025, attachments=(PHOTO,), keyboard=keyboard((ORDER,)))
    assert "caption" not in photo
    assert "reply_markup" not in photo
    assert (text["method"], len(text["text"])) == ("sendMessage", 1025)
    assert "reply_markup" in text


def test_several_files_come_before_their_text() -> None:
    price = Attachment(kind="document", ref="https://example.com/price.pdf")
    known = Attachment(kind="photo", ref="AgACAgIAAxkBAAI-_1")
    made = calls("Вот", attachments=(price, known))
    assert [call["method"] for call in made] == ["sendDocument", "sendPhoto", "sendMessage"]
    assert made[0]["document"] == "https://example.com/price.pdf"
    assert made[1]["photo"] == "AgACAgIAAxkBAAI-_1"


def test_a_place_and_a_contact_are_sent_as_such() -> None:
    place = Attachment(kind="location", details={"latitude": 55.7, "longitude": 37.6})
    shop = Attachment(kind="contact", details={"phone": "+7495", "name": "Магазин"})
    first, second, text = calls("Мы тут", attachments=(place, shop))
    assert (first["method"], first["latitude"], first["longitude"]) == ("sendLocation", 55.7, 37.6)
    assert (second["phone_number"], second["first_name"]) == ("+7495", "Магазин")
    assert text["text"] == "Мы тут"


def test_buttons_without_a_text_get_something_to_hang_under() -> None:
    (call,) = calls(keyboard=keyboard((ORDER,)))
    assert call["text"]


def test_more_than_telegram_takes_is_wrapped_or_left_out() -> None:
    row = tuple(Button(text=str(number), payload=f"p{number}") for number in range(130))
    (call,) = calls("Выберите", keyboard=keyboard(row))
    rows = call["reply_markup"]["inline_keyboard"]
    assert max(map(len, rows)) == 8
    assert sum(map(len, rows)) == 100


def test_a_payload_is_cut_at_64_bytes_between_characters() -> None:
    (call,) = calls("?", keyboard=keyboard((Button(text="x", payload="я" * 40 + "z"),)))
    assert buttons(call)[0]["callback_data"] == "я" * 32


def test_half_a_surrogate_pair_does_not_stop_a_message() -> None:
    (call,) = calls("a\ud83db")
    assert call["text"] == "a?b"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("один два\n\nтри четыре", ["один два", "три четыре"]),
        ("раз. Два три. Четыре", ["раз. Два три.", "Четыре"]),
        ("первый второй", ["первый второй"]),
        ("а" * 20, ["а" * 16, "а" * 4]),
        ("😀" * 10, ["😀" * 8, "😀" * 2]),
    ],
)
def test_texts_are_split_at_the_nicest_place_that_fits(text: str, parts: list[str]) -> None:
    assert split(text, 16) == parts


@given(text=st.text(), limit=st.integers(min_value=2, max_value=40))
def test_splitting_loses_nothing_but_space(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("chat_id", "sent"),
    [("5", 5), ("-1001234567890", -1001234567890), ("@shop", "@shop"), ("²", "²"), ("-", "-")],
)
def test_a_chat_is_a_number_where_it_looks_like_one(chat_id: str, sent: object) -> None:
    assert render(chat_id, Reply(message_id="1", text="?"))[0]["chat_id"] == sent


def test_a_chat_of_more_digits_than_json_takes_is_left_to_telegram_to_refuse() -> None:
    assert render("9" * 200, Reply(message_id="1", text="?"))[0]["chat_id"] == "9" * 200
