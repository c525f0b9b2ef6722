"""How a channel hears what happens: it asks again and again, or keeps the messenger calling us."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

import structlog

from bots.errors import ChannelBusy, ChannelError, ChannelUnauthorised, Unavailable
from bots.ports import Listening, Received, Sleep

LONGEST_PAUSE = 30.0
LOOK_AGAIN = 600.0
"""Seconds between two looks at whether the messenger still calls us."""

log = structlog.get_logger()


class Hearing(Protocol):
    """The channel that listens; its `trouble` is a sentence while it cannot."""

    name: str
    trouble: str | None


class Batch(NamedTuple):
    """What was brought; `kept` is awaited once all of it is on disk, and moves on behind it."""

    received: Sequence[Received]
    kept: Callable[[], Awaitable[None]]


async def nothing() -> None:
    """For a Batch behind which nothing moves on."""


async def poll(
    channel: Hearing,
    ask: Callable[[], Awaitable[Batch]],
    into: Listening,
    *,
    sleep: Sleep = asyncio.sleep,
    refused_ends: bool = False,
) -> None:
    """Bring in what `ask` gives, until cancelled. `ask` waits for news, or raises a ChannelError.

    What was not kept is asked for again. Trouble is told once, and once that it is over. Where
    `refused_ends`, ChannelUnauthorised is raised; elsewhere `ask` is tried on, seldom.
    """
    poller = _Poller(channel, ask, into, refused_ends=refused_ends)
    failures = 0
    try:
        while True:
            wait = await poller.step(failures)
            failures = failures + 1 if wait else 0
            if wait:
                await sleep(wait)
    finally:
        poller.stop()


async def keep_called(
    channel: Hearing, arrange: Callable[[], Awaitable[None]], *, sleep: Sleep = asyncio.sleep
) -> None:
    """Have the messenger call us, and look now and then whether it still does; until cancelled.

    `arrange` does it, as often as it is called. Raises ChannelUnauthorised only.
    """
    told = _Told(channel)
    failures = 0
    while True:
        try:
            await arrange()
        except ChannelUnauthorised:
            raise
        except ChannelError as error:
            told.trouble("The messenger cannot be told where to call us, trying again", str(error))
            await sleep(min(2.0**failures, LONGEST_PAUSE))
            failures += 1
        else:
            told.over("The messenger knows where to call us")
            failures = 0
            await sleep(LOOK_AGAIN)


class _Told:
    """Says once what is wrong, and once that it is over."""

    def __init__(self, channel: Hearing) -> None:
        self._channel = channel
        self._said = ""

    def trouble(self, sentence: str, why: str = "") -> None:
        if sentence != self._said:
            self._said = sentence
            log.warning(sentence, channel=self._channel.name, **({"why": why} if why else {}))
        self._channel.trouble = why or sentence

    def over(self, sentence: str) -> None:
        if self._said:
            self._said, self._channel.trouble = "", None
            log.info(sentence, channel=self._channel.name)


class _Poller:
    def __init__(
        self,
        channel: Hearing,
        ask: Callable[[], Awaitable[Batch]],
        into: Listening,
        *,
        refused_ends: bool,
    ) -> None:
        self._refused_ends = refused_ends
        self._channel = channel
        self._ask = ask
        self._into = into
        self._told = _Told(channel)
        self._answering: set[asyncio.Future[None]] = set()

    async def step(self, failures: int) -> float:
        """Ask once and take in what came; the seconds to wait before asking again."""
        backoff = min(2.0**failures, LONGEST_PAUSE)
        try:
            batch = await self._ask()
            await self._take(batch.received)
            await batch.kept()
        except ChannelBusy as busy:
            return busy.retry_after or backoff
        except ChannelUnauthorised as refused:
            if self._refused_ends:
                raise
            self._told.trouble(str(refused))
            return LONGEST_PAUSE
        except ChannelError as error:
            self._told.trouble("News cannot be fetched, trying again", str(error))
            return backoff
        except Unavailable as error:
            self._told.trouble("News cannot be kept just now, trying again", str(error))
            return backoff
        except Exception:
            log.exception("News could not be kept, trying again", channel=self._channel.name)
            return backoff
        self._told.over("News come again")
        return 0.0

    def stop(self) -> None:
        for task in self._answering:
            task.cancel()

    async def _take(self, received: Sequence[Received]) -> None:
        if messages := [message for each in received for message in each.messages]:
            await self._into.accept(messages)
        if receipts := [receipt for each in received for receipt in each.receipts]:
            await self._into.note(receipts)
        for each in received:
            for after in each.after:
                task = asyncio.ensure_future(after())
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
