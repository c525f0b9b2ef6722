"""What is seldom changed: whoever looks for it rests until somebody changed something, where that is heard of."""

import asyncio

from bots.ports import Sleep

SELDOM = 10.0
"""Seconds after which one looks though nothing was heard."""


class News:
    """Hears that something was changed, whatever it was; as long as nothing is `heard`, all look by themselves."""

    def __init__(self, sleep: Sleep = asyncio.sleep, *, seldom: float = SELDOM) -> None:
        self._sleep = sleep
        self._seldom = seldom
        self._followers: list[asyncio.Event] = []
        self.heard = False

    def told(self) -> None:
        """Something was changed."""
        for follower in self._followers:
            follower.set()

    def hear(self, *, heard: bool) -> None:
        """From now on changes are heard of, or no more; what came before has to be looked for."""
        self.heard = heard
        self.told()

    def rest(self) -> Sleep:
        """For one who follows: the rest between two looks, of so many seconds at least.

        What is told while they look is looked for after the rest.
        """
        told = asyncio.Event()
        self._followers.append(told)

        async def rest(seconds: float) -> None:
            await self._sleep(seconds)
            if self.heard:
                try:
                    async with asyncio.timeout(max(self._seldom - seconds, 0)):
                        await told.wait()
                except TimeoutError:
                    pass
            told.clear()

        return rest
