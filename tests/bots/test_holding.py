"""Messages that may not go out before the customer writes again: kept, in order, for a week."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import pytest

from bots.errors import WindowClosed
from bots.holding import LONGEST
from bots.model.conversation import Opening
from bots.model.episode import Asked
from bots.model.message import Reply
from bots.pacing import MOST, Pacing
from bots.ports import Pace
from flows.turn import GivenBack
from tests.bots.clockwork import Clockwork, others_go_on
from tests.bots.rig import Rig, address_of
from tests.bots.test_outbox import ANNA as SHOP_ANNA
from tests.bots.test_outbox import BORIS, ScriptedChannel, row
from tests.bots.test_outbox import Rig as Sending

ANNA = address_of("anna")
DAY = 24 * 3600.0


@pytest.fixture
async def rig(rig: Rig) -> Rig:
    rig.messenger.window = timedelta(days=1)
    await rig.hears("anna", "/start")
    await rig.passes(DAY + 60)
    assert rig.messenger.texts("anna") == ["0:start", "still 0"]
    rig.messenger.taken.clear()
    return rig


async def says(rig: Rig, text: str, author: Literal["bot", "api"] = "api") -> str:
    """The id of what is said."""
    id = rig.new_id()
    await rig.inbox.say(ANNA, Reply(message_id=id, text=text, author=author))
    await rig.quiet()
    return id


async def status_of(rig: Rig, id: str) -> str:
    return (await rig.outbox.delivery(id, patience=0)).status


async def events(rig: Rig) -> list[str]:
    conversation = await rig.conversation("anna")
    async with rig.stores.base.reader.connect() as connection:
        found = await connection.exec_driver_sql(
            "SELECT name FROM events WHERE conversation_id = ?", (conversation.id,)
        )
        return [name for (name,) in found if name.startswith("message.")]


async def test_what_is_said_too_late_waits_until_the_customer_writes(rig: Rig) -> None:
    first, second = await says(rig, "one|and more"), await says(rig, "two")
    assert rig.messenger.texts("anna") == []
    assert (await status_of(rig, first), await status_of(rig, second)) == ("held", "held")
    assert await events(rig) == ["message.held", "message.held"]
    assert rig.meter.deliveries[-3:] == ["held"] * 3
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["one", "and more", "two", "1:a"]
    assert await status_of(rig, first) == "sent"
    await says(rig, "three")
    assert rig.messenger.texts("anna")[-1] == "three"


async def test_what_is_held_is_held_after_a_restart(rig: Rig) -> None:
    await says(rig, "one")
    await rig.restart()
    await rig.quiet()
    assert rig.messenger.texts("anna") == []
    assert rig.outbox.held == 1
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["one", "1:a"]
    assert await events(rig) == ["message.held"]


@pytest.mark.parametrize("point", ["after commit", "before begin", "after begin", "before send"])
async def test_a_crash_while_it_is_let_go_loses_nothing_and_keeps_the_order(
    rig: Rig, point: str
) -> None:
    await says(rig, "one")
    rig.life.doom = point
    await rig.inbox.accept([rig.message("anna", "a")])
    await rig.quiet()
    await rig.restart()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["one", "1:a"]


async def test_what_the_bot_said_before_a_person_took_over_is_never_let_go(rig: Rig) -> None:
    held = await says(rig, "one", author="bot")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    await rig.inbox.give_back(ANNA, GivenBack())
    await rig.quiet()
    await rig.hears("anna", "a")
    assert "one" not in rig.messenger.texts("anna")
    assert await status_of(rig, held) == "failed"


async def test_a_chat_that_never_wrote_has_no_window(rig: Rig) -> None:
    boris = address_of("boris")
    opening = Opening(platform="telegram", user_id="boris")
    reply = Reply(message_id=rig.new_id(), text="hello", author="api")
    await rig.inbox.say(boris, reply, opening=opening)
    await rig.quiet()
    assert rig.messenger.texts("boris") == []
    await rig.hears("boris", "/start")
    assert rig.messenger.texts("boris") == ["hello", "0:start"]


async def test_after_a_week_it_is_given_up_with_words(rig: Rig) -> None:
    held = await says(rig, "one")
    await rig.passes(LONGEST.total_seconds())
    await rig.outbox.give_up_old()
    assert await status_of(rig, held) == "held"
    await rig.passes(1)
    await rig.outbox.give_up_old()
    delivery = await rig.outbox.delivery(held, patience=0)
    assert delivery.status == "failed"
    assert "7 days" in (delivery.error or "")
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["1:a"]


async def test_the_messenger_knows_better_when_the_window_closed(rig: Rig) -> None:
    await rig.hears("anna", "a")
    await rig.passes(10)
    rig.messenger.script["anna"].append(WindowClosed("re-engagement message"))
    first, second = await says(rig, "one"), await says(rig, "two")
    # What comes behind it is held too: in order is the promise.
    assert (await status_of(rig, first), await status_of(rig, second)) == ("held", "held")
    await rig.restart()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["1:a"]
    await rig.hears("anna", "b")
    assert rig.messenger.texts("anna") == ["1:a", "one", "two", "2:b"]


async def test_what_a_messenger_brings_a_day_late_opens_no_window(rig: Rig) -> None:
    await says(rig, "one")
    late = rig.message("anna", "a")
    await rig.inbox.accept([replace(late, timestamp=rig.hands.now() - timedelta(days=2))])
    await rig.quiet()
    assert rig.messenger.texts("anna") == []
    assert rig.outbox.held == 2
    assert len(await events(rig)) == 2
    await rig.hears("anna", "b")
    assert rig.messenger.texts("anna") == ["one", "1:a", "2:b"]


async def test_a_clock_of_a_messenger_that_is_ahead_opens_it_no_longer(rig: Rig) -> None:
    ahead = replace(rig.message("anna", "a"), timestamp=rig.hands.now() + timedelta(days=9))
    await rig.inbox.accept([ahead])
    await rig.quiet()
    assert (await rig.conversation("anna")).heard_at == rig.hands.now()


async def test_a_chat_is_heard_of_by_its_customer_alone(rig: Rig) -> None:
    before = (await rig.conversation("anna")).heard_at
    await rig.inbox.accept([rig.message("anna", "", happening="unblocked")])
    await rig.quiet()
    assert (await rig.conversation("anna")).heard_at == before
    await rig.inbox.accept([rig.message("anna", "x", happening="edited")])
    await rig.quiet()
    assert (await rig.conversation("anna")).heard_at == rig.hands.now()


# ---------------------------------------------------------------- the outbox alone


class Windowed(ScriptedChannel):
    window = timedelta(hours=24)


async def test_templates_go_past_what_is_held() -> None:
    channel = Windowed()
    rig = Sending(channel)
    template = replace(row("t"), payload={"template": True})
    rig.outbox.take([row("a"), template, row("b")])
    await rig.finished(BORIS)
    await others_go_on()
    assert channel.taken == ["t"]
    assert sorted(rig.rows.holds) == ["a:0", "b:0"]
    rig.outbox.heard(SHOP_ANNA, rig.clock.now())
    await rig.finished(SHOP_ANNA)
    assert channel.taken == ["t", "a", "b"]


async def test_who_writes_while_we_look_is_answered() -> None:
    channel = Windowed()
    rig = Sending(channel)
    looking, go_on = asyncio.Event(), asyncio.Event()

    async def heard_at(conversation: int) -> None:
        looking.set()
        await go_on.wait()

    rig.rows.heard_at = heard_at  # type: ignore[method-assign]
    rig.outbox.take([row("a")])
    await looking.wait()
    rig.outbox.heard(SHOP_ANNA, rig.clock.now())
    go_on.set()
    await rig.finished(SHOP_ANNA)
    assert channel.taken == ["a"]


class Paced(ScriptedChannel):
    pace = Pace(burst=3, seconds=6)


async def test_a_chat_is_written_to_in_a_burst_and_then_one_by_one() -> None:
    channel = Paced()
    rig = Sending(channel)
    rig.outbox.take([row(str(number)) for number in range(6)])
    rig.outbox.take([row("x", BORIS)])
    await rig.finished(SHOP_ANNA, BORIS)
    assert sorted(channel.taken[:4]) == ["0", "1", "2", "x"]
    assert rig.clock.slept == [6, 6, 6]
    rig.clock.time += timedelta(seconds=18)
    rig.outbox.take([row(f"b{number}") for number in range(4)])
    await rig.finished(SHOP_ANNA)
    assert rig.clock.slept == [6, 6, 6, 6]


async def test_nobody_waits_longer_for_a_clock_that_is_set_back() -> None:
    clock = Clockwork()
    pacing, pace = Pacing(clock.now), Pace(burst=2, seconds=6)
    assert [pacing.turn(SHOP_ANNA, pace) for _ in range(3)] == [0, 0, 6]
    clock.time -= timedelta(hours=1)
    assert pacing.turn(SHOP_ANNA, pace) == 6


async def test_no_more_chats_are_remembered_than_there_is_room_for() -> None:
    clock = Clockwork()
    pacing, pace = Pacing(clock.now), Pace(burst=1, seconds=6)
    for number in range(MOST + 10):
        pacing.turn(SHOP_ANNA._replace(chat_id=str(number)), pace)
    assert len(pacing._full) == MOST
    assert pacing.turn(SHOP_ANNA._replace(chat_id=str(MOST)), pace) == 6


async def test_what_is_let_go_while_a_later_message_is_looked_at_goes_before_it() -> None:
    channel = Windowed()
    rig = Sending(channel)
    rig.outbox.take([row("a", seq=1)])
    await rig.finished(BORIS)
    await others_go_on()
    assert rig.outbox.held == 1
    looking, go_on = asyncio.Event(), asyncio.Event()

    async def heard_at(conversation: int) -> datetime:
        looking.set()
        await go_on.wait()
        return rig.clock.now()

    rig.rows.heard_at = heard_at  # type: ignore[method-assign]
    rig.outbox.take([row("b", seq=2), row("c", seq=3)])
    await looking.wait()
    rig.outbox.heard(SHOP_ANNA, rig.clock.now())
    go_on.set()
    await rig.finished(SHOP_ANNA)
    assert channel.taken == ["a", "b", "c"]


async def test_what_is_let_go_while_it_is_being_put_down_keeps_its_place() -> None:
    channel = Windowed()
    rig = Sending(channel)
    putting, go_on = asyncio.Event(), asyncio.Event()

    async def held(key: str, since: datetime, error: str) -> bool:
        putting.set()
        await go_on.wait()
        return True

    rig.rows.held = held  # type: ignore[method-assign]
    rig.outbox.take([row("a", seq=1), row("b", seq=2)])
    await putting.wait()
    rig.rows.heard = rig.clock.now()
    rig.outbox.heard(SHOP_ANNA, rig.clock.now())
    go_on.set()
    await rig.finished(SHOP_ANNA)
    assert channel.taken == ["a", "b"]


async def test_a_chat_goes_on_where_the_store_cannot_be_read() -> None:
    channel = Windowed()
    rig = Sending(channel)
    failures = [RuntimeError("disk I/O error")]

    async def heard_at(conversation: int) -> datetime:
        if failures:
            raise failures.pop()
        return rig.clock.now()

    rig.rows.heard_at = heard_at  # type: ignore[method-assign]
    rig.outbox.take([row("a"), row("b")])
    await rig.finished(SHOP_ANNA)
    assert channel.taken == ["a", "b"]


async def test_who_writes_while_the_clock_is_behind_is_heard(rig: Rig) -> None:
    await rig.hears("anna", "a")
    rig.messenger.script["anna"].append(WindowClosed("re-engagement message"))
    await says(rig, "one")
    assert rig.outbox.held == 1
    # The messenger's clock, or ours, was ahead when it told of the last message.
    earlier = replace(rig.message("anna", "b"), timestamp=rig.hands.now() - timedelta(minutes=5))
    await rig.inbox.accept([earlier])
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["1:a", "one", "2:b"]
