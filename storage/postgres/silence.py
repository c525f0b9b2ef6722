"""Whether somebody who does not answer is only slow: a line that is dead says nothing, for hours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg

from storage.postgres.outages import is_outage
from storage.postgres.url import connecting

Result = TypeVar("Result")

SILENCE = 0.8
"""Seconds without an answer after which the server is asked, over another line, what it does for us."""

SAYS_WITHIN = 1.0
"""Seconds for that: with the silence before it less than the two that a caller waits for at most."""

_WORKS = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'"
_OVER = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2"
)
STARTED = "SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"


async def listened_to(
    work: Awaitable[Result], connection: Any, url: str, answers: Callable[[], int] = lambda: 0
) -> Result:
    """What `work` gives, which speaks over `connection`: that is cut off where nobody works for us.

    It then raises what `is_outage`: TimeoutError where the server gives no sign of life at all. `answers`
    says how many have come so far.
    """
    task = asyncio.ensure_future(work)
    # Of a line that we cut off nobody asks what became of it.
    task.add_done_callback(_read)
    came = answers()
    try:
        while not (await asyncio.wait({task}, timeout=SILENCE))[0]:
            before, came = came, answers()
            if came > before:
                continue
            works = await _works(connection.get_server_pid(), url)
            if works or answers() > came or task.done():
                continue
            connection.terminate()
            await asyncio.wait({task})
            if works is None:
                raise TimeoutError("it does not answer")
    except asyncio.CancelledError:
        connection.terminate()
        await asyncio.wait({task})
        raise
    return await task


def _read(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()


async def _works(pid: int, url: str) -> bool | None:
    """Whether it works for us; None where it cannot even be asked."""
    try:
        async with asyncio.timeout(SAYS_WITHIN):
            return bool(await _asked(url, _WORKS, pid))
    except asyncpg.TooManyConnectionsError:  # an answer, if not to this
        return True
    except Exception as error:
        if is_outage(error):
            return None
        raise


async def _asked(url: str, query: str, *values: Any) -> Any:
    connection = await asyncpg.connect(**connecting(url))
    try:
        return await connection.fetchval(query, *values)
    finally:
        connection.terminate()


async def end(connection: Any, pid: int, started: Any) -> None:
    """Whoever served a line that was cut off: what it has locked is free, and nothing of it comes later."""
    await connection.fetchval(_OVER, pid, started)
