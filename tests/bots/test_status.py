"""What a chat's status says of it, for programs that read it over HTTP."""

from bots.model.episode import Asked
from flows.turn import GivenBack
from tests.bots.rig import Rig, address_of

ANNA = address_of("anna")


async def status(rig: Rig) -> str:
    return (await rig.conversation("anna")).status


async def test_a_chat_that_a_person_closed_is_closed_until_the_customer_writes(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    assert await status(rig) == "escalated"
    await rig.inbox.give_back(ANNA, GivenBack(outcome="closed"))
    assert await status(rig) == "closed"
    await rig.restart()
    await rig.hears("anna", "again")
    assert await status(rig) == "active"


async def test_a_chat_that_was_given_back_is_the_bots_as_before(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    await rig.inbox.give_back(ANNA, GivenBack(outcome="released"))
    assert await status(rig) == "active"
