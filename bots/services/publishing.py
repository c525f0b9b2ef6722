"""Publishing beside the conversations: what it means for them, and what becomes of them."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import timedelta

import structlog

from bots.errors import NotFound, Unavailable
from bots.model.assistant import MADE
from bots.model.message import Address
from bots.model.version import Live
from bots.ports import Audience, Clock, Inside, Sleep, Versions
from bots.publishing import Compile, Published
from bots.services.runtime import Inbox
from flows import versions as moving
from flows.model import Bot
from flows.versions import Impact

log = structlog.get_logger()

LOOK_EVERY = 0.5
"""Seconds between two looks at what others have published."""

KEPT = timedelta(days=30)
"""How long a version is kept once it is not live: whoever is in it longer begins anew."""

PORTION = 200
AT_ONCE = 16

Older = Callable[[str, str], Awaitable[Bot | None]]
"""Makes a version again, by the bot's folder and `Bot.version`."""


async def impact(
    bot: Bot, audience: Audience, workspace: int, older: Older, *, retire: bool
) -> Counter[Impact]:
    """How many chats publishing a bot means the same for."""
    found: Counter[Impact] = Counter()
    async for chat in _inside(audience, workspace, bot.folder):
        at_hand = {}
        for version in moving.needed(chat.position) - {bot.version}:
            made = await older(bot.folder, version)
            if made is not None:
                at_hand[version] = made
        one = moving.impact(bot, chat.position, at_hand, retire=retire)
        if one is not None:
            found[one] += 1
    return found


async def chats_by_version(
    audience: Audience, workspace: int, bot: str
) -> dict[str, list[Address]]:
    """Which chats stand on which version of a bot, by `Bot.version`."""
    found: dict[str, list[Address]] = defaultdict(list)
    async for chat in _inside(audience, workspace, bot):
        for version in moving.needed(chat.position):
            found[version].append(chat.address)
    return dict(found)


async def _inside(audience: Audience, workspace: int, bot: str) -> AsyncIterator[Inside]:
    last = 0
    while found := await audience.inside(workspace, bot, after=last, limit=PORTION):
        for chat in found:
            yield chat
        last = found[-1].id


class Publishing:
    """Answers by what other processes publish, and tells chats that may not stay."""

    def __init__(
        self,
        *,
        published: Published,
        versions: Versions,
        audience: Audience,
        inbox: Inbox,
        load: Compile,
        changed: Callable[[], None],
        clock: Clock,
        rest: Sleep = asyncio.sleep,
    ) -> None:
        """`load` takes a bot with what of its folder is not kept; raises LoadError, NotFound.

        `rest` is between two looks for what is published elsewhere.
        """
        self._published = published
        self._versions = versions
        self._audience = audience
        self._inbox = inbox
        self._load = load
        self._changed = changed
        self._clock = clock
        self._rest = rest

    async def follow(self) -> None:
        """Look for what is published elsewhere, for ever."""
        while True:
            try:
                await self.look()
            except Unavailable:
                log.debug("What was published cannot be read just now")
            await self._rest(LOOK_EVERY)

    async def look(self) -> None:
        """Take what another process has published since the last look.

        Assistants made over the API are published here alone: one that is not known yet is just
        being made, or was not made in the end.
        """
        for live in await self._published.live():
            if not live.bot.startswith(MADE) and self._published.is_news(live):
                await self._take(live)
            if live.retire and self._published.answers_by(live):
                told = await self.retire(live.bot)
                await self._versions.retired(live.workspace, live)
                log.info("Chats were told of the new version", bot=live.bot, chats=told)

    async def retire(self, bot: str, *, only: Collection[str] | None = None) -> int:
        """Let chats leave older versions at once, on these platforms or on all; how many did."""
        live = self._published.current(bot).version
        told = 0
        waiting: list[Address] = []
        async for chat in _inside(self._audience, self._published.workspace_of(bot), bot):
            if moving.needed(chat.position) <= {live} or (only and chat.platform not in only):
                continue
            told += 1
            waiting.append(chat.address)
            if len(waiting) == AT_ONCE:
                await self._tell(waiting)
                waiting = []
        await self._tell(waiting)
        return told

    async def prune(self) -> None:
        """Drop what nobody could enter for so long; whoever still is there begins anew."""
        await self._versions.prune(self._clock() - KEPT)

    async def _take(self, live: Live) -> None:
        bot = await self._published.take(live, self._load)
        if bot is None:
            log.error("Not published, it does not load", bot=live.bot, number=live.number)
            return
        self._changed()
        log.info("Published", bot=live.bot, number=live.number, version=live.hash)

    async def _tell(self, addresses: list[Address]) -> None:
        await asyncio.gather(*map(self._update, addresses))

    async def _update(self, address: Address) -> None:
        """One chat that cannot be told must not keep all others in the old version."""
        try:
            await self._inbox.update(address)
        except NotFound:
            pass
        except Unavailable:
            # We are stopping: the next start tells whoever is left.
            raise
        except Exception:
            log.exception("A chat could not be told of the new version", bot=address.bot)
