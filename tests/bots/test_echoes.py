"""What a person of ours writes in the messenger itself: history, and a bot that holds its tongue."""

from dataclasses import replace

import pytest

from bots.echoes import SILENCE
from bots.model.episode import Asked
from bots.model.message import UnifiedMessage
from flows.turn import GivenBack
from tests.bots.rig import Rig, address_of

ANNA = address_of("anna")
HOUR = SILENCE.total_seconds()


def echo(rig: Rig, text: str, chat: str = "anna") -> UnifiedMessage:
    message = rig.message(chat, text, happening="echo")
    return replace(message, platform_message_id=f"p-{text}")


async def answers(rig: Rig, *texts: str, chat: str = "anna") -> None:
    """The person answers the customer in the messenger."""
    for text in texts:
        await rig.inbox.accept([echo(rig, text, chat)])
        await rig.quiet()


def events(rig: Rig) -> list[tuple[str, str]]:
    return [(one.name, str(one.data.get("by", ""))) for one in rig.ears.events]


async def test_the_bot_falls_silent_at_once_and_sends_nothing_again(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await answers(rig, "let me see")
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["0:start"]
    conversation = await rig.conversation("anna")
    assert (conversation.owner, conversation.status, conversation.epoch) == (
        "operator",
        "escalated",
        1,
    )
    history = [(one.direction, one.author, one.text) for one in await rig.history("anna")]
    assert history[2:] == [
        ("outbound", "operator", "let me see"),
        ("inbound", "customer", "a"),
    ]
    assert (await rig.history("anna"))[2].platform_message_id == "p-let me see"
    assert ("handoff.accepted", "telegram") in events(rig)


async def test_further_words_of_the_person_are_history_alone(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await answers(rig, "one", "two")
    assert (await rig.conversation("anna")).epoch == 1
    assert [name for name, _ in events(rig)].count("handoff.accepted") == 1


async def test_reminders_of_the_bot_die(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await answers(rig, "one")
    await rig.passes(HOUR / 2)
    assert rig.messenger.texts("anna") == ["0:start"]


async def test_the_bot_returns_when_the_person_has_been_silent_for_an_hour(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await answers(rig, "one")
    await rig.passes(HOUR - 60)
    await answers(rig, "two")
    await rig.passes(HOUR - 60)
    assert (await rig.conversation("anna")).owner == "operator"
    await rig.passes(61)
    assert (await rig.conversation("anna")).owner == "bot"
    # It puts its question again.
    assert rig.messenger.texts("anna") == ["0:start", "0:start"]
    assert events(rig)[-1] == ("handoff.released", "silence")
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna")[2:] == ["1:a"]


async def test_given_back_by_hand_it_returns_at_once_and_once(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await answers(rig, "one")
    await rig.inbox.give_back(ANNA, GivenBack())
    await rig.quiet()
    await rig.hears("anna", "a")
    await rig.passes(HOUR + 60)
    names = [name for name, _ in events(rig)]
    assert names.count("handoff.released") == 1
    assert (await rig.conversation("anna")).epoch == 2


async def test_a_person_may_begin_a_chat(rig: Rig) -> None:
    await answers(rig, "good morning")
    conversation = await rig.conversation("anna")
    assert (conversation.owner, conversation.user_id) == ("operator", "anna")
    await rig.hears("anna", "/start")
    assert rig.messenger.texts("anna") == []
    await rig.passes(HOUR + 1)
    await rig.hears("anna", "/start")
    assert rig.messenger.texts("anna") == ["0:start"]


async def test_who_was_asked_for_takes_the_chat_by_answering(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    assert (await rig.conversation("anna")).owner == "queue"
    await answers(rig, "here I am")
    assert (await rig.conversation("anna")).owner == "operator"


@pytest.mark.parametrize("point", ["before commit", "after commit"])
async def test_a_crash_keeps_the_person_and_the_time(rig: Rig, point: str) -> None:
    await rig.hears("anna", "/start")
    rig.life.doom = point
    await rig.inbox.accept([echo(rig, "one")])
    await rig.quiet()
    await rig.restart()
    await rig.quiet()
    assert [one.text for one in await rig.history("anna")].count("one") == 1
    assert (await rig.conversation("anna")).owner == "operator"
    await rig.passes(HOUR + 1)
    assert (await rig.conversation("anna")).owner == "bot"
