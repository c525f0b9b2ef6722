"""The hand on a fake platform: its process is started, asked, steered, waited for and ended here."""

import asyncio
import http.client
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import orjson

ROOT = Path(__file__).resolve().parents[2]

T = TypeVar("T")


class Fake:
    """A running server; `with` ends its process afterwards."""

    def __init__(self, module: str, *options: str, quiet: bool, port: int) -> None:
        """`module` is run with `options`. Raises RuntimeError if it does not say where it listens."""
        command = [sys.executable, "-m", module, "--with-parent", "--port", str(port), *options]
        self._process = subprocess.Popen(
            command + ["--quiet"] * quiet,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        _, _, self.base = self._process.stdout.readline().strip().partition(" on ")
        if not self.base.startswith("http://"):
            self._process.kill()
            self._process.wait()
            raise RuntimeError(f"{module} did not start")
        self._connection = self._connect()

    def stop(self) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.wait(timeout=60)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

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
