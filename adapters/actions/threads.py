"""Runs plain functions of owners, each in a thread that nobody has to wait for."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Mapping
from typing import Any

AT_ONCE = 16
"""Threads of one bot: further calls wait for one to be free, for as long as the flow lets them."""


class Threads:
    """The threads of one bot.

    They are not those of `asyncio.to_thread`: a function that hangs would keep the house's own work
    waiting there, and the whole program when it is to stop.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self, function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
        """What the function gives or raises. Whoever is cancelled leaves it to run to its end."""
        await self._free.acquire()
        ended: asyncio.Future[Callable[[], Any]] = asyncio.get_running_loop().create_future()
        call = contextvars.copy_context()
        work = threading.Thread(
            target=lambda: self._work(lambda: call.run(function, **given), ended), daemon=True
        )
        work.start()
        return (await ended)()

    def _work(self, call: Callable[[], Any], ended: "asyncio.Future[Callable[[], Any]]") -> None:
        outcome = _outcome(call)

        def tell() -> None:
            self._free.release()
            if not ended.done():
                ended.set_result(outcome)

        with contextlib.suppress(RuntimeError):  # the loop may be gone by now
            ended.get_loop().call_soon_threadsafe(tell)


def _outcome(call: Callable[[], Any]) -> Callable[[], Any]:
    """The call made, to be looked at elsewhere: it returns, or raises, what came of it."""
    try:
        value = call()
    except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
        return _raiser(error)
    return lambda: value


def _raiser(error: BaseException) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again
