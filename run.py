"""Easy Flow's entry: the commands, and the one place that knows every part and puts them together."""

import os
import sys
from pathlib import Path

try:
    import structlog
except ModuleNotFoundError:
    # `make run` put the libraries into .venv: whoever typed `python run.py chat` means that Python.
    venv = Path(__file__).resolve().parent / ".venv"
    python = venv / "bin" / "python"
    if Path(sys.prefix).resolve() == venv.resolve() or not python.exists():
        raise SystemExit("The libraries are not installed yet: `make run` installs them.") from None
    os.execv(python, [str(python), *sys.argv])

import argparse
import asyncio
import gc
import getpass
import secrets
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from zlib import crc32

from adapters.actions.assistant import AssistantAnswers
from adapters.actions.calendar import Calendar
from adapters.actions.catalogue import Catalogue, facts_of
from adapters.actions.http import Http
from adapters.actions.job import Acts
from adapters.actions.knowledge import KnowledgeBase
from adapters.actions.llm import NoModel
from adapters.actions.loading import Loader
from adapters.actions.marketplace import DemoShop
from adapters.actions.owners import OwnersActions
from adapters.actions.pay import Pay
from adapters.actions.stats import Stats
from adapters.addresses import Allowed
from adapters.documents.clamd import Clamd
from adapters.documents.folder import Folder
from adapters.guarded_http import GuardedHttp
from adapters.ids import Ids
from adapters.payments.sandbox import Sandbox
from adapters.payments.sandbox_top_ups import SandboxTopUps
from adapters.payments.yookassa import YooKassa
from adapters.terminal.arguments import arguments
from adapters.terminal.folders import WrittenBots, complaints_of, named_or_at, shown_path
from adapters.terminal.leaving import Refused, stop
from adapters.tracing.off import Untraced
from adapters.understanding.stemmed import StemmedUnderstanding
from adapters.webhooks import HttpWebhookSender
from bots.actions import Performer
from bots.board import Board
from bots.deciding import Decider
from bots.elsewhere import fetched
from bots.errands import Errands
from bots.errors import Invalid, NotFound, Unavailable
from bots.handoffs import Handoffs
from bots.inbox import Inbox
from bots.lanes import Lanes
from bots.model.assistant import MADE, Assistant
from bots.model.billing import Plan
from bots.model.bot_folder import BotFolder, BotFolderError
from bots.model.desk_state import DeskState
from bots.model.episode import Episode
from bots.model.message import Address
from bots.model.process import WEB, WORK
from bots.model.slots import ALONE, SLOTS, Slots
from bots.others import NOBODY
from bots.outbox import Outbox
from bots.ports import Actions, Channel, Listener, Meter, Others, Shelf
from bots.publishing import Published
from bots.responder import Responder
from bots.services.accounts import Accounts, Founded
from bots.services.alerts import Alerts, Way
from bots.services.assistant_account import Accounts as AssistantAccounts
from bots.services.assistants import Assistants
from bots.services.attendance import Attendance
from bots.services.banks import Banks
from bots.services.billing import Billing
from bots.services.canned import CannedAnswers
from bots.services.channels import Channels
from bots.services.conversations import Conversations
from bots.services.documents import Documents
from bots.services.events import Events
from bots.services.following import Following
from bots.services.forgetting import Forgetting
from bots.services.guessing import Guessing
from bots.services.handoff import Handoff
from bots.services.keys import Keys
from bots.services.knowledge import Knowledge
from bots.services.known_bots import KnownBots
from bots.services.members import Members
from bots.services.neighbours import Neighbours
from bots.services.operators import OWNERS, Operators
from bots.services.passwords import Passwords
from bots.services.payments import TO_TELL, Payments
from bots.services.publishing import Publishing
from bots.services.reports import Reports
from bots.services.routing import Routing
from bots.services.second_factor import SecondFactor
from bots.services.sessions import Sessions, SigningKeys
from bots.services.signing_in import SigningIn
from bots.services.stranded import stranded
from bots.services.top_ups import TopUps
from bots.services.webhook_couriers import Couriers
from bots.services.webhooks import Webhooks
from bots.sharing import Sharing
from bots.shift import Chores, Shift
from bots.supervision import Supervisor
from config.assistant_bot import Compiler, assistant_files
from config.bot_folders import bot_folders, read_bot_folder, watch
from config.channels import declared, takes_money, variables
from config.environment import SettingsError, idle_settings, load_settings, unknown_settings
from config.keys import add_kept_key, drop_older_keys, keys_at_hand
from config.logs import Mask, set_up_logs
from config.settings import Settings
from flows.errors import LoadError
from flows.load import Loaded, language_of
from flows.model import Bot
from scheduler.housekeeping import Housekeeping
from scheduler.schedules import Schedules
from scheduler.telling import Telling
from scheduler.worker import Worker
from storage.opening import (
    in_use,
    live_files,
    open_beside,
    open_stores,
    place_of,
    shown_place,
    starting,
)
from storage.operators import SqlOperators
from storage.stores import Stores
from storage.vault import KeyRing

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp
    from uvicorn import Server

    from adapters.hints.redis import RedisHints
    from adapters.http.idempotency import Together
    from adapters.http.limits import Limits
    from adapters.http.metrics import Metrics
    from adapters.messenger_catalogue import Opener
    from adapters.messengers.telegram.desk.desk import TelegramDesk
    from adapters.messengers.telegram.desk.desks import WorkspaceDesks
    from adapters.messengers.web.hub import Hub
    from adapters.terminal.operators import Written
    from adapters.tracing.spans import Spans
    from adapters.tracing.wrappers import Traced
    from adapters.wire import Wire
    from bots.model.checkup import Kept, Standing
    from bots.services import Services
    from bots.services.health import Health
    from bots.services.recording import Recorder
    from bots.services.system import System
    from bots.tape import Tape
    from flows.testing import Company
    from storage.beside import Beside

log = structlog.get_logger()

LOOK_EVERY, LOOK_SELDOM = 0.25, 1.0
"""Seconds after which a process looks for what others left to it, though nobody told: without Redis, and with."""

SHUTDOWN = 9.0
"""Seconds all of a stop may take."""

HTTP_SHUTDOWN = 3
"""Seconds of them for the requests under way."""

WEBHOOKS = "/api/v1/messaging/webhook/"

VERSION = "0.1.0"

STARTED, SAVED = "start", "saved"
"""Who publishes where nobody says `publish`."""

TRIED_ON = frozenset({"web"})
"""The platforms where the one who saves a bot's files is the one who talks to it."""

ENV_FILE = Path(".env")


def now() -> datetime:
    """The clock of the whole house."""
    return datetime.now(UTC)


# ---------------------------------------------------------------- the parts


def loader_of(settings: Settings) -> Loader:
    """What compiles bots, by what the settings let them do."""
    return Loader(
        public=settings.public_url is not None,
        paid=lambda about: settings.plays_bank or takes_money(settings, about),
        secrets=settings.secrets,
        runs_python=settings.allow_actions,
    )


def written(settings: Settings) -> WrittenBots:
    """The bots of the folder of bots."""
    return WrittenBots(
        directory=settings.bots_dir,
        read_all=bot_folders,
        read=read_bot_folder,
        load=loader_of(settings).load,
    )


def allowed_hosts(settings: Settings) -> Allowed:
    """Where actions may go although it is not public; one sentence if the setting makes no sense."""
    try:
        return Allowed.read(settings.allow_hosts or "")
    except ValueError as error:
        stop(
            f"EASYFLOW_ALLOW_HOSTS: found {str(error)!r}."
            " Write networks and servers such as 10.0.0.0/8, shop.local:8080"
        )


def load_all(
    settings: Settings,
    only: Path | None = None,
    *,
    live: Mapping[str, dict[str, str]] | None = None,
) -> dict[str, tuple[BotFolder, Loaded]]:
    """Every bot, or the one of a folder, each as it was published in `live` if it was; with a
    complaint about any the program ends."""
    bots = written(settings).to_start(only, live or {})
    try:
        settings.bot_among(bots)
    except ValueError as error:
        stop(str(error))
    for folder, loaded in bots.values():
        for warning in loaded.warnings:
            log.warning("A bot may have a mistake", where=f"{folder.name}/{warning}")
    return bots


@dataclass(slots=True)
class House:
    """The running machinery, without anything that serves it."""

    stores: Stores
    workspace: int
    founded: Founded | None
    slots: Slots
    chores: Chores
    shift: Shift
    sharing: Sharing | None
    neighbours: Neighbours | None
    hints: "RedisHints | None"
    accounts: Accounts
    billing: Billing
    top_ups: TopUps
    till: SandboxTopUps | YooKassa | None
    knowledge: Knowledge
    documents: Documents
    published: Published
    known: KnownBots
    folders: dict[str, BotFolder]
    conversations: Conversations
    handoff: Handoff
    routing: Routing
    following: Following
    board: Board
    operators: Operators
    events: Events
    payments: Payments
    bank: Sandbox
    owners: OwnersActions
    inbox: Inbox
    outbox: Outbox
    worker: Worker
    attendance: Attendance
    schedules: Schedules
    publishing: Publishing
    channels: dict[str, Channel]
    new_id: Ids
    tape: "Tape | None" = None
    assistants: Assistants | None = None
    desk: "WorkspaceDesks | None" = None
    told: Callable[[str, str | None], None] = lambda channel, why: None
    typed: Callable[[Address, str | None], None] = lambda address, name: None
    metrics: "Metrics" = None  # type: ignore[assignment]
    forgetting: Forgetting | None = None
    supervisor: Supervisor = field(default_factory=Supervisor)

    def assistant_of(self, bot: str) -> Assistant:
        """Raises NotFound."""
        if self.assistants is None:
            raise NotFound("assistant", bot)
        return self.assistants.of_bot(bot)

    async def start(self) -> None:
        """Go on with whatever was under way, then keep time."""
        self.supervisor.keep("publishing", self.publishing.follow)
        to_tell = partial(self.stores.shelf.workspaces, TO_TELL)
        self.chores.add(
            {
                "operators": self.attendance.follow,
                "routing": self.routing.keep,
                "schedules": self.schedules.run,
                "documents": self.documents.follow,
                "timetable": self._housekeeping().run,
                "payments": partial(self.payments.follow, to_tell),
            }
        )
        if self.till is not None:
            self.chores.add({"top-ups": self.top_ups.follow})
        timers = partial(self.worker.run, self.inbox.fire)
        if self.sharing is None:
            await self.chores.prepare()
            await self.outbox.start()
            await self.inbox.start()
            self.supervisor.keep("timers", timers)
            await self.chores.begin()
            return
        await self.sharing.beat()
        self.supervisor.keep("sharing", self.sharing.run)
        self.supervisor.keep("look", self.shift.follow)
        assert self.neighbours is not None
        self.supervisor.keep("neighbours", self.neighbours.follow)
        self.supervisor.keep("people", self.attendance.keep_known)
        if self.assistants is not None:
            self.supervisor.keep("assistants", self.assistants.follow)
        if self.hints is not None:
            self.supervisor.keep("hints told", self.hints.publish)
            self.supervisor.keep("hints heard", self.hints.follow)
        self.supervisor.keep("timers", timers)

    async def close(self, patience: float) -> None:
        """Finish the turns and sends under way, in so many seconds; everything else is on disk."""
        if self.sharing is not None:
            await self.sharing.close()
        await self.supervisor.close()
        if self.hints is not None:
            await self.hints.close()
        await self.routing.close()
        if self.desk is not None:
            await self.desk.close()
        if isinstance(self.till, YooKassa):
            await self.till.close()
        started = time.monotonic()
        await self.inbox.close(patience * 0.7)
        await self.outbox.close(patience - (time.monotonic() - started))
        await self.stores.close()

    async def _tidy_desk(self) -> None:
        if self.desk is not None:
            await self.desk.tidy()

    async def _forget_answers(self, before: datetime) -> None:
        if self.inbox.neighbourhood is not None:
            await self.inbox.neighbourhood.prune(before)

    def _housekeeping(self) -> Housekeeping:
        return Housekeeping(
            journal=self.stores.journal,
            feed=self.stores.feed,
            sessions=self.stores.sessions,
            publishing=self.publishing,
            documents=self.documents,
            forgetting=self.forgetting,
            forget_answers=self._forget_answers,
            tidy_desks=self._tidy_desk,
            give_up_old=self.outbox.give_up_old,
            shelf=self.stores.shelf,
            clock=now,
        )


async def build(
    settings: Settings,
    bots: Mapping[str, tuple[BotFolder, Loaded]],
    *,
    meter: Meter,
    channels: dict[str, Channel],
    listeners: list[Listener],
    tape: "Tape | None" = None,
    base: str = "",
    spans: "Spans | None" = None,
    role: str = WEB,
) -> House:
    """Open the stores and put the machinery together. Raises OSError with a sentence.

    `channels` and `listeners` may become more while it runs; the board is put before the others.
    `base` is the address at which customers reach our pages.
    """
    new_id = Ids(time.time_ns, secrets.token_bytes)
    slots = slots_of(settings, new_id)
    hints = hints_of(settings, slots, lambda: house)
    others: Others = hints or NOBODY
    stores = await open_stores(settings.database, new_id=new_id, clock=now, slots=slots)
    accounts = accounts_of(settings, stores)
    admin = settings.admin
    try:
        founded = await accounts.found_owner(
            email=admin.email,
            password=admin.password.get_secret_value() if admin.password else None,
            key=admin.api_key.get_secret_value() if admin.api_key else None,
        )
    except Invalid as wrong:
        await stores.close()
        stop(f"EASYFLOW_ADMIN__{wrong.field.upper()}: it {wrong.error}.")
    owner = await stores.accounts.owner()
    assert owner is not None
    folders, loader = {name: folder for name, (folder, _) in bots.items()}, loader_of(settings)
    published = Published(
        versions=stores.versions,
        workspace=owner.workspace,
        clock=now,
        compile=lambda name, files: (
            loader.version(folders.get(name), name, files)
            if not name.startswith(MADE)
            else loader.of_assistant(name, files)
        ),
    )
    for folder, loaded in bots.values():
        await published.publish(loaded.bot, folder.files, by=STARTED)

    owners = OwnersActions(allowed=settings.allow_actions)
    for folder, _ in bots.values():
        owners_or_stop(owners, folder)
    bank = Sandbox(
        stores.shelf,
        workspace=owner.workspace,
        base=base,
        new_secret=partial(secrets.token_urlsafe, 24),
    )
    payments = Payments(
        stores.shelf,
        Banks(channels, bank if settings.plays_bank else None),
        lambda *told, **more: events.emit(*told, **more),
        clock=now,
    )
    billing, knowledge = billing_of(settings, stores), Knowledge(stores.library, clock=now)
    answers = AssistantAnswers(
        lambda bot: house.assistant_of(bot),
        knowledge,
        billing,
        stores.assistants.dialog_of,
    )
    actions = Catalogue(
        [*families_of(settings, stores, payments, spans), answers.acts],
        bots=lambda name: facts_of(published.current(name), texts_of_folder(folders, name)),
        clock=now,
        owners=owners.of,
    )
    traced = traced_by(spans)
    performer = performer_of(settings, traced.actions(actions), meter, tape, owner.workspace)
    outbox = Outbox(
        store=stores.outbox,
        channels=channels,
        unreachable=lambda address: inbox.unreachable(address),
        meter=meter,
        clock=now,
        state=lambda channel, why: house.told(channel, why),
        tracer=spans,
        slots=slots,
        others=others,
    )
    if not slots.alone:
        stores.journal.read_anew = outbox.unsure
        outbox.share = lambda: len(slots.held or ()) / SLOTS
    board = Board()
    listeners.insert(0, board)
    neighbourhood, neighbours = None, None
    if not slots.alone:
        neighbourhood = stores.neighbourhood(slots.holder)
        neighbours = Neighbours(
            neighbourhood,
            # Each process counts what it does itself.
            lambda: [one for one in listeners if id(one) != id(meter)],
            every=LOOK_EVERY if hints is None else LOOK_SELDOM,
        )
        await neighbours.begin()
    workspaces = await stores.workspaces.ids()
    await board.start(workspaces, stores.episodes, stores.operators, now())
    decider = traced.decider(decider_of(published, performer, board, tape))
    journal = traced.journal(stores.journal)
    responder = Responder(
        journal=journal,
        decider=decider,
        tracer=spans,
        channels=channels,
        post=outbox,
        listeners=listeners,
        meter=meter,
        clock=now,
        new_id=new_id,
        handoffs=Handoffs(published.current, new_id, channels=channels, name=board.name),
    )
    lanes = Lanes()
    worker = Worker(timers=stores.timers, clock=now, customers=lambda: inbox.waiting)
    inbox: Inbox = Inbox(
        journal=journal,
        timers=stores.timers,
        responder=responder,
        errands=Errands(timers=stores.timers, performer=performer, channels=channels, clock=now),
        lanes=lanes,
        wake=worker.wake,
        meter=meter,
        clock=now,
        slots=slots,
        others=others,
    )
    inbox.neighbourhood = neighbourhood
    conversations = Conversations(stores.conversations)
    handoff = Handoff(
        inbox,
        conversations,
        board=board,
        queues=lambda bot: published.current(bot).queues,
        new_id=new_id,
    )
    routing = Routing(
        handoff,
        operators=stores.operators,
        board=board,
        queues=lambda bot: published.current(bot).queues,
        clock=now,
    )
    listeners.append(routing)
    following = Following(
        stores.course,
        stores.episodes,
        stores.operators,
        channels=channels,
        place=board.place,
    )
    listeners.append(following)
    events: Events = Events(inbox, conversations, clock=now, new_id=new_id)
    schedules = Schedules(
        bots=published,
        telling=Telling(
            audience=stores.audience,
            accept=inbox.accept,
            busy=lambda: lanes.busy,
            clock=now,
            new_id=new_id,
            sleep=asyncio.sleep,
        ),
        shelf=stores.shelf,
        clock=now,
    )
    publishing = Publishing(
        published=published,
        versions=stores.versions,
        audience=stores.audience,
        inbox=inbox,
        load=partial(reload, settings, folders, owners),
        changed=schedules.wake,
        clock=now,
    )
    till = till_of(settings, stores, base)
    supervisor = Supervisor()
    chores = Chores(supervisor)
    routing.is_here = lambda: chores.done_here
    shift = Shift(
        slots=slots,
        inbox=inbox,
        outbox=outbox,
        look_at_timers=worker.look_at_all,
        look_for_timers=worker.look,
        chores=chores,
        every=LOOK_EVERY if hints is None else LOOK_SELDOM,
    )
    house: House = House(
        stores=stores,
        conversations=conversations,
        handoff=handoff,
        routing=routing,
        following=following,
        board=board,
        operators=operators_of(stores.operators, owner.workspace),
        events=events,
        payments=payments,
        bank=bank,
        owners=owners,
        workspace=owner.workspace,
        founded=founded,
        slots=slots,
        chores=chores,
        shift=shift,
        sharing=sharing_of(settings, slots, shift, role),
        neighbours=neighbours,
        hints=hints,
        supervisor=supervisor,
        accounts=accounts,
        billing=billing,
        till=till,
        top_ups=TopUps(stores.top_ups, till, billing, clock=now, new_id=new_id),
        knowledge=knowledge,
        documents=documents_of(settings, stores, knowledge),
        published=published,
        known=KnownBots(published),
        folders=folders,
        inbox=inbox,
        outbox=outbox,
        worker=worker,
        attendance=Attendance(
            stores.operators,
            board=board,
            hand_back=handoff.hand_back,
            clock=now,
        ),
        schedules=schedules,
        publishing=publishing,
        channels=channels,
        new_id=new_id,
        tape=tape,
        forgetting=forgetting_of(settings, stores),
    )
    return house


def slots_of(settings: Settings, new_id: Ids) -> Slots:
    """Which chats are ours: on SQLite all, for there is no other process."""
    return ALONE if isinstance(settings.database, Path) else Slots(new_id())


def hints_of(settings: Settings, slots: Slots, house: Callable[[], House]) -> "RedisHints | None":
    """What wakes the other processes; None where each looks by itself."""
    if settings.redis_url is None or isinstance(settings.database, Path):
        return None
    from adapters.hints.redis import RedisHints

    def committed() -> None:
        if (neighbours := house().neighbours) is not None:
            neighbours.stirred()

    return RedisHints(
        settings.redis_url,
        channel=redis_name(settings.database),
        origin=slots.holder,
        stirred=lambda slot: house().shift.stirred(slot),
        committed=committed,
        typed=lambda address, name: house().typed(address, name),
    )


def sharing_of(settings: Settings, slots: Slots, shift: Shift, role: str) -> Sharing | None:
    """What agrees with the other processes on who does what."""
    if isinstance(settings.database, Path):
        return None
    from storage.postgres.membership import SqlMembership

    membership = SqlMembership(settings.database, id=slots.holder, role=role, version=VERSION)
    return Sharing(membership, slots, take_up=shift.take_up, let_go=shift.let_go)


def forgetting_of(settings: Settings, stores: Stores) -> Forgetting | None:
    """What forgets customers, where the settings say after how long."""
    if settings.forget_after is None:
        return None
    files = settings.data_dir / "files"
    return Forgetting(
        stores.persons,
        after=timedelta(days=settings.forget_after),
        drop=lambda name: (files / name).unlink(missing_ok=True),
        clock=now,
    )


def accounts_of(settings: Settings, stores: "Stores | Beside") -> Accounts:
    """Who may call, by keys and by signing in; in the server or beside it."""
    return Accounts(
        stores.accounts,
        Keys(stores.keys, clock=now, random_bytes=secrets.token_bytes),
        passwords=Passwords(
            random_bytes=secrets.token_bytes, public=settings.public_url is not None
        ),
        clock=now,
        random_bytes=secrets.token_bytes,
        sessions=Sessions(
            stores.sessions,
            keys=SigningKeys(partial(keys_at_hand, settings), now),
            clock=now,
            new_id=Ids(time.time_ns, secrets.token_bytes),
            random_bytes=secrets.token_bytes,
        ),
    )


def billing_of(settings: Settings, stores: Stores) -> Billing:
    """The money of workspaces, by the plans of the settings."""
    bonus = int(settings.billing.welcome_bonus * 100)
    return Billing(stores.ledger, plans=plans_of(settings), bonus=bonus, clock=now)


def plans_of(settings: Settings) -> dict[str, Plan]:
    """The plans of the settings by their names."""
    return {
        name: Plan(
            name=name,
            price=int(plan.price * 100),
            messages=plan.messages or None,
            storage=plan.storage_mb * 1_000_000 or None,
        )
        for name, plan in settings.plans
    }


def documents_of(settings: Settings, stores: Stores, knowledge: Knowledge) -> Documents:
    """Uploaded documents, in the data folder; scanned where the settings name a scanner."""
    plans = plans_of(settings)
    folder = Folder(
        settings.data_dir / "documents",
        new_name=partial(secrets.token_hex, 24),
        clock=now,
        scanner=Clamd(settings.clamd) if settings.clamd else None,
    )

    def room(plan: str) -> int | None:
        return plans.get(plan, plans["trial"]).storage

    return Documents(stores.documents, folder, knowledge, room=room, clock=now)


def texts_of_folder(folders: Mapping[str, BotFolder], bot: str) -> Mapping[str, str]:
    """What a bot knows by its folder; one made over the API has none."""
    folder = folders.get(bot)
    return folder.knowledge if folder is not None else {}


def till_of(settings: Settings, stores: Stores, base: str) -> SandboxTopUps | YooKassa | None:
    """Who takes what workspaces put on their balances."""
    shop = settings.yookassa
    if shop.shop_id is not None and shop.secret is not None:
        return YooKassa(shop.shop_id, shop.secret.get_secret_value(), api_base=shop.api_base)
    if not settings.plays_top_ups:
        return None
    return SandboxTopUps(
        partial(stores.top_ups.by_reference, SandboxTopUps.name),
        base=base,
        clock=now,
        new_secret=partial(secrets.token_urlsafe, 24),
    )


def assistants_of(settings: Settings, house: House, channels: Channels, hub: "Hub") -> Assistants:
    """What makes and changes assistants; the accounts of theirs are opened as all others are."""
    store = house.stores.channels(KeyRing(partial(keys_at_hand, settings)))

    async def most(workspace: int) -> int | None:
        plan = (await house.billing.plan_of(workspace)).name
        return dict(settings.plans)[plan].assistants or None

    return Assistants(
        house.stores.assistants,
        published=house.published,
        accounts=AssistantAccounts(
            channels,
            store,
            channels.connecting(),
            new_secret=partial(secrets.token_urlsafe, 32),
        ),
        files=lambda one: assistant_files(one.name, one.description, one.system_prompt),
        compile=Compiler(loader_of(settings).of_assistant),
        keys=house.accounts.keys,
        most=most,
        ended=hub.dismiss,
        clock=now,
        alone=house.slots.alone,
    )


def traced_by(spans: "Spans | None") -> "Untraced | Traced":
    """What puts spans around the machinery's parts, where anybody traces."""
    if spans is None:
        return Untraced()
    # Heavy, and few trace.
    from adapters.tracing.wrappers import Traced

    return Traced(spans)


def spans_of(settings: Settings, role: str) -> "Spans | None":
    """Where spans go, if the settings or OpenTelemetry's own variable name a collector."""
    endpoint = settings.otel.endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not endpoint:
        return None
    try:
        from adapters.tracing.spans import Spans
    except ModuleNotFoundError:
        stop(
            "EASYFLOW_OTEL__ENDPOINT (or OTEL_EXPORTER_OTLP_ENDPOINT) asks for traces, and the"
            " libraries for them are not installed: make run EXTRAS=otel installs them."
        )
    return Spans(
        endpoint,
        headers=settings.otel.header_values,
        share=settings.otel.share,
        service=settings.otel.service,
        version=VERSION,
        role=role,
    )


def families_of(
    settings: Settings, stores: Stores, payments: Payments, spans: "Spans | None"
) -> list[Acts]:
    """What every bot may do."""
    fetch = traced_by(spans).fetch(GuardedHttp(allowed_hosts(settings)).fetch)
    return [
        Http(fetch).acts,
        DemoShop(stores.shelf).acts,
        KnowledgeBase().acts,
        Calendar(stores.shelf).acts,
        Pay(payments).acts,
        Stats(stores.shelf).acts,
        NoModel().acts,
    ]


def decider_of(
    published: Published, performer: Performer, board: Board, tape: "Tape | None"
) -> Decider:
    """What asks the engine; a tape listens to it where somebody tries a bot."""
    if tape is None:
        return Decider(published=published, performer=performer, clock=now, board=board)
    from bots.tape import TapedDecider

    return TapedDecider(published=published, performer=performer, clock=now, board=board, tape=tape)


def performer_of(
    settings: Settings, actions: Actions, meter: Meter, tape: "Tape | None", owners: int
) -> Performer:
    """What carries out actions, with the secrets for bots of the owner's workspace alone; a tape
    listens to it where somebody tries a bot."""
    understanding = StemmedUnderstanding()
    if tape is None:
        return Performer(actions, understanding, meter, settings.secret, of=owners)
    from bots.tape import TapedPerformer

    return TapedPerformer(actions, understanding, meter, settings.secret, tape, of=owners)


def reload(
    settings: Settings,
    folders: dict[str, BotFolder],
    owners: OwnersActions,
    name: str,
    files: Mapping[str, str],
) -> Bot:
    """A published version, with what its folder holds beside. Raises LoadError, NotFound."""
    try:
        folder = read_bot_folder(settings.bots_dir / name)
    except BotFolderError as error:
        raise NotFound("bot folder", f"{name}: {error}") from None
    loaded = loader_of(settings).load(replace(folder, files=dict(files)))
    owners.load(name, folder.path, folder.actions)
    folders[name] = folder
    return loaded.bot


async def republish(settings: Settings, house: House) -> None:
    """Publish what an owner saves; with a mistake in it the version before stays."""
    loader = loader_of(settings)
    async for names in watch(settings.bots_dir):
        for name in sorted(names):
            try:
                folder = read_bot_folder(settings.bots_dir / name)
                # In a thread, so that no turn stands still for it.
                loaded = await asyncio.to_thread(loader.load, folder)
                house.owners.load(name, folder.path, folder.actions)
            except (LoadError, BotFolderError) as error:
                stays = "the version before stays" if name in house.folders else "it stays away"
                log.error(f"Not published, {stays}", bot=name)
                print(
                    "",
                    *complaints_of(settings.bots_dir / name, error),
                    "",
                    sep="\n",
                    file=sys.stderr,
                )
                continue
            house.folders[name] = folder
            await publish(house, loaded.bot, folder)
            log.info("Published", bot=name, version=loaded.bot.version)
            for warning in loaded.warnings:
                log.warning("A bot may have a mistake", where=f"{name}/{warning}")


async def publish(house: House, bot: Bot, folder: BotFolder) -> None:
    """Publish a bot, as soon as the disk lets us."""
    while True:
        try:
            await house.published.publish(bot, folder.files, by=SAVED)
            house.schedules.wake()
            if house.assistants is not None:
                await house.assistants.adopt(house.workspace, [bot])
            # Whoever saves files tries the bot on the page, and wants to see what they saved.
            await house.publishing.retire(bot.folder, only=TRIED_ON)
            return
        except Unavailable:
            await asyncio.sleep(1)


def owners_or_stop(owners: OwnersActions, folder: BotFolder) -> None:
    """Run a bot's actions.py where it may be run; a mistake in it ends the program."""
    try:
        owners.load(folder.name, folder.path, folder.actions)
    except LoadError as error:
        stop("Nothing was started, because of a mistake:", *complaints_of(folder.path, error))


# ---------------------------------------------------------------- serving


def open_port(host: str, port: int, setting: str = "EASYFLOW_HTTP__PORT") -> socket.socket:
    """The listening socket; one sentence if it cannot be had."""
    from adapters.http.listening import listening_socket

    try:
        return listening_socket(host, port)
    except OSError as error:
        stop(
            f"Cannot listen on {host}:{port}: {error.strerror}."
            f" Stop what uses it, or set {setting} to another port."
        )


def port_of_metrics(settings: Settings) -> socket.socket | None:
    """The port of its own for who watches, where there is one."""
    host, port = settings.metrics.host, settings.metrics.port
    return None if port is None else open_port(host, port, "EASYFLOW_METRICS__PORT")


def opener_of(
    settings: Settings, shelf: Shelf, new_id: Ids, mask: Mask, language: Callable[[str], str]
) -> "Opener":
    """What opens a channel of any messenger; `language` is that of a bot."""
    from adapters.messenger_catalogue import Opener, messengers

    return Opener(
        messengers=messengers(),
        api_bases=settings.api_bases,
        hide=mask.hide,
        shelf=shelf,
        clock=now,
        new_id=new_id,
        sleep=asyncio.sleep,
        folder=lambda bot: settings.bots_dir / bot,
        language=language,
    )


def connect(settings: Settings, house: House, mask: Mask) -> Channels:
    """The channels of every messenger: what the owner wrote down and what was added later."""
    language = house.known.language
    opener = replace(
        opener_of(settings, house.stores.shelf, house.new_id, mask, language),
        invoices=house.payments,
        is_desk=house.desk.is_desk if house.desk is not None else lambda channel, chat_id: False,
        asked_inline=house.desk.asked_inline if house.desk is not None else None,
        elsewhere=partial(fetched, house.channels),
    )

    def url(platform: str) -> str | None:
        return f"{settings.public_url}{WEBHOOKS}{platform}" if settings.public_url else None

    return Channels(
        store=house.stores.channels(KeyRing(partial(keys_at_hand, settings))),
        workspace=house.workspace,
        live=house.channels,
        open=opener,
        read=lambda bots: declared(
            settings,
            bots,
            opener.messengers,
            workspace=house.workspace,
            environ=os.environ,
            env_file=ENV_FILE,
        ),
        published=house.published,
        into=house.inbox,
        url=url,
        supervisor=house.supervisor,
        clock=now,
        alone=house.slots.alone,
    )


async def assistants_at_hand(
    settings: Settings, house: House, channels: Channels, hub: "Hub"
) -> Assistants:
    """Every assistant, its bot published, before any account is opened."""
    made = assistants_of(settings, house, channels, hub)
    await made.load()
    bots = map(house.published.current, house.folders)
    await made.adopt(house.workspace, bots)
    return made


async def arrive(house: House, channels: Channels) -> None:
    """Open every channel; what was written down wrong ends the program, a refused token if it is all."""
    await channels.arrive()
    refused = channels.refused_alone
    if channels.complaints or refused:
        await house.close(1)
        await channels.close()
        if refused:
            stop(refused)
        stop("Some bots cannot be connected:", *channels.complaints)


async def serve(settings: Settings) -> None:
    """Everything at once on SQLite; HTTP beside those who work on PostgreSQL; until SIGTERM or Ctrl-C."""
    from adapters.messengers.web.hub import Hub
    from adapters.terminal.welcome import welcome

    listening = open_port(settings.http.host, settings.http.port)
    port = listening.getsockname()[1]
    hub = Hub()
    async with at_work(settings, hub, WEB, base=address_of(settings, port)) as (house, channels):
        server = server_of(settings, http_app(settings, house, hub, house.metrics, channels))
        # uvicorn raises the signal again when it has stopped: our own end is still to come.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        await begin(settings, house, channels)
        welcome(address_of(settings, port), house.founded, sys.stdout)
        await server.serve(sockets=[listening])


async def work(settings: Settings, given: argparse.Namespace) -> None:
    """Lanes, timers and what goes out, beside other processes on one PostgreSQL; until SIGTERM or Ctrl-C."""
    from adapters.messengers.web.hub import Hub

    if isinstance(settings.database, Path):
        stop(
            "On SQLite `python run.py` does everything, and nothing may run beside it."
            " Workers need EASYFLOW_DATABASE_URL=postgresql+asyncpg://user@host/database"
        )
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with at_work(settings, Hub(), WORK) as (house, channels):
        await begin(settings, house, channels)
        log.info("At work", id=house.slots.holder)
        await stopped.wait()


@asynccontextmanager
async def at_work(
    settings: Settings, hub: "Hub", role: str, *, base: str = ""
) -> AsyncIterator[tuple[House, Channels]]:
    """The machinery with its channels, put together; at the end it is taken down in order."""
    from adapters.http.metrics import Metrics
    from adapters.http.metrics_listener import serve_metrics

    watched = port_of_metrics(settings)
    metrics, spans = Metrics(), spans_of(settings, role)
    listeners: list[Listener] = [hub, metrics]
    try:
        async with starting(settings.database):
            house, channels = await put_together(
                settings, hub, role, base=base, metrics=metrics, listeners=listeners, spans=spans
            )
    except OSError as error:
        stop(error.strerror or str(error))
    watch_house(settings, metrics, house, role)
    try:
        async with serve_metrics(watched, metrics, health_of(house, channels)):
            yield house, channels
    finally:
        await house.close(SHUTDOWN - HTTP_SHUTDOWN - 1)
        await channels.close()
        if spans is not None:
            await spans.close()


async def put_together(
    settings: Settings,
    hub: "Hub",
    role: str,
    *,
    base: str,
    metrics: "Metrics",
    listeners: list[Listener],
    spans: "Spans | None",
) -> tuple[House, Channels]:
    """The machinery with its channels, nothing of which runs yet. Raises OSError with a sentence."""
    from adapters.messengers.web.channel import WebChannel
    from bots.tape import Tape

    # Where files are published as they are saved, those of the folder are the ones that answer.
    live = {} if settings.reloads else live_files(settings.database)
    if live:
        await stop_if_stranded(settings)
    house = await build(
        settings,
        load_all(settings, live=live),
        meter=metrics,
        channels={"web": WebChannel(hub, settings.data_dir / "files")},
        listeners=listeners,
        tape=Tape() if settings.public_url is None and role == WEB else None,
        base=base or settings.public_url or "",
        role=role,
        spans=spans,
    )
    house.metrics = metrics
    share_typing(house, hub)
    house.desk = desk_of(house, settings)
    listeners.append(house.desk)
    channels = connect(settings, house, log_as(settings))
    house.told = channels.told
    house.assistants = await assistants_at_hand(settings, house, channels, hub)
    return house, channels


def share_typing(house: House, hub: "Hub") -> None:
    """Who types is seen in every process, where Redis tells the others."""
    hints, following = house.hints, house.following
    if hints is None:
        return

    def typed(address: Address, name: str | None) -> None:
        if name is None:
            hub.typing_here(address)
        else:
            following.typing_here(address, name)

    house.typed = typed
    hub.elsewhere = lambda address: hints.types(address, None)
    following.elsewhere = hints.types


async def begin(settings: Settings, house: House, channels: Channels) -> None:
    """Go on with what came before us: only then may anything new come in."""
    desk = house.desk
    assert desk is not None
    await arrive(house, channels)
    if not house.slots.alone:
        await desk.look()
        house.supervisor.keep("groups", desk.follow)
    house.chores.first(partial(desk.start, house.workspace), desk.close)
    house.chores.around(channels.listen, channels.hush)
    if (alerts := alerts_of(house, settings)) is not None:
        house.chores.add({"alerts": alerts.follow})
    couriers = couriers_of(house, settings)
    house.chores.add({"webhooks": couriers.follow})
    house.metrics.watch_each(
        "easyflow_webhooks", "Webhooks by how they fare", "state", couriers.fares
    )
    if settings.reloads:
        # The other processes take up what one of them publishes.
        house.chores.add({"reload": partial(republish, settings, house)})
    await house.start()
    channels.start()
    # What is here now stays: the collector need not look at it again, nor at every turn.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def alerts_of(house: House, settings: Settings) -> Alerts | None:
    """Who is told of troubles of the owner's desk; None where nobody is to be."""
    from adapters.alerts import MailServer, MailWay, WebhookWay

    given, desk = settings.alerts, house.desk
    ways: dict[str, Way] = {}
    if given.webhook is not None and given.secret is not None:
        http = GuardedHttp(allowed_hosts(settings))
        secret = given.secret.get_secret_value()
        ways["webhook"] = WebhookWay(http, given.webhook, secret, clock=now, new_id=house.new_id)
    if given.email is not None and given.smtp_host is not None:
        password = given.smtp_password
        server = MailServer(
            host=given.smtp_host,
            port=given.smtp_port,
            user=given.smtp_user,
            password=password.get_secret_value() if password is not None else "",
            security=given.smtp_security,
        )
        sender = given.smtp_from or given.smtp_user
        ways["email"] = MailWay(server, sender=sender, to=given.email, subject="Easy Flow")
    if not ways or desk is None:
        return None
    return Alerts(
        ways,
        workspace=house.workspace,
        feed=house.stores.feed,
        shelf=house.stores.shelf,
        state=partial(desk_state, house),
        language=spoken(settings),
        clock=now,
        sleep=asyncio.sleep,
        webhooks=webhooks_of(settings, house.stores).troubles,
    )


def couriers_of(house: House, settings: Settings) -> Couriers:
    """What tells customers' systems of what happens."""
    stores = house.stores
    return Couriers(
        stores.webhook_deliveries(KeyRing(partial(keys_at_hand, settings))),
        stores.feed,
        webhook_sender(settings),
        clock=now,
        sleep=asyncio.sleep,
    )


def webhooks_of(settings: Settings, stores: "Stores | Beside") -> Webhooks:
    """The addresses that are told, in the server or beside it."""
    return Webhooks(
        stores.webhooks(KeyRing(partial(keys_at_hand, settings))),
        stores.feed,
        webhook_sender(settings),
        clock=now,
        new_id=Ids(time.time_ns, secrets.token_bytes),
        random_bytes=secrets.token_bytes,
    )


def webhook_sender(settings: Settings) -> HttpWebhookSender:
    """What calls them: of other workspaces than the owner's, at public addresses alone."""
    return HttpWebhookSender(
        GuardedHttp(allowed_hosts(settings)), GuardedHttp(Allowed()), owner=OWNERS, clock=now
    )


def desk_of(house: House, settings: Settings) -> "WorkspaceDesks":
    """The desks of every workspace's operators, each over the channels of its bots."""
    from adapters.messengers.telegram.desk.desks import WorkspaceDesks

    def workspace_of(channel: str) -> int | None:
        bot = getattr(house.channels.get(channel), "bot", None)
        return None if bot is None else house.known.workspace(bot)

    make = partial(workspace_desk, house, settings)
    desks = WorkspaceDesks(
        make, workspace_of, house.stores.workspaces.with_groups, house.stores.desks.groups
    )
    house.inbox.desk = desks.take
    house.inbox.undelivered = house.outbox.undelivered = desks.undelivered
    return desks


def workspace_desk(house: House, settings: Settings, workspace: int) -> "TelegramDesk":
    """The desk of a workspace's operators."""
    from adapters.customer_orders import CustomerOrders
    from adapters.messengers.telegram.desk.desk import TelegramDesk
    from adapters.messengers.telegram.desk.desks import LOOK_EVERY
    from adapters.messengers.telegram.desk.parts import Parts

    orders = CustomerOrders(GuardedHttp(allowed_hosts(settings)), settings.secret)
    parts = Parts(
        workspace=workspace,
        channels=house.channels,
        handoff=house.handoff,
        episodes=house.stores.episodes,
        operators=operators_of(house.stores.operators, workspace),
        canned=CannedAnswers(house.stores.desks, house.published, workspace=workspace, clock=now),
        desks=house.stores.desks,
        deliveries=house.outbox,
        feed=house.stores.feed,
        shelf=house.stores.shelf,
        clock=now,
        sleep=asyncio.sleep,
        new_id=house.new_id,
        language=house.known.language,
        queues=house.known.queues,
        zone=house.known.zone,
        untold=house.known.untold,
        position=house.board.position,
        orders=orders.last,
        per_minute=settings.desk.per_minute,
        spreading=0.0 if house.slots.alone else 2 * LOOK_EVERY,
        keep_topics=timedelta(days=days) if (days := settings.desk.keep_topics) else None,
    )
    return TelegramDesk(parts)


async def stop_if_stranded(settings: Settings) -> None:
    """End where chats are in a version whose actions are gone, unless they are to leave it."""
    try:
        folders = bot_folders(settings.bots_dir)
        beside = await open_beside(settings.database)
    except (OSError, BotFolderError):
        # A first start, or something that the start itself will tell of.
        return
    lines: list[str] = []
    live = {one.bot: one for one in await beside.versions.live(beside.workspace)}
    for folder in folders:
        if folder.name in live and not live[folder.name].retire:
            lines += await stranded(
                beside.versions,
                beside.audience,
                beside.workspace,
                folder.name,
                partial(loader_of(settings).version, folder),
            )
    await beside.close()
    if lines:
        stop(
            "Nothing was started, because chats are in versions whose actions are gone:",
            *lines,
            "Put the actions back into actions.py, or let these chats begin anew:"
            " python run.py publish --retire",
        )


def server_of(settings: Settings, app: "ASGIApp") -> "Server":
    """What speaks HTTP for the application."""
    import uvicorn

    from adapters.http.straight import StraightConnection

    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=StraightConnection,
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=list(settings.http.trusted_proxies),
            timeout_keep_alive=75,
            timeout_graceful_shutdown=HTTP_SHUTDOWN,
            ws_max_size=1 << 17,
        )
    )


def http_app(
    settings: Settings,
    house: House,
    hub: "Hub",
    metrics: "Metrics",
    channels: Channels,
) -> "ASGIApp":
    """The HTTP surface over the machinery."""
    from adapters.http.app import build_app
    from adapters.http.flows.access import Access, comes_from_here
    from adapters.http.flows.routes import flow_routes
    from adapters.http.gate import Doors
    from adapters.http.sockets import Sockets
    from adapters.messengers.web.cards import Cards
    from adapters.messengers.web.routes import web_routes
    from bots.services.funnel import Funnel

    stores, inbox, assistants = house.stores, house.inbox, known(house.assistants)
    # Anybody may read the metrics: of accounts and groups of others they tell how many there are.
    own_up = partial(channels.up, house.workspace)
    metrics.watch_each("easyflow_channels", "Channels of all by status", "status", channels.fares)
    metrics.watch_each("easyflow_channel_up", "Whether a channel works", "channel", own_up)
    metrics.watch_desk(partial(desk_state, house))
    sockets = Sockets(origins=settings.http.allowed_origins)
    metrics.watch("easyflow_sockets", "Sockets that follow chats", lambda: sockets.open)

    cards = Cards(
        assistants=assistants,
        published=house.published,
        folders=house.folders,
        first=settings.bot_among,
    )

    def media_folder(bot: str) -> Path | None:
        folder = house.folders.get(bot)
        return folder.path / "media" if folder else None

    return build_app(
        services_of(settings, house, channels),
        inbox=inbox,
        channels=channels.at,
        shelf=stores.shelf,
        clock=now,
        new_id=house.new_id,
        version=VERSION,
        metrics=metrics,
        metrics_here=settings.metrics.port is None,
        limits=limits_of(settings),
        together=together_of(house),
        sockets=sockets,
        secure=bool(settings.public_url and settings.public_url.startswith("https:")),
        doors=Doors(hosts=settings.hosts, origins=settings.http.allowed_origins),
        extra_routes=[
            *pay_pages(settings, house),
            *web_routes(
                inbox=inbox,
                conversations=stores.conversations,
                hub=hub,
                bots=cards.shown,
                find_bot=cards.of,
                any_of=assistants.welcomes,
                media_folder=media_folder,
                files_folder=settings.data_dir / "files",
                clock=now,
                new_id=house.new_id,
                workspace_of=house.published.workspace_of,
                allowed_origins=settings.http.allowed_origins,
                recorder=recorder_of(settings, house),
                owner_here=comes_from_here,
                typed=house.following.typing,
            ),
            *flow_routes(
                access=Access(
                    house.accounts,
                    workspace=house.workspace,
                    trusts_here=settings.public_url is None,
                ),
                published=house.published,
                funnel=Funnel(stores.tallies, house.published, now),
            ),
        ],
    )


def limits_of(settings: Settings) -> "Limits":
    """Who counts calls: one of all processes, where they are several and have Redis."""
    from adapters.http.limits import Limits

    if settings.redis_url is None or isinstance(settings.database, Path):
        return Limits(now)
    return Limits(now, redis_url=settings.redis_url, name=redis_name(settings.database))


def redis_name(database: str) -> str:
    """What the processes on one database call themselves in Redis."""
    return f"easyflow:{crc32(database.encode()):08x}"


def together_of(house: House) -> "Together | None":
    """What keeps one request of a key under way over all processes; None where there is one process."""
    from adapters.http.idempotency import Together

    sharing = house.sharing
    if sharing is None:
        return None

    def alive() -> set[str]:
        return {one.id for one in sharing.processes}

    return Together(house.slots.holder, alive, house.stores.shelf)


def watch_house(settings: Settings, metrics: "Metrics", house: House, role: str) -> None:
    """What /metrics tells of a process that runs the machinery; its `role` is web or work."""
    from adapters.http import watching

    def episodes() -> list[Episode]:
        return [one.episode for one in house.handoff.board.all()]

    watching.watch_process(metrics, version=VERSION, role=role)
    watching.watch_disk(metrics, settings.data_dir)
    watching.watch_queues(metrics, house.inbox, house.outbox, now)
    watching.watch_database(metrics, house.stores)
    watching.watch_timers(metrics, house.stores.timers.overdue, now)
    watching.watch_handoffs(metrics, episodes, now)
    sharing, hints = house.sharing, house.hints
    watching.watch_redis(metrics, None if hints is None else lambda: hints.up)
    watching.watch_sharing(
        metrics, house.slots, lambda: () if sharing is None else sharing.processes, role
    )
    house.supervisor.keep("loop lag", partial(watching.watch_loop, metrics))


def services_of(settings: Settings, house: House, channels: Channels) -> "Services":
    """What the HTTP surface serves."""
    from adapters.messenger_catalogue import messengers
    from bots.services import Services
    from bots.services.ai_tokens import AiTokens
    from bots.services.analytics import Analytics
    from bots.services.census import Census
    from bots.services.chat import Chat
    from bots.services.dialogs import Dialogs
    from bots.services.files import Files
    from bots.services.marketplaces import Marketplaces
    from bots.services.messaging import Messaging
    from bots.services.platforms import Platforms
    from bots.services.team import Team

    stores, inbox = house.stores, house.inbox
    conversations = house.conversations
    team = Team(stores.operators, clock=now)
    health = health_of(house, channels)
    return Services(
        chat=Chat(
            inbox,
            stores.conversations,
            house.published,
            default_bot=settings.bot_among(house.folders),
            clock=now,
            new_id=house.new_id,
        ),
        conversations=conversations,
        dialogs=Dialogs(stores.dialogs, house.handoff, team, new_id=house.new_id),
        team=team,
        messaging=Messaging(
            inbox,
            house.outbox,
            conversations,
            channels=Platforms(messengers(), channels, house.published),
        ),
        events=house.events,
        files=Files(conversations, house.channels),
        following=house.following,
        handoff=house.handoff,
        accounts=house.accounts,
        signing_in=signing_in_of(settings, house),
        members=members_of(stores, house.accounts),
        assistants=known(house.assistants),
        billing=house.billing,
        top_ups=house.top_ups,
        knowledge=house.knowledge,
        documents=house.documents,
        ai_tokens=AiTokens(stores.ai_tokens(KeyRing(partial(keys_at_hand, settings))), clock=now),
        census=Census(stores.census, bonus=house.billing.bonus),
        system=system_of(settings, house, health),
        analytics=Analytics(stores.metrics, zone=house.known.days, clock=now),
        marketplaces=Marketplaces(
            stores.connections(KeyRing(partial(keys_at_hand, settings))),
            {},
            clock=now,
            new_id=house.new_id,
        ),
        webhooks=webhooks_of(settings, stores),
        health=health,
    )


def health_of(house: House, channels: Channels) -> "Health":
    """Whether all that must answer does."""
    from bots.services.health import Health, not_behind

    return Health(
        {
            "database": lambda: house.stores.answers(house.workspace, now()),
            "inbox": not_behind(lambda: house.inbox.oldest, now),
        },
        # Anybody may ask whether we are ready: that is no place for accounts of others.
        channels=partial(channels.states, house.workspace),
        desk=partial(desk_state, house),
    )


def system_of(settings: Settings, house: House, health: "Health") -> "System":
    """What the server's administrator is told of it; it is up from now on."""
    from adapters.machine import Machine
    from bots.services.system import Connections, System

    def connections() -> Connections:
        most, active = house.stores.pool
        return Connections(most=most, active=active)

    data = settings.data_dir
    uploads = [data / "files", data / "documents"]
    machine = Machine(data, uploads=uploads, logs=data / "logs", clock=now)
    return System(
        health,
        connections=connections,
        bots=lambda: len(house.published.names()),
        processes=machine.processes,
        disk=machine.disk,
        started=now(),
        clock=now,
    )


def signing_in_of(settings: Settings, house: House) -> SigningIn:
    """How people come in; whatever a new workspace begins with is named here."""
    stores, accounts = house.stores, house.accounts
    assert accounts.sessions is not None
    return SigningIn(
        store=stores.accounts,
        workspaces=stores.workspaces,
        sessions=accounts.sessions,
        passwords=accounts.passwords,
        second_factor=second_factor_of(settings, stores),
        guessing=Guessing(stores.guesses, now),
        clock=now,
        registration=settings.registers,
        opened=[house.billing.opened, known(house.assistants).ensure_first],
    )


def second_factor_of(settings: Settings, stores: "Stores | Beside") -> SecondFactor:
    """What is asked for beside passwords."""
    return SecondFactor(
        stores.second_factors,
        guesses=stores.guesses,
        vault=KeyRing(partial(keys_at_hand, settings)),
        clock=now,
        random_bytes=secrets.token_bytes,
    )


def members_of(stores: "Stores | Beside", accounts: Accounts) -> Members:
    """The people of workspaces, in the server or beside it."""
    return Members(
        stores.accounts,
        stores.workspaces,
        keys=accounts.keys,
        passwords=accounts.passwords,
        clock=now,
        random_bytes=secrets.token_bytes,
        sessions=accounts.sessions,
    )


def known(assistants: Assistants | None) -> Assistants:
    """What a server has, and a talk in the terminal has not."""
    assert assistants is not None
    return assistants


def desk_state(house: House) -> DeskState:
    """How operators' groups fare, the owner's by name; nothing where there is no desk."""
    return house.desk.state(house.workspace) if house.desk is not None else DeskState()


def recorder_of(settings: Settings, house: House) -> "Recorder | None":
    """What makes tests of conversations of the page, for an owner who tries a bot here."""
    from bots.services.recording import Recorder

    if house.tape is None:
        return None
    return Recorder(
        house.stores.conversations,
        house.tape,
        bots=house.published.current,
        company=lambda bot: company_of(settings, house.folders[bot]),
        clock=now,
    )


def pay_pages(settings: Settings, house: House) -> "list[BaseRoute]":
    """The pages of the banks that only play one, where they may, and what YooKassa calls."""
    from adapters.payments.notifications import Notifications
    from adapters.payments.pages import SandboxPages

    routes: list[BaseRoute] = []
    if isinstance(house.till, YooKassa):
        routes = Notifications(house.top_ups).routes()
    elif house.till is not None:
        routes = house.till.routes()
    if not settings.plays_bank:
        return routes
    return (
        routes
        + SandboxPages(
            house.stores.shelf,
            house.payments,
            workspace=house.workspace,
            language=lambda bot: house.published.current(bot).language,
        ).routes()
    )


async def pay_at(house: House, url: str) -> bool:
    """Pay the invoice whose page is at an address; False where there is none."""
    id = await house.bank.invoice_at(url)
    if id is not None:
        await house.payments.paid(house.workspace, id)
    return id is not None


def address_of(settings: Settings, port: int) -> str:
    """Where browsers find us."""
    shown = settings.http.host if settings.http.host not in ("0.0.0.0", "::") else "localhost"
    return settings.public_url or f"http://{shown}:{port}"


# ---------------------------------------------------------------- commands


async def chat(settings: Settings, given: argparse.Namespace) -> None:
    """Talk to a bot in the terminal; no server is needed, and nothing of it is shared with one."""
    from adapters.terminal import recording
    from adapters.terminal.chat import Talk
    from adapters.terminal.screen import CHANNEL, NoMeter, Screen
    from bots.inside import Inside
    from bots.tape import Tape

    wanted, path = named_or_at(given.bot)
    bots = load_all(settings, path)
    name = wanted or settings.bot_among(bots)
    if name not in bots:
        stop(f"There is no bot «{name}» in {settings.bots_dir}; there are: {', '.join(bots)}.")
    folder, loaded = bots[name]
    bot_of_name, tape = loaded.bot, Tape()
    inside = Inside(bot_of_name.language)

    screen = Screen(sys.stdout, title=bot_of_name.title, language=bot_of_name.language)
    with tempfile.TemporaryDirectory(prefix="easyflow-chat-") as data:
        apart = settings.model_copy(update={"data_dir": Path(data), "database_url": None})
        house = await build(
            apart,
            bots,
            meter=NoMeter(),
            channels={CHANNEL: screen},
            listeners=[inside, screen],
            tape=tape,
        )
        await house.start()
        talk = Talk(
            inbox=house.inbox,
            screen=screen,
            bot=name,
            workspace=house.workspace,
            person="you",
            clock=now,
            new_id=house.new_id,
            inside=inside,
            keep=recording.Keeper(
                folder=folder.path,
                company=partial(company_of, settings, folder),
                tape=tape,
                clock=now,
            ).keep,
            record=given.record,
            pays=partial(pay_at, house),
        )
        try:
            await talk.run(sys.stdin)
        finally:
            await house.close(2)


def check(settings: Settings, given: argparse.Namespace) -> int:
    """Every complaint about bot folders; 1 if one of them is an error."""
    from adapters.terminal import check as terminal

    return terminal.check(
        written(settings).wanted(given.folder),
        partial(loader_of(settings).load, told=given.language),
        sys.stdout,
        told=given.language,
        as_json=given.json,
    )


def fmt(settings: Settings, given: argparse.Namespace) -> int:
    """Quotes in the files of bots where they are missing."""
    from adapters.terminal import fmt as terminal

    folders = [folder.path for folder in written(settings).wanted(given.folder)]
    return terminal.fmt(folders, sys.stdout, only_check=given.check)


def init(settings: Settings, given: argparse.Namespace) -> int:
    """A new bot folder made from a template."""
    from adapters.terminal import init as terminal
    from config.bot_templates import TEMPLATES, readme, template_files
    from flows.script_nodes import Told

    folder, template, language = given.folder, given.template, given.language
    if template is None and sys.stdin.isatty():
        offered = {name: Told(*one) for name, one in TEMPLATES.items()}
        template = terminal.choose(offered, language, sys.stdin, sys.stdout)
    name = template or "shop"
    draft = terminal.Draft(
        files=template_files(name, language),
        readme=readme(language),
        about=TEMPLATES[name].about(language),
        language=language,
        run=f"python {shown_path(Path(sys.argv[0]).resolve())}",
    )
    try:
        terminal.make_bot(folder, draft, sys.stdout)
    except OSError as error:
        stop(f"{error.filename}: {error.strerror or error}")
    return 0


def test(settings: Settings, given: argparse.Namespace) -> int:
    """Play the bots' own tests; 1 if one of them fails or too little was walked."""
    from adapters.terminal.rehearse import Wanted, rehearse

    status = 0
    for folder in written(settings).wanted(given.folder):
        try:
            company = company_of(settings, folder)
        except LoadError as error:
            stop("The bot has mistakes:", *complaints_of(folder.path, error))
        wanted = Wanted(
            folder=shown_path(folder.path),
            words=given.k or (),
            coverage=given.coverage,
            least=given.min,
            json=given.json,
        )
        status |= rehearse(company, folder.tests, sys.stdout, wanted)
    return status


async def publish_bots(settings: Settings, given: argparse.Namespace) -> int:
    """Publish bots from beside the server, which takes them within a second."""
    from adapters.terminal.publish import Publishing as Typed

    bots = written(settings)
    folders = bots.wanted(given.bot)
    if given.version is not None and len(folders) != 1:
        stop("Say of which bot: python run.py publish shop --version 12")
    loaded = [bots.loaded(folder) for folder in folders]
    status, typed = 0, not given.yes and sys.stdin.isatty()
    async with beside_of(settings) as beside:
        for folder, one in zip(folders, loaded, strict=True):
            files = folder.files
            if given.version is not None:
                files = await files_of_version(beside, folder.name, given.version)
                one = bots.loaded(replace(folder, files=files))
            typing = Typed(
                versions=beside.versions,
                audience=beside.audience,
                workspace=beside.workspace,
                older=Published(
                    versions=beside.versions,
                    workspace=beside.workspace,
                    clock=now,
                    compile=partial(loader_of(settings).version, folder),
                ).older,
                running=partial(in_use, settings.database),
                ask=partial(asyncio.to_thread, input) if typed else None,
                by=f"{getpass.getuser()}@{socket.gethostname()}",
                clock=now,
                out=sys.stdout,
                retire=given.retire,
                dry_run=given.dry_run,
            )
            status |= await typing.publish(one.bot, files)
    return status


async def files_of_version(beside: "Beside", bot: str, number: int) -> dict[str, str]:
    """The files of a version by its number; one sentence where it is not kept."""
    kept = await beside.versions.all(beside.workspace, bot)
    for version in kept:
        if version.number == number:
            return await beside.versions.files(beside.workspace, bot, version.hash) or {}
    stop(
        f"Version {number} of {bot} is not kept; there are:"
        f" {', '.join(str(one.number) for one in kept) or 'none'}."
    )


@asynccontextmanager
async def beside_of(
    settings: Settings, given: argparse.Namespace | None = None
) -> "AsyncIterator[Beside]":
    """The database, whether a server runs on it or not, of the workspace that was typed."""
    try:
        beside = await open_beside(settings.database)
    except OSError as error:
        stop(str(error))
    try:
        workspace = getattr(given, "workspace", beside.workspace)
        known = await beside.workspaces.ids()
        if workspace not in known:
            stop(f"There is no workspace {workspace}; there are: {', '.join(map(str, known))}.")
        yield replace(beside, workspace=workspace)
    finally:
        await beside.close()


async def versions(settings: Settings, given: argparse.Namespace) -> None:
    """The versions of bots."""
    from adapters.terminal.publish import list_versions

    async with beside_of(settings) as beside:
        for folder in written(settings).wanted(given.bot):
            await list_versions(
                folder.name,
                language_of(folder.files),
                beside.versions,
                beside.audience,
                beside.workspace,
                sys.stdout,
            )


async def channels_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Where bots answer, listed or changed from beside the server, which follows at once."""
    from adapters.terminal import channels as terminal

    async with beside_of(settings, given) as beside:
        new_id = Ids(time.time_ns, secrets.token_bytes)
        opener = opener_of(
            settings, beside.shelf, new_id, log_as(settings), lambda bot: spoken(settings)
        )
        commands = terminal.ChannelCommands(
            store=beside.channels(KeyRing(partial(keys_at_hand, settings))),
            workspace=beside.workspace,
            open=opener,
            running=partial(in_use, settings.database),
            clock=now,
            out=sys.stdout,
        )
        if given.verb == "remove":
            return await commands.remove(given.name)
        if given.verb is None:
            return await commands.show()
        bots = list((await queues_known(settings, beside))())
        first = settings.bot_among(bots) if beside.workspace == OWNERS else ""
        return await commands.add(
            terminal.named(given.platform, opener.messengers, "messenger"),
            terminal.named(given.bot or first, bots, "bot"),
            terminal.credentials_of(
                opener.messengers[given.platform],
                terminal.from_variables(given.from_env, variables(os.environ, ENV_FILE)),
                ask=None if given.from_env else terminal.asked,
                new_secret=partial(secrets.token_urlsafe, 32),
            ),
        )


async def operators_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Who answers customers, listed or changed from beside the server, which follows at once."""
    from adapters.terminal.operators import OperatorCommands

    async with beside_of(settings, given) as beside:
        commands = OperatorCommands(
            operators=operators_of(beside.operators, beside.workspace),
            episodes=beside.episodes,
            workspace=beside.workspace,
            language=given.language or spoken(settings),
            running=partial(in_use, settings.database),
            clock=now,
            out=sys.stdout,
        )
        known = await queues_known(settings, beside)
        return await commands.do(given, known)


async def queues_known(settings: Settings, beside: "Beside") -> "Written":
    """Gives the queues of every bot of a workspace: folders are the owner's, the bots of others were made
    over the API."""
    if beside.workspace == OWNERS:
        return written(settings).queues
    load = loader_of(settings).of_assistant
    here = [one for one in await beside.assistants.here() if one.workspace == beside.workspace]
    return lambda: {
        one.bot: set(load(one.bot, assistant_files(one.name)).queues)
        for one in here
        if one.deleted_at is None
    }


async def desk_typed(settings: Settings, given: argparse.Namespace) -> int:
    """The groups where operators answer, and how a new one is made."""
    from adapters.terminal.channels import named
    from adapters.terminal.desk import DeskCommands

    async with beside_of(settings, given) as beside:
        commands = DeskCommands(
            operators=operators_of(beside.operators, beside.workspace),
            desks=beside.desks(now),
            channels=beside.channels(KeyRing(partial(keys_at_hand, settings))),
            workspace=beside.workspace,
            language=given.language or spoken(settings),
            running=partial(in_use, settings.database),
            out=sys.stdout,
        )
        known = await queues_known(settings, beside)
        if bot := getattr(given, "bot", ""):
            named(bot, known(), "bot")
        return await commands.do(given, known)


def operators_of(store: SqlOperators, workspace: int) -> Operators:
    """The operators of a workspace, beside the server or in it."""
    return Operators(store, workspace=workspace, clock=now, random_bytes=secrets.token_bytes)


async def report(settings: Settings, given: argparse.Namespace) -> int:
    """How hand-offs went, from what they left in the database."""
    from adapters.terminal import report as terminal

    bots = written(settings).as_published(live_files(settings.database))
    async with beside_of(settings, given) as beside:
        try:
            return await terminal.tell(
                given,
                Reports(beside.episodes, workspace=beside.workspace, metrics=beside.metrics),
                bots=bots,
                people=await beside.operators.all(beside.workspace),
                now=now(),
                language=given.language or spoken(settings),
                out=sys.stdout,
            )
        except OSError as error:
            stop(f"Cannot write {given.csv}: {error.strerror}.")


def backup(settings: Settings, given: argparse.Namespace) -> int:
    """Everything that is kept as one file, whether a server runs or not."""
    from adapters.terminal.backup import Backup
    from adapters.terminal.backup_note import note_backup
    from config.keys import KEY_FILE
    from storage.backup import copy_database, counts
    from storage.move import copy_out
    from storage.moving import NotMoved

    place = settings.database
    if isinstance(place, Path) and not place.exists():
        stop(f"There is no database at {place}: nothing was kept yet.")

    def copy(source: Path, file: Path) -> None:
        if isinstance(place, Path):
            copy_database(source, file)
        else:
            asyncio.run(copy_out(place, file))

    saving = Backup(
        data=settings.data_dir,
        bots=settings.bots_dir,
        database=file_of_database(settings),
        key=KEY_FILE,
        version=VERSION,
        copy=copy,
        count=counts,
        out=sys.stdout,
    )
    path = given.file or Path(f"easyflow-{now():%Y%m%d-%H%M%S}.zip")
    try:
        saving.write(path, now(), with_key=not given.without_key)
    except (NotMoved, OSError) as error:
        stop(f"No backup was made: {getattr(error, 'strerror', None) or error}")
    note_backup(settings.data_dir, path, now())
    return 0


def file_of_database(settings: Settings) -> Path:
    """Where SQLite's file is, or was before everything was moved to PostgreSQL."""
    place = settings.database
    return place if isinstance(place, Path) else settings.data_dir / "easyflow.db"


def restore(settings: Settings, given: argparse.Namespace) -> int:
    """A backup in place of what is there; the server must not run."""
    from adapters.terminal.backup import Elsewhere, NotRestored, Restore
    from storage.backup import Unusable, check_database, hold_back
    from storage.move import copy_out, held, put_back
    from storage.moving import NotMoved

    place, elsewhere = settings.database, None
    if not isinstance(place, Path):
        url = place
        elsewhere = Elsewhere(
            shown=shown_place(url),
            holds=lambda: any(asyncio.run(held(url)).values()),
            keep=lambda file: asyncio.run(copy_out(url, file)),
            put=lambda file: asyncio.run(put_back(file, url)),
        )
    restoring = Restore(
        data=settings.data_dir,
        bots=settings.bots_dir,
        database=file_of_database(settings),
        check=check_database,
        hold_back=hold_back,
        running=lambda: not (isinstance(place, Path) and not place.exists()) and in_use(place),
        elsewhere=elsewhere,
        out=sys.stdout,
    )
    try:
        restoring.read(
            given.file,
            now(),
            force=given.force,
            with_bots=given.bots,
            resend=given.resend,
        )
    except (NotRestored, NotMoved, Unusable) as error:
        stop(f"Nothing was restored: {error}.")
    except OSError as error:
        stop(f"Not restored: {error.strerror or error}")
    return 0


async def move(settings: Settings, given: argparse.Namespace) -> int:
    """Everything that is kept into another database; no server may run on either."""
    from adapters.terminal.move import Moving
    from storage import move as moves
    from storage.moving import NotMoved

    source = settings.database
    try:
        target = place_of(given.to)
    except ValueError as error:
        stop(f"--to {given.to}: {error}")
    home = settings.data_dir.resolve() / "easyflow.db"
    moving = Moving(
        source=shown_place(source),
        target=shown_place(target),
        setting="" if target == home else f"EASYFLOW_DATABASE_URL={shown_place(target)}",
        move=partial(moves.move, source.resolve() if isinstance(source, Path) else source, target),
        monotonic=time.monotonic,
        out=sys.stdout,
    )
    try:
        return await moving.do()
    except (NotMoved, OSError) as error:
        stop(f"Nothing was moved: {getattr(error, 'strerror', None) or error}.")


async def users_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Who signs in, listed or changed from beside the server."""
    from adapters.terminal.users import UserCommands

    async with beside_of(settings, given) as beside:
        commands = UserCommands(
            members=members_of(beside, accounts_of(settings, beside)),
            second_factor=second_factor_of(settings, beside),
            operators=partial(operators_of, beside.operators),
            workspace=beside.workspace,
            language=given.language or spoken(settings),
            out=sys.stdout,
        )
        return await commands.do(given)


async def keys_typed(settings: Settings, given: argparse.Namespace) -> int:
    """API keys, listed or changed from beside the server."""
    from adapters.terminal.keys import KeyCommands

    if given.verb == "rotate":
        return await rotate_keys(settings)
    async with beside_of(settings, given) as beside:
        people = await beside.accounts.all(beside.workspace)
        commands = KeyCommands(
            keys=accounts_of(settings, beside).keys,
            workspace=beside.workspace,
            owner=next((one.id for one in people if one.role == "owner"), None),
            bots=[one.bot for one in await beside.versions.live(beside.workspace)],
            language=given.language or spoken(settings),
            clock=now,
            out=sys.stdout,
        )
        return await commands.do(given)


async def webhooks_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Addresses told of events, listed or changed from beside the server, which follows at once."""
    from adapters.terminal.webhooks import WebhookCommands

    async with beside_of(settings, given) as beside:
        commands = WebhookCommands(
            webhooks=webhooks_of(settings, beside),
            workspace=beside.workspace,
            environ=variables(os.environ, ENV_FILE),
            language=given.language or spoken(settings),
            out=sys.stdout,
        )
        return await commands.do(given)


async def doctor(settings: Settings, given: argparse.Namespace) -> int:
    """What is wrong with this installation; 1 where anything is."""
    from adapters.reaching import PATIENCE, leads_here
    from adapters.terminal.backup_note import last_backup
    from adapters.terminal.doctor import tell
    from adapters.terminal.examining.around import Around, Surroundings
    from adapters.terminal.examining.finding import Speech
    from adapters.terminal.examining.inside import Inside
    from adapters.terminal.examining.outside import Outside
    from adapters.terminal.readiness import asked_ready
    from adapters.wire import Wire

    place = settings.database
    kept, troubles = await looked_at(settings, deep=given.deep)
    if isinstance(place, Path):
        running = place.exists() and in_use(place)
        ready = asked_ready(settings.http.host, settings.http.port) if running else None
    else:
        ready = asked_ready(settings.http.host, settings.http.port)
        running = ready is not None or bool(kept and kept.processes)
    wire, standings, answers = Wire(timeout=PATIENCE), [], None
    try:
        if kept is not None and not given.offline:
            standings = await asked_messengers(settings, kept, wire)
            if settings.public_url is not None:
                answers = await leads_here(settings.public_url, wire=wire)
    finally:
        await wire.close()
    moment = now()
    hosts = {one.host for one in kept.processes} if kept is not None else set()
    around = Around(
        data=settings.data_dir,
        bots_dir=settings.bots_dir,
        database=place if isinstance(place, Path) else None,
        now=moment,
        running=running,
        ready=ready,
        bots=written(settings).mistakes(),
        public_url=settings.public_url,
        answers=answers,
        telegram=any(one.platform == "telegram" for one in standings),
        elsewhere=tuple(sorted(hosts - {socket.gethostname()})),
        backed_up=last_backup(settings.data_dir),
        since=kept.since if kept is not None else None,
        troubles=troubles,
    )
    said = Speech(given.language or spoken(settings))
    findings = list(Surroundings(around, said).findings())
    if kept is not None:
        inside = Inside(kept, said, now=moment, running=running, version=VERSION)
        url = settings.public_url
        outside = Outside(
            standings=standings,
            webhook=f"{url}{WEBHOOKS}telegram" if url else None,
            running=running,
            now=moment,
            said=said,
        )
        findings += [*inside.findings(), *outside.findings()]
    return tell(findings, sys.stdout)


async def looked_at(settings: Settings, *, deep: bool) -> "tuple[Kept | None, dict[str, str]]":
    """What the database says, None where there is none; what cannot be reached of what was named."""
    from adapters.reaching import redis_trouble
    from storage.checkup import look_at

    place, troubles = settings.database, {}
    vault = KeyRing(partial(keys_at_hand, settings))
    kept = None
    try:
        if not isinstance(place, Path):
            from storage.postgres.checkup import look_at_postgres

            kept = await look_at_postgres(place, now(), vault)
            troubles["PostgreSQL"] = ""
        elif place.exists():
            kept = look_at(place, now(), vault, deep=deep)
    except ModuleNotFoundError as missing:
        troubles["PostgreSQL"] = f"{missing.name} is not installed: make run EXTRAS=scale"
    except OSError as error:
        if isinstance(place, Path):
            stop(f"The database cannot be read: {error.strerror or error}")
        troubles["PostgreSQL"] = str(error)
    if settings.redis_url is not None:
        troubles["Redis"] = await redis_trouble(settings.redis_url)
    return kept, troubles


MOST_ASKED = 20
"""Accounts whose messengers the doctor asks."""


async def asked_messengers(settings: Settings, kept: "Kept", wire: "Wire") -> "list[Standing]":
    """How accounts stand, those of Telegram by their tokens; other messengers answer or they do not."""
    from adapters.messenger_catalogue import messengers
    from adapters.messengers.telegram.standing import standing
    from adapters.reaching import reached

    written_down = declared(
        settings,
        written(settings).channels(),
        messengers(),
        workspace=1,
        environ=os.environ,
        env_file=ENV_FILE,
    )
    accounts = [(one.platform, one.credentials or {}) for one in kept.accounts]
    accounts += [(one.platform, one.credentials or {}) for one in written_down.records]
    tokens = {given["token"] for platform, given in accounts if platform == "telegram" if given}
    bases = settings.api_bases
    others = {platform for platform, _ in accounts if platform in bases} - {"telegram"}
    asked = [
        standing(token, bases["telegram"], wire=wire, clock=now)
        for token in sorted(tokens)[:MOST_ASKED]
    ]
    asked += [reached(name, bases[name], wire=wire, clock=now) for name in sorted(others)]
    return list(await asyncio.gather(*asked))


async def person(settings: Settings, given: argparse.Namespace) -> int:
    """What is kept of one customer, handed out or erased; the server may run."""
    from adapters.terminal.person import PersonCommands

    async with beside_of(settings) as beside:
        commands = PersonCommands(
            persons=beside.persons,
            workspace=beside.workspace,
            files=settings.data_dir / "files",
            language=given.language or spoken(settings),
            ask=partial(asyncio.to_thread, input) if sys.stdin.isatty() else None,
            out=sys.stdout,
        )
        try:
            return await commands.do(given)
        except OSError as error:
            stop(f"Nothing was written: {error.strerror or error}")


async def rotate_keys(settings: Settings) -> int:
    """Seal everything anew: with the first key of the settings, or with a new one of ours."""
    from adapters.terminal.channels import seal_again

    async with beside_of(settings) as beside:
        if settings.keys is None:
            add_kept_key(settings)
        seals = beside.seals(KeyRing(partial(keys_at_hand, settings)))
        status = await seal_again(seals.again, sys.stdout)
    if settings.keys is None and status == 0:
        drop_older_keys(settings)
    return status


async def trace(settings: Settings, given: argparse.Namespace) -> int:
    """What a chat went through, or which chats there are; 1 where there is none."""
    from adapters.terminal import trace as terminal

    async with beside_of(settings, given) as beside:
        return await terminal.tell(
            given,
            beside.traces,
            beside.conversations,
            workspace=beside.workspace,
            notes=beside.desks(now).notes,
            people=await beside.operators.all(beside.workspace),
            language=given.language or spoken(settings),
            out=sys.stdout,
        )


def spoken(settings: Settings) -> str:
    """The language of the owner: that of their bots, the first of them."""
    files = live_files(settings.database)
    return language_of(files[min(files)]) if files else "ru"


def pack(settings: Settings, given: argparse.Namespace) -> None:
    """A bot folder as a zip file, or each of them."""
    from adapters.terminal import pack as terminal

    bots = written(settings)
    for folder in bots.wanted(given.bot):
        loaded = bots.loaded(folder)
        names = {*folder.files, *folder.knowledge, *folder.media, *folder.tests, *folder.edits}
        if folder.actions is not None:
            names.add("actions.py")
        try:
            print(shown_path(terminal.pack(folder.path, names, loaded.bot.version, given.into)))
        except OSError as error:
            stop(f"Cannot write {given.into}: {error.strerror or error}.")


def unpack(settings: Settings, given: argparse.Namespace) -> None:
    """A bot folder out of a zip file."""
    from adapters.terminal import pack as terminal

    try:
        folder = terminal.unpack(given.file, given.to or settings.bots_dir)
    except terminal.NotABot as error:
        stop(f"Nothing was unpacked from {given.file}: {error}.")
    except OSError as error:
        stop(f"Cannot unpack {given.file}: {error.strerror or error}.")
    print(f"{shown_path(folder)}\nNow: python run.py check {folder}")
    if (folder / "actions.py").exists():
        print("It brings Python of its own (actions.py): read it before you allow it to run.")


def translations(settings: Settings, given: argparse.Namespace) -> None:
    """The texts of a bot as a table."""
    from adapters.terminal import translate as terminal
    from flows.translating import phrases

    bots = written(settings)
    folders = bots.wanted(given.bot)
    if len(folders) != 1:
        stop(f"Say of which bot: python run.py i18n {folders[0].name}")
    loaded = bots.loaded(folders[0], quiet=True)
    try:
        terminal.write(phrases(loaded.bot), given.out, sys.stdout)
    except OSError as error:
        stop(f"Cannot write {given.out}: {error.strerror}.")


def schema(settings: Settings, given: argparse.Namespace) -> int:
    """JSON Schemas of a bot's files, for editors."""
    from adapters.terminal import schema as terminal

    return terminal.schema(given.language, given.write, sys.stdout)


def company_of(settings: Settings, folder: BotFolder) -> "Company":
    """A bot with what its tests are played with. Raises LoadError."""
    return loader_of(settings).company(folder, StemmedUnderstanding().at_once)


def actions(settings: Settings, given: argparse.Namespace) -> int:
    """The catalogue, whole or one action or family of it."""
    from adapters.actions.page import entry, page

    specs = loader_of(settings).specs()
    if given.page:
        print(page(specs, given.page), end="")
        return 0
    wanted = [one for name, one in specs.items() if name.startswith(given.name or "")]
    if not wanted:
        stop(f"The catalogue has no «{given.name}»; there are: {', '.join(specs)}.")
    for spec in wanted:
        print(*entry(spec, given.language), "", sep="\n")
    return 0


def draw(settings: Settings, given: argparse.Namespace) -> None:
    """Pictures of flows."""
    from adapters.terminal import draw as terminal

    bots = {name: loaded.bot for name, (_, loaded) in load_all(settings).items()}
    try:
        what = terminal.wanted(bots, settings.bot_among(bots), given.names)
        terminal.draw(what, format=given.format, out=given.out, terminal=sys.stdout)
    except OSError as error:
        stop(f"Cannot write {given.out}: {error.strerror}.")


def settings_or_stop() -> Settings:
    """The settings, with logs set up; every mistake in them is told at once."""
    try:
        settings = load_settings(os.environ, ENV_FILE)
    except SettingsError as error:
        stop("Some settings cannot be used:", *error.lines)
    log_as(settings)
    for warning in (*unknown_settings(os.environ, ENV_FILE), *idle_settings(settings)):
        log.warning(warning)
    return settings


def log_as(settings: Settings) -> Mask:
    """Log as the settings say, with every secret of theirs masked."""
    return set_up_logs(
        format=settings.log.format, level=settings.log.level, secrets=settings.secret_values
    )


Command = Callable[[Settings, argparse.Namespace], int | None | Coroutine[Any, Any, int | None]]

COMMANDS: Mapping[str, Command] = {
    "check": check,
    "test": test,
    "fmt": fmt,
    "schema": schema,
    "actions": actions,
    "init": init,
    "draw": draw,
    "publish": publish_bots,
    "pack": pack,
    "unpack": unpack,
    "i18n": translations,
    "trace": trace,
    "channels": channels_typed,
    "operators": operators_typed,
    "desk": desk_typed,
    "report": report,
    "users": users_typed,
    "keys": keys_typed,
    "webhooks": webhooks_typed,
    "person": person,
    "doctor": doctor,
    "backup": backup,
    "restore": restore,
    "move": move,
    "versions": versions,
    "chat": chat,
    "work": work,
}
"""What may be typed; nothing is: serve."""

LISTS = frozenset(
    [
        "check",
        "test",
        "draw",
        "schema",
        "trace",
        "versions",
        "i18n",
        "operators",
        "desk",
        "report",
        "users",
        "keys",
        "webhooks",
        "doctor",
    ]
)
"""What is often read by `| head`."""


def main() -> None:
    """Do what the command line says."""
    given = arguments()
    # What customers wrote is for nobody else on this machine to read.
    os.umask(0o077)
    settings = settings_or_stop()
    if given.command in LISTS and hasattr(signal, "SIGPIPE"):
        # `| head` closes the pipe early; that is no mistake of anybody's.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    command = COMMANDS.get(given.command)
    if command is None:
        import uvloop

        uvloop.run(serve(settings))
        return
    try:
        done = command(settings, given)
        if done is None or isinstance(done, int):
            raise SystemExit(done)
        if command is work:
            import uvloop

            raise SystemExit(uvloop.run(done))
        raise SystemExit(asyncio.run(done))
    except Refused as refused:
        stop(str(refused))
    except KeyboardInterrupt:
        # Ctrl-C is a way to leave a talk like any other.
        if command is not chat:
            raise


if __name__ == "__main__":
    main()
