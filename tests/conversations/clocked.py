"""The runtime of the tests of `bots`, on real channels: only time is what a test makes it."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import orjson
from starlette.types import Message, Receive, Scope, Send

from adapters.http import easyflow
from adapters.http.intake import Intake
from adapters.messenger_catalogue import messengers
from bots.messengers import Account
from bots.model.channel import ChannelRecord
from bots.model.message import Address, Reply
from bots.ports import MessengerChannel
from bots.services.connection import Connection
from storage.traces import SqlTraces
from tests.bots.rig import WORKSPACE, Rig
from tests.conversations.side import BOTS, Nowhere, Side
from tests.servers.tiny_http import Request, Response, Server, serve


class Door:
    """Where messengers post to: a server in a thread, so that it is no work of the house's."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._house = asyncio.get_running_loop()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: Server

    async def open(self) -> str:
        """Gives where it is."""
        self._thread.start()
        opening = asyncio.run_coroutine_threadsafe(serve(self._handle), self._loop)
        self._server = await asyncio.wrap_future(opening)
        return self._server.url.rstrip("/")

    async def close(self) -> None:
        closing = asyncio.run_coroutine_threadsafe(self._server.close(), self._loop)
        await asyncio.wrap_future(closing)
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def _handle(self, request: Request) -> Response:
        answering = asyncio.run_coroutine_threadsafe(self._answer(request), self._house)
        return await asyncio.wrap_future(answering)

    async def _answer(self, request: Request) -> Response:
        scope: Scope = {
            "type": "http",
            "method": request.method,
            "path": request.path,
            "query_string": urlencode(request.query).encode(),
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in request.headers.items()],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._intake(scope, receive, send)
        return Response(sent[1]["body"], status=sent[0]["status"])


class Clocked(Rig):
    """All accounts of one messenger, each bot with the same flows; `states` is how each fared."""

    def __init__(self, path: Path, side: Side, files: dict[str, str]) -> None:
        super().__init__(path, dict.fromkeys(BOTS, files))
        self.side = side
        self.states: list[str] = []
        self._open_ones: list[MessengerChannel] = []
        self._connections: dict[str, Connection] = {}

    async def __aenter__(self) -> Self:
        # The messenger's clock and ours are to agree.
        self.hands.time = datetime.now(UTC)
        await self.open()
        channels = self._open_ones = [self._opened(account) for account in self._accounts()]
        self.channels.update({channel.name: channel for channel in channels})
        self._door = Door(
            Intake(
                _nothing_else,
                self.inbox,
                {self.side.name: channels},
                dialect=easyflow.DIALECT,
                new_id=self.new_id,
            )
        )
        base = await self._door.open()
        url = f"{base}/api/v1/messaging/webhook/{self.side.name}"
        listening = [self.beside(channel.listen(self.inbox, url)) for channel in channels]
        await asyncio.to_thread(asyncio.run, self.side.connect(base))
        # Whatever looks after the webhook later on would be work that never ends.
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        for channel in channels:
            await self._connect(channel)
        self.states.clear()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.side.settled()
        await self.crash()
        for channel in self._open_ones:
            await channel.close()
        await self._door.close()

    def fares(self, channel: str, why: str | None) -> None:
        self._connections[channel].told(why)

    # ------------------------------------------------------------ what happens

    async def says(self, chat: int, *texts: str) -> None:
        for text in texts:
            self.side.says("showcase", chat, text)
            await self.dealt_with()

    async def dealt_with(self) -> None:
        """What customers did has come, and what could be done of it has been."""
        await self.side.settled()
        await self.quiet()

    async def goes_by(self, seconds: float) -> None:
        """For us and for the messenger."""
        self.side.forward(seconds)
        await self.passes(seconds)

    async def tells(self, chat: int, text: str) -> str:
        """A message from outside the dialog; gives its id."""
        id = self.new_id()
        reply = Reply(message_id=id, text=text, author="api")
        await self.inbox.say(self._address_of(chat), reply)
        await self.quiet()
        return id

    def heard(self, chat: int) -> list[str]:
        """What the bot said, line by line."""
        said = self.side.said("showcase", chat)
        return [line.removeprefix("bot: ") for line in said if line.startswith("bot: ")]

    async def events(self, chat: int, name: str) -> list[Mapping[str, Any]]:
        """What was told of events of this name in a chat."""
        conversation = await self.stores.conversations.by_chat(
            WORKSPACE, self.side.name, self.side.id_of(chat), bot="showcase"
        )
        happened = await SqlTraces(self.stores.base.reader).happened(conversation.id, limit=100)
        return [event.data for event in happened if event.name == name]

    # ------------------------------------------------------------ inside

    def _accounts(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = orjson.loads(self.side.settings()[f"{self.side.name}__bots"])
        return found

    def _opened(self, credentials: dict[str, str]) -> MessengerChannel:
        account = Account(
            workspace=WORKSPACE,
            bot=credentials["bot"],
            credentials=credentials,
            api_base=self.side.settings()[f"{self.side.name}__api_base"],
            shelf=self.stores.shelf,
            clock=self.hands.now,
            new_id=self.new_id,
            sleep=self.hands.sleep,
            folder=lambda: None,
        )
        return messengers()[self.side.name].open(account)

    async def _connect(self, channel: MessengerChannel) -> None:
        record = ChannelRecord(
            workspace=WORKSPACE,
            bot=channel.bot,
            platform=self.side.name,
            origin="settings",
            name=channel.name,
            credentials={},
        )
        connection = self._connections[channel.name] = Connection(
            record,
            channel,
            into=self.inbox,
            url=None,
            clock=self.hands.now,
            sleep=self.hands.sleep,
            heard=lambda: self.states.append(connection.state.status),
        )
        await connection.arrive()

    def _address_of(self, chat: int) -> Address:
        name = next(one.name for one in self._open_ones if one.bot == "showcase")
        return Address(WORKSPACE, "showcase", name, self.side.id_of(chat))


async def _nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    raise Nowhere(scope["path"])
