"""Generated events are of the documented kinds, and so are those that tests build by hand."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.servers import vk_events
from tests.servers.shapes import problems
from tests.servers.specs_vk import VkSchema, schema_folder
from tests.servers.vk_updates import ATTACHMENTS, KINDS, envelope, event_bodies, mutilated, torn

SLOW = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


def wrong(event: dict[str, Any]) -> list[str]:
    """What is not of the table."""
    rest = {key: value for key, value in event.items() if key != "type"}
    found = problems(envelope(KINDS[event["type"]]), rest)
    return [f"{problem.path} {problem.says}" for problem in found]


@SLOW
@given(event_bodies(strange=False))
def test_a_generated_event_is_of_the_table(event: dict[str, Any]) -> None:
    assert wrong(event) == []


@SLOW
@given(event_bodies(strange=False))
def test_a_generated_event_is_of_the_schema(event: dict[str, Any]) -> None:
    folder = schema_folder()
    if folder is None:
        pytest.skip("no schema of VK beside the checkout nor in EASYFLOW_SPECS")
    invented = ("event.type: 'event_of_the_future'", "attachment_of_the_future", "'story' is none")
    found = VkSchema(folder).wrong_in_event(event)
    assert [line for line in found if not any(word in line for word in invented)] == []


@SLOW
@given(event_bodies(group_id=7, secret="k"))
def test_an_event_is_of_the_community_that_is_asked_for(event: dict[str, Any]) -> None:
    assert (event["group_id"], event["secret"]) == (7, "k")
    assert json.loads(json.dumps(event)) == event


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_asked_for(kind: str) -> None:
    @settings(SLOW, max_examples=3)
    @given(event_bodies(kind=kind))
    def each(event: dict[str, Any]) -> None:
        assert event["type"] == kind

    each()


@SLOW
@given(event_bodies(kind="message_new", private=True))
def test_a_private_talk_is_with_the_one_who_writes(event: dict[str, Any]) -> None:
    message = event["object"]["message"]
    assert message["peer_id"] == message["from_id"] > 0


@SLOW
@given(mutilated(event_bodies()))
def test_a_mutilated_event_can_still_be_written(body: Any) -> None:
    assert json.loads(json.dumps(body)) == body


@SLOW
@given(torn(event_bodies()))
def test_a_torn_event_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|decode|delimiter|Invalid|escape"):
        json.loads(body)


URL = "https://example.com/a"


@pytest.mark.parametrize(
    "attached",
    [
        vk_events.photo(URL),
        vk_events.video(),
        vk_events.audio(),
        vk_events.audio_message(URL),
        vk_events.document(URL),
        vk_events.sticker(),
        vk_events.link(URL),
        vk_events.wall(),
        vk_events.market(),
    ],
    ids=lambda attached: str(attached["type"]),
)
def test_attachments_built_by_hand_are_of_the_table(attached: dict[str, Any]) -> None:
    rest = {key: value for key, value in attached.items() if key != "type"}
    found = problems(ATTACHMENTS[attached["type"]], rest)
    assert [one for one in found if one.kind in ("type", "missing")] == []


@pytest.mark.parametrize(
    "event",
    [
        vk_events.callback_press(5, {"a": 1}, event_id="0123456789ab"),
        vk_events.allow(5),
        vk_events.deny(5),
        vk_events.read(5, 1),
        vk_events.reaction(5, 1),
        vk_events.reaction(5, 1, None),
        vk_events.block(5),
    ],
    ids=lambda event: str(event["type"]),
)
def test_events_built_by_hand_are_of_the_table(event: dict[str, Any]) -> None:
    found = problems(KINDS[event["type"]], event["object"])
    assert [one for one in found if one.kind != "unexpected"] == []
