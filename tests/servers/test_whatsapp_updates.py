"""Generated webhooks are of the documented kinds, and so are those built by hand."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.shapes import problems
from tests.servers.whatsapp_kinds import BODY, CONTENTS, FIELDS
from tests.servers.whatsapp_updates import mutilated, torn, update_bodies

SLOW = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
IVAN = webhooks.Person(user_id="RU.13491208655302741918", username="ivan")
FILE = {"id": "4490709327380001", "mime_type": "image/jpeg", "sha256": "c2hh"}
CALLED = "wamid.HBgLNzkwMDEyMzQ1NjcV"


def wrong(body: dict[str, Any]) -> list[str]:
    """What is not of the table, in the body and in each of its values by its field."""
    found = list(problems(BODY, body))
    for entry in body["entry"]:
        for change in entry["changes"]:
            shapes = FIELDS[change["field"]]
            each = [[*problems(shape, change["value"])] for shape in shapes]
            fewest = min(each, key=len)
            found += fewest
    return [f"{problem.path} {problem.says}" for problem in found]


@SLOW
@given(update_bodies(strange=False))
def test_a_generated_body_is_of_the_table(body: dict[str, Any]) -> None:
    assert wrong(body) == []
    assert json.loads(webhooks.wire(body)) == body


@SLOW
@given(update_bodies(phone_id="106540352242922"))
def test_a_generated_body_may_be_of_one_number_and_can_be_sent(body: dict[str, Any]) -> None:
    assert json.loads(webhooks.wire(body)) == body
    values = [change["value"] for entry in body["entry"] for change in entry["changes"]]
    of = {value["metadata"]["phone_number_id"] for value in values if "metadata" in value}
    assert of <= {"106540352242922"}


@SLOW
@given(mutilated(update_bodies()))
def test_a_mutilated_body_can_still_be_written(body: Any) -> None:
    assert json.loads(json.dumps(body)) == body


@SLOW
@given(torn(update_bodies()))
def test_a_torn_body_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|decode|delimiter|Invalid|escape"):
        json.loads(body)


@pytest.mark.parametrize(
    "content",
    [
        webhooks.text("Привет"),
        webhooks.media("image", FILE, caption="Вот"),
        webhooks.media("video", FILE | {"mime_type": "video/mp4"}),
        webhooks.voice(FILE | {"mime_type": "audio/ogg; codecs=opus"}),
        webhooks.media("document", FILE | {"mime_type": "application/pdf"}, filename="a.pdf"),
        webhooks.media("sticker", FILE | {"mime_type": "image/webp"}, animated=False),
        webhooks.location(55.75, 37.61, name="Салон"),
        webhooks.contacts(webhooks.card("Анна", "+7 900 765-43-21", "79007654321")),
        webhooks.reaction(CALLED, "👍"),
        webhooks.reaction(CALLED, None),
        webhooks.template_button("Да"),
        webhooks.button_reply("a", "Да"),
        webhooks.list_reply("a", "Стрижка", "40 минут"),
        webhooks.flow_reply({"name": "ivan"}),
        webhooks.order("36702596", webhooks.order_item("sku-1", 2)),
        webhooks.changed_number(IVAN, "79007777777"),
        webhooks.unsupported(),
        webhooks.unsupported("unknown"),
        webhooks.edit(CALLED, webhooks.text("Добрый день")),
        webhooks.revoke(CALLED),
    ],
    ids=lambda content: str(content["type"]),
)
def test_what_is_built_by_hand_is_of_the_table_too(content: dict[str, Any]) -> None:
    kind = content["type"]
    rest = {key: value for key, value in content.items() if key != "type"}
    if kind == "interactive" and content["interactive"]["type"] == "nfm_reply":
        rest["interactive"]["nfm_reply"]["response_json"] = '{"name":"ivan"}'
    assert list(problems(CONTENTS[kind], rest)) == []
    message = webhooks.message(
        IVAN, content, id_=CALLED, at=1_790_000_000, referral=webhooks.advert(), group_id="Y2FwaV9n"
    )
    value = webhooks.value("106540352242922", "15550783881", messages=[message], people=[IVAN])
    assert wrong(_body(value)) == []


@pytest.mark.parametrize("what", ["sent", "delivered", "read", "played", "failed", "deleted"])
def test_statuses_built_by_hand_are_of_the_table(what: str) -> None:
    errors = [webhooks.unsupported()["errors"][0]] if what == "failed" else []
    status = webhooks.status(CALLED, what, at=1_790_000_000, person=IVAN, errors=errors)
    assert wrong(_body(webhooks.value("106540352242922", "15550783881", statuses=[status]))) == []


def test_an_echo_built_by_hand_is_of_the_table() -> None:
    echo = webhooks.echo("15550783881", IVAN, webhooks.text("Я тут"), id_=CALLED, at=1_790_000_000)
    value = webhooks.value("106540352242922", "15550783881", message_echoes=[echo])
    assert wrong(_body(value, "smb_message_echoes")) == []


def _body(value: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    entry = webhooks.entry("102290129340398", webhooks.change(value, field))
    return webhooks.body(entry)
