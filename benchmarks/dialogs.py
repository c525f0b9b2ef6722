"""`python -m benchmarks.dialogs`: lists of very many chats, and a chat over the API beside them.

A real server in a process of its own, over a database that was filled at once; one request after another, then
several at once. Prints the table of docs/performance.md.
"""

import argparse
import asyncio
import http.client
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import percentile
from benchmarks.filling import fill, key
from benchmarks.server import cpu_seconds, server

KEYS = 400
"""More than one, for each may call a hundred times a minute."""

IN_A_ROW = 90
"""How many calls go out under one key before the next one's turn."""

PROMISED = 0.020
"""Seconds at p99 of a list, on top of what an answer about nothing takes in the same minute."""


@dataclass(slots=True)
class Client:
    """One connection that is kept; it changes its key before that has called too often."""

    port: int
    numbers: Iterator[int]
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, method: str, path: str, body: Any = None) -> float:
        """How many seconds it took. Raises RuntimeError for anything but 200."""
        headers = {
            "X-API-Key": key(next(self.numbers) // IN_A_ROW % KEYS),
            "Content-Type": "application/json",
        }
        sent = json.dumps(body) if body is not None else None
        started = time.perf_counter()
        self.connection.request(method, path, sent, headers)
        response = self.connection.getresponse()
        answered = response.read()
        took = time.perf_counter() - started
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status} {answered!r}")
        return took


NUMBERS = itertools.count()
Call = Callable[[Client], float]


def lists(chats: int) -> dict[str, str]:
    """What is asked for, by the words of the table."""
    return {
        "all": "",
        "`limit=200`": "limit=200",
        "`status=active`": "status=active",
        "`status=archived`": "status=archived",
        "`handoff_status=none`": "handoff_status=none",
        "`handoff_status=requested`": "handoff_status=requested",
        "`handoff_status=released`": "handoff_status=released",
        "`platform=telegram`": "platform=telegram",
        "`platform=api`": "platform=api",
        "`platform=vk&status=archived`": "platform=vk&status=archived",
        "behind half of them": f"offset={chats // 2}",
        "the last page": f"offset={chats - 50}",
    }


def measured(
    port: int, pid: int, call: Call, count: int, at_once: int
) -> tuple[list[float], float]:
    """What each call took, and the CPU of the server for one."""
    clients = [Client(port, NUMBERS) for _ in range(at_once)]
    for client in clients:
        call(client)

    def several(client: Client) -> list[float]:
        return [call(client) for _ in range(max(1, count // at_once))]

    cpu = cpu_seconds(pid)
    with ThreadPoolExecutor(at_once) as threads:
        took = [one for each in threads.map(several, clients) for one in each]
    return took, (cpu_seconds(pid) - cpu) / len(took)


def told(name: str, took: list[float], cpu: float, promised: float | None = None) -> bool:
    """A row of the table; whether it holds what is promised."""
    p50, p99 = percentile(took, 0.50), percentile(took, 0.99)
    holds = promised is None or p99 < promised
    verdict = "" if holds else " DOES NOT HOLD |"
    print(f"| {name} | {p50 * 1e3:.1f} ms | {p99 * 1e3:.1f} ms | {cpu * 1e3:.1f} ms |{verdict}")
    return holds


def listing(port: int, pid: int, chats: int, count: int) -> bool:
    """Every list, one request after another."""
    print(f"| `GET /api/dialogs`, {chats} dialogs | p50 | p99 | CPU |\n|---|---|---|---|")
    empty, cpu = measured(port, pid, lambda client: client.call("GET", "/healthz"), count, 1)
    told("nothing: `GET /healthz`", empty, cpu)
    holds, promised = True, PROMISED + percentile(empty, 0.99)
    for name, query in lists(chats).items():
        took, cpu = measured(port, pid, partial(_list, query), count, 1)
        holds &= told(name, took, cpu, promised)
    return holds


def _list(query: str, client: Client) -> float:
    return client.call("GET", f"/api/dialogs?{query}")


def chatting(port: int, pid: int, count: int) -> None:
    """A customer's first and second message, each customer another one."""
    print("| `POST /api/v1/conversation/chat` | p50 | p99 | CPU |\n|---|---|---|---|")
    customers = itertools.count()

    def call(client: Client) -> float:
        body = {"user_id": f"bench{next(customers)}", "message": "/start"}
        return client.call("POST", "/api/v1/conversation/chat", body)

    for at_once in (1, 20):
        took, cpu = measured(port, pid, call, count, at_once)
        told(f"{at_once} at once", took, cpu)


SETTINGS = {"EASYFLOW_ADMIN__API_KEY": "sk_live_bench_owner_000000000001"}


async def make(data: Path, chats: int, messages: int) -> None:
    """The database, by the server itself, and then all that is in it."""
    async with server(data, SETTINGS):
        pass
    started = time.perf_counter()
    fill(data / "easyflow.db", chats=chats, messages=messages, keys=KEYS)
    print(f"filled in {time.perf_counter() - started:.0f} s")


async def run(chats: int, messages: int, count: int, kept: Path | None) -> None:
    """Measure on a database below the current folder, or on the one that was kept there."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        data = (kept or Path(folder)) / "data"
        if not data.exists():
            await make(data, chats, messages)
        size = (data / "easyflow.db").stat().st_size / 2**20
        print(f"{chats} dialogs, {chats * messages} messages, {size:.0f} MiB\n")
        async with server(data, SETTINGS) as (pid, port):
            holds = await asyncio.to_thread(listing, port, pid, chats, count)
            print()
            await asyncio.to_thread(chatting, port, pid, count)
    verdict = "holds" if holds else "DOES NOT HOLD"
    print(f"\na list's p99 of less than {PROMISED * 1000:.0f} ms and an empty answer's: {verdict}")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.dialogs", description=__doc__)
    options.add_argument("--dialogs", type=int, default=100_000)
    options.add_argument("--messages", type=int, default=10, help="of each dialog")
    options.add_argument("--requests", type=int, default=500, help="of each kind")
    options.add_argument("--keep", type=Path, metavar="folder", help="where the database stays")
    given = options.parse_args()
    asyncio.run(run(given.dialogs, given.messages, given.requests, given.keep))


if __name__ == "__main__":
    main()
