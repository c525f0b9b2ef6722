"""Compiles bots against the actions there are: the catalogue's, and those of their own actions.py."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from adapters.actions.assistant import SPECS as OF_ASSISTANTS
from adapters.actions.catalogue import catalogue, facts_of
from adapters.actions.declared import Declared
from adapters.actions.owners import OwnersActions
from adapters.actions.rehearsing import rehearsed
from bots.model.bot_folder import BotFolder
from flows.editing import edited_files
from flows.errors import LoadError
from flows.load import BOT_FILE, Loaded, language_of, load_bot
from flows.model import ActionSpec, Bot
from flows.rehearsal import Means
from flows.testing import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """`public` says that strangers reach the bots; `paid`, by the text of a bot.yaml, that it can take money.

    `secrets` are the names of those that bots may use; with `runs_python` an actions.py may be run.
    """

    public: bool
    paid: Callable[[str], bool]
    secrets: Collection[str]
    runs_python: bool

    def load(self, folder: BotFolder, *, told: str | None = None) -> Loaded:
        """A bot folder, compiled. Raises LoadError.

        `told` is the language of the complaints where that is not the bot's.
        """
        return load_bot(
            folder.name,
            folder.files,
            self.specs(folder, told),
            media=folder.media,
            knowledge=folder.knowledge,
            secrets=self.secrets,
            told=told,
        )

    def version(self, folder: BotFolder | None, name: str, files: Mapping[str, str]) -> Bot:
        """A version of a bot that was published, by the actions there are now. Raises LoadError."""
        return load_bot(name, files, self.specs(folder)).bot

    def of_assistant(self, name: str, files: Mapping[str, str]) -> Bot:
        """The bot of an assistant made over the API; it may do what folders may not name."""
        return load_bot(name, files, {**self.specs(), **OF_ASSISTANTS}).bot

    def specs(
        self, folder: BotFolder | None = None, told: str | None = None
    ) -> dict[str, ActionSpec]:
        """What flows may name, with what a bot's own actions.py adds. Raises LoadError."""
        about = folder.files.get(BOT_FILE, "") if folder is not None else ""
        ours = catalogue(public=self.public, paid=self.paid(about))
        if folder is None or folder.actions is None:
            return ours
        added = Declared(
            folder.actions,
            taken=ours,
            language=told or language_of(folder.files),
            allowed=self.runs_python,
        )
        if added.complaints:
            raise LoadError(added.complaints)
        return {**ours, **added.specs}

    def company(self, folder: BotFolder, means: Means) -> Company:
        """A bot with what its tests are played with. Raises LoadError."""

        def edited(name: str) -> Bot:
            files = edited_files(folder.files, name, folder.edits[f"tests/{name}"])
            return self.load(replace(folder, files=files)).bot

        bot = self.load(folder).bot
        owners = OwnersActions(allowed=self.runs_python)
        owners.load(folder.name, folder.path, folder.actions)
        return Company(
            bot=bot,
            fresh=partial(
                rehearsed, facts_of(bot, folder.knowledge), owners=owners.of(folder.name)
            ),
            means=means,
            edited=edited,
        )
