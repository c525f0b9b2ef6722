"""A wire of our own between two programs, to be cut, clogged or slowed; and a balancer before several.

It runs in a thread with a loop of its own, so that a test may stand still while it goes on.
"""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
Place = tuple[str, int]

PIECE = 1 << 16


class Wire:
    """`with Wire([(host, port), …]) as wire:` listens at `wire.port`, and leads to any that answers.

    `down()` refuses and cuts everything, `silent()` takes connections and lets nothing through, as a
    network does that lost a route, `slow(seconds)` delays each piece, `cut()` ends connections in
    the middle of whatever they say, and `open()` ends all of that.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.port = 0
        self._places = list(places)
        self._turn = itertools.cycle(range(len(self._places)))
        self._delay = 0.0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._end())
        self._thread.join()

    # ------------------------------------------------------------ what befalls it

    def open(self) -> None:
        self._do(self._open())

    def down(self) -> None:
        self._do(self._down())

    def silent(self) -> None:
        self._do(self._clog())

    def slow(self, seconds: float) -> None:
        self._delay = seconds

    def cut(self) -> None:
        self._do(self._cut())

    async def _open(self) -> None:
        self._delay = 0.0
        self._flows.set()
        if self._server is None:
            await self._listen()

    async def _down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _clog(self) -> None:
        self._flows.clear()

    async def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    # ------------------------------------------------------------ inside

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        self._over = asyncio.Event()
        await self._listen()
        self._ready.set()
        await self._over.wait()
        await self._down()

    async def _end(self) -> None:
        self._flows.set()
        self._over.set()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._carry, "127.0.0.1", self.port, backlog=1024, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        onward: asyncio.StreamWriter | None = None
        try:
            await self._flows.wait()
            back, onward = await self._connected()
            self._writers.add(onward)
            await asyncio.gather(self._pump(reader, onward), self._pump(back, writer))
        except OSError:
            pass
        finally:
            for one in (writer, onward):
                if one is not None:
                    self._writers.discard(one)
                    one.transport.abort()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in self._places:
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(*self._places[next(self._turn)])
        raise ConnectionRefusedError

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE):
            await self._flows.wait()
            if self._delay:
                await asyncio.sleep(self._delay)
            writer.write(piece)
            await writer.drain()
        # One side has said all it will: the other is told so, and may still answer.
        with contextlib.suppress(OSError):
            writer.write_eof()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)
