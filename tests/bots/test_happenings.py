"""What customers do beside writing: reactions, orders, forms, blocking."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots.model.message import UnifiedMessage
from tests.bots.rig import Rig, bot_files

FLOWS = """
flow: order
when: [{event: order.placed}]
steps:
  thanks:
    - say: "{{ trigger.data.items | len }} things for {{ trigger.data.text }}"
"""


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database, {"counter": bot_files(FLOWS)})
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


def did(rig: Rig, name: str, data: dict[str, Any], *, chat: str = "anna") -> UnifiedMessage:
    message = rig.message(chat, "", happening="event")
    return replace(message, text=None, metadata={"event": name, "data": data})


async def test_an_order_of_somebody_who_never_wrote_opens_a_chat_and_wakes_a_flow(
    rig: Rig,
) -> None:
    order = did(rig, "order.placed", {"items": [{"id": "1"}, {"id": "2"}], "text": "Anna"})
    await rig.inbox.accept([replace(order, profile={"name": "Anna"})])
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["2 things for Anna"]
    assert (await rig.conversation("anna")).user_id == "anna"


async def test_what_nobody_waits_for_is_told_to_those_who_look(rig: Rig) -> None:
    await rig.inbox.accept([did(rig, "reaction.set", {"emoji": "👍", "message_id": "7"})])
    await rig.inbox.accept([did(rig, "location.moved", {"latitude": 1.0, "longitude": 2.0})])
    await rig.quiet()
    assert rig.messenger.texts("anna") == []
    told = [(one.name, one.data.get("emoji")) for one in rig.ears.events]
    assert ("reaction.set", "👍") in told
    assert "location.moved" not in [name for name, _ in told]
    assert await rig.history("anna") == []
    assert await rig.stores.journal.backlog() == []


async def test_an_event_from_elsewhere_opens_no_chat(rig: Rig) -> None:
    event = replace(did(rig, "order.placed", {"items": [], "text": ""}), user_id="")
    await rig.inbox.accept([event])
    await rig.quiet()
    assert rig.messenger.texts("anna") == []
    # A person sees it: there was nobody to tell.
    (parked,) = await _parked(rig)
    assert "NotFound" in parked


async def _parked(rig: Rig) -> list[str]:
    async with rig.stores.base.reader.connect() as connection:
        found = await connection.exec_driver_sql(
            "SELECT error FROM inbox WHERE parked_at IS NOT NULL"
        )
        return [error for (error,) in found]


@pytest.mark.parametrize("happening", ["blocked", "unblocked"])
async def test_a_stranger_who_blocks_the_bot_is_no_trouble(rig: Rig, happening: Any) -> None:
    await rig.inbox.accept([rig.message("anna", "", happening=happening)])
    await rig.quiet()
    assert (await rig.conversation("anna")).unreachable == (happening == "blocked")
    assert rig.meter.failures == []


async def test_whoever_writes_can_be_written_to(rig: Rig) -> None:
    await rig.inbox.accept([rig.message("anna", "", happening="blocked")])
    await rig.inbox.accept([rig.message("anna", "hello")])
    await rig.quiet()
    assert not (await rig.conversation("anna")).unreachable


async def test_a_chat_opened_by_others_keeps_what_is_known_of_its_person(rig: Rig) -> None:
    known = rig.message("anna", "hello")
    await rig.inbox.accept([replace(known, profile={"name": "Anna"})])
    await rig.quiet()
    conversation = await rig.conversation("anna")
    # The same person on another channel, of whom that messenger says nothing.
    other = replace(
        rig.message("anna", "hello"),
        address=conversation.address._replace(chat_id="anna-2"),
        user_id="anna",
    )
    await rig.inbox.accept([other])
    await rig.quiet()
    async with rig.stores.base.reader.connect() as connection:
        found = await connection.exec_driver_sql("SELECT profile FROM customers")
        assert [profile for (profile,) in found] == ['{"name":"Anna"}']


async def test_what_a_messenger_tells_later_of_a_person_is_known_from_then_on(rig: Rig) -> None:
    message = rig.message("anna", "hello")
    await rig.inbox.accept([replace(message, profile={"language": "ru"})])
    await rig.quiet()
    named = {"language": "ru", "name": "Anna", "phone": "+998901234567"}
    await rig.inbox.accept([replace(rig.message("anna", "again"), profile=named)])
    await rig.inbox.accept([replace(rig.message("anna", "wed"), profile={"name": "Anna Li"})])
    await rig.quiet()
    now = named | {"name": "Anna Li"}
    assert (await rig.conversation("anna")).profile == now
    await rig.restart()
    assert (await rig.conversation("anna")).profile == now
