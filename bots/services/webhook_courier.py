"""Telling one endpoint of events: in order, again until they are taken, and never faster than it takes."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bots.model.webhook import (
    Answered,
    Aside,
    Attempt,
    Endpoint,
    Progress,
    assignee,
    body_of,
    names_in_feed,
    tellings,
)
from bots.ports import Clock, Feed, WebhookDeliveries, WebhookMeter, WebhookSender
from bots.services.webhook_window import ALIVE, WIDTH, Slot, Window, pause

AT_ONCE = 8
"""Calls of one endpoint at a time; one alone while it fails."""
PAGE = 32
"""Entries of the feed read at a time."""
GIVEN_UP = timedelta(hours=72)
"""For so long what is not taken is told again; then the endpoint is switched off, or the event dropped."""
LONGEST_WAIT = timedelta(days=1)
"""However long an endpoint asks us to wait."""
SLOW = 1000
"""Milliseconds of a call, past which the next one takes a place among the slow."""
PLACES = 96
"""Calls at a time over all endpoints: so many of quick ones, and as many of slow ones."""
SAVED = timedelta(seconds=0.5)
"""How often progress is written at most; what came since is told once more after a crash."""
LOGGED = 20
"""Calls that succeeded, of which the log is told with one write; of failures all."""
DOWN = 3
"""Failures in a row after which it is the endpoint, and no longer a single event."""
PICKY = timedelta(seconds=5)
"""The longest pause of one that refuses events and took others a while ago."""
MOST_ASIDE = 1000
"""Events of an endpoint set aside; past that it has to take them before it is told of others."""
GONE, SILENT = "gone", "silent"
"""Why an endpoint was switched off: it answered 410; nothing was taken for `GIVEN_UP`."""

log = structlog.get_logger()


READING = 3
"""How many of all couriers read the database at a time: turns have to read too."""


class Places:
    """Slow endpoints, however many, take no place of a quick one; `reading` is held for every query."""

    def __init__(self) -> None:
        self._quick = asyncio.Semaphore(PLACES)
        self._slow = asyncio.Semaphore(PLACES)
        self.reading = asyncio.Semaphore(READING)

    def of(self, *, slow: bool) -> asyncio.Semaphore:
        """To be held during a call."""
        return self._slow if slow else self._quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What all couriers share."""

    store: WebhookDeliveries
    feed: Feed
    sender: WebhookSender
    places: Places
    meter: WebhookMeter
    clock: Clock


class Courier:
    """One endpoint. `work` goes on as long as there is something to tell that may be told now."""

    def __init__(self, endpoint: Endpoint, tools: Tools) -> None:
        self.endpoint = endpoint
        self._tools = tools
        self._clock = tools.clock
        self._window = Window(endpoint.cursor)
        self._asides: deque[Slot] = deque()
        self._asides_running: set[str] = set()
        self._aside_due: datetime | None = None
        self._aside_at: dict[str, datetime] = {}
        self._aside_read = False
        self._attempts: list[Attempt] = []
        self._saved_at: datetime | None = None
        self._saved = endpoint
        self._round = 0
        self._slow = False
        self._busy_until: datetime | None = None
        self._leaving = False
        self.stirred = True
        self.off = ""

    def update(self, endpoint: Endpoint) -> None:
        """Its owner changed something: what is under way goes on, what comes next is as they say."""
        mine = self.endpoint
        self.endpoint = replace(
            endpoint, cursor=mine.cursor, taken_at=mine.taken_at or endpoint.taken_at
        )
        self._saved = endpoint
        self._aside_read = False
        if endpoint.cursor > self._window.settled:
            self._window = Window(endpoint.cursor)
        if not endpoint.tries:
            self._busy_until = None
            self._window.recovered()
        self.stirred = True

    def wants(self, now: datetime) -> bool:
        """Whether `work` has anything to do at a moment."""
        if self.off:
            return False
        if self.endpoint.retry_at is not None and now < self.endpoint.retry_at:
            return False
        return (
            self.stirred
            or not self._aside_read
            or bool(self._asides)
            or self._window.next(now) is not None
            or (self._aside_due is not None and self._aside_due <= now)
        )

    @property
    def oldest(self) -> datetime | None:
        """When the first event happened that it did not take; None where it took all."""
        first = self._window.first_at
        if first is None and self.stirred:
            # What waits was not read yet: something does since it failed, if it did.
            first = self.endpoint.failing_since
        times = [*self._aside_at.values(), *(() if first is None else (first,))]
        return min(times, default=None)

    async def work(self, latest: int) -> None:
        """Tell what may be told; the feed is complete up to `latest`. Raises Unavailable."""
        self.stirred = False
        running: set[asyncio.Task[None]] = set()
        try:
            while not self.off:
                await self._prepare(latest)
                while len(running) < self._at_once and (slot := self._next()) is not None:
                    slot.running = True
                    running.add(asyncio.create_task(self._tell(slot)))
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    one.result()
                if self._saved_at is None or self._clock() - self._saved_at >= SAVED:
                    await self._save()
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self._window.stopped()
            if self._asides_running:
                self._asides_running.clear()
                self._aside_read = False
        await self._save()
        if self.off:
            await self._tools.store.disable(self.endpoint, self.off)
            self._tools.meter.gave_up(self.endpoint.workspace, "address")

    def leave(self) -> None:
        """Begin nothing more: `work` ends with what is under way."""
        self._leaving = True

    # ------------------------------------------------------------ what goes next

    @property
    def _at_once(self) -> int:
        return 1 if self.endpoint.tries else AT_ONCE

    def _next(self) -> Slot | None:
        now = self._clock()
        retry_at = self.endpoint.retry_at
        if self._leaving or self.off or (retry_at is not None and now < retry_at):
            return None
        slot = self._window.next(now, probing=bool(self.endpoint.tries))
        if slot is None and self._asides and not self.endpoint.tries:
            slot = self._asides.popleft()
            self._asides_running.add(slot.telling.id)
        return slot

    async def _prepare(self, latest: int) -> None:
        now = self._clock()
        for slot in self._window.hopeless(now, self.endpoint.taken_at):
            if len(self._aside_at) < MOST_ASIDE:
                await self._set_aside(slot, now)
                self._window.finish(slot)
        while len(self._window) < WIDTH and self._window.read < latest:
            await self._read(latest)
        due = self._aside_due is not None and self._aside_due <= now
        if not self._asides and (due or not self._aside_read):
            await self._read_aside(now)

    async def _read(self, latest: int) -> None:
        """The next page; where there is none, all up to `latest` concerns us not."""
        events, read = self.endpoint.events, self._window.read
        async with self._tools.places.reading:
            entries = await self._tools.feed.after(
                self.endpoint.workspace, read, limit=PAGE, names=names_in_feed(events)
            )
        told = [one for entry in entries for one in tellings(entry, events)]
        self._window.take(told, entries[-1].cursor if entries else latest)

    async def _read_aside(self, now: datetime) -> None:
        """Those that are due now, and when the next one is."""
        async with self._tools.places.reading:
            kept = await self._tools.store.aside(self.endpoint.id)
        self._aside_read = True
        self._aside_at = {one.telling.id: one.telling.at for one in kept}
        self._aside_due = min((one.due_at for one in kept if one.due_at > now), default=None)
        self._asides.extend(
            Slot(
                one.telling,
                tries=one.tries,
                refused=one.tries,
                first_at=one.first_at,
                error=one.error,
                aside=True,
            )
            for one in kept
            if one.due_at <= now and one.telling.id not in self._asides_running
        )

    # ------------------------------------------------------------ telling

    async def _tell(self, slot: Slot) -> None:
        told, endpoint, began = slot.telling, self.endpoint, self._round
        store, who = self._tools.store, assignee(told.data)
        async with self._tools.places.of(slow=self._slow):
            async with self._tools.places.reading:
                facts = await store.facts(endpoint.workspace, told.conversation, told.seq, who)
            if facts is None:
                # It was erased, and so is all that was to be told of it.
                await self._done(slot)
                return
            body = body_of(told, facts, endpoint.events)
            answered = await self._tools.sender.send(endpoint, told.id, body)
        slot.running = False
        self._slow = answered.took > SLOW or answered.status == 0
        self._note(slot, body["event"], answered)
        if answered.taken:
            await self._done(slot)
            self._taken()
        else:
            await self._not_taken(slot, answered, fresh=began == self._round)

    def _note(self, slot: Slot, event: str, answered: Answered) -> None:
        one = Attempt(
            event=event,
            id=slot.telling.id,
            status=answered.status,
            error=answered.error,
            took=answered.took,
            at=self._clock(),
            tries=slot.tries + 1,
        )
        self._tools.meter.called(
            self.endpoint.workspace,
            answered.outcome,
            waited=(one.at - slot.telling.at).total_seconds() if answered.taken else None,
        )
        if not answered.taken or sum(not kept.error for kept in self._attempts) < LOGGED:
            self._attempts.append(one)

    async def _done(self, slot: Slot) -> None:
        slot.running = False
        if slot.aside:
            await self._tools.store.settle(self.endpoint.id, slot.telling.id)
            self._asides_running.discard(slot.telling.id)
            self._aside_at.pop(slot.telling.id, None)
        else:
            self._window.finish(slot)

    def _taken(self) -> None:
        now = self._clock()
        if self.endpoint.tries >= DOWN:
            self._window.recovered()
            log.info("A webhook takes events again", webhook=self.endpoint.id)
        self.endpoint = replace(
            self.endpoint,
            tries=0,
            failing_since=None,
            # However well it fares otherwise: it may have asked us to wait.
            retry_at=self._asked(now),
            taken_at=now,
            error="",
        )

    async def _not_taken(self, slot: Slot, answered: Answered, *, fresh: bool) -> None:
        now = self._clock()
        if answered.status == 410:
            self.off = GONE
        if answered.busy and answered.retry_after is not None:
            wait = min(timedelta(seconds=answered.retry_after), LONGEST_WAIT)
            self._busy_until = max(self._busy_until or now, now + wait)
        if slot.aside:
            await self._aside_failed(slot, answered, now)
        elif not answered.busy:
            self._window.failed(slot, now, answered.error, refused=answered.refused)
        if fresh and (answered.busy or not slot.aside):
            self._failed(answered, now)
        elif (asked := self._asked(now)) is not None:
            later = max(asked, self.endpoint.retry_at or now)
            self.endpoint = replace(self.endpoint, retry_at=later)

    def _failed(self, answered: Answered, now: datetime) -> None:
        """One more round in which it did not take what it was told."""
        self._round += 1
        mine = self.endpoint
        tries, since = mine.tries + 1, mine.failing_since or now
        if tries == DOWN:
            log.warning("A webhook does not take events", webhook=mine.id, why=answered.error)
        # After the first failure another event shows whether it is the endpoint or the event.
        first = tries == 1 and not answered.busy
        wait = timedelta(0) if first else pause(max(1, tries - 1))
        if answered.refused and mine.taken_at is not None and now - mine.taken_at < ALIVE:
            wait = min(wait, PICKY)
        retry_at = now + wait
        if (asked := self._asked(now)) is not None:
            retry_at = asked if answered.busy else max(retry_at, asked)
        self.endpoint = replace(
            mine, tries=tries, failing_since=since, retry_at=retry_at, error=answered.error
        )
        if now - since >= GIVEN_UP:
            self.off = self.off or SILENT

    def _asked(self, now: datetime) -> datetime | None:
        """Until when the endpoint asked us to wait; None where it did not, or that is over."""
        busy = self._busy_until
        return busy if busy is not None and busy > now else None

    # ------------------------------------------------------------ what is kept

    async def _aside_failed(self, slot: Slot, answered: Answered, now: datetime) -> None:
        assert slot.first_at is not None
        slot.tries += not answered.busy
        slot.error = answered.error
        if now - slot.first_at >= GIVEN_UP:
            await self._tools.store.give_up(self.endpoint.id, slot.telling.id, now=now)
            self._aside_at.pop(slot.telling.id, None)
            self._tools.meter.gave_up(self.endpoint.workspace, "event")
            log.error("An event for a webhook is given up", webhook=self.endpoint.id)
        else:
            await self._set_aside(slot, now)
        self._asides_running.discard(slot.telling.id)

    async def _set_aside(self, slot: Slot, now: datetime) -> None:
        due = now + pause(max(1, slot.tries))
        one = Aside(
            telling=slot.telling,
            tries=slot.tries,
            first_at=slot.first_at or now,
            due_at=due,
            error=slot.error,
        )
        await self._tools.store.set_aside(self.endpoint, one)
        self._aside_at[slot.telling.id] = slot.telling.at
        self._aside_due = min(due, self._aside_due or due)

    async def _save(self) -> None:
        """What is not saved is told once more after a crash."""
        mine = replace(self.endpoint, cursor=self._window.settled)
        self._saved_at = self._clock()
        if mine == self._saved and not self._attempts:
            return
        attempts, self._attempts = self._attempts, []
        progress = Progress(
            cursor=mine.cursor,
            tries=mine.tries,
            failing_since=mine.failing_since,
            retry_at=mine.retry_at,
            taken_at=mine.taken_at,
            error=mine.error,
        )
        await self._tools.store.note(mine, progress, attempts)
        self._saved = mine
