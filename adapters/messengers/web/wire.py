"""JSON frames over one WebSocket: how long to wait for them, how big they may be, how it ends."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketState

from bots.ports import Clock

log = structlog.get_logger()

GOING_AWAY = 1001
POLICY = 1008
TOO_BIG = 1009
TRY_LATER = 1013


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one socket may ask of us. Times are in seconds."""

    frame_bytes: int = 65_536
    per_second: int = 20
    history: int = 200
    hello: float = 10.0
    idle: float = 90.0
    send: float = 8.0


class Closed(Exception):
    """The talk over this socket ends, with a code for the browser."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(reason)


class Wire:
    """One accepted socket. What cannot be a frame of ours ends it by raising Closed.

    `may_write` is asked at each frame whether there may be one more.
    """

    def __init__(
        self,
        websocket: WebSocket,
        limits: Limits,
        clock: Clock,
        *,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_write = may_write
        self._websocket = websocket
        self._limits = limits
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=limits.per_second)

    async def hear(self, *, patience: float) -> Mapping[str, Any]:
        """The next frame, an object of JSON."""
        try:
            async with asyncio.timeout(patience):
                event = await self._websocket.receive()
        except TimeoutError:
            raise Closed(GOING_AWAY, "silent for too long") from None
        if event["type"] == "websocket.disconnect":
            raise Closed(GOING_AWAY, "gone")
        self._count()
        text = event.get("text")
        if text is None:
            raise Closed(POLICY, "text frames only")
        limit = self._limits.frame_bytes
        if len(text) > limit or len(text.encode()) > limit:
            raise Closed(TOO_BIG, "frame too big")
        return _parsed(text)

    def _count(self) -> None:
        now = self._clock().timestamp()
        if len(self._recent) == self._recent.maxlen and now - self._recent[0] < 1.0:
            raise Closed(POLICY, "too fast")
        self._recent.append(now)
        if not self._may_write():
            raise Closed(POLICY, "too fast")

    async def say(self, text: str) -> None:
        """Send a frame to somebody who reads; who does not is not waited for."""
        try:
            async with asyncio.timeout(self._limits.send):
                await self._websocket.send_text(text)
        except TimeoutError:
            raise Closed(TRY_LATER, "reads too slowly") from None

    async def close(self, end: Closed) -> None:
        if self._websocket.client_state is not WebSocketState.CONNECTED:
            return
        try:
            async with asyncio.timeout(1.0):
                await self._websocket.close(end.code, str(end))
        except (TimeoutError, RuntimeError, OSError):
            # Somebody who does not read cannot be told; the server drops the connection.
            log.info("Socket dropped", reason=str(end))


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closed(POLICY, "not JSON") from None
    if not isinstance(value, dict):
        raise Closed(POLICY, "not an object")
    return value
