"""Telegram as a channel: one bot of the Bot API."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.client import PER_SECOND, PUBLIC_API, Client, Connection
from adapters.messengers.telegram.desk_updates import desk_message
from adapters.messengers.telegram.fields import id_of, string
from adapters.messengers.telegram.files import BotFiles
from adapters.messengers.telegram.parse import ALLOWED_UPDATES, parse_update
from adapters.messengers.telegram.payments import TelegramBank, Till
from adapters.messengers.telegram.polling import poll
from adapters.messengers.telegram.profile import Profile
from adapters.messengers.telegram.render import (
    render,
    render_pressed,
    render_reacted,
    render_taken_back,
)
from adapters.messengers.telegram.sending import Sender
from adapters.messengers.telegram.webhook import keep_webhook
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import ChannelError, Invalid, Unauthorised
from bots.messengers import Account, AskedInline, Credential, Messenger
from bots.model.message import Address, Reply
from bots.model.turn import Outgoing
from bots.ports import (
    Clock,
    File,
    Invoices,
    Listening,
    MessengerChannel,
    NewId,
    Received,
    Shelf,
    Sleep,
    Webhook,
)

SECRET_HEADER = "x-telegram-bot-api-secret-token"

log = structlog.get_logger()


class TelegramChannel(MessengerChannel):
    """One bot. Without a `secret` it takes no webhooks, only what polling brings.

    Raises ChannelUnauthorised for a token that cannot be one.
    """

    platform = "telegram"

    def __init__(
        self,
        *,
        workspace: int,
        bot: str,
        token: str,
        connection: Connection,
        shelf: Shelf,
        clock: Clock,
        new_id: NewId,
        secret: str = "",
        provider: str = "",
        invoices: Invoices | None = None,
        language: Callable[[], str] = lambda: "ru",
        folder: Callable[[], Path | None] = lambda: None,
        elsewhere: Elsewhere = nothing_elsewhere,
        sleep: Sleep = asyncio.sleep,
        is_desk: Callable[[str, str], bool] = lambda channel, chat_id: False,
        asked: AskedInline | None = None,
    ) -> None:
        self._client = Client(token, connection)
        self._is_desk = is_desk
        self._asked = asked
        self._sender = Sender(
            self._client,
            BotFiles(
                self._client, shelf=shelf, workspace=workspace, folder=folder, elsewhere=elsewhere
            ),
            shelf=shelf,
            workspace=workspace,
            provider=provider,
            sleep=sleep,
        )
        self.bank = self._bank = TelegramBank(self._client, provider)
        self._profile = Profile(self._client, shelf=shelf, workspace=workspace, secret=secret)
        # A server of somebody's own, as tests have it, has limits of its own, or none.
        self.per_second = PER_SECOND if connection.api_base == PUBLIC_API else None
        self._connection = connection
        self._workspace = workspace
        self._clock = clock
        self._new_id = new_id
        self._secret = secret.encode()
        self.bot = bot
        self.name = f"telegram:{self._client.bot_id}"
        self.username = ""
        self._till = Till(
            self._client, invoices, channel=self.name, workspace=workspace, language=language
        )

    # ------------------------------------------------------------ in

    def matches_secret(self, headers: Mapping[str, str]) -> bool:
        """Whether a webhook is this bot's, in constant time. Header names are in lower case."""
        given = headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        return bool(self._secret) and hmac.compare_digest(given, self._secret)

    async def receive(self, webhook: Webhook) -> Received:
        """Verify and parse; an update we do not serve is received without messages."""
        if not self.matches_secret(webhook.headers):
            raise Unauthorised(f"The header {SECRET_HEADER} is missing or wrong")
        try:
            update = orjson.loads(webhook.body)
        except orjson.JSONDecodeError as error:
            raise Invalid("body", "not JSON") from error
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            raise Invalid("update_id", "an update of the Bot API has a whole number here")
        received, pressed = await self._read(update)
        if pressed:
            # The call that the request's own answer may hold: none is sooner, and none costs less.
            # https://core.telegram.org/bots/api#making-requests-when-getting-updates
            call = {"method": "answerCallbackQuery", "callback_query_id": pressed}
            return replace(received, reply=orjson.dumps(call).decode(), is_json=True)
        return received

    async def read(self, update: Any) -> Received:
        """What an update holds; takes any JSON. Raises Unavailable for a payment not noted."""
        received, pressed = await self._read(update)
        if pressed:
            return replace(received, after=[partial(self._answer_press, pressed)])
        return received

    async def _read(self, update: Any) -> tuple[Received, str]:
        """The same, and the number of a press that is still to be answered: any press is, and at once,
        or its button would wait for a minute."""
        now = self._clock()
        messages = parse_update(update, address_of=self._address_of, new_id=self._new_id, now=now)
        if not isinstance(update, dict):
            return Received(), ""
        message = mapping(update, "message")
        if "migrate_from_chat_id" in message:
            await self._learn_move(message)
        # What customers write comes from private chats, and those are no desks.
        if not messages:
            at_desk = desk_message(
                update,
                is_desk=partial(self._is_desk, self.name),
                address_of=self._address_of,
                new_id=self._new_id,
                now=now,
            )
            if at_desk is not None:
                # A press is answered by the desk, which has something to say to it.
                return Received(messages=[at_desk]), ""
        if "successful_payment" in message or "refunded_payment" in message:
            await self._till.note(message)
        pressed = string(mapping(update, "callback_query").get("id")) or ""
        return Received(messages=messages, after=self._due(update)), pressed

    @property
    def client(self) -> Client:
        """For the desk, which makes calls of its own."""
        return self._client

    async def updates(self, offset: int) -> list[Any]:
        """Wait for updates from `offset` on; what lies below it Telegram forgets."""
        return await self._client.updates(offset, allowed_updates=list(ALLOWED_UPDATES))

    async def fetch(self, ref: str) -> File:
        """A customer's file by its file id. Raises Rejected over 20 MB."""
        return await self._client.download(ref)

    def _due(self, update: dict[str, Any]) -> list[Callable[[], Awaitable[None]]]:
        """What is to be done at once beside the answer to a press."""
        if "inline_query" in update and self._asked is not None:
            return [partial(self._asked, self.name, mapping(update, "inline_query"))]
        if "message" in update or "callback_query" in update:
            return []
        return self._till.due(update)

    async def _learn_move(self, message: dict[str, Any]) -> None:
        """A group became a supergroup with another id."""
        old, new = message["migrate_from_chat_id"], mapping(message, "chat").get("id")
        if isinstance(new, int) and id_of(old) and id_of(new):
            await self._sender.learn_move(old, new)

    async def _answer_press(self, token: str) -> None:
        """Takes the waiting sign off the button; the turn's own answer comes by the outbox."""
        try:
            await self._client.call("answerCallbackQuery", {"callback_query_id": token})
        except ChannelError as error:
            log.info("A button press was not acknowledged", channel=self.name, why=str(error))

    def _address_of(self, chat_id: str) -> Address:
        return Address(self._workspace, self.bot, self.name, chat_id)

    # ------------------------------------------------------------ out

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return render(address.chat_id, self._bank.shown(reply), sells=self._bank.currencies)

    def taken_back(self, address: Address, message_ids: Sequence[str]) -> list[dict[str, Any]]:
        return render_taken_back(address.chat_id, message_ids)

    def reacted(self, address: Address, message_id: str, emoji: str) -> list[dict[str, Any]]:
        return render_reacted(address.chat_id, message_id, emoji)

    def pressed(self, address: Address, message_id: str, label: str) -> list[dict[str, Any]]:
        """The chosen button stays and does nothing any more, the others are taken away."""
        return render_pressed(address.chat_id, message_id, label)

    async def send(self, row: Outgoing) -> str:
        """Make one call; what Telegram refuses is sent in the nearest form it takes."""
        return _message_id(await self._sender.send(row.payload))

    async def typing(self, address: Address) -> None:
        try:
            await self._client.call(
                "sendChatAction", {"chat_id": address.chat_id, "action": "typing"}
            )
        except ChannelError as error:
            log.debug("Typing was not shown", channel=self.name, why=str(error))

    # ------------------------------------------------------------ being connected

    async def load(self) -> None:
        """Nothing is heavy but polling, and only one process does it."""

    async def check(self) -> str:
        """The bot's user name. Raises ChannelUnauthorised, saying what to do, for a wrong token."""
        self.username = await self._client.username()
        return f"@{self.username}"

    async def listen(self, into: Listening, url: str | None) -> None:
        if url is None:
            await poll(self, into)
        else:
            await keep_webhook(self, self._profile, url)

    async def begin(self, url: str | None) -> None:
        if url is None:
            await self._client.delete_webhook()
        else:
            await self._profile.set_webhook(url)

    async def end(self) -> None:
        await self._client.delete_webhook()

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        await self._profile.announce(commands)

    async def close(self) -> None:
        """Close the connection, for all bots that share it."""
        await self._connection.close()

    async def delete_webhook(self) -> None:
        """Let polling have the updates."""
        await self._client.delete_webhook()


def _message_id(result: Any) -> str:
    """Of an album the first message's."""
    first = result[0] if isinstance(result, list) and result else result
    number = first.get("message_id") if isinstance(first, dict) else None
    return str(number) if isinstance(number, int) else ""


@cache
def _connection(api_base: str) -> Connection:
    """All bots of a process share one."""
    return Connection(api_base)


def _open(account: Account) -> TelegramChannel:
    given = account.credentials
    return TelegramChannel(
        workspace=account.workspace,
        bot=account.bot,
        token=given["token"],
        connection=_connection(account.api_base),
        shelf=account.shelf,
        clock=account.clock,
        new_id=account.new_id,
        secret=given.get("webhook_secret", ""),
        provider=given.get("payments", ""),
        invoices=account.invoices,
        language=account.language,
        folder=account.folder,
        elsewhere=account.elsewhere,
        sleep=account.sleep,
        is_desk=account.is_desk,
        asked=account.asked_inline,
    )


MESSENGER = Messenger(
    name="telegram",
    title="Telegram",
    capabilities=("text", "inline_keyboard", "media", "files", "voice"),
    credentials=(
        Credential(name="token", meaning="The token that @BotFather gave"),
        Credential(
            name="webhook_secret",
            meaning="What Telegram signs its calls with; made up where none is given",
            required=False,
            made=True,
            pattern=r"[A-Za-z0-9_-]{1,256}",
            form="1 to 256 letters, digits, _ and -",
        ),
        Credential(
            name="payments",
            meaning="The payment provider's token that @BotFather gave (/mybots, Payments)",
            required=False,
        ),
    ),
    api_base=PUBLIC_API,
    open=_open,
)
