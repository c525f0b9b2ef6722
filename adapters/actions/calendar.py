"""Visits that customers book themselves, kept in the database: `calendar.*`."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from adapters.actions.job import Act, Job, by_name, gives, may, needs, spec
from adapters.demo.salon import SALON
from bots.errors import ActionFailed
from bots.ports import Shelf
from flows.model import Booking, Example, Service

BOOKINGS = "bookings: "
"""The shelf of a bot's bookings begins so."""

_HALF_HOUR = timedelta(minutes=30)
_QUARTER = timedelta(minutes=15)
_FIRST_NUMBER = 101

_ID = needs("text", "номер записи", "the booking's number")
_SERVICE = {
    "id": gives("text", "код услуги", "the service's id"),
    "name": gives("text", "название", "its name"),
    "price": gives("number", "цена", "its price"),
    "minutes": gives("integer", "сколько длится", "how long it takes"),
}
_TIME = {
    "id": gives("text", "код времени, его ждёт calendar.book", "what calendar.book takes"),
    "start": gives("date_time", "начало", "when it begins"),
    "end": gives("date_time", "конец", "when it ends"),
    "service": gives("text", "услуга", "the service"),
}
_BOOKED = {
    "id": gives("text", "номер записи", "the booking's number"),
    "start": gives("date_time", "начало", "when it begins"),
    "end": gives("date_time", "конец", "when it ends"),
    "service": gives("text", "услуга", "the service"),
    "name": gives("text", "на чьё имя", "whose it is"),
    "confirmed": gives("yes_no", "подтверждена ли", "whether it is confirmed"),
    "cancelled": gives("yes_no", "отменена ли", "whether it is cancelled"),
}

SPECS = by_name(
    spec(
        "calendar.services",
        "услуги, на которые можно записаться",
        "the services that can be booked",
        gives=_SERVICE,
        listed=True,
        example=Example({}, [{"id": "haircut", "name": "Стрижка", "minutes": 60}]),
    ),
    spec(
        "calendar.free",
        "свободное время в этот день",
        "the free times of a day",
        takes={
            "service": needs("text", "код услуги", "the service's id"),
            "day": needs("date", "день", "the day"),
        },
        gives=_TIME,
        listed=True,
        example=Example(
            {"service": "haircut", "day": "2026-03-04"},
            [{"id": "haircut@2026-03-04T10:00", "service": "Стрижка"}],
        ),
    ),
    spec(
        "calendar.book",
        "записать; если время уже заняли — failed",
        "book a time; failed where somebody was faster",
        takes={
            "slot": needs("text", "id свободного времени", "the id of a free time"),
            "name": needs("text", "имя клиента", "the customer's name"),
            "phone": needs("phone", "телефон клиента", "the customer's phone"),
        },
        gives=_BOOKED,
        effect="undo",
        example=Example(
            {"slot": "haircut@2026-03-04T10:00", "name": "Аня", "phone": "+79120000000"},
            {"id": "L101", "service": "Стрижка", "confirmed": False},
        ),
    ),
    spec(
        "calendar.confirm",
        "отметить, что человек придёт; пусто, если такой записи нет",
        "note that the person comes; nothing where there is no such booking",
        takes={"id": _ID},
        gives=_BOOKED,
        effect="yes",
        example=Example({"id": "L999"}, None),
    ),
    spec(
        "calendar.move",
        "перенести запись на другое время; если его заняли — failed",
        "move a booking to another time; failed where it is taken",
        takes={"id": _ID, "slot": needs("text", "id свободного времени", "the id of a free time")},
        gives=_BOOKED,
        effect="yes",
    ),
    spec(
        "calendar.cancel",
        "отменить запись; пусто, если такой нет",
        "cancel a booking; nothing where there is none such",
        takes={"id": _ID},
        gives=_BOOKED,
        effect="yes",
        example=Example({"id": "L999"}, None),
    ),
    spec(
        "calendar.mine",
        "будущие записи этого телефона, ближайшие первыми",
        "what is booked for a phone from now on, nearest first",
        takes={"phone": may("phone", "телефон клиента", "the customer's phone")},
        gives=_BOOKED,
        listed=True,
        example=Example({"phone": "+79120000000"}, []),
    ),
)


class Calendar:
    """Bookings live on the shelf, one entry for each, kept after they are cancelled."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        # Between looking whether a time is free and writing it down nobody may step in.
        self._writing = asyncio.Lock()
        self.acts: Mapping[str, Act] = {
            "calendar.services": self._services,
            "calendar.free": self._free,
            "calendar.book": self._book,
            "calendar.confirm": self._confirm,
            "calendar.move": self._move,
            "calendar.cancel": self._cancel,
            "calendar.mine": self._mine,
        }

    async def _services(self, job: Job) -> list[dict[str, Any]]:
        return [
            {
                "id": id,
                "name": one.name,
                "price": one.price,
                "minutes": int(one.length.total_seconds() // 60),
            }
            for id, one in _offer(job).services.items()
        ]

    async def _free(self, job: Job) -> list[dict[str, Any]]:
        id = job.text("service")
        service = _service(job, id)
        standing = _standing(id, (await self._bookings(job)).values(), job.now)
        return [
            {
                "id": f"{id}@{start:%Y-%m-%dT%H:%M}",
                "start": start.isoformat(),
                "end": (start + service.length).isoformat(),
                "service": service.name,
            }
            for start in _times(_offer(job), service, job.day("day"), job.now)
            if _has_place(service, start, standing)
        ]

    async def _book(self, job: Job) -> dict[str, Any]:
        async with self._writing:
            bookings = await self._bookings(job)
            for booking in bookings.values():
                if booking["key"] == job.key:
                    return _shown(booking)
            booking = {
                "id": f"L{_FIRST_NUMBER + len(bookings)}",
                "key": job.key,
                **_taken(job, job.text("slot"), bookings.values()),
                "name": job.text("name"),
                "phone": job.text("phone"),
                "confirmed": False,
                "cancelled": False,
            }
            return await self._keep(job, booking)

    async def _move(self, job: Job) -> dict[str, Any]:
        async with self._writing:
            bookings = await self._bookings(job)
            booking = bookings.pop(job.text("id"), None)
            if booking is None or booking["cancelled"]:
                raise ActionFailed("there is no such booking")
            slot = job.text("slot")
            if booking["slot"] == slot:
                return _shown(booking)
            moved = {**booking, **_taken(job, slot, bookings.values()), "confirmed": False}
            return await self._keep(job, moved)

    async def _confirm(self, job: Job) -> dict[str, Any] | None:
        return await self._change(job, "confirmed")

    async def _cancel(self, job: Job) -> dict[str, Any] | None:
        return await self._change(job, "cancelled")

    async def _change(self, job: Job, what: str) -> dict[str, Any] | None:
        async with self._writing:
            booking = (await self._bookings(job)).get(job.text("id"))
            if booking is None or booking["cancelled"]:
                return None if booking is None else _shown(booking)
            return await self._keep(job, {**booking, what: True})

    async def _mine(self, job: Job) -> list[dict[str, Any]]:
        phone = job.text("phone")
        coming = [
            booking
            for booking in (await self._bookings(job)).values()
            if phone
            and booking["phone"] == phone
            and not booking["cancelled"]
            and _start(booking) > job.now
        ]
        return [_shown(booking) for booking in sorted(coming, key=_start)]

    async def _bookings(self, job: Job) -> dict[str, dict[str, Any]]:
        return await self._shelf.all(job.address.workspace, BOOKINGS + job.address.bot)

    async def _keep(self, job: Job, booking: dict[str, Any]) -> dict[str, Any]:
        shelf = BOOKINGS + job.address.bot
        await self._shelf.put(job.address.workspace, shelf, booking["id"], booking)
        return _shown(booking)


def _offer(job: Job) -> Booking:
    return job.bot.booking or SALON


def _service(job: Job, id: str) -> Service:
    try:
        return _offer(job).services[id]
    except KeyError:
        raise ActionFailed(f"there is no service {id!r:.40}") from None


def _times(offer: Booking, service: Service, day: date, now: datetime) -> Iterator[datetime]:
    """When a visit may begin on `day`, in the zone of `now`; who has booked is not looked at."""
    if day in offer.closed or not now.date() <= day <= now.date() + offer.horizon:
        return
    stride = offer.step or -(-service.length // _HALF_HOUR) * _HALF_HOUR
    # Counted from where the day's work begins, not from midnight.
    moments = [datetime.combine(day, time()) + _QUARTER * quarter for quarter in range(4 * 24)]
    opening = next((moment for moment in moments if offer.hours.open(moment)), None)
    while opening is not None and opening.date() == day:
        start = opening.replace(tzinfo=now.tzinfo)
        if start > now and _open_throughout(offer, opening, service.length):
            yield start
        opening += stride


def _open_throughout(offer: Booking, start: datetime, length: timedelta) -> bool:
    last = start + length - timedelta(minutes=1)
    steps = int((last - start) / _QUARTER)
    return all(
        offer.hours.open(moment)
        for moment in (last, *(start + _QUARTER * step for step in range(steps + 1)))
    )


def _standing(
    id: str, bookings: Iterable[Mapping[str, Any]], now: datetime
) -> list[tuple[datetime, datetime]]:
    """When a service is booked from now on."""
    times = (
        (_start(booking), _end(booking))
        for booking in bookings
        if booking["slot"].partition("@")[0] == id and not booking["cancelled"]
    )
    return [(start, end) for start, end in times if end > now]


def _has_place(
    service: Service, start: datetime, standing: Iterable[tuple[datetime, datetime]]
) -> bool:
    end = start + service.length
    beside = sum(begins < end and ends > start for begins, ends in standing)
    return beside < service.places


def _taken(job: Job, slot: str, bookings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The part of a booking that says when and what. Raises ActionFailed where it cannot be had."""
    id, _, written = slot.partition("@")
    service = _service(job, id)
    try:
        start = datetime.fromisoformat(written).replace(tzinfo=job.now.tzinfo)
    except ValueError:
        raise ActionFailed(f"there is no time {slot!r:.40}") from None
    if start not in _times(_offer(job), service, start.date(), job.now):
        raise ActionFailed("this time is not on offer")
    if not _has_place(service, start, _standing(id, bookings, job.now)):
        raise ActionFailed("this time is taken")
    return {
        "slot": slot,
        "start": start.isoformat(),
        "end": (start + service.length).isoformat(),
        "service": service.name,
    }


def _start(booking: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(booking["start"])


def _end(booking: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(booking["end"])


def _shown(booking: Mapping[str, Any]) -> dict[str, Any]:
    shown = ("id", "start", "end", "service", "name", "confirmed", "cancelled")
    return {name: booking[name] for name in shown}
