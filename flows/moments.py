"""Dates and times in data: read from ISO strings, brought to the bot's zone, moved by durations."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flows.env import Env

Moment = date | datetime | time
MOMENTS = frozenset({date, datetime, time})


def iso_moment(text: str, env: Env) -> Moment | None:
    """What an ISO string stands for, moments in the bot's zone; None for any other text.

    A string without an offset is local time of the bot: so do people write timetables.
    """
    try:
        if len(text) >= 10 and text[4] == "-" and text[7] == "-":
            return (
                date.fromisoformat(text)
                if len(text) == 10
                else localised(datetime.fromisoformat(text), env)
            )
        if 5 <= len(text) <= 8 and text[2] == ":":
            return time.fromisoformat(text)
    except ValueError:
        pass
    return None


def moment_of(value: Any, env: Env) -> Moment | None:
    """`value` as a date, a time or an aware local datetime; None if it is none of them."""
    if isinstance(value, str):
        return iso_moment(value.strip(), env)
    if isinstance(value, datetime):
        return localised(value, env)
    return value if isinstance(value, (date, time)) else None


def localised(moment: datetime, env: Env) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=env.timezone)
    return moment.astimezone(env.timezone)


def comparable(left: Any, right: Any, env: Env) -> tuple[Any, Any] | None:
    """Two values at least one of which is a date or a time, made alike; None if they cannot be.

    A date beside a moment means its midnight where they are subtracted or ordered.
    """
    first, second = moment_of(left, env), moment_of(right, env)
    if first is None or second is None:
        return None
    if isinstance(first, time) or isinstance(second, time):
        first = first.time() if isinstance(first, datetime) else first
        second = second.time() if isinstance(second, datetime) else second
        return (first, second) if isinstance(first, time) and isinstance(second, time) else None
    if isinstance(first, datetime) != isinstance(second, datetime):
        return midnight(first, env), midnight(second, env)
    return first, second


def midnight(moment: date, env: Env) -> datetime:
    """The moment itself, or the beginning of the day."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), env.timezone)


def moved(moment: Moment, by: timedelta, env: Env) -> Moment:
    """Whole days move the calendar (the clock shows the same), anything else moves real time."""
    if isinstance(moment, time):
        day = datetime.combine(date(2000, 1, 1), moment) + by
        return day.time()
    whole_days = by.seconds == 0 and by.microseconds == 0
    if not isinstance(moment, datetime):
        if whole_days:
            return moment + by
        moment = midnight(moment, env)
    if whole_days:
        return existing(moment + by)
    return (moment.astimezone(UTC) + by).astimezone(env.timezone)


def existing(moment: datetime) -> datetime:
    """A wall-clock time that a change of clocks skips is the same moment an hour on."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)
