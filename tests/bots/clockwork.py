"""A clock that stands still until somebody sleeps on it, and small stand-ins for ports."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bots.model.answer import Delivery
from bots.model.message import Address
from bots.model.turn import Begun, Outgoing
from bots.outbox import ENDS


async def others_go_on() -> None:
    """Every other task goes on as far as it can, whatever the speed of the machine."""
    for _ in range(100):
        await asyncio.sleep(0)


class Clockwork:
    """Time that passes only by sleeping: `sleep` moves `now` on and gives way to other tasks.

    While `held` is cleared, sleepers go on sleeping.
    """

    def __init__(self, start: datetime = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)) -> None:
        self.time = start
        self.slept: list[float] = []
        self.held = asyncio.Event()
        self.held.set()

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)
        await self.held.wait()
        self.time += timedelta(seconds=seconds)


class NoMeter:
    """Keeps what was counted, for tests that ask."""

    def __init__(self) -> None:
        self.deliveries: list[str] = []
        self.reasons: list[str] = []
        self.waits: list[float] = []
        self.turns: list[tuple[str, str]] = []
        self.actions: list[tuple[str, str]] = []
        self.lateness: list[float] = []
        self.failures: list[str] = []

    def accepted(self, fresh: int, repeated: int) -> None:
        pass

    def waited(self, bot: str, seconds: float) -> None:
        self.waits.append(seconds)

    def turned(self, bot: str, rung: str, seconds: float) -> None:
        self.turns.append((bot, rung))

    def acted(self, action: str, outcome: str, seconds: float) -> None:
        self.actions.append((action, outcome))

    def fired(self, seconds: float) -> None:
        self.lateness.append(seconds)

    def delivered(
        self,
        address: Address,
        outcome: str,
        why: str = "",
        *,
        took: float | None = None,
        waited: float | None = None,
    ) -> None:
        assert (outcome, why) in ENDS
        self.deliveries.append(outcome)
        self.reasons.append(why)

    def failed(self, what: str) -> None:
        self.failures.append(what)


class OutboxRows:
    """The outbox's store in memory."""

    def __init__(self, rows: Sequence[Outgoing] = ()) -> None:
        self.rows = {row.key: row for row in rows}
        self.done: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.stale: set[str] = set()
        self.holds: dict[str, str] = {}
        self.heard: datetime | None = None

    async def unsent(self) -> list[Outgoing]:
        return [row for key, row in self.rows.items() if key not in self.done]

    async def begin(self, row: Outgoing) -> Begun:
        return "dropped" if row.key in self.stale else "begun"

    async def sent(self, key: str, platform_message_id: str) -> None:
        self.done[key] = platform_message_id

    async def later(self, key: str, until: datetime, error: str) -> None:
        if key in self.rows:
            self.rows[key] = replace(self.rows[key], not_before=until)

    async def held(self, key: str, since: datetime, error: str) -> bool:
        self.holds[key] = error
        if key in self.rows:
            self.rows[key] = replace(self.rows[key], held_at=since)
        return True

    async def heard_at(self, conversation: int) -> datetime | None:
        return self.heard

    async def failed(self, key: str, error: str) -> None:
        self.errors[key] = error

    async def revived(self, message_id: str) -> list[Outgoing]:
        keys = [key for key in self.errors if self.rows[key].message_id == message_id]
        for key in keys:
            del self.errors[key]
        return [self.rows[key] for key in keys]

    async def delivered(self, message_id: str) -> Delivery | None:
        key = f"{message_id}:0"
        if key in self.done:
            return Delivery(status="sent", platform_message_id=self.done[key])
        if key in self.errors:
            return Delivery(status="failed", error=self.errors[key])
        return Delivery(status="queued")
