"""Telegram as seen from a bot, small and fast: delivers updates to a webhook, takes the Bot API's calls.

Both ends run in one process, so that the time from an update sent to its answer received is read
from one clock.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson

TOKEN = "1000000001:AAbenchmarkbenchmarkbenchmarkbenchm"
SECRET = "benchmark-secret"

Answered = Callable[[int, dict[str, Any]], None]
"""Called with the chat's id and the call's body for every sendMessage."""


class Platform(asyncio.Protocol):
    """One connection from the bot's server: reads requests, answers each at once."""

    def __init__(self, answered: Answered) -> None:
        self.answered = answered
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head_end = self._buffer.find(b"\r\n\r\n")
            if head_end < 0:
                return
            head = self._buffer[:head_end]
            length = _content_length(head)
            if len(self._buffer) < head_end + 4 + length:
                return
            body = self._buffer[head_end + 4 : head_end + 4 + length]
            self._buffer = self._buffer[head_end + 4 + length :]
            self._answer(head.split(b" ", 2)[1], body)

    def result(self, path: bytes, body: bytes) -> Any:
        """What a call is answered with, as JSON."""
        raise NotImplementedError

    def _answer(self, path: bytes, body: bytes) -> None:
        payload = orjson.dumps(self.result(path, body))
        assert self._transport is not None
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % len(payload)
            + payload
        )


class BotApi(Platform):
    """Telegram's."""

    def result(self, path: bytes, body: bytes) -> Any:
        method = path.rsplit(b"/", 1)[-1].decode()
        result: Any = True
        if method == "getMe":
            result = {"id": int(TOKEN.split(":")[0]), "is_bot": True, "first_name": "Bench"}
            result["username"] = "bench_bot"
        elif method == "getWebhookInfo":
            result = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
        elif method == "sendMessage":
            call = _parameters(body)
            chat = int(call["chat_id"])
            result = {
                "message_id": 1,
                "from": {"id": int(TOKEN.split(":")[0]), "is_bot": True, "first_name": "Bench"},
                "chat": {"id": chat, "type": "private", "first_name": "Anna"},
                "date": int(time.time()),
                "text": call["text"],
            }
            self.answered(chat, call)
        return {"ok": True, "result": result}


def _parameters(body: bytes) -> dict[str, Any]:
    """Of a call: JSON from some libraries, a form from others."""
    if body.startswith(b"{"):
        call: dict[str, Any] = orjson.loads(body)
        return call
    return dict(parse_qsl(body.decode()))


class _Webhook(asyncio.Protocol):
    """One connection to the server's webhook; a request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.done: asyncio.Future[int] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("The server closed"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        length = _content_length(self._buffer[:head_end])
        if len(self._buffer) >= head_end + 4 + length:
            status = int(self._buffer[9:12])
            self._buffer = b""
            if self.done is not None and not self.done.done():
                self.done.set_result(status)


class Webhooks:
    """Posts updates over a few kept connections, as the messenger does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: deque[_Webhook] = deque()
        self._number = 0

    async def post(self, update: dict[str, Any]) -> None:
        """Deliver one update. Raises RuntimeError unless it is answered 200."""
        connection = self._free.popleft() if self._free else await self._connected()
        self._number += 1
        connection.done = asyncio.get_running_loop().create_future()
        assert connection.transport is not None
        connection.transport.write(self.request(self._number, update))
        status = await connection.done
        self._free.append(connection)
        if status != 200:
            raise RuntimeError(f"The webhook answered {status}")

    def request(self, number: int, update: dict[str, Any]) -> bytes:
        """The whole request; `number` is good for an id that never comes again."""
        body = orjson.dumps({"update_id": number, **update})
        return self.post_of("telegram", {"x-telegram-bot-api-secret-token": SECRET}, body)

    def post_of(self, messenger: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """A POST to the server's address for a messenger."""
        given = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = (
            f"POST /api/v1/messaging/webhook/{messenger} HTTP/1.1\r\nhost: 127.0.0.1\r\n{given}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def _connected(self) -> _Webhook:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(_Webhook, "127.0.0.1", self._port)
        return protocol


class Person:
    """A customer who walks through the five steps again and again."""

    def __init__(self, chat: int) -> None:
        self.chat = chat
        self.turn = 0
        self.button: str | None = None
        self.asked: dict[str, Any] = {}

    def next(self) -> dict[str, Any]:
        """The next update: a command, a name, a misfit, a phone, a press."""
        step = self.turn % 5
        self.turn += 1
        if step == 4:
            return self.pressed()
        return self.wrote(("/start", "Anna", "no idea", "+7 999 123-45-67")[step])

    def wrote(self, text: str) -> dict[str, Any]:
        sender = {"id": self.chat, "is_bot": False, "first_name": "Anna", "language_code": "en"}
        message: dict[str, Any] = {
            "message_id": self.turn,
            "from": sender,
            "chat": {"id": self.chat, "type": "private", "first_name": "Anna"},
            "date": int(time.time()),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return {"message": message}

    def pressed(self) -> dict[str, Any]:
        sender = {"id": self.chat, "is_bot": False, "first_name": "Anna", "language_code": "en"}
        chat = {"id": self.chat, "type": "private", "first_name": "Anna"}
        return {
            "callback_query": {
                "id": f"{self.chat}-{self.turn}",
                "from": sender,
                "message": {
                    "message_id": self.turn,
                    "date": int(time.time()),
                    "chat": chat,
                    **self.asked,
                },
                "chat_instance": "1",
                "data": self.button or "?",
            }
        }

    def hears(self, call: dict[str, Any]) -> None:
        """Remember the button to press, and the message it hangs on: a press brings it along."""
        markup = call.get("reply_markup") or {}
        if isinstance(markup, str):
            markup = orjson.loads(markup)
        rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
        if rows:
            self.button = rows[0][0]["callback_data"]
            self.asked = {"text": call.get("text", ""), "reply_markup": markup}


def settings(api: str) -> Mapping[str, str]:
    """What tells the server where Telegram is."""
    return {
        "EASYFLOW_TELEGRAM__TOKEN": TOKEN,
        "EASYFLOW_TELEGRAM__WEBHOOK_SECRET": SECRET,
        "EASYFLOW_TELEGRAM__API_BASE": api,
    }


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
