"""VK as a channel: the messages of one community."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
import structlog

from adapters.foreign_json import listed, string, whole
from adapters.linked_files import LinkedFiles
from adapters.messengers.vk.abilities import UNKNOWN, Abilities, abilities_of
from adapters.messengers.vk.account import CREDENTIALS
from adapters.messengers.vk.around import Around
from adapters.messengers.vk.callback import Confirmation, keep_server
from adapters.messengers.vk.client import PER_SECOND, PUBLIC_API, Client, Connection
from adapters.messengers.vk.errors import WRONG_TOKEN
from adapters.messengers.vk.fetching import fetched
from adapters.messengers.vk.files import Files
from adapters.messengers.vk.parse import parse_event
from adapters.messengers.vk.people import People
from adapters.messengers.vk.polling import poll
from adapters.messengers.vk.render import clear_keyboard, pressed, render, stands_below, taken_back
from adapters.messengers.vk.sending import Sender
from adapters.messengers.vk.signing import is_secret, may_be_vks
from adapters.newest import Newest
from adapters.rate import Rate
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import (
    ChannelError,
    ChannelUnauthorised,
    Invalid,
    Rejected,
    Unauthorised,
)
from bots.messengers import Account, Messenger
from bots.model.message import BY_CUSTOMER, Address, Reply
from bots.model.turn import Outgoing
from bots.ports import (
    Clock,
    File,
    Listening,
    MessengerChannel,
    NewId,
    Received,
    Shelf,
    Sleep,
    Webhook,
)

NO_GROUP = (
    "VK needs the community's number in `group` (EASYFLOW_VK__GROUP): it stands in its address"
    " vk.com/club<number> and in «Управление», «Настройки»"
)

KNOWN_FOR = timedelta(minutes=55)
"""VK takes the same `random_id` for the same message for an hour; a call on its way takes its time."""

READ_AFTER = 0.4
"""Seconds after which what was taken is marked as read: several messages in a row cost one call."""

log = structlog.get_logger()


class VkChannel(MessengerChannel):
    """One community. Without a `secret` it takes no webhooks, only what the long poll brings.

    Raises ChannelUnauthorised for a number of a community that cannot be one.
    """

    platform = "vk"
    knows_again = KNOWN_FOR
    called = False

    def __init__(
        self,
        *,
        workspace: int,
        bot: str,
        token: str,
        group: str,
        connection: Connection,
        shelf: Shelf,
        clock: Clock,
        new_id: NewId,
        sleep: Sleep,
        secret: str = "",
        confirmation: str = "",
        folder: Callable[[], Path | None] = lambda: None,
        elsewhere: Elsewhere = nothing_elsewhere,
        per_second: int = PER_SECOND,
    ) -> None:
        group = group.strip().removeprefix("club").removeprefix("public").removeprefix("-")
        if not group.isdecimal() or not group.isascii() or len(group) > 18 or int(group) == 0:
            raise ChannelUnauthorised(NO_GROUP)
        self._group = int(group)
        rate = Rate(per_second, clock=clock, sleep=sleep)
        self.per_second = per_second or None
        self._client = Client(token.strip(), str(self._group), connection, rate=rate)
        self._linked = LinkedFiles(connection.api_base, public=connection.public)
        files = Files(
            self._client,
            shelf=shelf,
            workspace=workspace,
            folder=folder,
            elsewhere=elsewhere,
            linked=self._linked,
            clock=clock,
        )
        self._sender = Sender(self._client, files)
        self._people = People(self._client, shelf=shelf, workspace=workspace)
        self._abilities: Newest[str, Abilities] = Newest()
        self._below: Newest[str, bool] = Newest()
        self._connection = connection
        self._shelf = shelf
        self._workspace = workspace
        self._clock = clock
        self._new_id = new_id
        self._sleep = sleep
        self._reading: set[str] = set()
        self._secret = secret.encode()
        self._confirmation = Confirmation(self._client, given=confirmation, clock=clock)
        self.bot = bot
        self.name = f"vk:{self._group}"

    # ------------------------------------------------------------ in

    async def receive(self, webhook: Webhook) -> Received:
        """Verify and parse; an event we do not serve is received without messages."""
        if not may_be_vks(webhook.body, self._secret):
            raise Unauthorised("The event's secret is missing or wrong")
        try:
            event = orjson.loads(webhook.body)
        except orjson.JSONDecodeError as error:
            raise Invalid("body", "not JSON") from error
        if not isinstance(event, dict):
            raise Invalid("body", "an event of VK is an object")
        given = string(event.get("secret"))
        right = is_secret(given, self._secret)
        if whole(event.get("group_id")) != self._group:
            raise Unauthorised("The event is another community's")
        if event.get("type") == "confirmation" and (right or not given):
            # An owner who sets it up by hand may write the secret later.
            return Received(reply=await self._confirmation.string(signed=right))
        if not right:
            raise Unauthorised("The event's secret is missing or wrong")
        if not self.called:
            self.called, self.trouble = True, None
        if not string(event.get("type")):
            raise Invalid("type", "an event of VK has its kind here")
        return self.read(event)

    def read(self, event: Any) -> Received:
        """What an event holds. Takes any JSON and never raises."""
        if (told := abilities_of(event)) is not None:
            self._remember(*told)
        around = Around(
            channel=self.name,
            address_of=self._address_of,
            new_id=self._new_id,
            now=self._clock(),
            ours=self._sender.is_ours,
            profile=self._people.profile,
        )
        found = parse_event(event, around)
        after: list[Callable[[], Any]] = []
        for message in found.messages:
            if message.reply_token is not None:
                after.append(partial(self._answer_press, message.reply_token, message.chat_id))
            if message.happening in BY_CUSTOMER and message.chat_id in self._below:
                self._below.put(message.chat_id, True)
            if message.reply_token is None and message.happening in BY_CUSTOMER:
                after.append(partial(self._mark_as_read, message.chat_id))
            if self._people.unknown(message.chat_id):
                after.append(partial(self._people.learn, message.chat_id))
        return Received(messages=found.messages, receipts=found.receipts, after=after)

    async def fetch(self, ref: str) -> File:
        """A customer's file by its address. Raises Rejected where it lies on no server of VK's."""
        return await fetched(ref, connection=self._connection, linked=self._linked)

    async def _answer_press(self, token: str, chat_id: str) -> None:
        """Takes the waiting sign off the button; the turn's own answer comes by the outbox."""
        try:
            await self._client.call(
                "messages.sendMessageEventAnswer",
                {"event_id": token, "user_id": chat_id, "peer_id": chat_id},
            )
        except ChannelError as error:
            log.info("A button press was not acknowledged", channel=self.name, why=str(error))

    async def _mark_as_read(self, chat_id: str) -> None:
        """Only nice to have: it gives way where calls have to wait."""
        if chat_id in self._reading or not self._client.rate.spare:
            return
        self._reading.add(chat_id)
        try:
            await self._sleep(READ_AFTER)
        finally:
            self._reading.discard(chat_id)
        try:
            await self._client.call(
                "messages.markAsRead", {"peer_id": chat_id, "mark_conversation_as_read": 1}
            )
        except ChannelError as error:
            log.debug("A message was not marked as read", channel=self.name, why=str(error))

    def _remember(self, chat_id: str, told: Abilities) -> None:
        """A press tells only that such buttons can be pressed: what was known before stays."""
        known = self._abilities.get(chat_id)
        if known is not None and not told.carousel and told == Abilities(callback=True):
            told = known._replace(callback=True)
        self._abilities.put(chat_id, told)

    def _address_of(self, chat_id: str) -> Address:
        return Address(self._workspace, self.bot, self.name, chat_id)

    # ------------------------------------------------------------ out

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        """A keyboard below the talk goes away with its question, however that was answered."""
        chat_id = address.chat_id
        calls = render(chat_id, reply, self._abilities.get(chat_id) or UNKNOWN)
        if stands_below(calls):
            self._below.put(chat_id, False)
        elif calls and self._below.get(chat_id):
            clear_keyboard(calls)
            self._below.drop(chat_id)
        return calls

    def taken_back(self, address: Address, message_ids: Sequence[str]) -> list[dict[str, Any]]:
        return taken_back(address.chat_id, message_ids)

    def pressed(self, address: Address, message_id: str, label: str) -> list[dict[str, Any]]:
        return pressed(address.chat_id, message_id, label)

    async def send(self, row: Outgoing) -> str:
        return await self._sender.send(row.payload, row.key)

    async def typing(self, address: Address) -> None:
        if not self._client.rate.spare:
            return
        try:
            await self._client.call(
                "messages.setActivity", {"peer_id": address.chat_id, "type": "typing"}
            )
        except ChannelError as error:
            log.debug("Typing was not shown", channel=self.name, why=str(error))

    # ------------------------------------------------------------ being connected

    async def load(self) -> None:
        """vkbottle does the uploads."""
        await self._client.library()

    async def check(self) -> str:
        """The community's name and address, such as `Магазин (vk.com/shop)`."""
        try:
            told = await self._client.call("groups.getById", {})
        except Rejected as rejected:
            # A person's token is asked which community is meant.
            raise ChannelUnauthorised(f"{WRONG_TOKEN} ({rejected})") from rejected
        found = listed(told, "groups") or (told if isinstance(told, list) else [])
        group = found[0] if found and isinstance(found[0], dict) else {}
        if whole(group.get("id")) != self._group:
            other = f"club{whole(group.get('id'))}" if group else "a person"
            raise ChannelUnauthorised(
                f"The token is {other}'s, not of vk.com/club{self._group}: make one in the settings"
                " of that community, or correct `group`"
            )
        page = string(group.get("screen_name")) or f"club{self._group}"
        return f"{string(group.get('name')) or page} (vk.com/{page})"

    async def listen(self, into: Listening, url: str | None) -> None:
        if url is None:
            await poll(
                self,
                self._client,
                into,
                shelf=self._shelf,
                workspace=self._workspace,
                sleep=self._sleep,
            )
        elif not self._secret:
            raise ChannelUnauthorised(
                "A webhook needs a secret that only VK knows: give this channel a `secret`"
                " (EASYFLOW_VK__SECRET)"
            )
        else:
            secret = self._secret.decode()
            await keep_server(self._client, url, secret=secret, channel=self, sleep=self._sleep)

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        """VK has no list of commands."""

    async def close(self) -> None:
        """Close the connection, for all communities that share it."""
        await self._connection.close()


@cache
def _connection(api_base: str) -> Connection:
    """All communities of a process share one."""
    return Connection(api_base)


def _open(account: Account) -> VkChannel:
    given: Mapping[str, str] = account.credentials
    connection = _connection(account.api_base)
    return VkChannel(
        workspace=account.workspace,
        bot=account.bot,
        token=given["token"],
        group=given["group"],
        connection=connection,
        shelf=account.shelf,
        clock=account.clock,
        new_id=account.new_id,
        sleep=account.sleep,
        secret=given.get("secret", ""),
        confirmation=given.get("confirmation", ""),
        folder=account.folder,
        elsewhere=account.elsewhere,
        # A server of somebody's own has limits of its own, or none.
        per_second=PER_SECOND if connection.public else 0,
    )


MESSENGER = Messenger(
    name="vk",
    title="VK",
    capabilities=("text", "inline_keyboard", "media", "files", "voice"),
    credentials=CREDENTIALS,
    api_base=PUBLIC_API,
    open=_open,
)
