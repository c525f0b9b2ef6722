"""Lets time pass in a test: what waits in the chat fires, and what comes by a timetable strikes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.audience import is_for
from flows.errors import RunError
from flows.model import Schedule
from flows.rehearsal import Rehearsal
from flows.turn import CHATLESS, Struck

MOST_STRIKES = 1_000


def let_pass(play: Rehearsal, duration: timedelta) -> None:
    """Everything due meanwhile happens in its order; a timetable without a chat runs beside it."""
    until = play.now + duration
    for _ in range(MOST_STRIKES):
        coming = _next(play, until)
        if coming is None:
            break
        due, schedules = coming
        play.wait(due - play.now)
        for schedule in schedules:
            _strike(play, schedule)
    play.wait(until - play.now)


def _next(play: Rehearsal, until: datetime) -> tuple[datetime, list[Schedule]] | None:
    """The next moment at which timetables strike, and which."""
    zone = ZoneInfo(play.bot.timezone)
    dues = [(one.timetable.next_after(play.now, zone), one) for one in play.bot.schedules]
    first = min((due for due, _ in dues), default=None)
    if first is None or first > until:
        return None
    return first, [one for due, one in dues if due == first]


def _strike(play: Rehearsal, schedule: Schedule) -> None:
    if schedule.for_chats:
        if _meant(play, schedule):
            play.happens(Struck(key=schedule.key))
        return
    # It has no chat: nobody hears it, but what it does is done.
    beside = Rehearsal(
        bot=play.bot,
        actions=play.actions,
        means=play.means,
        watch=play.watch,
        now=play.now,
        channel=CHATLESS,
    )
    beside.happens(Struck(key=schedule.key))
    play.called.update(beside.called)
    play.happened += beside.happened


def _meant(play: Rehearsal, schedule: Schedule) -> bool:
    only = schedule.target.only
    if only is not None and only.channels and play.channel not in only.channels:
        return False
    try:
        return is_for(play.bot, schedule, user=play.user, chat=play.chat, now=play.now)
    except RunError:
        return False
