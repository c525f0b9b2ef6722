"""Endpoints are told of everything at least once, in order, each apart from all others, and no faster than they take."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.errors import Conflict, Invalid, NotFound
from bots.model.turn import Event
from bots.model.webhook import HANDOFFS, KNOWN, Answered, Endpoint
from bots.services.webhook_courier import AT_ONCE, GIVEN_UP
from bots.services.webhook_window import WIDTH
from bots.services.webhooks import MOST, OVERLAP
from tests.bots.services.couriers import SILENT, TAKEN, Call, Town, refused

GOOD, BAD = "https://good.example.com/", "https://bad.example.com/"
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def town(database: Path) -> AsyncIterator[Town]:
    one = Town(database)
    await one.open()
    await one.found()
    try:
        yield one
    finally:
        await one.close()


async def state(town: Town, endpoint: Endpoint) -> Endpoint:
    return await town.webhooks.one(1, endpoint.id)


def lines(calls: list[Call]) -> dict[int, list[int]]:
    """What each chat's events were told as, without repeats."""
    told: dict[int, dict[int, None]] = {}
    for call in calls:
        told.setdefault(call.chat, {})[call.seq] = None
    return {chat: list(seqs) for chat, seqs in told.items()}


# ---------------------------------------------------------------- what is told


async def test_each_message_is_told_once_with_its_words_and_in_order(town: Town) -> None:
    await town.add()
    await town.tell()
    await town.say("anna", 2)
    await town.say("boris")
    await town.tell()
    assert lines(town.sender.calls) == {1: [1, 2, 3, 4], 2: [1, 2]}
    first = next(one for one in town.sender.calls if one.chat == 1).body
    assert re.fullmatch(r"evt_[0-9a-f]{32}", first["id"])
    assert first["event"] == "message.received"
    assert first["timestamp"] == "2026-03-08T12:00:00.000Z"
    data = first["data"]
    assert re.fullmatch(r"[0-9a-f-]{36}", data["conversation_id"])
    assert data["chat_id"] == f"chat_{data['conversation_id'].replace('-', '')}"
    assert data["customer"] == {"id": "anna", "name": "Анна"}
    message = data["message"]
    assert (message["id"], message["content"]) == ("heard-1", "Где мой заказ?")
    assert (message["sender_type"], message["type"]) == ("customer", "text")
    assert len({call.id for call in town.sender.calls}) == 6
    await town.tell(seconds=1)
    assert len(town.sender.calls) == 6


async def test_only_what_was_asked_for_is_told_and_only_from_now_on(town: Town) -> None:
    await town.say("anna")
    await town.add(events=["chat.closed", "conversation.created", "handoff.released"])
    await town.tell()
    await town.say("anna", changes={"status": "closed"})
    await town.say("boris")
    await town.tell()
    told = [(one.body["event"], one.body["data"]["number"]) for one in town.sender.calls]
    assert sorted(told) == [("chat.closed", 1), ("conversation.created", 2)]
    closed = next(one for one in town.sender.calls if one.body["event"] == "chat.closed")
    assert closed.body["data"]["status"] == "closed"
    assert closed.body["data"]["details"] == {"from": "active", "to": "closed"}


async def test_everything_is_everything_but_what_is_between_operators(town: Town) -> None:
    await town.add(events=["*"])
    await town.tell()
    await town.say("anna")
    secret = "a word between colleagues"
    at = town.clock()
    data = {"episode": "e", "operator": 3, "note": secret}
    await town.happens(
        "anna",
        Event(name="handoff.accepted", created_at=at, data=data),
        Event(name="handoff.noted", created_at=at, data={"text": secret}),
        Event(name="goal", created_at=at, data={"name": "ordered"}),
        Event(name="asked", created_at=at),
    )
    await town.tell()
    assert [one.body["event"] for one in town.sender.calls] == [
        "conversation.created",
        "message.received",
        "message.sent",
        "conversation.assigned",
        "handoff.accepted",
        "goal",
    ]
    assert secret not in repr(town.sender.calls)
    assigned = town.sender.calls[3].body["data"]
    assert assigned["operator"] == {"id": 3, "name": ""}


async def test_of_an_erased_customer_nothing_more_is_told(town: Town) -> None:
    await town.add("bad")
    town.sender.answers[BAD] = lambda call: SILENT
    await town.tell()
    await town.say("anna")
    await town.say("boris")
    await town.tell()
    await town.stores.persons.erase(1, "telegram", "anna")
    town.sender.answers[BAD] = lambda call: TAKEN
    before = len(town.sender.calls)
    await town.later(seconds=60, step=1)
    assert {call.chat for call in town.sender.calls[before:]} == {2}


async def test_the_names_are_those_of_the_documents(town: Town) -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    found = set(re.findall(r"`(handoff\.[a-z_]+)`", page.split("### Hand-offs")[1]))
    assert found - {"handoff.noted"} == HANDOFFS
    told = (ROOT / "docs" / "webhooks.md").read_text() + page
    assert [name for name in KNOWN if f"`{name}`" not in told] == []


# ---------------------------------------------------------------- those that fail


async def test_a_dead_endpoint_is_tried_ever_later_and_loses_nothing(town: Town) -> None:
    dead = await town.add("bad")
    town.sender.answers[BAD] = lambda call: SILENT
    await town.tell()
    await town.say("anna", 5)
    await town.later(seconds=3 * 3600, step=60)
    failing = await state(town, dead)
    assert 6 <= failing.tries <= 14
    assert failing.failing_since is not None
    assert failing.error == "no answer in time"
    town.sender.answers[BAD] = lambda call: TAKEN
    before = len(town.sender.calls)
    await town.later(seconds=3700, step=60)
    assert lines(town.sender.calls[before:]) == {1: [*range(1, 11)]}
    well = await state(town, dead)
    assert (well.tries, well.retry_at, well.error) == (0, None, "")
    assert well.cursor == await town.stores.feed.latest()


async def test_a_dead_and_a_slow_endpoint_delay_no_other(town: Town) -> None:
    hanging = asyncio.Event()
    await town.add("bad")
    await town.add("slow")
    await town.add("good")
    town.sender.answers[BAD] = lambda call: SILENT
    town.sender.answers["https://slow.example.com/"] = lambda call: hanging
    for number in range(30):
        await town.say(f"visitor-{number}")
    await town.couriers.look()
    await town.sender.called(60, GOOD)
    assert len(town.sender.of("https://slow.example.com/")) == AT_ONCE
    hanging.set()
    await town.couriers.settled()
    assert len(town.sender.of("https://slow.example.com/")) == 60


async def test_many_slow_endpoints_take_no_place_of_a_quick_one(town: Town) -> None:
    hanging = asyncio.Event()
    slow = {f"https://slow-{number}.example.com/" for number in range(MOST - 1)}
    for number in range(MOST - 1):
        await town.add(f"slow-{number}")
    for url in slow:
        town.sender.answers[url] = lambda call: SILENT
    await town.say("anna")
    await town.tell()
    # Each of them is known to be slow by now, and hangs.
    for url in slow:
        town.sender.answers[url] = lambda call: hanging
    await town.add("good")
    for number in range(20):
        await town.say(f"visitor-{number}")
    town.clock.move(seconds=5)
    await town.couriers.look()
    await town.sender.called(40, GOOD)
    hanging.set()
    await town.couriers.settled()


async def test_an_event_that_is_refused_is_set_aside_and_others_go_on(town: Town) -> None:
    picky = await town.add("bad")
    await town.tell()

    def answers(call: Call) -> Answered:
        return refused(400) if call.chat == 1 and call.seq == 1 else TAKEN

    town.sender.answers[BAD] = answers
    await town.say("anna", 2)
    for number in range(5):
        await town.say(f"visitor-{number}")
    await town.tell()
    # Others are told at once; what follows in the same chat waits for the one that is refused.
    assert lines(town.sender.calls) == {1: [1]} | {chat: [1, 2] for chat in range(2, 7)}
    for _ in range(10):
        await town.say("visitor-0")
        await town.tell(seconds=30)
    await town.later(seconds=600, step=30)
    assert lines(town.sender.calls)[1] == [1, 2, 3, 4]
    assert (await town.webhooks.health(1))[picky.id].aside == 1
    assert (await state(town, picky)).cursor == await town.stores.feed.latest()
    town.sender.answers[BAD] = lambda call: TAKEN
    await town.later(seconds=3700, step=60)
    assert await town.webhooks.health(1) == {}


async def test_what_is_refused_for_three_days_is_given_up_and_kept(town: Town) -> None:
    picky = await town.add("bad")
    await town.tell()
    town.sender.answers[BAD] = lambda call: refused(422) if call.chat == 1 else TAKEN
    await town.say("anna")
    await town.say("boris")
    for _ in range(20):
        await town.tell(seconds=30)
        await town.say("boris")
    hours = int(GIVEN_UP.total_seconds() / 3600) + 3
    await town.later(seconds=hours * 3600, step=1800)
    health = (await town.webhooks.health(1))[picky.id]
    assert (health.aside, health.dead) == (0, 2)
    assert (await state(town, picky)).state == "active"
    assert await town.webhooks.troubles(1) == {BAD: ("", 2)}
    town.sender.answers[BAD] = lambda call: TAKEN
    assert await town.webhooks.redeliver(1, picky.id) == 2
    before = len(town.sender.calls)
    await town.tell(seconds=1)
    assert sorted(call.seq for call in town.sender.calls[before:]) == [1, 2]
    assert await town.webhooks.health(1) == {}


async def test_whoever_takes_nothing_for_three_days_is_switched_off_and_keeps_its_place(
    town: Town,
) -> None:
    dead = await town.add("bad")
    town.sender.answers[BAD] = lambda call: SILENT
    await town.tell()
    await town.say("anna", 3)
    hours = int(GIVEN_UP.total_seconds() / 3600) + 3
    await town.later(seconds=hours * 3600, step=1800)
    off = await state(town, dead)
    assert (off.state, off.why) == ("disabled", "silent")
    assert await town.webhooks.troubles(1) == {BAD: ("silent", 0)}
    before = len(town.sender.calls)
    assert 72 <= before <= 90
    await town.later(seconds=7200, step=1800)
    assert len(town.sender.calls) == before
    town.sender.answers[BAD] = lambda call: TAKEN
    await town.webhooks.resume(1, dead.id)
    await town.tell(seconds=1)
    assert lines(town.sender.calls[before:]) == {1: [1, 2, 3, 4, 5, 6]}


@pytest.mark.parametrize("answer", [SILENT, refused(500), refused(404)])
async def test_an_outage_of_an_hour_changes_no_order(town: Town, answer: Answered) -> None:
    await town.add("bad")
    await town.tell()
    for number in range(10):
        await town.say(f"visitor-{number}", 2)
    await town.tell()
    town.sender.answers[BAD] = lambda call: answer
    for _ in range(60):
        for number in range(10):
            await town.say(f"visitor-{number}")
        await town.tell(seconds=60)
    assert await town.webhooks.health(1) == {}
    town.sender.answers[BAD] = lambda call: TAKEN
    before = len(town.sender.calls)
    await town.later(seconds=3700, step=60)
    assert lines(town.sender.calls[before:]) == {chat: [*range(5, 125)] for chat in range(1, 11)}


async def test_an_event_that_breaks_an_endpoint_is_no_longer_than_its_own_chat(
    town: Town,
) -> None:
    frail = await town.add("bad")
    await town.tell()
    breaks: list[Call] = []

    def answers(call: Call) -> Answered:
        if (call.chat, call.seq) != (1, 1):
            return TAKEN
        breaks.append(call)
        return refused(500)

    town.sender.answers[BAD] = answers
    await town.say("anna", 2)
    for _ in range(25):
        await town.say("boris")
        await town.tell(seconds=24)
    # It is tried at its own pace, whatever passes meanwhile; nothing of its chat goes before it.
    assert len(breaks) <= 7
    assert lines(town.sender.calls) == {1: [1], 2: [*range(1, 51)]}
    await town.later(seconds=4 * 3600, step=600)
    await town.say("boris")
    await town.later(seconds=4 * 3600, step=600)
    assert lines(town.sender.calls)[1] == [1, 2, 3, 4]
    assert (await town.webhooks.health(1))[frail.id].aside == 1


async def test_gone_is_gone_at_once(town: Town) -> None:
    gone = await town.add("bad")
    town.sender.answers[BAD] = lambda call: refused(410)
    await town.tell()
    await town.say("anna", 10)
    await town.tell()
    assert ((await state(town, gone)).state, (await state(town, gone)).why) == ("disabled", "gone")
    before = len(town.sender.calls)
    await town.later(seconds=7200, step=600)
    assert len(town.sender.calls) == before == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_whoever_asks_us_to_wait_is_left_alone_exactly_so_long(
    town: Town, status: int
) -> None:
    await town.add("bad")
    town.sender.answers[BAD] = lambda call: refused(status, retry_after=90.0)
    await town.tell()
    for number in range(20):
        await town.say(f"visitor-{number}")
    await town.tell()
    asked = len(town.sender.calls)
    assert asked <= AT_ONCE
    town.sender.answers[BAD] = lambda call: TAKEN
    await town.later(seconds=89, step=1)
    assert len(town.sender.calls) == asked
    await town.tell(seconds=1)
    assert len({call.id for call in town.sender.calls}) == 40


async def test_a_redirect_is_a_failure_like_others(town: Town) -> None:
    await town.add("bad")
    town.sender.answers[BAD] = lambda call: refused(302)
    await town.tell()
    await town.say("anna")
    await town.tell()
    town.sender.answers[BAD] = lambda call: TAKEN
    await town.later(seconds=10, step=1)
    assert lines(town.sender.calls)[1] == [1, 2]


async def test_an_endpoint_that_fails_is_called_once_at_a_time(town: Town) -> None:
    await town.add("bad")
    town.sender.answers[BAD] = lambda call: SILENT
    await town.tell()
    for number in range(100):
        await town.say(f"visitor-{number}")
    await town.tell()
    assert town.sender.most <= AT_ONCE
    first = len(town.sender.calls)
    await town.later(seconds=600, step=1)
    assert len(town.sender.calls) - first <= 6


async def test_whoever_refuses_half_of_all_is_told_the_other_half(town: Town) -> None:
    picky = await town.add("bad", events=["message.received"])
    await town.tell()
    town.sender.answers[BAD] = lambda call: TAKEN if call.chat % 2 else refused(400)
    chats = 4 * WIDTH
    for number in range(chats):
        await town.say(f"visitor-{number}", 1 + number % 3)
    await town.later(seconds=1800, step=5)
    assert {call.chat for call in town.sender.calls} == {*range(1, chats + 1)}
    assert (await town.webhooks.health(1))[picky.id].aside > chats / 2 - WIDTH
    town.sender.answers[BAD] = lambda call: TAKEN
    await town.later(seconds=2 * 3700, step=60)
    assert await town.webhooks.health(1) == {}
    assert (await state(town, picky)).cursor == await town.stores.feed.latest()


# ---------------------------------------------------------------- what is measured


async def test_what_came_of_calls_is_counted_with_how_long_it_took(town: Town) -> None:
    await town.add("bad")
    await town.tell()
    answers = [SILENT, refused(500), refused(429), refused(400)]
    town.sender.answers[BAD] = lambda call: answers.pop(0) if answers else TAKEN
    await town.say("anna")
    await town.later(seconds=120, step=1)
    counted = town.counted
    assert counted.outcomes == ["silent", "failed", "busy", "refused", "taken", "taken"]
    assert len(counted.waits) == 2
    assert all(10 < waited <= 120 for waited in counted.waits)
    assert counted.lost == []


async def test_how_long_the_first_event_waits_is_known_while_it_fails_and_after_a_kill(
    town: Town,
) -> None:
    await town.add("good")
    await town.add("bad")
    await town.tell()
    town.sender.answers[BAD] = lambda call: SILENT
    assert town.couriers.oldest() == {}
    await town.say("anna")
    began = town.clock()
    await town.later(seconds=1200, step=60)
    assert abs(town.couriers.oldest()[1] - began) < timedelta(seconds=1)
    await town.killed()
    # It is not called before it is due, and what waits for it is not read either.
    await town.tell()
    assert abs(town.couriers.oldest()[1] - began) < timedelta(seconds=100)
    town.sender.answers[BAD] = lambda call: TAKEN
    await town.later(seconds=3700, step=60)
    assert town.couriers.oldest() == {}


async def test_what_was_set_aside_waits_and_what_was_given_up_is_counted(town: Town) -> None:
    await town.add("bad")
    await town.tell()
    town.sender.answers[BAD] = lambda call: refused(422) if call.chat == 1 else TAKEN
    await town.say("anna")
    began = town.clock()
    for _ in range(20):
        await town.tell(seconds=30)
        await town.say("boris")
    assert abs(town.couriers.oldest()[1] - began) < timedelta(seconds=1)
    hours = int(GIVEN_UP.total_seconds() / 3600) + 3
    await town.later(seconds=hours * 3600, step=1800)
    assert town.couriers.oldest() == {}
    assert town.counted.lost == ["event", "event"]
    town.sender.answers[BAD] = lambda call: refused(410)
    await town.say("boris")
    await town.tell()
    assert town.counted.outcomes[-1] == "gone"
    assert town.counted.lost == ["event", "event", "address"]


# ---------------------------------------------------------------- crashes and owners


async def test_all_of_it_holds_on_postgresql(postgres: str) -> None:
    town = Town(postgres)
    await town.open()
    await town.found()
    try:
        await town.add()
        picky = await town.add("bad")
        await town.tell()
        town.sender.answers[BAD] = lambda call: refused(400) if call.chat == 1 else TAKEN
        for number in range(20):
            await town.say(f"visitor-{number}", 2)
        await town.couriers.look()
        await town.sender.called(30)
        await town.killed()
        for _ in range(20):
            await town.say("visitor-3")
            await town.tell(seconds=30)
        good = lines(town.sender.of(GOOD))
        assert {chat: len(seqs) for chat, seqs in good.items() if chat != 4} == {
            chat: 4 for chat in range(1, 21) if chat != 4
        }
        assert good[4] == [*range(1, 45)]
        assert (await town.webhooks.health(1))[picky.id].aside == 4
        town.sender.answers[BAD] = lambda call: refused(410)
        await town.later(seconds=4000, step=400)
        assert await town.webhooks.troubles(1) == {BAD: ("gone", 0)}
        await town.webhooks.remove(1, picky.id)
        assert await town.webhooks.health(1) == {}
    finally:
        await town.close()


async def test_after_a_kill_what_was_not_noted_is_told_again_and_nothing_is_missed(
    town: Town,
) -> None:
    await town.add()
    await town.tell()
    for number in range(50):
        await town.say(f"visitor-{number}", 2)

    def takes_its_time(call: Call) -> Answered:
        town.clock.move(milliseconds=100)
        return TAKEN

    # So that progress is noted now and then.
    town.sender.answers[GOOD] = takes_its_time
    await town.couriers.look()
    await town.sender.called(30)
    await town.killed()
    await town.tell()
    told: dict[str, int] = {}
    for call in town.sender.calls:
        told[call.id] = told.get(call.id, 0) + 1
    assert len(told) == 200
    assert max(told.values()) == 2
    assert all(seqs == [1, 2, 3, 4] for seqs in lines(town.sender.calls).values())


async def test_how_it_fares_outlives_a_kill(town: Town) -> None:
    dead = await town.add("bad")
    town.sender.answers[BAD] = lambda call: SILENT
    await town.tell()
    await town.say("anna")
    await town.later(seconds=3600, step=60)
    before, calls = await state(town, dead), len(town.sender.calls)
    await town.killed()
    await town.tell(seconds=1)
    assert len(town.sender.calls) == calls
    assert await state(town, dead) == before


async def test_paused_it_keeps_its_place_or_skips_what_came_meanwhile(town: Town) -> None:
    one = await town.add()
    await town.tell()
    await town.webhooks.pause(1, one.id)
    await town.say("anna")
    await town.tell()
    assert town.sender.calls == []
    await town.webhooks.resume(1, one.id)
    await town.tell()
    assert lines(town.sender.calls) == {1: [1, 2]}
    await town.webhooks.pause(1, one.id)
    await town.say("anna")
    await town.webhooks.resume(1, one.id, skip=True)
    await town.say("anna")
    await town.tell()
    assert lines(town.sender.calls) == {1: [1, 2, 5, 6]}


async def test_a_removed_endpoint_is_told_nothing_more(town: Town) -> None:
    one = await town.add()
    hanging = asyncio.Event()
    town.sender.answers[GOOD] = lambda call: hanging
    await town.tell()
    await town.say("anna", 5)
    await town.couriers.look()
    await town.sender.called(1)
    await town.webhooks.remove(1, one.id)
    await town.tell()
    assert len(town.sender.calls) == 1
    with pytest.raises(NotFound):
        await town.webhooks.remove(1, one.id)


async def test_both_secrets_sign_for_a_day_after_a_change(town: Town) -> None:
    kept = await town.webhooks.add(1, url=GOOD, events=["*"], secret="the first secret")
    await town.tell()
    new = await town.webhooks.rotate(1, kept.endpoint.id)
    assert new.secret.startswith("whsec_")
    await town.say("anna")
    await town.tell()
    assert {call.secrets for call in town.sender.calls} == {(new.secret, "the first secret")}
    town.clock.move(seconds=OVERLAP.total_seconds() + 1)
    await town.say("anna")
    await town.tell()
    assert town.sender.calls[-1].secrets == (new.secret,)


async def test_a_change_of_address_holds_for_what_failed_before(town: Town) -> None:
    one = await town.add("bad")
    town.sender.answers[BAD] = lambda call: SILENT
    await town.tell()
    await town.say("anna", 3)
    await town.later(seconds=3600, step=60)
    await town.webhooks.change(1, one.id, url=GOOD)
    await town.tell(seconds=1)
    assert lines(town.sender.of(GOOD)) == {1: [1, 2, 3, 4, 5, 6]}


async def test_a_test_is_sent_at_once_and_stands_in_the_log(town: Town) -> None:
    one = await town.add()
    await town.webhooks.pause(1, one.id)
    attempt = await town.webhooks.test(1, one.id)
    assert (attempt.status, town.sender.calls[0].body["event"]) == (200, "webhook.test")
    await town.webhooks.resume(1, one.id)
    await town.say("anna")
    await town.tell()
    log = await town.webhooks.log(1, one.id)
    assert [entry.event for entry in log] == ["message.sent", "message.received", "webhook.test"]
    with pytest.raises(NotFound):
        await town.webhooks.log(2, one.id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://plain.example.com/"}, "url"),
        ({"url": "https://long.example.com/" + "x" * 3000}, "url"),
        ({"events": []}, "events"),
        ({"events": ["message.recieved"]}, "events"),
        ({"events": ["handoff.noted"]}, "events"),
        ({"secret": "short"}, "secret"),
        ({"secret": "two\nlines of it"}, "secret"),
        ({"secret": "whsec_not Base64 at all"}, "secret"),
        ({"name": "x" * 201}, "name"),
    ],
)
async def test_what_cannot_be_taken_is_named(town: Town, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        await town.webhooks.add(1, **({"url": GOOD, "events": ["*"]} | given))
    assert wrong.value.field == field
    assert await town.webhooks.all(1) == []


async def test_a_workspace_has_so_many_and_sees_its_own_alone(town: Town) -> None:
    for number in range(MOST):
        await town.add(f"one-{number}")
    with pytest.raises(Conflict):
        await town.add("more")
    other = await town.webhooks.add(2, url=GOOD, events=["*"])
    await town.say("anna")
    await town.tell()
    assert town.sender.of(GOOD) == []
    with pytest.raises(NotFound):
        await town.webhooks.rotate(1, other.endpoint.id)
    assert (await town.webhooks.one(2, other.endpoint.id)).secrets == other.endpoint.secrets


async def test_following_tells_and_ends_with_what_is_under_way(town: Town) -> None:
    await town.add()
    following = asyncio.create_task(town.couriers.follow())
    await town.say("anna")
    await town.sender.called(2)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    (endpoint,) = await town.webhooks.all(1)
    assert endpoint.cursor == await town.stores.feed.latest()
