"""Webhooks on their way to a bot, as Meta delivers them: signed, and again until 200.

Nothing is promised about order: what failed comes later, while the next has been delivered. The
first attempts of one chat go one after another, so that a test without failures is in order.
https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

FIRST_WAIT = 0.05
"""Meta waits longer and longer, for seven days; tests have no such time."""
LONGEST_WAIT = 0.5
ANSWER_WITHIN = 60.0
CHALLENGE = "1158201444"


@dataclass(slots=True)
class Webhook:
    """Where webhooks go, and how that went."""

    url: str
    secret: str
    verify_token: str
    pending: set[int] = field(default_factory=set)
    delivered: int = 0
    attempts: int = 0
    last_status: int = 0


class GraphDelivery:
    def __init__(self) -> None:
        self._queues: dict[tuple[int, str], deque[tuple[int, bytes]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._last = 0

    def add(self, webhook: Webhook, chat: str, raw: bytes, copies: int = 1) -> int:
        """`copies` delivers it that often even though it was acknowledged. Gives its number."""
        self._last += 1
        webhook.pending.add(self._last)
        key = (id(webhook), chat)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = deque()
            self._start(self._drain(webhook, key, queue))
        queue.extend([(self._last, raw)] * copies)
        return self._last

    def forget(self, webhooks: Iterable[Webhook]) -> None:
        """Deliver nothing more of what is on its way."""
        for task in self._tasks:
            task.cancel()
        self._queues.clear()
        for webhook in webhooks:
            webhook.pending.clear()

    async def verify(self, webhook: Webhook) -> bool:
        """Ask the address for the challenge, as Meta does when a webhook is set."""
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": CHALLENGE,
            "hub.verify_token": webhook.verify_token,
        }
        try:
            async with self._client().get(webhook.url, params=query) as response:
                return response.status == 200 and await response.text() == CHALLENGE
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(
        self, webhook: Webhook, key: tuple[int, str], queue: deque[tuple[int, bytes]]
    ) -> None:
        while queue:
            number, raw = queue[0]
            if await self._post(webhook, raw) == 200:
                self._done(webhook, number, queue)
            else:
                self._start(self._again(webhook, number, raw))
            queue.popleft()
        self._queues.pop(key, None)

    async def _again(self, webhook: Webhook, number: int, raw: bytes) -> None:
        wait = FIRST_WAIT
        while True:
            await asyncio.sleep(wait)
            if await self._post(webhook, raw) == 200:
                self._done(webhook, number, deque())
                return
            wait = min(wait * 2, LONGEST_WAIT)

    def _done(self, webhook: Webhook, number: int, queue: deque[tuple[int, bytes]]) -> None:
        if len(queue) < 2 or queue[1][0] != number:  # no copy of it follows
            webhook.pending.discard(number)
            webhook.delivered += 1

    async def _post(self, webhook: Webhook, raw: bytes) -> int:
        webhook.attempts += 1
        signature = hmac.new(webhook.secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        try:
            async with self._client().post(webhook.url, data=raw, headers=headers) as response:
                await response.read()
                webhook.last_status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            webhook.last_status = 0
        return webhook.last_status

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
            connector = aiohttp.TCPConnector(limit=40)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        return self._session
