"""The runtime of the tests with a desk: real channels, a real database, the fake Bot API, moved time.

    async with DeskRig(database, telegram) as desk:
        olya = await desk.operator("Оля")
        await desk.asks("anna", "Где заказ?")          # the customer asks for a person
        await olya.presses("anna", "Взять")
        await olya.writes("anna", "Уже едет")
        assert desk.heard("anna")[-1] == "Уже едет"
        assert desk.texts("anna")[-1] == "Уже едет"    # what stands in the topic

Updates are brought in as polling does it, one acknowledged once it is on disk: a crash before that
lets them come again. Telegram's clock is the rig's.
"""

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.client import Connection
from adapters.messengers.telegram.desk.desk import TelegramDesk
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.parse import ALLOWED_UPDATES
from bots.errors import NotFound
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic
from bots.model.message import UnifiedMessage
from bots.model.operator import Operator, Role
from bots.model.turn import Outgoing
from bots.services.canned import CannedAnswers
from bots.services.conversations import Conversations
from bots.services.handoff import Handoff
from bots.services.operators import Operators
from bots.services.routing import Routing
from flows.model import Queue
from tests.bots.rig import WORKSPACE, Hands, Rig, bot_files
from tests.desk.resting import rests
from tests.servers import telegram_happenings as happenings
from tests.servers.telegram import TOKEN, FakeTelegram
from tests.servers.telegram_group import ForumGroup, Person, Shown

BOT = "shop"
CHANNEL = f"telegram:{TOKEN.partition(':')[0]}"
GROUP = -1_001_000_000_001

FLOWS = """
flow: talk
when: [/start]
steps:
  next:
    - ask: Чем помочь?
      save: words
      as: text
    - choose: words
      cases:
        оператор:
          - handoff: support
            note: Просит человека
            say: Зову коллегу.
            closed:
              - say: Разговор закрыт.
        продажи:
          - handoff: sales
            say: Зову продавца.
      else:
        - say: "Бот: {{ words }}"
    - go: next
"""
QUEUES = "queues:\n  support:\n  sales:\n"


async def no_orders(chat: Conversation, queue: Queue) -> Sequence[str]:
    """Whoever is asked for a customer's orders knows of none."""
    return []


class SharedHands(Hands):
    """Time that the messenger has too."""

    def __init__(self, telegram: FakeTelegram) -> None:
        super().__init__()
        self._telegram = telegram
        self.time = datetime.now(UTC).replace(microsecond=0)
        self._behind = timedelta()
        self.told()

    def told(self) -> None:
        self._telegram.clock_stands_at((self.time + self._behind).timestamp())

    def set_back(self, by: timedelta) -> None:
        """Our clock, not the messenger's; whoever sleeps does so for as long as before."""
        self.time -= by
        self._behind += by
        self._sleepers = [(due - by, number, waking) for due, number, waking in self._sleepers]

    def wake(self, moment: datetime) -> None:
        before = self.time
        self.time = max(self.time, moment)
        if self.time != before:
            self.told()
        super().wake(moment)


class Watched(TelegramChannel):
    """Tells a test of every message before it is sent."""

    when_sent: Callable[[Outgoing], None] = staticmethod(lambda row: None)

    async def send(self, row: Outgoing) -> str:
        self.when_sent(row)
        return await super().send(row)


class DeskRig(Rig):
    """One bot with a group of operators. Customers and operators go by their names.

    `doomed` ports end the process at a point of their work, as the journal's do: `desk.life.doom =
    "after add_relays"`.
    """

    hands: SharedHands

    def __init__(
        self,
        path: Path,
        telegram: FakeTelegram,
        *,
        flows: str = FLOWS,
        bot: str = QUEUES,
        forum: bool = True,
        group: int | None = GROUP,
        language: str = "ru",
        keep_topics: timedelta | None = None,
    ) -> None:
        files = bot_files(flows, bot)
        files["bot.yaml"] = files["bot.yaml"].replace("language: en", f"language: {language}")
        super().__init__(path, {BOT: files})
        self.telegram = telegram
        telegram.reset()
        self.hands = SharedHands(telegram)
        self.language = language
        self.keep_topics = keep_topics
        self.group = ForumGroup(telegram, group, forum=forum) if group is not None else None
        self.owner = self.forum.person("Хозяйка", status="creator") if self.group else None
        self.people: dict[str, DeskOperator] = {}
        self.channel: Watched
        self.when_sent: Callable[[Outgoing], None] = lambda row: None
        self.desk: TelegramDesk
        self.handoff: Handoff
        self.routing: Routing
        self.operators: Operators
        self.orders: Callable[[Conversation, Queue], Awaitable[Sequence[str]]] = no_orders
        self.copies = 1
        """How often each update comes."""
        self._codes = itertools.count(1)
        self._offset = 0

    @property
    def forum(self) -> ForumGroup:
        assert self.group is not None, "this rig has no group"
        return self.group

    async def __aenter__(self) -> Self:
        await self.open()
        if self.group is not None:
            await self.has_group(self.group)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.crash()

    # ------------------------------------------------------------ life

    async def furnish(self) -> None:
        if await self.stores.accounts.owner() is None:
            owner = {"email": "owner@localhost", "password_hash": "none"}
            await self.stores.accounts.found(**owner, now=self.hands.now())
        self._connection = Connection(self.telegram.base)
        self.channel = Watched(
            workspace=WORKSPACE,
            bot=BOT,
            token=TOKEN,
            connection=self._connection,
            shelf=self.stores.shelf,
            clock=self.hands.now,
            new_id=self.new_id,
            language=lambda: self.language,
            sleep=self.hands.sleep,
            is_desk=lambda channel, chat_id: self.desk.is_desk(channel, chat_id),
            asked=lambda channel, query: self.desk.asked_inline(channel, query),
        )
        self.channel.username = "shop_bot"
        self.channel.when_sent = self.when_sent
        self.channels[CHANNEL] = self.channel
        self.desk = TelegramDesk(self._parts())
        self.inbox.desk = self.desk.take
        self.inbox.undelivered = self.outbox.undelivered = self.desk.undelivered
        checked = self.life.checked
        self.routing = Routing(
            self.handoff,
            operators=checked(self.stores.operators),
            board=self.board,
            queues=self._queues,
            clock=self.hands.now,
            sleep=self.hands.sleep,
        )
        self.listeners[:] = [self.board, self.ears, self.desk, self.routing]
        await self.desk.start()

    def _parts(self) -> Parts:
        """The same as `run.desk_of` makes it of the house."""
        checked = self.life.checked
        self.handoff = Handoff(
            self.inbox,
            Conversations(checked(self.stores.conversations)),
            board=self.board,
            queues=self._queues,
            new_id=self.new_id,
        )
        self.operators = Operators(
            checked(self.stores.operators),
            workspace=WORKSPACE,
            clock=self.hands.now,
            random_bytes=self._random_bytes,
        )
        return Parts(
            workspace=WORKSPACE,
            channels=self.channels,
            handoff=self.handoff,
            episodes=checked(self.stores.episodes),
            operators=self.operators,
            canned=CannedAnswers(
                checked(self.stores.desks),
                self.published,
                workspace=WORKSPACE,
                clock=self.hands.now,
            ),
            desks=checked(self.stores.desks),
            deliveries=self.outbox,
            feed=checked(self.stores.feed),
            shelf=checked(self.stores.shelf),
            clock=self.hands.now,
            sleep=self.hands.sleep,
            new_id=self.new_id,
            language=lambda bot: self.language,
            queues=self._queues,
            zone=lambda bot: UTC,
            position=self.board.position,
            orders=self._orders,
            keep_topics=self.keep_topics,
        )

    async def _orders(self, chat: Conversation, queue: Queue) -> Sequence[str]:
        return await self.orders(chat, queue)

    def _random_bytes(self, count: int) -> bytes:
        return hashlib.shake_256(str(next(self._codes)).encode()).digest(count)

    async def crash(self) -> None:
        await super().crash()
        with suppress(RuntimeError):
            await self._connection.close()

    # ------------------------------------------------------------ what is set up

    async def has_group(self, group: ForumGroup, **more: Any) -> None:
        """A group is a desk, as after `/setup`: known from the next start on, which this does."""
        made = DeskGroup(
            workspace=WORKSPACE,
            channel=CHANNEL,
            chat_id=str(group.chat_id),
            title="Поддержка",
            created_at=self.hands.now(),
            **more,
        )
        await self.stores.desks.put_group(made)
        await self.restart()

    async def operator(
        self, name: str, *, role: Role = "operator", linked: bool = True, **more: Any
    ) -> "DeskOperator":
        """Somebody of ours in the group, linked to their Telegram."""
        person = self.forum.person(name)
        who = Operator(
            id=0,
            workspace=WORKSPACE,
            name=name,
            role=role,
            telegram=str(person.number) if linked else "",
            username=person.user["username"] if linked else "",
            **more,
        )
        who = await self.stores.operators.put(who, now=self.hands.now())
        one = self.people[name] = DeskOperator(self, person, who)
        return one

    def stranger(self, name: str, *, bot: bool = False) -> "DeskOperator":
        """Somebody in the group who is none of ours."""
        return DeskOperator(self, self.forum.person(name, bot=bot), None)

    # ------------------------------------------------------------ what customers do

    @staticmethod
    def number(customer: str) -> int:
        """The chat of a customer by their name."""
        return 100_000 + int(hashlib.sha256(customer.encode()).hexdigest()[:6], 16)

    def happens(self, *updates: Mapping[str, Any]) -> None:
        """Updates wait to be fetched; `settle` brings them in."""
        self.telegram.update(*updates)

    def _from(self, customer: str) -> dict[str, Any]:
        return {"from": happenings.person(self.number(customer), name=customer)}

    async def customer(self, name: str, *texts: str) -> None:
        """A customer writes, and all that follows is done."""
        for text in texts:
            self.customer_writes(name, text)
            await self.settle()

    def customer_writes(self, name: str, text: str, **more: Any) -> None:
        """The same without waiting for anything."""
        now = {"date": int(self.hands.now().timestamp())}
        about = {**self._from(name), **now, **more}
        self.happens(happenings.message(self.number(name), text, **about))

    async def asks(self, name: str, *texts: str, queue: str = "оператор") -> None:
        """A customer says something to the bot and then wants a person."""
        await self.customer(name, "/start", *texts, queue)

    def heard(self, customer: str) -> list[str]:
        """What stands in the customer's chat from our side, oldest first."""
        seen = self.telegram.seen(self.number(customer))
        said = [one["message"] for one in seen if one["who"] == "bot" and one["act"] == "says"]
        return [str(one.get("text") or one.get("caption") or "") for one in said]

    # ------------------------------------------------------------ going on

    async def settle(self) -> None:
        """Everything that happened is brought in, and all that can be done of it is done."""
        while await self.bring_in():
            await self.quiet()
        await self.quiet()
        # What the desk did may have made service messages.
        while await self.bring_in():
            await self.quiet()

    def _rests(self) -> bool:
        return all(rests(task) for task in self._ours())

    async def bring_in(self) -> bool:
        """One batch of updates, as polling brings it; False where there was none."""
        answer = await asyncio.to_thread(
            self.telegram._ask,
            "POST",
            f"/bot{TOKEN}/getUpdates",
            {"offset": self._offset, "timeout": 0, "allowed_updates": list(ALLOWED_UPDATES)},
        )
        for update in answer["result"]:
            for _ in range(self.copies):
                received = await self.channel.read(update)
                if not await self._accepted(received.messages):
                    return False
                for after in received.after:
                    await after()
            self._offset = update["update_id"] + 1
        return bool(answer["result"])

    async def _accepted(self, messages: Sequence[UnifiedMessage]) -> bool:
        """False where the process ended before they were on disk: they come again."""
        taking = self.beside(self.inbox.accept(messages))
        await self.quiet()
        if taking.done() and taking.exception() is None:
            return True
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
        return False

    async def later(self, seconds: float, *, step: float = 5.0) -> None:
        """Time passes, and what happens meanwhile is brought in: each `step`, while anything does."""
        end = self.hands.time + timedelta(seconds=seconds)
        await self.settle()
        while (now := self.hands.time) < end and not self.life.dead:
            until = max(now + timedelta(seconds=step), await self.next_due() or end)
            await self.passes((min(until, end) - now).total_seconds())
            await self.settle()

    # ------------------------------------------------------------ what is seen

    async def chat(self, customer: str) -> Conversation:
        return await self.conversation(str(self.number(customer)), bot=BOT)

    async def topic_kept(self, customer: str) -> Topic | None:
        """The newest topic of a chat, as it is on disk."""
        try:
            chat = await self.chat(customer)
        except NotFound:
            return None
        found = await self.stores.desks.topics(chat.id)
        return found[0] if found else None

    async def topic_of(self, customer: str) -> int:
        """The thread of a customer's topic. Raises LookupError where there is none."""
        topic = await self.topic_kept(customer)
        if topic is None or not topic.thread_id:
            raise LookupError(f"{customer} has no topic: {topic}")
        return int(topic.thread_id)

    async def shown(self, customer: str, *, service: bool = False) -> list[Shown]:
        """The messages in a customer's topic, as they stand now; the card is among them."""
        return self.forum.shown(await self.topic_of(customer), service=service)

    async def texts(self, customer: str) -> list[str]:
        return [one.text for one in await self.shown(customer)]

    async def card(self, customer: str) -> Shown:
        """The card of a customer's topic: what is pinned there."""
        pinned = [one for one in await self.shown(customer) if one.pinned]
        if not pinned:
            raise LookupError(f"nothing is pinned for {customer}: {await self.texts(customer)}")
        return pinned[0]


@dataclass
class DeskOperator:
    """Somebody in the group. Each act waits until all that follows is done; `person` acts at once.

    Where a topic is meant it is named by its customer; "" is General.
    """

    rig: DeskRig
    person: Person
    who: Operator | None

    async def writes(self, customer: str, text: str, **more: Any) -> int:
        """Gives the message's number."""
        number = self.person.writes(await self.thread(customer), text, **more)
        await self.rig.settle()
        return number

    async def sends(self, customer: str, kind: str, file_id: str, caption: str = "") -> int:
        number = self.person.sends(await self.thread(customer), kind, file_id, caption)
        await self.rig.settle()
        return number

    async def replies(self, customer: str, to: int, text: str) -> int:
        return await self.writes(customer, text, reply_to=to)

    async def edits(self, message_id: int, text: str) -> None:
        self.person.edits(message_id, text)
        await self.rig.settle()

    async def presses(self, customer: str, label: str, *, message_id: int | None = None) -> str:
        """Gives what the bot said to it, "" for nothing; no press may stay without an answer."""
        query = self.person.presses(await self.thread(customer), label, message_id=message_id)
        await self.rig.settle()
        answered = self.rig.telegram.answer_to(query)
        assert answered is not None, f"the press of {label!r} was never answered"
        return str(answered.get("text") or "")

    async def takes(self, customer: str) -> None:
        """By the card's first button."""
        card = await self.rig.card(customer)
        await self.presses(customer, card.buttons[0], message_id=card.id)

    async def closes(self, customer: str) -> None:
        self.person.closes(await self.thread(customer) or 0)
        await self.rig.settle()

    async def reopens(self, customer: str) -> None:
        self.person.reopens(await self.thread(customer) or 0)
        await self.rig.settle()

    async def renames(self, customer: str, name: str) -> None:
        self.person.renames(await self.thread(customer) or 0, name)
        await self.rig.settle()

    async def deletes(self, customer: str, *, says: str = "message thread not found") -> None:
        """The topic; what Telegram says of it from then on is `says`."""
        self.person.deletes(await self.thread(customer) or 0, says=says)

    async def thread(self, customer: str) -> int | None:
        return await self.rig.topic_of(customer) if customer else None
