"""What is read of a PostgreSQL database before, or without, it being opened whole."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg

from storage.postgres.url import connecting
from storage.rows import from_json
from storage.versions import LIVE_FILES

Result = TypeVar("Result")


def live_files(url: str) -> dict[str, dict[str, str]]:
    """The files of each bot's live version; none where there is no database or none of ours yet."""
    try:
        rows = at_once(_rows(url, LIVE_FILES))
    except (asyncpg.PostgresError, OSError, TimeoutError):
        return {}
    return {bot: from_json(files) for bot, files in rows}


async def _rows(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(**connecting(url), timeout=5)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def at_once(work: Coroutine[Any, Any, Result]) -> Result:
    """Something asynchronous, for those who cannot await; a loop of theirs may run all the same."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
