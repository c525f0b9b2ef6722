"""Background tasks stay alive, and nothing is left unfinished when they are let go."""

import asyncio

from structlog.testing import capture_logs

from bots.errors import Unavailable
from bots.supervision import Supervisor


async def test_a_task_that_fails_is_begun_anew() -> None:
    supervisor, begun, again = Supervisor(), list[int](), asyncio.Event()

    async def work() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise RuntimeError("a bug")
        again.set()
        await asyncio.Event().wait()

    supervisor.keep("work", work)
    async with asyncio.timeout(60):
        await again.wait()
    await supervisor.close()


async def test_a_task_that_the_database_keeps_waiting_leaves_no_traceback() -> None:
    supervisor, begun, again = Supervisor(), list[int](), asyncio.Event()

    async def work() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise Unavailable("The database cannot be read")
        again.set()
        await asyncio.Event().wait()

    with capture_logs() as told:
        supervisor.keep("work", work)
        async with asyncio.timeout(60):
            await again.wait()
        await supervisor.close()
    (line,) = told
    assert (line["log_level"], line["why"]) == ("warning", "The database cannot be read")
    assert "exc_info" not in line


async def test_a_task_that_something_within_it_cancels_is_begun_anew() -> None:
    supervisor, begun, again = Supervisor(), list[int](), asyncio.Event()

    async def work() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise asyncio.CancelledError
        again.set()
        await asyncio.Event().wait()

    supervisor.keep("work", work)
    async with asyncio.timeout(60):
        await again.wait()
    await supervisor.close()


async def test_work_done_once_may_fail_without_harm() -> None:
    supervisor, done = Supervisor(), asyncio.Event()

    async def work() -> None:
        done.set()
        raise RuntimeError("a bug")

    supervisor.once("work", work)
    await done.wait()
    await supervisor.close()


async def test_what_is_let_go_before_it_began_was_never_begun() -> None:
    supervisor, begun = Supervisor(), list[int]()

    async def work() -> None:
        begun.append(1)

    supervisor.once("once", work)
    supervisor.keep("kept", work)
    await supervisor.close()
    assert begun == []
