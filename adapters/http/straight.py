"""A messenger's update straight from its connection to the intake: every turn begins with one."""

import asyncio
from collections.abc import Sequence
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from adapters.http.connection import BoundedConnection
from adapters.http.intake import PREFIX, SMALL, Intake

_PREFIX = PREFIX.encode()


class StraightConnection(BoundedConnection):
    """Hands a small POST to a webhook to the intake itself, where the application begins with one.

    ASGI's scope, task, events and checks cost as much as all that the intake does. Whatever is not as
    messengers send it (pieces, old versions, a request ahead of an answer) goes the usual way.
    """

    def __init__(self, config: Config, *given: Any, **options: Any) -> None:
        super().__init__(config, *given, **options)
        app = config.app
        self._intake = app if isinstance(app, Intake) and not config.root_path else None

    def on_message_begin(self) -> None:
        self.head_begins()
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        if self._intake is not None and self._is_straight():
            self.head_ends()
            self.cycle = _Delivery(self)  # type: ignore[assignment]
            return
        # Only now what the usual way begins with.
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        HttpToolsProtocol.on_message_begin(self)
        self.headers += headers
        self.url, self.expect_100_continue = url, expects
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if isinstance(self.cycle, _Delivery):
            self._deliver(self.cycle)

    def _is_straight(self) -> bool:
        if not self.url.startswith(_PREFIX) or b"%" in self.url or b"#" in self.url:
            return False
        busy = self.cycle is not None and not self.cycle.response_complete
        parser = self.parser
        return (
            parser.get_method() == b"POST"
            and not busy
            and not self.expect_100_continue
            and not parser.should_upgrade()
            and parser.should_keep_alive()
            and parser.get_http_version() == "1.1"
            and _is_small(self.headers)
        )

    def _deliver(self, delivery: "_Delivery") -> None:
        assert self._intake is not None
        path, _, query = self.url.partition(b"?")
        platform = path[len(_PREFIX) :].decode("ascii", "replace")
        body = bytes(delivery.body)
        work = self._intake.deliver(platform, self.headers, body, query, delivery.answer)
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.logger.error("An update could not be answered", exc_info=error)
            self.transport.close()


class _Nobody:
    """Waits for nothing that is told."""

    def set(self) -> None:
        pass


class _Delivery:
    """What uvicorn's connection asks of the request under way, and how it is answered."""

    __slots__ = (
        "_connection",
        "body",
        "disconnected",
        "keep_alive",
        "more_body",
        "response_complete",
    )

    message_event = _Nobody()

    def __init__(self, connection: StraightConnection) -> None:
        self._connection = connection
        self.body = bytearray()
        self.more_body = True
        self.disconnected = False
        self.keep_alive = True
        self.response_complete = False

    async def answer(
        self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> None:
        connection = self._connection
        if connection.flow.write_paused and not self.disconnected:
            await connection.flow.drain()
        if self.disconnected:
            return
        self.response_complete = True
        lines = [STATUS_LINE[status]]
        told = False
        for name, value in (*connection.server_state.default_headers, *headers):
            lines += (name, b": ", value, b"\r\n")
            told = told or (name == b"connection" and value.lower() == b"close")
        if told:
            self.keep_alive = False
        elif not self.keep_alive:
            lines.append(b"connection: close\r\n")
        lines += (b"\r\n", body)
        connection.transport.write(b"".join(lines))
        if not self.keep_alive:
            connection.transport.close()
        connection.on_response_complete()


def _is_small(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether the body's size is told, once, and is that of nearly all updates."""
    sizes = [value for name, value in headers if name in (b"content-length", b"transfer-encoding")]
    return len(sizes) == 1 and sizes[0].isdigit() and len(sizes[0]) < 8 and int(sizes[0]) <= SMALL
