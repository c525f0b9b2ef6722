"""Bots taken up while the server runs: as they were published, or as they are saved."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from adapters.actions.owners import OwnersActions
from adapters.terminal.folders import complaints_of
from bots.errors import NotFound, Unavailable
from bots.model.assistant import MADE
from bots.model.bot_folder import BotFolder, BotFolderError
from bots.publishing import Published
from composition.bots import loader_of
from composition.here import now
from composition.house import House
from config.bot_folders import read_bot_folder, watch
from config.settings import Settings
from flows.errors import LoadError
from flows.model import Bot
from storage.stores import Stores

log = structlog.get_logger()

STARTED, SAVED = "start", "saved"
"""Who publishes where nobody says `publish`."""

TRIED_ON = frozenset({"web"})
"""The platforms where the one who saves a bot's files is the one who talks to it."""


def published_of(
    settings: Settings, stores: Stores, workspace: int, folders: Mapping[str, BotFolder]
) -> Published:
    """The versions that answer: of the owner's bots, with what their folders hold beside, and of assistants."""
    loader = loader_of(settings)

    def compile(name: str, files: Mapping[str, str]) -> Bot:
        if name.startswith(MADE):
            return loader.of_assistant(name, files)
        return loader.version(folders.get(name), name, files)

    return Published(versions=stores.versions, workspace=workspace, clock=now, compile=compile)


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
                for complaint in complaints_of(Path(name), error):
                    log.error("A bot has a mistake", where=complaint)
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
