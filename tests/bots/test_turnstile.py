"""An account that takes so many messages a second: nobody comes too early, and answers come first."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bots.errors import ChannelBusy
from bots.model.message import Address, Reply
from bots.model.turn import Outgoing
from bots.outbox import LEAST_SHARE, Outbox
from bots.ports import Channel, Received, Webhook
from bots.turnstile import ANSWER
from tests.bots.clockwork import NoMeter, OutboxRows
from tests.bots.moved_time import in_moved_time, now


class Taking(Channel):
    """Notes when each message came; refuses the first ones of the chats it is told."""

    name = "telegram:1"
    platform = "telegram"

    def __init__(self, per_second: float | None, refuses: Sequence[str] = ()) -> None:
        self.per_second = per_second
        self._refuses = list(refuses)
        self.taken: list[tuple[float, str]] = []
        self.refused = 0

    async def receive(self, webhook: Webhook) -> Received:
        return Received()

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def typing(self, address: Address) -> None:
        pass

    async def send(self, row: Outgoing) -> str:
        if row.address.chat_id in self._refuses:
            self._refuses.remove(row.address.chat_id)
            self.refused += 1
            raise ChannelBusy(5)
        self.taken.append((round(asyncio.get_running_loop().time(), 3), row.message_id))
        return "1"

    @property
    def moments(self) -> list[float]:
        return [at for at, _ in self.taken]


def outbox(channel: Taking, rows: OutboxRows | None = None) -> Outbox:
    return Outbox(
        store=rows or OutboxRows(),
        channels={channel.name: channel},
        unreachable=lambda address: None,
        meter=NoMeter(),
        clock=now,
    )


def row(chat: str, *, number: int = 0, answer: bool = False) -> Outgoing:
    at = now()
    return Outgoing(
        key=f"{chat}.{number}:0",
        conversation_id=1,
        address=Address(1, "shop", "telegram:1", chat),
        seq=number,
        part=0,
        epoch=0,
        payload={},
        message_id=f"{chat}.{number}",
        created_at=at,
        heard_at=at if answer else at - ANSWER,
    )


async def over(outbox: Outbox) -> None:
    for _ in range(1_000_000):
        if not outbox.queued:
            return
        await asyncio.sleep(0.01)


def test_a_thousand_chats_are_written_to_as_fast_as_the_account_may_and_none_is_refused() -> None:
    async def everybody() -> Taking:
        channel = Taking(10.0)
        sending = outbox(channel)
        for number in range(1000):
            sending.take([row(str(number))])
        await over(sending)
        return channel

    channel = in_moved_time(everybody)
    assert channel.taken == [(round(at / 10, 3), f"{at}.0") for at in range(1000)]


def test_an_answer_goes_before_all_that_comes_by_itself() -> None:
    async def with_an_answer() -> Taking:
        channel = Taking(10.0)
        sending = outbox(channel)
        for number in range(100):
            sending.take([row(str(number))])
        await asyncio.sleep(2.05)
        sending.take([row("anna", answer=True)])
        sending.take([row("boris", answer=True)])
        await over(sending)
        return channel

    names = [name for _, name in in_moved_time(with_an_answer).taken]
    assert names[20:24] == ["20.0", "anna.0", "boris.0", "21.0"]
    assert len(names) == 102


def test_within_a_chat_what_was_said_first_goes_first() -> None:
    async def both() -> Taking:
        channel = Taking(10.0)
        sending = outbox(channel)
        for number in range(10):
            sending.take([row(str(number))])
        sending.take([row("anna"), row("anna", number=1, answer=True)])
        await over(sending)
        return channel

    names = [name for _, name in in_moved_time(both).taken]
    assert names.index("anna.0") < names.index("anna.1")


def test_whoever_comes_to_a_line_is_not_written_down_as_being_sent() -> None:
    async def idle() -> tuple[bool, bool, bool]:
        sending = outbox(Taking(10.0))
        boris = row("boris").address
        first = sending.idle(boris)
        sending.take([row("anna")])
        await asyncio.sleep(0.05)
        behind = sending.idle(boris)
        await asyncio.sleep(0.06)
        return first, behind, sending.idle(boris)

    assert in_moved_time(idle) == (True, False, True)


def test_a_process_with_a_part_of_the_chats_sends_as_much_of_what_the_account_may() -> None:
    async def a_quarter(share: float) -> Taking:
        channel = Taking(8.0)
        sending = outbox(channel)
        sending.share = lambda: share
        for number in range(5):
            sending.take([row(str(number))])
        await over(sending)
        return channel

    assert in_moved_time(lambda: a_quarter(0.25)).moments == [0, 0.5, 1, 1.5, 2]
    assert in_moved_time(lambda: a_quarter(0.0)).moments[1] == 1 / (8 * LEAST_SHARE)


def test_while_the_messenger_bids_us_wait_nobody_goes_and_then_all_go_as_before() -> None:
    async def refused() -> Taking:
        channel = Taking(10.0, refuses=["0", "1"])
        sending = outbox(channel)
        for number in range(50):
            sending.take([row(str(number))])
        await over(sending)
        return channel

    channel = in_moved_time(refused)
    assert channel.refused == 2
    assert len(channel.taken) == 50
    assert min(channel.moments) >= 5
    gaps = [
        later - sooner for sooner, later in zip(channel.moments, channel.moments[1:], strict=False)
    ]
    assert min(gaps) >= 0.099


def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    async def set_back() -> float:
        channel = Taking(2.0)
        moved = timedelta()
        sending = Outbox(
            store=OutboxRows(),
            channels={channel.name: channel},
            unreachable=lambda address: None,
            meter=NoMeter(),
            clock=lambda: now() + moved,
        )
        sending.take([row("anna")])
        await asyncio.sleep(0.1)
        moved = -timedelta(hours=1)
        sending.take([row("boris")])
        await over(sending)
        return channel.moments[-1]

    assert in_moved_time(set_back) <= 0.7


def test_who_waits_is_left_for_the_next_start_when_we_stop() -> None:
    async def stopped() -> tuple[int, float]:
        channel, rows = Taking(1.0), OutboxRows()
        sending = outbox(channel, rows)
        for number in range(100):
            sending.take([row(str(number))])
        await asyncio.sleep(2.5)
        await sending.close(9.0)
        return len(channel.taken), asyncio.get_running_loop().time()

    assert in_moved_time(stopped) == (3, 2.5)
