"""A small fast HTTP server for fake platforms: one handler, keep-alive, no framework."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import parse_qsl, unquote

import httptools
import orjson

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


@dataclass(slots=True)
class Request:
    """Header names are in lower case; `path` is decoded and has no query."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Response:
    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status)


Handler = Callable[[Request], Response | Awaitable[Response | None] | None]
"""Gives a response at once or later; None closes the connection without one."""


class Server:
    """A listening server; `url` ends with a slash."""

    def __init__(self, listening: asyncio.Server, connections: "set[_Connection]") -> None:
        self.url = "http://{}:{}/".format(*listening.sockets[0].getsockname()[:2])
        self._listening = listening
        self._connections = connections

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        self._listening.close()
        for connection in list(self._connections):
            connection.close()
        await asyncio.sleep(0)


async def serve(handler: Handler, *, host: str = "127.0.0.1", port: int = 0) -> Server:
    loop = asyncio.get_running_loop()
    connections: set[_Connection] = set()
    listening = await loop.create_server(
        lambda: _Connection(handler, connections), host, port, backlog=1024
    )
    return Server(listening, connections)


class _Connection(asyncio.Protocol):
    """One client; it is answered in turn, because none of ours sends ahead."""

    def __init__(self, handler: Handler, open_ones: "set[_Connection]") -> None:
        self._handler = handler
        self._open_ones = open_ones
        self._transport: asyncio.Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._parser = httptools.HttpRequestParser(self)
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    # ------------------------------------------------------------ asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._open_ones.discard(self)
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    # ------------------------------------------------------------ the parser's calls

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect") == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode("latin-1").partition("?")
        request = Request(
            method=self._parser.get_method().decode(),
            path=unquote(path),
            query=dict(parse_qsl(query)) if query else {},
            headers=self._headers,
            body=b"".join(self._body),
        )
        self._begin()
        answer = self._handler(request)
        if answer is None or isinstance(answer, Response):
            self._answer(answer)
            return
        task = asyncio.ensure_future(self._answer_later(answer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ answering

    async def _answer_later(self, awaited: Awaitable[Response | None]) -> None:
        self._answer(await awaited)

    def _answer(self, response: Response | None) -> None:
        if response is None:
            self.close()
        elif self._transport is not None:
            extra = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
            head = (
                f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Status')}\r\n"
                f"Content-Type: {response.content_type}\r\n"
                f"Content-Length: {len(response.body)}\r\n{extra}\r\n"
            )
            self._transport.write(head.encode("latin-1") + response.body)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
