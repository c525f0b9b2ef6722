"""Compiles calendar.yaml: what customers may book, and when."""

from datetime import date, timedelta

from flows.compile.fields import Fields
from flows.compile.reading import Reader
from flows.hours import Hours, parse_hours
from flows.model import Booking, Service
from flows.values import typed_scalar
from flows.yaml_text import Mapped, Node, Scalar

CALENDAR_FILE = "calendar.yaml"
_TITLE = "calendar.yaml"
_LIKE_HOURS = "working hours such as tue-sun 10:00-20:00"
_ALWAYS = parse_hours("24/7")
_LONGEST = 7 * 24 * 60
"""Minutes of the longest visit: every quarter of an hour of one is looked at."""
_MINUTE = timedelta(minutes=1)
_HORIZON = timedelta(days=60)


def read_calendar(reader: Reader, node: Mapped, hours: dict[str, Hours]) -> Booking:
    """`hours` are those of bot.yaml: the calendar may take them by name."""
    fields = reader.fields(node, "calendar", _TITLE)
    services: dict[str, Service] = {}
    for key, value in reader.entries(reader.required(fields, "services", _TITLE), "services"):
        services[reader.name(key)] = _service(reader, key, value)
    step = reader.duration(fields.get("step"), "step")
    horizon = reader.duration(fields.get("horizon"), "horizon")
    return Booking(
        services=services,
        hours=_hours(reader, reader.required(fields, "hours", _TITLE), hours),
        closed=frozenset(_days(reader, fields.get("closed"))),
        step=max(step, _MINUTE) if step is not None else None,
        horizon=horizon if horizon is not None else _HORIZON,
    )


def _service(reader: Reader, key: Scalar, node: Node) -> Service:
    fields = reader.fields(node, "service", "services")
    name = fields.get("name")
    written = reader.required(fields, "minutes", key.text)
    minutes = reader.whole_number(written, "minutes", least=1, most=_LONGEST)
    return Service(
        name=reader.word(name, "name") if name is not None else key.text,
        price=_price(reader, fields),
        length=timedelta(minutes=minutes or 1),
        places=reader.whole_number(fields.get("places"), "places", least=1) or 1,
    )


def _price(reader: Reader, fields: Fields) -> float:
    node = fields.get("price")
    price = reader.value(node, "number") if node is not None else 0
    return price if isinstance(price, (int, float)) else 0


def _hours(reader: Reader, node: Node | None, named: dict[str, Hours]) -> Hours:
    if isinstance(node, Scalar) and node.text.strip() in named:
        return named[node.text.strip()]
    found = reader.parsed(node, "hours", parse_hours, _LIKE_HOURS) if node is not None else None
    return found or _ALWAYS


def _days(reader: Reader, node: Node | None) -> list[date]:
    days = []
    for item in reader.items(node):
        day = typed_scalar(item.text) if isinstance(item, Scalar) else None
        if isinstance(day, date):
            days.append(day)
        else:
            what = ("дата вида 2026-12-31", "a date such as 2026-12-31")
            reader.expected(item, "closed", *what)
    return days
