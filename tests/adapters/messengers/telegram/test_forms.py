"""Everything a reply may hold, in Telegram's own form or the nearest one, held against its rules."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.render import render
from bots.errors import Rejected, Unreachable
from bots.model.message import (
    Address,
    Attachment,
    AttachmentKind,
    Button,
    Card,
    Entity,
    EntityKind,
    Keyboard,
    Reply,
)
from bots.model.turn import Outgoing
from bots.shaping import units
from tests.adapters.stands import NOW
from tests.servers.bodies import Parameters
from tests.servers.bot_api_rules import check
from tests.servers.telegram import FakeTelegram, message

ADDRESS = Address(1, "shop", "telegram:111111", "5")


def calls(text: str = "", **fields: Any) -> list[dict[str, Any]]:
    return render("5", Reply(message_id="m", text=text, **fields))


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
        created_at=NOW,
    )


async def send(channel: TelegramChannel, text: str = "", **fields: Any) -> None:
    for call in channel.render(ADDRESS, Reply(message_id="m", text=text, **fields)):
        await channel.send(row(call))


def said(telegram: FakeTelegram) -> list[tuple[str, str]]:
    return [(call.method, call.text) for call in telegram.calls()]


# ---------------------------------------------------------------- what is marked


def marks(call: dict[str, Any]) -> list[tuple[str, str]]:
    """What is marked, with the words as Telegram cuts them out."""
    encoded = (call.get("text") or call.get("caption") or "").encode("utf-16-le")
    found = []
    for one in call.get("entities") or call.get("caption_entities") or ():
        start, end = one["offset"] * 2, (one["offset"] + one["length"]) * 2
        found.append((one["type"], encoded[start:end].decode("utf-16-le")))
    return found


def test_entities_are_counted_as_telegram_counts() -> None:
    text = "😀 Важно: завтра"
    (call,) = calls(
        text,
        entities=(
            Entity(kind="bold", start=2, length=6),
            Entity(kind="link", start=9, length=6, url="https://example.com"),
            Entity(kind="url", start=0, length=1),
        ),
    )
    assert marks(call) == [("bold", "Важно:"), ("text_link", "завтра")]


def test_entities_go_with_their_part_of_a_long_text() -> None:
    text = "а" * 4000 + "\n\n" + "б" * 4000
    first, second = calls(text, entities=(Entity(kind="bold", start=3990, length=22),))
    assert marks(first) == [("bold", "а" * 10)]
    assert marks(second) == [("bold", "б" * 10)]


def test_entities_stand_under_a_picture_too() -> None:
    photo = Attachment(kind="photo", ref="pic")
    (call,) = calls("Вот", attachments=(photo,), entities=(Entity(kind="bold", start=0, length=3),))
    assert marks(call) == [("bold", "Вот")]


def test_a_link_that_telegram_does_not_take_is_written_out() -> None:
    (call,) = calls(
        "Почта и сайт",
        entities=(
            Entity(kind="link", start=0, length=5, url="mailto:a@example.com"),
            Entity(kind="bold", start=8, length=4),
        ),
    )
    assert call["text"] == "Почта (mailto:a@example.com) и сайт"
    assert marks(call) == [("bold", "сайт")]


def test_people_code_and_emoji_are_shown() -> None:
    (call,) = calls(
        "Аня код 👍",
        entities=(
            Entity(kind="mention", start=0, length=3, url="77"),
            Entity(kind="pre", start=4, length=3, url="python"),
            Entity(kind="emoji", start=8, length=1, url="536"),
            Entity(kind="mention", start=0, length=3),
        ),
    )
    assert call["entities"] == [
        {"type": "text_link", "url": "tg://user?id=77", "offset": 0, "length": 3},
        {"type": "pre", "language": "python", "offset": 4, "length": 3},
        {"type": "custom_emoji", "custom_emoji_id": "536", "offset": 8, "length": 2},
    ]


async def test_refused_marks_leave_the_words(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(status=400, description="Bad Request: ENTITY_TEXTURL_INVALID")
    await send(channel, "Важно", entities=(Entity(kind="bold", start=0, length=5),))
    assert said(telegram) == [("sendMessage", "Важно")] * 2
    assert "entities" not in telegram.calls()[-1].parameters


# ---------------------------------------------------------------- answers and presses


def test_an_answer_points_at_what_it_answers() -> None:
    first, second = calls("а" * 5000, reply_to="7")
    assert first["reply_parameters"] == {"message_id": 7, "allow_sending_without_reply": True}
    assert "reply_parameters" not in second
    assert "reply_parameters" not in calls("а", reply_to="wamid.1")[0]


async def test_an_answer_to_what_is_gone_is_sent_all_the_same(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await send(channel, "Вот", reply_to="404")
    assert [call.status for call in telegram.calls()] == [200]


async def test_of_pressed_buttons_the_chosen_one_stays(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    buttons = (Button(text="Да", payload="y"), Button(text="Нет", payload="n"))
    await send(channel, "Точно?", keyboard=Keyboard(rows=(buttons,)))
    number = str(telegram.calls()[0].message_id)
    for _ in range(2):
        (call,) = channel.pressed(ADDRESS, number, "Да")
        await channel.send(row(call))
    (shown,) = telegram.calls("editMessageReplyMarkup")[-1].parameters["reply_markup"][
        "inline_keyboard"
    ]
    assert shown == [{"text": "✓ Да", "callback_data": "shown:chosen"}]
    (bare,) = channel.pressed(ADDRESS, number, "")
    assert bare["reply_markup"] == {"inline_keyboard": []}
    assert channel.pressed(ADDRESS, "", "Да") == []
    assert telegram.violations() == []


# ---------------------------------------------------------------- kinds of attachments


@pytest.mark.parametrize(
    ("attachment", "call"),
    [
        (
            Attachment(kind="video", ref="f1", details={"round": True}),
            {"method": "sendVideoNote", "video_note": "f1"},
        ),
        (
            Attachment(kind="video", ref="f1", details={"animation": True}),
            {"method": "sendAnimation", "animation": "f1"},
        ),
        (
            Attachment(kind="video", ref="https://example.com/a.mp4", details={"round": True}),
            {"method": "sendVideo", "video": "https://example.com/a.mp4"},
        ),
        (Attachment(kind="sticker", ref="f1"), {"method": "sendSticker", "sticker": "f1"}),
        (
            Attachment(kind="sticker", details={"dice": True, "emoji": "🎯", "value": 5}),
            {"method": "sendDice", "emoji": "🎯"},
        ),
        (
            Attachment(
                kind="location",
                details={"latitude": 1.0, "longitude": 2.0, "title": "Кофейня", "address": "Ул. 1"},
            ),
            {
                "method": "sendVenue",
                "latitude": 1.0,
                "longitude": 2.0,
                "title": "Кофейня",
                "address": "Ул. 1",
            },
        ),
        (
            Attachment(kind="location", details={"latitude": 1.0, "longitude": 2.0, "live": 5}),
            {"method": "sendLocation", "latitude": 1.0, "longitude": 2.0, "live_period": 60},
        ),
        (
            Attachment(kind="contact", details={"phone": "", "name": "Магазин"}),
            {"method": "sendMessage", "text": "Магазин"},
        ),
    ],
)
def test_every_attachment_goes_out_as_what_it_was(
    attachment: Attachment, call: dict[str, Any]
) -> None:
    assert calls(attachments=(attachment,)) == [{"chat_id": 5, **call}]


def test_words_stand_beside_what_takes_none() -> None:
    note = Attachment(kind="video", ref="f1", details={"round": True})
    assert [call["method"] for call in calls("Смотри", attachments=(note,))] == [
        "sendVideoNote",
        "sendMessage",
    ]


async def test_a_file_of_another_kind_goes_out_as_what_it_is(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    file_id = telegram.file("film.mp4", b"a film")
    await send(channel, attachments=(Attachment(kind="video", ref=file_id),))
    await send(channel, "Вот", attachments=(Attachment(kind="photo", ref=file_id),))
    assert said(telegram) == [("sendVideo", ""), ("sendPhoto", "Вот"), ("sendVideo", "Вот")]


async def test_words_are_kept_where_the_real_kind_takes_none(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    file_id = telegram.file("note.mp4", b"a note")
    await send(
        channel, attachments=(Attachment(kind="video", ref=file_id, details={"round": True}),)
    )
    await send(channel, "Вот", attachments=(Attachment(kind="video", ref=file_id),))
    assert said(telegram)[1:] == [
        ("sendVideo", "Вот"),
        ("sendVideoNote", ""),
        ("sendMessage", "Вот"),
    ]


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: failed to get HTTP URL content",
        "Bad Request: wrong type of the web page content",
        "Bad Request: wrong file identifier/HTTP URL specified",
    ],
)
async def test_a_link_that_telegram_cannot_fetch_is_sent_in_words(
    channel: TelegramChannel, telegram: FakeTelegram, description: str
) -> None:
    telegram.script(method="sendPhoto", status=400, description=description)
    keyboard = Keyboard(rows=((Button(text="Да", payload="y"),),))
    photo = Attachment(kind="photo", ref="https://example.com/a.jpg")
    await send(channel, "Вот", attachments=(photo,), keyboard=keyboard)
    words = telegram.calls()[-1]
    assert (words.method, words.text) == ("sendMessage", "Вот\nhttps://example.com/a.jpg")
    assert words.button("Да") == "y"


async def test_a_picture_that_telegram_cannot_read_is_a_document(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(method="sendPhoto", status=400, description="Bad Request: IMAGE_PROCESS_FAILED")
    await send(channel, "Вот", attachments=(Attachment(kind="photo", ref="media/hello.jpg"),))
    assert said(telegram) == [("sendPhoto", "Вот"), ("sendDocument", "Вот")]


async def test_a_refusal_of_everything_is_told(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(times=None, status=400, description="Bad Request: no")
    with pytest.raises(Rejected):
        await send(channel, "Вот", attachments=(Attachment(kind="photo", ref="media/hello.jpg"),))
    telegram.reset()


# ---------------------------------------------------------------- buttons


def test_a_link_beside_a_share_button_is_a_line() -> None:
    keyboard = Keyboard(
        rows=(
            (Button(text="Номер", share="phone"), Button(text="Сайт", url="https://example.com")),
        )
    )
    (call,) = calls("Как связаться?", keyboard=keyboard)
    assert call["text"] == "Как связаться?\n\nСайт: https://example.com"
    assert call["reply_markup"]["keyboard"] == [[{"text": "Номер", "request_contact": True}]]


def test_buttons_over_a_hundred_are_numbered_lines() -> None:
    rows = tuple((Button(text=f"Товар {n}", payload=str(n)),) for n in range(1, 103))
    (call,) = calls("Выберите", keyboard=Keyboard(rows=rows))
    assert call["text"].endswith("\n\n101. Товар 101\n102. Товар 102")


async def test_a_refused_link_is_a_line_and_the_other_buttons_stay(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(status=400, description="Bad Request: BUTTON_URL_INVALID")
    buttons = (Button(text="Сайт", url="https://example.invalid"), Button(text="Да", payload="y"))
    await send(channel, "Точно?", keyboard=Keyboard(rows=(buttons,)))
    assert said(telegram)[1:] == [
        ("sendMessage", "Точно?"),
        ("sendMessage", "Сайт: https://example.invalid"),
    ]
    assert telegram.calls()[1].button("Да") == "y"


# ---------------------------------------------------------------- groups that moved


async def test_a_group_that_moved_is_written_to_where_it_is(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.update(message(5, chat={"id": -77, "type": "group"}, migrate_to_chat_id=-1000077))
    call = {"method": "sendMessage", "chat_id": -77, "text": "раз"}
    await channel.send(row(call))
    await channel.send(row({**call, "text": "два"}))
    assert [call.parameters["chat_id"] for call in telegram.calls()] == [-77, -1000077, -1000077]


# ---------------------------------------------------------------- anything at all

KINDS: list[AttachmentKind] = [
    *("photo", "video", "audio", "voice", "document", "sticker", "location", "contact")
]
WORDS = st.text(max_size=40) | st.sampled_from(["я" * 1100, "😀" * 2100, " \n ", "\ud83d", "a\0b"])
URLS = st.sampled_from([None, "https://example.com", "http://[", "no address", "tg://resolve", ""])
PAYLOADS = st.sampled_from(["", "a:1", "я" * 40]) | st.text(max_size=20)
BUTTONS = st.builds(Button, text=WORDS, payload=PAYLOADS, url=URLS)
SHARING = st.builds(Button, text=WORDS, share=st.sampled_from(["phone", "location"]))


def keyboards(buttons: st.SearchStrategy[Button]) -> st.SearchStrategy[Keyboard]:
    rows = st.lists(st.lists(buttons, max_size=12).map(tuple), max_size=12).map(tuple)
    return st.builds(Keyboard, rows=rows, inline=st.booleans())


KEYBOARDS = st.none() | keyboards(BUTTONS) | keyboards(BUTTONS | SHARING)
DETAILS = st.sampled_from(
    [
        {},
        {"round": True},
        {"animation": True},
        {"dice": True, "emoji": "🎳"},
        {"dice": True, "emoji": "x"},
        {"latitude": 5, "longitude": 6, "title": "Дом"},
        {"latitude": 5, "longitude": 6, "live": 10**9},
        {"phone": "+7", "name": ""},
        {"name": "Имя"},
    ]
)
ATTACHMENTS = st.builds(
    Attachment,
    kind=st.sampled_from(KINDS),
    ref=st.sampled_from(["", "AgAC", "https://example.com/a", "media/hello.jpg"]),
    details=DETAILS,
    album=st.booleans(),
)
ENTITY_KINDS: list[EntityKind] = ["bold", "link", "pre", "mention", "emoji", "quote", "url"]
ENTITIES = st.builds(
    Entity,
    kind=st.sampled_from(ENTITY_KINDS),
    start=st.integers(0, 50),
    length=st.integers(0, 4000),
    url=st.sampled_from(["", "https://example.com", "mailto:a@b", "123"]),
)
REPLIES = st.builds(
    Reply,
    message_id=st.just("m"),
    text=WORDS,
    attachments=st.lists(ATTACHMENTS, max_size=13).map(tuple),
    cards=st.lists(
        st.builds(
            Card,
            title=WORDS,
            text=WORDS,
            photo=st.sampled_from(["", "AgAC"]),
            keyboard=KEYBOARDS,
        ),
        max_size=2,
    ).map(tuple),
    keyboard=KEYBOARDS,
    clear_keyboard=st.booleans(),
    renews=st.sampled_from(["", "7"]),
    entities=st.lists(ENTITIES, max_size=4).map(tuple),
    reply_to=st.sampled_from(["", "7", "x"]),
    invoice=st.sampled_from(
        [{}, {"title": "Заказ", "amount": "5", "currency": "XTR", "id": "P1"}, {"amount": "x"}]
    ),
)


@settings(deadline=None, max_examples=300)
@given(REPLIES)
def test_any_reply_stays_inside_telegrams_limits(reply: Reply) -> None:
    for call in render("5", reply, sells=frozenset(("XTR",))):
        values = {key: call[key] for key in call if key not in _OURS}
        for upload in (call["upload"],) if "upload" in call else ():
            values[upload["field"]] = "AgAC"
        if "uploads" in call:
            values["media"] = [{"media": "AgAC", **part} for part in values["media"]]
        assert check(call["method"], Parameters(values, {})) == []
        assert units(call.get("text", "")) <= 4096


_OURS = ("method", "upload", "uploads", "instead")


async def test_a_blocked_bot_is_not_sent_another_form(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(status=403, description="Forbidden: bot was blocked by the user")
    with pytest.raises(Unreachable):
        await send(channel, "Вот", attachments=(Attachment(kind="photo", ref="media/hello.jpg"),))
    assert len(telegram.calls()) == 1
