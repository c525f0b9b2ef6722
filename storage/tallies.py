"""Counters of dialogs and where chats stand, for reading, behind bots.ports.Tallies."""

from collections.abc import Sequence
from typing import Any

from bots.model.tally import Tally
from flows.standing import Stand
from storage.db import Readers
from storage.rows import from_json

_SUMS = (
    "SELECT flow, step, about, what, CAST(sum(count) AS BIGINT) FROM tallies"
    " WHERE workspace = ? AND bot = ? AND day >= ? GROUP BY flow, step, about, what"
)
_STANDING = (
    "SELECT waits, count(*) FROM conversations"
    " WHERE workspace = ? AND bot = ? AND waits IS NOT NULL GROUP BY waits"
)


class SqlTallies:
    """The journal writes both, in the transaction of the turn they belong to."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    async def sums(self, workspace: int, bot: str, since: str | None) -> dict[Tally, int]:
        found = await self._rows(_SUMS, (workspace, bot, since or ""))
        return {Tally(*place): count for *place, count in found}

    async def standing(self, workspace: int, bot: str) -> list[tuple[list[Stand], int]]:
        found = await self._rows(_STANDING, (workspace, bot))
        return [([Stand(*stand) for stand in from_json(waits)], count) for waits, count in found]

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()
