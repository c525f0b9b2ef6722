"""What a process does for the slots it holds: take up what waits there, look for more, hand over."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import structlog

from bots.errors import Unavailable
from bots.inbox import Inbox
from bots.model.neighbour import EVERYTHING, Left, Waiting
from bots.model.slots import CHORES, Slots
from bots.outbox import Outbox
from bots.sharing import HAND_OVER
from bots.supervision import Supervisor

LOOK_AT_ALL = 30.0
"""Seconds after which everything is looked through, whatever waits."""

log = structlog.get_logger()

Work = Callable[[], Awaitable[None]]


class Chores:
    """What one process at a time does for all: background tasks, and what begins and ends with them."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._works: dict[str, Work] = {}
        self._first: list[tuple[Work, Work]] = []
        self._around: list[tuple[Work, Work]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.done_here = False

    def add(self, works: Mapping[str, Work]) -> None:
        """Tasks by their names, kept alive while the chores are ours."""
        self._works |= works

    def first(self, begin: Work, end: Work) -> None:
        """Something that begins before what waits is taken up, and ends last."""
        self._first.append((begin, end))

    def around(self, begin: Work, end: Work) -> None:
        """Something that begins before the tasks, and ends after them."""
        self._around.append((begin, end))

    async def prepare(self) -> None:
        """What has to be there before anything that waits is taken up."""
        self.done_here = True
        for begin, _ in self._first:
            await begin()

    async def begin(self) -> None:
        for begin, _ in self._around:
            await begin()
        self._tasks = [self._supervisor.keep(name, work) for name, work in self._works.items()]

    async def end(self) -> None:
        self.done_here = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for _, end in reversed([*self._first, *self._around]):
            await end()


class Shift:
    """Over the inbox, the outbox and the timers of this process."""

    def __init__(
        self,
        *,
        slots: Slots,
        inbox: Inbox,
        outbox: Outbox,
        waiting: Callable[[], Awaitable[Waiting]],
        look_at_timers: Callable[[], None],
        look_for_timers: Callable[[], None],
        timer_due: Callable[[datetime], None],
        chores: Chores,
        every: float,
    ) -> None:
        """`every` is after how many seconds to look though nobody told of anything.

        `waiting` says what there is to look for. `look_at_timers` looks at all timers, `look_for_timers`
        for those that others may have set; `timer_due` is told when the next one is due.
        """
        self._slots = slots
        self._inbox = inbox
        self._outbox = outbox
        self._look_at_timers = look_at_timers
        self._look_for_timers = look_for_timers
        self._chores = chores
        self._waiting = waiting
        self._timer_due = timer_due
        self._every = every
        self._stirred = asyncio.Event()
        self._left: set[Left] = set()
        self._looked = self._looked_at_all = -LOOK_AT_ALL

    async def take_up(self, slots: frozenset[int]) -> None:
        """These are ours now: go on with whatever was under way in them."""
        if CHORES in slots:
            await self._chores.prepare()
        await self._outbox.start(slots)
        await self._inbox.start()
        self._look_at_timers()
        if CHORES in slots:
            await self._chores.begin()

    async def let_go(self, slots: frozenset[int]) -> None:
        """These are another's: let what is under way in them end."""
        if CHORES in slots and self._chores.done_here:
            await self._chores.end()
        await self._inbox.let_go(slots, HAND_OVER / 2)
        await self._outbox.let_go(slots, HAND_OVER / 2)

    def stirred(self, slot: int, what: Left) -> None:
        """Another process left something in a slot."""
        if self._slots.has_slot(slot):
            self._left.add(what)
            self._stirred.set()

    async def follow(self) -> None:
        """Look for what other processes left, for ever."""
        while True:
            self._stirred.clear()
            if self._slots.held:
                try:
                    await self._look()
                except Unavailable:
                    log.debug("What others left cannot be read just now")
            try:
                async with asyncio.timeout(self._every):
                    await self._stirred.wait()
            except TimeoutError:
                pass

    async def _look(self) -> None:
        """For what was told of; from time to time also whether there is something of which nobody told."""
        left, self._left = self._left, set()
        now = asyncio.get_running_loop().time()
        if now >= self._looked_at_all + LOOK_AT_ALL:
            left |= EVERYTHING
            self._looked = self._looked_at_all = now
        elif now >= self._looked + self._every:
            found = await self._waiting()
            left |= found.kinds
            self._looked = now
            if found.due is not None:
                self._timer_due(found.due)
        if "messages" in left:
            await self._inbox.look()
        if "actions" in left:
            await self._inbox.look_for_actions()
        if "calls" in left:
            await self._outbox.look()
        if "timers" in left:
            self._look_for_timers()
