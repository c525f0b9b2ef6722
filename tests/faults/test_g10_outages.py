"""G10: the database or Redis is away; the intake says so, and all goes on when it is back, without a restart."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.faults.rig.checker import judge
from tests.faults.rig.databases import CrashingDatabase, PostgresDatabase
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import (
    CRASHING,
    POSTGRES,
    SQLITE,
    WITH_REDIS,
    Installation,
    Layout,
    over,
)
from tests.faults.rig.proxy import Wire
from tests.faults.rig.sizes import SIZE, sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, PATH, Telegram
from tests.servers.easyflow import SECRET
from tests.servers.telegram import FakeTelegram, message

CHATS = sized(ci=30, long=100)
TIMES = sized(ci=1, long=2, soak=20)
"""How often each kind of outage comes."""
AWAY = sized(ci=3.0, long=6.0, soak=60.0)
"""Seconds an outage takes."""

REFUSED_WITHIN, BACK_WITHIN = 10.0, 90.0
"""Seconds, on a machine that has much else to do: without a restart, and without waiting for a timeout."""

STRANGER = 999
"""A chat in which somebody asks meanwhile."""

Outage = Callable[[Installation], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def locked(house: Installation) -> Iterator[None]:
    """Another program holds the file of SQLite."""
    with closing(sqlite3.connect(house.data / "easyflow.db", timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextlib.contextmanager
def refused(house: Installation) -> Iterator[None]:
    """Nobody listens, and every line is cut."""
    wire = _wire(house)
    wire.down()
    yield
    wire.open()


@contextlib.contextmanager
def silent(house: Installation) -> Iterator[None]:
    """Nothing gets through, and nobody is told; then it does again."""
    wire = _wire(house)
    wire.silent()
    yield
    wire.open()


@contextlib.contextmanager
def half_open(house: Installation) -> Iterator[None]:
    """Nothing gets through, and the lines are dead when something does again."""
    wire = _wire(house)
    wire.silent()
    yield
    wire.cut()
    wire.open()


@contextlib.contextmanager
def crashed(house: Installation) -> Iterator[None]:
    """PostgreSQL itself is killed, recovers from its log, and is killed again."""
    assert isinstance(house.database, CrashingDatabase)
    house.database.cluster.crash()
    yield
    house.database.cluster.crash()


def _wire(house: Installation) -> Wire:
    assert isinstance(house.database, PostgresDatabase)
    return house.database.wire


@dataclass
class Course:
    """What was seen of the outages: how an update was refused meanwhile, and how long all took after."""

    refused: list[tuple[int, float]] = field(default_factory=list)
    recovery: list[float] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


KINDS: list[tuple[Layout, Outage]] = [
    (SQLITE, locked),
    (POSTGRES, refused),
    (POSTGRES, silent),
    *([] if SIZE == "ci" else [(POSTGRES, half_open), (CRASHING, crashed)]),
]


@pytest.mark.parametrize(
    ("layout", "outage"), KINDS, ids=[f"{layout.name} {kind.__name__}" for layout, kind in KINDS]
)
async def test_a_database_that_is_away_loses_nothing(
    tmp_path: Path, layout: Layout, outage: Outage
) -> None:
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, Random(20261126), CALM)
        house = Installation(tmp_path, telegram.settings, layout=layout)
        telegram.listen(house.base)
        course = Course()
        with house:
            await _live(house, telegram, outage, course)
    # What was refused may have been kept all the same: a messenger would bring it again.
    asked = len(telegram.told.pop(str(STRANGER), ()))
    verdict = judge(telegram.told, telegram.wrote)
    messages = CHATS * (1 + 2 * TIMES)
    figures = Figures("G10", layout.name, messages, TIMES, recovery=course.recovery)
    figures.lost, figures.doubled = verdict.lost, verdict.doubled
    figures.disordered, figures.repeated = verdict.disordered, verdict.repeated
    figures.allowed = CHATS * TIMES if layout.postgres else 0
    slowest = max(took for _, took in course.refused)
    figures.what = f"the database {outage.__name__.replace('_', ' ')}, 503 within {slowest:.1f} s"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated <= figures.allowed
    assert course.rows["heard"] == course.rows["said"] == messages + asked
    if outage is not crashed:  # it is back before anybody looks
        assert {status for status, _ in course.refused} == {503}
    # How fast is a figure; that it is by itself, and refused before a messenger gives up, is promised.
    assert slowest < REFUSED_WITHIN
    assert max(course.recovery) < BACK_WITHIN


async def _live(house: Installation, telegram: Telegram, outage: Outage, course: Course) -> None:
    chats = range(1000, 1000 + CHATS)
    telegram.write(chats, "/start")
    await answered(telegram, 1)
    for number in range(TIMES):
        with outage(house):
            telegram.write(chats, f"m{number}a")
            course.refused.append(await asyncio.to_thread(_posted, house))
            await asyncio.sleep(AWAY)
            telegram.write(chats, f"m{number}b")
        back = time.monotonic()
        await answered(telegram, 1 + 2 * (number + 1))
        course.recovery.append(time.monotonic() - back)
    await telegram.settled()
    await noted(house)
    course.rows = kept(house)
    telegram.look()


def _posted(house: Installation) -> tuple[int, float]:
    """What an update gets now, and after how many seconds; it is one that nobody serves."""
    began = time.monotonic()
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    body = {"update_id": 10**9, **message(STRANGER, "nobody waits for this")}
    status, _ = house.web.call("POST", PATH, body, key=None, headers=headers)
    return status, time.monotonic() - began


@over(WITH_REDIS)
async def test_redis_is_emptied_silent_and_killed(tmp_path: Path, layout: Layout) -> None:
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, Random(20261126), CALM)
        house = Installation(tmp_path, telegram.settings, layout=layout)
        telegram.listen(house.base)
        troubles: list[Callable[[], Awaitable[None]]] = [
            lambda: _emptied(house),
            lambda: _unheard(house),
            lambda: _killed(house),
        ] * TIMES
        recovery = []
        with house:
            chats = range(1000, 1000 + CHATS)
            telegram.write(chats, "/start")
            await answered(telegram, 1)
            for number, trouble in enumerate(troubles):
                telegram.write(chats, f"m{number}a")
                await trouble()
                telegram.write(chats, f"m{number}b")
                began = time.monotonic()
                await answered(telegram, 3 + 2 * number)
                recovery.append(time.monotonic() - began)
            await telegram.settled()
            await noted(house)
            rows = kept(house)
            telegram.look()
    verdict = judge(telegram.told, telegram.wrote)
    messages = CHATS * (1 + 2 * len(troubles))
    figures = Figures("G10", house.layout.name, messages, len(troubles), recovery=recovery)
    figures.lost, figures.doubled = verdict.lost, verdict.doubled
    figures.disordered, figures.repeated = verdict.disordered, verdict.repeated
    figures.what = "Redis emptied, silent, killed"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated == 0
    assert rows["heard"] == rows["said"] == messages


async def _emptied(house: Installation) -> None:
    house.redis.say("FLUSHALL")


async def _unheard(house: Installation) -> None:
    house.redis.wire.silent()
    await asyncio.sleep(AWAY)
    house.redis.wire.open()


async def _killed(house: Installation) -> None:
    house.redis.kill()
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(house.redis.start)
