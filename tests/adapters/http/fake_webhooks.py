"""Webhooks in memory, for tests of HTTP surfaces: kept, and answered 200 without a call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.errors import AddressRefused, Conflict, NotFound
from bots.model.feed import Entry
from bots.model.webhook import Answered, Attempt, Endpoint, Health


class MemoryWebhooks:
    """Behind `bots.ports.WebhookEndpoints`."""

    def __init__(self) -> None:
        self.rows: dict[str, Endpoint] = {}
        self.calls: dict[str, list[Attempt]] = {}

    async def all(self, workspace: int) -> list[Endpoint]:
        return [one for one in self.rows.values() if one.workspace == workspace]

    async def one(self, workspace: int, id: str) -> Endpoint:
        found = self.rows.get(id)
        if found is None or found.workspace != workspace:
            raise NotFound("webhook", id)
        return found

    async def add(self, endpoint: Endpoint, *, most: int) -> None:
        if len(await self.all(endpoint.workspace)) >= most:
            raise Conflict(f"There are {most} webhooks already: remove one first", "full")
        self.rows[endpoint.id] = endpoint

    async def change(self, endpoint: Endpoint, *, skip: bool = False, afresh: bool = False) -> None:
        await self.one(endpoint.workspace, endpoint.id)
        self.rows[endpoint.id] = replace(endpoint, version=endpoint.version + 1)

    async def remove(self, workspace: int, id: str) -> bool:
        found = self.rows.get(id)
        return found is not None and found.workspace == workspace and bool(self.rows.pop(id))

    async def noted(self, endpoint: Endpoint, attempt: Attempt) -> None:
        self.calls.setdefault(endpoint.id, []).insert(0, attempt)

    async def log(self, workspace: int, id: str, *, limit: int) -> list[Attempt]:
        return self.calls.get(id, [])[:limit]

    async def health(self, workspace: int) -> dict[str, Health]:
        return {}

    async def again(self, workspace: int, id: str, *, now: datetime) -> int:
        return 0


class FakeSender:
    """Takes every https address."""

    async def check(self, workspace: int, url: str) -> None:
        if not url.startswith("https://"):
            raise AddressRefused("only https:// is called")

    async def send(self, endpoint: Endpoint, id: str, body: Mapping[str, Any]) -> Answered:
        return Answered(status=200, took=1)


class SilentFeed:
    """Nothing happens."""

    async def after(
        self, workspace: int, cursor: int, *, limit: int, names: Sequence[str] = ()
    ) -> list[Entry]:
        return []

    async def latest(self) -> int:
        return 0

    async def stirred(self, cursor: int) -> set[int]:
        return set()

    async def prune(self, before: datetime, *, handoffs_before: datetime) -> int:
        return 0
