"""`python -m benchmarks.sockets`: how soon whoever follows a dialog is told what its customer writes."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.figures import percentile
from benchmarks.server import cpu_seconds, server

EMAIL, PASSWORD = "owner@example.com", "correct horse battery"
KEY = "a-key-of-the-benchmark-alone"
SETTINGS = {
    "EASYFLOW_ADMIN__EMAIL": EMAIL,
    "EASYFLOW_ADMIN__PASSWORD": PASSWORD,
    "EASYFLOW_ADMIN__API_KEY": KEY,
}
AIM = 0.2
"""Seconds at p99."""
SIZES = (0, 1, 4, 8)
"""Sockets on each dialog."""


@dataclass(slots=True)
class Figures:
    """What came of one size: when each message was sent and answered, and told to each socket."""

    sockets: int
    sent: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    told: list[tuple[str, float]] = field(default_factory=list)
    cpu: float = 0.0
    memory: int = 0
    """Bytes more than with no socket open."""

    @property
    def events(self) -> list[float]:
        """Seconds from a customer's request to the event, for each socket."""
        return [at - self.sent[text] for text, at in self.told]

    @property
    def answers(self) -> list[float]:
        """Seconds from a customer's request to its own answer."""
        return [at - self.sent[text] for text, at in self.answered.items()]

    @property
    def later(self) -> list[float]:
        """Seconds from the answer to the event; 0 where the event came first."""
        return [max(0.0, at - self.answered[text]) for text, at in self.told]


def resident(pid: int) -> int:
    """Bytes of memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


class Load:
    """Customers who write to the API, and people who follow their dialogs."""

    def __init__(self, client: httpx.AsyncClient, port: int, dialogs: int) -> None:
        self._client = client
        self._port = port
        self._dialogs = dialogs
        self._token = ""
        self._ids: list[int] = []

    async def begin(self) -> None:
        """Sign in, and open the dialogs."""
        body = {"email": EMAIL, "password": PASSWORD}
        answer = await self._client.post("/api/auth/login", json=body)
        self._token = answer.raise_for_status().json()["access_token"]
        for number in range(self._dialogs):
            await self.say(number, "start")
        headers = {"Authorization": f"Bearer {self._token}"}
        listed = await self._client.get(f"/api/dialogs?limit={self._dialogs}", headers=headers)
        self._ids = [one["id"] for one in listed.raise_for_status().json()["dialogs"]]

    async def say(self, number: int, text: str) -> None:
        body = {"message": text, "session_id": f"s{number}", "user_id": f"u{number}"}
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = await self._client.post("/api/v1/conversation/chat", json=body, headers=headers)
        answer.raise_for_status()

    async def measure(self, pid: int, each: int, a_second: float, seconds: float) -> Figures:
        figures = Figures(sockets=each * self._dialogs)
        before = resident(pid)
        async with AsyncExitStack() as stack:
            readers = []
            for id in self._ids * each:
                address = f"ws://127.0.0.1:{self._port}/ws/dialogs/{id}?token={self._token}"
                wire = await stack.enter_async_context(
                    connect(address, proxy=None, open_timeout=60, close_timeout=1)
                )
                readers.append(asyncio.create_task(self._read(wire, figures)))
            spent = cpu_seconds(pid)
            await self._write(figures, a_second, seconds)
            expected = len(figures.answered) * each
            for _ in range(500):
                if len(figures.told) >= expected:
                    break
                await asyncio.sleep(0.02)
            figures.cpu = (cpu_seconds(pid) - spent) / len(figures.answered)
            figures.memory = resident(pid) - before
            assert len(figures.told) == expected, (len(figures.told), expected)
            for reader in readers:
                reader.cancel()
        return figures

    async def _read(self, wire: ClientConnection, figures: Figures) -> None:
        async for text in wire:
            if text == "__ping__":
                await wire.send("__pong__")
                continue
            event: dict[str, Any] = orjson.loads(text)
            said = event.get("message", {}).get("text")
            if said in figures.sent:
                figures.told.append((said, time.perf_counter()))

    async def _write(self, figures: Figures, a_second: float, seconds: float) -> None:
        async def one(number: int) -> None:
            text = f"message {figures.sockets}:{number}"
            figures.sent[text] = time.perf_counter()
            await self.say(number % self._dialogs, text)
            figures.answered[text] = time.perf_counter()

        begun = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in range(int(a_second * seconds)):
                await asyncio.sleep(max(0.0, begun + number / a_second - time.perf_counter()))
                tasks.create_task(one(number))


def line(figures: Figures) -> str:
    """A row of the table in docs/performance.md."""

    def shares(values: Sequence[float]) -> str:
        if not values:
            return "- | -"
        p50, p99 = (percentile(values, share) * 1000 for share in (0.50, 0.99))
        return f"{p50:.0f} ms | {p99:.0f} ms"

    each = f"{figures.memory / figures.sockets / 1024:.0f} kB" if figures.sockets else "-"
    cpu = figures.cpu * 1000
    return (
        f"| {figures.sockets} | {shares(figures.answers)} | {shares(figures.events)}"
        f" | {shares(figures.later)} | {cpu:.1f} ms | {each} |"
    )


async def run(dialogs: int, sizes: Sequence[int], a_second: float, seconds: float) -> bool:
    print(f"{a_second:g} messages a second to {dialogs} dialogs, {seconds:g} s each")
    print(
        "| sockets | answer p50 | p99 | event p50 | p99 | event after answer p50 | p99"
        " | CPU a message | memory a socket |\n|---|---|---|---|---|---|---|---|---|"
    )
    slow = False
    with tempfile.TemporaryDirectory() as data:
        async with (
            server(Path(data), SETTINGS) as (pid, port),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        ):
            load = Load(client, port, dialogs)
            await load.begin()
            for each in sizes:
                figures = await load.measure(pid, each, a_second, seconds)
                print(line(figures), flush=True)
                slow |= percentile(figures.events, 0.99) > AIM
    return slow


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.sockets", description=__doc__)
    options.add_argument("--dialogs", type=int, default=50)
    options.add_argument("--each", type=int, nargs="*", default=SIZES, help="sockets on a dialog")
    options.add_argument("--a-second", type=float, default=50)
    options.add_argument("--seconds", type=float, default=10)
    given = options.parse_args()
    slow = uvloop.run(run(given.dialogs, given.each, given.a_second, given.seconds))
    if slow:
        raise SystemExit(f"p99 is past the aim of {AIM * 1000:.0f} ms")


if __name__ == "__main__":
    main()
