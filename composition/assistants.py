"""Assistants made over the API, and the documents that they know."""

import secrets
from functools import partial
from typing import TYPE_CHECKING

from adapters.documents.clamd import Clamd
from adapters.documents.folder import Folder
from bots.services.assistant_account import Accounts as AssistantAccounts
from bots.services.assistants import Assistants
from bots.services.channels import Channels
from bots.services.documents import Documents
from bots.services.knowledge import Knowledge
from composition.bots import loader_of
from composition.here import now
from composition.house import House
from composition.money import plans_of
from config.assistant_bot import Compiler, assistant_files
from config.keys import keys_at_hand
from config.settings import Settings
from storage.stores import Stores
from storage.vault import KeyRing

if TYPE_CHECKING:
    from adapters.messengers.web.hub import Hub


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
        rest=house.news.rest(),
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


def known(assistants: Assistants | None) -> Assistants:
    """What a server has, and a talk in the terminal has not."""
    assert assistants is not None
    return assistants


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
