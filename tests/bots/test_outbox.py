"""Sending: in order, again after a failure, loudly given up, never twice where it must not be."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
    WindowClosed,
)
from bots.model.message import Address, Reply
from bots.model.turn import Outgoing
from bots.outbox import ABSENT_PAUSE, UNCONFIRMED, UNKNOWN, Outbox
from bots.ports import Channel, Received, Webhook
from tests.bots.clockwork import Clockwork, NoMeter, OutboxRows, others_go_on

ANNA = Address(1, "shop", "telegram:1", "anna")
BORIS = Address(1, "shop", "telegram:1", "boris")
VERA = Address(1, "shop", "telegram:1", "vera")


class ScriptedChannel(Channel):
    """A messenger that fails as it is told, by the chat's id, and remembers what it took."""

    name = "telegram:1"
    platform = "telegram"

    def __init__(self, **script: list[Exception]) -> None:
        self.script = script
        self.taken: list[str] = []

    async def receive(self, webhook: Webhook) -> Received:
        return Received()

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def send(self, row: Outgoing) -> str:
        await asyncio.sleep(0)
        failures = self.script.get(row.address.chat_id)
        if failures:
            raise failures.pop(0)
        self.taken.append(row.message_id)
        return f"p-{row.message_id}"

    async def typing(self, address: Address) -> None:
        pass


class Rig:
    def __init__(self, channel: ScriptedChannel, rows: Sequence[Outgoing] = ()) -> None:
        self.clock = Clockwork()
        self.rows = OutboxRows(rows)
        self.meter = NoMeter()
        self.gone: list[Address] = []
        self.states: list[tuple[str, str | None]] = []
        self.channels: dict[str, Channel] = {channel.name: channel}
        self.outbox = Outbox(
            store=self.rows,
            channels=self.channels,
            unreachable=self.gone.append,
            meter=self.meter,
            clock=self.clock.now,
            sleep=self.clock.sleep,
            state=lambda channel, why: self.states.append((channel, why)),
        )

    async def finished(self, *addresses: Address) -> None:
        for _ in range(1000):
            if all(map(self.outbox.idle, addresses)):
                return
            await asyncio.sleep(0)
        raise AssertionError("something is still on its way")


def row(message_id: str, address: Address = ANNA, *, seq: int = 1, **fields: Any) -> Outgoing:
    return Outgoing(
        key=f"{message_id}:0",
        conversation_id=1,
        address=address,
        seq=seq,
        part=0,
        epoch=0,
        payload={},
        message_id=message_id,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        **fields,
    )


async def test_messages_of_a_chat_leave_in_order() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel)
    rig.outbox.take([row("a"), row("b")])
    rig.outbox.take([row("c")])
    await rig.finished(ANNA)
    assert channel.taken == ["a", "b", "c"]
    assert rig.rows.done == {"a:0": "p-a", "b:0": "p-b", "c:0": "p-c"}


async def test_a_transient_failure_is_tried_again_and_holds_back_only_its_own_chat() -> None:
    channel = ScriptedChannel(anna=[ChannelDown("no route"), ChannelDown("no route")])
    rig = Rig(channel)
    rig.outbox.take([row("a"), row("b")])
    rig.outbox.take([row("x", BORIS)])
    await rig.finished(ANNA, BORIS)
    assert channel.taken == ["x", "a", "b"]
    assert rig.clock.slept == [1, 5]


async def test_who_asks_is_told_once_that_a_channel_is_down_and_once_that_it_is_back() -> None:
    channel = ScriptedChannel(anna=[ChannelDown("no route"), ChannelDown("no route")])
    rig = Rig(channel)
    rig.outbox.take([row("a"), row("b")])
    await rig.finished(ANNA)
    assert rig.states == [("telegram:1", "no route"), ("telegram:1", None)]


async def test_after_the_sixth_failure_a_message_is_given_up_and_the_next_one_goes() -> None:
    channel = ScriptedChannel(anna=[ChannelDown("down")] * 6)
    rig = Rig(channel)
    rig.outbox.take([row("a"), row("b")])
    await rig.finished(ANNA)
    assert rig.clock.slept == [1, 5, 30, 120, 600]
    assert rig.rows.errors == {"a:0": "down"}
    assert channel.taken == ["b"]


async def test_a_throttled_chat_waits_exactly_as_long_as_it_is_told() -> None:
    channel = ScriptedChannel(anna=[ChannelBusy(17)])
    rig = Rig(channel)
    rig.outbox.take([row("a")])
    rig.outbox.take([row("x", BORIS)])
    await rig.finished(ANNA, BORIS)
    assert rig.clock.slept == [17]
    assert channel.taken == ["x", "a"]


@pytest.mark.parametrize(
    "failure", [ChannelDown("no route"), ChannelBusy(17), ChannelUnauthorised("no")]
)
async def test_nobody_waits_longer_for_a_clock_that_is_set_back_meanwhile(
    failure: Exception,
) -> None:
    channel = ScriptedChannel(anna=[failure])
    rig = Rig(channel)
    rig.clock.held.clear()
    rig.outbox.take([row("a")])
    await others_go_on()
    assert len(rig.clock.slept) == 1
    rig.clock.time -= timedelta(hours=1)
    rig.clock.held.set()
    await rig.finished(ANNA)
    assert channel.taken == ["a"]
    assert sum(rig.clock.slept) <= 120


async def test_when_a_second_chat_is_throttled_the_whole_bot_waits() -> None:
    channel = ScriptedChannel(anna=[ChannelBusy(30)], boris=[ChannelBusy(20)])
    rig = Rig(channel)
    rig.clock.held.clear()
    rig.outbox.take([row("a")])
    rig.outbox.take([row("x", BORIS)])
    await others_go_on()
    rig.outbox.take([row("v", VERA)])
    await others_go_on()
    assert (channel.taken, rig.clock.slept) == ([], [30, 20, 20])
    rig.clock.held.set()
    await rig.finished(ANNA, BORIS, VERA)
    assert sorted(channel.taken) == ["a", "v", "x"]


async def test_a_customer_who_blocked_us_is_marked() -> None:
    channel = ScriptedChannel(anna=[Unreachable("bot was blocked by the user")])
    rig = Rig(channel)
    rig.outbox.take([row("a")])
    await rig.finished(ANNA)
    assert rig.gone == [ANNA]
    assert rig.rows.errors == {"a:0": "bot was blocked by the user"}


async def test_a_rejected_message_does_not_stop_the_next() -> None:
    channel = ScriptedChannel(anna=[Rejected("message is too long")])
    rig = Rig(channel)
    rig.outbox.take([row("a"), row("b")])
    await rig.finished(ANNA)
    assert channel.taken == ["b"]
    assert rig.meter.deliveries == ["failed", "sent"]


@pytest.mark.parametrize(
    ("failure", "outcome", "why"),
    [
        (ChannelBusy(3), "retried", "busy"),
        (ChannelUnauthorised("Unauthorized"), "retried", "refused"),
        (ChannelDown("502"), "retried", "down"),
        (WindowClosed("24 hours"), "held", "window"),
        (Unreachable("bot was blocked by the user"), "failed", "unreachable"),
        (Rejected("message is too long"), "failed", "rejected"),
        (TypeError("a bug in a library"), "retried", "bug"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_failure_is_counted_by_its_class(
    failure: Exception, outcome: str, why: str
) -> None:
    rig = Rig(ScriptedChannel(anna=[failure]))
    rig.outbox.take([row("a")])
    await others_go_on()
    assert (rig.meter.deliveries[0], rig.meter.reasons[0]) == (outcome, why)


async def test_a_refused_credential_keeps_the_message_for_better_days() -> None:
    channel = ScriptedChannel(anna=[ChannelUnauthorised("Unauthorized")])
    rig = Rig(channel)
    rig.outbox.take([row("a")])
    await rig.finished(ANNA)
    assert channel.taken == ["a"]
    assert sum(rig.clock.slept) >= 60


async def test_a_librarys_own_error_counts_as_transient() -> None:
    channel = ScriptedChannel(anna=[TypeError("a bug in a library")])
    rig = Rig(channel)
    rig.outbox.take([row("a")])
    await rig.finished(ANNA)
    assert channel.taken == ["a"]


async def test_a_message_of_an_earlier_owner_never_leaves() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel)
    rig.rows.stale.add("a:0")
    rig.outbox.take([row("a"), row("b")])
    await rig.finished(ANNA)
    assert channel.taken == ["b"]
    assert rig.meter.deliveries == ["dropped", "sent"]


async def test_a_call_whose_turn_was_written_though_we_were_not_told_goes_out_in_the_end() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel)
    begun = rig.clock.now()
    rig.rows.rows |= {
        one.key: one
        for one in (
            row("a", sending_at=begun),
            row("promo", BORIS, sending_at=begun, once=True),
            row("b", VERA, sending_at=begun + UNCONFIRMED),
        )
    }
    # A commit may still be under way, and the call be taken by whoever waits for it.
    await rig.clock.sleep(UNCONFIRMED.total_seconds() - 1)
    await rig.outbox.look()
    assert rig.outbox.queued == 0
    await rig.clock.sleep(1)
    await rig.outbox.look()
    await rig.finished(ANNA, BORIS)
    assert channel.taken == ["a"]
    assert rig.rows.errors == {"promo:0": UNKNOWN}


async def test_after_a_crash_what_was_being_sent_goes_out_again_but_not_what_may_go_only_once() -> (
    None
):
    sending = datetime(2026, 3, 2, tzinfo=UTC)
    channel = ScriptedChannel()
    rows = [
        row("a", sending_at=sending),
        row("promo", BORIS, sending_at=sending, once=True),
        row("b"),
    ]
    rig = Rig(channel, rows)
    await rig.outbox.start()
    await rig.finished(ANNA, BORIS)
    assert channel.taken == ["a", "b"]
    assert rig.rows.errors == {"promo:0": UNKNOWN}


async def test_what_may_go_only_once_is_tried_again_only_if_it_surely_did_not_go() -> None:
    channel = ScriptedChannel(anna=[ChannelDown("refused", sent=False), ChannelDown("time-out")])
    rig = Rig(channel)
    rig.outbox.take([row("promo", once=True), row("b")])
    await rig.finished(ANNA)
    assert channel.taken == ["b"]
    assert "may go only once" in rig.rows.errors["promo:0"]


async def test_a_clock_that_was_set_back_before_a_start_makes_nobody_wait_for_long() -> None:
    channel = ScriptedChannel()
    later = datetime(2026, 3, 5, tzinfo=UTC)
    rig = Rig(channel, [row("a", not_before=later)])
    await rig.outbox.start()
    await rig.finished(ANNA)
    assert channel.taken == ["a"]
    assert rig.clock.slept == [600]


class KnowingChannel(ScriptedChannel):
    """A messenger that knows for an hour what it has shown."""

    knows_again = timedelta(hours=1)


async def test_where_the_messenger_knows_it_again_what_may_go_only_once_is_sent_again() -> None:
    made = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    fresh = replace(row("fresh", sending_at=made, once=True), created_at=made)
    old = row("old", BORIS, sending_at=made, once=True)
    channel = KnowingChannel(anna=[ChannelDown("time-out"), ChannelDown("time-out")])
    rig = Rig(channel, [fresh, old])
    await rig.outbox.start()
    await rig.finished(ANNA, BORIS)
    assert channel.taken == ["fresh"]
    assert rig.rows.errors == {"old:0": UNKNOWN}
    assert rig.clock.slept == [1, 5]


async def test_it_is_sent_again_no_longer_than_the_messenger_knows_it() -> None:
    made = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
    channel = KnowingChannel(anna=[ChannelDown("time-out")] * 3)
    rig = Rig(channel)
    rig.outbox.take([replace(row("promo", once=True), created_at=made), row("b")])
    await rig.finished(ANNA)
    # A third try after half a minute more would come too late.
    assert rig.clock.slept == [1, 5]
    assert "may go only once" in rig.rows.errors["promo:0"]
    assert channel.taken == ["b"]


async def test_who_waits_for_a_delivery_hears_of_it() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel)
    rig.outbox.take([row("a")])
    delivery = await rig.outbox.delivery("a", patience=60)
    assert (delivery.status, delivery.platform_message_id) == ("sent", "p-a")


@pytest.mark.parametrize("patience", [0.0])
async def test_a_delivery_that_takes_longer_is_told_as_queued(patience: float) -> None:
    rig = Rig(ScriptedChannel())
    assert (await rig.outbox.delivery("nobody", patience=patience)).status == "queued"


async def test_closing_lets_the_send_under_way_end_and_leaves_the_rest_on_disk() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel)
    rig.outbox.take([row("a"), row("b"), row("c")])
    await asyncio.sleep(0)
    await rig.outbox.close(patience=60)
    assert channel.taken == ["a"]


async def test_closing_does_not_wait_for_what_waits_for_a_better_time() -> None:
    channel = ScriptedChannel(anna=[ChannelBusy(600)])
    rig = Rig(channel)
    rig.clock.held.clear()
    rig.outbox.take([row("a"), row("b")])
    await others_go_on()
    async with asyncio.timeout(30):
        await rig.outbox.close(patience=60)
    assert channel.taken == []


async def test_a_restart_obeys_the_wait_a_messenger_asked_for() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel, [row("a", not_before=datetime(2026, 3, 2, 10, 5, tzinfo=UTC))])
    await rig.outbox.start()
    await rig.finished(ANNA)
    assert (channel.taken, rig.clock.slept) == (["a"], [300])


async def test_what_was_to_be_said_waits_while_its_channel_is_not_there() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel)
    del rig.channels[channel.name]
    rig.clock.held.clear()
    rig.outbox.take([row("a"), row("b")])
    await others_go_on()
    assert rig.clock.slept == [ABSENT_PAUSE]
    rig.channels[channel.name] = channel
    rig.clock.held.set()
    await rig.finished(ANNA)
    assert channel.taken == ["a", "b"]


async def test_after_a_day_without_its_channel_it_is_given_up() -> None:
    channel = ScriptedChannel()
    rig = Rig(channel)
    del rig.channels[channel.name]
    rig.clock.time += timedelta(hours=13, minutes=59)
    rig.outbox.take([row("a")])
    await rig.finished(ANNA)
    assert sum(rig.clock.slept) == 60
    assert rig.rows.errors == {"a:0": "this channel is not connected any more"}
