"""Customers' systems that are told of events, in a process of their own: good, dead, slow and whatever else.

    python -m tests.servers.fake_receiver --port 0 --slow 0.3

How it answers is the first word of the path: `good` takes all, `dead` hangs up until it is revived,
`slow` takes its time, `gone` says 410, `busy` says 429 a few times, `moved` leads elsewhere a few times.
It checks signatures as docs/webhooks.md says, with code of its own. Steered over HTTP: GET /__calls;
POST /__secret, /__revive. tests/servers/receiver.py wraps that for tests.
"""

import asyncio
import base64
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import orjson
import uvloop

from tests.servers.alone import Platform, options, play
from tests.servers.tiny_http import Request, Response, json_response

BUSY, MOVED = 5, 3
"""Calls after which these take what they are told."""


class FakeReceiver(Platform):
    """Every call it got, in order."""

    def __init__(self, slow: float) -> None:
        self._slow = slow
        self._secrets: dict[str, list[str]] = {}
        self._calls: list[dict[str, Any]] = []
        self._counts: Counter[str] = Counter()
        self._dead = True

    def handle(self, request: Request) -> Response | Awaitable[Response | None] | None:
        if request.path.startswith("/__"):
            return self._steered(request)
        path = request.path.strip("/")
        self._counts[path] += 1
        call = self._told(path, request)
        self._calls.append(call)
        match path:
            case "dead" if self._dead:
                call["taken"] = False
                return None
            case "slow":
                return self._slowly()
            case "gone":
                status = 410
            case "busy":
                status = 429 if self._counts[path] <= BUSY else 200
            case "moved":
                status = 302 if self._counts[path] <= MOVED else 200
            case _:
                status = 200
        call["taken"] = status == 200
        return Response(b"", status, headers={"Retry-After": "1", "Location": "/elsewhere"})

    async def _slowly(self) -> Response:
        await asyncio.sleep(self._slow)
        return Response(b"")

    def _told(self, path: str, request: Request) -> dict[str, Any]:
        body = orjson.loads(request.body)
        message = body["data"].get("message", {})
        return {
            "path": path,
            "id": body["id"],
            "header": request.headers.get("webhook-id"),
            "event": body["event"],
            "chat": body["data"].get("number"),
            "seq": message.get("seq"),
            "happened": body["timestamp"],
            "at": time.time(),
            "taken": True,
            "signed": self._signed(path, request),
        }

    def _signed(self, path: str, request: Request) -> dict[str, list[int]]:
        """By which of the secrets we know, by either way of signing."""
        headers, body = request.headers, request.body
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        given = headers["webhook-signature"].split()
        standard, plain = [], []
        for number, secret in enumerate(self._secrets.get(path, [])):
            key = base64.b64decode(secret.removeprefix("whsec_"))
            digest = hmac.new(key, content, hashlib.sha256).digest()
            if f"v1,{base64.b64encode(digest).decode()}" in given:
                standard.append(number)
            if (
                hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
                == headers["x-webhook-signature"]
            ):
                plain.append(number)
        return {"standard": standard, "plain": plain}

    def _steered(self, request: Request) -> Response:
        given = orjson.loads(request.body) if request.body else {}
        match request.path:
            case "/__secret":
                self._secrets.setdefault(given["path"], []).append(given["secret"])
            case "/__revive":
                self._dead = False
            case "/__calls":
                since = int(request.query.get("since", 0))
                return json_response(self._calls[since:])
        return json_response({})


def main() -> None:
    given = options("receiver", "--slow", "seconds that the slow one takes")
    uvloop.run(play("receiver", lambda: FakeReceiver(float((given.slow or ["0.3"])[0])), given))


if __name__ == "__main__":
    main()
