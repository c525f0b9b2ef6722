"""The next time of a timetable: APScheduler does the arithmetic, daylight saving included."""

from datetime import datetime
from zoneinfo import ZoneInfo


def next_time(crontab: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment past `after` that a crontab line of five fields names, in `zone`.

    Raises ValueError for a line that names none.
    """
    # Imported here: it costs a seventh of a second that no start should wait for.
    from apscheduler.triggers.cron import CronTrigger

    trigger = CronTrigger.from_crontab(crontab, timezone=zone)
    found: datetime | None = trigger.get_next_fire_time(after, after)
    if found is None:
        raise ValueError(f"The timetable {crontab} never comes again")
    return found
