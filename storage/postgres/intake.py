"""Noting down what comes in, where several processes do: the database gives the numbers."""

from collections.abc import Awaitable, Sequence
from typing import Any

from storage.db import Db
from storage.postgres.connection import PgDb
from storage.postgres.statements import clean
from storage.sql import Insert

_COLUMNS = "workspace, bot, channel, external_id, chat_id, message, received_at, slot"
_TAIL = "ON CONFLICT DO NOTHING RETURNING seq, workspace, bot, channel, external_id"
_insert = Insert("inbox", f"{_COLUMNS}, attempts", values="(?, ?, ?, ?, ?, ?, ?, ?, 0)", tail=_TAIL)
_INSERT = f"""
INSERT INTO inbox ({_COLUMNS}, attempts)
SELECT {_COLUMNS}, 0 FROM unnest(
    $1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[]
) WITH ORDINALITY AS given ({_COLUMNS}, n) ORDER BY n {_TAIL}
"""

Group = Sequence[tuple[Any, ...]]


class SequencedIntake:
    """Numbers of one chat's messages rise as they are accepted, whichever processes accept them."""

    side_by_side = True

    def __call__(self, db: Db, groups: Sequence[Group], /) -> list[list[int | None]]:
        rows = [row for group in groups for row in group]
        return _numbered(groups, _insert.returning(db, rows))

    def single(self, db: PgDb, groups: Sequence[Group]) -> Awaitable[list[Any]]:
        """The same as one statement (`storage.postgres.single`)."""
        return self._noted(db, groups)

    async def _noted(self, db: PgDb, groups: Sequence[Group]) -> list[Any]:
        columns = zip(*(map(clean, row) for group in groups for row in group), strict=True)
        return _numbered(groups, await db.fetched(_INSERT, [*columns]))


def _numbered(groups: Sequence[Group], given: Sequence[Any]) -> list[list[int | None]]:
    """Of two that are the same the first is the new one."""
    numbers = {tuple(key): seq for seq, *key in given}
    return [[numbers.pop(row[:4], None) for row in group] for group in groups]
