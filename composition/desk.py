"""The desks of operators: a group of every workspace's, and how it fares."""

import asyncio
from datetime import timedelta
from functools import partial

from adapters.customer_orders import CustomerOrders
from adapters.guarded_http import GuardedHttp
from adapters.messengers.telegram.desk.desk import TelegramDesk
from adapters.messengers.telegram.desk.desks import LOOK_EVERY, WorkspaceDesks
from adapters.messengers.telegram.desk.parts import Parts
from bots.model.desk_state import DeskState
from bots.services.canned import CannedAnswers
from composition.accounts import operators_of
from composition.here import now
from composition.house import House
from composition.settings import allowed_hosts
from config.settings import Settings


def desk_of(house: House, settings: Settings) -> WorkspaceDesks:
    """The desks of every workspace's operators, each over the channels of its bots."""

    def workspace_of(channel: str) -> int | None:
        bot = getattr(house.channels.get(channel), "bot", None)
        return None if bot is None else house.known.workspace(bot)

    make = partial(workspace_desk, house, settings)
    desks = WorkspaceDesks(
        make,
        workspace_of,
        house.stores.workspaces.with_groups,
        house.stores.desks.groups,
        rest=house.news.rest(),
    )
    house.inbox.desk = desks.take
    house.inbox.undelivered = house.outbox.undelivered = desks.undelivered
    return desks


def workspace_desk(house: House, settings: Settings, workspace: int) -> TelegramDesk:
    """The desk of a workspace's operators."""
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


def desk_state(house: House) -> DeskState:
    """How operators' groups fare, the owner's by name; nothing where there is no desk."""
    return house.desk.state(house.workspace) if house.desk is not None else DeskState()
