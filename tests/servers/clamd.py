"""A fake of ClamAV's daemon in a process of its own: it speaks INSTREAM and knows one virus.

    python -m tests.servers.clamd PORT LARGEST

https://linux.die.net/man/8/clamd: `zINSTREAM`, then pieces that begin with their length, then a
piece of none; the answer ends with NUL. Past its limit it answers and hangs up.
"""

import asyncio
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
LARGEST = 25 << 20


class FakeClamd:
    """A running daemon; `with` ends its process afterwards."""

    def __init__(self, port: int = 0, *, largest: int = LARGEST) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.clamd", str(port), str(largest)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


async def _serve(port: int, largest: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await _answer(reader, largest) + b"\0")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started us holds the other end: when they are gone, so are we.
    await asyncio.to_thread(sys.stdin.read)


async def _answer(reader: asyncio.StreamReader, largest: int) -> bytes:
    if await reader.readuntil(b"\0") != b"zINSTREAM\0":
        return b"UNKNOWN COMMAND"
    content = bytearray()
    while length := int.from_bytes(await reader.readexactly(4)):
        if len(content) + length > largest:
            return b"INSTREAM size limit exceeded. ERROR"
        content += await reader.readexactly(length)
    return b"stream: Eicar-Test-Signature FOUND" if VIRUS in content else b"stream: OK"


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
