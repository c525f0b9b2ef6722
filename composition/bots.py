"""The bots of the folder of bots: read, compiled, or refused in a sentence."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from adapters.actions.loading import Loader
from adapters.actions.owners import OwnersActions
from adapters.terminal.folders import WrittenBots, complaints_of
from adapters.terminal.leaving import stop
from adapters.understanding.stemmed import StemmedUnderstanding
from bots.model.bot_folder import BotFolder
from config.bot_folders import bot_folders, read_bot_folder
from config.channels import takes_money
from config.settings import Settings
from flows.errors import LoadError
from flows.load import Loaded
from flows.testing import Company

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
