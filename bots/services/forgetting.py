"""Customers who have been silent for long are forgotten, with all that was said."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from bots.errors import NotFound
from bots.ports import Clock, Persons, Sleep

log = structlog.get_logger()

PORTION = 100
BETWEEN = 0.05
"""Seconds between two people, so that nobody who writes meanwhile waits behind them."""


class Forgetting:
    """`drop` takes away a file that one of them sent."""

    def __init__(
        self,
        persons: Persons,
        *,
        after: timedelta,
        drop: Callable[[str], None],
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._persons = persons
        self._after = after
        self._drop = drop
        self._clock = clock
        self._sleep = sleep

    async def run(self) -> int:
        """Forget whoever is due; how many there were. Raises Unavailable."""
        before, total = self._clock() - self._after, 0
        while people := await self._persons.silent(before, limit=PORTION):
            for one in people:
                try:
                    erased = await self._persons.erase(*one)
                except NotFound:
                    continue
                for name in erased.files:
                    self._drop(name)
                total += 1
                await self._sleep(BETWEEN)
        if total:
            log.info("Customers who were silent for long are forgotten", people=total)
        return total
