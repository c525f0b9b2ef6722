"""Every kind of thing that happens in a private chat, as a unified message."""

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.messengers.telegram.parse import parse_update
from bots.model.message import Address, Entity, UnifiedMessage
from storage.rows import arrival_from_row, message_to_row
from tests.adapters.stands import NOW
from tests.servers import telegram_happenings as happen


def read(update: Mapping[str, Any]) -> list[UnifiedMessage]:
    return parse_update(
        {"update_id": 9, **update},
        address_of=lambda chat_id: Address(1, "shop", "telegram:111111", chat_id),
        new_id=lambda: "m",
        now=NOW,
    )


def the(update: Mapping[str, Any]) -> UnifiedMessage:
    (message,) = read(update)
    return message


def event(update: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    message = the(update)
    assert message.happening == "event"
    assert (message.address.chat_id, message.external_id) == ("5", "9")
    return message.metadata["event"], message.metadata["data"]


# ---------------------------------------------------------------- what is marked


def marked(text: str, *entities: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Kinds with the words they mark and what more is known of them."""
    message = the(happen.message(5, text, entities=list(entities)))
    said = message.text or ""
    return [
        (one.kind, said[one.start : one.start + one.length], one.url) for one in message.entities
    ]


def span(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_entities_are_counted_in_characters() -> None:
    text = "😀😀 жирно 👍 конец"
    found = marked(text, span("bold", 5, 5), span("italic", 11, 2), span("code", 14, 5))
    assert found == [("bold", "жирно", ""), ("italic", "👍", ""), ("code", "конец", "")]


@pytest.mark.parametrize(
    ("raw", "kind", "url"),
    [
        ({"type": "text_link", "url": "https://example.com"}, "link", "https://example.com"),
        ({"type": "text_mention", "user": {"id": 77, "first_name": "А"}}, "mention", "77"),
        ({"type": "pre", "language": "python"}, "pre", "python"),
        ({"type": "custom_emoji", "custom_emoji_id": "536"}, "emoji", "536"),
        ({"type": "expandable_blockquote"}, "quote", ""),
        ({"type": "bot_command"}, "command", ""),
        ({"type": "phone_number"}, "phone", ""),
        ({"type": "underline"}, "underline", ""),
    ],
)
def test_entities_keep_what_more_is_known(raw: dict[str, Any], kind: str, url: str) -> None:
    assert marked("слово", {"offset": 0, "length": 5, **raw}) == [(kind, "слово", url)]


@pytest.mark.parametrize(
    "raw",
    [
        span("of_bot_api_12", 0, 2),
        span("bold", -1, 2),
        span("bold", 9, 2),
        span("bold", 0, 0),
        {"type": "bold", "offset": "0", "length": 2},
        {"type": ["bold"], "offset": 0, "length": 2},
    ],
)
def test_entities_that_mean_nothing_are_left_out(raw: dict[str, Any]) -> None:
    assert marked("слово", raw) == []


def test_a_captions_entities_are_its_own() -> None:
    update = happen.attached(5, "photo", caption="Вот он", caption_entities=[span("bold", 0, 3)])
    assert the(update).entities == (Entity(kind="bold", start=0, length=3),)


def test_entities_move_with_the_text_of_a_command() -> None:
    message = the(
        happen.message(
            5,
            "/find@shop_bot чай",
            entities=[span("bot_command", 0, 14), span("bold", 15, 3)],
        )
    )
    assert message.text == "/find чай"
    assert message.entities == (
        Entity(kind="command", start=0, length=5),
        Entity(kind="bold", start=6, length=3),
    )
    started = the(happen.started(5, "promo_7"))
    assert started.entities == (Entity(kind="command", start=0, length=6),)


# ---------------------------------------------------------------- what is sent


@pytest.mark.parametrize(
    ("kind", "as_kind", "message_type", "details"),
    [
        ("photo", "photo", "image", {}),
        ("video", "video", "video", {}),
        ("audio", "audio", "audio", {}),
        ("voice", "voice", "voice", {}),
        ("video_note", "video", "video", {"round": True}),
        ("sticker", "sticker", "sticker", {"emoji": "👍"}),
        ("animation", "video", "video", {"animation": True}),
        ("document", "document", "document", {}),
    ],
)
def test_every_file_keeps_what_it_was(
    kind: str, as_kind: str, message_type: str, details: dict[str, Any]
) -> None:
    message = the(happen.attached(5, kind, "f1"))
    (attachment,) = message.attachments
    assert (attachment.kind, attachment.ref, message.message_type) == (as_kind, "f1", message_type)
    assert attachment.details == details


def test_a_place_that_moves_is_told_again_and_again() -> None:
    (first,) = the(happen.located(5, 55.75, 37.61, live_period=900)).attachments
    assert first.details == {"latitude": 55.75, "longitude": 37.61, "live": 900}
    name, data = event(happen.moved(5, 7, 55.8, 37.7, live_period=900))
    assert (name, data) == (
        "location.moved",
        {"latitude": 55.8, "longitude": 37.7, "live": 900},
    )
    assert event(happen.moved(5, 7, 55.8, 37.7))[1]["live"] == 0


def test_a_venue_has_a_name_and_an_address() -> None:
    message = the(happen.venue(5, 55.75, 37.61, "Кофейня"))
    assert message.message_type == "location"
    assert message.attachments[0].details == {
        "latitude": 55.75,
        "longitude": 37.61,
        "title": "Кофейня",
        "address": "ул. Ленина, 1",
    }


def test_a_number_of_the_customers_own_is_known_of_them() -> None:
    assert the(happen.contact(5, "+79161234567")).profile["phone"] == "+79161234567"
    assert "phone" not in the(happen.contact(5, "+7495", own=False)).profile


def test_a_die_is_read_with_what_it_shows() -> None:
    (die,) = the(happen.thrown(5, 6)).attachments
    assert (die.kind, die.details) == ("sticker", {"dice": True, "emoji": "🎲", "value": 6})


def test_an_answer_knows_what_it_answers() -> None:
    ours = {"message_id": 3, "text": "Ваш заказ готов", "date": 1, "chat": {"id": 5}}
    message = the(happen.replying(happen.message(5, "Какой?"), ours, quote="заказ"))
    assert (message.reply_to, message.metadata) == ("3", {"quote": "заказ"})


def test_a_topics_beginning_is_not_answered() -> None:
    began = {"message_id": 3, "forum_topic_created": {"name": "Вопросы"}}
    assert the(happen.replying(happen.message(5, "Привет"), began)).reply_to == ""


def test_a_forwarded_message_says_so() -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Пётр", "date": 1}
    message = the(happen.message(5, "Смотри", forward_origin=origin))
    assert message.metadata == {"forwarded": True}


def test_an_edit_may_bring_another_file() -> None:
    body = happen.attached(5, "photo", "f2", media_group_id="77")["message"]
    message = the({"edited_message": {**body, "edit_date": happen.DATE + 5}})
    assert (message.happening, message.attachments[0].ref) == ("edited", "f2")
    assert "album" not in message.metadata


# ---------------------------------------------------------------- what people do


def test_a_press_knows_the_words_of_its_button() -> None:
    update = happen.press(5, "a:1", message_id=3)
    rows = [
        [{"text": "Сайт", "url": "https://example.com"}, {"text": "Да", "callback_data": "a:1"}]
    ]
    update["callback_query"]["message"]["reply_markup"] = {"inline_keyboard": rows}
    message = the(update)
    assert (message.text, message.button, message.platform_message_id) == ("Да", "a:1", "3")


def test_the_button_that_shows_what_was_chosen_does_nothing() -> None:
    assert read(happen.press(5, "shown:chosen")) == []


def test_a_reaction_is_an_event() -> None:
    assert event(happen.reacted(5, 3, "👍")) == (
        "reaction.set",
        {"emoji": "👍", "message_id": "3"},
    )
    assert event(happen.reacted(5, 3, "👍", "🔥", old=["👍"]))[1]["emoji"] == "🔥"
    assert event(happen.reacted(5, 3, old=["👍"]))[1]["emoji"] == ""


def test_reactions_without_a_sign_are_told_apart() -> None:
    update = happen.reacted(5, 3, "👍")
    update["message_reaction"]["new_reaction"] = [{"type": "custom_emoji", "custom_emoji_id": "9"}]
    assert event(update)[1]["emoji"] == "custom:9"
    update["message_reaction"]["new_reaction"] = [{"type": "paid"}]
    assert event(update)[1]["emoji"] == "⭐"


@pytest.mark.parametrize(
    ("data", "values"),
    [
        ('{"size": 42}', {"size": 42}),
        ("просто текст", {"data": "просто текст"}),
        ("[1]", {"data": "[1]"}),
    ],
)
def test_a_page_opened_from_a_button_sends_a_form(data: str, values: dict[str, Any]) -> None:
    assert event(happen.web_app_data(5, data, "Размер")) == (
        "form.sent",
        {"name": "Размер", "values": values},
    )


def test_a_form_is_kept_no_deeper_than_can_be_stored() -> None:
    deep = '{"a": ' * 1000 + "1" + "}" * 1000
    update = happen.web_app_data(5, deep, "Размер")
    (message,) = read(update)
    row = message_to_row(message, 0, 0)
    assert row[5].count('"a":') == 20
    assert arrival_from_row((1, row[5], 0)).message == message


def test_of_a_poll_it_is_known_that_it_was_sent() -> None:
    (message,) = read(happen.asked(5, "Чай?", "да", "нет"))
    (attachment,) = message.attachments
    assert (attachment.kind, attachment.details) == ("unknown", {"as": "poll"})


@pytest.mark.parametrize(
    "update",
    [
        happen.message(5, users_shared={"request_id": 1, "users": [{"user_id": 7}]}),
        happen.message(5, chat_shared={"request_id": 1, "chat_id": -7}),
        happen.press_inline(5, "a:1"),
        happen.in_group(5, -100, "привет"),
        happen.posted("новость"),
        happen.for_business(5, "привет"),
        happen.reaction_count(5, 1),
    ],
)
def test_what_is_not_served_is_nothing(update: Mapping[str, Any]) -> None:
    assert read(update) == []
