"""The clocks of a hand-off, in moved time: promises, silences, requests nobody takes, a rest."""

from datetime import timedelta

import pytest

from tests.bots.people import HOURS, PeopleRig
from tests.bots.rig import address_of

ANNA = address_of("anna")
HOUR = 3600


def promises(people: PeopleRig) -> list[tuple[str, str]]:
    return [
        (one.name.removeprefix("handoff."), str(one.data["promise"]))
        for one in people.ears.events
        if one.name in ("handoff.warned", "handoff.missed")
    ]


# ---------------------------------------------------------------- nobody comes


async def test_a_request_that_nobody_takes_is_given_up(people: PeopleRig) -> None:
    await people.serves("unclaimed: 15m")
    await people.asks("anna")
    await people.passes(14 * 60)
    assert (await people.conversation("anna")).owner == "queue"
    await people.passes(61)
    assert (await people.conversation("anna")).owner == "bot"
    assert people.told() == ["handoff.requested", "handoff.failed"]
    assert people.happened("handoff.failed")[0]["outcome"] == "unanswered"
    await people.hears("anna", "/start")
    assert people.messenger.texts("anna")[-1] == "What?"


async def test_one_that_was_taken_is_not(people: PeopleRig) -> None:
    await people.serves("unclaimed: 15m")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(HOUR)
    assert (await people.conversation("anna")).owner == "operator"
    # Back in the queue it has all its time again.
    await people.handoff.transfer(ANNA, people.people["Olya"], queue="support")
    await people.passes(14 * 60)
    assert (await people.conversation("anna")).owner == "queue"
    await people.passes(61)
    assert (await people.conversation("anna")).owner == "bot"


# ---------------------------------------------------------------- promises


async def test_the_first_answer_is_warned_of_at_four_fifths_and_missed_at_the_end(
    people: PeopleRig,
) -> None:
    await people.serves("first_reply: 10m")
    await people.asks("anna")
    await people.passes(8 * 60 - 1)
    assert promises(people) == []
    await people.passes(1)
    assert promises(people) == [("warned", "first_response")]
    await people.takes("Olya", "anna")
    await people.passes(2 * 60)
    assert promises(people)[1:] == [("missed", "first_response")]
    await people.passes(HOUR)
    assert len(promises(people)) == 2
    assert (await people.episode("anna")).missed == ("first_response",)


async def test_an_answer_in_time_keeps_it(people: PeopleRig) -> None:
    await people.serves("first_reply: 10m")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(7 * 60)
    await people.says("Olya", "anna", "hello")
    await people.passes(HOUR)
    assert promises(people) == []


async def test_every_further_answer_has_its_own_time(people: PeopleRig) -> None:
    await people.serves("update: 10m")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(HOUR)
    await people.says("Olya", "anna", "hello")
    await people.passes(HOUR)
    assert promises(people) == []
    await people.hears("anna", "and this?")
    await people.passes(5 * 60)
    # It counts from the first thing that nobody answered.
    await people.hears("anna", "and that?")
    await people.passes(5 * 60)
    assert promises(people) == [("warned", "update"), ("missed", "update")]
    await people.says("Olya", "anna", "so")
    await people.hears("anna", "thanks")
    await people.passes(9 * 60)
    assert promises(people)[2:] == [("warned", "update")]


async def test_the_whole_counts_only_while_it_is_our_turn(people: PeopleRig) -> None:
    await people.serves("resolve: 60m")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(30 * 60)
    await people.says("Olya", "anna", "which order?")
    await people.passes(5 * HOUR)
    await people.hears("anna", "this one")
    await people.passes(17 * 60)
    assert promises(people) == []
    await people.handoff.snooze(
        ANNA, people.people["Olya"], people.hands.now() + timedelta(hours=3)
    )
    await people.passes(3 * HOUR)
    assert promises(people) == []
    await people.passes(61)
    assert promises(people) == [("warned", "resolve")]
    await people.passes(12 * 60)
    assert promises(people) == [("warned", "resolve"), ("missed", "resolve")]


async def test_outside_of_the_hours_promises_stand_still(people: PeopleRig) -> None:
    # It is Monday, 10:00; they go home at 18:00.
    await people.serves("first_reply: 60m, hours: office", more=HOURS)
    await people.passes(7.75 * HOUR)
    await people.asks("anna")
    await people.passes(15.25 * HOUR)
    assert promises(people) == []
    # 15 minutes of yesterday; 33 more are four fifths of the hour.
    await people.passes(33 * 60)
    assert promises(people) == [("warned", "first_response")]
    await people.passes(12 * 60)
    assert promises(people)[1:] == [("missed", "first_response")]


async def test_a_crash_stops_no_clock(people: PeopleRig) -> None:
    await people.serves("first_reply: 10m, unclaimed: 20m")
    await people.asks("anna")
    await people.restart()
    await people.passes(9 * 60)
    await people.restart()
    await people.passes(12 * 60)
    assert promises(people) == [("warned", "first_response"), ("missed", "first_response")]
    assert people.told()[-1] == "handoff.failed"


# ---------------------------------------------------------------- silence


async def test_a_silent_operator_is_reminded_and_then_loses_the_chat(people: PeopleRig) -> None:
    await people.serves("operator_silent: 20m")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(10 * 60)
    assert people.told()[-1] == "handoff.reminded"
    await people.passes(10 * 60)
    episode = await people.episode("anna")
    assert (episode.state, episode.priority) == ("requested", "high")
    assert episode.excluded == (people.people["Olya"].id,)
    assert people.happened("handoff.transferred")[0]["why"] == "silent"
    await people.passes(5 * HOUR)
    assert people.told().count("handoff.transferred") == 1


async def test_an_operator_who_waits_for_the_customer_is_not_silent(people: PeopleRig) -> None:
    await people.serves("operator_silent: 20m")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(15 * 60)
    await people.says("Olya", "anna", "which?")
    await people.passes(5 * HOUR)
    assert (await people.conversation("anna")).owner == "operator"
    await people.hears("anna", "this")
    await people.passes(19 * 60)
    assert (await people.conversation("anna")).owner == "operator"
    await people.passes(61)
    assert (await people.conversation("anna")).owner == "queue"


async def test_a_silent_customer_is_reminded_and_then_it_is_over(people: PeopleRig) -> None:
    await people.serves("customer_silent: 24h, nudge: {after: 20h, say: Are you there?}")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(48 * HOUR)
    assert (await people.conversation("anna")).owner == "operator"
    await people.says("Olya", "anna", "which?")
    await people.passes(21 * HOUR)
    assert people.messenger.texts("anna")[-1] == "Are you there?"
    await people.passes(3 * HOUR)
    conversation = await people.conversation("anna")
    assert (conversation.owner, conversation.status) == ("bot", "closed")
    (told,) = people.happened("handoff.completed")
    assert (told["by"], told["code"]) == ("silence", "silence")
    # The bot goes the way of `closed`.
    assert "closed  " in people.messenger.texts("anna")


async def test_whoever_is_reminded_after_days_without_a_server_has_time_to_answer(
    people: PeopleRig,
) -> None:
    await people.serves(
        "operator_silent: 20m, customer_silent: 24h, nudge: {after: 20h, say: Are you there?}"
    )
    for name in ("anna", "boris"):
        await people.asks(name)
        await people.takes("Olya", name)
    await people.says("Olya", "anna", "which?")
    await people.crash()
    people.hands.time += timedelta(days=3)
    await people.open()
    await people.passes(60)
    assert people.messenger.texts("anna")[-1] == "Are you there?"
    assert (await people.conversation("anna")).owner == "operator"
    assert (await people.conversation("boris")).owner == "operator"
    assert people.told()[-2:] == ["handoff.reminded", "handoff.nudged"]
    await people.passes(10 * 60)
    assert (await people.conversation("boris")).owner == "queue"
    await people.passes(4 * HOUR)
    conversation = await people.conversation("anna")
    assert (conversation.owner, conversation.status) == ("bot", "closed")


async def test_a_reminder_that_the_messenger_would_hold_back_is_not_sent(
    people: PeopleRig,
) -> None:
    people.messenger.window = timedelta(hours=10)
    await people.serves("customer_silent: 24h, nudge: {after: 20h, say: Are you there?}")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.says("Olya", "anna", "which?")
    await people.passes(21 * HOUR)
    assert "Are you there?" not in people.messenger.texts("anna")
    assert people.happened("handoff.nudged") == [
        {**people.happened("handoff.nudged")[0], "said": False}
    ]


@pytest.mark.parametrize("clock", ["operator_silent: 20m", "customer_silent: 24h"])
async def test_a_chat_that_is_over_has_no_clocks(people: PeopleRig, clock: str) -> None:
    await people.serves(f"{clock}, first_reply: 10m, resolve: 3h")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.says("Olya", "anna", "hello")
    await people.hears("anna", "hello")
    await people.releases("Olya", "anna")
    kept = await people.stores.timers.due(people.hands.now() + timedelta(days=99), limit=99)
    assert [one.name for one in kept if one.name.startswith("handoff:")] == []
