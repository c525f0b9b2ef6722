"""Time counted in working hours only: how much of a span is, and when so much of it is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flows.hours import Hours

LONGEST = timedelta(days=3660)
"""What takes longer than this in working hours is as good as never over."""


@dataclass(frozen=True, slots=True)
class Worktime:
    """The hours of somebody's work in their zone; without `hours` they always work."""

    hours: Hours | None = None
    zone: tzinfo = UTC

    def open(self, moment: datetime) -> bool:
        """Whether it is working time just then."""
        return self.hours is None or self.hours.open(moment.astimezone(self.zone))

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from `start` to `end` was working time."""
        if end <= start:
            return timedelta()
        if self.hours is None:
            return end - start
        return self.hours.worked(start.astimezone(self.zone), end.astimezone(self.zone))

    def after(self, start: datetime, span: timedelta) -> datetime:
        """When so much working time from `start` on will be over."""
        if self.hours is None or span <= timedelta():
            return start + span
        left = span
        for opens, closes in self._spans(start):
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta())
            if opens - start > LONGEST:
                break
        return start + LONGEST

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working times in UTC, in order, from the day of a moment on."""
        assert self.hours is not None
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        while True:
            for first, last in self.hours.spans(day.weekday()):
                yield self._moment(day, first), self._moment(day, last)
            day += timedelta(days=1)

    def _moment(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, 24 * 60)
        clock = time(minute // 60, minute % 60)
        return datetime.combine(day + timedelta(days=days), clock, self.zone).astimezone(UTC)
