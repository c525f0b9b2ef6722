"""A chat is a person's and the bot's again: every move, who may make it, and what it tells."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bots.errors import Conflict, Consumed, Forbidden, Invalid, Taken
from bots.model.account import Caller
from bots.model.desk import Relay
from bots.model.message import Reply
from tests.bots.people import PeopleRig
from tests.bots.rig import WORKSPACE, address_of

ANNA = address_of("anna")


async def owner(people: PeopleRig, chat: str = "anna") -> tuple[str, str, int | None]:
    conversation = await people.conversation(chat)
    assert conversation.episode is not None
    return conversation.owner, conversation.episode.state, conversation.episode.assignee


# ---------------------------------------------------------------- taken


async def test_asked_for_taken_and_given_back(people: PeopleRig) -> None:
    episode = await people.asks("anna")
    assert (episode.state, episode.queue, episode.number) == ("requested", "support", 1)
    olya = people.people["Olya"].id
    await people.takes("Olya", "anna", version=episode.version)
    assert await owner(people) == ("operator", "active", olya)
    await people.says("Olya", "anna", "hello")
    await people.releases("Olya", "anna")
    assert await owner(people) == ("bot", "released", olya)
    assert people.messenger.texts("anna")[-4:] == [
        "hello",
        "back from Olya",
        "bot: person",
        "What?",
    ]
    assert people.told() == [
        "handoff.requested",
        "handoff.accepted",
        "handoff.answered",
        "handoff.released",
    ]
    conversation = await people.conversation("anna")
    assert (conversation.epoch, conversation.status) == (3, "active")


async def test_a_chat_that_waits_in_a_queue_is_not_put_into_it_again(people: PeopleRig) -> None:
    await people.asks("anna")
    olya = people.people["Olya"]
    await people.takes("Olya", "anna")
    await people.handoff.transfer(ANNA, olya, queue="sales")
    before = await people.conversation("anna")
    with pytest.raises(Conflict) as refused:
        await people.handoff.transfer(ANNA, olya, queue="sales")
    assert refused.value.code == "waits"
    assert (await people.conversation("anna")).episode == before.episode
    assert len(people.happened("handoff.transferred")) == 1


async def test_of_two_who_take_at_once_one_wins_and_the_other_reads_who(people: PeopleRig) -> None:
    await people.asks("anna")
    olya, petya = people.people["Olya"], people.people["Petya"]
    first = people.beside(people.handoff.take(ANNA, olya))
    second = people.beside(people.handoff.take(ANNA, petya))
    await people.quiet()
    await first
    with pytest.raises(Taken) as refused:
        await second
    assert refused.value.operator == olya.id
    assert people.told().count("handoff.accepted") == 1


async def test_a_button_of_before_is_stale(people: PeopleRig) -> None:
    episode = await people.asks("anna")
    await people.handoff.transfer(ANNA, people.people["Olya"], queue="sales")
    with pytest.raises(Conflict) as refused:
        await people.takes("Petya", "anna", version=episode.version)
    assert refused.value.code == "stale"
    await people.takes("Petya", "anna")
    await people.releases("Petya", "anna")
    with pytest.raises(Conflict) as over:
        await people.takes("Petya", "anna", version=episode.version)
    assert over.value.code == "bots"


async def test_only_a_lead_takes_what_another_has(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    with pytest.raises(Forbidden):
        await people.takes("Petya", "anna", force=True)
    lead = await people.hires("Lead", role="lead")
    await people.takes("Lead", "anna", force=True)
    assert await owner(people) == ("operator", "active", lead.id)
    assert people.happened("handoff.accepted")[-1]["from"] == people.people["Olya"].id
    assert (await people.conversation("anna")).epoch == 2


async def test_whoever_serves_other_queues_does_not_take_but_is_given(people: PeopleRig) -> None:
    await people.hires("Seller", queues=("sales",))
    await people.asks("anna")
    with pytest.raises(Conflict) as refused:
        await people.takes("Seller", "anna")
    assert refused.value.code == "elsewhere"
    await people.takes("Olya", "anna")
    seller = people.people["Seller"]
    await people.handoff.transfer(ANNA, people.people["Olya"], to=seller)
    assert await owner(people) == ("operator", "active", seller.id)


async def test_a_viewer_looks_on(people: PeopleRig) -> None:
    viewer = await people.hires("Viewer", role="viewer")
    await people.asks("anna")
    for attempt in (
        people.handoff.take(ANNA, viewer),
        people.handoff.note(ANNA, viewer, "hm"),
        people.handoff.close(ANNA, viewer),
        people.handoff.tag(ANNA, viewer, add=["a"]),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert people.told() == ["handoff.requested"]


async def test_taking_a_chat_of_the_bots_stops_it_and_what_it_had_to_say(people: PeopleRig) -> None:
    await people.hears("anna", "/start")
    await people.takes("Olya", "anna")
    await people.passes(3600)
    assert people.messenger.texts("anna") == ["What?"]
    await people.hears("anna", "hello?")
    assert people.messenger.texts("anna") == ["What?"]
    await people.releases("Olya", "anna")
    # It puts its question again.
    assert people.messenger.texts("anna") == ["What?", "What?"]


# ---------------------------------------------------------------- given on


async def test_to_a_person_and_to_a_queue(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    olya, petya = people.people["Olya"], people.people["Petya"]
    await people.handoff.transfer(ANNA, olya, to=petya, note="he knows")
    assert await owner(people) == ("operator", "active", petya.id)
    await people.handoff.transfer(ANNA, petya, queue="sales")
    episode = await people.episode("anna")
    assert (episode.state, episode.queue, episode.assignee) == ("requested", "sales", None)
    assert (episode.excluded, episode.priority) == ((olya.id, petya.id), "normal")
    assert [one["why"] for one in people.happened("handoff.transferred")] == ["transfer"] * 2


async def test_an_unknown_queue_is_refused_with_those_there_are(people: PeopleRig) -> None:
    await people.asks("anna")
    with pytest.raises(Invalid) as refused:
        await people.handoff.transfer(ANNA, people.people["Olya"], queue="salse")
    assert refused.value.error == "No such queue: salse. There are: support, sales"


@pytest.mark.parametrize("away", [True, False])
async def test_to_whoever_is_away_or_full_is_to_their_queue_and_never_an_error(
    people: PeopleRig, away: bool
) -> None:
    until = people.hands.now() + timedelta(hours=1) if away else None
    await people.hires("Seller", queues=("sales",), capacity=1, away_until=until)
    await people.asks("anna")
    await people.takes("Olya", "anna")
    seller = people.people["Seller"]
    if not away:
        await people.asks("boris")
        await people.handoff.transfer(address_of("boris"), people.people["Olya"], to=seller)
    await people.handoff.transfer(ANNA, people.people["Olya"], to=seller)
    episode = await people.episode("anna")
    assert (episode.state, episode.queue, episode.assignee) == ("requested", "sales", None)
    assert episode.preferred == seller.id
    assert people.happened("handoff.transferred")[-1]["why"] == ("away" if away else "full")
    # It is theirs as soon as they can take it, though nobody is given chats there.
    await people.hires("Seller", queues=("sales",), capacity=5)
    assert await owner(people) == ("operator", "active", seller.id)


async def test_somebody_who_is_gone_leaves_their_chats_to_others(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    olya = people.people["Olya"].id
    assert await people.handoff.hand_back(olya, "removed") == 1
    assert await people.handoff.hand_back(olya, "removed") == 0
    episode = await people.episode("anna")
    assert (episode.state, episode.priority, episode.excluded) == ("requested", "high", (olya,))


async def test_a_lead_assigns_what_waits_and_what_somebody_has(people: PeopleRig) -> None:
    lead = await people.hires("Lead", role="lead")
    await people.asks("anna")
    olya, petya = people.people["Olya"], people.people["Petya"]
    with pytest.raises(Forbidden):
        await people.handoff.assign(ANNA, olya, petya)
    await people.handoff.assign(ANNA, lead, olya)
    assert await owner(people) == ("operator", "active", olya.id)
    await people.handoff.assign(ANNA, lead, petya)
    assert await owner(people) == ("operator", "active", petya.id)
    with pytest.raises(Conflict) as refused:
        await people.handoff.assign(ANNA, lead, petya)
    assert refused.value.code == "theirs"


# ---------------------------------------------------------------- words


async def test_nobodys_words_go_out_but_the_assignees(people: PeopleRig) -> None:
    await people.asks("anna")
    with pytest.raises(Conflict) as untaken:
        await people.says("Olya", "anna", "one")
    assert untaken.value.code == "untaken"
    await people.takes("Olya", "anna")
    with pytest.raises(Taken):
        await people.says("Petya", "anna", "two")
    await people.hires("Lead", role="lead")
    with pytest.raises(Taken):
        await people.says("Lead", "anna", "three")
    await people.says("Lead", "anna", "four", once=True)
    await people.says("Olya", "anna", "five")
    assert people.messenger.texts("anna")[-2:] == ["four", "five"]
    assert (await people.episode("anna")).assignee == people.people["Olya"].id


@pytest.mark.parametrize(("write", "may"), [("assignee", 0), ("department", 1), ("any", 2)])
async def test_a_queue_may_let_others_write(people: PeopleRig, write: str, may: int) -> None:
    await people.serves(f"write: {write}")
    await people.hires("Seller", queues=("sales",))
    await people.asks("anna")
    await people.takes("Olya", "anna")
    done = 0
    for name in ("Petya", "Seller"):
        try:
            await people.says(name, "anna", name)
            done += 1
        except Taken:
            continue
    assert done == may


async def test_the_same_message_of_a_desk_says_nothing_twice(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    relay = Relay(channel="telegram:1", chat_id="-1", message_id="7", conversation_id=1, way="out")
    await people.says("Olya", "anna", "hello", relay=relay)
    with pytest.raises(Consumed):
        await people.says("Olya", "anna", "hello", relay=relay)
    assert people.messenger.texts("anna").count("hello") == 1


async def test_the_first_answer_is_told_with_how_long_it_took(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.passes(90)
    await people.says("Olya", "anna", "one")
    await people.says("Olya", "anna", "two")
    (told,) = people.happened("handoff.answered")
    assert (told["operator"], told["after"]) == (people.people["Olya"].id, 90.0)
    assert (await people.episode("anna")).waiting_on == "customer"
    await people.hears("anna", "thanks")
    assert (await people.episode("anna")).waiting_on == "operator"


# ---------------------------------------------------------------- marks, fields, notes


async def test_what_is_noted_reaches_the_flow_and_notes_reach_nobody(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    olya = people.people["Olya"]
    await people.handoff.tag(ANNA, olya, add=["#Refund", "vip one"], drop=[])
    await people.handoff.tag(ANNA, olya, add=["late"], drop=["vip-one"])
    await people.handoff.set_field(ANNA, olya, "order", "123")
    await people.handoff.prioritise(ANNA, olya, "urgent")
    await people.handoff.note(ANNA, olya, "  he is angry  ")
    await people.closes("Olya", "anna", code="solved")
    assert "closed refund, late 123" in people.messenger.texts("anna")
    conversation = await people.conversation("anna")
    (note,) = await people.stores.desks.notes(conversation.id)
    assert (note.text, note.operator) == ("he is angry", olya.id)
    assert all("angry" not in one.text for one in await people.history("anna"))
    assert people.happened("handoff.completed")[0]["code"] == "solved"
    assert conversation.episode is not None
    assert conversation.episode.priority == "urgent"


@pytest.mark.parametrize("name", ["", "two words", "a-b", "1st"])
async def test_a_field_needs_a_name_the_flow_can_read(people: PeopleRig, name: str) -> None:
    await people.asks("anna")
    with pytest.raises(Invalid):
        await people.handoff.set_field(ANNA, people.people["Olya"], name, "x")


async def test_a_note_by_the_same_message_of_a_desk_is_kept_once(people: PeopleRig) -> None:
    await people.asks("anna")
    olya = people.people["Olya"]
    relay = Relay(channel="telegram:1", chat_id="-1", message_id="8", conversation_id=1, way="note")
    await people.handoff.note(ANNA, olya, "once", relay)
    with pytest.raises(Consumed):
        await people.handoff.note(ANNA, olya, "once", relay)
    conversation = await people.conversation("anna")
    assert [one.text for one in await people.stores.desks.notes(conversation.id)] == ["once"]


# ---------------------------------------------------------------- a rest, a block, taken up again


async def test_a_rest_ends_by_its_time_or_by_the_customer(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    olya = people.people["Olya"]
    await people.handoff.snooze(ANNA, olya, people.hands.now() + timedelta(hours=2))
    assert people.board.load(olya.id) == 0
    await people.passes(2 * 3600 + 1)
    assert (await people.episode("anna")).snoozed_until is None
    await people.handoff.snooze(ANNA, olya, people.hands.now() + timedelta(hours=2))
    await people.hears("anna", "hello?")
    assert (await people.episode("anna")).snoozed_until is None
    assert [one["by"] for one in people.happened("handoff.woken")] == ["time", "customer"]
    await people.passes(3 * 3600)
    assert len(people.happened("handoff.woken")) == 2
    with pytest.raises(Invalid):
        await people.handoff.snooze(ANNA, olya, people.hands.now())


async def test_whoever_is_blocked_is_kept_and_not_answered(people: PeopleRig) -> None:
    await people.asks("anna")
    said = len(people.messenger.texts("anna"))
    olya = people.people["Olya"]
    await people.handoff.spam(ANNA, olya)
    await people.hears("anna", "/start", "buy this", "person")
    assert len(people.messenger.texts("anna")) == said
    assert await owner(people) == ("bot", "released", None)
    assert [one.text for one in await people.history("anna")][-2:] == ["buy this", "person"]
    await people.restart()
    assert (await people.conversation("anna")).blocked
    with pytest.raises(Conflict):
        await people.takes("Olya", "anna")
    await people.handoff.unblock(ANNA, olya)
    await people.hears("anna", "/start")
    assert len(people.messenger.texts("anna")) == said + 1
    names = [one.name for one in people.ears.events if one.name.startswith("chat.")]
    assert names == ["chat.blocked", "chat.unblocked"]


async def test_what_is_over_is_taken_up_again_as_another_hand_off(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.handoff.tag(ANNA, people.people["Olya"], add=["vip"])
    await people.closes("Olya", "anna")
    await people.handoff.reopen(ANNA, people.people["Petya"])
    episode = await people.episode("anna")
    assert (episode.number, episode.source, episode.queue) == (2, "reopened", "support")
    assert (episode.tags, episode.assignee) == (("vip",), people.people["Petya"].id)
    with pytest.raises(Conflict):
        await people.handoff.reopen(ANNA, people.people["Olya"])
    conversation = await people.conversation("anna")
    kept = await people.stores.episodes.of_chat(conversation.id, limit=5)
    assert [one.number for one in kept] == [2, 1]


# ---------------------------------------------------------------- answered in the messenger itself


async def echoes(people: PeopleRig, text: str) -> None:
    message = people.message("anna", text, happening="echo")
    await people.inbox.accept([replace(message, platform_message_id=f"p-{text}")])
    await people.quiet()


async def test_a_native_answer_takes_what_nobody_has(people: PeopleRig) -> None:
    await people.asks("anna")
    await echoes(people, "here I am")
    episode = await people.episode("anna")
    assert (episode.state, episode.assignee, episode.native) == ("active", None, "telegram")
    assert [one["by"] for one in people.happened("handoff.accepted")] == ["telegram"]
    assert [one["by"] for one in people.happened("handoff.answered")] == ["telegram"]
    await people.takes("Olya", "anna")
    assert await owner(people) == ("operator", "active", people.people["Olya"].id)


async def test_a_native_answer_in_an_operators_chat_is_their_word(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await echoes(people, "from my phone")
    episode = await people.episode("anna")
    assert (episode.assignee, episode.waiting_on) == (people.people["Olya"].id, "customer")
    (told,) = people.happened("handoff.answered")
    assert (told["by"], told["operator"]) == ("telegram", people.people["Olya"].id)
    await people.passes(2 * 3600)
    assert await owner(people) == ("operator", "active", people.people["Olya"].id)


async def test_a_slow_action_that_ends_under_a_native_answer_says_nothing(
    people: PeopleRig,
) -> None:
    people.world.held = asyncio.Event()
    await people.hears("anna", "/start", "slow")
    await echoes(people, "I am here")
    people.world.held.set()
    await people.quiet()
    assert people.messenger.texts("anna") == ["What?"]
    await people.passes(3700)
    assert people.messenger.texts("anna")[:3] == ["What?", "done it", "bot: slow"]


async def test_what_people_said_is_there_for_the_flow(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.says("Olya", "anna", "how may I help?")
    await people.hears("anna", "with this")
    await people.handoff.note(ANNA, people.people["Olya"], "secret")
    await people.releases("Olya", "anna")
    outcome = (await people.conversation("anna")).position["outcome"]
    assert outcome["messages"] == [
        {"author": "operator", "text": "how may I help?"},
        {"author": "customer", "text": "with this"},
    ]


async def test_a_reply_needs_no_relay(people: PeopleRig) -> None:
    await people.asks("anna")
    await people.takes("Olya", "anna")
    said = await people.handoff.say(ANNA, people.people["Olya"], Reply(message_id="m", text="hi"))
    assert (said.author, said.text) == ("operator", "hi")


async def test_a_request_from_outside_that_names_no_queue_waits_in_the_first_one(
    people: PeopleRig,
) -> None:
    await people.hears("anna", "/start")
    caller = Caller(workspace=WORKSPACE, account_id=None, key_id=1)
    session = f"session_{(await people.conversation('anna')).uuid}"
    chat = await people.handoff.request(caller, session, reason="asked")
    assert chat.episode is not None
    assert chat.episode.queue == "support"


async def test_a_lead_of_one_queue_is_an_operator_in_another(people: PeopleRig) -> None:
    await people.hires("Lena", roles={"support": "lead"})
    await people.asks("anna")
    await people.takes("Olya", "anna")
    await people.takes("Lena", "anna", force=True)
    assert await owner(people) == ("operator", "active", people.people["Lena"].id)
    await people.handoff.transfer(ANNA, people.people["Lena"], queue="sales")
    await people.takes("Olya", "anna")
    with pytest.raises(Forbidden):
        await people.takes("Lena", "anna", force=True)
    with pytest.raises(Forbidden):
        await people.handoff.assign(ANNA, people.people["Lena"], people.people["Petya"])


async def test_whoever_only_looks_on_in_a_queue_takes_nothing_there(people: PeopleRig) -> None:
    await people.hires("Lena", roles={"support": "viewer"})
    await people.asks("anna")
    with pytest.raises(Forbidden):
        await people.takes("Lena", "anna")
    await people.takes("Olya", "anna")
    with pytest.raises(Forbidden):
        await people.says("Lena", "anna", "hello")


async def test_whoever_only_looks_on_in_a_queue_marks_nothing_there(people: PeopleRig) -> None:
    lena = await people.hires("Lena", roles={"support": "viewer"})
    await people.asks("anna")
    handoff = people.handoff
    for refused in (
        handoff.note(ANNA, lena, "hm"),
        handoff.tag(ANNA, lena, add=["vip"]),
        handoff.prioritise(ANNA, lena, "low"),
        handoff.wake_up(ANNA, lena),
        handoff.block(ANNA, lena),
        handoff.unblock(ANNA, lena),
        handoff.reopen(ANNA, lena),
    ):
        with pytest.raises(Forbidden):
            await refused
    chat = await people.conversation("anna")
    assert chat.episode is not None
    assert (chat.episode.tags, chat.episode.priority, chat.blocked) == ((), "normal", False)
    # The role is that of the chat's queue: elsewhere they are an operator as before.
    await people.takes("Olya", "anna")
    with pytest.raises(Conflict) as unable:
        await handoff.transfer(ANNA, people.people["Olya"], to=lena)
    assert unable.value.code == "unable"
    await handoff.transfer(ANNA, people.people["Olya"], queue="sales")
    chat = await handoff.tag(ANNA, lena, add=["vip"])
    assert chat.episode is not None
    assert chat.episode.tags == ("vip",)
