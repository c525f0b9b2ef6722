"""Whether a schedule is for a chat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.env import Env
from flows.memory import Openings
from flows.model import Bot, Schedule
from flows.values import thaw_fields


def is_for(
    bot: Bot,
    schedule: Schedule,
    *,
    user: Mapping[str, Any],
    chat: Mapping[str, Any],
    now: datetime,
) -> bool:
    """What its `for` makes of the person and the chat. Raises RunError where it has no value."""
    if schedule.audience is None:
        return True
    env = Env(language=bot.language, timezone=ZoneInfo(bot.timezone), now=now)
    hours = Openings(bot.hours, env)
    scope = {"user": thaw_fields(user), "chat": thaw_fields(chat), "hours": hours}
    return schedule.audience.true(scope, env)
