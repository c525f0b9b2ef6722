"""In front of FastAPI: a messenger's update goes to disk and is answered, nothing more."""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol
from urllib.parse import parse_qsl

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.http.dialect import Dialect
from adapters.http.faults import Fault, fault_of, too_large
from bots.errors import (
    EasyFlowError,
    Forbidden,
    Invalid,
    NotFound,
    Unauthorised,
    Unavailable,
)
from bots.model.message import UnifiedMessage
from bots.model.receipt import Receipt
from bots.ports import Channel, NewId, Received, Webhook

PREFIX = "/api/v1/messaging/webhook/"
LARGEST = 4 << 20
SMALL = 64 << 10
TOGETHER = 64 << 20
"""Bytes of bodies under way at once; past them none but small ones are taken, as nearly all are."""
BODY_PATIENCE = 30.0
"""Seconds that a body may take to come."""
PATIENCE = 2.0
QUIET = 3600.0
"""Seconds in which strangers at one messenger's address are told of once."""

_TEXT = b"text/plain; charset=utf-8"
_JSON = b"application/json"

RawHeaders = Sequence[tuple[bytes, bytes]]
"""Names are in lower case."""

Answer = Callable[[int, RawHeaders, bytes], Awaitable[None]]
"""Sends the status, the headers and the body of an answer."""

log = structlog.get_logger()


class Accepting(Protocol):
    """The way in."""

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        """Returns once they are durable. Raises Unavailable."""

    async def note(self, receipts: Sequence[Receipt]) -> None:
        """The same for what is told of messages of ours."""


class _TooLarge(Exception):
    pass


class Intake:
    """Takes `POST /api/v1/messaging/webhook/{platform}` out; everything else goes on to `app`.

    A GET is taken for messengers that ask by one whether the address is ours. Nothing is stored of
    a request whose secret fits no channel, and no request is answered 200 before its messages
    and receipts are on disk.
    """

    def __init__(
        self,
        app: ASGIApp,
        inbox: Accepting,
        channels: Mapping[str, Sequence[Channel]],
        *,
        dialect: Dialect,
        new_id: NewId,
        patience: float = PATIENCE,
    ) -> None:
        self._app = app
        self._inbox = inbox
        self._channels = channels
        self._dialect = dialect
        self._new_id = new_id
        self._patience = patience
        self._under_way = 0
        self._storing: deque[_Asked] = deque()
        self._look: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Future[None]] = set()
        self._told: dict[tuple[str, str], float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX) and self._ours(scope):
            await self._take(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def close(self) -> None:
        """Wait a little for what was to be done at once."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._patience)

    def _ours(self, scope: Scope) -> bool:
        if scope["method"] != "GET":
            return bool(scope["method"] == "POST")
        channels = self._channels.get(scope["path"][len(PREFIX) :], ())
        return any(channel.asked_by_get for channel in channels)

    async def deliver(
        self, platform: str, headers: RawHeaders, body: bytes, query: bytes, answer: Answer
    ) -> None:
        """Take a POST in that is there as a whole; `answer` is called once, whatever comes of it."""
        asked = _Asked(answer, f"req_{self._new_id()}")
        try:
            received = await self._received(
                platform, _webhook("POST", _headers(headers), body, query)
            )
            await self._carry_out(received, asked)
        except Exception as error:  # noqa: BLE001 - the boundary: every error is answered
            await self._refuse(asked, error)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same by ASGI."""
        platform = scope["path"][len(PREFIX) :]
        asked = _Asked(partial(_answer, send), f"req_{self._new_id()}")
        try:
            if platform not in self._channels:
                raise NotFound("platform", platform)
            headers = _headers(scope["headers"])
            body = await self._body(headers, receive)
            webhook = _webhook(scope["method"], headers, body, scope["query_string"])
            await self._carry_out(await self._received(platform, webhook), asked)
        except Exception as error:  # noqa: BLE001 - the boundary: every error is answered
            await self._refuse(asked, error)

    async def _carry_out(self, received: Received, asked: "_Asked") -> None:
        if received.messages or received.receipts:
            await self._accept(received, asked)
        for work in received.after:
            self._start(work)
        kind = _JSON if received.is_json else _TEXT
        await asked.answer(received.status, received.reply.encode(), kind)

    async def _received(self, platform: str, webhook: Webhook) -> Received:
        channels = self._channels.get(platform)
        if not channels:
            raise NotFound("platform", platform)
        parts = []
        for channel in channels:
            try:
                parts.append(await channel.receive(webhook))
            except Unauthorised:
                continue
            if not parts[-1].more:
                break
        if parts:
            return parts[0] if len(parts) == 1 else _together(parts)
        self._tell_of_a_stranger(platform, webhook.method)
        if webhook.method == "GET":
            raise Forbidden("The token that verifies this address is wrong")
        raise Unauthorised("The webhook's secret is wrong")

    def _tell_of_a_stranger(self, platform: str, method: str) -> None:
        """To the messenger itself we look like this where the owner copied something wrong."""
        now = asyncio.get_running_loop().time()
        if now - self._told.get((platform, method), -QUIET) < QUIET:
            return
        self._told[platform, method] = now
        what = "token that verifies it" if method == "GET" else "secret that signs its calls"
        log.warning(
            "A webhook was called by somebody who does not know its secret",
            platform=platform,
            why=f"if it was {platform} itself, the {what} is another there than here: correct one",
        )

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > LARGEST):
            raise _TooLarge
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            return bytes(message.get("body", b""))
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                return await self._gathered(message, receive)
        except TimeoutError as error:
            raise Invalid("body", "comes too slowly") from error

    async def _gathered(self, message: Message, receive: Receive) -> bytes:
        """A body that comes in pieces. Raises Unavailable where too many do so at once."""
        chunks = bytearray()
        try:
            while message["type"] == "http.request":
                piece = message.get("body", b"")
                chunks += piece
                self._under_way += len(piece)
                if len(chunks) > LARGEST:
                    raise _TooLarge
                if self._under_way > TOGETHER and len(chunks) > SMALL:
                    raise Unavailable("Too much comes at once")
                if not message.get("more_body"):
                    return bytes(chunks)
                message = await receive()
        finally:
            self._under_way -= len(chunks)
        raise Invalid("body", "ends too early")

    async def _accept(self, received: Received, asked: "_Asked") -> None:
        """Storing goes on when the messenger is told to come back: it may end after all."""
        self._watch(asked)
        try:
            if received.messages:
                await self._inbox.accept(received.messages)
            if received.receipts:
                await self._inbox.note(received.receipts)
        finally:
            asked.until = math.inf
            while self._storing and self._storing[0].until == math.inf:
                self._storing.popleft()

    def _watch(self, asked: "_Asked") -> None:
        """All have the same patience, so that one timer does for them: that of the eldest."""
        loop = asyncio.get_running_loop()
        asked.until = loop.time() + self._patience
        self._storing.append(asked)
        if self._look is None:
            self._look = loop.call_at(asked.until, self._refuse_late)

    def _refuse_late(self) -> None:
        loop, self._look = asyncio.get_running_loop(), None
        while self._storing and not loop.time() < self._storing[0].until < math.inf:
            asked = self._storing.popleft()
            if asked.until < math.inf:
                self._give_up(asked)
        if self._storing:
            self._look = loop.call_at(self._storing[0].until, self._refuse_late)

    def _give_up(self, asked: "_Asked") -> None:
        error = Unavailable("The message could not be stored in time")
        self._start(partial(self._refuse, asked, error))

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(work())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("What was due beside an update failed", error=repr(error))

    async def _refuse(self, asked: "_Asked", error: Exception) -> None:
        fault = _fault(error)
        body = orjson.dumps(self._dialect.render(fault, asked.id))
        extra = [(name.lower().encode(), value.encode()) for name, value in fault.headers.items()]
        await asked.answer(fault.status, body, _JSON, extra)


@dataclass(slots=True)
class _Asked:
    """A request, answered once: by what came of it or by the end of patience, `until` then while it is stored."""

    give: Answer
    id: str
    answered: bool = False
    until: float = math.inf

    async def answer(
        self,
        status: int,
        body: bytes,
        content_type: bytes,
        extra: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        if self.answered:
            return
        self.answered = True
        headers = [
            (b"content-type", content_type),
            (b"content-length", str(len(body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-request-id", self.id.encode()),
            *extra,
        ]
        await self.give(status, headers, body)


async def _answer(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _webhook(method: str, headers: Mapping[str, str], body: bytes, query: bytes) -> Webhook:
    asked = dict(parse_qsl(query.decode("latin-1"))) if query else {}
    return Webhook(headers=headers, body=body, query=asked, method=method)


def _together(parts: Sequence[Received]) -> Received:
    """What several accounts found in one request, answered as the first of them wants it."""
    return replace(
        parts[0],
        messages=[message for part in parts for message in part.messages],
        receipts=[receipt for part in parts for receipt in part.receipts],
        after=[work for part in parts for work in part.after],
    )


def _fault(error: Exception) -> Fault:
    if isinstance(error, _TooLarge):
        return too_large(LARGEST)
    if isinstance(error, Invalid):
        return Fault(status=400, kind="bad_request", message="The body is no update")
    if not isinstance(error, EasyFlowError):
        log.error("The intake failed", exc_info=error)
    return fault_of(error)


def _headers(raw: RawHeaders) -> dict[str, str]:
    """Of a header given twice neither value counts for itself: a secret among them is wrong."""
    headers: dict[str, str] = {}
    for key, given in raw:
        name, value = key.decode("latin-1"), given.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
