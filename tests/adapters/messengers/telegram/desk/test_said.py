"""What an operator wrote, as words for a customer of any messenger."""

from typing import Any

import pytest

from adapters.messengers.telegram.desk.said import Said, said
from bots.elsewhere import kept_elsewhere

OURS, OTHER = "telegram:1", "telegram:2"
FILE = {"file_id": "AgAC", "file_unique_id": "u", "file_size": 1000}


def written(message: dict[str, Any], goes_by: str = OURS) -> Said:
    body = {"message_id": 5, "from": {"id": 9}, **message}
    return said(body, message_id="m", came_by=OURS, goes_by=goes_by, language="ru")


def test_words_keep_their_marks() -> None:
    found = written({"text": "жирно", "entities": [{"type": "bold", "offset": 0, "length": 5}]})
    assert (found.reply.text, found.reply.author) == ("жирно", "operator")
    assert [entity.kind for entity in found.reply.entities] == ["bold"]


def test_a_file_goes_by_its_id_within_one_bot() -> None:
    (document,) = written({"document": FILE, "caption": "вот"}).reply.attachments
    assert document.ref == "AgAC"


@pytest.mark.parametrize("goes_by", [OTHER, "vk:7", "whatsapp:8", "web"])
def test_to_others_it_goes_by_where_it_is_kept(goes_by: str) -> None:
    message = {"document": {**FILE, "file_name": "счёт.pdf"}}
    (document,) = written(message, goes_by).reply.attachments
    assert kept_elsewhere(document.ref) == (OURS, "AgAC", "счёт.pdf")


@pytest.mark.parametrize(
    ("message", "loss", "kind"),
    [
        ({"sticker": {**FILE, "emoji": "👍"}}, "стикер уйдёт как картинка", "photo"),
        ({"sticker": {**FILE, "emoji": "👍", "is_animated": True}}, "эмодзи 👍", None),
        ({"video_note": FILE}, "круглое видео", "video"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "эмодзи 🎲", None),
        (
            {"location": {"latitude": 1.0, "longitude": 2.0, "live_period": 60}},
            "неподвижной точкой",
            "location",
        ),
    ],
)
def test_what_looks_otherwise_elsewhere_is_said(
    message: dict[str, Any], loss: str, kind: str | None
) -> None:
    found = written(message, "vk:7")
    assert loss in found.losses[0]
    assert [one.kind for one in found.reply.attachments] == ([kind] if kind else [])
    assert written(message).losses == ()


def test_a_file_that_bots_are_not_given_is_too_big_for_others_alone() -> None:
    message = {"video": {**FILE, "file_size": 30 * 1024 * 1024}}
    assert written(message, "vk:7").too_big == 30 * 1024 * 1024
    assert written(message).too_big == 0


@pytest.mark.parametrize("kind", ["poll", "story", "giveaway", "paid_media"])
def test_what_cannot_be_passed_on_is_named(kind: str) -> None:
    assert written({kind: {}}).unsendable == kind


def test_of_a_kind_of_tomorrow_nothing_is_pretended() -> None:
    assert written({"hologram": {}}).unsendable == "this"


def test_an_album_is_one_message_with_all_captions() -> None:
    parts = [
        {"message_id": 8, "photo": [FILE], "caption": "два"},
        {"message_id": 7, "photo": [FILE], "caption": "раз"},
    ]
    found = written({**parts[0], "album": parts})
    assert found.reply.text == "раз\nдва"
    assert [one.album for one in found.reply.attachments] == [True, True]


@pytest.mark.parametrize(
    "ref",
    ["media/hello.jpg", "https://example.com/a/b.jpg", "AgAC", "photo-1_2_key", "/web/files/x", ""],
)
def test_no_other_reference_is_taken_for_one_of_another_channel(ref: str) -> None:
    assert kept_elsewhere(ref) is None
