"""Slow actions: stopped when nobody waits for them any more, and then without a word."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bots.actions import Performer
from bots.errands import Errands
from bots.model.message import Address
from bots.model.turn import Intent
from flows.turn import Returned
from tests.bots.clockwork import NoMeter
from tests.bots.rig import NobodyUnderstands

NOW = datetime(2026, 3, 3, tzinfo=UTC)
CHAT = Address(1, "shop", "web", "5")


class Slow:
    """An action that takes for ever, and notes that it was let go of."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.stopped = asyncio.Event()

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, address: Address, key: str
    ) -> Any:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()


class NoTimers:
    """Nothing of these tests is ever due or tried again."""

    async def intent_later(self, key: str, *, until: datetime, error: str) -> None:
        raise AssertionError


async def test_a_call_nobody_waits_for_is_stopped_and_its_result_is_nobodys() -> None:
    slow, delivered = Slow(), list[Returned]()
    errands = Errands(
        timers=NoTimers(),  # type: ignore[arg-type]
        performer=Performer(slow, NobodyUnderstands(), NoMeter()),
        channels={},
        clock=lambda: NOW,
    )
    intent = Intent(
        key="k",
        conversation_id=1,
        address=CHAT,
        wait_id="w1",
        action="slow.thing",
        arguments={},
        created_at=NOW,
    )
    errands.begin(intent, lambda _, returned: delivered.append(returned))
    await slow.begun.wait()
    errands.drop(["another", "k"])
    await slow.stopped.wait()
    await errands.close()
    assert delivered == []
