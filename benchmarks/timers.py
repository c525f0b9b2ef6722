"""`python -m benchmarks.timers`: a million timers that wait, and ten thousand that are due at one moment.

A real server in a process of its own, over a database that was filled at once. While the timers strike, customers
write through Telegram's webhook, and somebody asks for `/healthz` without a pause: what that takes longer than in a
quiet minute is how long the server's loop stood still for others. Prints the table of docs/performance.md.
"""

import argparse
import asyncio
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.figures import milliseconds, percentile
from benchmarks.load import Load, steadily
from benchmarks.platform import BotApi, Person, Webhooks, settings
from benchmarks.server import cpu_seconds, server

CHATS = 100_000
STRUCK = 5_000_000
"""Chats that timers are for have numbers from here on; those of customers who write, others."""
OTHERS = 1_000
"""Rows of customers who write come before theirs."""

LONGEST_LAG = 0.050
"""Seconds that a call may wait for the loop at p99 while timers strike."""

BOT = {
    "bot.yaml": "bot: Bench\nlanguage: en\ntimezone: UTC\nstart: hello\n",
    "flows/all.yaml": """
flow: hello
about: Say hello
when: [/start, Anna]
steps:
  begin: {say: Hello}
---
flow: nudge
about: Say that it is time
when: [/nudge]
steps:
  begin: {say: It is time}
""",
}

_PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO customers (id, uuid, workspace, bot, platform, user_id, remembered, profile, created_at, updated_at)
SELECT i + ?, printf('c%031x', i), 1, 'bench', 'telegram', i + ?, '{}', '{}', ?, ? FROM n
"""
_CHATS = """
INSERT INTO conversations (id, uuid, workspace, bot, channel, chat_id, platform, user_id, customer_id, owner, status,
 unreachable, blocked, keyboard, claim, epoch, seq, position, context, handoff, created_at, updated_at)
SELECT id, printf('%032x', id), 1, 'bench', ?, user_id, 'telegram', user_id, id, 'bot', 'active',
 0, 0, 0, 1, 0, 0, '{}', '{}', 'none', created_at, updated_at FROM customers WHERE id > ?
"""
_TIMERS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
INSERT INTO timers (conversation_id, name, workspace, due, epoch, payload)
SELECT i % ? + 1 + ?, ? || (i / ?), 1, ? + i * ?, NULL, '{"kind":"later","id":"' || ? || '","flow":"nudge"}' FROM n
"""


def fill(path: Path, waiting: int) -> None:
    """A hundred thousand chats, and timers of theirs that wait for days from tomorrow on."""
    now = int(time.time() * 1_000_000)
    with sqlite3.connect(path) as db:
        (channel,) = db.execute("SELECT DISTINCT channel FROM conversations").fetchone()
        db.execute("PRAGMA synchronous = OFF")
        db.execute(_PEOPLE, (CHATS, OTHERS, STRUCK, now, now))
        db.execute(_CHATS, (channel, OTHERS))
    db.close()
    if waiting:
        add(path, "wait", waiting, due=now + 86_400_000_000, apart=1_000_000)


def add(path: Path, name: str, count: int, *, due: int, apart: int = 0) -> None:
    """Timers from `due` (microseconds since 1970) on, so many microseconds `apart`."""
    with sqlite3.connect(path, timeout=60) as db:
        db.execute(_TIMERS, (count, CHATS, OTHERS, name, CHATS, due, apart, name))
    db.close()


class Numbered(Webhooks):
    """Updates have numbers of their own over two lives of the server."""

    numbers = itertools.count(1)

    def request(self, number: int, update: dict[str, Any]) -> bytes:
        return super().request(next(self.numbers), update)


def memory(pid: int) -> float:
    """MiB that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


async def asking(port: int, took: list[float], every: float = 0.005) -> None:
    """Ask for `/healthz` again and again over one connection, until cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            started = time.perf_counter()
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
            took.append(time.perf_counter() - started)
            await asyncio.sleep(every)
    finally:
        writer.close()


class Greeter(Person):
    """A customer who says hello again and again."""

    def next(self) -> dict[str, Any]:
        self.turn += 1
        return self.wrote("/start")


class Struck:
    """What the messenger sees: which chats were reminded, when."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.times: list[float] = []

    def answered(self, chat: int, call: dict[str, Any]) -> None:
        if chat > STRUCK:
            self.times.append(time.time())
        else:
            self.load.answered(chat, call)


async def quietly(port: int, pid: int, path: Path, seconds: float) -> float:
    """What it costs that timers wait; p99 of an answer about nothing."""
    with sqlite3.connect(path) as db:
        (count,) = db.execute("SELECT count(*) FROM timers").fetchone()
    db.close()
    await asyncio.sleep(2)
    cpu = cpu_seconds(pid)
    await asyncio.sleep(seconds)
    cpu = (cpu_seconds(pid) - cpu) * 60 / seconds
    took: list[float] = []
    asked = asyncio.create_task(asking(port, took))
    await asyncio.sleep(2)
    asked.cancel()
    print(f"{count} timers wait: {memory(pid):.0f} MiB, {cpu:.2f} s of CPU a minute")
    print(f"  an answer about nothing: {milliseconds(took)}")
    return percentile(took, 0.99)


async def strike(
    port: int, pid: int, path: Path, count: int, rate: float, load: Load, struck: Struck
) -> tuple[list[float], list[float]]:
    """So many at one moment, three seconds from now, while customers write: what the others waited."""
    due = int(time.time()) + 3
    await asyncio.to_thread(add, path, "now", count, due=due * 1_000_000)
    took: list[float] = []
    cpu, before = cpu_seconds(pid), memory(pid)
    await asyncio.sleep(max(0.0, due - 1 - time.time()))
    load.latencies.clear()
    asked = asyncio.create_task(asking(port, took))
    webhooks = Numbered(port)
    while len(struck.times) < count and time.time() < due + 120:
        await steadily(load, webhooks, rate, 0.5)
    asked.cancel()
    cpu = cpu_seconds(pid) - cpu
    late = [moment - due for moment in struck.times]
    print(f"{len(late)} of {count} timers due at one moment, {rate:.0f} customers a second beside")
    print(f"  the first {min(late):.1f} s after it, the last {max(late):.1f} s")
    print(f"  {cpu / count * 1e6:.0f} us of CPU each, {memory(pid) - before:.0f} MiB more")
    print(f"  an answer about nothing: {milliseconds(took)}, at most {max(took) * 1000:.0f} ms")
    print(f"  a customer's answer: {milliseconds(load.latencies)}")
    return took, load.latencies


async def run(waiting: int, count: int, rate: float, seconds: float) -> None:
    """Measure on an empty data folder below the current one."""
    load = Load({number: Greeter(number) for number in range(1_000_000, 1_000_200)})
    struck = Struck(load)
    loop = asyncio.get_running_loop()
    api = await loop.create_server(lambda: BotApi(struck.answered), "127.0.0.1", 0)
    base = f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        data, bots = Path(folder) / "data", Path(folder) / "bots"
        for name, text in BOT.items():
            file = bots / "bench" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        given: Mapping[str, str] = {**settings(base), "EASYFLOW_BOTS_DIR": str(bots.resolve())}
        started = time.perf_counter()
        async with server(data, given) as (pid, port):
            print(f"ready {time.perf_counter() - started:.1f} s after the start")
            await steadily(load, Numbered(port), rate, 1)
            await quietly(port, pid, data / "easyflow.db", seconds)
        fill(data / "easyflow.db", waiting)
        started = time.perf_counter()
        async with server(data, given) as (pid, port):
            print(f"ready {time.perf_counter() - started:.1f} s after the start")
            await steadily(load, Numbered(port), rate, 1)
            quiet = await quietly(port, pid, data / "easyflow.db", seconds)
            took, _ = await strike(port, pid, data / "easyflow.db", count, rate, load, struck)
    api.close()
    lag = percentile(took, 0.99) - quiet
    verdict = "holds" if lag < LONGEST_LAG else "DOES NOT HOLD"
    print(
        f"the loop's lag at p99, {lag * 1000:.1f} ms, at most {LONGEST_LAG * 1000:.0f} ms: {verdict}"
    )


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.timers", description=__doc__)
    options.add_argument("--waiting", type=int, default=1_000_000)
    options.add_argument("--due", type=int, default=10_000, help="at one moment")
    options.add_argument("--rate", type=float, default=20, help="customers a second beside")
    options.add_argument("--seconds", type=float, default=30, help="of rest that CPU is read over")
    given = options.parse_args()
    uvloop.run(run(given.waiting, given.due, given.rate, given.seconds))


if __name__ == "__main__":
    main()
