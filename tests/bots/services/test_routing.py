"""Who is given a waiting chat: by their queue's rule, whoever had it before, never too many."""

from dataclasses import replace
from datetime import timedelta

from tests.bots.people import PeopleRig
from tests.bots.rig import WORKSPACE, address_of

OTHER = WORKSPACE + 1


async def who(people: PeopleRig, *chats: str) -> list[str]:
    found = []
    for chat in chats:
        assignee = (await people.episode(chat)).assignee
        found.append(people.board.name(assignee))
    return found


async def ask(people: PeopleRig, *chats: str) -> list[str]:
    for chat in chats:
        await people.asks(chat)
    return await who(people, *chats)


async def test_nobody_is_given_chats_of_a_queue_where_people_take_them(people: PeopleRig) -> None:
    assert await ask(people, "anna") == [""]


async def test_in_turn(people: PeopleRig) -> None:
    await people.serves("assign: round_robin")
    assert await ask(people, "a", "b", "c", "d") == ["Olya", "Petya", "Olya", "Petya"]
    assert people.happened("handoff.accepted")[0]["by"] == "routing"


async def test_whose_hands_are_less_full(people: PeopleRig) -> None:
    await people.serves("assign: least_loaded")
    await people.hires("Olya", capacity=4)
    await people.hires("Petya", capacity=2)
    assert await ask(people, "a", "b") == ["Olya", "Petya"]
    # A quarter of hers, half of his; then half of both, and hers was the last.
    assert await ask(people, "c", "d", "e", "f") == ["Olya", "Petya", "Olya", "Olya"]
    assert await ask(people, "g") == [""]
    # As soon as one is done, the one that waits is given.
    await people.closes("Petya", "b")
    assert await who(people, "g") == ["Petya"]


async def test_those_who_are_away_or_elsewhere_are_not_given_any(people: PeopleRig) -> None:
    await people.serves("assign: round_robin, capacity: 5")
    until = people.hands.now() + timedelta(hours=1)
    await people.hires("Olya", away_until=until)
    await people.hires("Petya", queues=("sales",))
    await people.hires("Boss", role="owner")
    assert await ask(people, "anna") == [""]
    await people.hires("Olya", away_until=None)
    assert await who(people, "anna") == ["Olya"]


async def test_an_owner_answers_where_the_queue_is_named_as_theirs(people: PeopleRig) -> None:
    await people.serves("assign: round_robin")
    await people.hires("Olya", active=False)
    await people.hires("Petya", role="viewer")
    await people.hires("Boss", role="owner", queues=("support",))
    assert await ask(people, "anna") == ["Boss"]


async def test_whoever_did_not_answer_is_not_asked_again(people: PeopleRig) -> None:
    await people.serves("assign: round_robin, operator_silent: 20m")
    assert await ask(people, "anna") == ["Olya"]
    await people.passes(20 * 60)
    assert await who(people, "anna") == ["Petya"]
    await people.passes(20 * 60)
    # Nobody is left: it waits for whoever takes it.
    assert await who(people, "anna") == [""]
    assert (await people.episode("anna")).priority == "urgent"


async def test_a_customer_comes_to_whom_they_know(people: PeopleRig) -> None:
    await people.serves("assign: round_robin")
    assert await ask(people, "anna") == ["Olya"]
    await people.closes("Olya", "anna")
    assert await ask(people, "boris") == ["Petya"]
    assert await ask(people, "clara") == ["Olya"]
    # It would be Petya's turn.
    assert await ask(people, "anna") == ["Olya"]


async def test_the_more_urgent_one_goes_first(people: PeopleRig) -> None:
    await people.serves("assign: round_robin")
    await people.hires("Olya", capacity=1)
    await people.hires("Petya", active=False)
    await ask(people, "a", "b", "c")
    await people.handoff.prioritise(address_of("c"), people.people["Olya"], "high")
    await people.closes("Olya", "a")
    assert await who(people, "b", "c") == ["", "Olya"]


async def test_after_a_crash_between_the_request_and_the_giving_it_is_given(
    people: PeopleRig,
) -> None:
    await people.serves("assign: round_robin")
    await people.hears("anna", "/start")
    people.life.doom = "before all"
    await people.hears("anna", "person")
    await people.restart()
    people.routing.wake()
    await people.quiet()
    assert await who(people, "anna") == ["Olya"]


# ---------------------------------------------------------------- come back within the time for it


async def test_within_its_time_a_customer_comes_back_to_the_same_person(people: PeopleRig) -> None:
    await people.serves("reopen: 24h")
    await people.hears("anna", "/start", "person")
    await people.takes("Petya", "anna")
    await people.closes("Petya", "anna")
    # The bot asks something of its own: the answer is the bot's.
    await people.hears("anna", "socks")
    assert (await people.conversation("anna")).owner == "bot"


async def test_where_the_bot_waits_for_nothing_it_is_theirs_again(people: PeopleRig) -> None:
    await people.serves("reopen: 24h")
    await people.hears("clara", "/help")
    await people.takes("Petya", "clara")
    await people.closes("Petya", "clara")
    await people.hears("clara", "one more thing")
    episode = await people.episode("clara")
    assert (episode.state, episode.source, episode.number) == ("active", "reopened", 2)
    assert await who(people, "clara") == ["Petya"]
    await people.closes("Petya", "clara")
    await people.passes(25 * 3600)
    await people.hears("clara", "another day")
    assert (await people.episode("clara")).number == 2


async def test_where_they_are_gone_it_waits_for_anybody(people: PeopleRig) -> None:
    await people.serves("reopen: 24h")
    await people.hears("clara", "/help")
    await people.takes("Petya", "clara")
    await people.closes("Petya", "clara")
    await people.hires("Petya", active=False)
    await people.hears("clara", "one more thing")
    episode = await people.episode("clara")
    assert (episode.state, episode.source) == ("requested", "reopened")
    await people.takes("Olya", "clara")


async def test_nobody_of_another_workspace_is_given_a_chat_or_known_to_wait(
    people: PeopleRig,
) -> None:
    await people.serves("assign: round_robin")
    await people.hires("Olya", active=False)
    await people.hires("Petya", active=False)
    await people.stores.accounts.found(email="b@b.b", password_hash="", now=people.hands.now())
    await people.hires("Ivan", workspace=OTHER)
    assert await ask(people, "anna") == [""]
    assert people.board.waiting(workspace=OTHER) == []
    assert len(people.board.waiting(workspace=WORKSPACE)) == 1
    await people.hires("Olya", active=True)
    assert await who(people, "anna") == ["Olya"]


# ---------------------------------------------------------------- who suits, how many, how soon


async def later(people: PeopleRig, seconds: float) -> None:
    """Time passes, and it is looked again, as it is every two seconds."""
    await people.passes(seconds)
    people.routing.wake()
    await people.quiet()


async def test_whoever_speaks_the_customers_language_is_given_the_chat(people: PeopleRig) -> None:
    await people.serves("assign: round_robin, languages: customer")
    await people.hires("Olya", languages=("ru",))
    await people.hires("Petya", languages=("en", "kk"))
    for chat, language in (("a", "kk"), ("b", "en-US"), ("c", "ru")):
        await people.inbox.accept(
            [replace(people.message(chat, "/start"), profile={"language": language})]
        )
        await people.quiet()
        await people.hears(chat, "person")
    assert await who(people, "a", "b", "c") == ["Petya", "Petya", "Olya"]
    # What nobody speaks is asked of nobody: it would wait for ever.
    await people.inbox.accept([replace(people.message("d", "/start"), profile={"language": "fi"})])
    await people.quiet()
    await people.hears("d", "person")
    assert await who(people, "d") != [""]
    # Whoever could is away: it waits for them rather than for somebody who cannot.
    until = people.hands.now() + timedelta(hours=1)
    await people.hires("Petya", languages=("en", "kk"), away_until=until)
    await people.inbox.accept([replace(people.message("e", "/start"), profile={"language": "en"})])
    await people.quiet()
    await people.hears("e", "person")
    assert await who(people, "e") == [""]


async def test_whoever_has_all_the_skills_is_given_the_chat(people: PeopleRig) -> None:
    await people.serves("assign: least_loaded, skills: [refunds, law]")
    await people.hires("Olya", skills=("refunds",))
    await people.hires("Petya", skills=("law", "refunds", "tea"))
    assert await ask(people, "a", "b") == ["Petya", "Petya"]


async def test_nobody_is_given_more_in_a_while_than_is_fair(people: PeopleRig) -> None:
    await people.serves("assign: round_robin, fair: {most: 2, within: 10m}")
    assert await ask(people, "a", "b", "c", "d", "e") == ["Olya", "Petya", "Olya", "Petya", ""]
    await people.closes("Olya", "a")
    await people.restart()
    await later(people, 601)
    assert await who(people, "e") != [""]


async def test_before_a_chat_is_given_somebody_may_take_it(people: PeopleRig) -> None:
    await people.serves("assign: round_robin, delay: 20s")
    assert await ask(people, "a", "b") == ["", ""]
    await later(people, 10)
    await people.takes("Petya", "b")
    await later(people, 11)
    assert await who(people, "a", "b") == ["Olya", "Petya"]


async def test_who_only_looks_on_in_a_queue_is_given_no_chat_of_it(people: PeopleRig) -> None:
    await people.serves("assign: round_robin")
    await people.hires("Olya", roles={"support": "viewer"})
    assert await ask(people, "a", "b") == ["Petya", "Petya"]
