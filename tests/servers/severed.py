"""A line to a server that can be cut, or made to swallow what goes over it."""

import asyncio
import contextlib
from collections.abc import Callable

Watch = Callable[[bytes], bool]
"""Whether what is sent is what was waited for."""


class SeverableLine:
    """Passes bytes on to a port of this machine, until it is told otherwise."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.swallows = False
        self.refuses = False
        self.cut_at: Watch = lambda sent: False
        self.swallow_at: Watch = lambda sent: False

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every line that is open breaks."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def mend(self) -> None:
        """All goes on as before; what was swallowed is gone."""
        self.swallows = self.refuses = False
        self.cut_at = self.swallow_at = lambda sent: False

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            writer.transport.abort()
            return
        there = await asyncio.open_connection("127.0.0.1", self._server_port)
        self._writers |= {writer, there[1]}
        for source, target, from_client in ((reader, there[1], True), (there[0], writer, False)):
            task = asyncio.create_task(self._pass(source, target, from_client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, from_client: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while sent := await source.read(65536):
                if from_client and self.cut_at(sent):
                    self.refuses = True
                    self.cut()
                    return
                if from_client and self.swallow_at(sent):
                    self.swallows = True
                if not self.swallows:
                    target.write(sent)
            target.transport.abort()
