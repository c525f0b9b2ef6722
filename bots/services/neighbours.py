"""Tell those who listen in this process of what other processes commit in chats they listen to."""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

import structlog

from bots.errors import Unavailable
from bots.model.neighbour import Stirred
from bots.ports import Choosy, Listener, Neighbourhood

PORTION = 500

log = structlog.get_logger()


class Neighbours:
    """Follows the events of the database from when it begins; each is told once."""

    def __init__(
        self,
        neighbourhood: Neighbourhood,
        listeners: Callable[[], Sequence[Listener]],
        *,
        every: float,
    ) -> None:
        """`every` is after how many seconds to look though nobody told of anything."""
        self._neighbourhood = neighbourhood
        self._listeners = listeners
        self._every = every
        self._stirred = asyncio.Event()
        self._cursor: int | None = None
        self._choosy: dict[type, bool] = {}

    def stirred(self, chat: Stirred | None = None) -> None:
        """Somebody committed something, in a chat that they may name."""
        if chat is None or self._is_wanted(chat):
            self._stirred.set()

    async def begin(self) -> None:
        """What is committed from here on is told; before those who listen read what there is."""
        self._cursor = await self._neighbourhood.latest()

    async def follow(self) -> None:
        """For ever."""
        while True:
            self._stirred.clear()
            try:
                await self.look()
            except Unavailable:
                log.debug("What others committed cannot be read just now")
            try:
                async with asyncio.timeout(self._every):
                    await self._stirred.wait()
            except TimeoutError:
                pass

    async def look(self) -> None:
        """Tell of everything up to now."""
        if self._cursor is None:
            await self.begin()
        assert self._cursor is not None
        while True:
            told, self._cursor, more = await self._neighbourhood.after(
                self._cursor, self._is_wanted, limit=PORTION
            )
            for one in told:
                for listener in self._listeners():
                    try:
                        listener.told(one.conversation, one.messages, one.events)
                    except Exception:
                        # One who only listens must not keep others from hearing.
                        log.exception("A listener raised")
            if not more:
                return

    def _is_wanted(self, chat: Stirred) -> bool:
        """Whether anybody here listens to what happens in it."""
        for listener in self._listeners():
            # Asked for each commit of others: what `isinstance` finds out of a protocol is dear.
            choosy = self._choosy.get(type(listener))
            if choosy is None:
                choosy = self._choosy[type(listener)] = isinstance(listener, Choosy)
            if not choosy or cast(Choosy, listener).hears_of(chat):
                return True
        return False
