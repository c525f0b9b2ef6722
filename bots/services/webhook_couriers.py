"""Tells every endpoint of what happens: whichever changes, comes or goes, each apart from all others."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import structlog

from bots.errors import Unavailable
from bots.ports import Clock, Feed, Sleep, WebhookDeliveries, WebhookMeter, WebhookSender
from bots.services.webhook_courier import Courier, Places, Tools

EVERY = 0.25
"""Seconds between two looks at what happened."""
ENDING = 1.0
"""Seconds that calls under way may take when the server stops."""

log = structlog.get_logger()


class Couriers:
    """One for each active endpoint. Where several processes run, one of them does this."""

    def __init__(
        self,
        store: WebhookDeliveries,
        feed: Feed,
        sender: WebhookSender,
        *,
        meter: WebhookMeter,
        clock: Clock,
        sleep: Sleep,
        rest: Sleep | None = None,
    ) -> None:
        self._store = store
        self._feed = feed
        self._clock = clock
        self._sleep = sleep
        self._rest = rest or sleep
        self._tools = Tools(
            store=store, feed=feed, sender=sender, places=Places(), meter=meter, clock=clock
        )
        self._couriers: dict[str, Courier] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        self._changed: tuple[int, int, str] | None = None
        self._latest: int | None = None
        self._away = False

    def fares(self) -> Mapping[str, int]:
        """How many endpoints take what they are told, and how many do not."""
        failing = sum(one.endpoint.tries > 0 for one in self._couriers.values())
        return {"well": len(self._couriers) - failing, "failing": failing}

    def oldest(self) -> Mapping[int, datetime]:
        """By workspace, when the first event happened that some endpoint did not take."""
        first: dict[int, datetime] = {}
        for one in self._couriers.values():
            if (at := one.oldest) is not None:
                workspace = one.endpoint.workspace
                first[workspace] = min(at, first.get(workspace, at))
        return first

    async def follow(self) -> None:
        """Tell for ever; what is under way when it ends may be told once more later."""
        try:
            while True:
                try:
                    await self.look()
                    self._away = False
                except Unavailable as error:
                    if not self._away:
                        log.warning("Webhooks cannot be told just now", why=error.why)
                    self._away = True
                await (self._sleep if self._couriers else self._rest)(EVERY)
        finally:
            await self.close()

    async def look(self) -> None:
        """Begin whatever may be told now, and leave it to go on by itself. Raises Unavailable."""
        await self._reread()
        if not self._couriers:
            self._latest = None
            return
        latest = await self._feed.latest()
        await self._stir(latest)
        now = self._clock()
        for id, one in self._couriers.items():
            if id not in self._working and one.wants(now):
                self._working[id] = asyncio.create_task(self._worked(id, one, latest))

    async def settled(self) -> None:
        """Return when nothing is under way."""
        while self._working:
            await asyncio.wait(self._working.values())

    async def close(self) -> None:
        """Let the calls under way come to their end, for a moment."""
        for one in self._couriers.values():
            one.leave()
        if self._working:
            await asyncio.wait(self._working.values(), timeout=ENDING)
        await self._cancel(list(self._working))
        self._couriers.clear()
        self._changed, self._latest = None, None

    async def _reread(self) -> None:
        changed = await self._store.changed()
        if changed == self._changed:
            return
        active = {one.id: one for one in await self._store.active()}
        gone = self._couriers.keys() - active.keys()
        await self._cancel(gone & self._working.keys())
        for id in gone:
            del self._couriers[id]
        for id, endpoint in active.items():
            known = self._couriers.get(id)
            if known is None or known.off:
                self._couriers[id] = Courier(endpoint, self._tools)
            elif known.endpoint.version != endpoint.version:
                known.update(endpoint)
        self._changed = changed

    async def _stir(self, latest: int) -> None:
        """Those in whose workspaces something happened since the last look."""
        if self._latest is not None and latest > self._latest:
            stirred = await self._feed.stirred(self._latest)
            for one in self._couriers.values():
                one.stirred = one.stirred or one.endpoint.workspace in stirred
        self._latest = latest

    async def _worked(self, id: str, one: Courier, latest: int) -> None:
        try:
            await one.work(latest)
        except Unavailable as error:
            one.stirred = True
            log.warning("A webhook's progress was not kept", webhook=id, why=error.why)
            await self._sleep(1.0)
        except Exception:
            one.stirred = True
            log.exception("Telling a webhook failed", webhook=id)
            await self._sleep(5.0)
        finally:
            del self._working[id]

    async def _cancel(self, ids: "set[str] | list[str]") -> None:
        tasks = [self._working[id] for id in ids]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
