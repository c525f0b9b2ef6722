"""WhatsApp as a channel: one number of the Cloud API."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
import structlog

from adapters.foreign_json import mapping, string
from adapters.messengers.whatsapp.client import PUBLIC_API, Client, Connection, Taken
from adapters.messengers.whatsapp.files import BotFiles, forgotten
from adapters.messengers.whatsapp.media import without_file
from adapters.messengers.whatsapp.parse import Told, parse
from adapters.messengers.whatsapp.people import People
from adapters.messengers.whatsapp.raw import phone_digits, scoped_id
from adapters.messengers.whatsapp.read_marks import ReadMarks
from adapters.messengers.whatsapp.render import render
from adapters.messengers.whatsapp.signing import challenge_of, check_signature
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import ChannelUnauthorised, Invalid, Rejected
from bots.messengers import Account, Credential, Messenger
from bots.model.message import Address, Reply, UnifiedMessage
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

WINDOW = timedelta(hours=24)
"""https://developers.facebook.com/docs/whatsapp/pricing#customer-service-windows"""

PACE = Pace(burst=45, seconds=6.0)
"""https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits"""

PER_SECOND = {"STANDARD": 79.0, "HIGH": 990.0}
"""Messages of one number; a little less than
https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput says."""


log = structlog.get_logger()


class WhatsAppChannel(MessengerChannel):
    """One number of a business."""

    platform = "whatsapp"
    window = WINDOW
    pace = PACE
    asked_by_get = True

    def __init__(
        self,
        *,
        workspace: int,
        bot: str,
        phone_id: str,
        token: str,
        app_secret: str,
        verify_token: str,
        connection: Connection,
        shelf: Shelf,
        clock: Clock,
        new_id: NewId,
        sleep: Sleep = asyncio.sleep,
        folder: Callable[[], Path | None] = lambda: None,
        elsewhere: Elsewhere = nothing_elsewhere,
        language: Callable[[], str] = lambda: "ru",
    ) -> None:
        self._client = Client(phone_id, token, connection)
        self._files = BotFiles(
            self._client,
            shelf=shelf,
            workspace=workspace,
            clock=clock,
            folder=folder,
            elsewhere=elsewhere,
        )
        self._people = People(shelf, workspace, phone_id, clock)
        self._connection = connection
        self._workspace = workspace
        self._phone_id = phone_id
        self._app_secret = app_secret.encode()
        self._verify_token = verify_token.encode()
        self._clock = clock
        self._new_id = new_id
        self._language = language
        self._marks = ReadMarks(self._client, sleep)
        self.bot = bot
        self.name = f"whatsapp:{phone_id}"

    # ------------------------------------------------------------ in

    async def receive(self, webhook: Webhook) -> Received:
        """Verify and parse; of what one POST holds for several numbers, our own part."""
        if webhook.method == "GET":
            challenge = challenge_of(webhook.query, verify_token=self._verify_token)
            return Received(reply=challenge)
        check_signature(webhook.headers, webhook.body, app_secret=self._app_secret)
        try:
            body = orjson.loads(webhook.body)
        except orjson.JSONDecodeError as error:
            raise Invalid("body", "not JSON") from error
        if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
            raise Invalid("entry", "a webhook of WhatsApp has a list here")
        return await self.read(body)

    async def read(self, body: Any) -> Received:
        """What a webhook holds. Takes any JSON; raises only what the shelf raises."""
        parsed = parse(
            body,
            phone_id=self._phone_id,
            address_of=self._address_of,
            new_id=self._new_id,
            now=self._clock(),
        )
        for code, why in parsed.errors:
            log.warning("WhatsApp tells of a problem", channel=self.name, code=code, why=why)
        messages = [await self._settled(told) for told in parsed.told]
        heard = {
            message.chat_id: message.external_id
            for message in messages
            if message.happening in ("message", "button")
        }
        for chat, id in heard.items():
            self._marks.heard(chat, id)
        return Received(
            messages=messages,
            receipts=parsed.receipts,
            after=[partial(self._marks.read, chat) for chat in heard],
            more=parsed.others,
        )

    async def fetch(self, ref: str) -> File:
        """A customer's file by its media id. Raises NotFound, Rejected over 100 MB."""
        content, mime = await self._client.download(ref)
        return File(content=content, mime=mime)

    async def _settled(self, told: Told) -> UnifiedMessage:
        """A message in the chat its sender has had all along."""
        if told.becomes is not None:
            chat = await self._people.moved(told.person, told.becomes)
        else:
            chat = await self._people.chat_of(told.person)
        message = told.message
        if chat != message.chat_id:
            message = replace(message, address=self._address_of(chat), user_id=chat)
        if message.message_type == "contact" and message.happening == "message":
            message = await self._with_own_number(message)
        return message

    async def _with_own_number(self, message: UnifiedMessage) -> UnifiedMessage:
        """Fills in the number that a button shared; where nobody knows it, the label is left."""
        card = message.attachments[0]
        if card.details.get("phone") or not card.details.get("own"):
            return message
        phone = message.profile.get("phone") or phone_digits(
            await self._people.way_to(message.chat_id)
        )
        if not phone:
            return replace(message, message_type="text", attachments=())
        details = {
            "phone": f"+{str(phone).removeprefix('+')}",
            "name": message.profile.get("name", ""),
            "own": True,
        }
        return replace(message, text=None, attachments=(replace(card, details=details),))

    def _address_of(self, chat_id: str) -> Address:
        return Address(self._workspace, self.bot, self.name, chat_id)

    # ------------------------------------------------------------ out

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        known = scoped_id(address.chat_id) is None
        return render(reply, language=self._language(), phone_known=known)

    def reacted(self, address: Address, message_id: str, emoji: str) -> list[dict[str, Any]]:
        """https://developers.facebook.com/docs/whatsapp/cloud-api/messages/reaction-messages"""
        reaction = {"message_id": message_id, "emoji": emoji}
        return [{"body": {"type": "reaction", "reaction": reaction}}] if message_id else []

    async def send(self, row: Outgoing) -> str:
        """Make one call. Words are not lost with a file: a refused one leaves its caption."""
        chat = row.address.chat_id
        to = await self._people.way_to(chat)
        try:
            taken = await self._sent(to, row.payload)
        except Rejected as rejected:
            text = without_file(row.payload)
            if text is None:
                raise
            log.warning("Only the words of a message are sent", why=str(rejected))
            taken = await self._client.message(to, text)
        if taken.phone and taken.phone != to and scoped_id(to) is None:
            await self._people.also(chat, taken.phone)
        return taken.id

    async def typing(self, address: Address) -> None:
        await self._marks.typing(address.chat_id)

    async def _sent(self, to: str, call: Mapping[str, Any]) -> Taken:
        if "file" not in call:
            return await self._client.message(to, call["body"])
        try:
            return await self._client.message(to, await self._files.placed(call))
        except Rejected as rejected:
            if not forgotten(rejected):
                raise
        return await self._client.message(to, await self._files.placed(call, anew=True))

    # ------------------------------------------------------------ being connected

    async def load(self) -> None:
        """pywa takes a third of a second."""
        await self._connection.transport()

    async def check(self) -> str:
        """The number and the name customers see."""
        about = await self._client.about()
        if self._connection.api_base == PUBLIC_API:
            self.per_second = allowed(about)
        number, name = about.get("display_phone_number"), about.get("verified_name")
        return f"{number or self._phone_id} ({name})" if name else str(number or self._phone_id)

    async def listen(self, into: Listening, url: str | None) -> None:
        """Nothing can be asked for: Meta posts to the address that stands on the page of the app."""
        if url is None:
            self.trouble = "it brings messages to a public address alone: set EASYFLOW_PUBLIC_URL"
            log.warning("WhatsApp cannot bring messages", channel=self.name, why=self.trouble)
        else:
            log.info(
                "WhatsApp posts to the callback URL set on the app's page WhatsApp, Configuration",
                channel=self.name,
                url=url,
            )
        await asyncio.Event().wait()  # There is nothing more to do until we are cancelled.

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        """WhatsApp has no list of commands that everybody sees."""

    async def close(self) -> None:
        """Close the connection, for all numbers that share it."""
        await self._client.close()
        await self._connection.close()


@cache
def _connection(api_base: str) -> Connection:
    """All numbers of a process share one."""
    return Connection(api_base)


def _open(account: Account) -> WhatsAppChannel:
    given = account.credentials
    for credential in MESSENGER.credentials:
        if not given.get(credential.name, "").strip():
            raise ChannelUnauthorised(
                f"WhatsApp needs `{credential.name}`: {credential.meaning.lower()}"
            )
    if not given["phone_id"].isdecimal():
        raise ChannelUnauthorised(
            "WhatsApp's `phone_id` is the id of the number, digits alone, not the number itself:"
            " copy it from the page API Setup of your app"
        )
    return WhatsAppChannel(
        workspace=account.workspace,
        bot=account.bot,
        phone_id=given["phone_id"],
        token=given["token"],
        app_secret=given["app_secret"],
        verify_token=given["verify_token"],
        connection=_connection(account.api_base),
        shelf=account.shelf,
        clock=account.clock,
        new_id=account.new_id,
        sleep=account.sleep,
        folder=account.folder,
        elsewhere=account.elsewhere,
        language=account.language,
    )


def allowed(about: Mapping[str, Any]) -> float:
    """Messages a second of a number, by what Meta tells about it."""
    level = string(mapping(about, "throughput").get("level"))
    return PER_SECOND.get(level, PER_SECOND["STANDARD"])


MESSENGER = Messenger(
    name="whatsapp",
    title="WhatsApp Business",
    capabilities=("text", "media", "templates", "interactive_buttons"),
    credentials=(
        Credential(name="token", meaning="A permanent token of a system user of the business"),
        Credential(
            name="phone_id",
            meaning="Phone number ID on the app's page WhatsApp, API Setup",
            secret=False,
            pattern=r"\d{5,30}",
            form="the Phone number ID, digits alone: it is not the number itself",
        ),
        Credential(name="app_secret", meaning="App secret on the app's page Settings, Basic"),
        Credential(
            name="verify_token",
            meaning="Any words of your own, the same on the app's page WhatsApp, Configuration",
        ),
    ),
    api_base=PUBLIC_API,
    open=_open,
)
