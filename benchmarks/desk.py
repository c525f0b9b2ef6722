"""`python -m benchmarks.desk`: how soon operators see what customers write, in a group as Telegram limits it.

Time is moved, so that ten minutes take half a minute; the database and the calls are real.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks.figures import percentile
from storage.migrate import migrate
from tests.desk.load import Outcome, under_load
from tests.desk.rig import DeskRig
from tests.servers.telegram import FakeTelegram

SIZES = (3, 6, 8, 12, 30)
"""Chats at once in one group."""

PROMISED = 15.0
"""Seconds at p95, where there are six chats."""


async def measure(chats: int, a_minute: float, minutes: float) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, FakeTelegram.start() as telegram:
        path = Path(folder) / "easyflow.db"
        migrate(f"sqlite:///{path}")
        async with DeskRig(path, telegram) as rig:
            return await under_load(rig, chats=chats, a_minute=a_minute, minutes=minutes)


def line(outcome: Outcome) -> str:
    """A row of the table in docs/performance.md."""
    p50, p95 = (percentile(outcome.waits, share) for share in (0.50, 0.95))
    counts = f"{len(outcome.lost)} | {len(outcome.disordered)} | {len(outcome.doubled)}"
    slowest = max(outcome.waits, default=0.0)
    return (
        f"| {outcome.chats} | {p50:.0f} s | {p95:.0f} s | {slowest:.0f} s"
        f" | {outcome.busiest} | {outcome.refused} | {counts} |"
    )


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    options.add_argument("--chats", type=int, nargs="*", default=SIZES)
    options.add_argument("--a-minute", type=float, default=3, help="messages of each customer")
    options.add_argument("--minutes", type=float, default=10)
    given = options.parse_args()
    print(f"{given.a_minute:g} messages a minute of each customer, {given.minutes:g} minutes")
    print(
        "| chats | p50 | p95 | slowest | events a minute | refused | lost | reordered | doubled |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for chats in given.chats:
        outcome = asyncio.run(measure(chats, given.a_minute, given.minutes))
        print(line(outcome), flush=True)


if __name__ == "__main__":
    main()
