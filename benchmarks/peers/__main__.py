"""`python -m benchmarks.peers`: one dialog on Easy Flow and on what a user would otherwise pick.

Every contestant is started in each round, the rounds in turn, so that a busy minute hurts all alike.
"""

import argparse
import asyncio
import os
import platform as machine
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import uvloop

from benchmarks.figures import milliseconds
from benchmarks.peers.contestants import CONTESTANTS, Contestant
from benchmarks.peers.install import install
from benchmarks.peers.killing import kill
from benchmarks.peers.measuring import Figures, Size, Then, fill, measure
from benchmarks.peers.table import aims, table
from benchmarks.server import ROOT

QUICK = Size(rounds=1, warm=0.5, saturated=1, steady=1, half=1, chats=500, filling=3)
QUICK_ONES = ("floor", "durable-floor", "easyflow", "aiogram")


async def run(contestants: list[Contestant], size: Size, then: Then) -> bool:
    """All of them, `size.rounds` times, every other round backwards; `then` after the last.

    Says whether all could be measured.
    """
    if task := asyncio.current_task():
        # Stopped by SIGTERM too, it ends what it started.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    began = time.perf_counter()
    found = {one.name: Figures() for one in contestants}
    disk: list[float] = []
    for number in range(size.rounds):
        after = then if number == size.rounds - 1 else ()
        for one in contestants if number % 2 == 0 else reversed(contestants):
            figures = found.get(one.name)
            if figures is None:
                continue
            try:
                with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
                    disk += await measure(one, figures, size, Path(folder), after)
            except (OSError, RuntimeError, TimeoutError) as problem:
                # The others' figures shall not be lost with this one's.
                del found[one.name]
                print(f"without {one.name}: {problem}", flush=True)
                continue
            words = f"{figures.cpu[-1] * 1e6:.0f} µs, load {figures.load[-1] * 1e6:.0f} µs"
            print(f"  round {number + 1}: {one.name} {words}", flush=True)
    if not found:
        return False
    took = time.perf_counter() - began
    print(
        f"\n{machine.machine()}, {os.cpu_count()} cores, Python {machine.python_version()},", end=""
    )
    print(f" {size.rounds} rounds, {size.customers} chats, {took / 60:.1f} minutes\n")
    print("\n".join(table(found)))
    print(f"\nfdatasync of 4 KiB in the same run: {milliseconds(disk)}")
    load = median(one for figures in found.values() for one in figures.load)
    print(f"customers and messenger took {load * 1e6:.0f} µs of CPU a step\n")
    print("\n".join(aims(found, disk)))
    return len(found) == len(contestants)


def chosen(names: str) -> list[Contestant]:
    """Those that were asked for and can take part; says why others cannot."""
    known = [one.name for one in CONTESTANTS]
    wanted = names.split(",") if names else known
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"Nobody is called {', '.join(unknown)}; there are {', '.join(known)}")
    able = []
    for one in CONTESTANTS:
        if one.name in wanted:
            if why := one.missing():
                print(f"without {one.name}: {why}")
            else:
                able.append(one)
    return able


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    names = ", ".join(one.name for one in CONTESTANTS)
    options.add_argument("--install", action="store_true", help="the other bots' libraries first")
    options.add_argument(
        "--quick", action="store_true", help="one short round of what needs nothing"
    )
    options.add_argument(
        "--kill", action="store_true", help="each with -9 amid its work, at the end"
    )
    options.add_argument("--only", default="", metavar="names", help=f"of {names}")
    options.add_argument("--rounds", type=int)
    given = options.parse_args()
    if given.install:
        install()
    size = QUICK if given.quick else Size()
    if given.rounds:
        size = replace(size, rounds=given.rounds)
    only = given.only or (",".join(QUICK_ONES) if given.quick else "")
    then = (fill, kill) if given.kill else (fill,)
    sys.exit(0 if uvloop.run(run(chosen(only), size, then)) else 1)


if __name__ == "__main__":
    main()
