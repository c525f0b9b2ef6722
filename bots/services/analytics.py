"""How much was talked about, how soon it was answered, and how content customers were."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from datetime import date as Date
from weakref import WeakValueDictionary

from bots.errors import Invalid
from bots.model.account import Caller
from bots.model.metrics import Counted, Period
from bots.ports import Clock, Metrics

USUAL = timedelta(days=30)
"""How far back is looked where nobody says."""

Bound = Date | datetime
"""A day in the workspace's zone, or a moment."""


class Analytics:
    """`zone` is that of a workspace's days. A key that is bound to a bot sees that bot's chats only."""

    def __init__(self, store: Metrics, *, zone: Callable[[int], tzinfo], clock: Clock) -> None:
        self._store = store
        self._zone = zone
        self._clock = clock
        # A large workspace is read for seconds: of several of it who ask, one at a time, and nobody
        # else waits behind them. Weak, so that one that asks no more costs nothing.
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def metrics(
        self, caller: Caller, *, start: Bound | None, end: Bound | None, user_id: str | None
    ) -> tuple[Period, Counted]:
        """Days are whole and the last one is included; without any, the last 30 days up to now.

        Raises Invalid where the end comes before the start.
        """
        period = self._period(self._zone(caller.workspace), start, end)
        async with self._turns.setdefault(caller.workspace, asyncio.Lock()):
            counted = await self._store.counted(
                caller.workspace, period, bot=caller.bot, user_id=user_id
            )
        return period, counted

    def _period(self, zone: tzinfo, start: Bound | None, end: Bound | None) -> Period:
        until = self._clock() if end is None else _moment(end, zone, after=True)
        since = until - USUAL if start is None else _moment(start, zone, after=False)
        if until <= since:
            raise Invalid("end_date", "is before start_date")
        return Period(since, until)


def _moment(bound: Bound, zone: tzinfo, *, after: bool) -> datetime:
    try:
        if isinstance(bound, datetime):
            moment = bound if bound.tzinfo is not None else bound.replace(tzinfo=zone)
            return moment.astimezone(UTC) + timedelta(seconds=1 if after else 0)
        day = bound + timedelta(days=1) if after else bound
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        raise Invalid("end_date" if after else "start_date", "is too far from now") from None
