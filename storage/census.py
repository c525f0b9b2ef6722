"""Everybody who signs in, over all workspaces, behind bots.ports.Census: one query for a page."""

from collections.abc import Sequence
from typing import Any

from bots.model.census import Person
from bots.tenancy import over_all
from storage.db import Readers
from storage.rows import maybe_moment, to_moment

_WANTED = (
    " WHERE (:search = '' OR instr(lower(a.email), :search) > 0"
    " OR instr(lower(a.first_name || ' ' || a.last_name), :search) > 0)"
)
_COUNT = f"SELECT count(*) FROM accounts a{_WANTED}"
# What workspaces have is counted once for each, however many people of one stand on the page.
_PAGE = f"""
WITH page AS MATERIALIZED (
    SELECT a.id, a.workspace, a.email, a.first_name, a.last_name, a.is_admin, a.created_at,
           a.last_login_at
    FROM accounts a{_WANTED} ORDER BY a.id LIMIT :limit OFFSET :offset
), workspaces AS MATERIALIZED (
    SELECT w.workspace,
        (SELECT count(*) FROM assistants s
            WHERE s.workspace = w.workspace AND s.deleted_at IS NULL) AS assistants,
        (SELECT count(*) FROM conversations c WHERE c.workspace = w.workspace) AS conversations
    FROM (SELECT DISTINCT workspace FROM page) w
)
SELECT page.*, b.amount, coalesce(b.spent, 0), workspaces.assistants, workspaces.conversations
FROM page JOIN workspaces USING (workspace) LEFT JOIN balances b USING (workspace)
ORDER BY page.id
"""


class SqlCensus:
    """Reads only."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    @over_all
    async def people(self, search: str, *, limit: int, offset: int) -> tuple[list[Person], int]:
        # SQLite folds ASCII letters alone; so do we, or a capital Я would never be found.
        wanted = {"search": "".join(c.lower() if c.isascii() else c for c in search)}
        rows = await self._rows(_PAGE, **wanted, limit=limit, offset=offset)
        total = await self._rows(_COUNT, **wanted)
        return [_person(row) for row in rows], total[0][0]

    async def _rows(self, query: str, **values: Any) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _person(row: Any) -> Person:
    return Person(
        id=row[0],
        workspace=row[1],
        email=row[2],
        first_name=row[3],
        last_name=row[4],
        is_admin=bool(row[5]),
        created_at=to_moment(row[6]),
        last_login_at=maybe_moment(row[7]),
        balance=row[8],
        spent=row[9],
        assistants=row[10],
        conversations=row[11],
    )
