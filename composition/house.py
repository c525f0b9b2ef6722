"""The running machinery: all its parts in one place, started together and closed in order."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from adapters.actions.owners import OwnersActions
from adapters.ids import Ids
from adapters.payments.sandbox import Sandbox
from adapters.payments.sandbox_top_ups import SandboxTopUps
from adapters.payments.yookassa import YooKassa
from bots.board import Board
from bots.errors import NotFound
from bots.inbox import Inbox
from bots.model.assistant import Assistant
from bots.model.bot_folder import BotFolder
from bots.model.message import Address
from bots.model.slots import Slots
from bots.news import News
from bots.outbox import Outbox
from bots.ports import Channel
from bots.publishing import Published
from bots.services.accounts import Accounts, Founded
from bots.services.assistants import Assistants
from bots.services.attendance import Attendance
from bots.services.billing import Billing
from bots.services.conversations import Conversations
from bots.services.documents import Documents
from bots.services.events import Events
from bots.services.following import Following
from bots.services.forgetting import Forgetting
from bots.services.handoff import Handoff
from bots.services.knowledge import Knowledge
from bots.services.known_bots import KnownBots
from bots.services.neighbours import Neighbours
from bots.services.operators import Operators
from bots.services.payments import TO_TELL, Payments
from bots.services.publishing import Publishing
from bots.services.routing import Routing
from bots.services.top_ups import TopUps
from bots.sharing import Sharing
from bots.shift import Chores, Shift
from bots.supervision import Supervisor
from composition.here import now
from scheduler.housekeeping import Housekeeping
from scheduler.schedules import Schedules
from scheduler.worker import Worker
from storage.stores import Stores

if TYPE_CHECKING:
    from adapters.hints.redis import RedisHints
    from adapters.http.metrics import Metrics
    from adapters.messengers.telegram.desk.desks import WorkspaceDesks
    from bots.tape import Tape


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
    news: News
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
