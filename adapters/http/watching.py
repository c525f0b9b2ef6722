"""What /metrics asks of the running machinery, and the lag of its event loop."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from adapters.http.figures import SECONDS
from adapters.http.handoff_metrics import open_by_state
from adapters.http.metrics import Metrics
from bots.model.episode import Episode
from bots.model.process import Process
from bots.model.slots import CHORES, SLOTS, Slots
from bots.model.spread import Spread
from bots.ports import Clock

LOOK_EVERY = 0.5
"""Seconds between two looks at how late the event loop is."""

PATIENCE = 2.0
"""Seconds a question to the database may take while somebody reads the metrics."""

ON_TIME = timedelta(seconds=5)
"""How late a timer may be before it counts as overdue."""


class Incoming(Protocol):
    """Where messages wait for their turns."""

    @property
    def waiting(self) -> int: ...
    @property
    def oldest(self) -> datetime | None: ...


class Outward(Protocol):
    """Where what is said waits to be sent."""

    @property
    def queued(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def oldest(self) -> datetime | None: ...


class WriterFigures(Protocol):
    """What is measured of writing."""

    @property
    def items(self) -> Spread: ...
    @property
    def seconds(self) -> Spread: ...
    @property
    def outage_seconds(self) -> float: ...


class Kept(Protocol):
    """The database as far as it is watched."""

    @property
    def writing(self) -> WriterFigures: ...
    @property
    def queued(self) -> int: ...
    @property
    def writable(self) -> bool: ...


def watch_process(metrics: Metrics, *, version: str, role: str) -> None:
    """Which program this is."""
    labels: dict[tuple[str, ...], float] = {(version, role): 1.0}
    metrics.watch_by("easyflow_info", "What runs here", ("version", "role"), lambda: labels)


def watch_disk(metrics: Metrics, folder: Path) -> None:
    """How much room is left where everything is kept."""
    total, free = "easyflow_disk_bytes", "easyflow_disk_free_bytes"
    metrics.watch(total, "Size of the data folder's disk", lambda: shutil.disk_usage(folder).total)
    metrics.watch(free, "What is left of it", lambda: shutil.disk_usage(folder).free)


def watch_queues(metrics: Metrics, inbox: Incoming, outbox: Outward, clock: Clock) -> None:
    """What waits, and since when."""
    metrics.watch(
        "easyflow_inbox_waiting", "Messages that wait for their turns", lambda: inbox.waiting
    )
    metrics.watch(
        "easyflow_inbox_oldest_seconds",
        "How long the first of them waits",
        lambda: _age(inbox.oldest, clock),
    )
    metrics.watch("easyflow_outbox_queued", "Rows waiting to be sent", lambda: outbox.queued)
    metrics.watch(
        "easyflow_outbox_oldest_seconds",
        "How long the first of them waits",
        lambda: _age(outbox.oldest, clock),
    )
    metrics.watch("easyflow_outbox_held", "Rows held until customers write", lambda: outbox.held)


def watch_database(metrics: Metrics, kept: Kept) -> None:
    """How writing fares."""
    items = metrics.spreads("writer_batch_items", "Pieces of work in one commit")
    items.show(kept.writing.items)
    seconds = metrics.spreads("writer_commit_seconds", "How long one commit takes")
    seconds.show(kept.writing.seconds)
    metrics.watch("easyflow_writer_queued", "Pieces of work that wait", lambda: kept.queued)
    metrics.watch(
        "easyflow_database_up", "Whether the last write was taken", lambda: float(kept.writable)
    )
    metrics.watch_by(
        "easyflow_database_outage_seconds",
        "Seconds in which nothing could be written",
        (),
        lambda: {(): kept.writing.outage_seconds},
        only_rises=True,
    )


def watch_timers(
    metrics: Metrics, overdue: Callable[[datetime], Awaitable[int]], clock: Clock
) -> None:
    """How many timers are late; not a number while the database does not tell."""
    late = float("nan")

    async def ask() -> None:
        nonlocal late
        try:
            async with asyncio.timeout(PATIENCE):
                late = await overdue(clock() - ON_TIME)
        except Exception:  # noqa: BLE001 - whatever is wrong with the database, the rest is told
            late = float("nan")

    metrics.ask_first(ask)
    metrics.watch(
        "easyflow_timers_overdue", "Timers late by more than 5 seconds, up to 10000", lambda: late
    )


def watch_handoffs(
    metrics: Metrics, episodes: Callable[[], Sequence[Episode]], clock: Clock
) -> None:
    """How many chats are with people, and since when the first customer of a queue waits for one."""

    def oldest() -> Mapping[str, float]:
        seconds: dict[str, float] = {}
        now = clock()
        for one in episodes():
            if one.state == "requested":
                age = (now - one.requested_at).total_seconds()
                seconds[one.queue] = max(age, seconds.get(one.queue, 0.0))
        return seconds

    metrics.watch_each(
        "easyflow_handoffs_open", "Chats that are with people", "state", open_by_state(episodes)
    )
    metrics.watch_each(
        "easyflow_handoff_oldest_seconds", "How long the first waits", "queue", oldest
    )


def watch_sharing(
    metrics: Metrics, slots: Slots, processes: Callable[[], Sequence[Process]], role: str
) -> None:
    """How much of the chats is this process's, and whom it knows beside itself."""

    def held() -> float:
        return SLOTS if slots.held is None else len(slots.held - {CHORES})

    def known() -> Mapping[str, float]:
        return Counter(one.role for one in processes()) or {role: 1.0}

    metrics.watch("easyflow_slots_held", "Of 64 shares of all chats, those of this process", held)
    metrics.watch(
        "easyflow_chores_held",
        "Whether what one process does for all is this one's",
        lambda: float(slots.has_slot(CHORES)),
    )
    metrics.watch_each("easyflow_processes", "Processes that this one knows", "role", known)


def watch_redis(metrics: Metrics, up: Callable[[], bool] | None) -> None:
    """Whether processes wake one another by Redis; nothing is told where the settings name none."""

    def told() -> dict[tuple[str, ...], float]:
        return {} if up is None else {(): float(up())}

    metrics.watch_by("easyflow_redis_up", "Whether Redis is heard", (), told)


async def watch_loop(metrics: Metrics, *, every: float = LOOK_EVERY) -> None:
    """Measure how late the event loop runs what is due, for ever."""
    lag = metrics.spreads("loop_lag_seconds", "How late the event loop is", bounds=SECONDS).of()
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        lag.add(max(loop.time() - due, 0.0))


def _age(since: datetime | None, clock: Clock) -> float:
    return max((clock() - since).total_seconds(), 0.0) if since is not None else 0.0
