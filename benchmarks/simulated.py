"""Customers, a worker and a messenger in moved time; the lanes and the outbox between them are ours.

What is played: what a turn costs of a core and how long a commit takes (both are given), how long a
call takes, and how a messenger limits a bot. What is real: `bots.lanes.Lanes` and
`bots.outbox.Outbox` with all their pauses, tries and pacing.
"""

import asyncio
import math
import random
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bots.errors import ChannelBusy
from bots.lanes import Lanes
from bots.model.answer import Delivery
from bots.model.message import Address, Reply
from bots.model.turn import Begun, Outgoing
from bots.outbox import Outbox
from bots.ports import Channel, Pace, Received, Webhook
from tests.bots.clockwork import NoMeter
from tests.bots.moved_time import now

CONNECTIONS = 100
"""Calls that are under way to one messenger at most, as `adapters.wire.Wire` has it."""

CALL = 0.06
"""Seconds a call takes, on the way there and back."""


class Limits(NamedTuple):
    """What a messenger takes of one bot: messages a second, one in so many seconds of a chat, a minute of a group.

    None is no limit. `pace` and `counted` are ours: how fast we write to one chat, and to all.
    """

    per_second: int
    of_a_chat: float | None = None
    of_a_group: int | None = None
    pace: Pace | None = None
    counted: float | None = None
    connections: int = CONNECTIONS


class Window:
    """So many in the last seconds, and the seconds until there is room again."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._taken: deque[float] = deque()

    def wait(self, at: float) -> float:
        while self._taken and self._taken[0] <= at - self._seconds:
            self._taken.popleft()
        if len(self._taken) < self._most:
            return 0.0
        return self._taken[-self._most] + self._seconds - at

    def take(self, at: float) -> None:
        self._taken.append(at)


class Messenger(Channel):
    """Takes what its limits let through, refuses the rest with whole seconds to wait, and counts."""

    platform = "played"

    def __init__(self, limits: Limits, *, name: str = "played:1") -> None:
        self.name = name
        self.pace = limits.pace
        self.per_second = limits.counted
        self._limits = limits
        self._bot = Window(limits.per_second, 1.0)
        self._chats: dict[str, list[Window]] = defaultdict(self._of_a_chat)
        self._turns = asyncio.Semaphore(limits.connections)
        self.refused = 0
        self.last = 0.0
        self.delays: list[float] = []
        self.answered: dict[str, asyncio.Event] = {}

    def _of_a_chat(self) -> list[Window]:
        windows = []
        if self._limits.of_a_chat is not None:
            # "One message a second", and a few at once are let through.
            windows.append(Window(3, 3 * self._limits.of_a_chat))
        if self._limits.of_a_group is not None:
            windows.append(Window(self._limits.of_a_group, 60.0))
        return windows

    async def receive(self, webhook: Webhook) -> Received:
        return Received()

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def typing(self, address: Address) -> None:
        pass

    async def send(self, row: Outgoing) -> str:
        async with self._turns:
            await asyncio.sleep(CALL / 2)
            at = asyncio.get_running_loop().time()
            windows = [self._bot, *self._chats[row.address.chat_id]]
            wait = max(window.wait(at) for window in windows)
            if wait > 0:
                self.refused += 1
                await asyncio.sleep(CALL / 2)
                raise ChannelBusy(max(1, math.ceil(wait)))
            for window in windows:
                window.take(at)
            self.last = at
            if "asked_at" in row.payload:
                self.delays.append(at - row.payload["asked_at"])
            if row.address.chat_id in self.answered:
                self.answered[row.address.chat_id].set()
            await asyncio.sleep(CALL / 2)
            return "1"


class Rows:
    """The outbox's store, as quick as its commits."""

    def __init__(self, commit: float) -> None:
        self._commit = commit

    async def unsent(self) -> list[Outgoing]:
        return []

    async def begin(self, row: Outgoing) -> Begun:
        await asyncio.sleep(self._commit)
        return "begun"

    async def sent(self, key: str, platform_message_id: str) -> None:
        await asyncio.sleep(self._commit)

    async def later(self, key: str, until: object, error: str) -> None:
        await asyncio.sleep(self._commit)

    async def held(self, key: str, since: object, error: str) -> bool:
        return True

    async def heard_at(self, conversation: int) -> None:
        return None

    async def failed(self, key: str, error: str) -> None:
        raise AssertionError(f"nothing fails here: {error}")

    async def revived(self, message_id: str) -> list[Outgoing]:
        return []

    async def delivered(self, message_id: str) -> Delivery | None:
        return None


class Core:
    """What a process may use of a machine: one thing after another, each for as long as it takes."""

    def __init__(self) -> None:
        self._free = 0.0
        self.used = 0.0

    async def work(self, seconds: float) -> None:
        at = asyncio.get_running_loop().time()
        self._free = max(self._free, at) + seconds
        self.used += seconds
        await asyncio.sleep(self._free - at)


@dataclass
class Worker:
    """One process with its lanes and its outbox; `turn` seconds of its core a turn, `commit` to disk."""

    messenger: Messenger
    turn: float
    commit: float
    core: Core = field(default_factory=Core)

    def __post_init__(self) -> None:
        self.lanes = Lanes()
        self.outbox = Outbox(
            store=Rows(self.commit),
            channels={self.messenger.name: self.messenger},
            unreachable=lambda address: None,
            meter=NoMeter(),
            clock=now,
        )
        self._count = 0

    def sends(self, chat: str) -> None:
        """What nobody asked for: a campaign, a reminder."""
        self.says(Address(1, "bot", self.messenger.name, chat), {})

    def hears(self, chat: str) -> None:
        """A customer has written: a turn in the chat's lane, and its answer on the way."""
        asked_at = asyncio.get_running_loop().time()
        address = Address(1, "bot", self.messenger.name, chat)

        async def turn() -> None:
            await self.core.work(self.turn)
            await asyncio.sleep(self.commit)
            self.says(address, {"asked_at": asked_at})

        self.lanes.submit(address, turn)

    def says(self, address: Address, payload: dict[str, Any]) -> None:
        """A message that is on its way, as the turn that wrote it hands it on."""
        self._count += 1
        at = now()
        first = self.outbox.idle(address)
        row = Outgoing(
            key=f"{self._count}:0",
            conversation_id=1,
            address=address,
            seq=self._count,
            part=0,
            epoch=0,
            payload=payload,
            message_id=str(self._count),
            created_at=at,
            sending_at=at if first else None,
            heard_at=at if "asked_at" in payload else None,
        )
        self.outbox.take([row])

    async def quiet(self) -> None:
        """Until everything was said."""
        for _ in range(1_000_000):
            if not self.lanes.busy and not self.outbox.queued:
                return
            await asyncio.sleep(1.0)


def poisson(rate: float, seconds: float, chance: random.Random) -> Iterator[float]:
    """Moments within so many seconds, `rate` of them a second, one knowing nothing of the other."""
    at = chance.expovariate(rate)
    while at < seconds:
        yield at
        at += chance.expovariate(rate)


async def at_each(moments: Iterable[float]) -> Any:
    """Wait for one moment after the other, counted from the first call on."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for moment in moments:
        await asyncio.sleep(max(0.0, began + moment - loop.time()))
        yield moment
