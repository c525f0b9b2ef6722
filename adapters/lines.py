"""Calls over connections that are kept, written by hand: every turn makes one, and a whole client costs several times as much."""

import asyncio
import base64
import math
import os
import socket
import ssl
from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast
from urllib.parse import quote

import httptools
from aiohappyeyeballs import start_connection
from yarl import URL

from bots.errors import ChannelDown, ChannelError

KEPT = 15.0
"""Seconds for which an idle connection is kept: many servers close theirs after twenty."""

LONGEST_HEAD = 64 * 1024
LARGEST = 64 * 1024 * 1024
"""Bytes of a whole answer."""

NO_ANSWER = "No answer in time"

_READABLE = "%/?=&:;,+~!$'()*@[]"


class Headers(Mapping[str, str]):
    """An answer's headers; names can be looked up in any case. Few are ever read."""

    def __init__(self, pairs: list[tuple[bytes, bytes]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        wanted = name.lower().encode("latin-1")
        for key, value in self._pairs:
            if key.lower() == wanted:
                return value.decode("latin-1")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (key.decode("latin-1") for key, _ in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


class Answered(NamedTuple):
    """An HTTP answer; header names can be looked up in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Origin:
    """Connections to one server, `https://api.example.org` or with a port, each for one call at a time."""

    def __init__(self, base: str) -> None:
        url = URL(base)
        self._host = url.raw_host or ""
        self._port = url.port or 80
        self._secure = url.scheme == "https"
        self._context: ssl.SSLContext | None = None
        self._always = (
            f"Host: {url.host_port_subcomponent}\r\nUser-Agent: EasyFlow\r\nAccept: */*\r\n"
        )
        if url.user is not None:
            known = base64.b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
            self._always += f"Authorization: Basic {known}\r\n"
        self._idle: deque[_Line] = deque()
        self._lines: set[_Line] = set()
        self._look: asyncio.TimerHandle | None = None

    async def call(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        seconds: float,
    ) -> Answered:
        """Make a request with a body and read all of its answer, a redirect like any other.

        Raises ChannelDown, after `seconds` at the latest.
        """
        if not "".join(headers.values()).isprintable():
            raise ValueError("A header holds what would end it")
        given = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        where = path if _is_plain(path) else quote(path, safe=_READABLE)
        head = (
            f"{method} {where} HTTP/1.1\r\n{self._always}{given}Content-Length: {len(body)}\r\n\r\n"
        )
        line = self._free()
        if line is None:
            began = asyncio.get_running_loop().time()
            line = await self._connected(seconds)
            seconds -= asyncio.get_running_loop().time() - began
        try:
            return await line.call(head.encode("latin-1") + body, seconds)
        finally:
            if line.is_free:
                self._idle.append(line)
            else:
                line.close()

    def close(self) -> None:
        """Hang up. A call after it connects anew."""
        for line in list(self._lines):
            line.close()
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def watch(self, until: float) -> None:
        """Look at that time for calls that are not answered yet.

        A timer for each call costs as much as the rest of waiting for it; they all wait about as long.
        """
        if self._look is None or until < self._look.when():
            if self._look is not None:
                self._look.cancel()
            self._look = asyncio.get_running_loop().call_at(until, self._end_late)

    def _end_late(self) -> None:
        self._look = None
        now = asyncio.get_running_loop().time()
        for line in [line for line in self._lines if line.until <= now]:
            line.expire()
        soonest = min((line.until for line in self._lines), default=math.inf)
        if soonest < math.inf:
            self.watch(soonest)

    def lost(self, line: "_Line") -> None:
        """A connection is gone."""
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)

    def _free(self) -> "_Line | None":
        """The one used last. Those that were idle for long are closed, whoever closes first."""
        idle = self._idle
        if idle:
            oldest = asyncio.get_running_loop().time() - KEPT
            while idle and idle[0].since < oldest:
                idle.popleft().close()
        return idle.pop() if idle else None

    async def _connected(self, seconds: float) -> "_Line":
        """Raises ChannelDown: nothing was sent."""
        try:
            async with asyncio.timeout(seconds):
                return await self._connect()
        except TimeoutError:
            raise ChannelDown(NO_ANSWER, sent=False) from None
        except OSError as error:
            raise ChannelDown(f"No connection: {_reason(error)}", sent=False) from None

    async def _connect(self) -> "_Line":
        """By whichever of the host's addresses answers first, those of IPv6 tried before."""
        loop = asyncio.get_running_loop()
        if self._secure and self._context is None:
            self._context = await asyncio.to_thread(_context)
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        connected = await start_connection(found, happy_eyeballs_delay=0.25, interleave=1)
        try:
            _, line = await loop.create_connection(
                lambda: _Line(self),
                sock=connected,
                ssl=self._context,
                server_hostname=self._host if self._secure else None,
            )
        except BaseException:
            connected.close()
            raise
        self._lines.add(line)
        return line


class _Line(asyncio.Protocol):
    """One connection; what it is asked it answers before it is asked again."""

    def __init__(self, pool: Origin) -> None:
        self._pool = pool
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answered] | None = None
        self.until = math.inf
        self._unread = 0
        self._begin()
        self.since = 0.0
        self.is_free = False

    def call(self, request: bytes, seconds: float) -> "asyncio.Future[Answered]":
        """Cancelled or not answered, the line is good for nothing more."""
        loop = asyncio.get_running_loop()
        self._answer = answer = loop.create_future()
        self.is_free = False
        if self._transport is None:
            self._fail(ChannelDown("The connection broke: closed", sent=False))
            return answer
        self.until = loop.time() + seconds
        self._pool.watch(self.until)
        self._transport.write(request)
        return answer

    def expire(self) -> None:
        self.until = math.inf
        self._fail(ChannelDown(NO_ANSWER))

    def close(self) -> None:
        self.is_free = False
        self._pool.lost(self)
        self.until = math.inf
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------ asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.is_free = False
        self._pool.lost(self)
        if exc is None and self._in_body and not self._sized:
            # Its end is the connection's.
            self._finish(keep=False)
        self._fail(ChannelDown(f"The connection broke: {type(exc).__name__ if exc else 'closed'}"))

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(ChannelDown(f"The connection broke: {type(error).__name__}"))
            self.close()
        if self._unread > (LARGEST if self._in_body else LONGEST_HEAD):
            self._fail(ChannelDown("The connection broke: an endless answer"))
            self.close()

    # ------------------------------------------------------------ the parser's calls

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():
            # Nobody asked: how could one tell what it answers?
            self.close()
        self._begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))
        if name.lower() in (b"content-length", b"transfer-encoding"):
            self._sized = True

    def on_headers_complete(self) -> None:
        self._in_body = True

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:
            self._finish(keep=self._parser.should_keep_alive())

    # ------------------------------------------------------------ inside

    def _begin(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._in_body = self._sized = False

    def _finish(self, *, keep: bool) -> None:
        answer = self._answer
        self._unread = 0
        if answer is None or answer.done():
            return
        self.until = math.inf
        self.is_free = keep
        self.since = asyncio.get_running_loop().time()
        status = self._parser.get_status_code()
        answer.set_result(Answered(status, Headers(self._headers), b"".join(self._body)))

    def _fail(self, error: ChannelError) -> None:
        if self._answer is not None and not self._answer.done():
            self.until = math.inf
            self._answer.set_exception(error)


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ConnectionError) and error.errno:
        # Its own text names the address by number.
        return os.strerror(error.errno)
    return error.strerror or type(error).__name__


def _is_plain(path: str) -> bool:
    return path.isascii() and path.isprintable() and " " not in path and "#" not in path


def _context() -> ssl.SSLContext:
    """With the system's authorities; reading them takes a while."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
