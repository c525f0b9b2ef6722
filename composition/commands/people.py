"""`operators`, `desk`, `users`, `keys` and `person`: whoever has to do with the bots."""

import argparse
import asyncio
import sys
from functools import partial

from adapters.terminal.channels import named, seal_again
from adapters.terminal.desk import DeskCommands
from adapters.terminal.keys import KeyCommands
from adapters.terminal.leaving import stop
from adapters.terminal.operators import OperatorCommands
from adapters.terminal.person import PersonCommands
from adapters.terminal.users import UserCommands
from composition.accounts import accounts_of, members_of, operators_of, second_factor_of
from composition.commands.beside import beside_of, queues_known
from composition.here import now
from composition.live import spoken
from config.keys import add_kept_key, drop_older_keys, keys_at_hand
from config.settings import Settings
from storage.opening import in_use
from storage.vault import KeyRing


async def operators_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Who answers customers, listed or changed from beside the server, which follows at once."""
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


async def desk_typed(settings: Settings, given: argparse.Namespace) -> int:
    """The groups where operators answer, and how a new one is made."""
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


async def users_typed(settings: Settings, given: argparse.Namespace) -> int:
    """Who signs in, listed or changed from beside the server."""
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


async def rotate_keys(settings: Settings) -> int:
    """Seal everything anew: with the first key of the settings, or with a new one of ours."""
    async with beside_of(settings) as beside:
        if settings.keys is None:
            add_kept_key(settings)
        seals = beside.seals(KeyRing(partial(keys_at_hand, settings)))
        status = await seal_again(seals.again, sys.stdout)
    if settings.keys is None and status == 0:
        drop_older_keys(settings)
    return status


async def person(settings: Settings, given: argparse.Namespace) -> int:
    """What is kept of one customer, handed out or erased; the server may run."""
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
