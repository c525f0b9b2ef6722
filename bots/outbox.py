"""Deliver what was saved: in order within a conversation, again when it fails, loudly when for ever."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from bots import ports
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelUnauthorised,
    Rejected,
    Unavailable,
    Unreachable,
    WindowClosed,
)
from bots.holding import CLOSED, GIVEN_UP, LONGEST, Held, closed, still_held
from bots.model.answer import Delivery
from bots.model.message import Address
from bots.model.slots import ALONE, Slots, slot_of
from bots.model.turn import Outgoing
from bots.others import NOBODY
from bots.pacing import Pacing
from bots.pauses import Pauses
from bots.ports import Channel, Clock, Meter, Others, Sleep, Tracer
from bots.retry import DELAYS, wait_before
from bots.turnstile import Turnstile, answers
from bots.under_way import UNDER_WAY
from bots.unrendered import reply_of

log = structlog.get_logger()

Result = TypeVar("Result")

REFUSED_PAUSE = timedelta(seconds=60)
"""How long a channel whose credential is refused is left alone before the next try."""

ABSENT_FOR = timedelta(days=1)
"""How old what is to be said may become while its channel is not there."""

ABSENT_PAUSE = 5.0
"""Seconds between two looks at whether it is there again."""

OUTAGE_PAUSE = 1.0
"""Seconds between tries to write while the disk takes nothing."""

BUG_PAUSE = 30.0
"""The same where the store itself fails: its rows wait, for in order is the promise."""

NOBODY_TRACES: AbstractContextManager[None] = nullcontext()
LEAST_SHARE = 1 / 64
"""Of an account's messages: what a process may send that has hardly any of its chats."""

BEHIND_PAUSE = 0.2
"""Seconds between two looks whether what was said earlier by another process is out."""

UNCONFIRMED = timedelta(seconds=40)
"""How long ago a call was begun of which nobody here knows: longer than any commit may take."""

ABSENT = "this channel is not connected any more"

WHY: tuple[tuple[type[Exception], str], ...] = (
    (ChannelBusy, "busy"),
    (ChannelUnauthorised, "refused"),
    (WindowClosed, "window"),
    (Unreachable, "unreachable"),
    (Rejected, "rejected"),
    (ChannelDown, "down"),
)
"""What is told to the meter of a send that failed; anything else is a `bug`."""

_IN_THE_WAY = (*(why for _, why in WHY), "bug")

ENDS: frozenset[tuple[str, str]] = frozenset(
    [
        ("sent", ""),
        ("held", "window"),
        ("dropped", "epoch"),
        *(("dropped", why) for why in _IN_THE_WAY),
        *(("retried", why) for why in ("busy", "refused", "down", "bug")),
        *(("failed", why) for why in ("unreachable", "rejected", "down", "bug")),
        *(("failed", why) for why in ("unknown", "window", "absent")),
    ]
)
"""How a send may end for the meter, and why."""

UNKNOWN = "unknown: we stopped while it was being sent, and it must not go out twice"


class Outbox:
    """Sends committed rows. One send of a conversation is under way at a time.

    `state` is told the name of a channel that goes down with the reason, of one that is back with None.
    `undelivered` is called when something did not arrive, or is held, and that is on disk. `share` is
    the part of all chats that this process has: as much of what an account may send is its own.
    """

    def __init__(
        self,
        *,
        store: ports.Outbox,
        channels: Mapping[str, Channel],
        unreachable: Callable[[Address], None],
        meter: Meter,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        state: Callable[[str, str | None], None] = lambda channel, why: None,
        tracer: Tracer | None = None,
        slots: Slots = ALONE,
        others: Others = NOBODY,
    ) -> None:
        self._tracer = tracer
        self._store = store
        self._channels = channels
        self._unreachable = unreachable
        self._meter = meter
        self._clock = clock
        self._sleep = sleep
        self._queues: dict[Address, deque[Outgoing]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, asyncio.Event] = {}
        self._pauses = Pauses(clock, state)
        self._pacing = Pacing(clock)
        self._turnstiles: dict[str, Turnstile] = {}
        self.share: Callable[[], float] = lambda: 1.0
        self._held = Held()
        self._looking: set[Address] = set()
        self._slots = slots
        self._others = others
        self._unsure: set[Address] = set()
        self._keys: set[str] = set()
        self._drains: dict[Address, asyncio.Task[None]] = {}
        self.undelivered: Callable[[], None] = lambda: None
        self._closing = False

    # ------------------------------------------------------------ what goes in

    def idle(self, address: Address) -> bool:
        """What is given to us now leaves at once: nothing is before it, nothing holds us up."""
        return (
            address not in self._queues
            and address.channel not in self._pauses
            and (
                address.channel not in self._turnstiles or self._turnstiles[address.channel].idle()
            )
            and address not in self._held
            and address not in self._unsure
            and not self._closing
            and self._slots.has(address)
        )

    @property
    def keys(self) -> Collection[str]:
        """Those of the rows that wait here or are being sent."""
        return self._keys

    def unsure(self, address: Address) -> None:
        """Another process may have said something there: what we say has to look whether it is out."""
        self._unsure.add(address)

    def take(self, rows: Sequence[Outgoing]) -> None:
        """Send these behind what is there already; they are one conversation's, in order."""
        if self._closing:
            return
        address = rows[0].address
        if not self._slots.alone:
            if not self._slots.has(address):
                self._others.stir(slot_of(address), "calls")
                return
            rows = [row for row in rows if row.key not in self._keys]
            self._keys.update(row.key for row in rows)
        queue = self._queues.get(address)
        if queue is not None:
            queue.extend(rows)
            return
        if not rows:
            return
        self._queues[address] = deque(rows)
        task = asyncio.create_task(self._drain(address))
        self._drains[address] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def heard(self, address: Address, at: datetime) -> None:
        """The customer wrote: what was held for that goes out before anything else."""
        self._looking.discard(address)
        if address not in self._held or self._closing:
            return
        channel = self._channels.get(address.channel)
        window = channel.window if channel is not None else None
        if window is not None and self._clock() - at > window:
            return
        rows = self._held.release(address, at)
        queue = self._queues.get(address)
        if queue is None:
            self.take(rows)
            return
        # What is on its way meanwhile was said later, though it may be looked at just now.
        together = sorted([*rows, *queue], key=_place)
        queue.clear()
        queue.extend(together)

    async def start(self, slots: Collection[int] | None = None) -> None:
        """Go on with what was not sent before we were started, or before these slots became ours.

        A row that was being sent when we died may have arrived: it is sent again unless it is
        marked `once` and its messenger would show it twice; a person has to look at that.
        """
        for row in await self._store.unsent():
            if row.key in self._keys or (slots is not None and slot_of(row.address) not in slots):
                continue
            if await self._is_unknown(row):
                continue
            if still_held(row):
                self._held.keep(row)
            else:
                self.take([replace(row, sending_at=None, attempts=0, not_before=self._soon(row))])
        await self.give_up_old()

    async def _is_unknown(self, row: Outgoing) -> bool:
        """Whether it may have been sent and must not go out twice: a person is to look at it."""
        if row.sending_at is None or not row.once or self._is_known_again(row):
            return False
        await self._store.failed(row.key, UNKNOWN)
        self._meter.delivered(row.address, "failed", "unknown")
        log.warning("A message may or may not have been sent", key=row.key)
        return True

    async def look(self) -> None:
        """Take what other processes wrote for chats of ours, and what we were not told that it is written.

        What is being sent we have ourselves, unless its turn's commit was not confirmed.
        """
        forgotten = self._clock() - UNCONFIRMED
        for row in await self._store.unsent():
            if row.key in self._keys or row.address in self._held:
                continue
            if row.held_at is not None:
                self._held.keep(row)
            elif row.sending_at is None:
                self._insert(row)
            elif row.sending_at <= forgotten and not await self._is_unknown(row):
                self._insert(replace(row, sending_at=None))

    def _insert(self, row: Outgoing) -> None:
        """Into its place among what is said there later."""
        self.take([row])
        queue = self._queues[row.address]
        together = sorted(queue, key=_place)
        queue.clear()
        queue.extend(together)

    async def let_go(self, slots: Collection[int], patience: float) -> None:
        """Another process sends for these from now on: let what is under way end."""
        tasks = {task for address, task in self._drains.items() if slot_of(address) in slots}
        for task in tasks & self._resting:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._held.drop(lambda address: slot_of(address) in slots)

    def _soon(self, row: Outgoing) -> datetime | None:
        """When it is to be tried again, but for a clock that was set back since that was written."""
        latest = self._clock() + DELAYS[-1]
        return min(row.not_before, latest) if row.not_before is not None else None

    async def give_up_old(self) -> None:
        """Hold nothing for longer than makes sense."""
        for row in list(self._held.older(self._clock() - LONGEST)):
            await self._give_up(row, GIVEN_UP)
            self._meter.delivered(row.address, "failed", "window")

    async def close(self, patience: float) -> None:
        """Let the sends under way end; what waits, behind them or for a better time, is on disk."""
        self._closing = True
        for task in self._resting:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def delivery(self, message_id: str, *, patience: float) -> Delivery:
        """How far a message has come, once it is sent or failed, or after `patience` seconds."""
        if patience <= 0:
            return await self._store.delivered(message_id) or Delivery(status="sent")
        event = self._waiting.setdefault(message_id, asyncio.Event())
        delivery = None
        try:
            async with asyncio.timeout(patience):
                while True:
                    event.clear()
                    delivery = await self._store.delivered(message_id)
                    if delivery is None or delivery.status != "queued":
                        break
                    await event.wait()
        except TimeoutError:
            delivery = await self._store.delivered(message_id)
        finally:
            self._waiting.pop(message_id, None)
        return delivery or Delivery(status="sent")

    async def retry(self, message_id: str) -> bool:
        """Send what failed of a message once more; False where nothing of it has failed."""
        rows = await self._store.revived(message_id)
        if rows:
            self.take(rows)
        return bool(rows)

    @property
    def queued(self) -> int:
        """How many rows wait to be sent."""
        return sum(map(len, self._queues.values()))

    @property
    def oldest(self) -> datetime | None:
        """When the row was written that waits longest to be sent; held ones wait for customers."""
        return min((queue[0].created_at for queue in self._queues.values() if queue), default=None)

    @property
    def held(self) -> int:
        """How many rows wait for their customers to write again."""
        return len(self._held)

    # ------------------------------------------------------------ inside

    async def _drain(self, address: Address) -> None:
        queue = self._queues[address]
        # It was begun inside a turn, and outlives it.
        UNDER_WAY.set(None)
        try:
            while queue and not self._closing and self._slots.has(address):
                row = queue[0]
                again = await self._deliver(row)
                # What was held may stand before it by now.
                place = next(place for place, one in enumerate(queue) if one is row)
                if again is None:
                    del queue[place]
                    self._keys.discard(row.key)
                    self._settled(row)
                else:
                    queue[place] = again
        finally:
            self._queues.pop(address, None)
            self._drains.pop(address, None)
            self._keys.difference_update(row.key for row in queue)

    async def _deliver(self, row: Outgoing) -> Outgoing | None:
        """Try once; gives the row back when it is to be tried again (the wait is over by then)."""
        waited = await self._wait_for_its_time(row)
        channel = self._channels.get(row.address.channel)
        if channel is None:
            return await self._without_channel(row)
        if channel.window is not None and await self._must_be_held(row, channel):
            await self._hold(row, CLOSED)
            self._meter.delivered(row.address, "held", "window")
            return None
        if channel.pace is not None:
            turn = self._pacing.turn(row.address, channel.pace)
            if turn > 0:
                await self._rest(turn)
                waited = True
        if channel.per_second is not None and await self._turn_of(row, channel.per_second):
            waited = True
            if row.address.channel in self._pauses:
                return replace(row, sending_at=None)
        if self._queues[row.address][0] is not row:
            return replace(row, sending_at=None)
        # The owner of the conversation may have changed since the row was written.
        not_begun = waited or row.sending_at is None
        if not_begun:
            begun = await self._written(lambda: self._store.begin(row))
            if begun == "dropped":
                self._meter.delivered(row.address, "dropped", "epoch")
                return None
            if begun != "begun":
                return await self._not_yet(row)
            self._unsure.discard(row.address)
        began = time.perf_counter()
        try:
            with self._tracer.send(row) if self._tracer is not None else NOBODY_TRACES:
                platform_id = await self._send(row, channel)
        except Exception as failure:  # noqa: BLE001 - a library's own too: the row must not be lost
            return await self._failed(row, failure, time.perf_counter() - began)
        took = time.perf_counter() - began
        age = (self._clock() - row.created_at).total_seconds()
        await self._written(lambda: self._store.sent(row.key, platform_id))
        self._meter.delivered(row.address, "sent", took=took, waited=age)
        self._pauses.came_back(row.address.channel)
        return None

    async def _not_yet(self, row: Outgoing) -> Outgoing:
        """Another process said something before it, or sends for the chat by now."""
        if not any(one for one in self._queues[row.address] if _place(one) < _place(row)):
            await self._written(self.look)
        if self._queues[row.address][0] is row:
            await self._rest(BEHIND_PAUSE)
        return replace(row, sending_at=None)

    async def _send(self, row: Outgoing, channel: Channel) -> str:
        """What was said while the channel was not there is one row, whatever calls it needs."""
        reply = reply_of(row.payload)
        if reply is None:
            return await channel.send(row)
        platform_ids = [
            await channel.send(replace(row, key=f"{row.key}.{part}", payload=payload))
            for part, payload in enumerate(channel.render(row.address, reply))
        ]
        return platform_ids[0] if platform_ids else ""

    async def _failed(self, row: Outgoing, failure: Exception, took: float) -> Outgoing | None:
        why = next((name for kind, name in WHY if isinstance(failure, kind)), "bug")
        again, outcome = await self._after_failure(row, failure)
        self._meter.delivered(row.address, outcome, why, took=took)
        return again

    async def _after_failure(
        self, row: Outgoing, failure: Exception
    ) -> tuple[Outgoing | None, str]:
        """The row where it is to be tried again, and how this try ended for it."""
        if not row.message_id:
            await self._written(lambda: self._store.sent(row.key, ""))
            return None, "dropped"
        channel = row.address.channel
        match failure:
            case ChannelBusy():
                wait = timedelta(seconds=failure.retry_after)
                self._pauses.throttled(row.address, wait)
                return await self._again(row, wait, str(failure)), "retried"
            case ChannelUnauthorised():
                self._pauses.pause(channel, REFUSED_PAUSE)
                self._pauses.went_down(channel, str(failure))
                return await self._again(row, REFUSED_PAUSE, str(failure)), "retried"
            case WindowClosed():
                # The messenger knows better than our own note of when the customer wrote.
                await self._hold(row, f"{CLOSED} ({failure})")
                return None, "held"
            case Unreachable():
                self._unreachable(row.address)
                await self._give_up(row, str(failure))
                return None, "failed"
            case Rejected():
                await self._give_up(row, str(failure))
                return None, "failed"
            case ChannelDown():
                self._pauses.went_down(channel, str(failure))
            case _:
                log.error("A send raised", channel=channel, exc_info=failure)
        again = await self._transient(row, failure)
        return again, "retried" if again is not None else "failed"

    async def _without_channel(self, row: Outgoing) -> Outgoing | None:
        """A channel that was taken away may come back: what was to be said waits for it a day."""
        if self._clock() - row.created_at >= ABSENT_FOR:
            await self._give_up(row, ABSENT)
            self._meter.delivered(row.address, "failed", "absent")
            return None
        await self._rest(ABSENT_PAUSE)
        return replace(row, sending_at=None)

    async def _transient(self, row: Outgoing, failure: Exception) -> Outgoing | None:
        wait = wait_before(row.attempts + 1)
        unsent = isinstance(failure, ChannelDown) and failure.sent is False
        if row.once and not unsent and not self._is_known_again(row, wait or timedelta()):
            await self._give_up(
                row, f"unknown whether it was sent, and it may go only once: {failure}"
            )
            return None
        if wait is None:
            await self._give_up(row, str(failure))
            return None
        return await self._again(replace(row, attempts=row.attempts + 1), wait, str(failure))

    def _is_known_again(self, row: Outgoing, wait: timedelta = timedelta()) -> bool:
        """Whether its messenger will still know it for the same, after so long."""
        channel = self._channels.get(row.address.channel)
        known = channel.knows_again if channel is not None else timedelta()
        return timedelta() <= self._clock() + wait - row.created_at < known

    async def _again(self, row: Outgoing, wait: timedelta, error: str) -> Outgoing:
        until = self._clock() + wait
        await self._written(lambda: self._store.later(row.key, until, error))
        return replace(row, sending_at=None, not_before=until)

    async def _must_be_held(self, row: Outgoing, channel: Channel) -> bool:
        if not closed(row, channel, self._clock()):
            # What is held stands before it: in order is the promise.
            return row.address in self._held and row.payload.get("template") is not True
        # The customer may have written since the row was made, or write while we look.
        self._looking.add(row.address)
        heard_at = await self._written(lambda: self._store.heard_at(row.conversation_id))
        if row.address not in self._looking:
            return False
        self._looking.discard(row.address)
        return closed(replace(row, heard_at=heard_at), channel, self._clock())

    async def _hold(self, row: Outgoing, error: str) -> None:
        now = self._clock()
        self._held.keep(replace(row, held_at=now))
        if await self._written(lambda: self._store.held(row.key, now, error)):
            log.warning(
                "A message is held until the customer writes again",
                key=row.key,
                bot=row.address.bot,
                channel=row.address.channel,
            )
            self.undelivered()

    async def _give_up(self, row: Outgoing, error: str) -> None:
        """Keep it as failed, where a person sees it, and let the next one go."""
        await self._written(lambda: self._store.failed(row.key, error))
        log.warning(
            "A message was not delivered",
            key=row.key,
            bot=row.address.bot,
            channel=row.address.channel,
            error=error,
        )
        self.undelivered()

    async def _written(self, write: Callable[[], Awaitable[Result]]) -> Result:
        """Write (or read) until the disk takes it: what was sent must not be sent again for want of a note."""
        while True:
            try:
                return await write()
            except Unavailable:
                await self._rest(OUTAGE_PAUSE)
            except Exception:
                log.exception("The outbox cannot be written, trying again")
                await self._rest(BUG_PAUSE)

    async def _turn_of(self, row: Outgoing, per_second: float) -> bool:
        """Whether the account's other messages had to be waited for."""
        turnstile = self._turnstiles.get(row.address.channel)
        if turnstile is None:
            turnstile = self._turnstiles[row.address.channel] = Turnstile(self._clock, self._sleep)
        rate = per_second * max(self.share(), LEAST_SHARE)
        return await turnstile.turn(rate, answer=answers(row), wait=self._unless_closing)

    async def _rest(self, seconds: float) -> None:
        """Sleep, unless we are closing: then whatever waits is left for the next start."""
        await self._unless_closing(partial(self._sleep, seconds))

    async def _unless_closing(self, wait: Callable[[], Awaitable[Result]]) -> Result:
        task = asyncio.current_task()
        assert task is not None
        if self._closing:
            raise asyncio.CancelledError
        self._resting.add(task)
        try:
            return await wait()
        finally:
            self._resting.discard(task)

    def _settled(self, row: Outgoing) -> None:
        event = self._waiting.get(row.message_id)
        if event is not None:
            event.set()

    async def _wait_for_its_time(self, row: Outgoing) -> bool:
        """Whether anything had to be waited for: its own next try, or the whole channel's."""
        waited = False
        own = row.not_before
        while (left := self._pauses.left(row.address.channel, own)) > 0:
            await self._rest(left)
            waited = True
            # It has been waited for, though the clock may have been set back meanwhile.
            own = None
        return waited


def _place(row: Outgoing) -> tuple[int, int]:
    return (row.seq, row.part)
