"""The stores against a model in memory: any order of deliveries, turns, sends, restarts, thefts."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bots.errors import ClaimLost, Consumed
from bots.model.conversation import Opening
from bots.model.message import Address
from bots.model.turn import Arrival, Outgoing, Timer, TurnRecord
from storage.opening import Place
from tests.storage.conftest import BOTH, HandClock, House
from tests.storage.samples import heard, message, outgoing, said, timer

T = TypeVar("T")

# Two chats of one customer and one of another.
CHATS = [
    (Address(1, "shop", "telegram:1", "501"), "501"),
    (Address(1, "shop", "telegram:2", "501"), "501"),
    (Address(1, "shop", "telegram:1", "502"), "502"),
]
chats = st.sampled_from(range(len(CHATS)))


@dataclass
class Chat:
    """What must be on disk of one chat."""

    arrivals: list[Arrival] = field(default_factory=list)
    seq: int = 0
    epoch: int = 0
    unsent: list[Outgoing] = field(default_factory=list)
    timers: dict[str, Timer] = field(default_factory=dict)


class Lender(Protocol):
    """Gives a new database for an example, and takes it back."""

    async def lend(self) -> Place: ...

    async def give_back(self, place: Any) -> None: ...


class Files:
    """New databases of SQLite."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template = template
        self._path = folder / "easyflow.db"

    async def lend(self) -> Place:
        self._path.write_bytes(self._template.read_bytes())
        return self._path

    async def give_back(self, place: Any) -> None:
        for one in self._path.parent.glob("easyflow.db*"):
            one.unlink()


class StoresMachine(RuleBasedStateMachine):
    """One step is one call of the runtime, or one misfortune."""

    lender: "Lender"

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.place = self.run(self.lender.lend())
        self.clock = HandClock()
        self.house = House(self.place, self.clock)
        self.run(self.house.open())
        self.chats = [Chat() for _ in CHATS]
        self.seen: set[tuple[str, str]] = set()
        self.users: dict[str, dict[str, int]] = {}
        self.counted = itertools.count()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.house.close())
        self.run(self.lender.give_back(self.place))
        self.runner.close()

    # ------------------------------------------------------------ what happens

    @rule(number=chats, ids=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4))
    def deliver(self, number: int, ids: list[str]) -> None:
        address, _ = CHATS[number]
        arrivals = self.run(
            self.house.stores.journal.accept([message(name, address) for name in ids])
        )
        fresh = [name for name in dict.fromkeys(ids) if (address.channel, name) not in self.seen]
        assert [arrival.message.external_id for arrival in arrivals] == fresh
        self.seen |= {(address.channel, name) for name in fresh}
        self.chats[number].arrivals += arrivals

    @rule(number=chats, parts=st.integers(0, 2), remind=st.booleans(), learns=st.booleans())
    def answer(self, number: int, parts: int, remind: bool, learns: bool) -> None:
        chat = self.chats[number]
        arrival = chat.arrivals[0].seq if chat.arrivals else None
        self.run(self.turn(number, arrival=arrival, parts=parts, remind=remind, learns=learns))
        chat.arrivals = chat.arrivals[1:]

    @precondition(lambda self: any(chat.seq for chat in self.chats))
    @rule(number=chats)
    def answer_what_was_answered(self, number: int) -> None:
        done = self.run(self.house.run("SELECT seq FROM inbox WHERE done_at IS NOT NULL"))
        if done:
            with pytest.raises(Consumed):
                self.run(self.turn(number, arrival=done[0][0]))

    @rule(number=chats, parts=st.integers(0, 2))
    def be_robbed_of_the_claim(self, number: int, parts: int) -> None:
        arrivals = self.chats[number].arrivals
        arrival = arrivals[0].seq if arrivals else None
        with pytest.raises(ClaimLost):
            self.run(self.turn(number, arrival=arrival, parts=parts, robbed=True))

    @rule(number=chats)
    def take_over(self, number: int) -> None:
        chat = self.chats[number]
        self.run(self.turn(number, epoch=chat.epoch + 1))
        chat.unsent = [row for row in chat.unsent if row.sending_at is not None]
        chat.timers = {}

    @rule(number=chats, fate=st.sampled_from(["sent", "later", "failed", "begun", "held"]))
    def send(self, number: int, fate: str) -> None:
        chat = self.chats[number]
        if not chat.unsent:
            return
        row, outbox = chat.unsent[0], self.house.stores.outbox
        begun = self.run(outbox.begin(row))
        ours = begun == "begun"
        assert ours == (row.epoch == chat.epoch)
        if not ours or fate != "begun":
            del chat.unsent[0]
        else:
            chat.unsent[0] = replace(row, sending_at=self.clock.now, held_at=None)
        if ours and fate == "sent":
            self.run(outbox.sent(row.key, "9001"))
        elif ours and fate == "failed":
            self.run(outbox.failed(row.key, "blocked"))
        elif ours and fate == "held":
            self.run(outbox.held(row.key, self.clock.now, "silent"))
            held = replace(row, sending_at=None, held_at=self.clock.now)
            chat.unsent.insert(0, held)
        elif ours and fate == "later":
            until = self.clock.now + timedelta(seconds=5)
            self.run(outbox.later(row.key, until, "slow down"))
            put_off = replace(
                row, sending_at=None, held_at=None, attempts=row.attempts + 1, not_before=until
            )
            chat.unsent.insert(0, put_off)

    @rule(minutes=st.integers(0, 20))
    def let_time_pass(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)
        timers = self.house.stores.timers
        for due in self.run(timers.due(self.clock.now, limit=10)):
            number = next(i for i, (address, _) in enumerate(CHATS) if address == due.address)
            del self.chats[number].timers[due.name]
            self.run(self.turn(number, fired=due))

    @rule()
    def restart(self) -> None:
        self.run(self.house.reopen())

    # ------------------------------------------------------------ what must hold

    @invariant()
    def nothing_is_lost_or_done_twice(self) -> None:
        stores = self.house.stores
        waiting = [arrival for chat in self.chats for arrival in chat.arrivals]
        backlog = self.run(stores.journal.backlog())
        assert backlog == sorted(waiting, key=lambda arrival: arrival.seq)
        unsent = self.run(stores.outbox.unsent())
        for (address, _), chat in zip(CHATS, self.chats, strict=True):
            assert [row for row in unsent if row.address == address] == chat.unsent
            history = self.run(stores.conversations.tail(address, limit=1000))
            assert [record.seq for record in history] == list(range(1, chat.seq + 1))
        timers = [one for chat in self.chats for one in chat.timers.values()]
        next_due = min((one.due for one in timers), default=None)
        assert self.run(stores.timers.next_due()) == next_due

    # ------------------------------------------------------------ a turn

    async def turn(
        self,
        number: int,
        *,
        arrival: int | None = None,
        fired: Timer | None = None,
        parts: int = 0,
        remind: bool = False,
        learns: bool = False,
        epoch: int | None = None,
        robbed: bool = False,
    ) -> None:
        address, user_id = CHATS[number]
        chat, journal = self.chats[number], self.house.stores.journal
        conversation = await journal.claim(address, Opening(platform="telegram", user_id=user_id))
        assert conversation.user == self.users.get(user_id, {})
        assert (conversation.seq, conversation.epoch) == (chat.seq, chat.epoch)
        if robbed:
            await self.house.steal(address)
        name = f"{number}-{next(self.counted)}"
        new = replace(
            conversation,
            seq=chat.seq + 2,
            epoch=chat.epoch if epoch is None else epoch,
            user={"turns": next(self.counted)} if learns else conversation.user,
        )
        rows = [
            outgoing(new, new.seq, part, key=f"{name}:{part}", message_id=name)
            for part in range(parts)
        ]
        due: datetime = self.clock.now + timedelta(minutes=10)
        timers = [timer(new, "remind", due)] if remind else []
        await journal.commit(
            TurnRecord(
                conversation=new,
                arrivals=() if arrival is None else (arrival,),
                fired=fired,
                messages=[heard(new.seq - 1, f"h{name}"), said(new.seq, name)],
                outgoing=rows,
                timers=timers,
                user_changed=learns,
            )
        )
        chat.seq, chat.epoch = new.seq, new.epoch
        chat.unsent += rows
        chat.timers |= {one.name: one for one in timers}
        if learns:
            self.users[user_id] = dict(new.user)


@pytest.mark.parametrize("kind", BOTH)
def test_the_stores_do_what_their_model_does(
    kind: str, migrated: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    files = Files(migrated, tmp_path)
    lender: Lender = files if kind == "sqlite" else request.getfixturevalue("postgres_server")
    machine = type("Machine", (StoresMachine,), {"lender": lender})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
