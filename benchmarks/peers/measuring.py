"""One contestant, one round: started, saturated, asked at a steady rate, filled with chats that wait."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.disk import fdatasync_times
from benchmarks.load import Load, politely, saturate_for
from benchmarks.peers import postgres
from benchmarks.peers.contestants import WORKERS, Contestant, Site
from benchmarks.peers.customers import crowd, first_answer, newcomers, wrong
from benchmarks.peers.running import Running, reachable, redis, start
from benchmarks.platform import BotApi, Webhooks
from benchmarks.server import free_port


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured; seconds but for those named otherwise."""

    rounds: int = 3
    customers: int = 100
    warm: float = 1.0
    saturated: float = 2.5
    steady: float = 2.0
    rate: float = 100.0
    half: float = 4.0
    chats: int = 50_000
    filling: float = 6.0
    """How long filling may take at other bots: they get fewer chats."""


@dataclass(slots=True)
class Figures:
    """What was found of one contestant, a value per round; times in seconds, memory in bytes."""

    cpu: list[float] = field(default_factory=list)
    """Of a step at saturation, all processes of the bot together."""
    beside: list[float] = field(default_factory=list)
    """Of a step at saturation, the database's or Redis's own."""
    load: list[float] = field(default_factory=list)
    """Of a step at saturation, of the customers and the messenger: no part of the bot."""
    rate: list[float] = field(default_factory=list)
    steady_cpu: list[float] = field(default_factory=list)
    steady: list[float] = field(default_factory=list)
    half: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    full: float = 0.0
    chats: int = 0
    a_chat: float = 0.0
    forgotten: int | None = None
    asked: int = 0


@dataclass(slots=True)
class Stage:
    """One contestant as it runs, with the messenger in front of it."""

    site: Site
    webhooks: Webhooks
    running: Running
    load: Load
    redis: Running | None = None
    database: postgres.Database | None = None

    async def beside_cpu(self) -> float:
        """Seconds of Redis and of the database's server so far."""
        seconds = self.redis.cpu() if self.redis is not None else 0.0
        return seconds + (await self.database.cpu() if self.database is not None else 0.0)


Then = Sequence[Callable[[Contestant, Stage, Figures, Size], Awaitable[None]]]
"""What is done when a round's figures are taken."""


@asynccontextmanager
async def staged(contestant: Contestant, folder: Path, load: Load) -> AsyncIterator[Stage]:
    """A contestant on an empty folder; ended with the block."""
    loop = asyncio.get_running_loop()
    api = await loop.create_server(lambda: BotApi(load.answered), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}"
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(api.close)
        site, memory, database = Site(free_port(), folder, url), None, None
        if contestant.beside:
            address, memory = await stack.enter_async_context(redis(folder))
            site = replace(site, redis=address)
        if contestant.beside == "postgresql":
            database = await stack.enter_async_context(postgres.database())
            site = replace(site, database=database.url)
        first, *others = contestant.commands(site)
        running = await start([first], folder / "log.txt")
        stage = Stage(site, Webhooks(site.port), running, load, memory, database)
        try:
            if others:
                # The first makes what all of them need: tables, the owner, the bot's version.
                await reachable(site.port, running)
                await running.join(others)
            yield stage
        finally:
            await stage.running.end(signal.SIGKILL)


async def measure(
    contestant: Contestant, figures: Figures, size: Size, folder: Path, then: Then = ()
) -> list[float]:
    """One round; gives what fdatasync took meanwhile. Raises RuntimeError for answers that do not fit."""
    load = crowd(size.customers)
    began = time.perf_counter()
    async with staged(contestant, folder, load) as stage:
        await first_answer(load, stage.webhooks, stage.running.check)
        figures.start.append(time.perf_counter() - began)
        figures.idle.append(stage.running.memory())
        if stage.database is not None:
            await stage.database.shared_out(WORKERS, stage.running.check)
        await _saturate(stage, figures, size)
        disk = await asyncio.to_thread(fdatasync_times, folder, 50)
        await _steady(stage, figures, size)
        if contestant.ours:
            load.latencies.clear()
            await politely(load, stage.webhooks, figures.rate[-1] / 2, size.half)
            figures.half += load.latencies
        disk += await asyncio.to_thread(fdatasync_times, folder, 50)
        if misfits := wrong(load):
            raise RuntimeError(f"{contestant.name} answered out of turn: {misfits[:3]}")
        for further in then:
            await further(contestant, stage, figures, size)
    return disk


async def _saturate(stage: Stage, figures: Figures, size: Size) -> None:
    load = stage.load
    talking = asyncio.create_task(saturate_for(load, stage.webhooks, size.warm + size.saturated))
    await asyncio.sleep(size.warm)
    steps, began = len(load.latencies), time.perf_counter()
    cpu, beside, own = stage.running.cpu(), await stage.beside_cpu(), time.process_time()
    await asyncio.sleep(size.saturated)
    steps, wall = len(load.latencies) - steps, time.perf_counter() - began
    cpu, beside = stage.running.cpu() - cpu, await stage.beside_cpu() - beside
    own = time.process_time() - own
    stage.running.check()
    await talking
    figures.cpu.append(cpu / steps)
    figures.beside.append(beside / steps)
    figures.load.append(own / steps)
    figures.rate.append(steps / wall)


async def _steady(stage: Stage, figures: Figures, size: Size) -> None:
    stage.load.latencies.clear()
    cpu = stage.running.cpu()
    await politely(stage.load, stage.webhooks, size.rate, size.steady)
    figures.steady_cpu.append((stage.running.cpu() - cpu) / len(stage.load.latencies))
    figures.steady += stage.load.latencies


async def fill(contestant: Contestant, stage: Stage, figures: Figures, size: Size) -> None:
    """New chats, as many as `size` says or as there is time for; what each of the second half takes.

    The first half fills what is bounded: caches of pages, conversations that are kept at hand.
    """
    half, seconds = size.chats // 2, size.filling * (4 if contestant.ours else 0.5)
    first = await newcomers(stage.load, stage.webhooks, range(half), seconds)
    before = stage.running.memory()
    second = await newcomers(stage.load, stage.webhooks, range(half, 2 * half), seconds)
    await asyncio.sleep(1)
    figures.full = stage.running.memory()
    figures.chats = first + second
    figures.a_chat = (figures.full - before) / second
