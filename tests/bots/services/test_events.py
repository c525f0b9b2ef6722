"""Events of a chat over the whole runtime: durable, in order, once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.errors import Invalid
from bots.model.account import Caller
from bots.model.episode import Asked
from bots.services.conversations import Conversations
from bots.services.events import Events
from flows.turn import GivenBack
from tests.bots.rig import WORKSPACE, Rig, address_of, bot_files

ANNA = address_of("anna")
PAYING = """
flow: pay
when: [/pay]
steps:
  begin:
    - say: waiting
    - wait: {event: payment.paid, save: paid, timeout: {after: 1h, then: [{say: too late}, done]}}
    - say: "paid {{ paid.amount }}"
    - wait: 3s
    - say: bye
---
flow: delivered
when: {event: order.delivered}
steps: {a: {say: "delivered {{ trigger.data.n }}"}}
"""


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database, {"counter": bot_files(PAYING)})
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


def events(rig: Rig) -> Events:
    return Events(
        rig.inbox,
        Conversations(rig.stores.conversations),
        clock=rig.hands.now,
        new_id=rig.new_id,
    )


async def tell(rig: Rig, name: str, id: str, **data: object) -> bool:
    fresh = await events(rig).emit(name, address=ANNA, data=data, id=id)
    await rig.quiet()
    return fresh


async def test_a_waiting_chat_goes_on_when_the_event_is_told(rig: Rig) -> None:
    await rig.hears("anna", "/pay")
    assert await tell(rig, "payment.paid", "1", amount=5)
    await rig.passes(3)
    assert rig.messenger.texts("anna") == ["waiting", "paid 5", "bye"]
    history = await rig.history("anna")
    assert [one.text for one in history] == ["/pay", "waiting", "paid 5", "bye"]


async def test_an_event_told_again_has_no_second_effect(rig: Rig) -> None:
    await rig.hears("anna", "/pay")
    assert await tell(rig, "order.delivered", "1", n=1)
    assert not await tell(rig, "order.delivered", "1", n=1)
    assert await tell(rig, "order.delivered", "2", n=2)
    assert rig.messenger.texts("anna") == ["waiting", "delivered 1", "delivered 2"]


@pytest.mark.parametrize("point", ["before commit", "after commit", "before send", "before sent"])
async def test_a_crash_at_any_point_loses_and_doubles_no_event(rig: Rig, point: str) -> None:
    await rig.hears("anna", "/pay")
    rig.life.doom = point
    await tell(rig, "payment.paid", "1", amount=5)
    await rig.restart()
    await rig.quiet()
    assert not await tell(rig, "payment.paid", "1", amount=5)
    await rig.passes(3)
    assert rig.messenger.texts("anna") == ["waiting", "paid 5", "bye"]


async def test_in_a_short_pause_the_customer_sees_that_more_is_coming(rig: Rig) -> None:
    await rig.hears("anna", "/pay")
    assert rig.messenger.typed == []
    await tell(rig, "payment.paid", "1", amount=5)
    assert rig.messenger.typed == ["anna"]
    await rig.passes(60)
    assert rig.messenger.typed == ["anna"]


async def test_a_pause_goes_on_after_a_crash(rig: Rig) -> None:
    await rig.hears("anna", "/pay")
    await tell(rig, "payment.paid", "1", amount=5)
    await rig.passes(1)
    await rig.restart()
    await rig.passes(1)
    assert rig.messenger.texts("anna") == ["waiting", "paid 5"]
    await rig.passes(1)
    assert rig.messenger.texts("anna") == ["waiting", "paid 5", "bye"]


async def test_an_event_does_not_make_an_unreachable_customer_reachable(rig: Rig) -> None:
    await rig.hears("anna", "/pay")
    await rig.inbox.accept([rig.message("anna", "", happening="blocked")])
    await rig.quiet()
    await tell(rig, "order.delivered", "1", n=1)
    assert (await rig.conversation("anna")).unreachable


async def test_an_event_that_comes_while_a_person_has_the_chat_is_taken_afterwards(
    rig: Rig,
) -> None:
    await rig.hears("anna", "/pay")
    await rig.inbox.take_over(ANNA, Asked(reason="trouble"))
    await tell(rig, "payment.paid", "1", amount=5)
    assert rig.messenger.texts("anna") == ["waiting"]
    await rig.inbox.give_back(ANNA, GivenBack())
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["waiting", "paid 5"]


async def test_somebody_outside_names_the_chat_as_its_messenger_does(rig: Rig) -> None:
    await rig.hears("anna", "/pay")
    caller = Caller(workspace=WORKSPACE, key_id=1, account_id=1, bot=None)
    await events(rig).emit_for(
        caller, "payment.paid", platform="telegram", chat_id="anna", data={"amount": 7}, id="x"
    )
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["waiting", "paid 7"]


async def test_a_name_without_a_dot_is_refused(rig: Rig) -> None:
    with pytest.raises(Invalid):
        await tell(rig, "cancel", "1")
