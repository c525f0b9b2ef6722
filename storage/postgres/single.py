"""What a turn writes as one statement: one trip to the server, which is a transaction by itself.

The same as `storage.writes` and `storage.outbox` do by many, for what nearly every turn consists of.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg

from bots.errors import ClaimLost, Consumed, EasyFlowError, LeaseLost
from storage import outbox, writes
from storage.leases import NOW, Lease
from storage.postgres.connection import PgDb
from storage.postgres.statements import clean
from storage.rows import to_json
from storage.writes import TurnRows

Single = Callable[[PgDb, Sequence[Any]], Awaitable[list[Any]] | None]
"""Gives a result for each item as `storage.db.Work` does; None where it takes more than a statement."""


class NotSingle(Exception):
    """It takes more than one statement after all; nothing was written."""


AGAIN = object()
"""The result of an item for which nothing was written, and which takes more than one statement."""

_NUL = "\\u0000"
"""In JSON: PostgreSQL keeps none."""


def _rows(key: str) -> str:
    """The rows of one kind. Of an array PostgreSQL expects few, for which an index is the way.

    Where a table's rows are asked for by `= ANY(ARRAY(…))` its key is, and `coalesce(…, 0) = 0` keeps it from
    going through an index of all that is open, which it takes for a short one.
    """
    return f"unnest(ARRAY(SELECT jsonb_array_elements($1::jsonb -> '{key}'))) WITH ORDINALITY AS of_{key} (r, n)"


def _held(holder: str, names: str) -> str:
    return (
        f"SELECT name FROM leases WHERE until > {NOW} AND holder = {holder} AND name = ANY({names})"
    )


# ---------------------------------------------------------------- a turn

# A statement cannot take back what its parts wrote but by failing: it is told to read these as numbers.
_REFUSED = "easyflow refuses: "
_CONSUMED, _MORE = f"{_REFUSED}consumed ", f"{_REFUSED}more was learnt "

# Rows that several processes may want are locked in one order, as by many statements: customers, events,
# tallies. A part is carried out when another looks at what it wrote; those that nobody looks at come
# last, the later ones first.
_COMMIT = f"""
WITH turns AS (
    SELECT (r ->> 15)::bigint AS id, (r ->> 16)::bigint AS claim, r ->> 17 AS lease, r, n
    FROM {_rows("turns")}
), held AS (
    {_held("$2::text", "ARRAY(SELECT lease FROM turns)")}
), ours AS (
    UPDATE conversations c SET owner = r ->> 0, status = r ->> 1,
        unreachable = (r -> 2)::boolean::integer, blocked = (r -> 3)::boolean::integer,
        keyboard = (r -> 4)::boolean::integer, epoch = (r ->> 5)::bigint, seq = (r ->> 6)::bigint,
        step = r ->> 7, waits = r ->> 8, position = r ->> 9, context = r ->> 10,
        heard_at = (r ->> 11)::bigint, episode = r ->> 12, handoff = r ->> 13,
        updated_at = (r ->> 14)::bigint
    FROM turns
    WHERE c.id = turns.id AND c.id = ANY(ARRAY(SELECT id FROM turns)) AND c.claim = turns.claim
        AND (turns.lease IS NULL OR turns.lease IN (SELECT name FROM held))
    RETURNING c.id
), arrivals AS (
    SELECT (r ->> 0)::bigint AS seq FROM {_rows("arrivals")} WHERE (r ->> 1)::bigint IN (SELECT id FROM ours)
), answered AS (
    UPDATE inbox SET done_at = $3::bigint, message = NULL
    WHERE seq = ANY(ARRAY(SELECT seq FROM arrivals)) AND coalesce(done_at, 0) = 0 RETURNING seq
), learnt AS (
    SELECT (r ->> 0)::bigint AS customer, (r ->> 1)::bigint AS now, r ->> 2 AS before, r ->> 3 AS after
    FROM {_rows("learnt")} WHERE (r ->> 4)::bigint IN (SELECT id FROM ours)
), remembered AS (
    UPDATE customers u SET remembered = learnt.after, updated_at = learnt.now FROM learnt
    WHERE u.id = learnt.customer AND u.remembered = learnt.before RETURNING u.id
), happened AS (
    INSERT INTO events (workspace, conversation_id, name, data, created_at)
    SELECT (r ->> 0)::bigint, (r ->> 1)::bigint, r ->> 2, r ->> 3, (r ->> 4)::bigint
    FROM {_rows("events")} WHERE (r ->> 1)::bigint IN (SELECT id FROM ours)
        AND (SELECT count(*) FROM remembered) >= 0
    ORDER BY n RETURNING id
), counted AS (
    INSERT INTO tallies (workspace, bot, day, flow, step, about, what, count)
    SELECT (r ->> 1)::bigint, r ->> 2, r ->> 3, r ->> 4, r ->> 5, r ->> 6, r ->> 7, sum((r ->> 8)::bigint)
    FROM {_rows("tallies")} WHERE (r ->> 0)::bigint IN (SELECT id FROM ours)
        AND (SELECT count(*) FROM happened) >= 0
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (workspace, bot, day, flow, step, about, what)
        DO UPDATE SET count = tallies.count + excluded.count
), said AS (
    INSERT INTO messages (conversation_id, seq, workspace, message_id, direction, author, created_at,
        message_type, text, platform_message_id, intent, confidence, parts)
    SELECT (r ->> 0)::bigint, (r ->> 1)::bigint, (r ->> 2)::bigint, r ->> 3, r ->> 4, r ->> 5,
        (r ->> 6)::bigint, r ->> 7, r ->> 8, r ->> 9, r ->> 10, (r ->> 11)::float8, r ->> 12
    FROM {_rows("messages")} WHERE (r ->> 0)::bigint IN (SELECT id FROM ours)
), calls AS (
    INSERT INTO outbox (key, workspace, conversation_id, seq, part, epoch, message_id, once, payload,
        created_at, attempts, not_before, sending_at, slot)
    SELECT r ->> 0, (r ->> 1)::bigint, (r ->> 2)::bigint, (r ->> 3)::bigint, (r ->> 4)::bigint,
        (r ->> 5)::bigint, r ->> 6, (r -> 7)::boolean::integer, r ->> 8, (r ->> 9)::bigint,
        (r ->> 10)::bigint, (r ->> 11)::bigint, (r ->> 12)::bigint, (r ->> 13)::bigint
    FROM {_rows("outbox")} WHERE (r ->> 2)::bigint IN (SELECT id FROM ours)
), cancelled AS (
    DELETE FROM timers t USING {_rows("cancelled")}
    WHERE t.conversation_id = (r ->> 0)::bigint AND t.name = r ->> 1
        AND t.conversation_id IN (SELECT id FROM ours)
), put AS (
    INSERT INTO timers (conversation_id, name, workspace, due, epoch, payload, slot)
    SELECT (r ->> 0)::bigint, r ->> 1, (r ->> 2)::bigint, (r ->> 3)::bigint, (r ->> 4)::bigint, r ->> 5,
        (r ->> 6)::bigint
    FROM {_rows("timers")} WHERE (r ->> 0)::bigint IN (SELECT id FROM ours)
    ON CONFLICT (conversation_id, name)
        DO UPDATE SET due = excluded.due, epoch = excluded.epoch, payload = excluded.payload
)
SELECT turns.lease IS NULL OR turns.lease IN (SELECT name FROM held), ours.id IS NOT NULL, CASE
    WHEN (SELECT count(*) FROM answered) < (SELECT count(*) FROM arrivals)
        THEN ('{_CONSUMED}' || turns.id)::integer
    WHEN (SELECT count(*) FROM remembered) < (SELECT count(*) FROM learnt)
        THEN ('{_MORE}' || turns.id)::integer
END
FROM turns LEFT JOIN ours ON ours.id = turns.id ORDER BY turns.n
"""


def commit(db: PgDb, turns: Sequence[TurnRows]) -> Awaitable[list[Any]] | None:
    """`storage.writes.commit`."""
    if not all(map(_is_plain, turns)):
        return None
    rows = _of_turns(turns)
    if rows is None or _NUL in rows:
        return None
    holder = next((turn.lease[0] for turn in turns if turn.lease is not None), "")
    return _committed(db, turns, (rows, holder, turns[0].now))


def _is_plain(turn: TurnRows) -> bool:
    """Whether it has nothing that few turns have."""
    return not (
        turn.epoch_moved
        or turn.fired
        or turn.finished is not None
        or turn.profile is not None
        or turn.intents
        or turn.cancelled_intents
        or turn.moves
        or turn.episodes
        or turn.relays
        or turn.notes
        or turn.deleted
    )


def _of_turns(turns: Sequence[TurnRows]) -> str | None:
    """As JSON; None where a row would have to be written twice."""
    learnt = [(*turn.learnt, turn.conversation_id) for turn in turns if turn.learnt is not None]
    chats = {turn.conversation_id for turn in turns}
    if len(chats) < len(turns) or len({one[0] for one in learnt}) < len(learnt):
        return None
    return to_json(
        {
            "turns": [(*turn.conversation, _name(turn.lease)) for turn in turns],
            "arrivals": [(seq, turn.conversation_id) for turn in turns for seq in turn.arrivals],
            "learnt": learnt,
            "messages": [row for turn in turns for row in turn.messages],
            "outbox": [row for turn in turns for row in turn.outgoing],
            "cancelled": [
                (turn.conversation_id, name) for turn in turns for name in turn.cancelled
            ],
            "timers": [row for turn in turns for row in turn.timers],
            "events": [row for turn in turns for row in turn.events],
            "tallies": [
                (turn.conversation_id, *place, count)
                for turn in turns
                for place, count in turn.tallies
            ],
        }
    )


def _name(lease: Lease | None) -> str | None:
    return None if lease is None else lease[1]


async def _committed(db: PgDb, turns: Sequence[TurnRows], values: Sequence[Any]) -> list[Any]:
    try:
        rows = await db.fetched(_COMMIT, values)
    except asyncpg.InvalidTextRepresentationError as error:
        if _CONSUMED in str(error):
            raise Consumed("A message was answered before") from None
        if _MORE in str(error):
            raise NotSingle from None
        raise
    return [
        _outcome(turn.conversation_id, held=row[0], ours=row[1])
        for turn, row in zip(turns, rows, strict=True)
    ]


def _outcome(conversation: int, *, held: bool, ours: bool) -> EasyFlowError | None:
    if not held:
        return LeaseLost(f"Conversation {conversation} is another process's")
    return None if ours else ClaimLost(f"Conversation {conversation} has a new owner")


# ---------------------------------------------------------------- a call

_BEGIN = f"""
WITH wanted AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS w (at, key, lease, n)
), held AS (
    {_held("$4::text", "$3::text[]")}
), calls AS (
    SELECT key, conversation_id, seq, part FROM outbox WHERE key = ANY($2::text[])
), able AS (
    SELECT n, at, wanted.key, lease IN (SELECT name FROM held) AS held, EXISTS (
        SELECT 1 FROM outbox e WHERE e.conversation_id = calls.conversation_id AND e.failed_at IS NULL
            AND e.held_at IS NULL AND (e.seq, e.part) < (calls.seq, calls.part)
    ) AS behind
    FROM wanted LEFT JOIN calls ON calls.key = wanted.key
), begun AS (
    UPDATE outbox o SET sending_at = (SELECT at FROM able WHERE able.key = o.key), held_at = NULL
    WHERE o.key = ANY(ARRAY(SELECT key FROM able WHERE held AND NOT behind)) AND coalesce(o.failed_at, 0) = 0
        AND o.epoch >= (SELECT epoch FROM conversations WHERE id = o.conversation_id)
    RETURNING o.key
)
SELECT held, behind, begun.key IS NOT NULL FROM able LEFT JOIN begun ON begun.key = able.key ORDER BY n
"""


def begin(db: PgDb, items: Sequence[tuple[int, str, Lease]]) -> Awaitable[list[Any]] | None:
    """`storage.outbox.begin_among_others`; what is to be dropped takes more."""
    keys = [key for _, key, _ in items]
    if len(set(keys)) < len(keys):
        return None
    names = [name for _, _, (_, name) in items]
    return _begun(db, ([at for at, _, _ in items], keys, names, items[0][2][0]))


async def _begun(db: PgDb, values: Sequence[Any]) -> list[Any]:
    return [_of_call(*row) for row in await db.fetched(_BEGIN, values)]


def _of_call(held: bool, behind: bool, begun: bool) -> object:
    if not held:
        return "not ours"
    if behind:
        return "behind"
    return "begun" if begun else AGAIN


_SENT = f"""
WITH gone AS (
    DELETE FROM outbox WHERE key = ANY($3::text[]) RETURNING key, message_id
)
UPDATE messages m SET {outbox.TOLD.format(at="at", id="id")}
FROM gone JOIN unnest($1::bigint[], $2::text[], $3::text[]) AS sent (at, id, key) ON sent.key = gone.key
WHERE m.message_id = gone.message_id AND gone.message_id <> ''
"""

_ID = 32
"""How long the id of a message is, with which the keys of its calls begin."""


def sent(db: PgDb, items: Sequence[tuple[int, str, str]]) -> Awaitable[list[Any]] | None:
    """`storage.outbox.sent`."""
    if len({key[:_ID] for *_, key in items}) < len(items):
        return None
    ats, ids, keys = zip(*items, strict=True)
    return _told(db, (ats, [*map(clean, ids)], keys))


async def _told(db: PgDb, values: Sequence[Any]) -> list[Any]:
    await db.fetched(_SENT, values)
    return [None] * len(values[0])


SINGLES: Mapping[Any, Single] = {
    writes.commit: commit,
    outbox.begin_among_others: begin,
    outbox.sent: sent,
}
