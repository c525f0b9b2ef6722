"""What an update is answered with by a bot that looks at nothing but this one update."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson
import uvicorn

from benchmarks.peers import place, texts

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Kept = Callable[[int, bytes], Awaitable[None]]
"""Called with an update's number and text before the update is answered 200."""

YES_OR_NO = {
    "inline_keyboard": [
        [{"text": "Yes", "callback_data": "yes"}, {"text": "No", "callback_data": "no"}]
    ]
}


class Floor:
    """Raw ASGI: read, compare the secret, parse, answer 200, send one message."""

    def __init__(self, kept: Kept | None = None) -> None:
        self._kept = kept
        self._session: aiohttp.ClientSession | None = None
        self._sending: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        body = await _body(receive)
        given = dict(scope["headers"]).get(b"x-telegram-bot-api-secret-token", b"")
        if not secrets.compare_digest(given, place.SECRET.encode()):
            return await _answer(send, 401)
        update = orjson.loads(body)
        if self._kept is not None:
            await self._kept(update["update_id"], body)
        await _answer(send, 200)
        task = asyncio.create_task(self._say(_reply(update)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            kind = (await receive())["type"]
            if kind == "lifespan.startup":
                self._session = aiohttp.ClientSession(json_serialize=_text)
            elif self._session is not None:
                await self._session.close()
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return

    async def _say(self, message: Message) -> None:
        assert self._session is not None
        url = f"{place.API}/bot{place.TOKEN}/sendMessage"
        async with self._session.post(url, json=message) as response:
            orjson.loads(await response.read())


def serve(app: Floor) -> None:
    """As fast as uvicorn goes."""
    uvicorn.run(
        app,
        port=place.PORT,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )


def _reply(update: Message) -> Message:
    if press := update.get("callback_query"):
        return {
            "chat_id": press["message"]["chat"]["id"],
            "text": texts.THANKS.format(name="Anna"),
        }
    chat, text = update["message"]["chat"]["id"], update["message"]["text"]
    if text == "/start":
        return {"chat_id": chat, "text": texts.HELLO}
    if texts.PHONE.fullmatch(text):
        right = texts.RIGHT.format(name="Anna", phone=text)
        return {"chat_id": chat, "text": right, "reply_markup": YES_OR_NO}
    if " " in text:
        return {"chat_id": chat, "text": texts.MISFIT}
    return {"chat_id": chat, "text": texts.NICE.format(name=text)}


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message["body"])
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
