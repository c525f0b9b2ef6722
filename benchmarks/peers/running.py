"""The processes of one contestant: started together, their CPU and memory summed, killed or stopped together."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import ROOT, TICKS, free_port

PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Command:
    """A process to start."""

    words: tuple[str, ...]
    environment: Mapping[str, str]


class Running:
    """Processes, each the first of a session of its own, so that their children are known too."""

    def __init__(self, processes: list[asyncio.subprocess.Process], log: Path) -> None:
        self._processes = processes
        self._log = log

    async def join(self, commands: Iterable[Command]) -> None:
        """Start more beside them."""
        self._processes += await _started(commands, self._log)

    def cpu(self) -> float:
        """Seconds of all of them and their children so far."""
        return sum(cpu_of(pid) for pid in self.pids())

    def memory(self) -> int:
        """Bytes, what they share counted once."""
        return sum(_memory(pid) for pid in self.pids())

    def pids(self) -> list[int]:
        leaders = {str(process.pid) for process in self._processes}
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if _fields(int(entry.name))[3] in leaders:
                        found.append(int(entry.name))
        return found

    def check(self) -> None:
        """Raises RuntimeError with its last words when one has ended."""
        for process in self._processes:
            if process.returncode is not None:
                words = self._log.read_text(errors="replace").strip()[-300:]
                raise RuntimeError(f"a process ended with {process.returncode}: …{words}")

    async def kill(self, count: int) -> None:
        """The first so many with SIGKILL; the others go on."""
        killed, self._processes = self._processes[:count], self._processes[count:]
        for process in killed:
            _signal(process.pid, signal.SIGKILL)
        await asyncio.gather(*(process.wait() for process in killed))

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """SIGKILL ends them at once; anything else is followed by it after a while."""
        for process in self._processes:
            _signal(process.pid, how)
        waiting = asyncio.gather(*(process.wait() for process in self._processes))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), PATIENCE)
        for process in self._processes:
            _signal(process.pid, signal.SIGKILL)
        await waiting


async def start(commands: Iterable[Command], log: Path) -> Running:
    """They run when this comes back; whether they answer is another question."""
    return Running(await _started(commands, log), log)


@asynccontextmanager
async def redis(folder: Path) -> AsyncIterator[tuple[str, Running]]:
    """A Redis of its own that writes what it keeps once a second, as its documentation advises; its URL."""
    port = free_port()
    program = shutil.which("redis-server") or "redis-server"
    where = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder))
    kept = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")
    running = await start([Command((program, *where, *kept), {})], folder / "redis.log")
    try:
        await reachable(port, running)
        yield f"redis://127.0.0.1:{port}/0", running
    finally:
        await running.end()


async def reachable(port: int, running: Running) -> None:
    """Come back as soon as someone listens there. Raises RuntimeError after 30 s."""
    for _ in range(3000):
        running.check()
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        return
    raise RuntimeError(f"Nobody listens on port {port}")


async def _started(commands: Iterable[Command], log: Path) -> list[asyncio.subprocess.Process]:
    with log.open("ab") as words:
        return [
            await asyncio.create_subprocess_exec(
                *command.words,
                cwd=ROOT,
                env=command.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )
            for command in commands
        ]


def _signal(pid: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, how)


def _fields(pid: int) -> list[str]:
    """Of /proc/pid/stat from the state on: [3] is the session, [11] to [14] are times."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu_of(pid: int) -> float:
    """Seconds of a process and its ended children so far; 0 for one that is gone."""
    try:
        return sum(map(int, _fields(pid)[11:15])) / TICKS
    except OSError:
        return 0.0


def _memory(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
