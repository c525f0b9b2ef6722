"""`make bench`: the engine alone, then a dialog through webhook, SQLite and a messenger's API."""

import argparse
import asyncio
import math
import os
import platform as machine
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import max as dialogs
from benchmarks import platform as telegram
from benchmarks import vk, whatsapp
from benchmarks.disk import fdatasync_times
from benchmarks.engine import report
from benchmarks.figures import milliseconds, percentile
from benchmarks.load import Load, saturate, steadily
from benchmarks.platform import Answered, Person, Platform, Webhooks
from benchmarks.server import cpu_seconds, server


class Messenger(NamedTuple):
    """How a messenger is played; `most_turns` is what one chat may have before it is slowed down."""

    api: Callable[[Answered], Platform]
    webhooks: Callable[[int], Webhooks]
    person: Callable[[int], Person]
    settings: Callable[[str], Mapping[str, str]]
    most_turns: int = 1_000_000


MESSENGERS = {
    "telegram": Messenger(telegram.BotApi, Webhooks, Person, telegram.settings),
    "whatsapp": Messenger(
        whatsapp.CloudApi,
        whatsapp.SignedWebhooks,
        whatsapp.Writer,
        whatsapp.settings,
        whatsapp.MOST_TURNS,
    ),
    "vk": Messenger(vk.VkApi, vk.Events, vk.Peer, vk.settings),
    "max": Messenger(
        dialogs.BotApi, dialogs.SecretWebhooks, dialogs.Writer, dialogs.settings, dialogs.MOST_TURNS
    ),
}

FEWEST_CHATS = 100
"""How many customers write at once where the messengers are compared."""

DEARER_AT_MOST = 1.3
"""How much more CPU a turn may cost on another messenger than in Telegram."""


async def run(name: str, chats: int, turns: int, rate: float, seconds: float) -> None:
    """Measure on an empty data folder below the current one."""
    messenger = MESSENGERS[name]
    needed = (turns + rate * seconds) / (messenger.most_turns - 5)
    chats = max(chats, math.ceil(needed))
    people = map(messenger.person, range(1_000_000, 1_000_000 + chats))
    load = Load({person.chat: person for person in people})
    loop = asyncio.get_running_loop()
    api = await loop.create_server(lambda: messenger.api(load.answered), "127.0.0.1", 0)
    port = api.sockets[0].getsockname()[1]
    print(f"{machine.machine()}, {os.cpu_count()} cores, Python {machine.python_version()}")
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        data = Path(folder)
        disk = fdatasync_times(data)
        settings = messenger.settings(f"http://127.0.0.1:{port}")
        async with server(data / "data", settings) as (pid, http_port):
            webhooks = messenger.webhooks(http_port)
            await saturate(load, webhooks, min(turns, chats * 5))  # warm up
            load.latencies.clear()

            cpu = cpu_seconds(pid)
            wall = await saturate(load, webhooks, turns)
            cpu = cpu_seconds(pid) - cpu
            done = len(load.latencies)
            print(f"{name} at saturation, {chats} chats, {done} turns")
            print(f"  {done / wall:.0f} turns/s")
            print(f"  {cpu / done * 1e6:.0f} us of CPU per turn")
            print(f"  {milliseconds(load.latencies)}")

            load.latencies.clear()
            cpu = cpu_seconds(pid)
            disk += await asyncio.to_thread(fdatasync_times, data, 100)
            await steadily(load, webhooks, rate, seconds)
            cpu = cpu_seconds(pid) - cpu
            print(f"at {rate:.0f} turns/s, {len(load.latencies)} turns")
            print(f"  {cpu / len(load.latencies) * 1e6:.0f} us of CPU per turn")
            print(f"  {milliseconds(load.latencies)}")
            disk += await asyncio.to_thread(fdatasync_times, data)
    allowed = 0.020 + 4 * percentile(disk, 0.99)
    print(f"disk, fdatasync of 4 KiB: {milliseconds(disk)}")
    verdict = "holds" if percentile(load.latencies, 0.99) <= allowed else "DOES NOT HOLD"
    print(
        f"p99 of at most 20 ms plus four times the disk's own, {allowed * 1000:.1f} ms: {verdict}"
    )
    api.close()


async def cost_on(messenger: Messenger, chats: int, each: int) -> float:
    """CPU microseconds that a turn takes at saturation, what is done beside the answer included."""
    people = map(messenger.person, range(1_000_000, 1_000_000 + chats))
    load = Load({person.chat: person for person in people})
    loop = asyncio.get_running_loop()
    api = await loop.create_server(lambda: messenger.api(load.answered), "127.0.0.1", 0)
    settings = messenger.settings(f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}")
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        async with server(Path(folder) / "data", settings) as (pid, http_port):
            webhooks = messenger.webhooks(http_port)
            await saturate(load, webhooks, chats * 5)  # warm up
            load.latencies.clear()
            cpu = cpu_seconds(pid)
            await saturate(load, webhooks, chats * each)
            await asyncio.sleep(1)
            cpu = cpu_seconds(pid) - cpu
    api.close()
    return cpu / len(load.latencies) * 1e6


async def compare(turns: int, rounds: int) -> None:
    """The same dialog on every messenger and in Telegram, of each the quietest round.

    A messenger with a pace of its own needs more chats for as many turns, and so has Telegram beside it.
    """
    sizes = {}
    for name, messenger in MESSENGERS.items():
        each = min(messenger.most_turns - 5, turns // FEWEST_CHATS)
        sizes[name] = max(FEWEST_CHATS, turns // each), each
    wanted = [*sizes.items(), *(("telegram", size) for size in {*sizes.values()})]
    costs: dict[tuple[str, tuple[int, int]], list[float]] = {}
    for _ in range(rounds):
        for name, size in dict.fromkeys(wanted):
            costs.setdefault((name, size), []).append(await cost_on(MESSENGERS[name], *size))
    print(f"every messenger at saturation, {rounds} rounds")
    for (name, size), found in costs.items():
        share = min(found) / min(costs["telegram", size])
        verdict = "HOLDS" if share <= DEARER_AT_MOST else "DOES NOT HOLD"
        print(f"  {name}: {' '.join(f'{one:.0f}' for one in found)} us of CPU per turn,", end=" ")
        print(f"{size[0]} chats of {size[1]} turns,", end=" ")
        print(f"{share:.2f} x Telegram, at most {DEARER_AT_MOST}: {verdict}")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--messenger", choices=MESSENGERS, default="telegram")
    options.add_argument("--chats", type=int, default=100)
    options.add_argument("--turns", type=int, default=20_000)
    options.add_argument("--rate", type=float, default=200)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--platforms", action="store_true", help="compare all messengers, no more")
    options.add_argument("--rounds", type=int, default=3, help="of comparing them")
    given = options.parse_args()
    if given.platforms:
        return uvloop.run(compare(min(given.turns, 2_500), given.rounds))
    report()
    uvloop.run(run(given.messenger, given.chats, given.turns, given.rate, given.seconds))


if __name__ == "__main__":
    main()
