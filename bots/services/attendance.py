"""Who is here: followed on disk, so that whoever leaves keeps no customer waiting.

Commands beside the server and the desk itself change operators; both only write.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

import structlog

from bots.board import Board
from bots.errors import Unavailable
from bots.model.operator import Operator
from bots.ports import Clock, Sleep
from bots.ports import Operators as Store

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Seconds between two looks."""

HandBack = Callable[[int, Literal["away", "removed"]], Awaitable[int]]
"""Puts the chats of somebody back into their queues; how many there were."""


class Attendance:
    """Keeps the board's people, those of all workspaces, as they are. Whoever goes away or is removed hands their chats back.

    Somebody away may all the same take a chat, and keeps it until they go again.
    """

    def __init__(
        self,
        store: Store,
        *,
        board: Board,
        hand_back: HandBack,
        clock: Clock,
        rest: Sleep = asyncio.sleep,
    ) -> None:
        """`rest` is between two looks for what was changed."""
        self._store = store
        self._board = board
        self._hand_back = hand_back
        self._clock = clock
        self._rest = rest
        self._handed: set[int] = set()

    async def follow(self) -> None:
        """Look for what was changed, for ever."""
        while True:
            try:
                await self.look()
            except Unavailable:
                log.debug("Operators cannot be read just now")
            await self._rest(LOOK_EVERY)

    async def keep_known(self) -> None:
        """Know them, and leave it to another process to hand chats back; for ever."""
        while True:
            try:
                self._board.know(await self._store.all(None))
            except Unavailable:
                log.debug("Operators cannot be read just now")
            await self._rest(LOOK_EVERY)

    async def look(self) -> None:
        """What was true when we looked last is not asked again; after a start everything is."""
        people = await self._store.all(None)
        self._board.know(people)
        now = self._clock()
        self._handed &= {one.id for one in people if not one.here(now)}
        for one in people:
            # One who was removed keeps nothing, however it came to them.
            if not one.active or (one.id not in self._handed and not one.here(now)):
                await self._leave(one)
                self._handed.add(one.id)

    async def _leave(self, one: Operator) -> None:
        if not self._board.chats_of(one.id):
            return
        count = await self._hand_back(one.id, "away" if one.active else "removed")
        if count:
            log.info("Chats are back in their queues", operator=one.name, chats=count)
