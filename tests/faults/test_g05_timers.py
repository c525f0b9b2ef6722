"""G5: a timer fires once, whatever happens to the server and to its clock."""

import asyncio
import re
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.faults.rig.clock import HOUR, WallClock
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation, Layout, on_both
from tests.faults.rig.sizes import SIZE, sized
from tests.faults.rig.storm import PATIENCE
from tests.faults.rig.telegram import CALM, Telegram
from tests.faults.test_g02_replay import nothing_comes_of_a_replay
from tests.servers.telegram import Call, FakeTelegram

BOTS = Path(__file__).parent / "timers"
SOON = 3.0
"""Seconds after which the timers of `/set` are due."""
LATE = 5.0
CHATS = sized(ci=60, long=500, soak=1000)
ROUNDS = sized(ci=4, long=10, soak=10)
KILLS = sized(ci=2, long=15, soak=50)
_NUMBER = re.compile(r"(set|rang) (\d+)")


class Timers:
    """What customers saw of their timers: each is set once and rings once."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.set: dict[tuple[str, str], float] = {}
        self.rang: dict[tuple[str, str], float] = {}
        self.twice = 0
        for call in calls:
            found = _NUMBER.fullmatch(call.text)
            if call.method != "sendMessage" or found is None:
                continue
            timer = (call.chat_id, found[2])
            times = self.set if found[1] == "set" else self.rang
            self.twice += timer in times
            times.setdefault(timer, call.at)

    def late(self, due: float) -> list[float]:
        """Seconds from when each was due until it rang."""
        return [at - self.set[timer] - due for timer, at in self.rang.items()]


async def rung(house: Installation, telegram: Telegram, count: int) -> Timers:
    """Once so many rang; a hang fails with what stands where."""
    deadline = time.monotonic() + PATIENCE
    while True:
        timers = Timers(telegram.fake.calls("sendMessage"))
        if len(timers.rang) >= count:
            return timers
        if time.monotonic() > deadline:
            were_set, rang = len(timers.set), len(timers.rang)
            raise AssertionError(f"{were_set} were set, {rang} of {count} rang\n{house.standing()}")
        await asyncio.sleep(0.2)


@on_both
async def test_timers_ring_once_while_the_server_is_killed(tmp_path: Path, layout: Layout) -> None:
    chance = Random(20261126)
    in_doubt = 0
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        house = Installation(tmp_path, telegram.settings, layout=layout, bots=BOTS)
        telegram.listen(house.base)
        with house:
            kills = sorted(chance.randrange(ROUNDS) for _ in range(KILLS))
            for number in range(ROUNDS):
                telegram.write(range(1000, 1000 + CHATS), "/set")
                # Timers of the rounds before are due in the midst of it.
                await asyncio.sleep(SOON / 2)
                for _ in range(kills.count(number)):
                    in_doubt += await house.crash(chance)
            timers = await rung(house, telegram, CHATS * ROUNDS)
            await asyncio.sleep(1)
            timers = Timers(telegram.fake.calls("sendMessage"))
            left = house.count("timers")
    figures = Figures("G5", house.layout.name, len(timers.rang), KILLS, late=timers.late(SOON))
    figures.what = "killed"
    figures.repeated, figures.allowed = timers.twice, in_doubt
    figures.tell()
    each = Counter(chat for chat, _ in timers.rang)
    assert set(each.values()) == {ROUNDS}
    assert len(each) == CHATS
    assert left == 0
    assert timers.twice <= in_doubt


async def test_timers_ring_once_when_the_clock_is_set_and_after_an_hour_away(
    tmp_path: Path,
) -> None:
    clock = WallClock(tmp_path)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, Random(20261126), CALM)
        house = Installation(tmp_path, telegram.settings, bots=BOTS, clock=clock)
        telegram.listen(house.base)
        chats = range(1000, 1000 + CHATS)
        with house:
            # An hour back and on again: what was due in three seconds still is, and once.
            telegram.write(chats, "/set")
            await telegram.settled()
            clock.step(-HOUR)
            await asyncio.sleep(SOON + 1)
            clock.step(HOUR)
            await rung(house, telegram, CHATS)
            # An hour on: what was due then rings now.
            telegram.write(chats, "/hour")
            await telegram.settled()
            await _all_set(telegram, 2 * CHATS)
            assert len(Timers(fake.calls("sendMessage")).rang) == CHATS
            clock.step(HOUR)
            await rung(house, telegram, 2 * CHATS)
            # An hour in which the machine slept, or was off.
            telegram.write(chats, "/hour")
            await telegram.settled()
            await _all_set(telegram, 3 * CHATS)
            in_doubt = await _away(house, clock)
            await rung(house, telegram, 3 * CHATS)
            await asyncio.sleep(2)
            # A week later all of it comes again (G2), and none is set anew.
            await nothing_comes_of_a_replay(house, telegram, clock)
            timers = Timers(fake.calls("sendMessage"))
            left = house.count("timers")
    Figures("G5", house.layout.name, 3 * CHATS, 4, what="the clock set, an hour away").tell()
    assert set(Counter(chat for chat, _ in timers.rang).values()) == {3}
    assert left == 0
    assert timers.twice <= in_doubt


async def _away(house: Installation, clock: WallClock) -> int:
    """An hour without the server; says how many calls were in doubt when it went."""
    if SIZE == "ci":
        # Asleep: a cold start takes as long as all else here.
        house.web.signal(signal.SIGSTOP)
        clock.step(HOUR + 1)
        house.web.signal(signal.SIGCONT)
        return 0
    house.web.kill()
    in_doubt = house.in_doubt()
    clock.step(HOUR + 1)
    await asyncio.to_thread(house.web.start)
    return in_doubt


async def _all_set(telegram: Telegram, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(Timers(telegram.fake.calls("sendMessage")).set) < count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
