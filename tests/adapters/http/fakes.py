"""Small stand-ins for the runtime and the stores, so that HTTP is tested by itself."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
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
from bots.model.account import Account, ApiKey, NewAccount
from bots.model.answer import Answer, Came, Delivery
from bots.model.billing import Plan
from bots.model.conversation import Conversation, Opening
from bots.model.course import Point
from bots.model.dialog import Listed, Page, Sought
from bots.model.episode import Asked
from bots.model.marketplace import Connection
from bots.model.message import Address, Reply, UnifiedMessage
from bots.model.metrics import Counted, Period
from bots.model.operator import Operator
from bots.model.receipt import Receipt
from bots.model.turn import MessageRecord, Outgoing
from bots.ports import Channel, File, Received, Webhook
from bots.responder import Move, Turn
from bots.services import Services
from bots.services.accounts import Accounts
from bots.services.analytics import Analytics
from bots.services.billing import Billing
from bots.services.chat import Chat
from bots.services.conversations import Conversations
from bots.services.dialogs import Dialogs
from bots.services.documents import Documents
from bots.services.events import Events
from bots.services.files import Files
from bots.services.following import Following
from bots.services.handoff import Handoff
from bots.services.health import Check, Health
from bots.services.keys import Keys
from bots.services.knowledge import Knowledge
from bots.services.marketplaces import Marketplaces
from bots.services.messaging import Messaging
from bots.services.passwords import Passwords
from bots.services.runtime import Connected, Platform
from bots.services.team import Team
from bots.services.top_ups import TopUps
from bots.services.webhooks import Webhooks
from flows.model import Bot
from tests.adapters.http.fake_assistants import memory_assistants
from tests.adapters.http.fake_webhooks import FakeSender, MemoryWebhooks, SilentFeed
from tests.adapters.http.ledgers import MemoryLedger, MemoryTopUps
from tests.adapters.http.libraries import MemoryDocuments, MemoryFolder, MemoryLibrary

KEY = "sk_live_key_of_the_tests_0001"
SHOP_KEY = "sk_live_key_of_the_shop_00001"
NOON = datetime(2024, 1, 10, 10, 15, tzinfo=UTC)


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


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

    async def take_over(self, address: Address, asked: Asked) -> Conversation:
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


def said(text: str, **known: Any) -> MessageRecord:
    return MessageRecord(
        message_id="0",
        seq=0,
        direction="outbound",
        author="bot",
        created_at=NOON,
        text=text,
        **known,
    )


class FakeMetrics:
    """Implements `bots.ports.Metrics`: nothing was ever said."""

    async def counted(
        self, workspace: int, period: Period, *, bot: str | None, user_id: str | None
    ) -> Counted:
        return Counted(
            conversations=0, escalated=0, inbound=0, outbound=0, answered_in=None, ratings=()
        )


class FakeConnections:
    """Implements `bots.ports.Connections` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Connection] = {}

    async def all(self, workspace: int) -> list[Connection]:
        return [one for one in self.kept.values() if one.workspace == workspace]

    async def put(self, connection: Connection) -> Connection:
        self.kept[connection.id] = connection
        return connection

    async def note(self, connection: Connection) -> None:
        self.kept[connection.id] = connection

    async def remove(self, workspace: int, id: str) -> bool:
        return self.kept.pop(id, None) is not None


class FakeConversations:
    """Implements `bots.ports.Conversations` in memory."""

    def __init__(self, clock: Time, new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._new_id = new_id
        self.all: dict[Address, Conversation] = {}
        self.messages: dict[int, list[MessageRecord]] = {}
        self.came: dict[tuple[str, str], Came] = {}

    def opened(self, address: Address, opening: Opening | None) -> Conversation:
        if address not in self.all:
            if opening is None:
                raise NotFound("conversation", address.chat_id)
            now = self._clock()
            self.all[address] = Conversation(
                id=len(self.all) + 1,
                uuid=self._new_id(),
                address=address,
                platform=opening.platform,
                user_id=opening.user_id,
                customer_id=1,
                created_at=now,
                updated_at=now,
            )
        return self.all[address]

    def keep(self, conversation: Conversation) -> None:
        self.all[conversation.address] = conversation

    def note(
        self,
        conversation: Conversation,
        text: str,
        author: str,
        record: MessageRecord | None = None,
        keyboard: Reply | None = None,
        id: str = "",
    ) -> MessageRecord:
        kept = self.messages.setdefault(conversation.id, [])
        made = MessageRecord(
            message_id=id or self._new_id(),
            seq=len(kept) + 1,
            direction="inbound" if author == "customer" else "outbound",
            author=cast(Any, author),
            created_at=self._clock(),
            text=text,
            keyboard=keyboard.keyboard if keyboard else None,
            attachments=keyboard.attachments if keyboard else (),
            intent=record.intent if record else None,
            confidence=record.confidence if record else None,
        )
        kept.append(made)
        return made

    async def by_chat(
        self,
        workspace: int,
        platform: str,
        chat_id: str,
        user_id: str | None = None,
        bot: str | None = None,
    ) -> Conversation:
        for each in self.all.values():
            same = (each.address.workspace, each.platform, each.address.chat_id)
            if same != (workspace, platform, chat_id):
                continue
            if user_id in (None, each.user_id) and bot in (None, each.address.bot):
                return each
        raise NotFound("conversation", chat_id)

    async def by_session(self, workspace: int, session_id: str) -> Conversation:
        for each in self.all.values():
            names = {f"session_{each.uuid}"}
            if each.address.channel == "api":
                names.add(each.address.chat_id)
            if each.address.workspace == workspace and session_id in names:
                return each
        raise NotFound("conversation", session_id)

    async def of_user(self, workspace: int, user_id: str) -> list[tuple[Conversation, int]]:
        return [
            (each, len(self.messages.get(each.id, [])))
            for each in self.all.values()
            if each.address.workspace == workspace and each.user_id == user_id
        ]

    async def history(
        self, conversation: int, *, limit: int, offset: int
    ) -> tuple[list[MessageRecord], int]:
        kept = self.messages.get(conversation, [])
        return kept[offset : offset + limit], len(kept)

    async def tail(self, address: Address, *, limit: int) -> list[MessageRecord]:
        return self.messages.get(self.all[address].id, [])[-limit:]

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        for each in self.all.values():
            for record in self.messages.get(each.id, []):
                if (each.address.workspace, record.message_id) == (workspace, message_id):
                    return each, record
        return None

    async def came_of(self, address: Address, external_id: str, message_id: str) -> Came:
        return self.came.get((external_id, message_id), Came(waits=False))


class FakeDialogs:
    """Implements `bots.ports.Dialogs` over the same conversations."""

    def __init__(self, store: FakeConversations) -> None:
        self._store = store

    async def listed(self, workspace: int, sought: Sought, *, limit: int, offset: int) -> Page:
        found = [
            Listed(
                id=each.id,
                address=each.address,
                platform=each.platform,
                assistant=None,
                closed=each.status == "closed",
                handoff="none",
                created_at=each.created_at,
            )
            for each in self._store.all.values()
            if each.address.workspace == workspace and sought.bot in (None, each.address.bot)
        ]
        return Page(chats=found[offset : offset + limit], total=len(found))

    async def one(self, workspace: int, id: int) -> tuple[Conversation, int | None, str]:
        for each in self._store.all.values():
            if (each.address.workspace, each.id) == (workspace, id):
                return each, None, ""
        raise NotFound("dialog", id)

    async def messages(
        self, conversation: int, *, limit: int, offset: int | None, after: int | None
    ) -> tuple[list[MessageRecord], int]:
        kept = self._store.messages.get(conversation, [])
        return kept[-limit:], len(kept)

    async def written(self, conversation: int, surface: str, key: str) -> MessageRecord | None:
        return None


class FakeSeats:
    """Implements `bots.ports.Seats`: the owner alone."""

    async def all(self, workspace: int) -> list[Operator]:
        return [await self.of_account(workspace, 1, now=NOON)]

    async def by_id(self, workspace: int, id: int) -> Operator:
        raise NotFound("operator", id)

    async def of_account(self, workspace: int, account: int, *, now: datetime) -> Operator:
        return Operator(id=1, workspace=workspace, name="owner", role="owner")

    async def called(self, workspace: int, name: str, *, now: datetime) -> Operator:
        return Operator(id=2, workspace=workspace, name=name)


class FakeOutbox:
    """Everything is delivered at once, unless a test says otherwise."""

    def __init__(self) -> None:
        self.delivered = Delivery(status="sent", platform_message_id="1234")

    async def delivery(self, message_id: str, *, patience: float) -> Delivery:
        return self.delivered


class FakeAccounts:
    """Implements `bots.ports.Accounts` in memory."""

    def __init__(self) -> None:
        self.people: list[Account] = []

    async def owner(self) -> Account | None:
        return self.people[0] if self.people else None

    async def found(self, *, email: str, password_hash: str, now: datetime) -> Account:
        account = Account(
            id=1,
            workspace=1,
            email=email,
            password_hash=password_hash,
            is_admin=True,
            created_at=now,
        )
        self.people.append(account)
        return account

    async def register(self, new: NewAccount) -> Account:
        raise AssertionError("nobody registers here")

    async def by_email(self, email: str) -> Account | None:
        return next((one for one in self.people if one.email == email), None)

    async def by_id(self, workspace: int, id: int) -> Account:
        raise NotFound("user", id)

    async def all(self, workspace: int) -> list[Account]:
        return [one for one in self.people if one.workspace == workspace]

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        ends: bool = False,
        keep: str = "",
        was: str | None = None,
    ) -> Account:
        raise NotFound("user", id)


class FakeKeys:
    """Implements `bots.ports.Keys` in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}
        self.lookups = 0
        self.notes: list[datetime] = []

    async def add(self, key: ApiKey) -> ApiKey:
        added = replace(key, id=len(self.keys) + 1)
        self.keys[key.digest] = added
        return added

    async def by_digest(self, digest: str) -> ApiKey | None:
        self.lookups += 1
        return self.keys.get(digest)

    async def all(self, workspace: int) -> list[ApiKey]:
        return [one for one in self.keys.values() if one.workspace == workspace]

    async def revoke(self, workspace: int, id: int, *, now: datetime) -> ApiKey:
        for one in self.keys.values():
            if (one.workspace, one.id) == (workspace, id):
                self.keys[one.digest] = replace(one, revoked_at=now)
                return self.keys[one.digest]
        raise NotFound("key", id)

    async def used(self, id: int, *, now: datetime) -> None:
        self.notes.append(now)
        (key,) = [one for one in self.keys.values() if one.id == id]
        self.keys[key.digest] = replace(key, last_used_at=now)


def accounts_over(
    people: FakeAccounts,
    keys: FakeKeys,
    clock: Callable[[], datetime],
    chance: Callable[[int], bytes],
) -> Accounts:
    """Who may call, with quick hashes; nobody signs in."""
    return Accounts(
        people,
        Keys(keys, clock=clock, random_bytes=chance),
        passwords=Passwords(random_bytes=chance, hasher=QuickHasher()),
        clock=clock,
        random_bytes=chance,
    )


class QuickHasher:
    """Hashes that cost nothing, and how many there were."""

    def __init__(self) -> None:
        self.hashes = 0
        self.checks: list[str] = []
        self.outdated: set[str] = set()

    def hash(self, password: str) -> str:
        self.hashes += 1
        return f"hash {self.hashes} of {password}"

    def verify_and_update(self, password: str, hash: str) -> tuple[bool, str | None]:
        self.checks.append(hash)
        fits = hash.partition(" of ")[2] == password
        return fits, self.hash(password) if fits and hash in self.outdated else None


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


class NoCourse:
    """Implements `bots.ports.Course`: nothing goes on anywhere."""

    async def after(self, conversation: int, seq: int, *, limit: int) -> list[Point]:
        return []

    async def latest(self, conversation: int) -> int:
        return 0


class NoEpisodes:
    """Knows no conversation by its number."""

    async def conversation(self, workspace: int, id: int) -> Conversation:
        raise NotFound("conversation", id)


def following_nothing() -> Following:
    """For who tests other things."""
    return Following(
        NoCourse(),
        cast(Any, NoEpisodes()),
        cast(Any, None),
        channels={},
        place=lambda id: 0,
    )


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
