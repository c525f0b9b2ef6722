"""The real server as a process of its own, and the CPU it has used."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def settled(data: Path, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a server; nothing of the caller's own Easy Flow comes along."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("EASYFLOW_")},
        "EASYFLOW_DATA_DIR": str(data),
        "EASYFLOW_BOTS_DIR": str(ROOT / "benchmarks" / "bots"),
        "EASYFLOW_HTTP__PORT": str(port),
        **settings,
        "EASYFLOW_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "EASYFLOW_LOG__LEVEL": "warning",
    }


@asynccontextmanager
async def server(
    data: Path, settings: Mapping[str, str], *, program: Sequence[str] = ("run.py",)
) -> AsyncIterator[tuple[int, int]]:
    """Start it on an empty data folder with a messenger's settings; gives its process id and port."""
    port = free_port()
    environment = settled(data, port, settings)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *program, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(port, process)
        yield process.pid, port
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 15)


async def _answers(port: int, process: asyncio.subprocess.Process) -> None:
    for _ in range(300):
        if process.returncode is not None:
            raise RuntimeError(f"The server ended with {process.returncode}")
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.write(b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        head = await reader.read(64)
        writer.close()
        if b" 200 " in head:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError("The server did not become ready in 30 s")
