"""Free times of a calendar that has been booked for years."""

import time
from datetime import UTC, datetime, timedelta

from adapters.actions.calendar import BOOKINGS, Calendar
from adapters.actions.job import BotFacts, Job
from adapters.actions.memory import MemoryShelf
from bots.model.message import Address
from flows.hours import parse_hours
from flows.model import Booking, Service

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SOON = 2.0
"""Seconds of the processor: some ten times what it takes."""


async def test_what_is_past_or_cancelled_takes_neither_place_nor_time() -> None:
    shelf, chat = MemoryShelf(), Address(1, "salon", "web", "5")
    for number in range(5_000):
        start = NOON + timedelta(days=1 if number < 5 else -number)
        booking = {
            "id": f"L{number}",
            "slot": f"cut@{start:%Y-%m-%dT%H:%M}",
            "start": start.isoformat(),
            "end": (start + timedelta(minutes=30)).isoformat(),
            "cancelled": 0 < number < 5,
        }
        await shelf.put(1, f"{BOOKINGS}salon", f"L{number}", booking)
    offer = Booking(
        services={"cut": Service(name="Cut", price=5, length=timedelta(minutes=30), places=1)},
        hours=parse_hours("24/7"),
        closed=frozenset(),
        step=timedelta(minutes=1),
        horizon=timedelta(days=60),
    )
    asked = {"service": "cut", "day": "2026-03-04"}
    job = Job(arguments=asked, address=chat, key="k", now=NOON, bot=BotFacts(booking=offer))
    began = time.process_time()
    free = await Calendar(shelf).acts["calendar.free"](job)
    assert time.process_time() - began < SOON
    # Of the minutes of a day those are taken at which a visit would run into the one that stands.
    assert len(free) == 24 * 60 - 59
