"""Couriers over a real database, a sender that answers as it is told, and a clock that tests move."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from bots.errors import AddressRefused
from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.turn import Event, TurnRecord
from bots.model.webhook import Answered, Endpoint
from bots.services.webhook_couriers import Couriers
from bots.services.webhooks import Webhooks
from storage.opening import Place, open_stores
from storage.stores import Stores
from storage.vault import KeyRing
from tests.storage.conftest import HandClock, numbers
from tests.storage.samples import answer, opened

TAKEN = Answered(status=200, took=5)
VAULT = KeyRing(lambda: ["the key of these tests " * 2])
EVENTS = ("message.received", "message.sent")


def refused(status: int, **fields: Any) -> Answered:
    return Answered(status=status, took=5, error=f"it answered {status}", **fields)


SILENT = Answered(status=0, took=10_000, error="no answer in time")


@dataclass(frozen=True)
class Call:
    url: str
    id: str
    secrets: tuple[str, ...]
    body: Mapping[str, Any]

    @property
    def chat(self) -> int:
        number: int = self.body["data"]["number"]
        return number

    @property
    def seq(self) -> int:
        seq: int = self.body["data"]["message"]["seq"]
        return seq


class Counted:
    """Behind `bots.ports.WebhookMeter`."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.waits: list[float] = []
        self.lost: list[str] = []

    def called(self, workspace: int, outcome: str, *, waited: float | None = None) -> None:
        assert workspace == 1
        self.outcomes.append(outcome)
        if waited is not None:
            self.waits.append(waited)

    def gave_up(self, workspace: int, what: str) -> None:
        assert workspace == 1
        self.lost.append(what)


Answers = Callable[[Call], Answered | asyncio.Event]


class Sender:
    """Behind `bots.ports.WebhookSender`; an event as an answer is one that comes when it is set."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.calls: list[Call] = []
        self.answers: dict[str, Answers] = defaultdict(lambda: lambda call: TAKEN)
        self.called_once = asyncio.Event()
        self.under_way = 0
        self.most = 0

    async def check(self, workspace: int, url: str) -> None:
        if not url.startswith("https://"):
            raise AddressRefused("only https:// is called")

    async def send(self, endpoint: Endpoint, id: str, body: Mapping[str, Any]) -> Answered:
        call = Call(endpoint.url, id, endpoint.signed_with(self._clock()), body)
        self._clock.move(milliseconds=1)
        self.calls.append(call)
        self.called_once.set()
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            answer = self.answers[endpoint.url](call)
            if isinstance(answer, asyncio.Event):
                await answer.wait()
                return TAKEN
            await asyncio.sleep(0)
            return answer
        finally:
            self.under_way -= 1

    def of(self, url: str) -> list[Call]:
        return [one for one in self.calls if one.url == url]

    async def called(self, times: int, url: str = "") -> None:
        """Return when there were so many calls, of an address or of all."""
        while len(self.of(url) if url else self.calls) < times:
            self.called_once.clear()
            await self.called_once.wait()


class Town:
    """A database with chats, endpoints, and whoever tells them."""

    def __init__(self, place: Place) -> None:
        self.clock = HandClock()
        self._place = place
        self.sender = Sender(self.clock)
        self.counted = Counted()
        self.stores: Stores
        self.webhooks: Webhooks
        self.couriers: Couriers
        self._chats: dict[str, Conversation] = {}
        self._new_id = numbers()

    async def open(self) -> None:
        self.stores = await open_stores(self._place, new_id=self._new_id, clock=self.clock)
        self.webhooks = Webhooks(
            self.stores.webhooks(VAULT),
            self.stores.feed,
            self.sender,
            clock=self.clock,
            new_id=self._new_id,
            random_bytes=Random(7).randbytes,
        )
        self.couriers = Couriers(
            self.stores.webhook_deliveries(VAULT),
            self.stores.feed,
            self.sender,
            meter=self.counted,
            clock=self.clock,
            sleep=self._sleep,
        )
        self._chats.clear()

    async def found(self) -> None:
        """Two workspaces."""

        def work(db: Any, items: Sequence[int]) -> list[None]:
            for id in items:
                db.execute("INSERT INTO workspaces (id, name, created_at) VALUES (?, '', 0)", (id,))
            return [None] * len(items)

        for id in (1, 2):
            await self.stores.base.writer.do(work, id)

    async def killed(self) -> None:
        """What was not written is forgotten, and all begins anew."""
        for task in list(self.couriers._working.values()):
            task.cancel()
        await asyncio.gather(*self.couriers._working.values(), return_exceptions=True)
        await self.stores.close()
        await self.open()

    async def close(self) -> None:
        await self.couriers.close()
        await self.stores.close()

    async def add(self, name: str = "good", events: Sequence[str] = EVENTS) -> Endpoint:
        kept = await self.webhooks.add(1, url=f"https://{name}.example.com/", events=events)
        return kept.endpoint

    async def say(self, chat: str, turns: int = 1, **fields: Any) -> Conversation:
        """A customer says something and is answered, so many times."""
        for _ in range(turns):
            known = self._chats.get(chat)
            if known is None:
                known = await opened(self.stores.journal, Address(1, "shop", "web", chat))
            self._chats[chat] = await answer(self.stores.journal, known, **fields)
        return self._chats[chat]

    async def happens(self, chat: str, *events: Event, **changes: Any) -> None:
        """Events, without a word."""
        known = self._chats[chat]
        changed = replace(known, **changes)
        self._chats[chat] = changed
        await self.stores.journal.commit(TurnRecord(conversation=changed, events=events))

    async def tell(self, *, seconds: float = 0.0) -> None:
        """Time passes, then whatever may be told is told, to its end."""
        self.clock.move(seconds=seconds)
        await self.couriers.look()
        await self.couriers.settled()

    async def later(self, *, seconds: float, step: float) -> None:
        """The same, little by little."""
        for _ in range(round(seconds / step)):
            await self.tell(seconds=step)

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
