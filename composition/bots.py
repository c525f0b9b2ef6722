"""The bots of the folder of bots: read, compiled, or refused in a sentence."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import structlog

from adapters.actions.loading import Loader
from adapters.actions.owners import OwnersActions
from adapters.terminal.folders import WrittenBots, complaints_of
from adapters.terminal.leaving import stop
from adapters.understanding.stemmed import StemmedUnderstanding
from bots.model.bot_folder import BotFolder, BotFolderError
from bots.services.stranded import stranded
from config.bot_folders import bot_folders, read_bot_folder
from config.channels import takes_money
from config.settings import Settings
from flows.errors import LoadError
from flows.load import Loaded, language_of
from flows.testing import Company
from storage.opening import live_files, open_beside

log = structlog.get_logger()


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


def owners_or_stop(settings: Settings, folders: Mapping[str, BotFolder]) -> OwnersActions:
    """Every bot's actions.py, run where it may be run; a mistake in one ends the program."""
    owners = OwnersActions(allowed=settings.allow_actions)
    for folder in folders.values():
        try:
            owners.load(folder.name, folder.path, folder.actions)
        except LoadError as error:
            stop("Nothing was started, because of a mistake:", *complaints_of(folder.path, error))
    return owners


def texts_of_folder(folders: Mapping[str, BotFolder], bot: str) -> Mapping[str, str]:
    """What a bot knows by its folder; one made over the API has none."""
    folder = folders.get(bot)
    return folder.knowledge if folder is not None else {}


def company_of(settings: Settings, folder: BotFolder) -> Company:
    """A bot with what its tests are played with. Raises LoadError."""
    return loader_of(settings).company(folder, StemmedUnderstanding().at_once)


def spoken(settings: Settings) -> str:
    """The language of the owner: that of their bots, the first of them."""
    files = live_files(settings.database)
    return language_of(files[min(files)]) if files else "ru"


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
