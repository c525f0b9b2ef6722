"""Bot folders as the commands of the terminal take them: with a mistake in one they say so and end."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import structlog

from adapters.terminal.leaving import stop
from bots.model.bot_folder import BotFolder, BotFolderError
from flows.errors import LoadError
from flows.load import Loaded
from flows.model import Bot

Live = Mapping[str, dict[str, str]]
"""The files of bots as they were published."""

log = structlog.get_logger()


class Folder(Protocol):
    """The texts of a bot; names are paths inside its folder."""

    @property
    def name(self) -> str: ...
    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def media(self) -> frozenset[str]: ...
    @property
    def tests(self) -> Mapping[str, str]: ...


def shown_path(path: Path) -> str:
    """A path as an editor opens it from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def complaints_of(path: Path, error: LoadError | BotFolderError) -> list[str]:
    """A line for each mistake, with the path an editor opens."""
    if isinstance(error, BotFolderError):
        return error.lines
    return [f"{path / str(one)}" for one in error.complaints]


def named_or_at(bot: str | None) -> tuple[str | None, Path | None]:
    """The name of a bot, and its folder where it was named by the path of that."""
    if bot is None or not (Path(bot) / "bot.yaml").is_file():
        return bot, None
    folder = Path(bot).resolve()
    return folder.name, folder


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBots:
    """The bots of a directory. `read_all` reads its folders, `read` one; both raise BotFolderError."""

    directory: Path
    read_all: Callable[[Path], list[BotFolder]]
    read: Callable[[Path], BotFolder]
    load: Callable[[BotFolder], Loaded]

    def wanted(self, path: str | None = None) -> list[BotFolder]:
        """The bot at a path or of a name, or all bots."""
        try:
            if path is None:
                return self.read_all(self.directory)
            given = Path(path)
            return [self.read(given if given.is_dir() else self.directory / path)]
        except BotFolderError as error:
            stop("The bot cannot be read:", *error.lines)

    def names(self) -> list[str]:
        """Of all that can be read."""
        return [folder.name for folder in self.wanted()]

    def loaded(self, folder: BotFolder, *, quiet: bool = False) -> Loaded:
        """A bot, with its warnings shown unless `quiet`; its errors end the program."""
        try:
            loaded = self.load(folder)
        except LoadError as error:
            stop("Nothing was done, because of mistakes:", *complaints_of(folder.path, error))
        for warning in () if quiet else loaded.warnings:
            print(shown_path(folder.path / str(warning)))
        return loaded

    def to_start(self, only: Path | None, live: Live) -> dict[str, tuple[BotFolder, Loaded]]:
        """Every bot, or the one of a folder; with a complaint about any the program ends.

        `live` are the files of bots that were published: those are taken in place of their folder's.
        """
        try:
            folders = self.read_all(self.directory) if only is None else [self.read(only)]
        except BotFolderError as error:
            stop("Some bot folders cannot be read:", *error.lines)
        bots, complaints = self._all_loaded((_as_published(one, live) for one in folders), live)
        if complaints:
            stop("Nothing was started, because these bots have mistakes:", *complaints)
        if not bots:
            stop(f"There is no bot in {self.directory}: a bot is a folder with a bot.yaml in it.")
        return bots

    def as_published(self, live: Live) -> dict[str, Bot]:
        """Every bot that can be read, in its live version."""
        found = {}
        for folder in self.wanted():
            files = live.get(folder.name, folder.files)
            with suppress(LoadError):
                found[folder.name] = self.load(replace(folder, files=files)).bot
        return found

    def queues(self) -> dict[str, set[str] | None]:
        """The queues of every bot, None of one that has mistakes: those are for `check` to tell."""
        found: dict[str, set[str] | None] = {}
        for folder in self.wanted():
            try:
                found[folder.name] = set(self.load(folder).bot.queues)
            except LoadError:
                found[folder.name] = None
        return found

    def channels(self) -> dict[str, Mapping[str, Mapping[str, str]]]:
        """What each bot that loads says of its channels."""
        found: dict[str, Mapping[str, Mapping[str, str]]] = {}
        with suppress(BotFolderError):
            for folder in self.read_all(self.directory):
                with suppress(LoadError):
                    found[folder.name] = self.load(folder).bot.channels
        return found

    def mistakes(self) -> dict[str, int]:
        """How many each bot folder has; a folder that cannot be read has one."""
        found: dict[str, int] = {}
        try:
            folders = self.read_all(self.directory)
        except BotFolderError as error:
            return {str(self.directory): len(error.lines)}
        for folder in folders:
            try:
                self.load(folder)
                found[folder.name] = 0
            except LoadError as error:
                found[folder.name] = len(error.complaints)
        return found

    def _all_loaded(
        self, folders: Iterable[BotFolder], live: Live
    ) -> tuple[dict[str, tuple[BotFolder, Loaded]], list[str]]:
        bots: dict[str, tuple[BotFolder, Loaded]] = {}
        complaints: list[str] = []
        for folder in folders:
            try:
                bots[folder.name] = folder, self.load(folder)
            except LoadError as error:
                complaints += complaints_of(folder.path, error)
                if folder.name in live:
                    complaints.append(
                        f"  This is the version that was published. With the folder mended:"
                        f" python run.py publish {folder.name}"
                    )
        return bots, complaints


def _as_published(folder: BotFolder, live: Live) -> BotFolder:
    """A bot as it was published, if it was; what its owner has changed since is said."""
    files = live.get(folder.name)
    if files is None or files == folder.files:
        return folder
    log.warning(
        "The folder has changes that are not published; the published version answers",
        bot=folder.name,
        changed=sorted(dict(files.items() ^ folder.files.items())),
        publish=f"python run.py publish {folder.name}",
    )
    return replace(folder, files=files)
