"""The whole runtime over a real database, with a messenger and time that do what a test tells them."""

import asyncio
import heapq
import itertools
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bots.actions import Performer
from bots.board import Board
from bots.deciding import Decider
from bots.errands import Errands
from bots.errors import EasyFlowError, Unavailable
from bots.handoffs import Handoffs
from bots.inbox import Inbox
from bots.lanes import Lanes
from bots.model.conversation import Conversation
from bots.model.message import Address, Happening, Reply, UnifiedMessage
from bots.model.slots import ALONE
from bots.model.turn import Event, MessageRecord, Outgoing
from bots.outbox import Outbox
from bots.ports import Channel, Listener, Received, Webhook
from bots.publishing import Published
from bots.responder import Responder
from flows.load import load_bot
from flows.model import ActionSpec, Bot, Input, Queue
from scheduler.worker import Worker
from storage.sqlite import open_sqlite
from storage.stores import Stores
from tests.bots.clockwork import NoMeter

Result = TypeVar("Result")

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CHANNEL = "telegram:1"
WORKSPACE = 1

COUNTER = """
flow: count
when: [/start]
steps:
  begin:
    - set: {count: 0, word: start}
  next:
    - ask: "{{ count }}:{{ word }}"
      save: word
      as: text
      remind: {after: 10m, say: "still {{ count }}"}
    - set: {count: "{{ count + 1 }}"}
    - choose: word
      cases:
        slow:
          - do: slow.work
            with: {x: "{{ count }}"}
            save: result
            failed:
              - say: "failed {{ count }}"
          - say: "{{ result }}"
        quick:
          - do: quick.work
            with: {x: "{{ count }}"}
            failed:
              - say: "failed {{ count }}"
    - go: next
"""
"""Repeats each message with its number, so that a lost, doubled or reordered one shows."""

ACTIONS = {
    name: ActionSpec(
        name=name, inputs={"x": Input(required=False)}, quick=name.startswith("quick.")
    )
    for name in ("slow.work", "quick.work")
}


def bot_files(flows: str = COUNTER, bot: str = "") -> dict[str, str]:
    head = "bot: Counter\nlanguage: en\ntimezone: UTC\n"
    defaults = "" if "defaults:" in bot else "defaults: {tries: 3, else: done, expires: never}\n"
    return {"bot.yaml": head + defaults + bot, "flows/all.yaml": flows}


def compiled(name: str, files: Mapping[str, str]) -> Bot:
    return load_bot(name, files, ACTIONS).bot


class Hands:
    """A clock that stands until it is moved; sleepers wake when it passes their time."""

    def __init__(self) -> None:
        self.time = START
        self.parked = 0
        self._order = itertools.count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.time + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), waking))
        await self.park(waking)

    async def park(self, waiting: Awaitable[Result]) -> Result:
        """Wait for what the test alone lets happen."""
        self.parked += 1
        try:
            return await waiting
        finally:
            self.parked -= 1

    def next_sleeper(self) -> datetime | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def wake(self, moment: datetime) -> None:
        self.time = max(self.time, moment)
        while self._sleepers and self._sleepers[0][0] <= self.time:
            waking = heapq.heappop(self._sleepers)[2]
            if not waking.done():
                waking.set_result(None)


class Life:
    """Of a process: it may end at a point of its work, or find that the disk takes nothing."""

    WRITES = frozenset(
        {"accept", "claim", "commit", "postpone", "begin", "sent", "later", "failed"}
        | {"held", "intent_later", "add_relays", "put_topic"}
    )

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.dead = False
        self.doom = ""
        self.outage = False
        self.fills = ""
        self.happens: dict[str, Callable[[], Awaitable[None]]] = {}
        """What happens once at a point, by others."""
        self._under_way: set[asyncio.Future[Any]] = set()

    async def reach(self, point: str) -> None:
        if (happens := self.happens.pop(point, None)) is not None:
            await happens()
        if point == self.fills:
            self.outage = True
        if point == self.doom:
            self.dead = True
        if self.dead:
            await self.hands.park(asyncio.get_running_loop().create_future())

    async def ask(self, port: Awaitable[Result]) -> Result:
        """The database ends what it has begun, whatever becomes of who asked for it."""
        asked = asyncio.ensure_future(port)
        self._under_way.add(asked)
        asked.add_done_callback(self._under_way.discard)
        return await asyncio.shield(asked)

    async def end(self, tasks: set[asyncio.Task[Any]]) -> None:
        self.dead = True
        # A connection of the database is given back in a task of its own.
        left = {one for one in tasks - self._under_way if not _gives_back(one)}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, *self._under_way, return_exceptions=True)
        await asyncio.gather(*filter(_gives_back, asyncio.all_tasks()), return_exceptions=True)

    def checked(self, port: Any) -> Any:
        return _Checked(port, self)


def _gives_back(task: asyncio.Task[Any]) -> bool:
    name = getattr(task.get_coro(), "__qualname__", "")
    return name in ("AsyncConnection.close", "AsyncSession.close")


class _Checked:
    def __init__(self, port: Any, life: Life) -> None:
        self._port = port
        self._life = life

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self._port, name)

        async def call(*given: Any, **named: Any) -> Any:
            await self._life.reach(f"before {name}")
            if self._life.outage and name in Life.WRITES:
                raise Unavailable("no space left")
            try:
                result = await self._life.ask(method(*given, **named))
            except EasyFlowError:
                await self._life.reach(f"failed {name}")
                raise
            await self._life.reach(f"after {name}")
            return result

        return call


@dataclass
class Messenger(Channel):
    """What the platform sees, over all lives of the process; fails as told, by the chat's id."""

    name: str = CHANNEL
    platform: str = "telegram"
    script: dict[str, deque[Exception]] = field(default_factory=lambda: defaultdict(deque))
    taken: list[Outgoing] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    life: Life | None = None
    when_taken: Callable[[], None] = lambda: None

    async def receive(self, webhook: Webhook) -> Received:
        return Received()

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        parts = reply.text.split("|")
        return [{"text": part, "clears": reply.clear_keyboard} for part in parts]

    async def send(self, row: Outgoing) -> str:
        assert self.life is not None
        await self.life.reach("before send")
        failures = self.script[row.address.chat_id]
        if failures:
            raise failures.popleft()
        self.taken.append(row)
        self.when_taken()
        await self.life.reach("after send")
        return f"p-{row.key}"

    async def typing(self, address: Address) -> None:
        self.typed.append(address.chat_id)

    def texts(self, chat: str) -> list[str]:
        """What a customer reads; one message arriving twice in a row counts once."""
        rows = [row for row in self.taken if row.address.chat_id == chat]
        return [
            row.payload["text"]
            for number, row in enumerate(rows)
            if number == 0 or rows[number - 1].key != row.key
        ]


@dataclass
class World:
    """What actions act on, over all lives of the process: each key has its effect once."""

    life: Life | None = None
    calls: list[str] = field(default_factory=list)
    effects: dict[str, str] = field(default_factory=dict)
    script: deque[Exception] = field(default_factory=deque)
    held: asyncio.Event | None = None

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, address: Address, key: str
    ) -> Any:
        assert self.life is not None
        self.calls.append(key)
        await self.life.reach("before act")
        if self.held is not None:
            await self.life.hands.park(self.held.wait())
        if self.script:
            raise self.script.popleft()
        effect = self.effects.setdefault(key, f"done {arguments.get('x')}")
        await self.life.reach("after act")
        return effect


class NobodyUnderstands:
    async def choose(
        self, text: str, candidates: Mapping[str, str], *, question: str | None, language: str
    ) -> Sequence[tuple[str, float]]:
        return ()


class Ears:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.messages: list[MessageRecord] = []
        self.events: list[Event] = []
        self.raises = False

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        self.messages.extend(messages)
        self.events.extend(events)
        if self.raises:
            raise RuntimeError("a bug of a listener")


def address_of(chat: str, bot: str = "counter") -> Address:
    return Address(WORKSPACE, bot, CHANNEL, chat)


class Rig:
    """A house that can be crashed: `open`, then everything is as in the real one."""

    def __init__(self, path: Path, files: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.path = path
        self.files = dict(files if files is not None else {"counter": bot_files()})
        self.hands = Hands()
        self.messenger = Messenger()
        self.channels: dict[str, Channel] = {}
        self.world = World()
        self.ears = Ears()
        self.board = Board()
        self.listeners: list[Listener] = [self.board, self.ears]
        self.meter = NoMeter()
        self.slots = ALONE
        self._ids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._others: set[asyncio.Task[Any]] = set()
        self.stores: Stores
        self.life: Life
        self.inbox: Inbox
        self.outbox: Outbox
        self.lanes: Lanes
        self.worker: Worker
        self.published: Published

    def new_id(self) -> str:
        return f"{next(self._ids):032x}"

    # ------------------------------------------------------------ life and death

    async def open(self) -> None:
        self.life = self.messenger.life = self.world.life = Life(self.hands)
        self.channels[CHANNEL] = self.messenger
        self.stores = await self.opened()
        checked, channels = self.life.checked, self.channels
        timers, journal = checked(self.stores.timers), checked(self.stores.journal)
        performer = Performer(self.world, NobodyUnderstands(), self.meter)
        time: dict[str, Any] = {"clock": self.hands.now, "sleep": self.hands.sleep}
        self.published = Published(
            versions=self.stores.versions,
            workspace=WORKSPACE,
            compile=compiled,
            clock=self.hands.now,
        )
        for name, files in self.files.items():
            await self.published.publish(compiled(name, files), files)
        self.outbox = Outbox(
            store=checked(self.stores.outbox),
            channels=channels,
            unreachable=lambda address: self.inbox.unreachable(address),
            meter=self.meter,
            state=lambda channel, why: self.fares(channel, why),
            slots=self.slots,
            **time,
        )
        self.board = Board()
        self.listeners[0] = self.board
        await self.board.start(
            [WORKSPACE], self.stores.episodes, self.stores.operators, self.hands.now()
        )
        decider = Decider(
            published=self.published,
            performer=performer,
            clock=self.hands.now,
            board=self.board,
        )
        responder = Responder(
            journal=journal,
            decider=decider,
            channels=channels,
            post=self.outbox,
            listeners=self.listeners,
            meter=self.meter,
            clock=self.hands.now,
            new_id=self.new_id,
            handoffs=Handoffs(
                self.published.current,
                self.new_id,
                channels=self.channels,
                name=self.board.name,
            ),
        )
        self.worker = Worker(timers=timers, clock=self.hands.now)
        self.lanes = Lanes()
        self.inbox = Inbox(
            journal=journal,
            timers=timers,
            responder=responder,
            errands=Errands(timers=timers, performer=performer, channels=channels, **time),
            lanes=self.lanes,
            wake=self.worker.wake,
            meter=self.meter,
            slots=self.slots,
            **time,
        )
        await self.furnish()
        await self.outbox.start()
        await self.inbox.start()

    async def opened(self) -> Stores:
        return await open_sqlite(self.path, new_id=self.new_id, clock=self.hands.now)

    async def furnish(self) -> None:
        """What else is put up before anything goes on that was under way."""

    def _queues(self, bot: str) -> Mapping[str, Queue]:
        return self.published.current(bot).queues

    def fares(self, channel: str, why: str | None) -> None:
        """How sending goes at a channel, told when that changes."""

    async def crash(self) -> None:
        """End as by kill -9: nothing is finished, nothing more is written."""
        await self.life.end(self._ours())
        await self.stores.close()

    async def restart(self) -> None:
        await self.crash()
        await self.open()

    async def close(self) -> None:
        """Stop in order, as by SIGTERM."""
        await self.inbox.close(5)
        await self.outbox.close(5)
        await self.stores.close()

    # ------------------------------------------------------------ time

    def beside(self, work: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
        """Somebody who waits, and whom we do not wait for."""
        task = asyncio.get_running_loop().create_task(work)
        self._others.add(task)
        return task

    def _ours(self) -> set[asyncio.Task[Any]]:
        current = asyncio.current_task()
        return {
            task
            for task in asyncio.all_tasks() - self._others
            if task is not current and "pytest" not in (task.get_name() or "")
        }

    async def quiet(self) -> None:
        """Wait until nothing goes on by itself any more."""
        calm = 0
        # So many that no slow machine runs out of them: whatever rests at all does so long before.
        for _ in range(200_000):
            await asyncio.sleep(0)
            calm = calm + 1 if self._rests() else 0
            if calm == 3:
                return
            if not calm:
                await asyncio.sleep(0.0005)
        raise AssertionError(f"it does not come to rest: {self._ours()}")

    def _rests(self) -> bool:
        return len(self._ours()) <= self.hands.parked

    async def passes(self, seconds: float) -> None:
        """Time passes: sleepers wake and timers fire, each at its time."""
        await self.quiet()
        end = self.hands.time + timedelta(seconds=seconds)
        while not self.life.dead:
            sleeper = self.hands.next_sleeper()
            due = await self.next_due()
            moment = max(min(due or end, end), self.hands.time)
            self.hands.wake(moment)
            # In a task of the house: whoever was woken may end the process before it is done.
            firing = asyncio.create_task(self.worker.fire_due(self.inbox.fire))
            await self.quiet()
            if not firing.done():
                return
            fired = firing.result()
            woken = sleeper is not None and sleeper <= moment
            if not fired and not woken:
                if moment >= end:
                    return
                # A timer that rests after a failure: go on past it.
                self.hands.wake(min(end, moment + timedelta(seconds=5)))

    async def next_due(self) -> datetime | None:
        """When the next sleeper wakes or the next timer fires; None where nothing is going to."""
        both = self.hands.next_sleeper(), await self.stores.timers.next_due()
        return min((one for one in both if one is not None), default=None)

    # ------------------------------------------------------------ what happens

    def message(
        self,
        chat: str,
        text: str,
        *,
        happening: Happening = "message",
        bot: str = "counter",
        external_id: str | None = None,
        button: str | None = None,
    ) -> UnifiedMessage:
        number = next(self._numbers)
        return UnifiedMessage(
            message_id=self.new_id(),
            address=address_of(chat, bot),
            platform="telegram",
            user_id=chat,
            external_id=external_id or f"u{number}",
            timestamp=self.hands.time,
            happening=happening,
            text=text,
            button=button,
        )

    async def hears(self, chat: str, *texts: str) -> None:
        """Messages come, one after another, and are dealt with."""
        for text in texts:
            await self.inbox.accept([self.message(chat, text)])
            await self.quiet()

    async def conversation(self, chat: str, bot: str = "counter") -> Conversation:
        return await self.stores.conversations.by_chat(WORKSPACE, "telegram", chat, bot=bot)

    async def history(self, chat: str) -> list[MessageRecord]:
        conversation = await self.conversation(chat)
        return (await self.stores.conversations.history(conversation.id, limit=1000, offset=0))[0]
