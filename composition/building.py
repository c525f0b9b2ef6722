"""Opens the stores and puts the machinery together."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from adapters.actions.assistant import AssistantAnswers
from adapters.actions.catalogue import Catalogue, facts_of
from adapters.ids import Ids
from adapters.terminal.leaving import stop
from bots.board import Board
from bots.errands import Errands
from bots.errors import Invalid
from bots.handoffs import Handoffs
from bots.inbox import Inbox
from bots.lanes import Lanes
from bots.model.bot_folder import BotFolder
from bots.model.neighbour import Waiting
from bots.model.process import WEB
from bots.model.slots import SLOTS
from bots.news import News
from bots.others import NOBODY
from bots.outbox import Outbox
from bots.ports import Channel, Listener, Meter, Others
from bots.publishing import Published
from bots.responder import Responder
from bots.services.accounts import Accounts, Founded
from bots.services.attendance import Attendance
from bots.services.banks import Banks
from bots.services.conversations import Conversations
from bots.services.events import Events
from bots.services.following import Following
from bots.services.forgetting import Forgetting
from bots.services.handoff import Handoff
from bots.services.knowledge import Knowledge
from bots.services.known_bots import KnownBots
from bots.services.neighbours import Neighbours
from bots.services.payments import Payments
from bots.services.publishing import Publishing
from bots.services.routing import Routing
from bots.services.top_ups import TopUps
from bots.shift import Chores, Shift
from bots.supervision import Supervisor
from composition.accounts import accounts_of, operators_of
from composition.actions import decider_of, families_of, performer_of
from composition.assistants import documents_of
from composition.bots import owners_or_stop, texts_of_folder
from composition.here import now
from composition.house import House
from composition.money import bank_of, billing_of, till_of
from composition.publishing import STARTED, published_of, reload
from composition.sharing import LOOK_EVERY, LOOK_SELDOM, hints_of, sharing_of, slots_of
from composition.tracing import traced_by
from config.settings import Settings
from flows.load import Loaded
from scheduler.schedules import Schedules
from scheduler.telling import Telling
from scheduler.worker import Worker
from storage.opening import open_stores
from storage.stores import Stores

if TYPE_CHECKING:
    from adapters.tracing.spans import Spans
    from bots.tape import Tape


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
    news = News()
    stores = await open_stores(settings.database, new_id=new_id, clock=now, slots=slots)
    accounts = accounts_of(settings, stores)
    founded = await founded_or_stop(settings, stores, accounts)
    owner = await stores.accounts.owner()
    assert owner is not None
    folders = {name: folder for name, (folder, _) in bots.items()}
    published = published_of(settings, stores, owner.workspace, folders)
    for folder, loaded in bots.values():
        await published.publish(loaded.bot, folder.files, by=STARTED)
    owners = owners_or_stop(settings, folders)
    bank = bank_of(stores, owner.workspace, base)
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
    look_every = LOOK_EVERY if hints is None else LOOK_SELDOM
    neighbourhood, neighbours = None, None
    if not slots.alone:
        neighbourhood = stores.neighbourhood(slots.holder)
        neighbours = Neighbours(
            neighbourhood,
            # Each process counts what it does itself.
            lambda: [one for one in listeners if id(one) != id(meter)],
            every=look_every,
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
    schedules = schedules_of(stores, published, inbox, lanes, new_id)
    publishing = Publishing(
        published=published,
        versions=stores.versions,
        audience=stores.audience,
        inbox=inbox,
        load=partial(reload, settings, folders, owners),
        changed=schedules.wake,
        rest=news.rest(),
        clock=now,
    )
    till = till_of(settings, stores, base)
    supervisor = Supervisor()
    chores = Chores(supervisor)
    routing.is_here = lambda: chores.done_here

    async def waiting() -> Waiting:
        assert neighbourhood is not None
        return await neighbourhood.waiting(slots.held or (), inbox.known, outbox.keys, now())

    shift = Shift(
        slots=slots,
        inbox=inbox,
        outbox=outbox,
        waiting=waiting,
        look_at_timers=worker.look_at_all,
        look_for_timers=worker.look,
        timer_due=worker.wake,
        chores=chores,
        every=look_every,
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
        sharing=sharing_of(settings, slots, shift, news, role),
        neighbours=neighbours,
        hints=hints,
        news=news,
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
            rest=news.rest(),
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


async def founded_or_stop(settings: Settings, stores: Stores, accounts: Accounts) -> Founded | None:
    """The owner, made where there is none yet; the program ends where they cannot be what was set."""
    admin = settings.admin
    try:
        return await accounts.found_owner(
            email=admin.email,
            password=admin.password.get_secret_value() if admin.password else None,
            key=admin.api_key.get_secret_value() if admin.api_key else None,
        )
    except Invalid as wrong:
        await stores.close()
        stop(f"EASYFLOW_ADMIN__{wrong.field.upper()}: it {wrong.error}.")


def schedules_of(
    stores: Stores, published: Published, inbox: Inbox, lanes: Lanes, new_id: Ids
) -> Schedules:
    """What strikes the owners' timetables."""
    telling = Telling(
        audience=stores.audience,
        accept=inbox.accept,
        busy=lambda: lanes.busy,
        clock=now,
        new_id=new_id,
        sleep=asyncio.sleep,
    )
    return Schedules(bots=published, telling=telling, shelf=stores.shelf, clock=now)


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
