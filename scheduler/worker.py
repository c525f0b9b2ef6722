"""Fire timers when they are due, through the lanes of their conversations."""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from bots.model.turn import Timer, TimerKey
from bots.ports import Clock, Timers
from bots.retry import wait_before

AT_ONCE = 64
"""Turns of timers under way: with ten thousand due at one moment, whoever writes waits for so many."""

FEW = 8
"""As many while messages of customers wait for their turns: these go first, and timers still go on.

Each second that a timer is late lets so many more: customers who always wait would hold it up for ever.
"""

AT_MOST_BESIDE = 32
"""However late they are, while customers wait."""

BATCH = 256
"""Timers read at a time; these wait in memory for their turn, the others on disk."""

LOOK_AGAIN = timedelta(seconds=4)
"""How often we look though nobody woke us: another process, or a clock that was set."""

LOOK_BACK = timedelta(seconds=10)
"""Before the last look: another process may set a timer for a moment that we are past already."""

LOOK_AT_ALL = timedelta(minutes=1)
"""How often whatever is due is looked at, however long it has been."""

LOOKS_APART = 0.01
"""Seconds: what is due within them is read together."""

MOST_STUCK = 1000
"""Turns under way for longer than `LOOK_AGAIN` keep no others from theirs, until they are so many."""

LONGEST_REST = timedelta(hours=1)
"""How long a timer rests at last whose turn fails again and again."""


class Fires(Protocol):
    """Who takes a due timer; `done` is called when its turn is over: did it go well?"""

    def __call__(self, timer: Timer, done: Callable[[bool], None]) -> None: ...


class _Failed(NamedTuple):
    """How often the turn of a timer has failed."""

    times: int
    timer: Timer


class Worker:
    """Sleeps until the earliest timer is due; `wake` tells it of an earlier one.

    What is due is read in the order of its keys, each once: then it waits for its turn, is under way,
    or rests after a failure. A turn consumes its timer in its own commit, so that one which is read
    twice, here or by another process, fires once all the same.
    """

    def __init__(
        self, *, timers: Timers, clock: Clock, customers: Callable[[], int] = lambda: 0
    ) -> None:
        """`customers` tells how many messages of theirs wait for their turns."""
        self._timers = timers
        self._clock = clock
        self._customers = customers
        self._fire: Fires = _nobody
        self._until = clock()
        self._woken = asyncio.Event()
        # Whatever is due before `_from` has been read, and was looked at as a whole at `_looked`.
        self._from: datetime | None = None
        self._looked: datetime | None = None
        self._more = False
        self._waiting: deque[Timer] = deque()
        self._firing: dict[TimerKey, datetime] = {}
        self._going_on = False
        self._failed: dict[TimerKey, _Failed] = {}
        self._resting: list[tuple[datetime, TimerKey]] = []

    def wake(self, due: datetime) -> None:
        """A timer was set."""
        if self._from is not None and due < self._from:
            self._from = due
        self._look_by(due)

    def look(self) -> None:
        """Another process may have set timers, for moments that are over too.

        Where so many rest after failures that going through them is dear, these wait for a minute.
        """
        if len(self._failed) < BATCH:
            self._from = None
        self._look_by(self._clock())

    def look_at_all(self) -> None:
        """Timers may be there that nobody told of: those of chats that have just become ours."""
        self._from = None
        self._look_by(self._clock())

    async def run(self, fire: Fires) -> None:
        """Fire what is due, for ever."""
        while True:
            # What is set from here on, for a moment before then, makes it earlier.
            self._until = self._clock() + LOOK_AGAIN
            await self.fire_due(fire)
            if self._resting:
                self._look_by(self._resting[0][0])
            if self._waiting:
                self._more = True
            elif (coming := await self._timers.next_due(self._from)) is not None:
                self._look_by(coming)
            await self._sleep()

    async def fire_due(self, fire: Fires) -> int:
        """Start what is due now, is not under way and does not rest; says how many.

        Where there are more than may be under way at once, the others follow as those end.
        """
        self._fire = fire
        now = self._clock()
        self._rested(now)
        started = self._go_on()
        if not self._waiting:
            await self._read(now)
            started += self._go_on()
        return started

    # ------------------------------------------------------------ reading

    async def _read(self, now: datetime) -> None:
        """The next that are due and that are unknown here."""
        after = self._begin(now)
        self._from, self._more = now, False
        while not self._waiting:
            page = await self._timers.due(now, limit=BATCH, after=after)
            self._waiting.extend(one for one in page if not self._is_known(one.key))
            if len(page) < BATCH:
                return
            after = page[-1].key
        # There are more of them, to be read when these have had their turns.
        self._more = True
        self._from = min(self._from, self._waiting[-1].due)

    def _begin(self, now: datetime) -> TimerKey | None:
        """What to read past: a clock that was set back begins anew."""
        looked = self._looked
        if self._from is None or looked is None or not looked <= now < looked + LOOK_AT_ALL:
            self._looked = now
            return None
        return TimerKey(self._from - LOOK_BACK, -1, "")

    def _is_known(self, key: TimerKey) -> bool:
        return key in self._firing or key in self._failed

    # ------------------------------------------------------------ turns

    def _go_on(self) -> int:
        """Give turns to those that wait for one, as many as may be under way."""
        if self._going_on:
            return 0
        self._going_on = True
        started = 0
        while self._waiting and self._has_room():
            timer = self._waiting.popleft()
            if timer.key not in self._firing:
                self._firing[timer.key] = self._clock()
                self._fire(timer, partial(self._fired, timer))
                started += 1
        self._going_on = False
        return started

    def _has_room(self) -> bool:
        most = self._most()
        if len(self._firing) < most:
            return True
        lately = self._clock() - LOOK_AGAIN
        stuck = sum(since <= lately for since in self._firing.values())
        return stuck < MOST_STUCK and len(self._firing) - stuck < most

    def _most(self) -> int:
        """How many may be under way, if what waits longest is to go on."""
        if not self._customers():
            return AT_ONCE
        late = (self._clock() - self._waiting[0].due).total_seconds()
        return min(FEW + int(max(late, 0.0) * FEW), AT_MOST_BESIDE)

    def _fired(self, timer: Timer, well: bool) -> None:
        key = timer.key
        self._firing.pop(key, None)
        before = self._failed.pop(key, None)
        if not well:
            # It is still in the table; ever later, or it would keep us busy for ever.
            times = before.times + 1 if before is not None else 1
            until = self._clock() + (wait_before(times) or LONGEST_REST)
            self._failed[key] = _Failed(times, timer)
            heapq.heappush(self._resting, (until, key))
            self._look_by(until)
        self._go_on()
        if self._more and not self._waiting:
            self._look_by(self._clock())

    def _rested(self, now: datetime) -> None:
        """Those that failed and have rested come again, before others."""
        while self._resting and self._resting[0][0] <= now:
            _, key = heapq.heappop(self._resting)
            if key in self._failed:
                self._waiting.appendleft(self._failed[key].timer)

    # ------------------------------------------------------------ time

    def _look_by(self, moment: datetime) -> None:
        if moment < self._until:
            self._until = moment
            self._woken.set()

    async def _sleep(self) -> None:
        """Until then, however that moves; `LOOK_AGAIN` at most, whatever becomes of the clock."""
        await asyncio.sleep(LOOKS_APART)
        try:
            async with asyncio.timeout(LOOK_AGAIN.total_seconds()):
                while (wait := (self._until - self._clock()).total_seconds()) > 0:
                    self._woken.clear()
                    await self._rest(wait)
        except TimeoutError:
            pass

    async def _rest(self, wait: float) -> None:
        try:
            async with asyncio.timeout(max(wait, LOOKS_APART)):
                await self._woken.wait()
        except TimeoutError:
            pass


def _nobody(timer: Timer, done: Callable[[bool], None]) -> None:
    raise AssertionError("Nobody takes timers yet")
