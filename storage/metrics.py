"""What a time of talking came to, counted by the database, behind bots.ports.Metrics."""

from collections.abc import Sequence
from typing import Any

from bots.model.metrics import Counted, Period, PlatformFigures
from storage.db import Readers
from storage.rows import from_json, to_micros

# A chat in which anything was said in the period was changed then or later.
_CHATS = (
    "WITH chats AS (SELECT id, platform, user_id FROM conversations"
    " WHERE workspace = :workspace AND updated_at >= :since{chosen})"
)
_BY_PLATFORM = (
    " SELECT c.platform, count(CASE WHEN m.direction = 'inbound' THEN 1 END),"
    " count(CASE WHEN m.direction = 'outbound' THEN 1 END),"
    " count(DISTINCT c.user_id),"
    " count(DISTINCT CASE WHEN m.author = 'customer' THEN c.id END)"
    " FROM chats c CROSS JOIN messages m ON m.conversation_id = c.id"
    " WHERE m.created_at >= :since AND m.created_at < :until GROUP BY c.platform"
)
_ESCALATED = (
    " SELECT count(*) FROM chats c WHERE EXISTS (SELECT 1 FROM episodes e"
    " WHERE e.conversation_id = c.id AND e.requested_at >= :since AND e.requested_at < :until)"
    " AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id"
    " AND m.author = 'customer' AND m.created_at >= :since AND m.created_at < :until)"
)
# Whoever writes several times waits since the first of them. Which messages come before which is
# told by their numbers; the period is looked at alone, so what was asked before it has no answer.
_ANSWERED = (
    ", said AS (SELECT m.conversation_id, m.seq, m.author = 'customer' AS asks,"
    " coalesce(m.sent_at, m.created_at) AS at,"
    " lag(m.author) OVER (PARTITION BY m.conversation_id ORDER BY m.seq) AS before"
    " FROM chats c CROSS JOIN messages m ON m.conversation_id = c.id"
    " WHERE m.created_at >= :since AND m.created_at < :until),"
    " waited AS (SELECT asks, before, at, max(CASE WHEN asks AND coalesce(before, '') <> 'customer' THEN at END)"
    " OVER (PARTITION BY conversation_id ORDER BY seq) AS asked_at FROM said)"
    " SELECT CAST(avg(max(at - asked_at, 0)) AS DOUBLE PRECISION) FROM waited"
    " WHERE NOT asks AND before = 'customer' AND asked_at IS NOT NULL"
)
_RATED = (
    "SELECT e.data FROM events e JOIN conversations c ON c.id = e.conversation_id"
    " WHERE e.workspace = :workspace AND e.created_at >= :since AND e.created_at < :until"
    " AND e.name >= 'handoff.' AND e.name < 'handoff/' AND e.name = 'handoff.rated'{chosen}"
    " ORDER BY e.id"
)


class SqlMetrics:
    """Reads whatever a period holds: for a large workspace a second or two, beside everything else."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader

    async def counted(
        self, workspace: int, period: Period, *, bot: str | None, user_id: str | None
    ) -> Counted:
        values: dict[str, Any] = {
            "workspace": workspace,
            "since": to_micros(period.since),
            "until": to_micros(period.until),
        }
        chosen = ""
        if bot is not None:
            chosen += " AND bot = :bot"
            values["bot"] = bot
        if user_id is not None:
            chosen += " AND user_id = :user_id"
            values["user_id"] = user_id
        chats = _CHATS.format(chosen=chosen)
        platforms = await self._rows(chats + _BY_PLATFORM, values)
        ((escalated,),) = await self._rows(chats + _ESCALATED, values)
        ((micros,),) = await self._rows(chats + _ANSWERED, values)
        rated = await self._rows(_RATED.format(chosen=chosen), values)
        return Counted(
            conversations=sum(row[4] for row in platforms),
            escalated=escalated,
            inbound=sum(row[1] for row in platforms),
            outbound=sum(row[2] for row in platforms),
            answered_in=None if micros is None else micros / 1_000_000,
            ratings=_last_of_each([from_json(row[0]) for row in rated]),
            platforms={
                row[0]: PlatformFigures(messages=row[1] + row[2], users=row[3]) for row in platforms
            },
        )

    async def _rows(self, query: str, values: dict[str, Any]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _last_of_each(rated: Sequence[dict[str, Any]]) -> tuple[int, ...]:
    """Whoever rates twice means the second."""
    return tuple({one["episode"]: int(one["rating"]) for one in rated}.values())
