"""`python -m benchmarks.profile`: where the CPU of a turn goes at saturation, layer by layer."""

import argparse
import asyncio
import json
import os
import platform as machine
import signal
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import uvloop

from benchmarks import platform as telegram
from benchmarks.load import Load, saturate
from benchmarks.platform import Person, Webhooks
from benchmarks.server import cpu_seconds, server

LAYERS: Mapping[str, tuple[str, ...]] = {
    "taking in: the connection, HTTP, what is answered": (
        "uvicorn",
        "adapters/http/",
        "adapters/ids.py",
    ),
    "reading updates, rendering messages": (
        "adapters/messengers/",
        "adapters/foreign_json.py",
        "adapters/answers.py",
        "bots/shaping.py",
    ),
    "the calls to the messenger": ("adapters/wire.py", "adapters/lines.py"),
    "lanes and the inbox": ("bots/inbox.py", "bots/lanes.py", "bots/watches.py"),
    "the flow engine": ("flows/",),
    "the outbox": ("bots/outbox.py", "bots/pauses.py", "bots/turnstile.py", "bots/holding.py"),
    "the turn around the engine": ("bots/",),
    "rows, and handing them to the writer": ("storage/",),
    "looks at the database beside the turns": ("sqlalchemy", "scheduler/"),
}
"""What a place in the code begins with."""

HERE = Path.cwd()

LOOP = "the event loop, tasks, sockets"
OTHERS = "the writer's thread: SQL and syncing, and other threads"


def layer_of(place: str) -> str:
    return next((name for name, begins in LAYERS.items() if place.startswith(begins)), LOOP)


async def profile(chats: int, turns: int) -> None:
    """Measure on an empty data folder below the current one."""
    load = Load({person.chat: person for person in map(Person, range(10**6, 10**6 + chats))})
    loop = asyncio.get_running_loop()
    api = await loop.create_server(lambda: telegram.BotApi(load.answered), "127.0.0.1", 0)
    base = f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        samples = HERE / folder / "samples.json"
        settings = {**telegram.settings(base), "SAMPLES": str(samples)}
        sampled = ("-m", "benchmarks.sampled")
        async with server(Path(folder) / "data", settings, program=sampled) as (pid, port):
            webhooks = Webhooks(port)
            await saturate(load, webhooks, chats * 20)  # warm up
            load.latencies.clear()
            os.kill(pid, signal.SIGUSR1)
            cpu = cpu_seconds(pid)
            await saturate(load, webhooks, turns)
            cpu = cpu_seconds(pid) - cpu
        api.close()
        found = json.loads(samples.read_text())
    done = len(load.latencies)
    print(f"{machine.machine()}, {os.cpu_count()} cores, Python {machine.python_version()}")
    print(
        f"Telegram at saturation, {chats} chats, {done} turns: {cpu / done * 1e6:.0f} us of CPU a turn"
    )
    seconds: Counter[str] = Counter({OTHERS: found["others"]})
    for place, used in found["loop"].items():
        seconds[layer_of(place)] += used
    total = sum(seconds.values())
    print("\n| layer | CPU a turn | share |\n|---|---|---|")
    for layer, used in seconds.most_common():
        print(f"| {layer} | {used / total * cpu / done * 1e6:.0f} µs | {used / total:.0%} |")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    options.add_argument("--chats", type=int, default=100)
    options.add_argument("--turns", type=int, default=20_000)
    given = options.parse_args()
    uvloop.run(profile(given.chats, given.turns))


if __name__ == "__main__":
    main()
