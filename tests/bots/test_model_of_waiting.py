"""All that waits, in any order: albums, closed windows, pace, throttling, people who answer, crashes."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from bots.albums import LONGEST
from bots.echoes import SILENCE
from bots.errors import ChannelBusy, ChannelDown, WindowClosed
from bots.model.message import LOOSE_ALBUM, Address, Attachment, Reply, UnifiedMessage
from bots.model.turn import ALWAYS, Outgoing
from bots.ports import Pace
from tests.bots.rig import Messenger, Rig, address_of, bot_files

T = TypeVar("T")

CHATS = ("anna", "boris")
HOUR = SILENCE.total_seconds()
DAY = 24 * 3600.0
STUCK = 60
POINTS = [
    *("after accept", "before commit", "after commit", "before begin", "after begin"),
    *("before send", "after send", "before sent", "after sent", "before later", "after later"),
    *("before held", "after held", "before heard_at", "after heard_at"),
]
FLOW = """
flow: count
when: [/start]
steps:
  begin:
    - set: {count: 0, word: start}
  next:
    - ask: "{{ count }}:{{ word }}"
      save: word
      as: text
      buttons: [press]
      remind: {after: 10m, say: "still {{ count }}|there"}
    - set: {count: "{{ count + 1 }}"}
    - go: next
"""

chats = st.sampled_from(CHATS)


class Windowed(Messenger):
    """A messenger with a window, a pace, and buttons that are shown as taken."""

    window = timedelta(days=1)
    pace = Pace(burst=3, seconds=6)

    def pressed(self, address: Address, message_id: str, label: str) -> list[dict[str, Any]]:
        return [{"text": f"[{label}]"}]


@dataclass
class Chat:
    """What must be true of one chat; `certain` are words that the bot must answer."""

    accepted: list[UnifiedMessage] = field(default_factory=list)
    certain: set[str] = field(default_factory=set)
    owner: str = "bot"
    changed_hands: bool = False


class WaitingMachine(RuleBasedStateMachine):
    """One step is one thing that happens to a house."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "easyflow.db"
        self.path.write_bytes(self.template.read_bytes())
        self.rig = Rig(self.path, {"counter": bot_files(FLOW)})
        self.rig.messenger = Windowed()
        self.chats = {name: Chat() for name in CHATS}
        self.words = 0
        self.said = 0
        self.crashes = 0
        self.stale: list[Outgoing] = []
        self.rig.messenger.when_taken = self._look
        self.run(self.rig.open())
        for name in CHATS:
            self.bring(self.rig.message(name, "/start"))
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
        with closing(sqlite3.connect(self.path)) as db:
            asked = "SELECT epoch FROM conversations WHERE id = ?"
            (epoch,) = db.execute(asked, (row.conversation_id,)).fetchone()
        if row.epoch != ALWAYS and row.epoch < epoch:
            self.stale.append(row)

    # ------------------------------------------------------------ what happens

    def word(self) -> str:
        self.words += 1
        return f"w{self.words}"

    def bring(self, message: UnifiedMessage) -> None:
        """A messenger that hears nothing brings it again."""

        async def take() -> None:
            bringing = self.rig.beside(self.rig.inbox.accept([message]))
            await self.rig.quiet()
            if not bringing.done() or bringing.exception() is not None:
                bringing.cancel()
                await asyncio.gather(bringing, return_exceptions=True)
                await self._alive()
                await self.rig.inbox.accept([message])
                await self.rig.quiet()

        self.run(take())
        known = self.chats[message.chat_id]
        known.accepted.append(message)
        if known.owner == "bot":
            known.certain.add(message.text or "")

    @rule(chat=chats)
    def customer_writes(self, chat: str) -> None:
        self.bring(self.rig.message(chat, self.word()))

    @rule(chat=chats, parts=st.integers(1, 3), loose=st.booleans())
    def customer_sends_pictures(self, chat: str, parts: int, loose: bool) -> None:
        name = LOOSE_ALBUM if loose else f"g{self.words}"
        for _ in range(parts):
            message = self.rig.message(chat, self.word())
            picture = Attachment(kind="photo", ref=message.text or "")
            self.bring(replace(message, attachments=(picture,), metadata={"album": name}))
            if not loose and parts > 1:
                # A part that a crash kept away for long is a late one, which is not answered.
                self.chats[chat].certain.discard(message.text or "")

    @rule(chat=chats, place=st.integers(0, 50))
    def messenger_repeats(self, chat: str, place: int) -> None:
        accepted = self.chats[chat].accepted
        self.run(self._beside(self.rig.inbox.accept([accepted[place % len(accepted)]])))

    @rule(chat=chats)
    def customer_presses(self, chat: str) -> None:
        self.run(self._at_rest())
        if self.chats[chat].owner == "bot":
            self.run(self._press(chat))

    async def _press(self, chat: str) -> None:
        keyboards = [one.keyboard for one in await self.rig.history(chat) if one.keyboard]
        message = self.rig.message(chat, "", happening="button")
        payload = keyboards[-1].rows[0][0].payload
        pressed = replace(message, text=None, button=payload, platform_message_id="77")
        await self._beside(self.rig.inbox.accept([pressed]))

    @rule(chat=chats)
    def somebody_says(self, chat: str) -> None:
        """By the API: it is said whoever has the chat."""
        self.said += 1
        reply = Reply(message_id=self.rig.new_id(), text=f"api {self.said}|and more", author="api")
        self.run(self._beside(self.rig.inbox.say(address_of(chat), reply)))

    @rule(chat=chats)
    def person_answers(self, chat: str) -> None:
        self.run(self._at_rest())
        known = self.chats[chat]
        known.changed_hands = True
        known.owner = "operator"
        message = self.rig.message(chat, f"person {self.word()}", happening="echo")
        self.run(self._beside(self.rig.inbox.accept([message])))

    async def _beside(self, work: Coroutine[Any, Any, Any]) -> None:
        """Whoever does it may see the process end."""
        doing = self.rig.beside(work)
        await self.rig.quiet()
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)

    @rule(point=st.sampled_from(POINTS))
    def doom(self, point: str) -> None:
        """The process will end at this point, if it comes to it."""
        self.rig.life.doom = point

    @rule()
    def crash(self) -> None:
        self.crashes += 1
        self.run(self.rig.restart())

    @rule(chat=chats, seconds=st.integers(1, 40))
    def messenger_throttles(self, chat: str, seconds: int) -> None:
        self.rig.messenger.script[chat].append(ChannelBusy(seconds))

    @rule(chat=chats)
    def messenger_fails(self, chat: str) -> None:
        if len(self.rig.messenger.script[chat]) < 4:
            self.rig.messenger.script[chat].append(ChannelDown("down"))

    @rule(chat=chats)
    def window_closes_early(self, chat: str) -> None:
        self.rig.messenger.script[chat].append(WindowClosed("re-engagement"))

    @rule(seconds=st.sampled_from([0.5, 1.0, 10.0, 700.0, HOUR + 1, DAY + 1]))
    def time_passes(self, seconds: float) -> None:
        self.run(self.rig.passes(seconds))
        self.run(self._look_who_has_them())

    async def _look_who_has_them(self) -> None:
        for name, known in self.chats.items():
            known.owner = (await self.rig.conversation(name)).owner

    async def _alive(self) -> None:
        if self.rig.life.dead or self.rig.life.doom:
            self.crashes += 1
            await self.rig.restart()
        await self.rig.quiet()

    async def _at_rest(self) -> None:
        """Everything was heard, and no album waits any more."""
        await self._alive()
        await self.rig.passes(LONGEST)
        await self._look_who_has_them()

    # ------------------------------------------------------------ what must be true in the end

    def finish(self) -> None:
        self.run(self._at_rest())
        for name in CHATS:
            self.rig.messenger.script[name].clear()
        self.run(self.rig.passes(HOUR + DAY))
        self.run(self._look_who_has_them())
        for name in CHATS:
            assert self.chats[name].owner == "bot"
            self.bring(self.rig.message(name, self.word()))
        self.run(self.rig.passes(500))
        self.run(self._nothing_waits())
        assert self.stale == []
        for name, known in self.chats.items():
            self.run(self._all_was_answered(name, known))
            self.run(self._all_was_sent(name, known))

    async def _nothing_waits(self) -> None:
        assert await self.rig.stores.journal.backlog() == []
        assert await self.rig.stores.outbox.unsent() == []
        assert self.rig.meter.failures == []
        outbox, inbox = self.rig.outbox, self.rig.inbox
        assert (outbox.queued, outbox.held, self.rig.lanes.busy) == (0, 0, 0)
        left = (outbox._queues, outbox._looking, outbox._waiting, inbox._albums._open)
        assert not any(left), left
        assert inbox.oldest is None

    async def _all_was_answered(self, name: str, known: Chat) -> None:
        history = await self.rig.history(name)
        heard = [one.text for one in history if one.direction == "inbound" and one.text]
        words = [word for text in heard for word in text.split("\n")]
        assert sorted(words) == sorted(one.text or "" for one in known.accepted)
        # The same question is put again when the bot has the chat back.
        asked = [*dict.fromkeys(one.text for one in history if ":" in one.text)]
        answers = [one.partition(":")[2] for one in asked]
        for text in heard[1:]:
            certain = known.certain.issuperset(text.split("\n"))
            assert answers.count(text) <= 1
            assert not certain or text in answers, text
        assert [one.partition(":")[0] for one in asked] == [str(n) for n in range(len(asked))]

    async def _all_was_sent(self, name: str, known: Chat) -> None:
        taken = [row for row in self.rig.messenger.taken if row.address.chat_id == name]
        places = [(row.seq, row.part) for row in taken]
        assert places == sorted(places)
        assert len(taken) - len({row.key for row in taken}) <= self.crashes
        arrived = {row.message_id for row in taken}
        for one in await self.rig.history(name):
            ours = one.direction == "outbound" and one.author != "operator"
            if ours and (one.author == "api" or not known.changed_hands):
                assert one.message_id in arrived, one.text


def test_whatever_waits_comes_in_order_and_to_an_end(migrated: Path) -> None:
    machine = type("Machine", (WaitingMachine,), {"template": migrated})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
