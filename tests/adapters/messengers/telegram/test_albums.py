"""Albums and cards: what goes together, what is left out, what Telegram remembers."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.render import render
from bots.errors import Rejected
from bots.model.message import Address, Attachment, AttachmentKind, Button, Card, Keyboard, Reply
from bots.model.turn import Outgoing
from tests.adapters.stands import NOW
from tests.servers.telegram import FakeTelegram

ORDER = Keyboard(rows=((Button(text="Заказать", payload="s:1"),),))


def album(*refs: str, kind: AttachmentKind = "photo") -> tuple[Attachment, ...]:
    return tuple(Attachment(kind=kind, ref=ref, album=True) for ref in refs)


def calls(text: str = "", **fields: Any) -> list[dict[str, Any]]:
    return render("5", Reply(message_id="m", text=text, **fields))


def methods(made: list[dict[str, Any]]) -> list[str]:
    return [call["method"] for call in made]


def links(count: int) -> tuple[Attachment, ...]:
    return album(*[f"https://example.com/{number}" for number in range(count)])


# ---------------------------------------------------------------- what goes together


def test_an_album_is_one_call_with_its_words_under_the_first_picture() -> None:
    video = Attachment(kind="video", ref="vid", album=True)
    assert calls("Наши работы", attachments=(*album("pic"), video)) == [
        {
            "method": "sendMediaGroup",
            "chat_id": 5,
            "media": [
                {"type": "photo", "media": "pic", "caption": "Наши работы"},
                {"type": "video", "media": "vid"},
            ],
        }
    ]


def test_words_about_documents_stand_under_the_last_of_them() -> None:
    (call,) = calls("Договор", attachments=album("a", "b", kind="document"))
    assert [part.get("caption") for part in call["media"]] == [None, "Договор"]


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, []), (2, [2]), (10, [10]), (11, [5, 6]), (21, [7, 7, 7])]
)
def test_groups_are_of_two_to_ten(count: int, sizes: list[int]) -> None:
    made = calls(attachments=links(count))
    assert [len(call["media"]) for call in made if "media" in call] == sizes
    assert methods(made) == (["sendMediaGroup"] * len(sizes) or ["sendPhoto"])


def test_what_does_not_mix_is_sent_apart() -> None:
    mixed = (
        *album("p"),
        *album("d", kind="document"),
        *album("v", kind="video"),
        *album("s", kind="voice"),
        *album("e", kind="document"),
    )
    made = calls("Слова", attachments=mixed)
    assert methods(made) == ["sendMediaGroup", "sendMediaGroup", "sendVoice", "sendMessage"]
    assert [part["media"] for part in made[0]["media"]] == ["p", "v"]
    assert [part["media"] for part in made[1]["media"]] == ["d", "e"]


def test_buttons_of_an_album_stand_under_words_of_their_own() -> None:
    group, words = calls("Смотрите", attachments=links(2), keyboard=ORDER)
    assert "reply_markup" not in group
    assert (words["text"], "reply_markup" in words) == ("Смотрите", True)
    _, alone = calls(attachments=links(2), keyboard=ORDER)
    assert (alone["text"], "reply_markup" in alone) == ("👇", True)


def test_a_keyboard_that_goes_is_taken_away_by_a_call_that_can() -> None:
    group, words = calls("я" * 1025, attachments=links(2), clear_keyboard=True)
    assert "reply_markup" not in group
    assert words["reply_markup"] == {"remove_keyboard": True}


# ---------------------------------------------------------------- cards


def test_a_card_is_a_picture_with_words_and_buttons_of_its_own() -> None:
    rose = Card(title="Роза 🌹", text="2 500 ₽", photo="media/r.jpg", keyboard=ORDER)
    poppy = Card(title="Мак")
    heading, first, second = calls("Выбирайте", cards=(rose, poppy))
    assert heading == {"method": "sendMessage", "chat_id": 5, "text": "Выбирайте"}
    assert first == {
        "method": "sendPhoto",
        "chat_id": 5,
        "upload": {"field": "photo", "file": "media/r.jpg"},
        "caption": "Роза 🌹\n2 500 ₽",
        "caption_entities": [{"type": "bold", "offset": 0, "length": 7}],
        "reply_markup": {"inline_keyboard": [[{"text": "Заказать", "callback_data": "s:1"}]]},
    }
    assert (second["method"], second["text"]) == ("sendMessage", "Мак")


def test_a_card_of_many_words_has_them_below_its_picture() -> None:
    made = calls(cards=(Card(title="Роза", text="я" * 2000, photo="pic", keyboard=ORDER),))
    assert methods(made) == ["sendPhoto", "sendMessage"]
    assert "reply_markup" in made[1]
    assert made[1]["entities"] == [{"type": "bold", "offset": 0, "length": 4}]


def test_buttons_about_all_cards_come_after_them_or_with_the_heading() -> None:
    cards = (Card(title="Роза"), Card(title="Мак"))
    assert [call["text"] for call in calls(cards=cards, keyboard=ORDER)] == ["Роза", "Мак", "👇"]
    made = calls("Цветы", cards=cards, keyboard=ORDER)
    assert ["reply_markup" in call for call in made] == [True, False, False]


# ---------------------------------------------------------------- against the server


@pytest.fixture
def pictures(folder: Path) -> list[str]:
    """Three pictures of the bot folder."""
    for name in "abc":
        (folder / "media" / f"{name}.jpg").write_bytes(f"picture {name}".encode())
    return [f"media/{name}.jpg" for name in "abc"]


async def send(channel: TelegramChannel, *attachments: Attachment, text: str = "") -> str:
    """Send all the calls of a reply; gives the id of the last."""
    address = Address(1, "shop", channel.name, "5")
    reply = Reply(message_id="m", text=text, attachments=attachments)
    number = ""
    for part, payload in enumerate(channel.render(address, reply)):
        row = Outgoing(
            key=f"m:{part}",
            conversation_id=1,
            address=address,
            seq=1,
            part=part,
            epoch=0,
            payload=json.loads(json.dumps(payload)),
            message_id="m",
            created_at=NOW,
        )
        number = await channel.send(row)
    return number


async def test_an_album_is_uploaded_once_and_sent_by_its_ids_after(
    channel: TelegramChannel, telegram: FakeTelegram, pictures: list[str]
) -> None:
    assert await send(channel, *album(*pictures), text="Раз")
    assert await send(channel, *album(*pictures), text="Два")
    first, second = telegram.calls("sendMediaGroup")
    assert sorted(first.files) == ["file0", "file1", "file2"]
    assert first.parameters["media"][0] == {
        "type": "photo",
        "caption": "Раз",
        "media": "attach://file0",
    }
    assert not second.files
    assert all(part["media"].startswith("file") for part in second.parameters["media"])


async def test_of_many_chats_that_are_sent_an_album_at_once_one_uploads_it(
    channel: TelegramChannel, telegram: FakeTelegram, pictures: list[str]
) -> None:
    await asyncio.gather(*(send(channel, *album(*pictures)) for _ in range(20)))
    made = telegram.calls("sendMediaGroup")
    assert sorted(len(call.files) for call in made) == [0] * 19 + [3]


async def test_a_picture_that_the_owner_has_changed_is_uploaded_anew(
    channel: TelegramChannel, telegram: FakeTelegram, pictures: list[str], folder: Path
) -> None:
    await send(channel, *album(*pictures))
    (folder / pictures[0]).write_bytes(b"another one")
    await send(channel, *album(*pictures))
    _, second = telegram.calls("sendMediaGroup")
    assert list(second.files) == ["file0"]


async def test_files_of_ours_and_of_others_stand_in_one_album(
    channel: TelegramChannel, telegram: FakeTelegram, pictures: list[str]
) -> None:
    theirs = telegram.file("их.jpg", b"theirs")
    await send(channel, *album(theirs, pictures[0]))
    await send(channel, *album(pictures[1], pictures[0]))
    first, second = telegram.calls("sendMediaGroup")
    assert [part["media"] for part in first.parameters["media"]] == [theirs, "attach://file1"]
    assert list(second.files) == ["file0"]


async def test_ids_that_telegram_forgot_are_renewed(
    channel: TelegramChannel, telegram: FakeTelegram, pictures: list[str]
) -> None:
    await send(channel, *album(*pictures))
    telegram.script(
        method="sendMediaGroup", status=400, description="Bad Request: wrong file identifier"
    )
    assert await send(channel, *album(*pictures))
    made = telegram.calls("sendMediaGroup")
    assert [(call.status, len(call.files)) for call in made] == [(200, 3), (400, 0), (200, 3)]


async def test_a_missing_picture_is_left_out_and_its_words_stay(
    channel: TelegramChannel, telegram: FakeTelegram, pictures: list[str]
) -> None:
    await send(channel, *album("media/none.jpg", *pictures[:2]), text="Слова")
    (call,) = telegram.calls("sendMediaGroup")
    assert [part.get("caption") for part in call.parameters["media"]] == ["Слова", None]


async def test_the_only_picture_left_of_an_album_is_sent_alone(
    channel: TelegramChannel, telegram: FakeTelegram, pictures: list[str]
) -> None:
    assert await send(channel, *album("media/none.jpg", pictures[0]), text="Слова")
    (call,) = telegram.calls()
    assert (call.method, call.text, len(call.files)) == ("sendPhoto", "Слова", 1)
    assert await send(channel, *album("../secret.txt", pictures[0]))
    assert not telegram.calls("sendPhoto")[1].files


async def test_an_album_without_files_leaves_its_words(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    assert await send(channel, *album("media/x.jpg", "media/y.jpg"), text="Слова")
    (call,) = telegram.calls()
    assert (call.method, call.text) == ("sendMessage", "Слова")
    with pytest.raises(Rejected):
        await send(channel, *album("media/x.jpg", "media/y.jpg"))


async def test_a_refused_album_goes_out_one_by_one(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    for method in ("sendMediaGroup", "sendPhoto"):
        telegram.script(method=method, status=400, description="Bad Request: WEBPAGE_MEDIA_EMPTY")
    assert await send(channel, *links(2), text="Слова")
    assert [call.method for call in telegram.calls()] == [
        *("sendMediaGroup", "sendPhoto", "sendMessage", "sendPhoto")
    ]
    (words,) = telegram.calls("sendMessage")
    assert words.text == "Слова\nhttps://example.com/0"


async def test_a_part_that_has_to_wait_is_waited_for_and_nothing_comes_twice(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(
        method="sendMediaGroup", status=400, description="Bad Request: WEBPAGE_MEDIA_EMPTY"
    )
    telegram.script(method="sendPhoto", status=200, body='{"ok":true,"result":{"message_id":1}}')
    telegram.script(method="sendPhoto", retry_after=0)
    telegram.script(method="sendPhoto", status=502, body="<html>")
    assert await send(channel, *links(3))
    assert [call.status for call in telegram.calls("sendPhoto")] == [200, 429, 502, 200]


async def test_a_picture_too_large_for_an_album_is_a_document_beside_the_others(
    channel: TelegramChannel, telegram: FakeTelegram, folder: Path
) -> None:
    with (folder / "media" / "huge.jpg").open("wb") as huge:
        huge.truncate(10 * 1024 * 1024 + 1)
    assert await send(channel, *album("media/hello.jpg", "media/huge.jpg"), text="Слова")
    assert [(call.method, call.text) for call in telegram.calls()] == [
        ("sendPhoto", "Слова"),
        ("sendDocument", ""),
    ]


async def test_an_album_refused_for_its_words_leaves_them_plain(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(method="sendMediaGroup", status=400, description="Bad Request: not this one")
    assert await send(channel, *links(2), text="Слова")
    assert [call.method for call in telegram.calls()] == ["sendMediaGroup", "sendMessage"]
