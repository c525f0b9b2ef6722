"""The runtime against a model, in any order of messages, crashes, failures, timers and people."""

import asyncio
import tempfile
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bots.errors import ActionFailed, ChannelBusy, ChannelDown, Unavailable, Unreachable
from bots.model.episode import Asked
from bots.model.message import UnifiedMessage
from bots.model.turn import Outgoing
from flows.turn import GivenBack
from flows.understand import MAIL_KEPT
from storage.writer import ThreadWriter
from tests.bots.rig import WORKSPACE, Rig, address_of

T = TypeVar("T")

CHATS = ("anna", "boris")
POINTS = [
    *("after accept", "before claim", "after claim", "before commit", "after commit"),
    *("before begin", "after begin", "before send", "after send", "before sent", "after sent"),
    *("before later", "after later", "before failed", "before act", "after act"),
    *("before still", "before intent_later"),
]
FULL = ["before claim", "before commit", "before begin", "after send", "before later"]
MANY = 4
STUCK = 60
"""Seconds after which a step, which takes milliseconds, will not end any more."""

chats = st.sampled_from(CHATS)
words = st.sampled_from(["a", "b", "slow", "quick"])


@dataclass
class Chat:
    """What must be true of one chat."""

    accepted: list[UnifiedMessage] = field(default_factory=list)
    advanced: int = 0
    owner: str = "bot"
    epoch: int = 0
    unreachable: int = 0
    actions: int = 0
    since_caught_up: int = 0

    def take(self, messages: Sequence[UnifiedMessage]) -> None:
        self.accepted.extend(messages)
        self.since_caught_up += len(messages)
        if self.owner == "bot":
            self.advanced += len(messages)
            self.actions += sum(one.text in ("slow", "quick") for one in messages)


class RuntimeMachine(RuleBasedStateMachine):
    """One step is one thing that happens to a house."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "easyflow.db"
        path.write_bytes(self.template.read_bytes())
        self.rig = Rig(path)
        self.chats = {name: Chat() for name in CHATS}
        self.crashes = 0
        self.passing = 0
        self.stale: list[Outgoing] = []
        self.rig.messenger.when_taken = self._look
        self.run(self.rig.open())
        for name in CHATS:
            self.hears(name, "/start")
        self.run(self.rig.quiet())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(self._in_time(work))

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        async with asyncio.timeout(STUCK):
            return await work

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            self.run(self.rig.crash())
            self.runner.close()
            self.folder.cleanup()

    def _look(self) -> None:
        row = self.rig.messenger.taken[-1]
        if row.epoch < self.chats[row.address.chat_id].epoch:
            self.stale.append(row)

    # ------------------------------------------------------------ what happens

    def _let_catch_up(self, chat: str) -> None:
        """While an action is under way a bot keeps the last messages only: no more than those."""
        known = self.chats[chat]
        if known.since_caught_up > MAIL_KEPT - MANY:
            self.run(self._alive_and_done())
            self.run(self.rig.passes(700))
            known.since_caught_up = 0

    def hears(self, chat: str, word: str) -> None:
        message = self.rig.message(chat, word)
        known = self.chats[chat]

        async def take() -> None:
            # A messenger that hears nothing brings it again.
            bringing = self.rig.beside(self.rig.inbox.accept([message]))
            await self.rig.quiet()
            if not bringing.done() or bringing.exception() is not None:
                bringing.cancel()
                await asyncio.gather(bringing, return_exceptions=True)
                await self._alive_and_done()
                await self.rig.inbox.accept([message])

        self.run(take())
        known.take([message])

    @rule(chat=chats, word=words)
    def deliver(self, chat: str, word: str) -> None:
        self._let_catch_up(chat)
        self.hears(chat, word)

    @rule(chat=chats, many=st.lists(words, min_size=2, max_size=MANY))
    def deliver_many_at_once(self, chat: str, many: list[str]) -> None:
        self._let_catch_up(chat)
        known = self.chats[chat]
        messages = [self.rig.message(chat, word) for word in many]
        try:
            self.run(self._accepted(messages))
        except Unavailable:
            return
        known.take(messages)

    async def _accepted(self, messages: list[UnifiedMessage]) -> None:
        bringing = self.rig.beside(self._brought(messages))
        for looks in count():
            await asyncio.sleep(0)
            if bringing.done():
                return await bringing
            # A thread that writes is waited for, however slow the machine is.
            writer = self.rig.stores.base.writer
            assert isinstance(writer, ThreadWriter)
            stands = looks > 20_000 and not (writer.queued or writer.busy)
            if self.rig.life.dead or stands:
                break
        # On its way to the disk when the process ended over something else.
        bringing.cancel()
        await asyncio.gather(bringing, return_exceptions=True)

    async def _brought(self, messages: list[UnifiedMessage]) -> None:
        life = self.rig.life
        if life.dead or life.outage or life.doom == "after accept":
            raise Unavailable
        await self.rig.inbox.accept(messages)

    @rule(chat=chats, place=st.integers(0, 50))
    def duplicate(self, chat: str, place: int) -> None:
        accepted = self.chats[chat].accepted
        again = accepted[place % len(accepted)]

        async def bring() -> None:
            bringing = self.rig.beside(self.rig.inbox.accept([again]))
            await self.rig.quiet()
            bringing.cancel()
            await asyncio.gather(bringing, return_exceptions=True)

        self.run(bring())

    @rule(point=st.sampled_from(POINTS))
    def doom(self, point: str) -> None:
        """The process will end at this point, if it comes to it."""
        self.rig.life.doom = point

    @rule()
    def crash(self) -> None:
        self.crashes += 1
        self.run(self.rig.restart())

    @rule(chat=chats)
    def another_process_claims(self, chat: str) -> None:
        def steal(db: Any, items: Any) -> list[None]:
            db.execute("UPDATE conversations SET claim = claim + 1 WHERE chat_id = ?", (chat,))
            return [None]

        async def stolen() -> None:
            await self.rig.stores.base.writer.do(steal, None)

        self.run(stolen())

    @rule(chat=chats, seconds=st.integers(1, 40))
    def messenger_throttles(self, chat: str, seconds: int) -> None:
        self.rig.messenger.script[chat].append(ChannelBusy(seconds))

    @precondition(lambda self: self.passing < 4)
    @rule(chat=chats)
    def messenger_fails_for_a_moment(self, chat: str) -> None:
        # A message is given up after its sixth failure: no more than four of them in a row.
        self.passing += 1
        self.rig.messenger.script[chat].append(ChannelDown("down"))

    @rule(chat=chats)
    def customer_blocks(self, chat: str) -> None:
        self.chats[chat].unreachable += 1
        self.rig.messenger.script[chat].append(Unreachable("blocked"))

    @rule(transient=st.booleans())
    def action_fails(self, transient: bool) -> None:
        self.rig.world.script.append(ActionFailed("no", transient=transient))

    @rule(point=st.sampled_from(FULL))
    def disk_fills(self, point: str) -> None:
        """The disk takes nothing from when the process comes to this point."""
        self.rig.life.fills = point

    @rule()
    def disk_is_freed(self) -> None:
        self.run(self._freed())

    async def _freed(self) -> None:
        self.rig.life.fills, self.rig.life.outage = "", False
        await self.rig.passes(2)

    @rule(seconds=st.sampled_from([1, 10, 60, 700]))
    def time_passes(self, seconds: int) -> None:
        self.passing = 0
        self.run(self.rig.passes(seconds))

    @rule()
    def comes_to_rest(self) -> None:
        self.run(self.rig.quiet())

    @precondition(lambda self: any(one.owner == "bot" for one in self.chats.values()))
    @rule(chat=chats)
    def person_takes_over(self, chat: str) -> None:
        self.run(self._alive_and_done())
        known = self.chats[chat]
        if known.owner == "bot":
            self.run(self.rig.inbox.take_over(address_of(chat), Asked(reason="asked")))
            known.owner, known.epoch = "queue", known.epoch + 1

    @precondition(lambda self: any(one.owner == "queue" for one in self.chats.values()))
    @rule(chat=chats)
    def person_gives_back(self, chat: str) -> None:
        self.run(self._alive_and_done())
        known = self.chats[chat]
        if known.owner == "queue":
            self.run(self.rig.inbox.give_back(address_of(chat), GivenBack()))
            known.owner, known.epoch = "bot", known.epoch + 1

    async def _alive_and_done(self) -> None:
        """Whatever was accepted is dealt with, over a restart if we must."""
        await self._freed()
        if self.rig.life.dead or self.rig.life.doom:
            self.crashes += 1
            await self.rig.restart()
        await self.rig.quiet()

    # ------------------------------------------------------------ what must be true in the end

    def finish(self) -> None:
        self.run(self._alive_and_done())
        for name, known in self.chats.items():
            self.rig.messenger.script[name].clear()
            if known.owner == "queue":
                self.run(self.rig.inbox.give_back(address_of(name), GivenBack()))
                known.owner, known.epoch = "bot", known.epoch + 1
        self.rig.world.script.clear()
        self.run(self.rig.passes(3000))
        for name in CHATS:
            self.hears(name, "end")
        self.run(self.rig.passes(3000))
        assert self.stale == []
        self.run(self._dealt_with())

    async def _dealt_with(self) -> None:
        assert await self.rig.stores.journal.backlog() == []
        assert await self.rig.stores.outbox.unsent() == []
        assert await self.rig.stores.timers.intents(self.rig.hands.now()) == []
        assert self.rig.meter.failures.count("turn") == 0
        # An action is called again after a crash, but always by its own key.
        asked_for = sum(one.actions for one in self.chats.values())
        assert len(set(self.rig.world.calls)) == asked_for
        for name, known in self.chats.items():
            await self._in_order(name, known)
            await self._told_once(name, known)

    async def _in_order(self, name: str, known: Chat) -> None:
        history = await self.rig.history(name)
        heard = [one.message_id for one in history if one.direction == "inbound"]
        assert heard == [one.message_id for one in known.accepted]
        assert [one.seq for one in history] == list(range(1, len(history) + 1))
        # Counted from zero: the first message began the count.
        questions = [one.text for one in history if ":" in one.text]
        assert questions[-1] == f"{known.advanced - 1}:end"
        taken = [row for row in self.rig.messenger.taken if row.address.chat_id == name]
        assert [row.seq for row in taken] == sorted(row.seq for row in taken)
        repeats = len(taken) - len({row.key for row in taken})
        assert repeats <= self.crashes
        if known.epoch == 0 and known.unreachable == 0:
            said = [one.message_id for one in history if one.direction == "outbound"]
            assert list(dict.fromkeys(row.message_id for row in taken)) == said

    async def _told_once(self, name: str, known: Chat) -> None:
        """Whoever reads the events knows each message, and each change of owner, exactly once."""
        entries = await self.rig.stores.feed.after(WORKSPACE, 0, limit=10_000)
        events = [one.event for one in entries if one.address.chat_id == name]
        told = [one for event in events for one in event.data.get("messages", ())]
        history = await self.rig.history(name)
        assert [(one["message_id"], one["author"]) for one in told] == [
            (one.message_id, one.author) for one in history
        ]
        moves = [one.name for one in events if one.name.startswith("handoff.")]
        assert moves == ["handoff.requested", "handoff.released"] * (known.epoch // 2)
        changes = [one.data for one in events if one.name == "chat.status"]
        there = {"from": "active", "to": "escalated"}
        assert changes == [there, {"from": "escalated", "to": "active"}] * (known.epoch // 2)


def test_the_runtime_keeps_its_promises(migrated: Path) -> None:
    machine = type("Machine", (RuntimeMachine,), {"template": migrated})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
