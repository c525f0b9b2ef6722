"""The hand on a fake platform: its process is started, asked, steered, waited for and ended here."""

import asyncio
import http.client
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, Self, TypeVar

import orjson

from tests.servers.warm import Process

T = TypeVar("T")


class Fake:
    """A running server; `with` ends its process afterwards."""

    def __init__(self, module: str, *options: str, quiet: bool, port: int) -> None:
        """`module` is run with `options`. Raises RuntimeError if it does not say where it listens."""
        command = [module, "--with-parent", "--port", str(port), *options]
        reading, parent = os.pipe()
        self._parent: int | None = parent
        said, writing = os.pipe()
        try:
            self._process = Process(
                command + ["--quiet"] * quiet,
                (reading, writing, sys.__stderr__.fileno() if sys.__stderr__ else writing),
                environ=os.environ,
                module=module,
            )
        finally:
            os.close(reading)
            os.close(writing)
        with os.fdopen(said) as stream:
            _, _, self.base = stream.readline().strip().partition(" on ")
        if not self.base.startswith("http://"):
            self._let_go()
            self._process.kill()
            self._process.wait()
            raise RuntimeError(f"{module} did not start")
        self._connection = self._connect()
        self._asking = threading.Lock()

    def stop(self) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.wait(timeout=60)
        self._let_go()

    def _let_go(self) -> None:
        """Of the pipe by which it knows that we are there."""
        parent, self._parent = self._parent, None
        if parent is not None:
            os.close(parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _connect(self, timeout: float = 60.0) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=timeout)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        with self._asking:  # customers in threads of their own share the connection
            return _asked(self._connection, method, path, body)

    def _ask_apart(self, method: str, path: str, body: Any) -> Any:
        """Over a connection of its own, for what takes a while."""
        with closing(self._connect(timeout=120)) as own:
            return _asked(own, method, path, body)


async def enough(
    found: Callable[[], Sequence[T]], count: int, *, within: float, otherwise: Callable[[], str]
) -> Sequence[T]:
    """Wait until so many are found; AssertionError with what is said `otherwise`."""
    deadline = asyncio.get_running_loop().time() + within
    while len(seen := found()) < count:
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{len(seen)} of {count} {otherwise()}")
        await asyncio.sleep(0.02)
    return seen


async def acknowledged(left: Callable[[], object], *, within: float) -> None:
    """Wait until nothing is left; AssertionError with what is."""
    deadline = asyncio.get_running_loop().time() + within
    while still := left():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not acknowledged: {still}")
        await asyncio.sleep(0.02)


def _asked(connection: http.client.HTTPConnection, method: str, path: str, body: Any) -> Any:
    content = orjson.dumps(body) if body is not None else b""
    connection.request(method, path, content, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = orjson.loads(response.read())
    if response.status >= 400:
        raise RuntimeError(f"{path}: {answer}")
    return answer
