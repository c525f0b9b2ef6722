"""How was it? Asked once, where it can be; the press and the comment never come to the flow."""

from datetime import timedelta

import pytest

from tests.bots.people import PeopleRig, shop

ASKED = "How did we help you? Please rate us from 1 to 5."
LATE = "Thank you, but it is too late for this rating."


async def closed(people: PeopleRig, **more: bool) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.says("Olya", "anna", "done")
    await people.closes("Olya", "anna", **more)


async def test_the_press_is_thanked_told_and_kept_from_the_flow(people: PeopleRig) -> None:
    await people.serves("csat: on")
    await closed(people)
    assert people.messenger.texts("anna")[-1] == ASKED
    await people.presses("anna", "5")
    assert people.messenger.texts("anna")[-1] == "Thank you for the rating!"
    (told,) = people.happened("handoff.rated")
    assert (told["rating"], told["operator"]) == (5, people.people["Olya"].id)
    assert (await people.episode("anna")).rating == 5
    await people.presses("anna", "1")
    assert len(people.happened("handoff.rated")) == 1
    # The bot's question still waits.
    await people.hears("anna", "socks")
    assert "bot: socks" in people.messenger.texts("anna")


async def test_after_a_poor_one_the_next_words_say_what_was_wrong(people: PeopleRig) -> None:
    await people.serves("csat: on")
    await closed(people)
    await people.presses("anna", "2")
    await people.hears("anna", "too slow", "socks")
    (told,) = people.happened("handoff.commented")
    assert told["comment"] == "too slow"
    assert "bot: too slow" not in people.messenger.texts("anna")
    assert "bot: socks" in people.messenger.texts("anna")


async def test_the_buttons_of_a_talk_before_the_last_one_say_that_it_is_too_late(
    people: PeopleRig,
) -> None:
    await people.serves("csat: on")
    await closed(people)
    old = f"csat:{(await people.episode('anna')).id}:5"
    await people.asks("anna")

    async def presses_it() -> str:
        press = people.message("anna", "5", happening="button", button=old)
        await people.inbox.accept([press])
        await people.quiet()
        return people.messenger.texts("anna")[-1]

    assert await presses_it() == LATE
    await people.takes("Olya", "anna")
    await people.closes("Olya", "anna")
    assert await presses_it() == LATE
    assert people.happened("handoff.rated") == []


async def test_whoever_goes_on_with_the_bot_says_no_more_of_how_it_was(people: PeopleRig) -> None:
    await people.serves("csat: on")
    await closed(people)
    await people.presses("anna", "1")
    await people.hears("anna", "/start", "socks")
    assert people.happened("handoff.commented") == []
    assert "bot: socks" in people.messenger.texts("anna")


@pytest.mark.parametrize("number", ["0", "6", "-1", "٣", "5.0", " 5", "", "9" * 5000])
async def test_a_rating_of_no_button_of_ours_is_none(people: PeopleRig, number: str) -> None:
    await people.serves("csat: on")
    await closed(people)
    before = len(people.messenger.texts("anna"))
    forged = f"csat:{(await people.episode('anna')).id}:{number}"
    await people.inbox.accept([people.message("anna", "5", happening="button", button=forged)])
    await people.quiet()
    assert people.messenger.texts("anna")[before:] == [LATE]
    assert people.happened("handoff.rated") == []
    # A real one counts all the same.
    await people.presses("anna", "4")
    assert (await people.episode("anna")).rating == 4


async def test_what_is_written_much_later_or_is_a_command_is_the_bots(people: PeopleRig) -> None:
    await people.serves("csat: on")
    await closed(people)
    await people.presses("anna", "1")
    await people.hears("anna", "/start")
    await people.passes(11 * 60)
    await people.hears("anna", "socks")
    assert people.happened("handoff.commented") == []
    assert "bot: socks" in people.messenger.texts("anna")


async def test_nobody_is_asked_silently_released_or_where_the_queue_does_not(
    people: PeopleRig,
) -> None:
    await closed(people)
    await people.serves("csat: on")
    await closed(people, silent=True)
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.releases("Olya", "anna")
    assert ASKED not in people.messenger.texts("anna")
    assert people.happened("handoff.rating_asked", "handoff.unrated") == []


async def test_whoever_cannot_be_reached_is_not_asked_and_it_is_told_why(
    people: PeopleRig,
) -> None:
    people.messenger.window = timedelta(hours=24)
    await people.serves("csat: on")
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(25 * 3600)
    await people.closes("Olya", "anna")
    await people.hears("boris", "/start")
    await people.takes("Olya", "boris")
    people.inbox.unreachable((await people.conversation("boris")).address)
    await people.quiet()
    await people.closes("Olya", "boris")
    assert [one["reason"] for one in people.happened("handoff.unrated")] == ["window closed"]
    await people.asks("clara")
    await people.takes("Olya", "clara")
    people.inbox.unreachable((await people.conversation("clara")).address)
    await people.quiet()
    await people.closes("Olya", "clara")
    assert people.happened("handoff.unrated")[-1]["reason"] == "unreachable"


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_it_speaks_the_bots_language(people: PeopleRig, language: str) -> None:
    await people.serves("csat: on", language=language)
    await closed(people)
    russian = any("а" <= letter <= "я" for letter in people.messenger.texts("anna")[-1])
    assert russian == (language == "ru")


async def test_a_poor_rating_begins_the_flow_that_the_queue_names(people: PeopleRig) -> None:
    await people.serves("csat: {low: help}")
    await closed(people)
    said = len(people.messenger.texts("anna"))
    await people.presses("anna", "2")
    conversation = await people.conversation("anna")
    # The flow `help` calls a person: a second hand-off.
    assert (conversation.owner, conversation.episode and conversation.episode.number) == (
        "queue",
        2,
    )
    assert "Thank you for the rating!" not in "".join(people.messenger.texts("anna")[said:])
    (told,) = people.happened("handoff.rated")
    assert told["rating"] == 2
    await people.presses("anna", "2")
    assert len(people.happened("handoff.requested")) == 2


async def test_a_good_rating_begins_nothing(people: PeopleRig) -> None:
    await people.serves("csat: {low: help}")
    await closed(people)
    await people.presses("anna", "3")
    assert people.messenger.texts("anna")[-1] == "Thank you for the rating!"
    assert (await people.conversation("anna")).owner == "bot"


async def test_the_flow_of_a_poor_rating_reads_it_and_who_had_the_chat(people: PeopleRig) -> None:
    sorry = """
flow: sorry
steps:
  begin:
    - say: "{{ handoff.rating }} for {{ handoff.operator }}, {{ handoff.outcome }}"
    - ask: What was wrong?
      save: words
      as: text
    - say: "{{ handoff.rating }}: {{ words }}"
"""
    people.files["counter"] = {**shop("csat: {low: sorry}"), "flows/sorry.yaml": sorry}
    await people.restart()
    await closed(people)
    await people.presses("anna", "2")
    assert people.messenger.texts("anna")[-2:] == ["2 for Olya, closed", "What was wrong?"]
    await people.restart()
    await people.hears("anna", "too slow")
    assert "2: too slow" in people.messenger.texts("anna")
    assert people.happened("handoff.commented") == []
