"""Which version of each bot is live, and the older ones that conversations still stand on."""

from collections.abc import Callable, Mapping

import structlog

from bots.errors import NotFound
from bots.ports import Shelf
from flows.errors import LoadError
from flows.model import Bot

Compile = Callable[[str, Mapping[str, str]], Bot]
"""Makes a bot from its folder's name and the texts of its files; raises LoadError."""

log = structlog.get_logger()

_SHELF = "bot versions: "

REMEMBERED = 32
"""How many older versions are kept in memory; the others are made again from the shelf."""


class Published:
    """The live bots. A version's texts are kept, so that a restart can still finish its dialogs."""

    def __init__(self, *, shelf: Shelf, workspace: int, compile: Compile) -> None:
        self._shelf = shelf
        self._workspace = workspace
        self._compile = compile
        self._live: dict[str, Bot] = {}
        self._older: dict[tuple[str, str], Bot | None] = {}

    def names(self) -> list[str]:
        """The folders of all live bots, in alphabetical order."""
        return sorted(self._live)

    def current(self, bot: str) -> Bot:
        """The live version. Raises NotFound."""
        try:
            return self._live[bot]
        except KeyError:
            raise NotFound("bot", bot) from None

    async def publish(self, bot: Bot, files: Mapping[str, str]) -> None:
        """Make a version live; conversations move to it or stay by the rule of `flows.versions`."""
        before = self._live.get(bot.folder)
        if before is not None and before.version != bot.version:
            self._remember((bot.folder, before.version), before)
        shelf = _SHELF + bot.folder
        if await self._shelf.get(self._workspace, shelf, bot.version) is None:
            await self._shelf.put(self._workspace, shelf, bot.version, dict(files))
        self._live[bot.folder] = bot

    async def older(self, bot: str, version: str) -> Bot | None:
        """A version that is not live any more, or None if nobody can make it again."""
        key = (bot, version)
        if key in self._older:
            return self._older[key]
        files = await self._shelf.get(self._workspace, _SHELF + bot, version)
        made = self._made_again(bot, version, files) if files else None
        self._remember(key, made)
        return made

    def _remember(self, key: tuple[str, str], bot: Bot | None) -> None:
        self._older.pop(key, None)
        self._older[key] = bot
        if len(self._older) > REMEMBERED:
            del self._older[next(iter(self._older))]

    def _made_again(self, bot: str, version: str, files: Mapping[str, str]) -> Bot | None:
        try:
            return self._compile(bot, files)
        except LoadError as error:
            log.warning("An older version does not load", bot=bot, version=version, why=str(error))
            return None
