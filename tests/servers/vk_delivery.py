"""Events of the fake VK on their way to bots: posted to callback servers, kept for the long poll.

https://dev.vk.com/ru/api/callback/getting-started
https://dev.vk.com/ru/api/bots-long-poll/getting-started
"""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from tests.servers.vk_group import CallbackServer, FakeClock, Group

FIRST_WAIT = 0.05
"""VK tries again after seconds and then minutes; tests have no such time."""
LONGEST_WAIT = 0.5
LONGEST_ASKED_WAIT = 3 * 3600.0
ANSWER_WITHIN = 60.0
LONGEST_POLL = 90.0
ASKING_LATER = (410, 429, 503)
"""With these and Retry-After a server says when it wants the event again."""


class CallbackDelivery:
    """Posts the events of one peer in their order; what failed comes again beside the next ones."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._queues: dict[tuple[int, int, str], deque[tuple[str, bytes, int]]] = {}
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def add(
        self, group: Group, server: CallbackServer, event: dict[str, Any], copies: int = 1
    ) -> None:
        """`copies` posts it that often even though it was acknowledged."""
        body = event | ({"secret": server.secret} if server.secret else {})
        name = f"{next(self._numbers)} {event['event_id']}"
        group.pending[name] = event
        key = (group.id, server.id, _queue_of(event))
        waiting = (name, orjson.dumps(body), copies)
        if key in self._queues:
            self._queues[key].append(waiting)
            return
        self._queues[key] = deque([waiting])
        self._start(self._drain(group, server, key))

    def confirm(self, group: Group, server: CallbackServer) -> None:
        """Ask a new or changed server for the confirmation string."""
        self._start(self._confirm(group, server))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _confirm(self, group: Group, server: CallbackServer) -> None:
        asked = {"type": "confirmation", "group_id": group.id}
        asked |= {"secret": server.secret} if server.secret else {}
        expected = group.confirmation
        status, answer, _ = await self._post(server.url, orjson.dumps(asked), {})
        if status == 200 and answer == expected.encode():
            server.status = "ok"
            group.confirmations += 1
        else:
            server.status = "failed"

    async def _drain(self, group: Group, server: CallbackServer, key: tuple[int, int, str]) -> None:
        queue = self._queues[key]
        while queue:
            name, body, copies = queue[0]
            for copy in range(copies):
                wait = await self._attempt(group, server, body, 0)
                if wait is not None:
                    self._start(self._again(group, server, name, body, wait))
                elif copy + 1 == copies:
                    self._done(group, name)
            queue.popleft()
        del self._queues[key]

    async def _again(
        self, group: Group, server: CallbackServer, name: str, body: bytes, wait: float
    ) -> None:
        counter = 1
        pause = FIRST_WAIT
        while True:
            await self._clock.until(self._clock.now() + wait)
            if group.servers.get(server.id) is not server:
                return  # it was taken away meanwhile
            told = await self._attempt(group, server, body, counter)
            if told is None:
                self._done(group, name)
                return
            counter += 1
            wait = told or pause
            pause = min(pause * 2, LONGEST_WAIT)

    async def _attempt(
        self, group: Group, server: CallbackServer, body: bytes, counter: int
    ) -> float | None:
        """None if it was taken, else how many seconds to wait (0: as VK likes)."""
        group.attempts += 1
        headers = {"X-Retry-Counter": str(counter)} if counter else {}
        status, answer, told = await self._post(server.url, body, headers)
        if status == 200 and answer == b"ok":
            return None
        asked = told.get("Retry-After", "")
        if status in ASKING_LATER and asked.isdigit() and int(asked) < LONGEST_ASKED_WAIT:
            return float(asked)
        return 0.0

    def _done(self, group: Group, name: str) -> None:
        if group.pending.pop(name, None) is not None:
            group.delivered += 1

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN)
            )
        headers = {"Content-Type": "application/json", **headers}
        try:
            async with self._session.post(url, data=body, headers=headers) as response:
                return response.status, await response.read(), response.headers
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, b"", {}


async def polled(group: Group, query: Mapping[str, str]) -> dict[str, Any]:
    """What the long poll server answers; waits up to `wait` seconds for something to tell."""
    poll = group.long_poll
    if not poll.key or query.get("key") != poll.key:
        return {"failed": 2}
    ts = int(query["ts"]) if query.get("ts", "").isdigit() else -1
    if ts < 0 or ts > poll.last:
        return {"failed": 3}
    if ts < poll.dropped:
        return {"failed": 1, "ts": poll.dropped}
    deadline = time.monotonic() + min(float(query.get("wait") or 0), LONGEST_POLL)
    while poll.last <= ts and poll.key == query["key"]:
        poll.news.clear()
        try:
            await asyncio.wait_for(poll.news.wait(), max(deadline - time.monotonic(), 0))
        except TimeoutError:
            break
    return {"ts": str(poll.last), "updates": poll.events[max(ts - poll.dropped, 0) :]}


def _queue_of(event: Mapping[str, Any]) -> str:
    """Events of one peer follow one another; presses overtake messages."""
    body = event.get("object")
    if not isinstance(body, dict):
        return "other"
    message = body.get("message", body)
    if not isinstance(message, dict):
        return "other"
    kind = "press" if event.get("type") == "message_event" else "peer"
    return f"{kind} {message.get('peer_id') or message.get('user_id')}"
