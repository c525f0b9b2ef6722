"""The account of an assistant in Telegram: checked, taken on, moved and let go of."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest

import structlog

from bots.errors import (
    BadTelegramToken,
    BotExists,
    BotFailed,
    ChannelError,
    ChannelUnauthorised,
    Locked,
)
from bots.model.assistant import Assistant
from bots.model.channel import ChannelRecord
from bots.ports import Channels as Store
from bots.ports import MessengerChannel
from bots.services.channels import Channels
from bots.services.connecting import Connecting

TELEGRAM = "telegram"
TOKEN = "token"
SIGNED_BY = "webhook_secret"
UNKNOWN = "Telegram knows no bot of this token: copy it from @BotFather (/mybots, API Token)"
SHOWN = 3
"""Letters of a token's secret part that are shown again."""

log = structlog.get_logger()


def masked(token: str) -> str:
    """A token as it is shown: whose it is, and the first letters of the rest."""
    number, _, secret = token.partition(":")
    return f"{number}:{secret[:SHOWN]}..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What is shown of an account: its token masked, its name in Telegram."""

    token: str
    username: str


class Met:
    """An account that Telegram knows and that no bot has; `username` is its name there."""

    def __init__(
        self, channels: Channels, channel: MessengerChannel, username: str, record: ChannelRecord
    ) -> None:
        self.username = username.removeprefix("@")
        self._channels = channels
        self._channel = channel
        self._record = record

    async def keep(self, assistant: Assistant) -> str:
        """From now on the assistant answers there; gives the account's name. Raises BotFailed."""
        record = ChannelRecord(
            workspace=assistant.workspace,
            bot=assistant.bot,
            platform=TELEGRAM,
            origin="api",
            credentials=self._record.credentials,
        )
        try:
            return await self._channels.put(record)
        except Locked as locked:
            raise BotFailed(f"The token cannot be kept: {locked}") from None


class Accounts:
    """One account serves one bot over the whole server, whoever asks first."""

    def __init__(
        self,
        channels: Channels,
        store: Store,
        connecting: Connecting,
        *,
        new_secret: Callable[[], str],
    ) -> None:
        self._channels = channels
        self._store = store
        self._connecting = connecting
        self._new_secret = new_secret
        self._asked_for: set[str] = set()

    # ------------------------------------------------------------ looking

    async def of(self, assistants: Sequence[Assistant]) -> dict[int, Seat]:
        """What is shown of the accounts of some assistants, by their ids."""
        if not assistants:
            return {}
        records = await self._records(assistants[0].workspace)
        seats = {}
        for one in assistants:
            record = records.get(one.bot)
            token = (record.credentials or {}).get(TOKEN, "") if record is not None else ""
            if record is not None and token:
                state = self._channels.states().get(record.name)
                title = state.title.removeprefix("@") if state is not None else ""
                seats[one.id] = Seat(token=masked(token), username=title or one.username)
        return seats

    async def _records(self, workspace: int) -> Mapping[str, ChannelRecord]:
        """The account of each bot: those that are open, and those of bots that rest."""
        kept = [one for one in await self._store.records(workspace) if one.platform == TELEGRAM]
        open_now = [
            one.record
            for one in self._channels.connections
            if (one.record.platform, one.record.workspace) == (TELEGRAM, workspace)
        ]
        # Of a bot's several the first kept is shown.
        found: dict[str, ChannelRecord] = {}
        for record in (*open_now, *kept):
            if record.credentials:
                found.setdefault(record.bot, record)
        return found

    async def news(self, assistant: Assistant, token: str | None) -> str | None:
        """The token, where it is another than now; None where it says what is so already.

        Who sends back what they were shown sends it masked.
        """
        if token is None:
            return None
        record = (await self._records(assistant.workspace)).get(assistant.bot)
        now = (record.credentials or {}).get(TOKEN, "") if record is not None else ""
        known = [now, masked(now)] if now else [now]
        same = [compare_digest(token.encode(), one.encode()) for one in known]
        return None if any(same) else token

    # ------------------------------------------------------------ taking on

    @asynccontextmanager
    async def met(
        self,
        token: str,
        workspace: int,
        *,
        starts: bool,
        of: Assistant | None = None,
        again: bool = False,
    ) -> AsyncIterator[Met | None]:
        """An account to be kept, asked for by nobody else meanwhile; None where there is none.

        Without a token it is, `again`, the one an assistant has whose bot is to answer anew. It is
        begun with where the bot `starts`. Raises BadTelegramToken, BotExists, BotFailed.
        """
        record = await self._wanted(token, workspace, of if again else None)
        if record is None:
            yield None
            return
        channel, title = await self._meet(record)
        if channel.name in self._asked_for:
            raise BotExists("A bot with this token is there already")
        self._asked_for.add(channel.name)
        try:
            if await self._channels.is_taken(channel.name, except_by=of.bot if of else ""):
                raise BotExists("A bot with this token is there already")
            if starts:
                await self._begin(channel)
            yield Met(self._channels, channel, title, record)
        finally:
            self._asked_for.discard(channel.name)

    async def _wanted(
        self, token: str, workspace: int, again: Assistant | None
    ) -> ChannelRecord | None:
        if not token:
            if again is None or again.channel is None:
                return None
            return (await self._records(workspace)).get(again.bot)
        return ChannelRecord(
            workspace=workspace,
            bot="",
            platform=TELEGRAM,
            origin="api",
            credentials={TOKEN: token, SIGNED_BY: self._new_secret()},
        )

    async def _meet(self, record: ChannelRecord) -> tuple[MessengerChannel, str]:
        try:
            return await self._connecting.meet(record)
        except ChannelUnauthorised as refused:
            log.info("Telegram refuses a token", why=str(refused))
            raise BadTelegramToken("telegram_bot_token", UNKNOWN) from None
        except ChannelError as error:
            raise BotFailed(f"Telegram does not answer: {error}") from None

    async def _begin(self, channel: MessengerChannel) -> None:
        try:
            await self._connecting.begin(channel)
        except ChannelError as error:
            raise BotFailed(f"Telegram does not take it on: {error}") from None

    # ------------------------------------------------------------ letting go

    async def look(self) -> None:
        """Have open what is to be open."""
        await self._channels.look()

    def open_of(self, assistant: Assistant) -> MessengerChannel | None:
        """The account of an assistant, while it is open."""
        open_now = (one.channel for one in self._channels.connections)
        return next((one for one in open_now if one.name == assistant.channel), None)

    async def left(self, channel: MessengerChannel | None) -> None:
        """Tell Telegram; where it does not hear, it gives up by itself."""
        if channel is None:
            return
        try:
            await self._connecting.end(channel)
        except ChannelError as error:
            log.info("Telegram was not told that an account is let go of", why=str(error))

    async def move(self, before: Assistant, after: Assistant) -> None:
        """The account an assistant had before is free, where it has another now."""
        if before.channel not in (None, after.channel):
            await self._store.remove(before.workspace, str(before.channel))
        await self._channels.look()
