"""Small stand-ins for the runtime and the stores, so that HTTP is tested by itself."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import httpx
import orjson
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from adapters.actions.memory import MemoryShelf
from adapters.http.app import EVERY_DOOR, SPOKEN, Speaking, build_app
from adapters.http.gate import Doors
from adapters.http.metrics import Metrics
from adapters.payments.sandbox_top_ups import SandboxTopUps
from bots.board import Board
from bots.errors import Invalid, NotFound, Unauthorised
from bots.model.answer import Answer, Delivery
from bots.model.billing import Plan
from bots.model.conversation import Conversation, Opening
from bots.model.desk import Relay
from bots.model.episode import Asked
from bots.model.marketplace import Connection
from bots.model.message import Address, Reply, UnifiedMessage
from bots.model.receipt import Receipt
from bots.model.turn import MessageRecord, Outgoing
from bots.ports import Channel, File, Received, Webhook
from bots.responder import Move, Turn
from bots.services import Services
from bots.services.analytics import Analytics
from bots.services.billing import Billing
from bots.services.chat import Chat
from bots.services.conversations import Conversations
from bots.services.dialogs import Dialogs
from bots.services.documents import Documents
from bots.services.events import Events
from bots.services.files import Files
from bots.services.handoff import Handoff
from bots.services.health import Check, Health
from bots.services.knowledge import Knowledge
from bots.services.marketplaces import Marketplaces
from bots.services.messaging import Messaging
from bots.services.runtime import Connected, Platform
from bots.services.team import Team
from bots.services.top_ups import TopUps
from bots.services.webhooks import Webhooks
from flows.model import Bot
from tests.adapters.http.fake_assistants import memory_assistants
from tests.adapters.http.fake_chats import (
    FakeConversations,
    FakeDialogs,
    FakeMetrics,
    following_nothing,
    said,
)
from tests.adapters.http.fake_people import FakeAccounts, FakeKeys, FakeSeats, accounts_over
from tests.adapters.http.fake_time import KEY, NOON, SHOP_KEY, Time, ids
from tests.adapters.http.fake_webhooks import FakeSender, MemoryWebhooks, SilentFeed
from tests.adapters.http.ledgers import MemoryLedger, MemoryTopUps
from tests.adapters.http.libraries import MemoryDocuments, MemoryFolder, MemoryLibrary


class FakeInbox:
    """Says what the test lets it say, and notes down what comes in."""

    def __init__(self, store: "FakeConversations", clock: Time, new_id: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self.accepted: list[UnifiedMessage] = []
        self.noted: list[Receipt] = []
        self.asked: list[tuple[UnifiedMessage, Mapping[str, Any] | None]] = []
        self.answer: Callable[[UnifiedMessage, Conversation], Answer] = self._echo
        self.refuses: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.at_the_gate = asyncio.Event()

    async def _pass(self) -> None:
        if self.gate is not None:
            self.at_the_gate.set()
            await self.gate.wait()

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        await self._pass()
        if self.refuses is not None:
            raise self.refuses
        self.accepted += messages

    async def note(self, receipts: Sequence[Receipt]) -> None:
        await self._pass()
        if self.refuses is not None:
            raise self.refuses
        self.noted += receipts

    async def take(self, message: UnifiedMessage) -> bool:
        await self.accept([message])
        ids = [one.external_id for one in self.accepted]
        return ids.count(message.external_id) == 1

    async def ask(
        self,
        message: UnifiedMessage,
        *,
        context: Mapping[str, Any] | None = None,
        patience: float = 25.0,
    ) -> Answer:
        await self._pass()
        if self.refuses is not None:
            raise self.refuses
        self.asked.append((message, context))
        conversation = self._store.opened(
            message.address, Opening(platform=message.platform, user_id=message.user_id)
        )
        self._store.note(conversation, message.text or "", "customer")
        answer = self.answer(message, conversation)
        self._store.keep(answer.conversation)
        for record in answer.said:
            self._store.note(answer.conversation, record.text, "bot", record)
        return answer

    async def say(
        self, address: Address, reply: Reply, *, opening: Opening | None = None
    ) -> MessageRecord:
        conversation = self._store.opened(address, opening)
        return self._store.note(
            conversation, reply.text, "api", keyboard=reply, id=reply.message_id
        )

    async def move(self, address: Address, move: Move, opening: Opening | None = None) -> Turn:
        raise AssertionError("no operator works over HTTP")

    async def take_over(
        self, address: Address, asked: Asked, *, by: Sequence[Relay] = ()
    ) -> Conversation:
        conversation = replace(
            self._store.opened(address, None),
            owner="queue",
            status="escalated",
            updated_at=self._clock(),
        )
        self._store.keep(conversation)
        return conversation

    async def update(self, address: Address) -> None:
        raise AssertionError("nobody publishes over HTTP")

    async def write_context(
        self, address: Address, context: Mapping[str, Any], *, opening: Opening | None = None
    ) -> Conversation:
        conversation = self._store.opened(address, opening)
        conversation = replace(conversation, context={**conversation.context, **context})
        self._store.keep(conversation)
        return conversation

    def _echo(self, message: UnifiedMessage, conversation: Conversation) -> Answer:
        return Answer(conversation=conversation, said=[said(f"Вы сказали: {message.text}")])


class FakeConnections:
    """Implements `bots.ports.Connections` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Connection] = {}

    async def all(self, workspace: int) -> list[Connection]:
        return [one for one in self.kept.values() if one.workspace == workspace]

    async def put(self, connection: Connection, *, once: str | None = None) -> Connection:
        self.kept[connection.id] = connection
        return connection

    async def note(self, connection: Connection) -> None:
        self.kept[connection.id] = connection

    async def remove(self, workspace: int, id: str) -> bool:
        return self.kept.pop(id, None) is not None


class FakeOutbox:
    """Everything is delivered at once, unless a test says otherwise."""

    def __init__(self) -> None:
        self.delivered = Delivery(status="sent", platform_message_id="1234")

    async def delivery(self, message_id: str, *, patience: float) -> Delivery:
        return self.delivered


class FakeConnected:
    """One bot of Telegram, and none of the messenger beside it."""

    def platforms(self) -> Sequence[Platform]:
        plain: Any = {"webhook": True, "writes_first": True}
        return [
            Platform(
                name="telegram",
                title="Telegram",
                capabilities=("text", "inline_keyboard", "media", "files", "voice"),
                **plain,
            ),
            Platform(name="pigeon", title="Pigeon post", capabilities=("text",), **plain),
        ]

    def is_up(self, platform: str, workspace: int) -> bool:
        return platform == "telegram"

    def accounts(self, platform: str, workspace: int) -> Sequence[Connected]:
        found = [Connected(channel="telegram:shop", bot="shop")]
        return found if platform == "telegram" else []


class FakePublished:
    """Knows names of bots only."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def names(self, workspace: int | None = None) -> Sequence[str]:
        return self._names if workspace in (None, 1) else ()

    def workspace_of(self, bot: str) -> int:
        return 1

    def answers(self, bot: str, workspace: int) -> bool:
        return bot in self.names(workspace)

    def current(self, bot: str) -> Bot:
        if bot not in self._names:
            raise NotFound("bot", bot)
        return cast(Bot, SimpleNamespace(folder=bot, title=bot, language="ru"))


class FakeChannel(Channel):
    """A messenger whose updates are `{"text": …}` or `{"read": …}`, its secret in a header.

    Where it is `asked_by_get`, its secret verifies the address, and `{"of": …}` says whose a text
    is: everybody else is given the rest.
    """

    def __init__(
        self,
        secret: str,
        *,
        bot: str = "shop",
        platform: str = "telegram",
        asked_by_get: bool = False,
    ) -> None:
        self.asked_by_get = asked_by_get
        self._secret = secret
        self._bot = bot
        self.platform = platform
        self.name = f"{platform}:{bot}"
        self.after: list[str] = []
        self.files: dict[str, File | Exception] = {}

    async def receive(self, webhook: Webhook) -> Received:
        if webhook.method == "GET":
            if webhook.query.get("verify") != self._secret:
                raise Unauthorised
            return Received(reply=webhook.query["challenge"])
        if webhook.headers.get("x-secret") != self._secret:
            raise Unauthorised
        try:
            update = orjson.loads(webhook.body)
        except orjson.JSONDecodeError as error:
            raise Invalid("body", "is no JSON") from error
        if "read" in update:
            return Received(receipts=[self._receipt(update["read"])])
        if "text" not in update or self._bot not in update.get("of", self._bot):
            return Received(more="of" in update)
        message = UnifiedMessage(
            message_id="1",
            address=Address(1, self._bot, self.name, "7"),
            platform=self.platform,
            user_id="7",
            external_id=str(update.get("update_id", 1)),
            timestamp=NOON,
            text=update["text"],
        )
        return Received(messages=[message], after=[self._afterwards], more="of" in update)

    def _receipt(self, id: str) -> Receipt:
        return Receipt(channel=self.name, platform_message_id=id, status="read", at=NOON)

    async def _afterwards(self) -> None:
        self.after.append("done")

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def send(self, row: Outgoing) -> str:
        return ""

    async def typing(self, address: Address) -> None:
        pass

    async def fetch(self, ref: str) -> File:
        found = self.files.get(ref) or NotFound("file", ref)
        if isinstance(found, Exception):
            raise found
        return found


@dataclass(slots=True, kw_only=True)
class House:
    """Everything behind one application."""

    app: ASGIApp
    client: httpx.AsyncClient
    clock: Time
    inbox: FakeInbox
    outbox: FakeOutbox
    store: FakeConversations
    shelf: MemoryShelf
    accounts: FakeAccounts
    keys: FakeKeys
    metrics: Metrics
    channels: dict[str, list[FakeChannel]]
    services: Services
    checks: dict[str, Check] = field(default_factory=dict)

    async def forget_answers(self) -> None:
        """As if the process had died before it kept those under an `Idempotency-Key`."""
        shelf = f"idempotency {self.clock():%Y-%m-%d}"
        for name in await self.shelf.all(1, shelf):
            await self.shelf.put(1, shelf, name, None)


async def build_house(
    *,
    bots: Sequence[str] = ("shop", "salon"),
    extra_routes: Sequence[BaseRoute] = (),
    doors: Doors = EVERY_DOOR,
    spoken: Sequence[Speaking] = SPOKEN,
) -> House:
    clock, new_id = Time(), ids()
    store = FakeConversations(clock, new_id)
    inbox, outbox, shelf, people, keys = (
        FakeInbox(store, clock, new_id),
        FakeOutbox(),
        MemoryShelf(),
        FakeAccounts(),
        FakeKeys(),
    )
    accounts = accounts_over(people, keys, clock, lambda n: bytes(range(1, n + 1)))
    for key, bot in ((KEY, None), (SHOP_KEY, "shop")):
        await accounts.keys.add(workspace=1, account_id=1, name="test", bot=bot, text=key)
    conversations = Conversations(store)
    channels = {"telegram": [FakeChannel("first"), FakeChannel("second", bot="salon")]}
    checks: dict[str, Check] = {}
    handoff = Handoff(inbox, conversations, board=Board(), queues=lambda bot: {}, new_id=new_id)
    team = Team(FakeSeats(), clock=clock)
    billing = Billing(
        MemoryLedger(),
        plans={"trial": Plan(name="trial", price=500)},
        bonus=50_000,
        clock=clock,
    )
    money = MemoryTopUps()
    bank = SandboxTopUps(
        partial(money.by_reference, "sandbox"),
        base="http://easyflow.test",
        clock=clock,
        new_secret=new_id,
    )
    top_ups = TopUps(money, bank, billing, clock=clock, new_id=new_id)
    knowledge = Knowledge(MemoryLibrary(bots), clock=clock)
    services = Services(
        chat=Chat(
            inbox, store, FakePublished(*bots), default_bot="shop", clock=clock, new_id=new_id
        ),
        conversations=conversations,
        messaging=Messaging(
            inbox,
            outbox,
            conversations,
            channels=FakeConnected(),
        ),
        events=Events(inbox, conversations, clock=clock, new_id=new_id),
        following=following_nothing(),
        files=Files(conversations, {one.name: one for one in channels["telegram"]}),
        dialogs=Dialogs(FakeDialogs(store), handoff, team, new_id=new_id),
        team=team,
        handoff=handoff,
        accounts=accounts,
        # Nobody registers or signs in here: that is tested over a real database.
        signing_in=cast(Any, SimpleNamespace()),
        members=cast(Any, SimpleNamespace()),
        assistants=await memory_assistants(clock, accounts.keys, *bots),
        billing=billing,
        top_ups=top_ups,
        knowledge=knowledge,
        documents=Documents(
            MemoryDocuments(), MemoryFolder(), knowledge, room=lambda plan: None, clock=clock
        ),
        ai_tokens=cast(Any, SimpleNamespace()),
        census=cast(Any, SimpleNamespace()),
        system=cast(Any, SimpleNamespace()),
        analytics=Analytics(FakeMetrics(), zone=lambda workspace: UTC, clock=clock),
        marketplaces=Marketplaces(FakeConnections(), {}, clock=clock, new_id=new_id),
        webhooks=Webhooks(
            MemoryWebhooks(),
            SilentFeed(),
            FakeSender(),
            clock=clock,
            new_id=new_id,
            random_bytes=bytes,
        ),
        health=Health(checks),
    )
    metrics = Metrics()
    app = build_app(
        services,
        inbox=inbox,
        channels=channels,
        shelf=shelf,
        clock=clock,
        new_id=new_id,
        metrics=metrics,
        extra_routes=extra_routes,
        doors=doors,
        spoken=spoken,
    )
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://easyflow.test",
        headers={"Authorization": f"Bearer {KEY}"},
    )
    return House(
        app=app,
        client=client,
        clock=clock,
        inbox=inbox,
        outbox=outbox,
        store=store,
        shelf=shelf,
        accounts=people,
        keys=keys,
        metrics=metrics,
        channels=channels,
        services=services,
        checks=checks,
    )
