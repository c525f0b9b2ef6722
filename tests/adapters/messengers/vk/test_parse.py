"""Events of VK become unified messages and receipts."""

from typing import Any

import pytest

from adapters.messengers.vk.abilities import Abilities, abilities_of
from adapters.messengers.vk.parse import Read, parse_event
from bots.model.message import UnifiedMessage
from tests.adapters.messengers.vk.conftest import ADDRESS, around
from tests.adapters.stands import NOW
from tests.servers import vk_events as make

PHOTO = "https://sun9-1.userapi.com/a.jpg"


def numbered(event: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """As VK tells it: with an id of the event, numbers and a date."""
    body = event["object"]
    message = body.get("message", body)
    told = {"id": 71, "conversation_message_id": 7, "date": 1_790_000_000, **message, **fields}
    body = {**body, "message": told} if "message" in body else told
    return {**event, "object": body, "event_id": "e1", "group_id": 222111, "v": "5.199"}


def read(event: dict[str, Any], **around_fields: Any) -> Read:
    return parse_event(event, around(**around_fields))


def only(event: dict[str, Any], **around_fields: Any) -> UnifiedMessage:
    (message,) = read(event, **around_fields).messages
    return message


# ---------------------------------------------------------------- words and buttons


def test_a_text_is_a_message() -> None:
    message = only(numbered(make.message(5, "Привет")))
    assert message.address == ADDRESS
    assert (message.text, message.message_type, message.happening) == ("Привет", "text", "message")
    assert (message.external_id, message.platform_message_id) == ("e1", "71")
    assert (message.user_id, message.timestamp.timestamp()) == ("5", 1_790_000_000)


def test_an_event_without_an_id_is_known_by_what_it_is() -> None:
    event = numbered(make.message(5, "Привет"))
    del event["event_id"]
    assert only(event).external_id == "message_new:5:71"


def test_the_start_button_is_a_command() -> None:
    message = only(numbered(make.start(5)))
    assert (message.text, message.happening) == ("/start", "message")


def test_a_button_that_writes_its_label_is_a_press() -> None:
    message = only(numbered(make.message(5, "Стрижка", payload={"b": "a:1"})))
    assert (message.happening, message.button, message.text) == ("button", "a:1", "Стрижка")
    assert message.reply_token is None


def test_a_callback_button_is_a_press_that_wants_an_answer() -> None:
    event = make.callback_press(5, {"b": "a:1"}, number=7, event_id="q1")
    message = only({**event, "event_id": "e2"})
    assert (message.happening, message.button) == ("button", "a:1")
    assert (message.reply_token, message.platform_message_id) == ("q1", "cmid:7")
    assert (message.external_id, message.timestamp) == ("e2", NOW)


def test_a_payload_of_somebody_elses_button_is_just_a_message() -> None:
    message = only(numbered(make.message(5, "Каталог", payload={"command": "buy"})))
    assert (message.happening, message.text) == ("message", "Каталог")


def test_a_link_into_the_talk_tells_where_it_stood() -> None:
    message = only(numbered(make.message(5, "Здравствуйте", ref="vk_ad", ref_source="7")))
    assert message.metadata == {"start": "vk_ad", "start_source": "7"}


def test_the_language_of_the_program_is_told() -> None:
    told = {"lang_id": 0, "keyboard": True}
    message = only(
        numbered(make.message(5, "Да", client_info=told)), profile=lambda user: {"name": "Аня"}
    )
    assert message.profile == {"name": "Аня", "language": "ru"}


def test_an_edit_is_looked_at_as_one() -> None:
    message = only({**make.edited(5, 7, "Привет!", update_time=1_790_000_050), "event_id": "e3"})
    assert (message.happening, message.text) == ("edited", "Привет!")
    assert (message.platform_message_id, message.timestamp.timestamp()) == (
        "cmid:7",
        1_790_000_050,
    )


def test_an_answer_quotes_what_it_answers() -> None:
    answered = {"id": 66, "conversation_message_id": 2, "text": "Когда?", "from_id": -222111}
    message = only(numbered(make.message(5, "Завтра", reply_message=answered)))
    assert (message.reply_to, message.metadata) == ("66", {"quote": "Когда?"})


def test_forwarded_messages_are_read_to_the_bottom() -> None:
    deep = {"text": "третье", "fwd_messages": [], "attachments": [make.photo(PHOTO)]}
    outer = {"text": "второе", "fwd_messages": [deep]}
    message = only(numbered(make.message(5, "первое", fwd_messages=[outer])))
    assert message.text == "первое\nвторое\nтретье"
    assert message.metadata["forwarded"] is True
    assert [one.kind for one in message.attachments] == ["photo"]


# ---------------------------------------------------------------- files


def test_the_largest_size_of_a_photo_is_taken() -> None:
    message = only(numbered(make.message(5, "Вот", attachments=[make.photo(PHOTO)])))
    (photo,) = message.attachments
    assert (photo.kind, photo.ref) == ("photo", f"{PHOTO}?size=z")
    assert (message.message_type, message.text) == ("image", "Вот")


@pytest.mark.parametrize(
    ("attached", "kind", "ref", "name"),
    [
        (make.video("Двор"), "video", "video5_2_k2", "Двор"),
        (make.audio(url="https://a.vkuseraudio.net/1.mp3"), "audio", "https", "Кино"),
        (make.audio_message("https://psv4.userapi.com/v.ogg"), "voice", "https", None),
        (make.document("https://vk.com/doc5_5"), "document", "https://vk.com/doc5_5", "договор"),
        (make.sticker(9046), "sticker", "https://vk.com/sticker/9046-128", None),
    ],
)
def test_files_are_attachments(
    attached: dict[str, Any], kind: str, ref: str, name: str | None
) -> None:
    message = only(numbered(make.message(5, attachments=[attached])))
    (found,) = message.attachments
    assert (found.kind, found.ref.startswith(ref)) == (kind, True)
    assert (found.name or "").startswith(name or "")
    assert message.text is None


def test_a_moving_picture_is_a_video() -> None:
    document = make.document("https://vk.com/doc5_6", "кот.gif")
    (found,) = only(numbered(make.message(5, attachments=[document]))).attachments
    assert (found.kind, found.details) == ("video", {"animation": True})


def test_a_place_is_a_location_even_when_a_button_sent_it() -> None:
    place = {"type": "point", "coordinates": {"latitude": 55.7, "longitude": 37.6}}
    message = only(numbered(make.message(5, geo=place, payload={"b": "a:1"})))
    assert (message.happening, message.message_type) == ("message", "location")
    assert message.attachments[0].details == {"latitude": 55.7, "longitude": 37.6}


def test_what_is_no_file_is_told_in_words() -> None:
    attachments = [
        make.link("https://example.com/a", "Статья"),
        {"type": "wall", "wall": {"id": 9, "to_id": -5, "text": "Новость"}},
        {"type": "market", "market": {"id": 3, "owner_id": -5, "title": "Чай"}},
        {"type": "gift", "gift": {"id": 1}},
    ]
    message = only(numbered(make.message(5, "Смотрите", attachments=attachments)))
    assert message.text == (
        "Смотрите\nСтатья https://example.com/a\nНовость https://vk.com/wall-5_9"
        "\nЧай https://vk.com/market-5?w=product-5_3\n[gift]"
    )


def test_a_link_that_stands_in_the_text_is_not_told_twice() -> None:
    attached = make.link("https://example.com/a")
    message = only(numbered(make.message(5, "см. https://example.com/a", attachments=[attached])))
    assert message.text == "см. https://example.com/a"


# ---------------------------------------------------------------- around messages


def test_forbidding_and_allowing_messages() -> None:
    denied = only({**make.deny(5), "event_id": "e4"})
    allowed = only({**make.allow(5, "k"), "event_id": "e5"})
    assert (denied.happening, allowed.happening) == ("blocked", "unblocked")
    assert denied.address == ADDRESS


def test_an_admins_answer_is_an_echo() -> None:
    event = numbered(make.reply(5, "Сейчас посмотрю", admin_id=99), from_id=-222111, random_id=4)
    message = only(event)
    assert (message.happening, message.text) == ("echo", "Сейчас посмотрю")
    assert (message.direction, message.metadata["author"]) == ("outbound", "99")
    assert message.user_id == "5"


def test_what_we_sent_ourselves_is_no_echo() -> None:
    event = numbered(make.reply(5, "Привет", admin_id=99), from_id=-222111, random_id=4)
    assert read(event, ours=lambda random_id, message_id: random_id == 4) == Read()
    assert read(event, ours=lambda random_id, message_id: message_id == 71) == Read()


def test_what_carries_our_mark_is_no_echo_after_a_restart() -> None:
    event = numbered(make.reply(5, "Привет", admin_id=99), from_id=-222111, random_id=4)
    event["object"]["payload"] = '{"easyflow":1}'
    assert read(event) == Read()


def test_what_another_program_sent_is_no_echo() -> None:
    event = numbered(make.reply(5, "Скидки!"), from_id=-222111, random_id=4)
    assert read(event) == Read()


def test_a_customer_read_up_to_a_message() -> None:
    (receipt,) = read({**make.read(5, 71), "event_id": "e6"}).receipts
    assert (receipt.status, receipt.platform_message_id, receipt.upto) == ("read", "71", True)
    assert (receipt.channel, receipt.chat_id) == ("vk:222111", "5")


@pytest.mark.parametrize(("number", "emoji"), [(1, "❤️"), (4, "👍"), (None, ""), (60, "vk:60")])
def test_a_reaction_is_an_event(number: int | None, emoji: str) -> None:
    message = only({**make.reaction(5, 7, number), "event_id": "e7"})
    assert (message.happening, message.metadata) == (
        "event",
        {"event": "reaction.set", "data": {"emoji": emoji, "message_id": "cmid:7"}},
    )


def test_an_order_in_the_shop_is_an_event() -> None:
    price = {"amount": "199050", "currency": {"id": 643, "name": "RUB"}, "text": "1 990,50 ₽"}
    order = {
        "id": 3,
        "group_id": 222111,
        "user_id": 5,
        "date": 1_790_000_000,
        "comment": "побыстрее",
        "preview_order_items": [
            {"owner_id": -222111, "item_id": 8, "quantity": 2, "price": price, "title": "Чай"}
        ],
    }
    message = only({**make.event("market_order_new", order), "event_id": "e8"})
    assert (message.happening, message.user_id, message.metadata["event"]) == (
        "event",
        "5",
        "order.placed",
    )
    assert message.metadata["data"] == {
        "catalog": "222111",
        "items": [{"id": "8", "quantity": 2, "price": 1990.5, "currency": "RUB"}],
        "text": "побыстрее",
    }


@pytest.mark.parametrize(
    "event",
    [
        make.typing(5, 222111),
        numbered(make.message(5, "Всем привет", peer_id=2_000_000_001)),
        numbered(make.message(-7, "Мы сообщество", peer_id=-7)),
        numbered(make.message(5, "")),
        make.read(-222111, 5),
        make.block(5),
        {"type": "wall_post_new", "object": {"id": 1}},
        {"type": "message_new", "object": []},
        {"type": "message_event", "object": {"user_id": 5, "peer_id": 5, "event_id": "q"}},
        [],
        None,
    ],
)
def test_what_is_not_served_becomes_nothing(event: Any) -> None:
    assert parse_event(event, around()) == Read()


def test_what_a_program_can_show_is_told_with_its_messages() -> None:
    told = {"button_actions": ["text", "callback"], "keyboard": True, "carousel": True}
    assert abilities_of(make.message(5, "Да", client_info=told)) == (
        "5",
        Abilities(callback=True, carousel=True),
    )
    old = {"button_actions": ["text"], "keyboard": True, "inline_keyboard": False}
    assert abilities_of(make.message(5, "Да", client_info=old)) == ("5", Abilities(inline=False))
    assert abilities_of(make.callback_press(5, {"b": "a"})) == ("5", Abilities(callback=True))
    assert abilities_of(make.message(5, "Да")) is None
    assert abilities_of([]) is None
