"""One client's connection: uvicorn's own, with bounds on what a client may send and how slowly."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEADERS = 200


class TooManyHeaders(ValueError):
    """The parser takes it for a request it cannot read: 400, and the connection is closed."""


class BoundedConnection(HttpToolsProtocol):
    """Closes on a head that is endless or slow, on a body that stalls or trickles, and on silence.

    uvicorn waits for ever for a request that has begun, and keeps all of a head that never ends.
    `patience` is for a whole head, from the connection's begin or the head's first byte, and for
    each pause within a body, in seconds; a body may take as much longer as it brings
    `slowest` bytes a second. The time in which we are not ready to take more does not count.
    """

    patience = 20.0
    look_every = 5.0
    largest_head = 256 * 1024
    slowest = 1000

    _began: float | None = None
    _heard = 0.0
    _unseen = 0
    _body_until = 0.0
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._began = self._heard = self.loop.time()
        self._look = self.loop.call_later(self.look_every, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard = self.loop.time()
        self._unseen += len(data)
        super().data_received(data)
        if self._began is None and (self.cycle is None or self.cycle.response_complete):
            self._began = self._heard
        if self._unseen > self.largest_head:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self.head_begins()
        super().on_message_begin()

    def head_begins(self) -> None:
        if self._began is None:
            self._began = self._heard

    def on_headers_complete(self) -> None:
        self.head_ends()
        super().on_headers_complete()

    def head_ends(self) -> None:
        """Raises TooManyHeaders."""
        self._began = None
        self._unseen = 0
        self._body_until = self._heard + self.patience
        if len(self.headers) > MOST_HEADERS:
            raise TooManyHeaders

    def on_body(self, body: bytes) -> None:
        self._unseen = 0
        self._body_until += len(body) / self.slowest
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unseen = 0
        super().on_message_complete()

    def _look_after(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self.flow.read_paused:
            self._body_until += self.look_every
        since, now = self._waiting_since(), self.loop.time()
        if since is not None and (now - since > self.patience or self._trickles(now)):
            self.transport.abort()
            return
        self._look = self.loop.call_later(self.look_every, self._look_after)

    def _trickles(self, now: float) -> bool:
        return self._began is None and now > self._body_until

    def _waiting_since(self) -> float | None:
        """Since when the client owes us something."""
        if self.flow.read_paused:
            return None
        if self._began is not None:
            return self._began
        under_way = self.cycle is not None and not self.cycle.response_complete
        return self._heard if under_way and self.cycle.more_body else None
