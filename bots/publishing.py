"""Which version of each bot is live, and the older ones that conversations still stand on."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from bots.errors import NotFound
from bots.model.version import Live
from bots.ports import Clock, Versions
from flows.errors import LoadError
from flows.model import Bot

Compile = Callable[[str, Mapping[str, str]], Bot]
"""Makes a bot from its folder's name and the texts of its files; raises LoadError."""

log = structlog.get_logger()

REMEMBERED = 32
"""How many older versions are kept in memory; the others are made again from their texts."""


class Published:
    """The live bots of all workspaces; a bot's name is one bot's over the whole server.

    `workspace` is whose bots are published where nobody says. A version's texts are kept, so that
    a restart can still finish its dialogs.
    """

    def __init__(
        self, *, versions: Versions, workspace: int, compile: Compile, clock: Clock
    ) -> None:
        self._versions = versions
        self._workspace = workspace
        self._compile = compile
        self._clock = clock
        self._live: dict[str, Bot] = {}
        self._whose: dict[str, int] = {}
        self._closed: set[str] = set()
        self._since: dict[str, datetime] = {}
        self._older: dict[tuple[str, str], Bot | None] = {}

    def names(self, workspace: int | None = None) -> list[str]:
        """The bots that answer, of a workspace or of all, in alphabetical order."""
        return sorted(
            name
            for name, whose in self._whose.items()
            if name not in self._closed and workspace in (None, whose)
        )

    def workspace_of(self, bot: str) -> int:
        """Whose bot it is. Raises NotFound."""
        try:
            return self._whose[bot]
        except KeyError:
            raise NotFound("bot", bot) from None

    def answers(self, bot: str, workspace: int) -> bool:
        """Whether there is such a bot of theirs, and it answers whoever writes."""
        return self._whose.get(bot) == workspace and bot not in self._closed

    def close(self, bot: str) -> None:
        """It answers nobody new: it is among no `names`. What is under way with it goes on."""
        self._closed.add(bot)

    def forget(self, bot: str) -> None:
        """There is no such bot any more, and nothing of it is under way."""
        self._live.pop(bot, None)
        self._since.pop(bot, None)
        self._whose.pop(bot, None)
        self._closed.discard(bot)

    def current(self, bot: str) -> Bot:
        """The live version. Raises NotFound."""
        try:
            return self._live[bot]
        except KeyError:
            raise NotFound("bot", bot) from None

    async def publish(
        self,
        bot: Bot,
        files: Mapping[str, str],
        *,
        by: str = "",
        retire: bool = False,
        workspace: int | None = None,
    ) -> Live:
        """Make a version live; conversations move to it or stay by the rule of `flows.versions`."""
        live = await self._versions.publish(
            self._workspace if workspace is None else workspace,
            bot.folder,
            bot.version,
            files,
            by=by,
            now=self._clock(),
            retire=retire,
            again=retire,
        )
        if live.taken != "":
            await self._versions.take(live.workspace, live)
        self._answer_by(bot, live)
        return live

    async def live(self) -> list[Live]:
        """What is on record as live in any workspace, by whichever process."""
        return await self._versions.live(None)

    def is_news(self, live: Live) -> bool:
        """Whether another process published this, and nobody looked at it here yet."""
        return self._since.get(live.bot) != live.since

    def answers_by(self, live: Live) -> bool:
        """Whether this is the version that answers."""
        bot = self._live.get(live.bot)
        return bot is not None and bot.version == live.hash

    async def take(self, live: Live, compile: Compile) -> Bot | None:
        """Answer by what another process published; None, with the reason on record, if it fails."""
        # One that does not load now is not tried again until it is published anew.
        self._since[live.bot] = live.since
        files = await self._versions.files(live.workspace, live.bot, live.hash)
        try:
            # In a thread, so that no turn stands still for it.
            bot = await asyncio.to_thread(compile, live.bot, files or {})
        except (LoadError, NotFound) as error:
            await self._versions.take(live.workspace, live, str(error))
            return None
        if not self.is_news(live):
            # Unless another one was published here meanwhile.
            self._answer_by(bot, live)
            await self._versions.take(live.workspace, live)
        return bot

    def follow(self, bot: Bot, workspace: int) -> None:
        """Answer by what another process published, and whoever follows it says so."""
        before = self._live.get(bot.folder)
        if before is not None and before.version != bot.version:
            self._remember((bot.folder, before.version), before)
        self._live[bot.folder], self._whose[bot.folder] = bot, workspace
        self._closed.discard(bot.folder)

    async def older(self, bot: str, version: str) -> Bot | None:
        """A version that is not live any more, or None if nobody can make it again."""
        key = (bot, version)
        if key in self._older:
            return self._older[key]
        # A command beside the server asks for versions of what it has not published itself.
        whose = self._whose.get(bot, self._workspace)
        files = await self._versions.files(whose, bot, version)
        made = self._made_again(bot, version, files) if files else None
        self._remember(key, made)
        return made

    def _answer_by(self, bot: Bot, live: Live) -> None:
        self.follow(bot, live.workspace)
        self._since[bot.folder] = live.since

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
