"""Share the slots out among the processes: take what is ours to take, hand over what is not."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from typing import Any

import structlog

from bots.errors import Unavailable
from bots.model.process import WORK, Process
from bots.model.slots import CHORES, SLOTS, Slots
from bots.ports import Membership, Sleep

BEAT = 1.0
"""Seconds between two signs of life."""

HELD_FOR = 8.0
"""Seconds we take a slot for ours after a sign of life: less than the database does, and by our own clock."""

HAND_OVER = 20.0
"""Seconds that what is under way in a slot may take before it is handed over."""

log = structlog.get_logger()

Change = Callable[[frozenset[int]], Awaitable[None]]


def share_of(id: str, processes: Sequence[Process]) -> tuple[int, bool]:
    """How many of the shared slots are this process's to hold, and whether the chores are.

    Those that were started to work share them; where there is none, those that serve HTTP do. The
    oldest has the chores. Who is stopping has nothing.
    """
    able = [one for one in processes if not one.stopping]
    able = [one for one in able if one.role == WORK] or able
    ids = [one.id for one in able]
    if id not in ids:
        return 0, False
    place = ids.index(id)
    return SLOTS // len(ids) + (place < SLOTS % len(ids)), place == 0


class Sharing:
    """`take_up` and `let_go` are told which slots become ours, and which are to be another's."""

    def __init__(
        self,
        membership: Membership,
        slots: Slots,
        *,
        take_up: Change,
        let_go: Change,
        sleep: Sleep = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._membership = membership
        self._slots = slots
        self._take_up = take_up
        self._let_go = let_go
        self._sleep = sleep
        self._monotonic = monotonic
        self._ours: frozenset[int] = frozenset()
        self._handing_over: frozenset[int] = frozenset()
        self._changing: dict[asyncio.Task[None], frozenset[int]] = {}
        self._stopping = False
        self.processes: Sequence[Process] = ()

    async def run(self) -> None:
        """For ever."""
        silent = False
        while not self._stopping:
            try:
                await self.beat()
            except Exception as error:  # noqa: BLE001 - the database is away: what we hold runs out by itself
                if not silent:
                    reason = str(error) or type(error).__name__
                    log.warning("No sign of life could be given", reason=reason)
                silent = True
            else:
                if silent:
                    log.info("Signs of life are given again")
                silent = False
            await self._sleep(BEAT)

    async def beat(self) -> None:
        """One sign of life; hand over and take what there is to."""
        began = self._monotonic()
        before = self._ours | self._handing_over
        held = frozenset(await self._membership.beat())
        lost = self._ours - held
        if lost:
            log.warning("Slots were lost to another process", slots=len(lost))
            self._ours -= lost
            self._change(self._let_go, lost)
        # Ours by the database alone: we were not told that we got them, or could not let them go.
        unknown = held - before - self._ours - self._handing_over
        self.processes = await self._membership.processes()
        most, chores = share_of(self._slots.holder, self.processes)
        if unknown:
            log.warning("Slots are ours that we did not know of", slots=len(unknown))
            await self._sort(unknown, most, chores=chores)
        await self._hand_over(most, chores=chores)
        await self._take(most - len(self._shared(self._ours)), began, chores=chores)

    async def _sort(self, slots: frozenset[int], most: int, *, chores: bool) -> None:
        """Take up as many of these as we are to hold, and let others have the rest."""
        room = max(most - len(self._shared(self._ours)), 0)
        mine = frozenset(sorted(self._shared(slots))[:room]) | (
            slots & {CHORES} if chores else set()
        )
        if slots - mine:
            await self._membership.release(slots - mine)
        if mine:
            self._ours |= mine
            self._change(self._take_up, mine)

    async def _take(self, most: int, began: float, *, chores: bool) -> None:
        gained: set[int] = set()
        if most > 0:
            gained |= await self._membership.take(most)
        if chores and CHORES not in self._ours | self._handing_over:
            gained |= await self._membership.take_chores()
        self._ours |= gained
        self._slots.hold(self._ours - self._handing_over, began + HELD_FOR)
        if gained:
            log.info("Slots were taken up", slots=len(gained), held=len(self._ours))
            self._change(self._take_up, frozenset(gained))

    async def _hand_over(self, most: int, *, chores: bool) -> None:
        shared = self._shared(self._ours - self._handing_over)
        give = set(sorted(shared)[most:])
        if not chores and CHORES in self._ours - self._handing_over:
            give.add(CHORES)
        if give:
            self._begin(self._given(frozenset(give)), frozenset(give))

    async def _given(self, slots: frozenset[int]) -> None:
        """Let what is under way end, while the slots are still held; then others may have them."""
        self._handing_over |= slots
        self._slots.leave(slots)
        try:
            await self._let_go(slots)
            await self._membership.release(slots)
        except Exception as error:  # noqa: BLE001 - they run out by themselves
            log.warning("Slots could not be handed over", reason=str(error))
        finally:
            self._ours -= slots
            self._handing_over -= slots

    def _change(self, change: Change, slots: frozenset[int]) -> None:
        # What was lost and is ours again is let go of before it is taken up, not after.
        before = [task for task, theirs in self._changing.items() if theirs & slots]

        async def changed() -> None:
            if before:
                await asyncio.wait(before)
            while True:
                try:
                    await change(slots)
                    return
                except Unavailable as away:
                    log.warning("A change of slots waits for the database", why=away.why)
                except Exception:
                    log.exception("A change of slots failed")
                # What is ours has to be worked for: it is tried again as long as it is.
                await self._sleep(BEAT)
                if self._stopping or not slots & self._ours:
                    return

        self._begin(changed(), slots)

    def _begin(self, work: Coroutine[Any, Any, None], slots: frozenset[int]) -> None:
        task = asyncio.create_task(work)
        self._changing[task] = slots
        task.add_done_callback(self._changing.pop)

    def _shared(self, slots: Collection[int]) -> frozenset[int]:
        return frozenset(slots) - {CHORES}

    async def close(self) -> None:
        """Hand everything over, and be there no more."""
        self._stopping = True
        try:
            await self._membership.stop()
            await self._given(self._ours - self._handing_over)
            if self._changing:
                await asyncio.wait(self._changing, timeout=HAND_OVER)
            await self._membership.leave()
        except Exception as error:  # noqa: BLE001 - the leases run out
            log.warning("Slots could not be handed over", reason=str(error))
