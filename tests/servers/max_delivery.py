"""Updates of the fake MAX on their way: to webhooks, again until 200, or to whoever asks."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from tests.servers.max_calls import UPDATES
from tests.servers.max_state import Bot, Json, Refused, Subscription

FIRST_WAIT = 0.05
"""MAX tries again after 30 to 60 s, for eight hours; tests have no such time."""
LONGEST_WAIT = 0.5
SECRET = "X-Max-Bot-Api-Secret"


class Delivery:
    """Updates of one dialog go one after another, those of different ones side by side."""

    def __init__(self) -> None:
        self._queues: dict[tuple[str, str], deque[Json]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def add(self, bot: Bot, update: Json, copies: int = 1) -> None:
        """`copies` delivers it that often even though it was acknowledged."""
        for _ in range(copies):
            if bot.subscriptions:
                self._to_webhook(bot, update)
            else:
                bot.waiting.append(orjson.loads(orjson.dumps(update)))
                bot.news.set()

    def all_waiting(self, bot: Bot) -> None:
        """Somebody has subscribed: what waited to be fetched goes there."""
        waiting, bot.waiting = bot.waiting, []
        bot.first += len(waiting)
        for update in waiting:
            self._to_webhook(bot, update)

    async def fetched(self, bot: Bot, query: Mapping[str, str]) -> Json:
        """What `GET /updates` gives; what lies before the marker is forgotten."""
        if bot.subscriptions:
            raise Refused(405, "method.not.allowed", "There is a webhook subscription")
        if "marker" in query:
            gone = min(max(int(query["marker"]) - bot.first, 0), len(bot.waiting))
            del bot.waiting[:gone]
            bot.first += gone
            bot.delivered += gone
        loop = asyncio.get_running_loop()
        deadline = loop.time() + float(query.get("timeout", 30))
        while not (wanted := self._wanted(bot, query)) and loop.time() < deadline:
            bot.news.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await bot.news.wait()
            except TimeoutError:
                break
        return {"updates": wanted, "marker": bot.first + len(bot.waiting)}

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    def _wanted(self, bot: Bot, query: Mapping[str, str]) -> list[Json]:
        types = query.get("types", "").split(",") if query.get("types") else None
        return [one for one in bot.waiting if types is None or one.get("update_type") in types]

    def _to_webhook(self, bot: Bot, update: Json) -> None:
        for subscription in bot.subscriptions:
            kind = update.get("update_type")
            if kind not in subscription.types and str(kind) in UPDATES:
                continue
            key = (subscription.url, _dialog_of(update))
            bot.pending += 1
            if key in self._queues:
                self._queues[key].append(update)
                continue
            self._queues[key] = deque([update])
            task = asyncio.ensure_future(self._drain(bot, subscription, key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _drain(self, bot: Bot, to: Subscription, key: tuple[str, str]) -> None:
        queue = self._queues[key]
        try:
            while queue:
                wait = FIRST_WAIT
                while to in bot.subscriptions and await self._post(bot, to, queue[0]) != 200:
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, LONGEST_WAIT)
                queue.popleft()
                bot.pending -= 1
                bot.delivered += 1
        finally:
            del self._queues[key]

    async def _post(self, bot: Bot, to: Subscription, update: Json) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        headers = {"Content-Type": "application/json"}
        if to.secret:
            headers[SECRET] = to.secret
        bot.attempts += 1
        try:
            async with self._session.post(
                to.url, data=orjson.dumps(update), headers=headers
            ) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0


def _dialog_of(update: Json) -> str:
    message: Any = update.get("message") or {}
    who = update.get("user") or (update.get("callback") or {}).get("user") or message.get("sender")
    return str((who or {}).get("user_id", "")) if isinstance(who, dict) else ""
