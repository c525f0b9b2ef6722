"""What the HTTP surface serves: a service for every noun."""

from functools import partial

from adapters.machine import Machine
from adapters.messenger_catalogue import messengers
from bots.services import Services
from bots.services.ai_tokens import AiTokens
from bots.services.analytics import Analytics
from bots.services.census import Census
from bots.services.channels import Channels
from bots.services.chat import Chat
from bots.services.dialogs import Dialogs
from bots.services.files import Files
from bots.services.health import Health
from bots.services.marketplaces import Marketplaces
from bots.services.messaging import Messaging
from bots.services.platforms import Platforms
from bots.services.system import Connections, System
from bots.services.team import Team
from composition.accounts import members_of, signing_in_of
from composition.assistants import known
from composition.here import now
from composition.house import House
from composition.watching import health_of
from composition.webhooks import webhooks_of
from config.keys import keys_at_hand
from config.settings import Settings
from storage.vault import KeyRing


def services_of(settings: Settings, house: House, channels: Channels) -> Services:
    """What the HTTP surface serves."""
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


def system_of(settings: Settings, house: House, health: Health) -> System:
    """What the server's administrator is told of it; it is up from now on."""

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
