"""Whatever comes in and whatever is to go out: nothing raises, and no rule of MAX is broken."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.messengers.max.parse import chat_of, parse_update
from adapters.messengers.max.render import render
from adapters.messengers.max.sending import _body
from bots.model.message import Attachment, Button, Card, Entity, Keyboard, Reply
from tests.adapters.messengers.max.conftest import around
from tests.servers.max_calls import wrong_in
from tests.servers.max_texts import read_html
from tests.servers.max_updates import dialogs, mutilated, update_bodies

SLOW = settings(max_examples=50, suppress_health_check=list(HealthCheck), deadline=None)
TEXTS = st.text(max_size=60) | st.text(st.sampled_from("а<&>\"' \n👋"), max_size=9000)
LABELS = st.text(max_size=20) | st.text("я", min_size=100, max_size=300)


@SLOW
@given(update_bodies() | mutilated(update_bodies()))
def test_any_update_is_read(update: Any) -> None:
    for message in parse_update(update, around()):
        assert message.user_id == message.chat_id
        assert message.external_id
        for mark in message.entities:
            assert 0 <= mark.start < mark.start + mark.length <= len(message.text or "")
    chat_of(update)


@SLOW
@given(dialogs())
def test_what_a_customer_writes_is_heard(update: dict[str, Any]) -> None:
    """Unless a bot wrote it, or there is nothing in it."""
    message = update["message"]
    found = parse_update(update, around())
    heard = message.get("sender", {}).get("is_bot") is False and message["body"]["text"]
    assert bool(found) >= bool(heard)
    if heard:
        assert found[0].text == message["body"]["text"]


def buttons() -> st.SearchStrategy[Button]:
    return st.builds(
        Button,
        text=LABELS,
        payload=st.text(max_size=64),
        url=st.none()
        | st.sampled_from(("https://shop.ru/x", "shop", "https://a.ru/" + "a" * 2100)),
        share=st.none() | st.sampled_from(("phone", "location")),
    )


def keyboards() -> st.SearchStrategy[Keyboard | None]:
    rows = st.lists(st.lists(buttons(), max_size=10).map(tuple), max_size=40).map(tuple)
    return st.none() | st.builds(Keyboard, rows=rows, inline=st.booleans())


def attachments() -> st.SearchStrategy[Attachment]:
    kinds = ("photo", "video", "audio", "voice", "document", "sticker", "location", "contact")
    details = st.fixed_dictionaries(
        {},
        optional={
            "latitude": st.floats(-90, 90),
            "longitude": st.floats(-180, 180),
            "title": st.text(max_size=5),
            "name": st.text(max_size=5),
            "phone": st.just("+79991234567"),
            "code": st.just("abc"),
        },
    )
    return st.builds(
        Attachment,
        kind=st.sampled_from(kinds),
        ref=st.sampled_from(("", "media/a.jpg", "https://a.ru/b.jpg")),
        details=details,
    )


def entities() -> st.SearchStrategy[Entity]:
    kinds = ("bold", "italic", "underline", "code", "pre", "quote", "link", "mention", "spoiler")
    return st.builds(
        Entity,
        kind=st.sampled_from(kinds),
        start=st.integers(0, 60),
        length=st.integers(1, 60),
        url=st.sampled_from(("", 'https://a.ru/?a=1&b="', "77")),
    )


REPLIES = st.builds(
    Reply,
    message_id=st.just("m"),
    text=TEXTS,
    entities=st.lists(entities(), max_size=4).map(tuple),
    attachments=st.lists(attachments(), max_size=13).map(tuple),
    cards=st.lists(
        st.builds(
            Card,
            title=TEXTS,
            text=TEXTS,
            photo=st.sampled_from(("", "media/a.jpg")),
            keyboard=keyboards(),
        ),
        max_size=2,
    ).map(tuple),
    keyboard=keyboards(),
    renews=st.sampled_from(("", "", "mid.1")),
    reply_to=st.sampled_from(("", "mid.2")),
)


@SLOW
@given(REPLIES)
def test_any_reply_is_inside_the_limits(reply: Reply) -> None:
    for call in render("5", reply):
        for said in call.get("instead", (call,)):
            if said["do"] == "edit":
                continue
            files = [{"type": "image", "payload": {"token": "t"}} for _ in said.get("files", ())]
            body = _body(said, files, ())
            assert wrong_in("POST /messages", {"user_id": "5"}, body) == []
            if body.get("format") == "html":
                assert read_html(body["text"])[2] == []


@SLOW
@given(TEXTS, st.lists(entities(), max_size=6))
def test_no_word_is_lost_in_markup(text: str, marks: list[Entity]) -> None:
    calls = render("5", Reply(message_id="m", text=text, entities=tuple(marks)))
    said = "".join(
        read_html(call["text"])[0] if call.get("format") == "html" else call["text"]
        for call in calls
    )
    assert "".join(said.split()) == "".join(text.encode("utf-8", "replace").decode().split()) or (
        not calls and not text.strip()
    )
