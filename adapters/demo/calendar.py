"""The demo salon's calendar: free times of a day, bookings that nobody else can take."""

import asyncio
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.demo.catalogue import CLOSES, DAY_OFF, OPENS, SERVICES, DemoService
from bots.errors import ActionFailed
from bots.ports import Shelf

_STEP = timedelta(minutes=30)
_FIRST_NUMBER = 101


class DemoCalendar:
    """Bookings live on the shelf, one entry per booking, kept after they are cancelled."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        # Between looking whether a time is free and writing it down nobody may step in.
        self._writing = asyncio.Lock()

    def services(self) -> list[dict[str, Any]]:
        return [
            {"id": one.id, "name": one.name, "price": one.price, "minutes": one.minutes}
            for one in SERVICES.values()
        ]

    async def free(
        self, workspace: int, bot: str, service: str, day: date, now: datetime
    ) -> list[dict[str, Any]]:
        """Times of `day` (in the zone of `now`) that can still be booked."""
        chosen = _service(service)
        taken = {
            booking["slot"]
            for booking in (await self._bookings(workspace, bot)).values()
            if not booking["cancelled"]
        }
        return [
            {"id": slot, "start": start.isoformat(), "service": chosen.name}
            for slot, start in _offered(chosen, day, now)
            if slot not in taken
        ]

    async def book(
        self, workspace: int, bot: str, slot: str, name: str, phone: str, now: datetime, key: str
    ) -> dict[str, Any]:
        """Book a time that `free` offered. The same `key` again gives the same booking."""
        async with self._writing:
            bookings = await self._bookings(workspace, bot)
            for booking in bookings.values():
                if booking["key"] == key:
                    return _shown(booking)
            service, start = _parsed(slot, now)
            if slot not in dict(_offered(service, start.date(), now)):
                raise ActionFailed("this time is not on offer")
            if any(one["slot"] == slot and not one["cancelled"] for one in bookings.values()):
                raise ActionFailed("this time is taken")
            booking = {
                "id": f"L{_FIRST_NUMBER + len(bookings)}",
                "key": key,
                "slot": slot,
                "start": start.isoformat(),
                "service": service.name,
                "name": name,
                "phone": phone,
                "confirmed": False,
                "cancelled": False,
            }
            await self._shelf.put(workspace, _shelf_of(bot), booking["id"], booking)
            return _shown(booking)

    async def change(
        self, workspace: int, bot: str, id: str, **changed: bool
    ) -> dict[str, Any] | None:
        """Mark a booking as confirmed or cancelled; None where there is no such booking."""
        async with self._writing:
            booking = await self._shelf.get(workspace, _shelf_of(bot), id)
            if booking is None:
                return None
            booking = {**booking, **changed}
            await self._shelf.put(workspace, _shelf_of(bot), id, booking)
            return _shown(booking)

    async def mine(
        self, workspace: int, bot: str, phone: str, now: datetime
    ) -> list[dict[str, Any]]:
        """What is booked from now on for a telephone number, the nearest first."""
        bookings = (await self._bookings(workspace, bot)).values()
        coming = [
            booking
            for booking in bookings
            if phone
            and booking["phone"] == phone
            and not booking["cancelled"]
            and datetime.fromisoformat(booking["start"]) > now
        ]
        return [
            _shown(booking)
            for booking in sorted(
                coming, key=lambda booking: datetime.fromisoformat(booking["start"])
            )
        ]

    async def _bookings(self, workspace: int, bot: str) -> dict[str, dict[str, Any]]:
        return await self._shelf.all(workspace, _shelf_of(bot))


def _shelf_of(bot: str) -> str:
    return f"demo.calendar.{bot}"


def _service(id: str) -> DemoService:
    try:
        return SERVICES[id]
    except KeyError:
        raise ActionFailed(f"no service {id!r:.40}") from None


def _offered(service: DemoService, day: date, now: datetime) -> Iterator[tuple[str, datetime]]:
    """The day's times, some of them kept back as if other guests had come first."""
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    if day.weekday() == DAY_OFF:
        return
    length = timedelta(minutes=service.minutes)
    stride = -(-length // _STEP) * _STEP
    start = datetime.combine(day, time(OPENS), zone)
    closing = datetime.combine(day, time(CLOSES), zone)
    while start + length <= closing:
        slot = f"{service.id}@{start:%Y-%m-%dT%H:%M}"
        if start > now and zlib.crc32(slot.encode()) % 3:
            yield slot, start
        start += stride


def _parsed(slot: str, now: datetime) -> tuple[DemoService, datetime]:
    service, _, start = slot.partition("@")
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        raise ActionFailed(f"no such time {slot!r:.40}") from None
    return _service(service), moment.replace(tzinfo=now.tzinfo)


def _shown(booking: dict[str, Any]) -> dict[str, Any]:
    return {name: booking[name] for name in ("id", "start", "service", "name", "confirmed")}
