"""MAX as a channel: one bot."""

import hmac
import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog

from adapters.foreign_json import listed, mapping, string, whole
from adapters.listening import Batch, keep_called, poll
from adapters.messengers.max.client import PER_SECOND, PUBLIC_API, Client, Connection
from adapters.messengers.max.files import Files
from adapters.messengers.max.parse import UPDATES, Around, chat_of, parse_update
from adapters.messengers.max.render import pressed, render, taken_back
from adapters.messengers.max.sending import Sender
from adapters.messengers.max.signing import vouched
from adapters.newest import Newest
from adapters.rate import Rate
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import ChannelError, ChannelUnauthorised, Invalid, Rejected, Unauthorised
from bots.messengers import Account, Credential, Messenger
from bots.model.message import Address, Reply
from bots.model.turn import Outgoing
from bots.ports import (
    Clock,
    File,
    Listening,
    MessengerChannel,
    NewId,
    Pace,
    Received,
    Shelf,
    Sleep,
    Webhook,
)

SECRET_HEADER = "x-max-bot-api-secret"
MOST_COMMANDS = 32
LONGEST_COMMAND, LONGEST_MEANING = 64, 128

NO_NICK = "MAX needs the bot's name in `nick` (EASYFLOW_MAX__NICK): it stands in its address max.ru/<nick>"

_NICK = re.compile(r"[A-Za-z0-9_-]{1,64}")

log = structlog.get_logger()


class MaxChannel(MessengerChannel):
    """One bot. Without a `secret` it takes no webhooks, only what polling brings.

    Raises ChannelUnauthorised for a token or a name that cannot be one.
    """

    platform = "max"
    # https://dev.max.ru/docs-api/methods/POST/messages: two a second in one dialog
    pace = Pace(burst=2, seconds=0.5)

    def __init__(
        self,
        *,
        workspace: int,
        bot: str,
        token: str,
        nick: str,
        connection: Connection,
        shelf: Shelf,
        clock: Clock,
        new_id: NewId,
        sleep: Sleep,
        secret: str = "",
        folder: Callable[[], Path | None] = lambda: None,
        elsewhere: Elsewhere = nothing_elsewhere,
        per_second: int = PER_SECOND,
    ) -> None:
        nick = nick.strip().rstrip("/").rpartition("/")[2].removeprefix("@").casefold()
        if not _NICK.fullmatch(nick):
            raise ChannelUnauthorised(NO_NICK)
        self._nick = nick
        self.bot = bot
        self.name = f"max:{nick}"
        rate = Rate(per_second, clock=clock, sleep=sleep)
        self.per_second = per_second or None
        self._client = Client(token.strip(), connection, rate=rate)
        self._files = Files(
            self._client,
            owner=f"max files of {nick}",
            shelf=shelf,
            workspace=workspace,
            folder=folder,
            elsewhere=elsewhere,
            clock=clock,
        )
        self._sender = Sender(self._client, self._files)
        self._chats: Newest[str, int] = Newest()
        self._connection = connection
        self._workspace = workspace
        self._clock = clock
        self._new_id = new_id
        self._sleep = sleep
        self._secret = secret.encode()
        self._vouched = partial(vouched, token=token.strip().encode())
        self._marker: int | None = None
        self._polls = self._subscribed = False

    # ------------------------------------------------------------ in

    async def receive(self, webhook: Webhook) -> Received:
        """Verify and parse; an update we do not serve is received without messages."""
        given = webhook.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, self._secret):
            raise Unauthorised(f"The header {SECRET_HEADER} is missing or wrong")
        try:
            update = orjson.loads(webhook.body)
        except orjson.JSONDecodeError as error:
            raise Invalid("body", "not JSON") from error
        if not isinstance(update, dict) or not string(update.get("update_type")):
            raise Invalid("update_type", "an update of MAX has its kind here")
        return self.read(update)

    def read(self, update: Any) -> Received:
        """What an update holds. Takes any JSON and never raises."""
        around = Around(
            address_of=self._address_of,
            new_id=self._new_id,
            now=self._clock(),
            vouched=self._vouched,
        )
        messages = parse_update(update, around)
        person, chat = chat_of(update)
        if person:
            self._chats.put(person, chat)
        after = []
        for message in messages:
            if message.reply_token is not None:
                self._sender.seen(mapping(mapping(update, "message"), "body"))
                after.append(partial(self._answer_press, message.reply_token))
        return Received(messages=messages, after=after)

    async def fetch(self, ref: str) -> File:
        """A customer's file."""
        return await self._files.fetch(ref)

    async def _answer_press(self, token: str) -> None:
        """Takes the waiting sign off the button; the turn's own answer comes by the outbox."""
        try:
            await self._client.call("POST", "/answers", {}, callback_id=token)
        except ChannelError as error:
            log.info("A button press was not acknowledged", channel=self.name, why=str(error))

    def _address_of(self, chat_id: str) -> Address:
        return Address(self._workspace, self.bot, self.name, chat_id)

    # ------------------------------------------------------------ out

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return render(address.chat_id, reply)

    def taken_back(self, address: Address, message_ids: Sequence[str]) -> list[dict[str, Any]]:
        return taken_back(message_ids)

    def pressed(self, address: Address, message_id: str, label: str) -> list[dict[str, Any]]:
        return pressed(address.chat_id, message_id, label)

    async def send(self, row: Outgoing) -> str:
        return await self._sender.send(row.payload, row.key)

    async def typing(self, address: Address) -> None:
        """MAX wants the number of the dialog for it, which only what comes in tells."""
        chat = self._chats.get(address.chat_id)
        if chat is None or not self._client.rate.spare:
            return
        try:
            await self._client.call("POST", f"/chats/{chat}/actions", {"action": "typing_on"})
        except ChannelError as error:
            log.debug("Typing was not shown", channel=self.name, why=str(error))

    # ------------------------------------------------------------ being connected

    async def load(self) -> None:
        """Nothing here is heavy."""

    async def check(self) -> str:
        """The bot's name. Raises ChannelUnauthorised where the token is another bot's."""
        me = await self._client.call("GET", "/me")
        nick, number = string(me.get("username")).casefold(), str(whole(me.get("user_id")))
        if self._nick not in (nick, number):
            raise ChannelUnauthorised(
                f"The token is of max.ru/{nick or number}, not of max.ru/{self._nick}: copy that"
                " bot's token, or correct `nick`"
            )
        return f"@{nick}" if nick else number

    async def listen(self, into: Listening, url: str | None) -> None:
        if url is None:
            self._marker = None
            self._polls = False
            await poll(self, self._ask, into, sleep=self._sleep)
        elif not self._secret:
            raise ChannelUnauthorised(
                "A webhook needs a secret that only MAX knows: give this channel a `webhook_secret`"
                " (EASYFLOW_MAX__WEBHOOK_SECRET)"
            )
        else:
            self._subscribed = False
            await keep_called(self, partial(self._subscribe, url), sleep=self._sleep)

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        """What customers see behind the button with the slash."""
        listed_ = [
            {"name": name, "description": meaning[:LONGEST_MEANING]}
            for name, meaning in commands[:MOST_COMMANDS]
            if 0 < len(name) <= LONGEST_COMMAND and meaning
        ]
        try:
            await self._client.call("PATCH", "/me", {"commands": listed_})
        except Rejected as rejected:
            log.info("MAX takes no list of commands", channel=self.name, why=str(rejected))

    async def close(self) -> None:
        """Close the connection, for all bots that share it."""
        await self._connection.close()

    # ------------------------------------------------------------ listening

    async def _ask(self) -> Batch:
        if not self._polls:
            # As long as somebody is subscribed, MAX gives nothing to pollers.
            for url in await self._client.subscriptions():
                await self._client.call("DELETE", "/subscriptions", url=url)
            self._polls = True
        try:
            told = await self._client.updates(self._marker, types=",".join(UPDATES))
        except Rejected:
            self._polls = False
            raise
        received = [self.read(update) for update in listed(told, "updates")]
        return Batch(received, partial(self._move_on, told.get("marker")))

    async def _move_on(self, marker: Any) -> None:
        """What lies before the marker is acknowledged by the next question."""
        if whole(marker):
            self._marker = whole(marker)

    async def _subscribe(self, url: str) -> None:
        """Have updates posted to `url`, and to no older address of ours."""
        there = await self._client.subscriptions()
        if not self._subscribed or url not in there:
            await self._client.call(
                "POST",
                "/subscriptions",
                {"url": url, "secret": self._secret.decode(), "update_types": list(UPDATES)},
            )
            self._subscribed = True
        ours = urlsplit(url).path
        for other in there:
            if other != url and urlsplit(other).path == ours:
                await self._client.call("DELETE", "/subscriptions", url=other)


@cache
def _connection(api_base: str) -> Connection:
    """All bots of a process share one."""
    return Connection(api_base)


def _open(account: Account) -> MaxChannel:
    given = account.credentials
    connection = _connection(account.api_base)
    return MaxChannel(
        workspace=account.workspace,
        bot=account.bot,
        token=given["token"],
        nick=given["nick"],
        connection=connection,
        shelf=account.shelf,
        clock=account.clock,
        new_id=account.new_id,
        sleep=account.sleep,
        secret=given.get("webhook_secret", ""),
        folder=account.folder,
        elsewhere=account.elsewhere,
        # A server of somebody's own has limits of its own, or none.
        per_second=PER_SECOND if connection.public else 0,
    )


MESSENGER = Messenger(
    name="max",
    title="MAX",
    capabilities=("text", "inline_keyboard", "media", "files", "voice"),
    credentials=(
        Credential(name="token", meaning="The bot's token from business.max.ru («Чат-боты»)"),
        Credential(
            name="nick",
            meaning="The bot's name in its address max.ru/<nick>",
            secret=False,
        ),
        Credential(
            name="webhook_secret",
            meaning="What MAX signs its calls with; made up where none is given",
            required=False,
            made=True,
            pattern=r"[A-Za-z0-9_-]{5,256}",
            form="5 to 256 letters, digits, _ and -",
        ),
    ),
    api_base=PUBLIC_API,
    open=_open,
)
