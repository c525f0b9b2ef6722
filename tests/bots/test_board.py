"""Who waits, where they stand and how long it takes: what customers, operators and flows are told."""

from datetime import timedelta

from tests.bots.people import HOURS, PeopleRig
from tests.bots.rig import WORKSPACE, address_of

ASLEEP = """
flow: help
when: [/help]
steps:
  begin:
    - handoff: support
      note: shoes
      offline:
        - say: We sleep.
"""


def line(people: PeopleRig, queue: str = "support") -> list[str]:
    return [one.address.chat_id for one in people.board.waiting("counter", queue)]


async def test_the_place_in_the_queue_is_told_and_is_by_urgency_and_time(people: PeopleRig) -> None:
    for chat in ("a", "b", "c"):
        await people.asks(chat)
        await people.passes(10)
    said = [people.messenger.texts(chat)[1] for chat in ("a", "b", "c")]
    assert said == [f"You are number {number}, ." for number in (1, 2, 3)]
    assert line(people) == ["a", "b", "c"]
    await people.handoff.prioritise(address_of("c"), people.people["Olya"], "high")
    assert line(people) == ["c", "a", "b"]
    assert people.board.position(await people.conversation("b")) == 3
    await people.takes("Olya", "c")
    assert people.board.position(await people.conversation("c")) == 0
    await people.handoff.transfer(address_of("a"), people.people["Olya"], queue="sales")
    assert (line(people), line(people, "sales")) == (["b"], ["a"])


async def test_one_that_rests_waits_for_nobody(people: PeopleRig) -> None:
    await people.asks("a")
    until = people.hands.now() + timedelta(hours=1)
    await people.handoff.snooze(address_of("a"), people.people["Olya"], until)
    assert line(people) == []
    await people.passes(3601)
    assert line(people) == ["a"]


async def test_the_estimate_is_how_long_others_waited_and_outlives_a_restart(
    people: PeopleRig,
) -> None:
    assert people.board.estimate("counter", "support", WORKSPACE) is None
    for chat, minutes in (("a", 2), ("b", 6), ("c", 4)):
        await people.asks(chat)
        await people.passes(minutes * 60)
        await people.takes("Olya", chat)
    # What was only taken, or given on, says nothing of it.
    await people.hears("d", "/start")
    await people.takes("Olya", "d")
    await people.handoff.transfer(address_of("a"), people.people["Olya"], to=people.people["Petya"])
    assert people.board.estimate("counter", "support", WORKSPACE) == timedelta(minutes=4)
    await people.restart()
    assert people.board.estimate("counter", "support", WORKSPACE) == timedelta(minutes=4)
    await people.asks("e")
    assert people.messenger.texts("e")[1] == "You are number 1, about 4 minutes."


async def test_after_a_restart_the_same_chats_are_on_it(people: PeopleRig) -> None:
    await people.asks("a")
    await people.asks("b")
    await people.takes("Olya", "b")
    before = [(one.address.chat_id, one.episode) for one in people.board.all()]
    await people.restart()
    assert [(one.address.chat_id, one.episode) for one in people.board.all()] == before
    assert people.board.name(people.people["Olya"].id) == "Olya"


async def test_whoever_asks_out_of_hours_is_told_of_as_missed(people: PeopleRig) -> None:
    files = dict(people.files["counter"])
    text = files["bot.yaml"].replace("queues:", f"{HOURS}queues:")
    files["bot.yaml"] = text.replace("support: {}", "support: {hours: office}")
    files["flows/help.yaml"] = ASLEEP
    people.files["counter"] = files
    await people.restart()
    await people.passes(12 * 3600)
    await people.hears("anna", "/help")
    assert people.messenger.texts("anna") == ["We sleep."]
    conversation = await people.conversation("anna")
    assert (conversation.owner, conversation.epoch) == ("bot", 0)
    episode = await people.episode("anna")
    assert (episode.state, episode.outcome, episode.queue, episode.note) == (
        "released",
        "offline",
        "support",
        "shoes",
    )
    assert people.told() == ["handoff.requested", "handoff.failed"]
    assert people.board.all() == []
