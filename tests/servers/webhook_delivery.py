"""Updates on their way to a bot's webhook, as Telegram does it: in queues, again until 2xx.

Messages of one chat go one after another; presses of buttons have a queue of their own, so they
can overtake messages. An update that fails blocks only its own queue.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson

from tests.servers.bot_api_bots import Bot

FIRST_WAIT = 0.05
"""Telegram tries again at once, then after 1, 2, 4 … 120 s; tests have no such time."""
LONGEST_WAIT = 0.5
ANSWER_WITHIN = 60.0
MAX_CONNECTIONS = 40


class WebhookDelivery:
    """`called` is given the call that an answer holds, its method among the parameters."""

    def __init__(self, called: Callable[[Bot, dict[str, Any]], None]) -> None:
        self._called = called
        self._queues: dict[tuple[str, str], deque[tuple[int, int]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)
        self._session: aiohttp.ClientSession | None = None

    def add(self, bot: Bot, number: int, copies: int = 1) -> None:
        """`copies` delivers it that often even though it was acknowledged."""
        key = (bot.token, _queue_of(bot.pending[number]))
        if key in self._queues:
            self._queues[key].append((number, copies))
            return
        self._queues[key] = deque([(number, copies)])
        task = asyncio.ensure_future(self._drain(bot, key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def all_pending(self, bot: Bot) -> None:
        """A webhook was set: what waited for getUpdates goes there."""
        waiting = {number for queue in self._queues.values() for number, _ in queue}
        for number in sorted(bot.pending):
            if number not in waiting:
                self.add(bot, number)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    async def _drain(self, bot: Bot, key: tuple[str, str]) -> None:
        queue = self._queues[key]
        try:
            while queue and bot.webhook is not None:
                number, copies = queue[0]
                for _ in range(copies):
                    if number in bot.pending:  # else it was dropped
                        await self._deliver(bot, bot.pending[number])
                if bot.webhook is None:
                    break  # getUpdates will have it
                queue.popleft()
                bot.delivered += bot.pending.pop(number, None) is not None
        finally:
            del self._queues[key]

    async def _deliver(self, bot: Bot, update: dict[str, Any]) -> None:
        wait = 0.0
        while bot.webhook is not None:
            async with self._slots:
                bot.attempts += 1
                status = await self._post(bot, update)
            if 200 <= status < 300:
                return
            await asyncio.sleep(wait)
            wait = min(max(wait * 2, FIRST_WAIT), LONGEST_WAIT)

    async def _post(self, bot: Bot, update: dict[str, Any]) -> int:
        assert bot.webhook is not None
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN)
            )
        headers = {"Content-Type": "application/json"}
        if bot.webhook["secret"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = bot.webhook["secret"]
        try:
            async with self._session.post(
                bot.webhook["url"], data=orjson.dumps(update), headers=headers
            ) as response:
                answer = await response.read()
                if answer.startswith(b"{") and response.status == 200:
                    self._called(bot, orjson.loads(answer))
                if response.status >= 300:
                    _failed(bot, f"Wrong response from the webhook: {response.status}")
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            _failed(bot, "Connection refused")
            return 0


def _failed(bot: Bot, why: str) -> None:
    bot.last_error, bot.last_error_at = why, bot.clock()


def _queue_of(update: dict[str, Any]) -> str:
    for kind in ("message", "edited_message"):
        if kind in update:
            return f"chat {update[kind].get('chat', {}).get('id')}"
    for kind, body in update.items():
        if kind != "update_id" and isinstance(body, dict):
            return f"{kind} {body.get('from', {}).get('id')}"
    return "other"
