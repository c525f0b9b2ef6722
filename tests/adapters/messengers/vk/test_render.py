"""Replies become calls of VK's API, inside its limits whatever they hold."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.messengers.vk.abilities import UNKNOWN, Abilities
from adapters.messengers.vk.render import pressed, render
from bots.model.message import Attachment, Button, Card, Entity, Keyboard, Reply

FULL = Abilities(callback=True, carousel=True)


def said(text: str = "", *, abilities: Abilities = UNKNOWN, **fields: Any) -> list[dict[str, Any]]:
    calls = render("5", Reply(message_id="m", text=text, **fields), abilities)
    assert all(call.pop("method") == "messages.send" for call in calls)
    assert all(call.pop("peer_id") == 5 for call in calls)
    return calls


def buttons(*labels: str, per_row: int = 1, inline: bool = True) -> Keyboard:
    made = [Button(text=label, payload=f"p{place}") for place, label in enumerate(labels)]
    rows = tuple(tuple(made[at : at + per_row]) for at in range(0, len(made), per_row))
    return Keyboard(rows=rows, inline=inline)


def keyboard(call: dict[str, Any]) -> Any:
    return orjson.loads(call["keyboard"])


def labels(call: dict[str, Any]) -> list[list[str]]:
    rows = keyboard(call)["buttons"]
    return [[one["action"].get("label", one["action"]["type"]) for one in row] for row in rows]


# ---------------------------------------------------------------- words


def test_a_text_is_one_message() -> None:
    assert said(" Привет ") == [{"message": "Привет"}]


def test_a_long_text_goes_in_parts_with_the_buttons_under_the_last() -> None:
    sentences = "Это предложение. " * 300
    calls = said(sentences, keyboard=buttons("Да"))
    assert [len(call["message"]) <= 4096 for call in calls] == [True, True]
    assert ["keyboard" in call for call in calls] == [False, True]


def test_bold_words_are_marked_and_links_written_out() -> None:
    marks = (
        Entity(kind="link", start=3, length=4, url="https://a.b"),
        Entity(kind="bold", start=8, length=3),
        Entity(kind="spoiler", start=0, length=2),
    )
    (call,) = said("😀 тут важ", entities=marks)
    assert call["message"] == "😀 тут важ"[:7] + " (https://a.b)" + "😀 тут важ"[7:]
    items = orjson.loads(call["format_data"])["items"]
    assert [item["type"] for item in items] == ["bold"]


def test_styles_are_counted_in_utf_16_and_follow_the_parts() -> None:
    text = "😀" * 2000 + "\n" + "жирное"
    marks = (Entity(kind="bold", start=2001, length=6),)
    calls = said(text + " " + "а" * 3000, entities=marks)
    styled = [call for call in calls if "format_data" in call]
    (item,) = [item for call in styled for item in orjson.loads(call["format_data"])["items"]]
    (call,) = styled
    units = call["message"].encode("utf-16-le")
    at, end = item["offset"] * 2, (item["offset"] + item["length"]) * 2
    assert units[at:end].decode("utf-16-le") == "жирное"


def test_an_answer_is_shown_as_one() -> None:
    assert said("Да", reply_to="71") == [{"message": "Да", "reply_to": 71}]
    (call,) = said("Да", reply_to="cmid:7")
    assert orjson.loads(call["forward"]) == {
        "peer_id": 5,
        "conversation_message_ids": [7],
        "is_reply": True,
    }
    assert said("Да", reply_to="нечто") == [{"message": "Да"}]


# ---------------------------------------------------------------- buttons


def test_buttons_write_their_label_where_nobody_knows_better() -> None:
    (call,) = said("Что?", keyboard=buttons("Чай", "Кофе"))
    assert keyboard(call) == {
        "inline": True,
        "buttons": [
            [{"action": {"type": "text", "label": "Чай", "payload": '{"b":"p0"}'}}],
            [{"action": {"type": "text", "label": "Кофе", "payload": '{"b":"p1"}'}}],
        ],
    }


def test_buttons_tell_of_a_press_where_the_program_can() -> None:
    (call,) = said("Что?", keyboard=buttons("Чай"), abilities=FULL)
    assert keyboard(call)["buttons"][0][0]["action"]["type"] == "callback"


def test_ten_buttons_are_put_into_six_rows_at_most() -> None:
    (call,) = said("Что?", keyboard=buttons(*map(str, range(10))), abilities=FULL)
    assert labels(call) == [["0", "1"], ["2", "3"], ["4", "5"], ["6", "7"], ["8", "9"]]


def test_more_than_ten_buttons_stand_below_the_talk() -> None:
    (call,) = said("Что?", keyboard=buttons(*map(str, range(25))), abilities=FULL)
    shown = keyboard(call)
    assert (shown["one_time"], shown["inline"], len(shown["buttons"])) == (True, False, 9)
    assert {one["action"]["type"] for row in shown["buttons"] for one in row} == {"text"}


def test_more_than_forty_buttons_become_numbered_lines() -> None:
    (call,) = said("Что?", keyboard=buttons(*(f"№{n}" for n in range(41))))
    assert "keyboard" not in call
    assert call["message"].startswith("Что?\n\n1. №0\n2. №1\n")


def test_a_program_without_keyboards_gets_numbered_lines() -> None:
    nothing = Abilities(keyboard=False)
    (call,) = said("Что?", keyboard=buttons("Чай", "Кофе"), abilities=nothing)
    assert call == {"message": "Что?\n\n1. Чай\n2. Кофе"}


def test_labels_are_cut_and_told_apart() -> None:
    long = "Очень длинное название услуги, которое не помещается"
    (call,) = said("Что?", keyboard=buttons(long))
    assert len(labels(call)[0][0]) <= 40
    assert call["message"] == "Что?"
    (call,) = said("Что?", keyboard=buttons(f"{long} утром", f"{long} вечером"))
    assert [row[0][:2] for row in labels(call)] == ["1.", "2."]
    assert call["message"] == f"Что?\n\n1. {long} утром\n2. {long} вечером"


def test_links_and_places_are_buttons_of_their_own_kind() -> None:
    made = (
        Button(text="Сайт", url="https://a.b"),
        Button(text="Где я", share="location"),
        Button(text="Дальше", payload="n"),
    )
    (call,) = said("Что?", keyboard=Keyboard(rows=(made,)))
    assert labels(call) == [["Сайт"], ["location"], ["Дальше"]]
    assert keyboard(call)["buttons"][0][0]["action"]["link"] == "https://a.b"


def test_a_link_that_vk_would_not_take_is_a_line() -> None:
    link = Button(text="Звонок", url="tel:+7900")
    (call,) = said("Что?", keyboard=Keyboard(rows=((link,),)))
    assert call == {"message": "Что?\n\nЗвонок: tel:+7900"}


def test_the_phone_is_asked_for_in_words_alone() -> None:
    share = Button(text="Мой номер", share="phone")
    assert said("Телефон?", keyboard=Keyboard(rows=((share,),))) == [{"message": "Телефон?"}]


def test_buttons_without_words_get_some() -> None:
    (call,) = said(keyboard=buttons("Да"))
    assert call["message"] == "👇"


def test_a_keyboard_is_taken_away() -> None:
    (call,) = said("Спасибо", clear_keyboard=True)
    assert keyboard(call) == {"one_time": True, "buttons": []}


def test_new_buttons_for_a_pressed_message_change_it() -> None:
    reply = Reply(message_id="m", text="Выбрано: чай", renews="cmid:7", keyboard=buttons("Чай"))
    (call,) = render("5", reply, FULL)
    assert (call["method"], call["cmid"], labels(call)) == ("messages.edit", 7, [["Чай"]])
    (other,) = call["instead"]
    assert (other["message"], labels(other)) == ("Выбрано: чай", [["Чай"]])


def test_new_buttons_for_a_label_that_was_written_are_a_message() -> None:
    (call,) = said("Выбрано: чай", renews="71", keyboard=buttons("Чай"))
    assert call["message"] == "Выбрано: чай"


def test_a_taken_button_is_shown_where_it_stood() -> None:
    (call,) = pressed("5", "cmid:7", "Чай")
    assert call == {"method": "messages.edit", "peer_id": 5, "cmid": 7, "taken": "Чай"}
    assert pressed("5", "71", "Чай") == []


# ---------------------------------------------------------------- files, places, cards


def photo(number: int = 1) -> Attachment:
    return Attachment(kind="photo", ref=f"media/{number}.jpg", album=True)


def test_files_go_with_the_words() -> None:
    (call,) = said("Вот", attachments=(photo(1), photo(2)), keyboard=buttons("Да"))
    assert call["message"] == "Вот"
    assert [file["ref"] for file in call["files"]] == ["media/1.jpg", "media/2.jpg"]
    assert labels(call) == [["Да"]]


def test_more_than_ten_files_go_in_messages_of_ten() -> None:
    calls = said("Вот", attachments=tuple(map(photo, range(12))))
    assert [len(call["files"]) for call in calls] == [10, 2]
    assert [call.get("message") for call in calls] == [None, "Вот"]


def test_voices_and_stickers_go_alone() -> None:
    voice = Attachment(kind="voice", ref="media/v.ogg")
    sticker = Attachment(kind="sticker", ref="9046")
    calls = said("Вот", attachments=(voice, sticker, photo()))
    assert [sorted(call) for call in calls] == [["files"], ["sticker_id"], ["files", "message"]]


def test_a_place_goes_with_its_name() -> None:
    details = {"latitude": 55.7, "longitude": 37.6, "title": "Салон"}
    place = Attachment(kind="location", details=details)
    assert said("Мы тут", attachments=(place,)) == [
        {"message": "Мы тут\n\nСалон", "lat": 55.7, "long": 37.6}
    ]


def test_a_contact_is_words() -> None:
    contact = Attachment(kind="contact", details={"name": "Аня", "phone": "+7900"})
    assert said("", attachments=(contact,)) == [{"message": "Аня +7900"}]


def card(number: int, **fields: Any) -> Card:
    made = {"photo": f"media/{number}.jpg", "text": "400 ₽", **fields}
    return Card(title=f"Чай {number}", keyboard=buttons("Взять"), **made)


def test_cards_are_a_carousel_where_the_program_shows_one() -> None:
    (call,) = said("Меню", cards=(card(1), card(2)), abilities=FULL)
    assert call["message"] == "Меню"
    assert [one["title"] for one in call["cards"]] == ["Чай 1", "Чай 2"]
    assert [one["photo"] for one in call["cards"]] == ["media/1.jpg", "media/2.jpg"]
    assert [other["message"] for other in call["instead"]] == [
        "Меню",
        "Чай 1\n400 ₽",
        "Чай 2\n400 ₽",
    ]


@pytest.mark.parametrize(
    "cards",
    [
        (card(1), card(2, photo="")),
        (card(1), card(2, text="")),
        (card(1, text="о" * 81),),
        tuple(card(number) for number in range(11)),
        (Card(title="Без кнопок"),),
    ],
)
def test_cards_of_different_shapes_are_messages(cards: tuple[Card, ...]) -> None:
    calls = said("Меню", cards=cards, abilities=FULL)
    assert len(calls) == len(cards) + 1
    assert not any("cards" in call for call in calls)


def test_buttons_beside_cards_stand_below_everything() -> None:
    calls = said("Меню", cards=(card(1),), keyboard=buttons("Назад"), abilities=FULL)
    assert [call["message"] for call in calls] == ["Меню", "👇"]
    assert labels(calls[-1]) == [["Назад"]]


# ---------------------------------------------------------------- whatever it holds

_texts = st.text(max_size=60)
_made_buttons = st.builds(
    Button,
    text=_texts,
    payload=st.text(max_size=16),
    url=st.none() | st.sampled_from(["https://a.b", "tg://x", ""]),
    share=st.sampled_from([None, None, "phone", "location"]),
)
_keyboards = st.builds(
    Keyboard,
    rows=st.lists(st.lists(_made_buttons, max_size=7).map(tuple), max_size=9).map(tuple),
    inline=st.booleans(),
)
_replies = st.builds(
    Reply,
    message_id=st.just("m"),
    text=st.text(max_size=60) | st.text(min_size=4000, max_size=5000),
    keyboard=st.none() | _keyboards,
    attachments=st.lists(
        st.builds(
            Attachment,
            kind=st.sampled_from(["photo", "voice", "document", "sticker", "contact"]),
            ref=st.sampled_from(["", "media/a.b", "https://a.b/c", "12"]),
        ),
        max_size=13,
    ).map(tuple),
    cards=st.lists(st.builds(Card, title=_texts, text=_texts, keyboard=st.none() | _keyboards)).map(
        tuple
    ),
    clear_keyboard=st.booleans(),
    renews=st.sampled_from(["", "cmid:3", "9"]),
    entities=st.lists(
        st.builds(
            Entity,
            kind=st.sampled_from(["bold", "link", "code"]),
            start=st.integers(0, 60),
            length=st.integers(0, 60),
            url=st.sampled_from(["", "https://a.b"]),
        )
    ).map(tuple),
)


@given(reply=_replies, abilities=st.builds(Abilities, *([st.booleans()] * 4)))
def test_no_reply_breaks_a_limit(reply: Reply, abilities: Abilities) -> None:
    from tests.servers.vk_calls import check_call

    for call in render("5", reply, abilities):
        for one in (call, *call.get("instead", ())):
            method = one.get("method", "messages.send")
            values = {key: str(value) for key, value in one.items() if key not in _OURS}
            if method == "messages.edit":
                values |= {"message": "a"}
            else:
                values |= {"random_id": "1"}
            if "files" in one:
                values["attachment"] = ",".join(f"photo-1_{n}" for n in range(len(one["files"])))
            if "cards" in one:
                elements = [
                    {key: value for key, value in card.items() if key != "photo"}
                    for card in one["cards"]
                ]
                template = {"type": "carousel", "elements": elements}
                values["template"] = orjson.dumps(template).decode()
            values |= {"peer_id": "5", "v": "5.199", "access_token": "t"}
            check_call(method, values)


_OURS = ("method", "files", "cards", "instead")
