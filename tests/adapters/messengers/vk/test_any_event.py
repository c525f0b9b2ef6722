"""Whatever comes as an event goes through the intake without an exception: 200, or a refusal."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.foreign_json import mapping
from adapters.http.easyflow import DIALECT
from adapters.http.intake import PREFIX, Intake
from adapters.messengers.vk.channel import VkChannel
from adapters.messengers.vk.client import Connection
from adapters.messengers.vk.fields import CHATS
from adapters.messengers.vk.parse import parse_event
from adapters.messengers.vk.signing import UNSIGNED
from bots.model.message import UnifiedMessage
from bots.model.receipt import Receipt
from tests.adapters.messengers.vk.conftest import around
from tests.adapters.stands import MemoryShelf, Moments
from tests.servers.mutilation import mutilated, torn
from tests.servers.vk import GROUP, SECRET, TOKEN
from tests.servers.vk_updates import event_bodies


class Inbox:
    def __init__(self) -> None:
        self.accepted: list[UnifiedMessage] = []

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        self.accepted += messages

    async def note(self, receipts: Sequence[Receipt]) -> None:
        """Receipts are looked at elsewhere."""


async def _ends(work: Any) -> None:
    raise AssertionError("the request was passed on")


def posted(body: bytes) -> tuple[int, bytes, list[UnifiedMessage]]:
    """The status and the answer of the real intake, and what was kept."""

    async def post() -> tuple[int, bytes, list[UnifiedMessage]]:
        moments = Moments()
        connection = Connection("http://127.0.0.1:9", timeout=1.0)
        channel = VkChannel(
            workspace=1,
            bot="shop",
            token=TOKEN,
            group=str(GROUP),
            secret=SECRET,
            connection=connection,
            shelf=MemoryShelf(),
            clock=moments,
            sleep=moments.sleep,
            new_id=lambda: "m",
        )
        inbox = Inbox()
        intake = Intake(
            lambda scope, receive, send: _ends(scope),
            inbox,
            {"vk": [channel]},
            dialect=DIALECT,
            new_id=lambda: "r",
        )
        told: list[Any] = []

        async def send(message: Any) -> None:
            told.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        scope = {
            "type": "http",
            "method": "POST",
            "path": f"{PREFIX}vk",
            "headers": [],
            "query_string": b"",
        }
        await intake(scope, receive, send)
        await intake.close()
        await connection.close()
        return told[0]["status"], told[1]["body"], inbox.accepted

    return asyncio.run(post())


@settings(deadline=None)
@given(event_bodies(group_id=GROUP, secret=SECRET))
def test_any_event_is_acknowledged(event: dict[str, Any]) -> None:
    status, answer, accepted = posted(json.dumps(event).encode())
    assert (status, answer) == (200, b"ok")
    assert [message.external_id for message in accepted] in ([], [event["event_id"]])


@settings(deadline=None)
@given(mutilated(event_bodies(group_id=GROUP, secret=SECRET)))
def test_a_mutilated_event_is_acknowledged_or_refused(event: Any) -> None:
    status, answer, _ = posted(json.dumps(event).encode())
    assert status in (200, 400, 401)
    assert status != 200 or answer == b"ok"


@settings(deadline=None)
@given(torn(event_bodies(group_id=GROUP, secret=SECRET)))
def test_a_torn_event_is_refused(body: bytes) -> None:
    """A large one whose secret was torn off with the rest is not even parsed."""
    status, _, accepted = posted(body)
    assert status in ((400, 401) if len(body) > UNSIGNED else (400,))
    assert accepted == []


@settings(deadline=None)
@given(event_bodies(secret="another"))
def test_nothing_is_kept_of_an_event_with_another_secret(event: dict[str, Any]) -> None:
    status, _, accepted = posted(json.dumps({**event, "group_id": GROUP}).encode())
    assert (status, accepted) == (401, [])


@settings(deadline=None, max_examples=300)
@given(event_bodies() | mutilated(event_bodies()))
def test_what_is_kept_is_whole(event: Any) -> None:
    for message in parse_event(event, around()).messages:
        assert message.chat_id.isdecimal()
        assert not CHATS <= int(message.chat_id) <= CHATS + 100_000_000
        assert message.external_id
        assert message.text is None or message.text.encode()


@settings(deadline=None)
@given(event_bodies(kind="message_new", private=True))
def test_a_message_that_says_something_is_never_lost(event: dict[str, Any]) -> None:
    said = mapping(event["object"], "message")
    found = parse_event(event, around()).messages
    if said.get("text") and said.get("out") not in (1, True):
        assert len(found) == 1
        assert said["text"].strip() in (found[0].text or "") or found[0].text == "/start"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_what_is_no_object_is_nothing(event: Any) -> None:
    assert parse_event(event, around()).messages == ()
