"""Every kind of message and status, and any JSON at all."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.messengers.whatsapp.parse import Parsed, parse
from adapters.messengers.whatsapp.people import Person as Who
from bots.model.message import Address, Attachment, UnifiedMessage
from bots.model.receipt import Receipt
from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.whatsapp_updates import mutilated, update_bodies
from tests.servers.whatsapp_webhooks import Json, Person

PHONE_ID = "106540352242922"
DISPLAY = "15550783881"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
AT = 1_795_600_000
SAID_AT = datetime.fromtimestamp(AT, UTC)
IVAN = Person(wa_id="79001234567", user_id="RU.13491208655302741918", username="ivan")
ID = "wamid.HBgLNzkwMDEyMzQ1NjcVAgASGBQzQTAy"
OUR = "wamid.HBgLNzkwMDEyMzQ1NjcVAgARGBI5QTND"
FILE = {"id": "4490709327380001", "mime_type": "image/jpeg", "sha256": "c2hh"}


def read(body: Any) -> Parsed:
    return parse(
        body,
        phone_id=PHONE_ID,
        address_of=lambda chat_id: Address(1, "shop", f"whatsapp:{PHONE_ID}", chat_id),
        new_id=lambda: "0" * 32,
        now=NOW,
    )


def around(*values: Json, field: str = "messages") -> Json:
    return webhooks.body(webhooks.entry("1", *(webhooks.change(value, field) for value in values)))


def said(content: Json, person: Person = IVAN, **more: Any) -> Json:
    message = webhooks.message(person, content, id_=ID, at=AT, **more)
    return around(webhooks.value(PHONE_ID, DISPLAY, messages=[message], people=[person]))


def the(content: Json, person: Person = IVAN, **more: Any) -> UnifiedMessage:
    (told,) = read(said(content, person, **more)).told
    return told.message


def event(content: Json, **more: Any) -> tuple[str, Any]:
    message = the(content, **more)
    assert (message.happening, message.text, message.attachments) == ("event", None, ())
    return message.metadata["event"], message.metadata["data"]


def test_a_text_is_read_with_everything_known_of_its_sender() -> None:
    assert the(webhooks.text("Где мой заказ?")) == UnifiedMessage(
        message_id="0" * 32,
        address=Address(1, "shop", f"whatsapp:{PHONE_ID}", "79001234567"),
        platform="whatsapp",
        user_id="79001234567",
        external_id=ID,
        timestamp=SAID_AT,
        text="Где мой заказ?",
        platform_message_id=ID,
        profile={
            "name": "Иван",
            "username": "ivan",
            "phone": "+79001234567",
            "user_id": "RU.13491208655302741918",
        },
    )


@pytest.mark.parametrize(
    ("person", "chat"),
    [
        (Person(), "79001234567"),
        (IVAN, "79001234567"),
        (Person(wa_id=None, user_id="RU.134", username="ivan"), "RU.134"),
    ],
)
def test_people_are_known_by_either_of_their_ids(person: Person, chat: str) -> None:
    (told,) = read(said(webhooks.text("?"), person)).told
    assert told.message.chat_id == chat
    assert told.person == Who(person.wa_id, person.user_id)


ANNA = Person(wa_id="79007654321", user_id="RU.777")


@pytest.mark.parametrize(
    "beside",
    [{"wa_id": ANNA.wa_id, "user_id": ANNA.user_id}, {"user_id": ANNA.user_id}],
)
def test_nobody_gets_anothers_chat_by_the_contact_that_stands_beside(beside: Json) -> None:
    people = (Person(wa_id=IVAN.wa_id), Person(wa_id=ANNA.wa_id))
    messages = [
        webhooks.message(one, webhooks.text("а"), id_=f"wamid.{number}", at=AT)
        for number, one in enumerate(people)
    ]
    value = webhooks.value(PHONE_ID, DISPLAY, messages=messages)
    value["contacts"] = [{**beside, "profile": {"name": "Анна"}}]
    ivan, anna = read(around(value)).told
    assert (ivan.person, ivan.message.profile) == (
        Who(IVAN.wa_id),
        {"phone": f"+{IVAN.wa_id}"},
    )
    assert anna.person.phone == ANNA.wa_id
    value["messages"] = messages[:1]
    (ivan,) = read(around(value)).told
    assert ivan.person == Who(IVAN.wa_id, None if "wa_id" in beside else ANNA.user_id)


def test_a_scoped_id_in_the_place_of_a_number_is_no_number() -> None:
    body = said(webhooks.text("?"), Person(wa_id="RU.134"))
    (told,) = read(body).told
    assert told.person == Who(None, "RU.134")
    assert "phone" not in told.message.profile


@pytest.mark.parametrize(
    ("content", "kind", "message_type", "text"),
    [
        (webhooks.media("image", FILE, caption="Вот"), "photo", "image", "Вот"),
        (webhooks.media("video", FILE), "video", "video", None),
        (webhooks.media("audio", FILE), "audio", "audio", None),
        (webhooks.voice(FILE), "voice", "voice", None),
        (webhooks.media("document", FILE, caption="!"), "document", "document", "!"),
        (webhooks.media("sticker", FILE), "sticker", "sticker", None),
    ],
)
def test_files_are_attachments(content: Json, kind: str, message_type: str, text: str) -> None:
    message = the(content)
    assert (message.message_type, message.text) == (message_type, text)
    (attachment,) = message.attachments
    assert (attachment.kind, attachment.ref, attachment.mime) == (kind, FILE["id"], "image/jpeg")
    album = {"album": "media"} if kind in ("photo", "video") else {}
    assert message.metadata == album


def test_a_document_has_its_name() -> None:
    (attachment,) = the(webhooks.media("document", FILE, filename="счёт.pdf")).attachments
    assert attachment.name == "счёт.pdf"


def test_a_place_has_its_name() -> None:
    message = the(webhooks.location(55.75, 37.61, name="Салон", address="Тверская, 1"))
    details = {"latitude": 55.75, "longitude": 37.61, "title": "Салон", "address": "Тверская, 1"}
    assert message.attachments == (Attachment(kind="location", details=details),)
    assert message.message_type == "location"


def test_contacts_come_several_at_once() -> None:
    cards = (
        webhooks.card("Анна", "+7 900 765-43-21", "79007654321"),
        webhooks.card("Я", "+7 900 123-45-67", "79001234567"),
        webhooks.card("Городской", "8 495 123"),
    )
    assert [one.details for one in the(webhooks.contacts(*cards)).attachments] == [
        {"phone": "+79007654321", "name": "Анна"},
        {"phone": "+79001234567", "name": "Я", "own": True},
        {"phone": "8 495 123", "name": "Городской"},
    ]


@pytest.mark.parametrize("emoji", ["👍", None, ""])
def test_a_reaction_may_be_taken_back(emoji: str | None) -> None:
    data = {"emoji": emoji or "", "message_id": OUR}
    assert event(webhooks.reaction(OUR, emoji)) == ("reaction.set", data)


def test_a_pressed_button_names_its_message() -> None:
    message = the(webhooks.button_reply("q:1:2", "Да"), context={"from": DISPLAY, "id": OUR})
    assert (message.happening, message.button, message.text) == ("button", "q:1:2", "Да")
    assert (message.platform_message_id, message.reply_to) == (OUR, "")


def test_a_long_label_is_put_together_again() -> None:
    message = the(webhooks.list_reply("q:1:2", "Маникюр с покрытием", "гель-лаком, 60 минут"))
    assert (message.button, message.text) == ("q:1:2", "Маникюр с покрытием гель-лаком, 60 минут")


def test_a_quick_reply_of_a_template_stands_for_its_words() -> None:
    message = the(webhooks.template_button("Приду"))
    assert (message.happening, message.text, message.metadata) == ("message", "Приду", {})
    assert the(webhooks.template_button("Да", "yes")).metadata == {"payload": "yes"}


def test_a_form_is_json_inside_of_json() -> None:
    content = webhooks.flow_reply({"flow_token": "запись", "имя": "Иван", "цвета": ["red"]})
    values = {"имя": "Иван", "цвета": ["red"]}
    assert event(content) == ("form.sent", {"name": "запись", "values": values})


def test_a_forms_json_may_be_as_deep_as_it_likes() -> None:
    content = webhooks.flow_reply({})
    content["interactive"]["nfm_reply"]["response_json"] = '{"a":' * 900 + "1" + "}" * 900
    _, data = event(content)
    assert set(data["values"]) == {"a"}


def test_an_order_lists_what_is_bought() -> None:
    content = webhooks.order("36702596", webhooks.order_item("sku-1", 2, 350.5), words="Скорее")
    item = {"id": "sku-1", "quantity": 2, "price": 350.5, "currency": "RUB"}
    data = {"catalog": "36702596", "items": [item], "text": "Скорее"}
    assert event(content) == ("order.placed", data)


def test_an_advert_is_told_of_before_the_message_it_led_to() -> None:
    opened, message = read(said(webhooks.text("Сколько?"), referral=webhooks.advert("7"))).told
    advert = {
        "source": "ad",
        "id": "7",
        "url": "https://fb.me/3cr4Wqqkv",
        "title": "Напишите нам",
        "text": "Скидки",
    }
    assert opened.message.metadata == {"event": "ad.opened", "data": advert}
    assert (message.message.text, message.message.metadata) == ("Сколько?", {"referral": advert})
    assert opened.message.external_id != message.message.external_id


def test_a_changed_number_says_who_becomes_whom() -> None:
    content = webhooks.changed_number(IVAN, "79007777777")
    (told,) = read(said(content)).told
    assert told.person == Who("79001234567", "RU.13491208655302741918")
    assert told.becomes == Who("79007777777", None)
    assert told.message.metadata == {
        "event": "number.changed",
        "data": {"old": "79001234567", "new": "79007777777"},
    }
    assert told.message.profile == {"phone": "+79007777777"}


def test_a_changed_scoped_id_says_so_too() -> None:
    system = {"type": "user_changed_user_id", "previous_user_id": "RU.1", "user_id": "RU.2"}
    body = said({"type": "system", "system": system}, Person(wa_id=None, user_id="RU.2"))
    (told,) = read(body).told
    assert (told.person, told.becomes) == (Who(None, "RU.1"), Who(None, "RU.2"))


@pytest.mark.parametrize(
    "content",
    [
        webhooks.unsupported(),
        webhooks.unsupported("unknown"),
        {"type": "poll_of_tomorrow", "poll_of_tomorrow": {"name": "?"}},
        {"type": "image", "image": {}},
        {"type": "interactive", "interactive": {"type": "dance_reply"}},
    ],
)
def test_what_cannot_be_read_was_sent_all_the_same(content: Json) -> None:
    message = the(content)
    assert (message.happening, message.text) == ("message", None)
    assert message.attachments == (Attachment(kind="unknown"),)


def test_an_edit_has_the_id_of_what_it_replaces() -> None:
    message = the(webhooks.edit(OUR, webhooks.text("Стрижка")))
    assert (message.happening, message.text) == ("edited", "Стрижка")
    assert (message.platform_message_id, message.external_id) == (OUR, ID)


def test_what_was_taken_back_is_an_event() -> None:
    assert event(webhooks.revoke(OUR)) == ("message.deleted", {"message_id": OUR})


def test_an_answer_names_what_it_answers() -> None:
    message = the(webhooks.text("Это"), context={"from": DISPLAY, "id": OUR})
    assert message.reply_to == OUR
    assert the(webhooks.text("?"), context={"forwarded": True}).metadata == {"forwarded": True}
    often = {"frequently_forwarded": True}
    assert the(webhooks.text("?"), context=often).metadata == {"forwarded": True}


@pytest.mark.parametrize(
    "body",
    [
        said(webhooks.text("Всем привет"), group_id="Y2FwaV9n"),
        said({"type": "system", "system": {"type": "customer_identity_changed", "body": "x"}}),
        said({"type": "interactive", "interactive": {"type": "call_permission_reply"}}),
        around(webhooks.value(PHONE_ID, DISPLAY), field="history"),
    ],
)
def test_some_of_it_is_nothing_to_us(body: Json) -> None:
    parsed = read(body)
    assert (parsed.told, parsed.receipts, parsed.others) == ([], [], False)


# ---------------------------------------------------------------- around messages


def test_everything_of_one_post_is_read() -> None:
    anna = Person(wa_id="79007654321", name="Анна")
    first = [
        webhooks.message(IVAN, webhooks.text("раз"), id_="1", at=AT),
        webhooks.message(anna, webhooks.text("два"), id_="2", at=AT),
    ]
    values = [
        webhooks.value(PHONE_ID, DISPLAY, messages=first, people=[IVAN, anna]),
        webhooks.value(
            PHONE_ID,
            DISPLAY,
            messages=[webhooks.message(IVAN, webhooks.text("три"), id_="3", at=AT)],
            people=[IVAN],
            statuses=[webhooks.status("a", "sent", at=AT), webhooks.status("b", "read", at=AT)],
        ),
    ]
    entries = [webhooks.entry(str(at), webhooks.change(one)) for at, one in enumerate(values)]
    parsed = read(webhooks.body(*entries))
    heard = [(told.message.text, told.message.profile["name"]) for told in parsed.told]
    assert heard == [("раз", "Иван"), ("два", "Анна"), ("три", "Иван")]
    assert [receipt.status for receipt in parsed.receipts] == ["sent", "read"]


def test_anothers_part_is_left_to_them() -> None:
    other = webhooks.message(IVAN, webhooks.text("не нам"), id_="1", at=AT)
    ours = webhooks.message(IVAN, webhooks.text("нам"), id_="2", at=AT)
    parsed = read(
        around(
            webhooks.value("999", "1", messages=[other], people=[IVAN]),
            webhooks.value(PHONE_ID, DISPLAY, messages=[ours], people=[IVAN]),
        )
    )
    assert [told.message.text for told in parsed.told] == ["нам"]
    assert parsed.others


@pytest.mark.parametrize(
    ("what", "status"),
    [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")],
)
def test_statuses_are_receipts(what: str, status: Any) -> None:
    told = webhooks.status(OUR, what, at=AT, person=IVAN)
    (receipt,) = read(around(webhooks.value(PHONE_ID, DISPLAY, statuses=[told]))).receipts
    assert receipt == Receipt(
        channel=f"whatsapp:{PHONE_ID}",
        platform_message_id=OUR,
        status=status,
        at=SAID_AT,
        chat_id="79001234567",
    )


def test_a_failure_says_why() -> None:
    error = {
        "code": 131047,
        "title": "Re-engagement message",
        "message": "Re-engagement message",
        "error_data": {"details": "More than 24 hours have passed"},
    }
    told = webhooks.status(OUR, "failed", at=AT, person=IVAN, errors=[error])
    (receipt,) = read(around(webhooks.value(PHONE_ID, DISPLAY, statuses=[told]))).receipts
    assert (receipt.status, receipt.code) == ("failed", 131047)
    assert receipt.error == "Re-engagement message: More than 24 hours have passed"


def test_a_status_of_no_use_is_left_out() -> None:
    told = webhooks.status(OUR, "deleted", at=AT, person=IVAN)
    assert read(around(webhooks.value(PHONE_ID, DISPLAY, statuses=[told]))).receipts == []


def test_errors_of_the_whole_are_told() -> None:
    error = {"code": 130429, "title": "Rate limit hit", "error_data": {"details": "too fast"}}
    parsed = read(around(webhooks.value(PHONE_ID, DISPLAY, errors=[error])))
    assert parsed.errors == [(130429, "Rate limit hit: too fast")]


def test_a_person_of_ours_answered_in_the_app() -> None:
    echo = webhooks.echo(DISPLAY, IVAN, webhooks.text("Я тут"), id_=OUR, at=AT)
    value = webhooks.value(PHONE_ID, DISPLAY, message_echoes=[echo])
    (told,) = read(around(value, field="smb_message_echoes")).told
    message = told.message
    assert (message.happening, message.direction) == ("echo", "outbound")
    assert (message.chat_id, message.text) == ("79001234567", "Я тут")
    assert message.platform_message_id == OUR


def test_pictures_of_ours_are_not_waited_for() -> None:
    echo = webhooks.echo(DISPLAY, IVAN, webhooks.media("image", FILE), id_=OUR, at=AT)
    value = webhooks.value(PHONE_ID, DISPLAY, message_echoes=[echo])
    (told,) = read(around(value, field="smb_message_echoes")).told
    assert (told.message.happening, told.message.metadata) == ("echo", {})
    assert [one.kind for one in told.message.attachments] == ["photo"]


# ---------------------------------------------------------------- whatever comes

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
SLOW = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


@SLOW
@given(_JSON | mutilated(update_bodies(phone_id=PHONE_ID)))
def test_no_json_is_too_strange(body: Any) -> None:
    for told in read(body).told:
        assert told.message.external_id
        assert told.message.chat_id == told.person.id != ""


@SLOW
@given(update_bodies(phone_id=PHONE_ID))
def test_every_message_that_says_whose_it_is_is_taken(body: Json) -> None:
    values = [
        change["value"]
        for entry in body["entry"]
        for change in entry["changes"]
        if change["field"] == "messages" and "metadata" in change["value"]
    ]
    sent = {
        message["id"]
        for value in values
        for message in value.get("messages", ())
        if message["type"] in ("text", "image", "location") and "group_id" not in message
        if {"from", "from_user_id"} & set(message)
    }
    assert sent <= {told.message.external_id for told in read(body).told}
