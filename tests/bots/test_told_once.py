"""Whoever reads the events knows of every message and every move exactly once, whatever crashes."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bots.errors import Conflict
from bots.model.desk import Relay
from bots.model.message import Reply
from tests.bots.people import PeopleRig
from tests.bots.rig import WORKSPACE, address_of

ANNA = address_of("anna")
MOVES = [
    "handoff.requested",
    "handoff.accepted",
    "handoff.answered",
    "handoff.transferred",
    "handoff.tagged",
    "handoff.completed",
    "handoff.rating_asked",
]
WRITES = ("before commit", "after commit", "before claim", "before sent")


async def again(people: PeopleRig, point: str, act: Callable[[], Awaitable[object]]) -> None:
    """Somebody does something, the process dies at a point of it, and they do it once more."""
    people.life.doom = point
    task = people.beside(_quietly(act))
    await people.quiet()
    task.cancel()
    await people.restart()
    people.people = {one.name: one for one in await people.stores.operators.all(WORKSPACE)}
    await _quietly(act)
    await people.quiet()


async def _quietly(act: Callable[[], Awaitable[object]]) -> None:
    """What was done before is refused, as it should be."""
    try:
        await act()
    except (Conflict, asyncio.CancelledError):
        return
    except Exception as error:
        if type(error).__name__ not in ("Consumed", "Unavailable"):
            raise


@pytest.mark.parametrize("point", WRITES)
async def test_each_move_and_each_message_is_told_once(people: PeopleRig, point: str) -> None:
    await people.serves("csat: on")
    await people.hears("anna", "/start")
    messages = [people.message("anna", text) for text in ("person", "are you there?")]
    olya, petya = people.people["Olya"], people.people["Petya"]
    relay = Relay(
        channel="telegram:9",
        chat_id="-100",
        message_id="7",
        conversation_id=(await people.conversation("anna")).id,
        way="out",
        operator=olya.id,
    )
    said = Reply(message_id=people.new_id(), text="hello")
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: people.inbox.accept(messages[:1]),
        lambda: people.handoff.take(ANNA, olya),
        lambda: people.handoff.say(ANNA, olya, said, relay),
        lambda: people.inbox.accept(messages[1:]),
        lambda: people.handoff.transfer(ANNA, olya, to=petya),
        lambda: people.handoff.tag(ANNA, petya, add=["vip"]),
        lambda: people.handoff.close(ANNA, petya),
    ]
    for act in acts:
        await again(people, point, act)
    entries = await people.stores.feed.after(WORKSPACE, 0, limit=1000)
    assert [one.event.name for one in entries if one.event.name.startswith("handoff.")] == MOVES
    told = [one for entry in entries for one in entry.event.data.get("messages", ())]
    history = await people.history("anna")
    assert [one["message_id"] for one in told] == [one.message_id for one in history]
    assert [one["author"] for one in told].count("operator") == 1
    statuses = [one.event.data["to"] for one in entries if one.event.name == "chat.status"]
    assert statuses == ["escalated", "closed"]
    cursors = [one.cursor for one in entries]
    assert cursors == sorted(set(cursors))


async def test_a_chat_that_is_rated_stays_closed_until_the_customer_says_more(
    people: PeopleRig,
) -> None:
    await people.serves("csat: on")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.closes("Olya", "anna")
    await people.presses("anna", "5")
    assert (await people.conversation("anna")).status == "closed"
    await people.hears("anna", "one more thing")
    assert (await people.conversation("anna")).status == "active"


async def test_notes_are_nowhere_in_what_is_told(people: PeopleRig) -> None:
    secret = "she is rude"
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.handoff.note(ANNA, people.people["Olya"], secret)
    await people.handoff.transfer(ANNA, people.people["Olya"], queue="sales", note=secret)
    entries = await people.stores.feed.after(WORKSPACE, 0, limit=1000)
    assert "handoff.transferred" in [one.event.name for one in entries]
    assert secret not in repr(entries)
