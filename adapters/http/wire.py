"""One accepted socket: texts both ways, how long we wait for them, and how it ends."""

import asyncio
from collections import deque

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from adapters.http.sockets import TOO_BIG, TOO_FAST, TOO_SLOW, SocketLimits
from bots.ports import Clock

log = structlog.get_logger()


class Closed(Exception):
    """The talk over a socket ends, with a code for the client."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(reason)


class Gone(Exception):
    """The client has ended it."""


class Wire:
    """Whoever floods us, sends too much at once, is silent or does not read is closed."""

    def __init__(self, websocket: WebSocket, limits: SocketLimits, clock: Clock) -> None:
        self._websocket = websocket
        self._limits = limits
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=limits.frames)

    async def hear(self) -> str | None:
        """The next text; None for a frame that is none. Raises Closed, Gone."""
        try:
            async with asyncio.timeout(self._limits.idle):
                event = await self._websocket.receive()
        except TimeoutError:
            raise Closed(TOO_SLOW, "silent for too long") from None
        if event["type"] == "websocket.disconnect":
            raise Gone
        self._count()
        text: str | None = event.get("text")
        size = len(text.encode()) if text is not None else len(event.get("bytes") or b"")
        if size > self._limits.frame_bytes:
            raise Closed(TOO_BIG, f"a frame has at most {self._limits.frame_bytes} bytes")
        return text

    def _count(self) -> None:
        now = self._clock().timestamp()
        if len(self._recent) == self._recent.maxlen and now - self._recent[0] < self._limits.within:
            raise Closed(TOO_FAST, "too many frames")
        self._recent.append(now)

    async def say(self, text: str) -> None:
        """Send to somebody who reads; who does not is not waited for. Raises Closed, Gone."""
        try:
            async with asyncio.timeout(self._limits.send):
                await self._websocket.send_text(text)
        except TimeoutError:
            raise Closed(TOO_SLOW, "reads too slowly") from None
        except (WebSocketDisconnect, RuntimeError):
            raise Gone from None

    async def close(self, end: Closed) -> None:
        """Tell why it ends. Who does not read cannot be told: the server drops the connection."""
        if self._websocket.client_state is not WebSocketState.CONNECTED:
            return
        try:
            async with asyncio.timeout(1.0):
                await self._websocket.close(end.code, str(end))
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            log.info("Socket dropped", reason=str(end))
