"""Listening: what is brought is kept before it is acknowledged, and trouble is told once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from adapters.listening import LOOK_AGAIN, Batch, keep_called, nothing, poll
from bots.errors import ChannelBusy, ChannelDown, ChannelUnauthorised, Unavailable
from bots.model.message import Address, UnifiedMessage
from bots.model.receipt import Receipt
from bots.ports import Received

MESSAGE = UnifiedMessage(
    message_id="m",
    address=Address(1, "shop", "max:shop_bot", "5"),
    platform="max",
    user_id="5",
    external_id="1",
    timestamp=datetime(2026, 11, 25, tzinfo=UTC),
    text="Привет",
)


class Hearing:
    name = "max:shop_bot"
    trouble: str | None = None


class Kept:
    """Keeps what it is given, unless it is told to fail so often first."""

    def __init__(self, fails: int = 0) -> None:
        self.messages: list[UnifiedMessage] = []
        self.fails = fails

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        if self.fails:
            self.fails -= 1
            raise Unavailable("the disk is full")
        self.messages += messages

    async def note(self, receipts: Sequence[Receipt]) -> None:
        raise AssertionError("there are none")


class Ended(Exception):
    """No more waits are given."""


class Waits:
    def __init__(self, most: int) -> None:
        self.made: list[float] = []
        self._most = most

    async def __call__(self, seconds: float) -> None:
        self.made.append(seconds)
        if len(self.made) == self._most:
            raise Ended


def asked(*answers: Batch | Exception) -> Callable[[], Awaitable[Batch]]:
    left = list(answers)

    async def ask() -> Batch:
        answer = left.pop(0) if left else ChannelDown("nothing more")
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


async def test_what_is_not_kept_is_not_acknowledged() -> None:
    moved: list[str] = []

    async def move_on() -> None:
        moved.append("on")

    batch = Batch([Received(messages=[MESSAGE])], move_on)
    into, waits = Kept(fails=1), Waits(1)
    with pytest.raises(Ended):
        await poll(Hearing(), asked(batch), into, sleep=waits)
    assert (moved, into.messages) == ([], [])
    with pytest.raises(Ended):
        await poll(Hearing(), asked(batch), into, sleep=Waits(1))
    assert (moved, into.messages) == (["on"], [MESSAGE])


async def test_what_is_to_be_done_is_done_after_it_is_kept() -> None:
    done = asyncio.Event()
    into = Kept()

    async def after() -> None:
        assert into.messages == [MESSAGE]
        done.set()

    async def end(seconds: float) -> None:
        await asyncio.wait_for(done.wait(), 60)
        raise Ended

    batch = Batch([Received(messages=[MESSAGE], after=[after])], nothing)
    with pytest.raises(Ended):
        await poll(Hearing(), asked(batch), into, sleep=end)


async def test_trouble_is_told_once_and_that_it_is_over_once() -> None:
    hearing, waits = Hearing(), Waits(6)
    down, fine = ChannelDown("502"), Batch([], nothing)
    with capture_logs() as logs, pytest.raises(Ended):
        await poll(
            hearing, asked(down, down, down, fine, ChannelBusy(7.0), down), Kept(), sleep=waits
        )
    assert [line["event"] for line in logs] == [
        "News cannot be fetched, trying again",
        "News come again",
        "News cannot be fetched, trying again",
    ]
    assert waits.made[:5] == [1.0, 2.0, 4.0, 7.0, 2.0]
    assert hearing.trouble == "nothing more"


async def test_a_refused_credential_is_asked_for_seldom() -> None:
    hearing, waits = Hearing(), Waits(1)
    with pytest.raises(Ended):
        await poll(hearing, asked(ChannelUnauthorised("copy the token")), Kept(), sleep=waits)
    assert (waits.made, hearing.trouble) == ([30.0], "copy the token")


async def test_a_refused_credential_ends_it_where_that_is_wanted() -> None:
    ask = asked(ChannelUnauthorised("copy the token"))
    with pytest.raises(ChannelUnauthorised, match="copy the token"):
        await poll(Hearing(), ask, Kept(), sleep=Waits(1), refused_ends=True)


async def test_the_messenger_is_kept_calling() -> None:
    outcomes: list[Exception | None] = [ChannelDown("502"), ChannelDown("502"), None, None]
    hearing, waits = Hearing(), Waits(4)

    async def arrange() -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    with capture_logs() as logs, pytest.raises(Ended):
        await keep_called(hearing, arrange, sleep=waits)
    assert waits.made == [1.0, 2.0, LOOK_AGAIN, LOOK_AGAIN]
    assert [line["log_level"] for line in logs] == ["warning", "info"]
    assert hearing.trouble is None


async def test_a_refused_credential_ends_it() -> None:
    async def arrange() -> None:
        raise ChannelUnauthorised("copy the token")

    with pytest.raises(ChannelUnauthorised):
        await keep_called(Hearing(), arrange, sleep=Waits(1))
