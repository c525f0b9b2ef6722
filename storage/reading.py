"""Several queries in one go: a thread reads while the loop does other things, and is asked but once."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from storage.database import open_reader

Result = TypeVar("Result")

AT_ONCE = 4
"""How many read at a time; whoever comes then waits for one of them."""


class ThreadReading:
    """For what is read so often that being passed from thread to thread would be most of its cost."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="easyflow-reader")

    async def do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """What `work` gives, which reads one state of the database, and nothing else."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._with_connection, work)

    async def close(self) -> None:
        """Let those that read come to their end."""
        await asyncio.to_thread(self._threads.shutdown)
        for connection in self._free:
            connection.close()

    def _with_connection(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            connection = self._free.pop()
        except IndexError:
            connection = open_reader(self._path)
        try:
            connection.execute("BEGIN")
            return work(connection)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._free.append(connection)
