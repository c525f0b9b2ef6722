"""Long polling, for a machine without a public address."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog

from adapters.messengers.telegram.errors import PollingConflict
from bots.errors import ChannelBusy, ChannelDown, ChannelError, ChannelUnauthorised, Unavailable
from bots.ports import Listening, Received

LONGEST_PAUSE = 30.0


class Polled(Protocol):
    """The bot whose updates are fetched."""

    name: str
    trouble: str | None

    async def updates(self, offset: int) -> list[Any]:
        """Wait for updates from `offset` on; what lies below it is forgotten."""

    async def read(self, update: Any) -> Received:
        """What an update holds. Raises Unavailable for a payment that cannot be noted."""

    async def delete_webhook(self) -> None:
        """Let polling have the updates."""


Pause = Callable[[float], Awaitable[None]]

log = structlog.get_logger()


async def poll(channel: Polled, into: Listening, *, pause: Pause = asyncio.sleep) -> None:
    """Bring updates in until cancelled.

    The offset is the acknowledgement: it moves only after `into` has taken it, so an update that was
    not kept comes again. `pause` waits between failed tries, so many seconds. Raises
    ChannelUnauthorised alone, for a token that Telegram takes no more.
    """
    poller = _Poller(channel, into)
    failures = 0
    try:
        while True:
            wait = await poller.step(failures)
            failures = failures + 1 if wait else 0
            if wait:
                await pause(wait)
    finally:
        poller.stop()


class _Poller:
    def __init__(self, channel: Polled, into: Listening) -> None:
        self._channel = channel
        self._into = into
        self._offset = 0
        self._polls = False
        self._told = ""
        self._answering: set[asyncio.Task[None]] = set()

    async def step(self, failures: int) -> float:
        """Ask once and take in what came; the seconds to wait before asking again."""
        backoff = min(2.0**failures, LONGEST_PAUSE)
        try:
            if not self._polls:
                # As long as a webhook is set, Telegram gives nothing to pollers.
                await self._channel.delete_webhook()
                self._polls = True
            await self._take(await self._channel.updates(self._offset))
        except PollingConflict:
            self._polls = False
            self._tell(
                "Another program takes this bot's updates: stop it, or give it a bot of its own"
            )
            return backoff
        except ChannelBusy as busy:
            return busy.retry_after or backoff
        except ChannelUnauthorised:
            raise
        except ChannelError as error:
            self._tell("Updates cannot be fetched, trying again", why=str(error))
            return backoff
        except Unavailable as error:
            self._tell("Updates cannot be kept just now, trying again", why=str(error))
            return backoff
        except Exception:
            log.exception("Updates could not be kept, trying again", channel=self._channel.name)
            return backoff
        if self._told:
            self._told, self._channel.trouble = "", None
            log.info("Updates come again", channel=self._channel.name)
        return 0.0

    def stop(self) -> None:
        for task in self._answering:
            task.cancel()

    async def _take(self, updates: list[Any]) -> None:
        received = [await self._channel.read(update) for update in updates]
        for each in received:
            for after in each.after:
                task = asyncio.ensure_future(after())
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
        messages = [message for each in received for message in each.messages]
        if messages:
            await self._into.accept(messages)
        offset = max([self._offset, *(_id_of(update) + 1 for update in updates)])
        if updates and offset == self._offset:
            raise ChannelDown("Telegram repeats updates that were acknowledged")
        self._offset = offset

    def _tell(self, sentence: str, **fields: str) -> None:
        """Trouble is told once, not at every try."""
        if sentence != self._told:
            self._told = self._channel.trouble = sentence
            log.warning(sentence, channel=self._channel.name, **fields)


def _id_of(update: Any) -> int:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int else -1
