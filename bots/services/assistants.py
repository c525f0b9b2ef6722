"""Assistants: bots made and changed over the API, each started, moved and stopped while all else runs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from bots.errors import Conflict, Forbidden, NotFound, Unavailable
from bots.model.account import Account, Caller
from bots.model.assistant import Assistant
from bots.ports import Assistants as Store
from bots.ports import Clock, MessengerChannel, Sleep
from bots.publishing import Compile, Published
from bots.services.assistant_account import Accounts, Met, Seat
from bots.services.keys import Keys
from flows.model import Bot

Files = Callable[[Assistant], Mapping[str, str]]
"""What the bot of an assistant is made of, by the paths of its files."""

MODEL = "gpt-3.5-turbo"
"""The model of an assistant for which nobody named one."""

LOOK_EVERY = 0.25
"""Seconds between two looks at what other processes made and changed."""

KNOWN_AFTER = 1.0
"""Seconds that a change is waited with where other processes must have looked."""

SETTLED = timedelta(minutes=2)
"""How long another process may take to make one: what is younger is not tidied away."""

API = "api"
"""Who publishes assistants."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is said of an assistant; None of what is left as it is. A token "" takes Telegram away."""

    name: str | None = None
    description: str | None = None
    system_prompt: str | None = None
    ai_model: str | None = None
    active: bool | None = None
    website: bool | None = None
    domains: tuple[str, ...] | None = None
    token: str | None = None

    def fields(self) -> dict[str, Any]:
        """What is said, by the fields of an assistant."""
        said = {
            "name": self.name,
            "description": self.description,
            "system_prompt": self.system_prompt,
            "ai_model": self.ai_model,
            "active": self.active,
            "website": self.website,
            "domains": self.domains,
        }
        return {name: value for name, value in said.items() if value is not None}


class Assistants:
    """What the rows say is so: after a stop in the middle of a change the next start makes it so.

    All that are there are known in memory.
    """

    def __init__(
        self,
        store: Store,
        *,
        published: Published,
        accounts: Accounts,
        files: Files,
        compile: Compile,
        keys: Keys,
        most: Callable[[int], Awaitable[int | None]],
        ended: Callable[[str], None],
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        rest: Sleep | None = None,
        alone: bool = True,
    ) -> None:
        """`most` gives how many a workspace may have, `ended` is told of a bot that answers no more.

        Not `alone`, other processes make and change them too; `rest` is between two looks for that.
        """
        self._sleep = sleep
        self._rest = rest or sleep
        self._alone = alone
        self._store = store
        self._published = published
        self._accounts = accounts
        self._files = files
        self._compile = compile
        self._keys = keys
        self._most = most
        self._ended = ended
        self._clock = clock
        self._known: dict[str, Assistant] = {}
        self._untidy = True
        self._changing = asyncio.Lock()
        self._founding = asyncio.Lock()

    # ------------------------------------------------------------ the start

    async def load(self) -> None:
        """Publish those of the API as their rows say, before any channel is opened."""
        await self._tidy()
        for one in await self._store.here():
            if one.deleted_at is None:
                self._known[one.bot] = one
            if one.made:
                await self._publish(one)

    async def adopt(self, workspace: int, bots: Iterable[Bot]) -> None:
        """Bots of folders are assistants too: their names are those of their folders."""
        for bot in bots:
            known = self._known.get(bot.folder)
            if known is None:
                self._known[bot.folder] = await self._added(self._row_of(workspace, bot))
            elif known.name != bot.title:
                await self._write(known, {"name": bot.title})

    async def _added(self, row: Assistant) -> Assistant:
        try:
            return await self._store.add(row)
        except Conflict:
            # Another process has started with the same folder.
            for one in await self._store.here():
                if one.bot == row.bot and one.workspace == row.workspace:
                    return one
            raise

    async def follow(self) -> None:
        """Look for what other processes made, changed and removed, for ever."""
        while True:
            try:
                await self.look()
            except Unavailable:
                log.debug("Assistants cannot be read just now")
            await self._rest(LOOK_EVERY)

    async def look(self) -> None:
        """Make it so here too, and publish nothing: whoever changed it did."""
        async with self._changing:
            rows = {one.bot: one for one in await self._store.here()}
            for one in rows.values():
                if one.deleted_at is None and self._known.get(one.bot) != one:
                    await self._take(one)
            there = {bot for bot, one in rows.items() if one.deleted_at is None}
            gone = [bot for bot, one in self._known.items() if one.made and bot not in there]
            for bot in gone:
                del self._known[bot]
                self._published.close(bot)
                self._ended(bot)
                log.info("An assistant was removed elsewhere", bot=bot)

    async def _take(self, one: Assistant) -> None:
        before = self._known.get(one.bot)
        self._known[one.bot] = one
        if before is not None and before.domains != one.domains:
            self._keys.forget()
        if not one.made:
            return
        # In a thread, so that no turn stands still for it.
        bot = await asyncio.to_thread(self._compile, one.bot, self._files(one))
        self._published.follow(bot, one.workspace)
        if not one.active:
            self._published.close(one.bot)
        if not (one.active and one.website):
            self._ended(one.bot)

    async def _known_elsewhere(self) -> None:
        """Whoever asks next may ask another process."""
        if not self._alone:
            await self._sleep(KNOWN_AFTER)

    def _row_of(self, workspace: int, bot: Bot) -> Assistant:
        now = self._clock()
        return Assistant(
            id=0,
            workspace=workspace,
            bot=bot.folder,
            name=bot.title,
            created_at=now,
            updated_at=now,
        )

    async def ensure_first(self, account: Account) -> None:
        """A workspace begins with an assistant; who ever had one is given none again."""
        async with self._founding:
            if await self._store.had_any(account.workspace):
                return
            caller = Caller(workspace=account.workspace, account_id=account.id, key_id=None)
            try:
                await self.create(caller, Wanted(name=FIRST), first=True)
            except Conflict:
                # Another process was quicker.
                if not await self._store.had_any(account.workspace):
                    raise

    # ------------------------------------------------------------ which there are

    def of(self, caller: Caller) -> list[Assistant]:
        """Those a caller may see, the oldest first."""
        own = (one for one in self._known.values() if one.workspace == caller.workspace)
        return sorted(
            (one for one in own if caller.bot in (None, one.bot) and self._is_there(one)),
            key=lambda one: one.id,
        )

    def one(self, caller: Caller, id: int) -> Assistant:
        """Raises NotFound."""
        found = next((one for one in self.of(caller) if one.id == id), None)
        if found is None:
            raise NotFound("assistant", id)
        return found

    def of_bot(self, bot: str) -> Assistant:
        """Raises NotFound."""
        try:
            return self._known[bot]
        except KeyError:
            raise NotFound("assistant", bot) from None

    def on_pages(self, bot: str) -> Assistant | None:
        """The assistant of a bot whose chat is open on pages; None where there is none such."""
        found = self._known.get(bot)
        if found is None or not found.website:
            return None
        return found if self._published.answers(bot, found.workspace) else None

    def welcomes(self, host: str) -> bool:
        """Whether pages of a host may open the chat of any."""
        return any(host in one.domains for one in self._known.values() if one.website)

    async def seats(self, found: Sequence[Assistant]) -> dict[int, Seat]:
        """The accounts of some of them in Telegram, by their ids."""
        return await self._accounts.of(found)

    async def site_token(self, caller: Caller, one: Assistant) -> str:
        """A new key for pages of its domains, to be shown once; it follows what they are."""
        made = await self._keys.add(
            workspace=one.workspace,
            account_id=caller.account_id,
            name=f"{one.bot}, website",
            kind="site",
            bot=one.bot,
            domains=one.domains,
        )
        return made.text

    def _is_there(self, one: Assistant) -> bool:
        """A folder that was taken away is no assistant any more, though its chats are kept."""
        return one.made or self._published.answers(one.bot, one.workspace)

    # ------------------------------------------------------------ changing

    async def create(
        self, caller: Caller, wanted: Wanted, *, once: str | None = None, first: bool = False
    ) -> Assistant:
        """Make one and start it; the same `once` again makes none. Raises Conflict where there are as
        many as may be, or ever was one before the `first`, and what connecting its account raises:
        then nothing of it stays.
        """
        _refuse_bound(caller)
        for one in self.of(caller):
            if once is not None and one.once == once:
                return one
        await self._refuse_more(caller.workspace)
        await self._put_right()
        starts = wanted.active is not False
        async with (
            self._accounts.met(wanted.token or "", caller.workspace, starts=starts) as account,
            self._changing,
        ):
            await self._refuse_more(caller.workspace)
            made = await self._store.add(replace(self._draft(caller, wanted), once=once))
            try:
                seat = await self._seated(made, account) if account is not None else {}
                await self._publish(replace(made, deleted_at=None))
                made = await self._made_whole(made, seat, first=first)
                await self._accounts.look()
            except BaseException:
                await self._undo(made)
                raise
        log.info("An assistant was made", bot=made.bot, workspace=made.workspace)
        await self._known_elsewhere()
        return made

    def _draft(self, caller: Caller, wanted: Wanted) -> Assistant:
        """Until it is whole it counts as deleted as it was made: half of one is never found."""
        now = self._clock()
        said: dict[str, Any] = {"name": FIRST, "ai_model": MODEL, **wanted.fields()}
        draft = Assistant(
            id=0, workspace=caller.workspace, bot="", name="", created_at=now, updated_at=now
        )
        return replace(draft, **said, deleted_at=now)

    async def _seated(self, one: Assistant, account: Met) -> dict[str, Any]:
        return {"channel": await account.keep(one), "username": account.username}

    async def _undo(self, made: Assistant) -> None:
        self._known.pop(made.bot, None)
        self._published.forget(made.bot)
        with suppress(Unavailable):
            await self._store.remove(made.workspace, made.id, now=self._clock())
        await self._take_back()

    async def _take_back(self) -> None:
        """Away with accounts no assistant has; a disk that takes nothing now is asked again later."""
        self._untidy = True
        with suppress(Unavailable):
            await self._tidy()
            await self._accounts.look()

    async def _put_right(self) -> None:
        """What could not be taken back at its time is now."""
        if self._untidy:
            async with self._changing:
                await self._tidy()

    async def _tidy(self) -> None:
        """Only while nobody else is changing anything: what they begin belongs to nobody yet."""
        now = self._clock()
        await self._store.tidy(now=now, settled=now if self._alone else now - SETTLED)
        self._untidy = False

    async def change(self, caller: Caller, id: int, wanted: Wanted) -> Assistant:
        """Raises NotFound, Conflict for what a folder says, and what connecting its account raises:
        then all stays as it was.
        """
        before = self.one(caller, id)
        _refuse_bound(caller)
        token = await self._accounts.news(before, wanted.token)
        if not before.made:
            _refuse_folders(before, wanted, token)
            async with self._changing:
                return await self._write(self.one(caller, id), wanted.fields())
        await self._put_right()
        starts = before.active if wanted.active is None else wanted.active
        again = token is None and starts and not before.active
        async with (
            self._accounts.met(
                token or "", caller.workspace, of=before, starts=starts, again=again
            ) as account,
            self._changing,
        ):
            before = self.one(caller, id)
            fields = wanted.fields()
            try:
                if account is not None:
                    fields |= await self._seated(before, account)
                elif token == "":
                    fields |= {"channel": None, "username": ""}
                after = await self._write(before, fields)
                leaving = await self._follow(before, after)
            except BaseException:
                await self._take_back()
                raise
        await self._accounts.left(leaving)
        await self._known_elsewhere()
        return after

    async def _follow(self, before: Assistant, after: Assistant) -> MessengerChannel | None:
        """Make it so, once it is written; gives an account that answers no more."""
        stays = after.active and before.channel == after.channel
        leaving = None if stays else self._accounts.open_of(before)
        await self._publish(after)
        await self._accounts.move(before, after)
        if not (after.active and after.website):
            self._ended(after.bot)
        return leaving

    async def remove(self, caller: Caller, id: int) -> None:
        """It answers no more; its chats stay. Raises NotFound, Conflict for a folder's."""
        one = self.one(caller, id)
        _refuse_bound(caller)
        if not one.made:
            raise Conflict(f"The bot {one.bot} is a folder: take the folder away")
        async with self._changing:
            one = self.one(caller, id)
            leaving = self._accounts.open_of(one)
            await self._store.remove(one.workspace, one.id, now=self._clock())
            del self._known[one.bot]
            self._published.close(one.bot)
            self._ended(one.bot)
            await self._accounts.look()
        await self._accounts.left(leaving)
        log.info("An assistant was removed", bot=one.bot)
        await self._known_elsewhere()

    # ------------------------------------------------------------ inside

    async def _publish(self, one: Assistant) -> None:
        """Make its bot live; one that is not active answers nobody new."""
        files = self._files(one)
        bot = self._compile(one.bot, files)
        await self._published.publish(bot, files, by=API, workspace=one.workspace)
        if not one.active or one.deleted_at is not None:
            self._published.close(one.bot)

    async def _write(
        self,
        one: Assistant,
        fields: Mapping[str, Any],
        *,
        most: int | None = None,
        first: bool = False,
    ) -> Assistant:
        after = await self._store.change(
            one.workspace, one.id, fields, now=self._clock(), most=most, first=first
        )
        if "domains" in fields:
            # Keys of its pages are of other domains now.
            self._keys.forget()
        if after.deleted_at is None:
            self._known[after.bot] = after
        return after

    async def _made_whole(
        self, made: Assistant, seat: Mapping[str, Any], *, first: bool
    ) -> Assistant:
        """Another process may have made the last one that may be, which we know nothing of yet."""
        most = await self._most(made.workspace)
        try:
            return await self._write(made, {**seat, "deleted_at": None}, most=most, first=first)
        except Conflict:
            if first:
                raise
            raise _too_many(most) from None

    async def _refuse_more(self, workspace: int) -> None:
        most = await self._most(workspace)
        there = sum(one.workspace == workspace and one.made for one in self._known.values())
        if most is not None and there >= most:
            raise _too_many(most)


FIRST = "Ассистент"
"""What an assistant is called to which nobody gave a name."""


def _too_many(most: int | None) -> Conflict:
    return Conflict(f"Your plan has {most} assistants, and there are as many: remove one")


def _refuse_bound(caller: Caller) -> None:
    if caller.bot is not None:
        raise Forbidden("A key of one bot may not change assistants")


def _refuse_folders(one: Assistant, wanted: Wanted, token: str | None) -> None:
    """What a folder says is changed there: saying what is so already changes nothing."""
    if wanted.name not in (None, one.name):
        raise Conflict(f"The name stands in the folder of the bot: {one.bot}/bot.yaml")
    if wanted.system_prompt not in (None, one.system_prompt):
        raise Conflict(f"The bot {one.bot} answers by the flows of its folder, not by a prompt")
    if wanted.active is False:
        raise Conflict(f"The bot {one.bot} is a folder: take the folder away to stop it")
    if token is not None:
        raise Conflict(
            "Accounts of bots of folders are in the settings of the server, in bot.yaml, or added by"
            f" python run.py channels add telegram --bot {one.bot}"
        )
