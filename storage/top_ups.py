"""Money on its way, behind bots.ports.TopUps; what came is credited where it is marked as paid."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

from bots.model.billing import Taken, TopUp, TopUpStatus
from storage.billing import Asked, credited
from storage.db import Db, Readers, Writes
from storage.rows import to_micros, to_moment

SERVICE = "top_up"

_NAMES = [field.name for field in fields(TopUp)]
_COLUMNS = ", ".join(_NAMES)
_MOMENT = _NAMES.index("created_at")
_BY_ID = f"SELECT {_COLUMNS} FROM top_ups WHERE id = ?"
_BY_REFERENCE = f"SELECT {_COLUMNS} FROM top_ups WHERE provider = ? AND reference = ?"
_PENDING = f"SELECT {_COLUMNS} FROM top_ups WHERE status = 'pending' ORDER BY created_at"
_WAITING = "SELECT count(*) FROM top_ups WHERE workspace = ? AND status = 'pending'"


class SqlTopUps:
    """A row for each; none is ever taken away."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    async def add(self, top_up: TopUp) -> TopUp:
        return await self._writer.do(_add, top_up)

    async def begun(self, id: str, taken: Taken, *, now: datetime) -> TopUp:
        return await self._writer.do(_begun, (id, taken.reference, taken.url, to_micros(now)))

    async def settle(self, id: str, *, amount: int, now: datetime) -> TopUp:
        return await self._writer.do(_settle, (id, amount, to_micros(now)))

    async def end(self, id: str, status: TopUpStatus, error: str, *, now: datetime) -> TopUp:
        return await self._writer.do(_end, (id, status, error, to_micros(now)))

    async def by_id(self, id: str) -> TopUp | None:
        return next(iter(await self._found(_BY_ID, id)), None)

    async def by_reference(self, provider: str, reference: str) -> TopUp | None:
        return next(iter(await self._found(_BY_REFERENCE, provider, reference)), None)

    async def pending(self) -> list[TopUp]:
        return await self._found(_PENDING)

    async def waiting(self, workspace: int) -> int:
        found: int = (await self._rows(_WAITING, workspace))[0][0]
        return found

    async def _found(self, query: str, *values: Any) -> list[TopUp]:
        return [_top_up(row) for row in await self._rows(query, *values)]

    async def _rows(self, query: str, *values: Any) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _top_up(row: Any) -> TopUp:
    known = dict(zip(_NAMES, row, strict=True))
    return TopUp(**{**known, "created_at": to_moment(known["created_at"])})


# ---------------------------------------------------------------- in the writer's thread


def _kept(db: Db, id: str) -> TopUp:
    return _top_up(db.execute(_BY_ID, (id,)).fetchone())


def _add(db: Db, items: Sequence[TopUp]) -> list[TopUp]:
    places = ", ".join("?" * (len(_NAMES) + 1))
    for top_up in items:
        row: list[Any] = list(astuple(top_up))
        row[_MOMENT] = to_micros(top_up.created_at)
        db.execute(
            f"INSERT INTO top_ups ({_COLUMNS}, updated_at) VALUES ({places})"
            " ON CONFLICT (id) DO NOTHING",
            (*row, row[_MOMENT]),
        )
    return [_kept(db, top_up.id) for top_up in items]


def _begun(db: Db, items: Sequence[tuple[str, str, str, int]]) -> list[TopUp]:
    for id, reference, url, now in items:
        db.execute(
            "UPDATE top_ups SET reference = ?, url = ?, updated_at = ?, error = '',"
            " status = CASE status WHEN 'failed' THEN 'pending' ELSE status END WHERE id = ?",
            (reference, url, now, id),
        )
    return [_kept(db, id) for id, *_ in items]


def _settle(db: Db, items: Sequence[tuple[str, int, int]]) -> list[TopUp]:
    for id, amount, now in items:
        known = _kept(db, id)
        if known.status != "paid":
            db.execute(
                "UPDATE top_ups SET status = 'paid', error = '', updated_at = ? WHERE id = ?",
                (now, id),
            )
            asked = Asked(known.workspace, f"{SERVICE}:{id}", amount, SERVICE, "", "{}", now)
            credited(db, asked, 0)
    return [_kept(db, id) for id, *_ in items]


def _end(db: Db, items: Sequence[tuple[str, str, str, int]]) -> list[TopUp]:
    for id, status, error, now in items:
        db.execute(
            "UPDATE top_ups SET status = ?, error = ?, updated_at = ?"
            " WHERE id = ? AND status <> 'paid'",
            (status, error, now, id),
        )
    return [_kept(db, id) for id, *_ in items]
