"""ClamAV's daemon over its socket: a file is streamed to it and it names the virus, if it knows one.

https://linux.die.net/man/8/clamd, the command INSTREAM.
"""

import asyncio
from pathlib import Path
from typing import IO

from bots.errors import Unavailable, VirusFound

PATIENCE = 60.0
_STEP = 1 << 16
_LONGEST_ANSWER = 4_096


class Clamd:
    """`address` is `host:port`, or the path of a socket; where it does not answer nothing is kept."""

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        """Raises ValueError for what is neither."""
        self._path = address.removeprefix("unix:") if "/" in address else ""
        host, _, port = address.rpartition(":")
        if not self._path and not (host and port.isdecimal() and 0 < int(port) < 65_536):
            raise ValueError("write host:port or the path of clamd's socket")
        self._host, self._port = host.strip("[]"), 0 if self._path else int(port)
        self._patience = patience

    async def scan(self, path: Path) -> None:
        """Raises VirusFound with its name, Unavailable where there is no answer."""
        try:
            async with asyncio.timeout(self._patience):
                said = await self._ask(path)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            raise Unavailable(
                f"The virus scanner does not answer ({type(error).__name__}): nothing was kept"
            ) from error
        if said.endswith(" FOUND"):
            raise VirusFound(said.removeprefix("stream: ").removesuffix(" FOUND"))
        if said != "stream: OK":
            raise Unavailable(f"The virus scanner did not look at the file: {said[:200]}")

    async def _ask(self, path: Path) -> str:
        if self._path:
            reader, writer = await asyncio.open_unix_connection(self._path)
        else:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            with path.open("rb") as file:
                await self._send(file, writer)
            said = await reader.readuntil(b"\0")
        except (BrokenPipeError, ConnectionResetError):
            # It may have answered and gone: past its own limit it does not read on.
            said = await reader.read(_LONGEST_ANSWER)
        finally:
            writer.close()
        return said.rstrip(b"\0\n").decode(errors="replace")

    async def _send(self, file: IO[bytes], writer: asyncio.StreamWriter) -> None:
        while chunk := await asyncio.to_thread(file.read, _STEP):
            writer.write(len(chunk).to_bytes(4) + chunk)
            await writer.drain()
        writer.write((0).to_bytes(4))
        await writer.drain()
