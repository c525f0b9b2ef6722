"""Replies as calls: inside WhatsApp's limits whatever they hold, and nothing lost of them."""

import copy
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.messengers.whatsapp.media import FORMATS, kind_for
from adapters.messengers.whatsapp.render import render
from bots.model.message import Attachment, Button, Card, Entity, Keyboard, Reply
from tests.servers.graph_checks import check_message

WITH_PICTURE = Attachment(kind="photo", ref="media/hello.jpg")


def shown(*, known: bool = True, language: str = "ru", **fields: Any) -> list[dict[str, Any]]:
    """The bodies of the calls that say a reply, each of them one that WhatsApp takes."""
    calls = render(Reply(message_id="m", **fields), language=language, phone_known=known)
    bodies = [body_of(call) for call in calls]
    for body in bodies:
        check_message(body)
    bare = ("messaging_product", "to")
    return [{key: value for key, value in body.items() if key not in bare} for body in bodies]


def body_of(call: dict[str, Any]) -> dict[str, Any]:
    """As it is sent, its file uploaded."""
    call = orjson.loads(orjson.dumps(copy.deepcopy(call)))
    body = call["body"]
    if "file" in call:
        holder = body
        for key in call["file"]["at"]:
            holder = holder[key]
        holder[holder["type"]]["id"] = "<" + call["file"]["ref"] + ">"
    return {"messaging_product": "whatsapp", "to": "79001234567", **body}


def keyboard(*labels: str | Button) -> Keyboard:
    made = [
        label if isinstance(label, Button) else Button(text=label, payload=f"q:{at}")
        for at, label in enumerate(labels)
    ]
    return Keyboard(rows=tuple((one,) for one in made))


def link(label: str, url: str = "https://example.com") -> Button:
    return Button(text=label, url=url)


PHONE = Button(text="Мой номер", share="phone")
PLACE = Button(text="Моё место", share="location")


# ---------------------------------------------------------------- words


def test_a_text_is_a_message() -> None:
    assert shown(text="Привет") == [{"type": "text", "text": {"body": "Привет"}}]


def test_an_address_in_a_text_is_shown_with_its_page() -> None:
    (body,) = shown(text="Смотрите https://example.com/a")
    assert body["text"]["preview_url"] is True


def test_a_long_text_is_cut_at_a_sentence() -> None:
    first, second = shown(text="Слово за словом. " * 300)
    assert len(first["text"]["body"]) <= 4096
    assert first["text"]["body"].endswith("словом.")
    assert second["text"]["body"].startswith("Слово")


def test_an_answer_quotes_what_it_answers() -> None:
    first, *others = shown(text="Да", reply_to="wamid.1", cards=(Card(title="Чай"),))
    assert first["context"] == {"message_id": "wamid.1"}
    assert all("context" not in body for body in others)


def test_nothing_is_no_call() -> None:
    assert shown() == []
    assert shown(clear_keyboard=True) == []


# ---------------------------------------------------------------- buttons


def test_three_short_buttons_are_buttons() -> None:
    (body,) = shown(text="Когда?", keyboard=keyboard("Сегодня", "Завтра", "Другой день"))
    assert body["interactive"]["type"] == "button"
    assert body["interactive"]["body"] == {"text": "Когда?"}
    assert [one["reply"] for one in body["interactive"]["action"]["buttons"]] == [
        {"id": "q:0", "title": "Сегодня"},
        {"id": "q:1", "title": "Завтра"},
        {"id": "q:2", "title": "Другой день"},
    ]


def test_more_of_them_are_a_list() -> None:
    (body,) = shown(text="Когда?", keyboard=keyboard("Пн", "Вт", "Ср", "Чт"))
    assert body["interactive"]["type"] == "list"
    assert body["interactive"]["action"]["button"] == "Выбрать"
    (section,) = body["interactive"]["action"]["sections"]
    assert [row["title"] for row in section["rows"]] == ["Пн", "Вт", "Ср", "Чт"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Choose"), ("uz", "Tanlash"), ("de", "Choose")]
)
def test_a_list_opens_in_the_bots_language(language: str, words: str) -> None:
    (body,) = shown(text="?", keyboard=keyboard(*"abcd"), language=language)
    assert body["interactive"]["action"]["button"] == words


def test_the_rest_of_a_long_label_stands_below() -> None:
    (body,) = shown(text="Что?", keyboard=keyboard("Маникюр с покрытием гель-лаком, 60 минут"))
    (row,) = body["interactive"]["action"]["sections"][0]["rows"]
    assert row == {
        "id": "q:0",
        "title": "Маникюр с покрытием",
        "description": "гель-лаком, 60 минут",
    }


@pytest.mark.parametrize(
    ("label", "title", "below"),
    [
        ("Оформление бровей — 900 ₽", "Оформление бровей", "900 ₽"),
        ("Центр - ул. Лесная - второй этаж", "Центр - ул. Лесная", "второй этаж"),
        ("Стрижка — 1 500 ₽", "Стрижка — 1 500 ₽", ""),
        ("Бело-розовые пионы из Тулы", "Бело-розовые пионы из", "Тулы"),
    ],
)
def test_what_is_said_of_a_thing_stands_below_its_name(label: str, title: str, below: str) -> None:
    (body,) = shown(text="Что?", keyboard=keyboard(label, *"abc"))
    row = body["interactive"]["action"]["sections"][0]["rows"][0]
    assert (row["title"], row.get("description", "")) == (title, below)


@pytest.mark.parametrize(
    "labels",
    [
        [f"Пункт {number}" for number in range(11)],
        ["Слова " * 20, "Другие"],
    ],
)
def test_what_fits_no_list_is_numbered(labels: list[str]) -> None:
    (body,) = shown(text="Что?", keyboard=keyboard(*labels))
    lines = body["text"]["body"].split("\n")
    assert lines[:2] == ["Что?", ""]
    assert lines[2:] == [f"{number}. {label.strip()}" for number, label in enumerate(labels, 1)]


def test_equal_labels_are_rows_for_buttons_may_not_be_equal() -> None:
    (body,) = shown(text="?", keyboard=keyboard("Да", "Да"))
    assert body["interactive"]["type"] == "list"


def test_equal_payloads_are_numbered() -> None:
    same = [Button(text=label, payload="same") for label in ("Да", "Нет")]
    (body,) = shown(text="?", keyboard=keyboard(*same))
    assert body["text"]["body"] == "?\n\n1. Да\n2. Нет"


def test_buttons_stand_under_the_end_of_a_long_text() -> None:
    *before, last = shown(text="Слово за словом. " * 100, keyboard=keyboard("Да"))
    assert [body["type"] for body in before] == ["text"]
    assert len(last["interactive"]["body"]["text"]) <= 1024
    said = before[0]["text"]["body"] + " " + last["interactive"]["body"]["text"]
    assert said == ("Слово за словом. " * 100).strip()


def test_buttons_without_a_text_have_a_finger() -> None:
    (body,) = shown(keyboard=keyboard("Да"))
    assert body["interactive"]["body"] == {"text": "👇"}


def test_one_link_is_a_button() -> None:
    (body,) = shown(text="Сайт", keyboard=keyboard(link("Открыть")))
    assert body["interactive"]["action"] == {
        "name": "cta_url",
        "parameters": {"display_text": "Открыть", "url": "https://example.com"},
    }


def test_links_beside_buttons_are_lines() -> None:
    (body,) = shown(text="Сайт", keyboard=keyboard("Да", link("Открыть")))
    assert body["interactive"]["body"] == {"text": "Сайт\n\nОткрыть: https://example.com"}
    (body,) = shown(text="Сайт", keyboard=keyboard(link("Раз"), link("Два")))
    assert body["text"]["body"] == "Сайт\n\nРаз: https://example.com\nДва: https://example.com"


def test_a_number_is_shared_by_a_button_of_ours() -> None:
    (body,) = shown(text="Ваш номер?", keyboard=keyboard(PHONE, "Не скажу"))
    replies = [one["reply"] for one in body["interactive"]["action"]["buttons"]]
    assert replies == [
        {"id": "q:1", "title": "Не скажу"},
        {"id": "share:phone", "title": "Мой номер"},
    ]


def test_a_number_that_nobody_knows_is_asked_for_in_words() -> None:
    assert shown(text="Ваш номер?", keyboard=keyboard(PHONE), known=False) == [
        {"type": "text", "text": {"body": "Ваш номер?"}}
    ]
    assert shown(keyboard=keyboard(PHONE), known=False) == [
        {"type": "text", "text": {"body": "Мой номер"}}
    ]


def test_a_place_is_asked_for_with_whatsapps_own_button() -> None:
    (body,) = shown(text="Где вы?", keyboard=keyboard(PLACE))
    assert body["interactive"] == {
        "type": "location_request_message",
        "body": {"text": "Где вы?"},
        "action": {"name": "send_location"},
    }


def test_other_buttons_stand_before_it() -> None:
    choice, place = shown(text="Где вы?", keyboard=keyboard(PLACE, "Дома"))
    assert choice["interactive"]["type"] == "button"
    assert place["interactive"]["body"] == {"text": "Моё место"}


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("kind", "ref", "body"),
    [
        ("photo", "media/a.jpg", {"type": "image", "image": {"id": "<media/a.jpg>"}}),
        ("video", "media/a.mp4", {"type": "video", "video": {"id": "<media/a.mp4>"}}),
        ("audio", "media/a.mp3", {"type": "audio", "audio": {"id": "<media/a.mp3>"}}),
        ("voice", "media/a.mp3", {"type": "audio", "audio": {"id": "<media/a.mp3>"}}),
        ("sticker", "media/a.webp", {"type": "sticker", "sticker": {"id": "<media/a.webp>"}}),
        ("photo", "https://a.b/c", {"type": "image", "image": {"link": "https://a.b/c"}}),
        ("photo", "4490709327", {"type": "image", "image": {"id": "4490709327"}}),
        ("voice", "4490709327", {"type": "audio", "audio": {"id": "4490709327"}}),
    ],
)
def test_files_go_as_what_they_are(kind: Any, ref: str, body: Any) -> None:
    assert shown(attachments=(Attachment(kind=kind, ref=ref),)) == [body]


def test_a_voice_is_one_only_in_its_format() -> None:
    (body,) = shown(attachments=(Attachment(kind="voice", ref="media/a.ogg"),))
    assert body["audio"] == {"id": "<media/a.ogg>", "voice": True}
    (body,) = shown(attachments=(Attachment(kind="audio", ref="media/a.ogg"),))
    assert body["audio"] == {"id": "<media/a.ogg>"}


@pytest.mark.parametrize("kind", ["photo", "video", "document"])
@pytest.mark.parametrize("ref", ["media/a.gif", "media/a.webp", "media/a.avi", "media/a.zip"])
def test_formats_that_whatsapp_does_not_show_are_documents(kind: Any, ref: str) -> None:
    (body,) = shown(text="Вот", attachments=(Attachment(kind=kind, ref=ref),))
    name = ref.removeprefix("media/")
    assert body["document"] == {"id": f"<{ref}>", "filename": name, "caption": "Вот"}


def test_a_document_of_a_link_has_a_name() -> None:
    (body,) = shown(attachments=(Attachment(kind="document", ref="https://a.b/c/price.pdf?x=1"),))
    assert body["document"] == {"link": "https://a.b/c/price.pdf?x=1", "filename": "price.pdf"}


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_every_format_goes_as_its_own_kind(ending: str) -> None:
    kind = FORMATS[ending][0]
    assert kind_for(f"media/a.{ending}", kind) == kind


def test_words_stand_under_a_picture() -> None:
    (body,) = shown(text="Вот", attachments=(WITH_PICTURE,))
    assert body["image"] == {"id": "<media/hello.jpg>", "caption": "Вот"}


def test_words_that_are_too_long_follow_it() -> None:
    picture, words = shown(text="а" * 1025, attachments=(WITH_PICTURE,))
    assert "caption" not in picture["image"]
    assert words["text"]["body"] == "а" * 1025


@pytest.mark.parametrize("kind", ["sticker", "audio"])
def test_nothing_stands_under_a_sound_or_a_sticker(kind: Any) -> None:
    first, words = shown(text="Вот", attachments=(Attachment(kind=kind, ref="123"),))
    assert (first["type"], words["text"]["body"]) == (kind, "Вот")


def test_an_album_goes_one_after_another_with_words_under_the_first() -> None:
    album = tuple(Attachment(kind="photo", ref=f"media/{at}.jpg", album=True) for at in range(3))
    bodies = shown(text="Вот", attachments=album)
    assert [body["image"].get("caption") for body in bodies] == ["Вот", None, None]


def test_a_picture_stands_above_words_with_buttons() -> None:
    (body,) = shown(text="Вот", attachments=(WITH_PICTURE,), keyboard=keyboard("Да"))
    header = {"type": "image", "image": {"id": "<media/hello.jpg>"}}
    assert body["interactive"]["header"] == header
    assert body["interactive"]["body"] == {"text": "Вот"}


def test_before_a_list_it_stands_alone() -> None:
    picture, body = shown(text="Вот", attachments=(WITH_PICTURE,), keyboard=keyboard(*"abcd"))
    assert (picture["type"], body["interactive"]["type"]) == ("image", "list")


def test_cards_are_pictures_with_words_and_buttons() -> None:
    cards = (
        Card(title="Чай", text="Чёрный", photo="media/tea.jpg", keyboard=keyboard("Купить")),
        Card(title="Кофе", photo="media/coffee.jpg"),
        Card(title="Вода", keyboard=keyboard(link("Открыть"))),
    )
    heading, tea, coffee, water = shown(text="Меню", cards=cards)
    assert heading["text"]["body"] == "Меню"
    assert tea["interactive"]["header"]["image"] == {"id": "<media/tea.jpg>"}
    assert tea["interactive"]["body"] == {"text": "*Чай*\nЧёрный"}
    assert coffee["image"] == {"id": "<media/coffee.jpg>", "caption": "*Кофе*"}
    assert water["interactive"]["type"] == "cta_url"


def test_buttons_alone_come_below_cards() -> None:
    *_, last = shown(cards=(Card(title="Чай"),), keyboard=keyboard("Дальше"))
    assert last["interactive"]["body"] == {"text": "👇"}


def test_places_and_contacts_are_real() -> None:
    place = {"latitude": 55.75, "longitude": 37.61, "title": "Салон", "address": "Тверская, 1"}
    card = {"phone": "+79001234567", "name": "Анна Петрова"}
    first, second = shown(
        attachments=(
            Attachment(kind="location", details=place),
            Attachment(kind="contact", details=card),
        )
    )
    assert first["location"] == {
        "latitude": 55.75,
        "longitude": 37.61,
        "name": "Салон",
        "address": "Тверская, 1",
    }
    (contact,) = second["contacts"]
    assert contact["name"] == {"formatted_name": "Анна Петрова", "first_name": "Анна"}
    assert contact["phones"][0]["phone"] == "+79001234567"


def test_what_is_no_place_is_words() -> None:
    (body,) = shown(attachments=(Attachment(kind="location", details={"latitude": "?"}),))
    assert "maps.google.com" in body["text"]["body"]


# ---------------------------------------------------------------- templates


def test_a_template_is_filled_in_order() -> None:
    template = {"template": "reminder", "values": ["Анна", 3, None, "две\nстроки"]}
    (call,) = render(
        Reply(message_id="m", text="Напоминаем", template=template),
        language="ru",
        phone_known=True,
    )
    assert call["template"] is True
    check_message(body_of(call))
    assert call["body"]["template"]["name"] == "reminder"
    assert call["body"]["template"]["language"] == {"code": "ru"}
    (component,) = call["body"]["template"]["components"]
    assert [one["text"] for one in component["parameters"]] == ["Анна", "3", "—", "две строки"]


def test_a_template_may_be_of_another_language() -> None:
    (body,) = shown(template={"template": "reminder/en_US"})
    assert body["template"] == {"name": "reminder", "language": {"code": "en_US"}}


def test_what_is_to_be_paid_is_said() -> None:
    invoice = {"title": "Стрижка", "amount": "1500.00", "currency": "RUB"}
    (body,) = shown(text="К оплате", invoice=invoice)
    assert body["text"]["body"] == "К оплате\n\nСтрижка: 1500.00 RUB"


# ---------------------------------------------------------------- whatever a reply holds

SLOW = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
_WORDS = st.text(max_size=60) | st.sampled_from(["Да", "Слово за словом. " * 90, "😀" * 700, " "])
_REFS = st.sampled_from(
    ["media/a.jpg", "media/a.gif", "media/a.ogg", "media/a.webp", "https://a.b/c.mp4", "12345"]
)
_BUTTONS = st.builds(
    Button,
    text=_WORDS,
    payload=_WORDS,
    url=st.none() | st.just("https://example.com/a"),
    share=st.sampled_from([None, None, "phone", "location"]),
)
_KEYBOARDS = st.builds(
    Keyboard, rows=st.lists(st.lists(_BUTTONS, max_size=3).map(tuple), max_size=5).map(tuple)
)
_PLACES = st.fixed_dictionaries(
    {
        "latitude": st.floats(-100, 100),
        "longitude": st.floats(-200, 200),
        "title": _WORDS,
        "address": _WORDS,
        "phone": _WORDS,
        "name": _WORDS,
    }
)
_ATTACHMENTS = st.builds(
    Attachment,
    kind=st.sampled_from(
        ["photo", "video", "audio", "voice", "document", "sticker", "location", "contact"]
    ),
    ref=_REFS,
    name=st.none() | _WORDS,
    details=_PLACES,
    album=st.booleans(),
)
_ENTITIES = st.builds(
    Entity,
    kind=st.sampled_from(["bold", "italic", "code", "strikethrough", "quote", "link", "pre"]),
    start=st.integers(0, 40),
    length=st.integers(1, 40),
    url=st.sampled_from(["", "https://example.com"]),
)
_REPLIES = st.builds(
    Reply,
    message_id=st.just("m"),
    text=_WORDS,
    attachments=st.lists(_ATTACHMENTS, max_size=3).map(tuple),
    cards=st.lists(
        st.builds(
            Card,
            title=_WORDS,
            text=_WORDS,
            photo=st.just("") | _REFS,
            keyboard=st.none() | _KEYBOARDS,
        ),
        max_size=2,
    ).map(tuple),
    keyboard=st.none() | _KEYBOARDS,
    entities=st.lists(_ENTITIES, max_size=3).map(tuple),
)


@SLOW
@given(_REPLIES, st.booleans())
def test_whatever_a_reply_holds_whatsapp_takes_it(reply: Reply, known: bool) -> None:
    for call in render(reply, language="ru", phone_known=known):
        check_message(body_of(call))
