"""`channels` and `webhooks`: where bots answer, and which systems are told of it."""

import argparse
import os
import secrets
import sys
import time
from functools import partial

from adapters.ids import Ids
from adapters.terminal import channels as terminal
from adapters.terminal.webhooks import WebhookCommands
from bots.services.operators import OWNERS
from composition.channels import opener_of
from composition.commands.beside import beside_of, queues_known
from composition.here import ENV_FILE, now
from composition.live import spoken
from composition.settings import log_as
from composition.webhooks import webhooks_of
from config.channels import variables
from config.keys import keys_at_hand
from config.settings import Settings
from storage.opening import in_use
from storage.vault import KeyRing


async def channels_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Where bots answer, listed or changed from beside the server, which follows at once."""
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


async def webhooks_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Addresses told of events, listed or changed from beside the server, which follows at once."""
    async with beside_of(settings, given) as beside:
        commands = WebhookCommands(
            webhooks=webhooks_of(settings, beside),
            workspace=beside.workspace,
            environ=variables(os.environ, ENV_FILE),
            language=given.language or spoken(settings),
            out=sys.stdout,
        )
        return await commands.do(given)
