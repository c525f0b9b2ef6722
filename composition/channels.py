"""The channels of every messenger, and the end of the program where one was written down wrong."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from adapters.ids import Ids
from adapters.messenger_catalogue import Opener, messengers
from adapters.terminal.leaving import stop
from bots.elsewhere import fetched
from bots.ports import Shelf
from bots.services.channels import Channels
from composition.here import ENV_FILE, now
from composition.house import House
from config.channels import declared
from config.keys import keys_at_hand
from config.logs import Mask
from config.settings import Settings
from storage.vault import KeyRing

WEBHOOKS = "/api/v1/messaging/webhook/"


def opener_of(
    settings: Settings, shelf: Shelf, new_id: Ids, mask: Mask, language: Callable[[str], str]
) -> Opener:
    """What opens a channel of any messenger; `language` is that of a bot."""
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
