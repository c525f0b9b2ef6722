"""The clocks of a hand-off, pure: which are to run, when each rings, how far promises are.

A clock is a timer of the chat (`SetTimer`), set anew by whatever turn changes what it measures. Those
of service (`PROMISES`) and of a silent operator count working time only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bots.model.episode import Episode, Stopwatch
from flows.model import Queue
from flows.turn import DropTimer, Effect, SetTimer
from flows.worktime import Worktime

CLOCK = "handoff:"
"""What the names and kinds of these timers begin with, so that each is there once."""

PROMISES = ("first_response", "update", "resolve")
"""The first answer; every further one; the end of it all."""

WARNS_AT = 0.8
"""How much of a promise is over when people are warned."""

REMINDS_AT = 0.5
"""How much of the time an operator may be silent for is over when they are reminded."""


def wound(
    episode: Episode, queue: Queue, hours: Worktime, now: datetime
) -> tuple[Episode, Sequence[Effect]]:
    """The hand-off with its clocks as they are to run from now on, and the timers that does it."""
    if not episode.open and not episode.due:
        return episode, ()
    promises = _promises(episode, queue, hours, now) if episode.open else {}
    if promises != episode.promises:
        episode = replace(episode, promises=promises)
    wanted = dict(_due(episode, queue, hours)) if episode.open else {}
    if wanted == episode.due:
        return episode, ()
    effects: list[Effect] = [
        DropTimer(name=CLOCK + name) for name in episode.due if name not in wanted
    ]
    effects += [
        SetTimer(
            name=CLOCK + name,
            due=due,
            payload={"kind": CLOCK + name, "episode": episode.id},
            keep=True,
        )
        for name, due in wanted.items()
        if episode.due.get(name) != due
    ]
    return replace(episode, due=wanted), effects


def spent(watch: Stopwatch, hours: Worktime, now: datetime) -> timedelta:
    """How much working time has gone into a promise."""
    running = hours.worked(watch.since, now) if watch.since is not None else timedelta()
    return timedelta(seconds=watch.spent) + running


def promised(queue: Queue) -> dict[str, timedelta]:
    """The promises of a queue, those it makes."""
    made = {name: getattr(queue, name) for name in PROMISES}
    return {name: span for name, span in made.items() if span is not None}


# ---------------------------------------------------------------- promises


def _promises(
    episode: Episode, queue: Queue, hours: Worktime, now: datetime
) -> Mapping[str, Stopwatch]:
    """Those that are still to be kept; one stands while nobody of ours is to speak."""
    watches: dict[str, Stopwatch] = {}
    ours = episode.waiting_on == "operator"
    for name in promised(queue):
        if name == "first_response" and episode.first_response_at is not None:
            continue
        if name == "update" and (episode.first_response_at is None or not ours):
            continue
        watch = episode.promises.get(name)
        runs = ours and episode.snoozed_until is None
        if watch is None:
            began = episode.waiting_since if name == "update" else episode.requested_at
            watch = Stopwatch(since=began if runs else None)
        elif runs and watch.since is None:
            watch = replace(watch, since=now)
        elif not runs and watch.since is not None:
            seconds = spent(watch, hours, now).total_seconds()
            watch = replace(watch, spent=seconds, since=None)
        watches[name] = watch
    return watches


# ---------------------------------------------------------------- when they ring


def _due(episode: Episode, queue: Queue, hours: Worktime) -> Iterator[tuple[str, datetime]]:
    if episode.snoozed_until is not None:
        yield "snooze", episode.snoozed_until
        return
    yield from _of_promises(episode, queue, hours)
    if episode.state == "requested":
        if queue.unclaimed is not None and not episode.patient:
            yield "unclaimed", (episode.since or episode.requested_at) + queue.unclaimed
    elif episode.assignee is not None:
        # Who answers in the messenger itself is given an hour (`bots.echoes`).
        yield from _of_silence(episode, queue, hours)


def _of_promises(episode: Episode, queue: Queue, hours: Worktime) -> Iterator[tuple[str, datetime]]:
    for name, span in promised(queue).items():
        watch = episode.promises.get(name)
        if watch is None or watch.since is None or watch.missed:
            continue
        until = span if watch.warned else span * WARNS_AT
        yield name, hours.after(watch.since, until - timedelta(seconds=watch.spent))


def _of_silence(episode: Episode, queue: Queue, hours: Worktime) -> Iterator[tuple[str, datetime]]:
    """Whoever was reminded late, because nothing ran when it was due, has the time from then on."""
    since = episode.waiting_since or episode.since or episode.requested_at
    if episode.waiting_on == "operator":
        if queue.operator_silent is not None:
            # Whoever takes a chat over has all the time from then on.
            since = max(since, episode.since or since)
            due = hours.after(
                since, queue.operator_silent * (1 if episode.reminded else REMINDS_AT)
            )
            if episode.reminded and episode.reminded_at is not None:
                rest = queue.operator_silent * (1 - REMINDS_AT)
                due = max(due, hours.after(episode.reminded_at, rest))
            yield "operator_silent", due
        return
    if queue.nudge and queue.nudge_after is not None and not episode.nudged:
        yield "nudge", since + queue.nudge_after
    if queue.customer_silent is not None:
        due = since + queue.customer_silent
        if episode.nudged and episode.reminded_at is not None and queue.nudge_after is not None:
            due = max(due, episode.reminded_at + queue.customer_silent - queue.nudge_after)
        yield "customer_silent", due
