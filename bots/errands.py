"""Slow actions under way: carried out beside the lanes, again after a passing failure."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import structlog

from bots.actions import Performer
from bots.errors import Unavailable
from bots.model.message import Address
from bots.model.turn import Intent
from bots.ports import Channel, Clock, Sleep, Timers
from bots.retry import wait_before
from flows.turn import Returned

log = structlog.get_logger()

TYPING_AFTER = 0.5
"""Seconds a slow action may take before the customer sees that an answer is on its way."""

TYPING_AGAIN = 4.5
"""Messengers forget it after about five."""

Deliver = Callable[[Intent, Returned], None]
"""Takes the result of an action to the conversation that waits for it."""


class Errands:
    """Each intent is carried out by one task; what it is for is on disk until its result is taken."""

    def __init__(
        self,
        *,
        timers: Timers,
        performer: Performer,
        channels: Mapping[str, Channel],
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._timers = timers
        self._performer = performer
        self._channels = channels
        self._clock = clock
        self._sleep = sleep
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._pauses: set[asyncio.Task[None]] = set()

    def begin(self, intent: Intent, deliver: Deliver) -> None:
        """Carry it out, unless that is under way already."""
        if intent.key not in self._under_way:
            task = asyncio.create_task(self._carried_out(intent, deliver))
            self._under_way[intent.key] = task
            task.add_done_callback(lambda _: self._under_way.pop(intent.key, None))

    def drop(self, keys: Iterable[str]) -> None:
        """Nobody waits for these any more: what is under way stops, and none is made anew."""
        for key in keys:
            if (task := self._under_way.get(key)) is not None:
                task.cancel()

    def type_until(self, address: Address, moment: datetime) -> None:
        """Show that the next message is on its way: the bot pauses between two."""
        task = asyncio.create_task(self._pausing(address, moment))
        self._pauses.add(task)
        task.add_done_callback(self._pauses.discard)

    async def close(self) -> None:
        """Let go of everything; after a restart it is carried out again by the same keys."""
        tasks = [*self._under_way.values(), *self._pauses]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carried_out(self, intent: Intent, deliver: Deliver) -> None:
        await self._wait_until(intent.not_before)
        typing = asyncio.create_task(self._typing(intent))
        try:
            returned = await self._tried(intent)
        finally:
            typing.cancel()
        deliver(intent, returned)

    async def _tried(self, intent: Intent) -> Returned:
        tries = intent.attempts
        while True:
            returned, transient = await self._performer.carry_out(intent)
            tries += 1
            wait = wait_before(tries)
            if returned.failed is None or not transient or tries > intent.retries or wait is None:
                return returned
            until = self._clock() + wait
            try:
                await self._timers.intent_later(intent.key, until=until, error=returned.failed)
            except Unavailable:
                log.warning("A failed try could not be counted", action=intent.action)
            await self._wait_until(until)

    async def _wait_until(self, moment: datetime | None) -> None:
        if moment is not None and (left := (moment - self._clock()).total_seconds()) > 0:
            await self._sleep(left)

    async def _pausing(self, address: Address, moment: datetime) -> None:
        channel = self._channels.get(address.channel)
        while channel is not None and (left := (moment - self._clock()).total_seconds()) > 0:
            await channel.typing(address)
            await self._sleep(min(left, TYPING_AGAIN))

    async def _typing(self, intent: Intent) -> None:
        """Show that we are busy, for as long as somebody waits."""
        address: Address = intent.address
        channel = self._channels.get(address.channel)
        await self._sleep(TYPING_AFTER)
        while channel is not None:
            await channel.typing(address)
            await self._sleep(TYPING_AGAIN)
