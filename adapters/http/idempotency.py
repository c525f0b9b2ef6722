"""`Idempotency-Key`: the same request again gets the first one's answer, for a day."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header
from starlette.responses import Response

from bots.errors import Conflict, Invalid
from bots.model.account import Caller
from bots.ports import Clock, Shelf

HEADER = "Idempotency-Key"
LONGEST = 255


def _documented(
    key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            max_length=LONGEST,
            description="The same key and body again get the first one's answer, for a day.",
        ),
    ] = None,
) -> None:
    """The route's class reads the header; this tells the OpenAPI document of it."""


DOCUMENTED = Depends(_documented)
"""For POST routes."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request under a key; `name` is unique to the caller, the address and the key."""

    workspace: int
    name: str
    digest: str


class Idempotency:
    """Answers are kept on a shelf per day, so that yesterday's can be cleared as a whole.

    Only answers that tell of success are kept: a refused request has changed nothing and may be
    tried again.
    """

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._running: dict[str, Attempt] = {}
        self._cleared: dict[int, str] = {}

    async def begin(self, caller: Caller, key: str, path: str, body: bytes) -> Attempt | Response:
        """The first one's answer, or the attempt that this request now is.

        Raises Conflict while the first is under way, Invalid for another body under the same key.
        """
        if not 1 <= len(key) <= LONGEST:
            raise Invalid(HEADER, f"must have from 1 to {LONGEST} characters")
        whose = f"{caller.workspace}\n{caller.bot}\n{path}\n{key}"
        name = hashlib.sha256(whose.encode()).hexdigest()
        attempt = Attempt(caller.workspace, name, hashlib.sha256(body).hexdigest())
        running = self._running.get(name)
        if running is not None:
            _same(running.digest, attempt)
            raise Conflict("The first request with this Idempotency-Key is still under way")
        self._running[name] = attempt
        try:
            kept = await self._kept(attempt)
        except BaseException:
            self.release(attempt)
            raise
        if kept is None:
            return attempt
        self.release(attempt)
        _same(kept["digest"], attempt)
        return _response(kept)

    async def finish(self, attempt: Attempt, response: Response) -> None:
        """Keep the answer, if it is worth keeping, and let the key go."""
        try:
            if 200 <= response.status_code < 300:
                await self._keep(attempt, response)
        finally:
            self.release(attempt)

    def release(self, attempt: Attempt) -> None:
        """The request came to nothing: the key may be used again."""
        self._running.pop(attempt.name, None)

    async def _kept(self, attempt: Attempt) -> Mapping[str, Any] | None:
        now = self._clock()
        for day in (now, now - timedelta(days=1)):
            kept = await self._shelf.get(attempt.workspace, _shelf(day), attempt.name)
            if kept and now - datetime.fromisoformat(kept["at"]) < timedelta(days=1):
                return dict(kept)
        return None

    async def _keep(self, attempt: Attempt, response: Response) -> None:
        now = self._clock()
        value = {
            "digest": attempt.digest,
            "at": now.isoformat(),
            "status": response.status_code,
            "type": response.headers.get("content-type", ""),
            "body": bytes(response.body).decode(),
        }
        await self._shelf.put(attempt.workspace, _shelf(now), attempt.name, value)
        await self._clear(attempt.workspace, _shelf(now - timedelta(days=2)))

    async def _clear(self, workspace: int, shelf: str) -> None:
        """Once a day, and after each start, empty what is past its time."""
        if self._cleared.get(workspace) == shelf:
            return
        self._cleared[workspace] = shelf
        for name, value in (await self._shelf.all(workspace, shelf)).items():
            if value is not None:
                await self._shelf.put(workspace, shelf, name, None)


def _shelf(day: datetime) -> str:
    return f"idempotency {day:%Y-%m-%d}"


def _same(digest: str, attempt: Attempt) -> None:
    if digest != attempt.digest:
        raise Invalid(HEADER, "was used with another body")


def _response(kept: Mapping[str, Any]) -> Response:
    headers = {"Idempotency-Replayed": "true", "Content-Type": kept["type"]}
    return Response(kept["body"], status_code=kept["status"], headers=headers)
