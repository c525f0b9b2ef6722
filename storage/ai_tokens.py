"""Keys of models' providers, behind bots.ports.AiTokens; sealed, each for its own row.

Which key is taken and that it was are one write: two who ask at once never share the last use.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from bots.errors import Locked
from bots.model.ai_token import AiKey, AiToken, NewAiToken
from bots.ports import Vault
from storage.db import Db, Readers, Writes
from storage.rows import from_json, to_json, to_micros, to_moment
from storage.sealed import AI_TOKENS
from storage.sql import inserted

log = structlog.get_logger()

_USED = (
    " coalesce((SELECT count FROM ai_usage u WHERE u.token_id = t.id AND u.day = :day), 0),"
    " coalesce((SELECT CAST(sum(count) AS BIGINT) FROM ai_usage u WHERE u.token_id = t.id"
    " AND u.day >= :month AND u.day <= :day), 0)"
)
_COLUMNS = (
    "t.id, t.name, t.tail, t.models, t.daily_limit, t.monthly_limit, t.priority, t.active, t.notes,"
    f" t.created_at,{_USED}"
)
_ALL = f"SELECT {_COLUMNS} FROM ai_tokens t ORDER BY t.priority, t.id"
_ONE = f"SELECT {_COLUMNS} FROM ai_tokens t WHERE t.id = :id"
_FOR = "EXISTS (SELECT 1 FROM json_each(t.models) m WHERE m.value = :model)"
_KNOWS = f"SELECT count(*) FROM ai_tokens t WHERE {_FOR}"
_CHOICE = (
    f"SELECT t.id, t.token, t.daily_limit, t.monthly_limit,{_USED} FROM ai_tokens t"
    f" WHERE t.active = 1 AND {_FOR} ORDER BY t.priority, t.id"
)


class SqlAiTokens:
    """Few rows; uses are counted by day."""

    def __init__(self, writer: Writes, reader: Readers, vault: Vault) -> None:
        self._writer = writer
        self._reader = reader
        self._vault = vault

    async def all(self, *, now: datetime) -> list[AiToken]:
        return [_token(row) for row in await self._rows(_ALL, **_days(now))]

    async def add(self, token: NewAiToken, *, mask: str, now: datetime) -> AiToken:
        return await self._writer.do(_add, (self._vault, token, mask, now))

    async def use(self, model: str, *, now: datetime) -> AiKey | None:
        return await self._writer.do(_use, (self._vault, model, now))

    async def knows(self, model: str) -> bool:
        return bool((await self._rows(_KNOWS, model=model))[0][0])

    async def _rows(self, query: str, **values: Any) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _days(now: datetime) -> dict[str, str]:
    """Today, and the first of its month, as `ai_usage` names them."""
    return {"day": now.strftime("%Y-%m-%d"), "month": now.strftime("%Y-%m-01")}


def _token(row: Any) -> AiToken:
    return AiToken(
        id=row[0],
        name=row[1],
        mask=row[2],
        models=tuple(from_json(row[3])),
        daily_limit=row[4],
        monthly_limit=row[5],
        priority=row[6],
        active=bool(row[7]),
        notes=row[8],
        created_at=to_moment(row[9]),
        daily_usage=row[10],
        monthly_usage=row[11],
    )


# ---------------------------------------------------------------- in the writer's thread


def _add(
    db: Db, items: Sequence[tuple[Vault, NewAiToken, str, datetime]]
) -> list[AiToken | Locked]:
    return [_add_one(db, *item) for item in items]


def _add_one(db: Db, vault: Vault, token: NewAiToken, mask: str, now: datetime) -> AiToken | Locked:
    moment = to_micros(now)
    try:
        vault.seal("", "nothing")
    except Locked as error:
        return error
    known = "SELECT id FROM ai_tokens WHERE once = ?"
    if token.once is not None and (row := db.execute(known, (token.once,)).fetchone()):
        return _token(db.execute(_ONE, {"id": row[0], **_days(now)}).fetchone())
    made = inserted(
        db,
        "INSERT INTO ai_tokens (name, token, tail, models, daily_limit, monthly_limit, priority,"
        " active, notes, once, created_at, updated_at)"
        " VALUES (?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            token.name,
            mask,
            to_json(list(token.models)),
            token.daily_limit,
            token.monthly_limit,
            token.priority,
            token.active,
            token.notes,
            token.once,
            moment,
            moment,
        ),
    )
    # Only now has the row a number, and only for that number is the key sealed.
    sealed = vault.seal(token.token, AI_TOKENS.about(made))
    db.execute("UPDATE ai_tokens SET token = ? WHERE id = ?", (sealed, made))
    return _token(db.execute(_ONE, {"id": made, **_days(now)}).fetchone())


def _use(db: Db, items: Sequence[tuple[Vault, str, datetime]]) -> list[AiKey | None]:
    return [_use_one(db, *item) for item in items]


def _use_one(db: Db, vault: Vault, model: str, now: datetime) -> AiKey | None:
    days = _days(now)
    for id, sealed, daily, monthly, today, this_month in db.execute(
        _CHOICE, {"model": model, **days}
    ).fetchall():
        if today >= daily or this_month >= monthly:
            continue
        try:
            token = vault.open(sealed, AI_TOKENS.about(id))
        except Locked as error:
            log.error("A key of a model cannot be opened", id=id, why=str(error))
            continue
        db.execute(
            "INSERT INTO ai_usage (token_id, day, count) VALUES (?, ?, 1)"
            " ON CONFLICT (token_id, day) DO UPDATE SET count = ai_usage.count + 1",
            (id, days["day"]),
        )
        return AiKey(id=id, token=token)
    return None
