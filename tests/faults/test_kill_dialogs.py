"""An operator works over HTTP and follows the chat while the server is killed: no gap, nothing twice.

Each request carries an Idempotency-Key and is sent until it is answered. `EASYFLOW_KILLS` says how
often the server is killed.
"""

import asyncio
import contextlib
import http.client
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.people_at_work import rows, until
from tests.servers.easyflow import EasyFlow
from tests.surface.following import address, dialog_of
from tests.surface.people import Person, login

KILLS = int(os.environ.get("EASYFLOW_KILLS", "2"))
SESSION = "session-1"
WORDS = 5
"""Of each side between two kills."""


class Desk:
    """The chat as an operator and its customer have it over HTTP."""

    def __init__(self, server: EasyFlow, boss: Person, dialog: int) -> None:
        self._server = server
        self._boss = boss
        self._dialog = dialog
        self.told: list[str] = []
        self.asked: list[str] = []

    async def works(self, words: list[str]) -> None:
        """Ask for the chat, take it, speak, give it back; each once, whatever happens."""
        await self._once("handoff/request", words[0], {"reason": "keyword"})
        await self._once("handoff/take", words[0], {})
        for text in words:
            answer = await self._once("messages", text, {"text": text})
            assert answer["text"] == text
            self.told.append(text)
        await self._once("handoff/release", words[0], {})

    async def hears(self, words: list[str]) -> None:
        for text in words:
            body = {"message": text, "session_id": SESSION, "user_id": SESSION}
            await self._sent("/api/v1/conversation/chat", text, body)
            self.asked.append(text)

    async def _once(self, what: str, key: str, body: Any) -> Any:
        return await self._sent(f"/api/dialogs/{self._dialog}/{what}", f"{what} {key}", body)

    async def _sent(self, path: str, key: str, body: Any) -> Any:
        async with asyncio.timeout(120):
            while True:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    status, answer = await self._server.asked(
                        "POST",
                        path,
                        body,
                        key=self._boss.credential,
                        headers={"Idempotency-Key": key},
                    )
                    if status not in (409, 429, 503):
                        assert status == 200, (path, key, status, answer)
                        return answer
                    if status == 409:
                        assert "under way" in str(answer), (path, key, answer)
                await asyncio.sleep(0.05)


class Reader:
    """A follower that comes back after each kill and goes on where it was."""

    def __init__(self, boss: Person, dialog: int) -> None:
        self._boss = boss
        self._dialog = dialog
        self.after = 0
        self.seen: list[dict[str, Any]] = []

    async def reads(self) -> None:
        while True:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                await self._follow()
            await asyncio.sleep(0.05)

    async def _follow(self) -> None:
        where = address(self._boss, self._dialog, after=self.after)
        async with connect(where, proxy=None, close_timeout=1) as wire:
            async for text in wire:
                if text == "__ping__":
                    await wire.send("__pong__")
                    continue
                event = orjson.loads(text)
                if event["type"] == "connected":
                    assert not event.get("reset"), event
                elif "seq" in event:
                    self.seen.append(event)
                    self.after = event["seq"]

    @property
    def ended(self) -> int:
        """How many hand-offs they saw end."""
        return sum(one["type"] == "handoff_released" for one in self.seen)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.reads())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def test_a_chat_is_followed_without_a_gap_over_kills(tmp_path: Path) -> None:
    chance = random.Random(20261126)
    with EasyFlow(tmp_path / "data", default_bot="shop", log__level="warning") as server:
        boss = login(server, "owner@example.com", "correct horse battery")
        dialog = dialog_of(boss, SESSION)
        desk, reader = Desk(server, boss, dialog), Reader(boss, dialog)
        async with reader.reading():
            for number in range(KILLS):
                said = [f"o{number}-{one}" for one in range(WORDS)]
                heard = [f"c{number}-{one}" for one in range(WORDS)]
                both = asyncio.gather(desk.works(said), desk.hears(heard))
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                server.kill()
                await asyncio.to_thread(server.start)
                await both
            last = _last(server, dialog)
            await until(lambda: reader.after >= last and reader.ended == KILLS)
        _check(server, dialog, desk, reader)


def _last(server: EasyFlow, dialog: int) -> int:
    query = "SELECT max(seq) FROM messages WHERE conversation_id = ?"
    ((last,),) = rows(server.data, query, dialog)
    return int(last)


def _check(server: EasyFlow, dialog: int, desk: Desk, reader: Reader) -> None:
    numbers = [one["seq"] for one in reader.seen]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    query = "SELECT text, author FROM messages WHERE conversation_id = ? ORDER BY seq"
    kept = rows(server.data, query, dialog)
    ours = [text for text, author in kept if author == "operator" and text.startswith("o")]
    theirs = [text for text, author in kept if author == "customer" and text.startswith("c")]
    assert ours == desk.told
    assert theirs == desk.asked
    seen = [one["message"]["text"] for one in reader.seen if one["type"] == "new_message"]
    assert [text for text in seen if text in {*ours, *theirs}] == [
        text for text, _ in kept if text in {*ours, *theirs}
    ]
    happened = Counter(one["type"] for one in reader.seen)
    ((episodes,),) = rows(
        server.data, "SELECT count(*) FROM episodes WHERE conversation_id = ?", dialog
    )
    assert episodes == KILLS
    assert happened["handoff_started"] == happened["handoff_released"] == KILLS
