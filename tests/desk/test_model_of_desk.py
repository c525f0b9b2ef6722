"""The whole desk in any order: customers, operators, time, crashes, topics closed and deleted by hand.

`EASYFLOW_EXAMPLES` says how many walks are taken; the few of every day are always the same ones.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from bots.model.turn import ALWAYS, Outgoing
from tests.desk.resting import rests
from tests.desk.rig import DeskOperator, DeskRig
from tests.servers.bot_api_groups import LOST
from tests.servers.telegram import FakeTelegram

T = TypeVar("T")

CUSTOMERS = ("anna", "boris")
OPERATORS = ("Оля", "Петр")
STUCK = 120
POINTS = [
    *("after accept", "before commit", "after commit", "before begin", "after begin"),
    *("before sent", "after sent", "before put_topic", "after put_topic"),
    *("before add_relays", "after add_relays", "after add_note"),
]
EXAMPLES = int(os.environ.get("EASYFLOW_EXAMPLES", "5"))
PHASES = (Phase.generate, Phase.shrink) if "EASYFLOW_EXAMPLES" in os.environ else (Phase.generate,)

customers = st.sampled_from(CUSTOMERS)
HOLDER = "whoever has the chat"
operators = st.sampled_from((HOLDER, HOLDER, *OPERATORS))


@dataclass
class Known:
    """What must be true of one customer's chat.

    `said` are the customer's words in order, those `to_people` were written while people had the
    chat; `certain` are words of operators that must arrive.
    """

    said: list[str] = field(default_factory=list)
    to_people: list[str] = field(default_factory=list)
    certain: list[str] = field(default_factory=list)


class DeskMachine(RuleBasedStateMachine):
    """One step is one thing that happens to a house and its group."""

    template: Path
    telegram: FakeTelegram

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "easyflow.db"
        path.write_bytes(self.template.read_bytes())
        self.rig = DeskRig(path, self.telegram)
        self.rig.when_sent = self._look
        self.path = path
        self.chats = {name: Known() for name in CUSTOMERS}
        self.stale: list[Outgoing] = []
        self.words = 0
        self.crashes = 0
        self.run(self._open())

    async def _open(self) -> None:
        await self.rig.__aenter__()
        for name in OPERATORS:
            await self.rig.operator(name, role="lead" if name == OPERATORS[0] else "operator")
        for name in CUSTOMERS:
            await self.rig.asks(name)
        await self.rig.later(30)
        await self.rig.people[OPERATORS[0]].takes(CUSTOMERS[0])

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(self._in_time(work))

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(STUCK):
                return await work
        except TimeoutError:
            busy = [task for task in self.rig._ours() if not rests(task)]
            raise AssertionError(f"it does not come to rest: {busy}") from None

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            self.run(self.rig.crash())
            self.runner.close()
            self.folder.cleanup()

    def _look(self, row: Outgoing) -> None:
        """Nothing of an old epoch is sent, but what holds in any."""
        with closing(sqlite3.connect(self.path)) as db:
            asked = "SELECT epoch FROM conversations WHERE id = ?"
            (epoch,) = db.execute(asked, (row.conversation_id,)).fetchone()
        if row.epoch != ALWAYS and row.epoch < epoch:
            self.stale.append(row)

    # ------------------------------------------------------------ customers

    def word(self, kind: str) -> str:
        self.words += 1
        return f"{kind}{self.words:04}"

    @rule(name=customers, copies=st.integers(1, 2))
    def customer_writes(self, name: str, copies: int) -> None:
        self.rig.copies = copies
        self.run(self._writes(name, self.word("w")))

    async def _writes(self, name: str, word: str) -> None:
        await self._alive()
        owner = (await self.rig.chat(name)).owner
        known = self.chats[name]
        known.said.append(word)
        if owner != "bot":
            known.to_people.append(word)
        self.rig.customer_writes(name, word)
        await self._settled()

    @rule(name=customers)
    def customer_asks_for_a_person(self, name: str) -> None:
        self.run(self._asks(name))

    async def _asks(self, name: str) -> None:
        await self._alive()
        if (await self.rig.chat(name)).owner == "bot":
            self.rig.customer_writes(name, "оператор")
            await self._settled()

    # ------------------------------------------------------------ operators

    @rule(name=customers, who=operators)
    def operator_presses_the_first_button(self, name: str, who: str) -> None:
        self.run(self._acts(name, who, lambda one, thread: one.person.presses(thread, "")))

    @rule(name=customers, who=operators)
    def operator_takes(self, name: str, who: str) -> None:
        self.run(self._acts(name, who, lambda one, thread: one.person.writes(thread, "/take")))

    @rule(name=customers, who=operators, copies=st.integers(1, 2))
    def operator_answers(self, name: str, who: str, copies: int) -> None:
        self.rig.copies = copies
        self.run(self._answers(name, who, self.word("o")))

    async def _answers(self, name: str, who: str, word: str) -> None:
        await self._alive()
        if await self._thread(name) is not None:
            await self._operator(name, who)
        episode = (await self.rig.chat(name)).episode
        mine = episode is not None and episode.state == "active" and self._is_in()
        if mine and episode is not None and (who == HOLDER or episode.assignee == self._id(who)):
            thread = await self._thread(name)
            topic = None if thread is None else self.rig.forum.topic(thread)
            if topic is not None and not topic.gone and not topic.closed:
                self.chats[name].certain.append(word)
        note = f"// {self.word('secret')}"
        await self._acts(name, who, lambda one, thread: one.person.writes(thread, word))
        await self._acts(name, who, lambda one, thread: one.person.writes(thread, note))

    @rule(name=customers, copies=st.integers(1, 2))
    def they_talk(self, name: str, copies: int) -> None:
        """The most frequent of all."""
        self.rig.copies = copies
        self.run(self._writes(name, self.word("w")))
        self.run(self._answers(name, HOLDER, self.word("o")))

    @rule(
        name=customers,
        who=operators,
        what=st.sampled_from(["// {}", "//{}", "/note {}", "/unknown {}", "/tag +{}"]),
    )
    def operator_notes(self, name: str, who: str, what: str) -> None:
        text = what.format(self.word("secret"))
        self.run(self._acts(name, who, lambda one, thread: one.person.writes(thread, text)))

    @rule(
        name=customers,
        who=operators,
        what=st.sampled_from(["/release", "/close", "/close silent", "/transfer #sales", "/who"]),
    )
    def operator_commands(self, name: str, who: str, what: str) -> None:
        self.run(self._acts(name, who, lambda one, thread: one.person.writes(thread, what)))

    @rule(
        name=customers,
        who=operators,
        what=st.sampled_from(["closes", "reopens", "renames", *LOST]),
    )
    def operator_does_by_hand(self, name: str, who: str, what: str) -> None:
        def act(one: DeskOperator, thread: int) -> None:
            if what in LOST:
                one.person.deletes(thread, says=what)
            elif what == "renames":
                one.person.renames(thread, self.word("title"))
            else:
                getattr(one.person, what)(thread)

        self.run(self._acts(name, who, act))

    @rule(name=customers)
    def stranger_writes(self, name: str) -> None:
        word = self.word("secret")
        stranger = self.rig.stranger("Чужой")
        self.run(self._acts(name, stranger, lambda one, thread: one.person.writes(thread, word)))

    async def _acts(self, name: str, who: str | DeskOperator, act: Any) -> None:
        """Telegram itself lets nobody do what makes no sense in it."""
        await self._alive()
        one = who if isinstance(who, DeskOperator) else await self._operator(name, who)
        thread = await self._thread(name)
        if thread is None or self.rig.forum.topic(thread).gone:
            # Somebody has to want a person before people can do anything.
            await self._asks(name)
            return
        try:
            act(one, thread)
        except (LookupError, RuntimeError):
            return
        await self._settled()

    async def _operator(self, name: str, who: str) -> DeskOperator:
        """The holder of a chat that nobody has is the one who takes it now."""
        if who != HOLDER:
            return self.rig.people[who]
        chat = await self.rig.chat(name)
        assignee = chat.episode.assignee if chat.owner == "operator" and chat.episode else None
        for known in OPERATORS:
            if self._id(known) == assignee:
                return self.rig.people[known]
        thread = await self._thread(name)
        taker = self.rig.people[OPERATORS[0]]
        if thread is not None and not self.rig.forum.topic(thread).gone:
            taker.person.writes(thread, "/take")
            await self._settled()
        return taker

    async def _thread(self, name: str) -> int | None:
        topic = await self.rig.topic_kept(name)
        return int(topic.thread_id) if topic is not None and topic.thread_id else None

    def _id(self, who: str) -> int:
        operator = self.rig.people[who].who
        assert operator is not None
        return operator.id

    # ------------------------------------------------------------ the world

    @rule(point=st.sampled_from(POINTS))
    def doom(self, point: str) -> None:
        """The process will end at this point, if it comes to it."""
        self.rig.life.doom = point

    @rule()
    def crash(self) -> None:
        self.crashes += 1
        self.run(self.rig.restart())

    @rule(seconds=st.sampled_from([1.0, 7.0, 61.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(self._later(seconds))

    async def _later(self, seconds: float) -> None:
        await self._alive()
        await self.rig.passes(seconds)
        await self._settled()

    @rule(seconds=st.integers(1, 40))
    def telegram_throttles_the_group(self, seconds: int) -> None:
        group = self.rig.forum.chat_id
        self.telegram.script(method="sendMessage", chat_id=group, retry_after=seconds)

    def _is_in(self) -> bool:
        return bool(self.rig.forum.state()["me"]["status"] == "administrator")

    @rule(name=customers, seconds=st.sampled_from([1.0, 61.0]))
    def bot_is_thrown_out_and_let_in_again(self, name: str, seconds: float) -> None:
        self.rig.forum.thrown_out(by=self._owner())
        self.run(self._writes(name, self.word("w")))
        self.run(self._later(seconds))
        self.rig.forum.let_in(by=self._owner())
        self.run(self._later(1))

    def _owner(self) -> Any:
        assert self.rig.owner is not None
        return self.rig.owner

    async def _settled(self) -> None:
        await self.rig.settle()
        await self._alive()

    async def _alive(self) -> None:
        if self.rig.life.dead:
            self.crashes += 1
            await self.rig.restart()
            await self.rig.settle()

    # ------------------------------------------------------------ what must be true in the end

    def finish(self) -> None:
        self.rig.life.doom = ""
        self.run(self._alive())
        self.rig.forum.let_in(by=self._owner())
        for name in CUSTOMERS:
            self.run(self._writes(name, self.word("w")))
        self.run(self.rig.later(1200, step=60))
        assert self.stale == []
        for name in CUSTOMERS:
            self.run(self._has_one_owner(name))
            self._saw_only_theirs(name)
        self._operators_saw_everything()

    async def _has_one_owner(self, name: str) -> None:
        chat = await self.rig.chat(name)
        state = chat.episode.state if chat.episode is not None else "released"
        owners = {"requested": "queue", "active": "operator", "released": "bot"}
        assert chat.owner == owners[state]
        if state == "active":
            assert chat.episode is not None
            assert chat.episode.assignee in {self._id(who) for who in OPERATORS}

    def _saw_only_theirs(self, name: str) -> None:
        """Of what was said in the group they see the answers alone, each once and in order."""
        heard = self.rig.heard(name)
        assert not [text for text in heard if "secret" in text]
        answers = [text for text in heard if text[:1] == "o" and text[1:].isdecimal()]
        assert set(self.chats[name].certain) <= set(answers)
        assert len(answers) - len(set(answers)) <= self.crashes
        once = list(dict.fromkeys(answers))
        assert once == sorted(once)
        known = ("Чем помочь?", "Бот: ", "Зову ", "Разговор закрыт.")
        others = [text for text in heard if text not in answers and not text.startswith(known)]
        assert others == []

    def _operators_saw_everything(self) -> None:
        """Each word that was meant for people was shown, in the order of each chat."""
        places = dict[str, int]()
        for place, text in enumerate(self._shown()):
            for word in text.split():
                places.setdefault(word, place)
        for known in self.chats.values():
            missing = [word for word in known.to_people if word not in places]
            assert missing == []
            order = [places[word] for word in known.to_people]
            assert order == sorted(order)

    def _shown(self) -> Iterator[str]:
        for entry in self.telegram.seen(self.rig.forum.chat_id):
            if entry["who"] == "bot" and entry["act"] in ("says", "edits"):
                message = entry["message"]
                yield str(message.get("text") or message.get("caption") or "")


def test_whatever_happens_nobody_is_lost_and_nothing_leaks(
    migrated: Path, telegram_server: FakeTelegram
) -> None:
    fields = {"template": migrated, "telegram": telegram_server}
    run_state_machine_as_test(
        type("Machine", (DeskMachine,), fields),
        settings=settings(
            max_examples=EXAMPLES,
            phases=PHASES,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
