"""Calls of customers' endpoints: one signed POST each, only to where it may go, and what came of it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from adapters.guarded_http import Answer, GuardedHttp, Request
from adapters.signing import signed
from bots.errors import AddressRefused, RemoteFailed
from bots.model.webhook import Answered, Endpoint
from bots.ports import Clock

PATIENCE = 10.0
"""Seconds that an endpoint may take."""
ENOUGH = 4096
"""Bytes of an answer that are waited for; none of them is kept."""


class HttpWebhookSender:
    """Behind `bots.ports.WebhookSender`. Redirects are not followed: they are answers like others.

    What the settings allow beside public addresses is for the owner's own workspace alone.
    """

    def __init__(self, http: GuardedHttp, public: GuardedHttp, *, owner: int, clock: Clock) -> None:
        self._http = http
        self._public = public
        self._owner = owner
        self._clock = clock

    async def check(self, workspace: int, url: str) -> None:
        await self._of(workspace).check(url)

    async def send(self, endpoint: Endpoint, id: str, body: Mapping[str, Any]) -> Answered:
        now = self._clock()
        secrets = endpoint.signed_with(now)
        if not secrets:
            return Answered(status=0, took=0, error="its secret is sealed with another key")
        content = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS, default=str)
        request = Request(
            method="POST",
            url=endpoint.url,
            headers=signed(content, id, now, secrets),
            body=content,
            seconds=PATIENCE,
            enough=ENOUGH,
        )
        started = time.monotonic()
        try:
            answer = await self._of(endpoint.workspace).fetch(request)
        except (AddressRefused, RemoteFailed) as error:
            return Answered(status=0, took=_since(started), error=str(error))
        return self._answered(answer, _since(started))

    def _answered(self, answer: Answer, took: int) -> Answered:
        error = ""
        if 300 <= answer.status < 400:
            error = "it leads elsewhere, and redirects are not followed"
        elif not 200 <= answer.status < 300:
            error = f"it answered {answer.status}"
        wait = retry_after(answer.headers.get("retry-after", ""), self._clock())
        return Answered(status=answer.status, took=took, error=error, retry_after=wait)

    def _of(self, workspace: int) -> GuardedHttp:
        return self._http if workspace == self._owner else self._public


def retry_after(written: str, now: datetime) -> float | None:
    """Seconds, given as such or as a moment (RFC 9110, 10.2.3); None where it is neither."""
    written = written.strip()
    if written.isascii() and written.isdecimal() and len(written) < 10:
        return float(written)
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    # A date without a zone is one of Greenwich.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
