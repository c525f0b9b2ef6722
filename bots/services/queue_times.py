"""What bots say of their queues' time, for reports: whose days count, what was working time, what is promised."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bots.clocks import promised
from flows.model import Bot, Queue
from flows.worktime import Worktime


def days_of(bots: Mapping[str, Bot], bot: str) -> str:
    """The zone of a bot's days; without one, the first bot's."""
    name = bot or min(bots, default="")
    return bots[name].timezone if name in bots else "UTC"


def worked_at(
    bots: Mapping[str, Bot], bot: str, queue: str, start: datetime, end: datetime
) -> timedelta:
    """How much of a time was working time of a queue; all of it where nobody says."""
    known = bots.get(bot)
    if known is None:
        return end - start
    hours = known.hours.get(known.queues.get(queue, Queue()).hours or "")
    return Worktime(hours, ZoneInfo(known.timezone)).worked(start, end)


def promised_by(bots: Mapping[str, Bot], bot: str, queue: str) -> bool:
    """Whether a queue promises how soon it answers."""
    return bot in bots and bool(promised(bots[bot].queues.get(queue, Queue())))
