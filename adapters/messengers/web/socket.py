"""The socket of the page, `/ws/chat`: a visitor says hello, writes, and hears what is said."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.messengers.web.frames import PLATFORM, FindFile, named, read_message, shown
from adapters.messengers.web.hub import Hub, Seat, frame
from adapters.messengers.web.neighbours import Neighbours
from adapters.messengers.web.visitors import WorkspaceOf, chat_of
from adapters.messengers.web.wire import POLICY, TRY_LATER, Closed, Limits, Wire
from bots.errors import Invalid, NotFound, Unavailable
from bots.model.conversation import Conversation
from bots.model.message import Address, UnifiedMessage
from bots.model.turn import MessageRecord
from bots.ports import Clock, Conversations, NewId

log = structlog.get_logger()

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43,128}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class BotCard:
    """A bot as visitors see it in the chooser; `domains` are those whose pages may open its chat."""

    name: str
    title: str
    language: str = "ru"
    about: str = ""
    domains: tuple[str, ...] = ()


FindBot = Callable[[str], BotCard | None]
"""A bot whose chat may be opened by its name, whether or not the chooser shows it."""


class Intake(Protocol):
    """What takes messages in; it returns once they are safe on disk."""

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None: ...


class ChatSocket:
    """Serves one browser tab after another; `serve` is the endpoint of the route."""

    def __init__(
        self,
        *,
        inbox: Intake,
        conversations: Conversations,
        hub: Hub,
        bots: Callable[[], Sequence[BotCard]],
        find_bot: FindBot,
        find_file: FindFile,
        clock: Clock,
        new_id: NewId,
        new_secret: Callable[[], str],
        workspace_of: WorkspaceOf,
        neighbours: Neighbours,
        any_of: Callable[[str], bool] = lambda host: False,
        typed: Callable[[Address], None] = lambda address: None,
        allowed_origins: Sequence[str] = (),
        limits: Limits | None = None,
    ) -> None:
        """`any_of` tells whether a host is among the domains of any bot."""
        self._neighbours = neighbours
        self._typed = typed
        self._inbox = inbox
        self._conversations = conversations
        self._hub = hub
        self._bots = bots
        self._find_bot = find_bot
        self._find_file = find_file
        self._clock = clock
        self._new_id = new_id
        self._new_secret = new_secret
        self._workspace_of = workspace_of
        self._any_of = any_of
        self._origins = frozenset(origin.rstrip("/") for origin in allowed_origins)
        self._limits = limits or Limits()

    async def serve(self, websocket: WebSocket) -> None:
        stranger = self._stranger(websocket)
        if stranger is not None and not any(map(self._any_of, _hosts(stranger))):
            log.info("Socket of a foreign origin refused", origin=stranger)
            await websocket.close(POLICY)
            return
        host = websocket.client.host if websocket.client else None
        if not self._neighbours.come(host):
            await websocket.close(TRY_LATER)
            return
        try:
            await self._seated(websocket, host)
        finally:
            self._neighbours.leave(host)

    async def _seated(self, websocket: WebSocket, host: str | None) -> None:
        await websocket.accept()
        may_write = partial(self._neighbours.writes, host)
        wire = Wire(websocket, self._limits, self._clock, may_write=may_write)
        try:
            await self._talk(wire, self._stranger(websocket))
        except Closed as end:
            await wire.close(end)
        except WebSocketDisconnect:
            log.debug("Socket gone while speaking")

    def _stranger(self, websocket: WebSocket) -> str | None:
        """The origin of a page that is neither ours nor the owner's; None where it is.

        Browsers always name the page's origin; programs that name none are no one's browser.
        """
        origin = websocket.headers.get("origin")
        if origin is None or origin in self._origins:
            return None
        ours = urlsplit(origin).netloc == websocket.headers.get("host", "")
        return None if ours else origin

    async def _talk(self, wire: Wire, stranger: str | None) -> None:
        card, token, hello = await self._hello(wire)
        if stranger is not None and not _hosts(stranger) & set(card.domains):
            log.info("Socket of a foreign origin refused", origin=stranger, bot=card.name)
            raise Closed(POLICY, "this page may not open the chat")
        address = Address(self._workspace_of(card.name), card.name, PLATFORM, chat_of(token))
        seat = self._hub.join(address)
        if seat is None:
            raise Closed(TRY_LATER, "too many tabs")
        try:
            await self._welcome(seat, address, card, token, hello)
            await self._both_ways(wire, seat, address, hello)
        finally:
            self._hub.leave(address, seat)

    # ------------------------------------------------------------ hello

    async def _hello(self, wire: Wire) -> tuple[BotCard, str, Mapping[str, Any]]:
        """Wait for a hello that names one of our bots (or none: then it is the first)."""
        for _ in range(3):
            hello = await wire.hear(patience=self._limits.hello)
            if hello.get("type") != "hello":
                raise Closed(POLICY, "say hello first")
            wanted = hello.get("bot")
            card = self._find_bot(wanted) if isinstance(wanted, str) else None
            if card is None and isinstance(wanted, str) and "." in wanted:
                # A bot made over the API: whoever looks for one must not land with another's.
                raise Closed(POLICY, "no such bot")
            cards = self._bots()
            if card is None and not cards:
                raise Closed(TRY_LATER, "no bots")
            if card is None and wanted is None:
                card = cards[0]
            if card is not None:
                token = hello.get("token")
                known = isinstance(token, str) and _TOKEN.fullmatch(token)
                return card, str(token) if known else self._new_secret(), hello
            # The page has heard of a bot that is gone: it may choose again.
            await wire.say(frame("unknown_bot", bots=_listed(cards)))
        raise Closed(POLICY, "no such bot")

    async def _welcome(
        self, seat: Seat, address: Address, card: BotCard, token: str, hello: Mapping[str, Any]
    ) -> None:
        records = await self._conversations.tail(address, limit=self._limits.history)
        seen = records[-1].seq if records else 0
        fresh, reset = _news(records, hello.get("last"))
        seat.welcome(
            frame(
                "welcome",
                token=token,
                bot=_listed([card])[0],
                bots=_listed(self._beside(card)),
                owner=await self._owner(address),
                history=[shown(record, bot=card.name) for record in fresh],
                reset=reset,
                seen=seen,
            ),
            seen=seen,
        )

    def _beside(self, card: BotCard) -> Sequence[BotCard]:
        """What the chooser shows: to whoever came for a bot that it does not show, that one alone."""
        cards = self._bots()
        return cards if any(one.name == card.name for one in cards) else [card]

    async def _owner(self, address: Address) -> str:
        try:
            return (await self._conversation(address)).owner
        except NotFound:
            return "bot"

    async def _conversation(self, address: Address) -> Conversation:
        return await self._conversations.by_chat(
            address.workspace, PLATFORM, address.chat_id, bot=address.bot
        )

    # ------------------------------------------------------------ both ways

    async def _both_ways(
        self, wire: Wire, seat: Seat, address: Address, hello: Mapping[str, Any]
    ) -> None:
        ways = [
            asyncio.create_task(self._listen(wire, seat, address, _language(hello))),
            asyncio.create_task(self._speak(wire, seat)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            ends = await asyncio.gather(*ways, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _listen(self, wire: Wire, seat: Seat, address: Address, language: str) -> None:
        while True:
            heard = await wire.hear(patience=self._limits.idle)
            match heard.get("type"):
                case "ping":
                    seat.push(frame("pong"))
                case "typing":
                    self._typed(address)
                case "earlier":
                    await self._look_back(heard, seat, address)
                case _:
                    if self._find_bot(address.bot) is None:
                        raise Closed(POLICY, "the bot answers no more")
                    await self._take(heard, seat, address, language)

    async def _take(
        self, heard: Mapping[str, Any], seat: Seat, address: Address, language: str
    ) -> None:
        try:
            message = read_message(
                heard,
                address=address,
                message_id=self._new_id(),
                now=self._clock(),
                language=language,
                find_file=self._find_file,
            )
            await self._inbox.accept([message])
        except Invalid as error:
            id = named(heard)
            seat.push(frame("refused", id=id, field=error.field, error=error.error))
        except Unavailable:
            seat.push(frame("later", id=named(heard)))
        else:
            seat.push(frame("taken", id=message.platform_message_id))

    async def _look_back(self, heard: Mapping[str, Any], seat: Seat, address: Address) -> None:
        """A page of history from before the message of a number."""
        number = heard.get("before")
        before = number if isinstance(number, int) else 0
        records: list[MessageRecord] = []
        with suppress(NotFound):
            if before > 1:
                conversation = await self._conversation(address)
                # Messages are numbered from 1 without gaps, so a number is a place.
                offset = max(0, min(before, conversation.seq + 1) - 1 - self._limits.history)
                records, _ = await self._conversations.history(
                    conversation.id, limit=self._limits.history, offset=offset
                )
        history = [shown(record, bot=address.bot) for record in records if record.seq < before]
        seat.push(frame("earlier", history=history))

    async def _speak(self, wire: Wire, seat: Seat) -> None:
        while (text := await seat.next()) is not None:
            await wire.say(text)
        if seat.dismissed:
            raise Closed(POLICY, "the bot answers no more")
        raise Closed(TRY_LATER, "reads too slowly")


def _language(hello: Mapping[str, Any]) -> str:
    language = hello.get("language")
    return language[:2].lower() if isinstance(language, str) and _LANGUAGE.match(language) else ""


def _hosts(origin: str) -> set[str]:
    """How the domain of a page may be written: `shop.example` or `shop.example:8443`."""
    try:
        page = urlsplit(origin)
        return {page.netloc, page.hostname or ""} - {""}
    except ValueError:
        return set()


def _listed(cards: Sequence[BotCard]) -> list[dict[str, str]]:
    return [
        {
            "name": card.name,
            "title": card.title,
            "language": card.language,
            "about": card.about,
        }
        for card in cards
    ]


def _news(records: list[MessageRecord], last: object) -> tuple[list[MessageRecord], bool]:
    """What a page that has seen messages up to `last` is missing, and whether to begin anew.

    It begins anew where the gap is wider than our tail, or where it has seen what we do not have.
    """
    if not isinstance(last, int) or last <= 0:
        return records, True
    if not records or records[-1].seq < last or records[0].seq > last + 1:
        return records, True
    return [record for record in records if record.seq > last], False
