"""What the writer's thread does for the journal: take in, claim, commit, prune."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from bots.errors import ClaimLost, Consumed, LeaseLost, NotFound
from bots.model.conversation import Conversation, Opening
from bots.model.message import Address
from storage import receipts
from storage.course import put_moves
from storage.db import Db, side_by_side
from storage.events import dropping, insert_events
from storage.leases import Lease, held_leases
from storage.remembered import Learnt, remember_all
from storage.rows import CONVERSATION_COLUMNS, RELAY_COLUMNS, conversation_from_row, to_json
from storage.sql import AnyOf, Insert, inserted

_CHUNK = 1000
"""Rows pruned in one transaction, so that nobody waits long behind it."""

_insert_inbox = Insert(
    "inbox",
    "seq, workspace, bot, channel, external_id, chat_id, message, received_at, slot, attempts",
    values="(?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
    tail="ON CONFLICT DO NOTHING",
)
_insert_messages = Insert(
    "messages",
    "conversation_id, seq, workspace, message_id, direction, author, created_at, message_type, "
    "text, platform_message_id, intent, confidence, parts",
)
_insert_outbox = Insert(
    "outbox",
    "key, workspace, conversation_id, seq, part, epoch, message_id, once, payload, created_at, "
    "attempts, not_before, sending_at, slot",
)
_insert_timers = Insert(
    "timers",
    "conversation_id, name, workspace, due, epoch, payload, slot",
    tail="ON CONFLICT (conversation_id, name) DO UPDATE"
    " SET due = excluded.due, epoch = excluded.epoch, payload = excluded.payload",
)
_insert_intents = Insert(
    "intents",
    "key, workspace, conversation_id, wait_id, action, arguments, timeout, retries, attempts, "
    "created_at, not_before, slot",
)
_put_episodes = Insert(
    "episodes",
    "id, workspace, bot, conversation_id, number, state, queue, assignee, requested_at,"
    " released_at, data",
    tail="ON CONFLICT (id) DO UPDATE SET state = excluded.state, queue = excluded.queue,"
    " assignee = excluded.assignee, released_at = excluded.released_at, data = excluded.data",
)
_insert_relays = Insert("relays", RELAY_COLUMNS, tail="ON CONFLICT DO NOTHING")
_insert_notes = Insert("notes", "workspace, conversation_id, episode, operator, text, created_at")
_add_tallies = Insert(
    "tallies",
    "workspace, bot, day, flow, step, about, what, count",
    tail="ON CONFLICT (workspace, bot, day, flow, step, about, what)"
    " DO UPDATE SET count = tallies.count + excluded.count",
)
_inbox_done = AnyOf("UPDATE inbox SET done_at = ?, message = NULL WHERE done_at IS NULL AND seq")
_delete_intents = AnyOf("DELETE FROM intents WHERE key")

SAME_KIND = (
    "UPDATE conversations SET owner = ?1, unreachable = ?3, blocked = ?4, keyboard = ?5,"
    " epoch = ?6, seq = ?7, step = ?8, waits = ?9, position = ?10, context = ?11, heard_at = ?12,"
    " episode = ?13, updated_at = ?15 WHERE id = ?16 AND claim = ?17"
    " AND status = ?2 AND handoff = ?14"
)
UPDATE_CONVERSATION = (
    "UPDATE conversations SET owner = ?1, status = ?2, unreachable = ?3, blocked = ?4,"
    " keyboard = ?5, epoch = ?6, seq = ?7, step = ?8, waits = ?9, position = ?10, context = ?11,"
    " heard_at = ?12, episode = ?13, handoff = ?14, updated_at = ?15 WHERE id = ?16 AND claim = ?17"
)
_UPDATE_PROFILE = "UPDATE customers SET profile = ?, updated_at = ? WHERE id = ?"
_DROP_OUTBOX = (
    "UPDATE outbox SET failed_at = ?, error = 'taken over' WHERE conversation_id = ? AND epoch < ?"
    " AND sending_at IS NULL AND failed_at IS NULL RETURNING workspace, conversation_id, message_id"
)
_DROP_TIMERS = "DELETE FROM timers WHERE conversation_id = ? AND epoch < ?"
_FIRE_TIMER = "DELETE FROM timers WHERE conversation_id = ? AND name = ? AND due = ?"
_DELETED = "UPDATE messages SET deleted_at = ? WHERE message_id = ? AND conversation_id = ?"
_CANCEL_TIMER = "DELETE FROM timers WHERE conversation_id = ? AND name = ?"


# ---------------------------------------------------------------- taking in


class Intake(Protocol):
    """Notes messages down."""

    def __call__(
        self, db: Db, groups: Sequence[Sequence[tuple[Any, ...]]], /
    ) -> list[list[int | None]]:
        """For every row its number, or None where it had come before."""


class NumberedIntake:
    """Knows the last number it gave, being the only one that gives them."""

    def __init__(self, last: int) -> None:
        self._last = last

    def __call__(
        self, db: Db, groups: Sequence[Sequence[tuple[Any, ...]]]
    ) -> list[list[int | None]]:
        """For every row its number, or None where it had come before."""
        first = self._last + 1
        rows = [row for group in groups for row in group]
        numbered = [(number, *row) for number, row in enumerate(rows, first)]
        self._last += len(rows)
        fresh: set[int] | range = range(first, self._last + 1)
        if _insert_inbox(db, numbered) < len(rows):
            found = db.execute("SELECT seq FROM inbox WHERE seq >= ?", (first,))
            fresh = {seq for (seq,) in found}
        numbers = iter(range(first, self._last + 1))
        return [
            [number if number in fresh else None for number in _next(numbers, len(group))]
            for group in groups
        ]


def _next(numbers: Any, count: int) -> list[int]:
    return [next(numbers) for _ in range(count)]


# ---------------------------------------------------------------- claims


@dataclass(frozen=True, slots=True)
class Wanted:
    """A conversation somebody wants to own; `ids` are for those that may have to be made."""

    address: Address
    opening: Opening | None
    now: int
    conversation_uuid: str
    customer_uuid: str


@side_by_side
def claim(db: Db, wanted: Sequence[Wanted]) -> list[Conversation | NotFound]:
    return [_claim(db, one) for one in wanted]


def _claim(db: Db, wanted: Wanted) -> Conversation | NotFound:
    address = wanted.address
    raised = db.execute(
        "UPDATE conversations SET claim = claim + 1"
        " WHERE workspace = ? AND bot = ? AND channel = ? AND chat_id = ? RETURNING id",
        address,
    ).fetchall()
    if raised:
        ((id,),) = raised
    elif wanted.opening is None:
        return NotFound("conversation", address.chat_id)
    else:
        id = _open(db, wanted, wanted.opening)
    row = db.execute(
        f"SELECT {CONVERSATION_COLUMNS} FROM conversations c"
        " JOIN customers u ON u.id = c.customer_id WHERE c.id = ?",
        (id,),
    ).fetchone()
    return conversation_from_row(row)


def _open(db: Db, wanted: Wanted, opening: Opening) -> int:
    workspace, bot, channel, chat_id = wanted.address
    now = wanted.now
    ((customer_id,),) = db.execute(
        "INSERT INTO customers (uuid, workspace, bot, platform, user_id, remembered, profile,"
        " created_at, updated_at) VALUES (?, ?, ?, ?, ?, '{}', ?, ?, ?)"
        " ON CONFLICT (workspace, bot, platform, user_id)"
        " DO UPDATE SET profile = json_patch(customers.profile, excluded.profile) RETURNING id",
        (
            wanted.customer_uuid,
            workspace,
            bot,
            opening.platform,
            opening.user_id,
            to_json(opening.profile),
            now,
            now,
        ),
    ).fetchall()
    made = inserted(
        db,
        "INSERT INTO conversations (uuid, workspace, bot, channel, chat_id, platform, user_id,"
        " customer_id, owner, status, unreachable, keyboard, claim, epoch, seq, position, context,"
        " created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'bot', 'active', 0, 0, 1, 0, 0, '{}', '{}', ?, ?)",
        (
            wanted.conversation_uuid,
            workspace,
            bot,
            channel,
            chat_id,
            opening.platform,
            opening.user_id,
            customer_id,
            now,
            now,
        ),
    )
    return made


# ---------------------------------------------------------------- turns


class TurnRows(msgspec.Struct, kw_only=True):
    """A turn as rows; `fired` is a timer's name and when it was due, `epoch_moved` asks
    to drop what was made under older epochs. `lease` has to be held still."""

    conversation_id: int
    conversation: tuple[Any, ...]
    lease: Lease | None
    now: int
    epoch: int
    epoch_moved: bool
    learnt: Learnt | None
    profile: tuple[Any, ...] | None
    arrivals: Sequence[int]
    fired: tuple[str, int] | None
    finished: str | None
    messages: list[tuple[Any, ...]]
    outgoing: list[tuple[Any, ...]]
    timers: list[tuple[Any, ...]]
    cancelled: Sequence[str]
    intents: list[tuple[Any, ...]]
    cancelled_intents: Sequence[str]
    events: list[tuple[Any, ...]]
    moves: list[tuple[Any, ...]]
    episodes: list[tuple[Any, ...]]
    relays: list[tuple[Any, ...]]
    notes: list[tuple[Any, ...]]
    deleted: Sequence[str]
    tallies: list[tuple[tuple[Any, ...], int]]


@side_by_side
def commit(db: Db, turns: Sequence[TurnRows]) -> list[ClaimLost | str | None]:
    """Write turns; one whose claim is gone leaves no trace, one consuming what is gone raises.

    Gives what is remembered of a customer by now, where that is more than the turn knew of.
    """
    results: list[ClaimLost | str | None] = [None] * len(turns)
    ours: list[TurnRows] = []
    held = held_leases(db, {turn.lease for turn in turns if turn.lease is not None})
    for place, turn in enumerate(turns):
        if turn.lease is not None and turn.lease not in held:
            results[place] = LeaseLost(f"Conversation {turn.conversation_id} is another process's")
        elif _update(db, turn):
            ours.append(turn)
        else:
            results[place] = ClaimLost(f"Conversation {turn.conversation_id} has a new owner")
    for turn in ours:
        _consume(db, turn)
        _drop(db, turn)
    arrivals = [number for turn in ours for number in turn.arrivals]
    if arrivals and _inbox_done(db, (ours[0].now,), arrivals) < len(arrivals):
        raise Consumed("A message was answered before")
    more = remember_all(db, [turn.learnt for turn in ours if turn.learnt is not None])
    for place, turn in enumerate(turns):
        if turn.learnt is not None and results[place] is None:
            results[place] = more.get(turn.learnt.customer)
    if profiles := [turn.profile for turn in ours if turn.profile is not None]:
        db.executemany(_UPDATE_PROFILE, profiles)
    relays = [row for turn in ours for row in turn.relays]
    if relays and _insert_relays(db, relays) < len(relays):
        raise Consumed("A message of a desk was passed on before")
    _put_episodes(db, [row for turn in ours for row in turn.episodes])
    _insert_notes(db, [row for turn in ours for row in turn.notes])
    _insert_messages(db, [row for turn in ours for row in turn.messages])
    _insert_outbox(db, [row for turn in ours for row in turn.outgoing])
    _insert_timers(db, [row for turn in ours for row in turn.timers])
    _insert_intents(db, [row for turn in ours for row in turn.intents])
    insert_events(db, [row for turn in ours for row in turn.events])
    put_moves(db, [row for turn in ours for row in turn.moves])
    _count(db, ours)
    return results


def _update(db: Db, turn: TurnRows) -> bool:
    """Whether the turn's claim still holds.

    Most turns leave a chat what it was in lists. A statement that could change that is dearer even
    then: SQLite readies itself to undo the trigger that counts.
    """
    row = turn.conversation
    return bool(
        db.execute(SAME_KIND, row).rowcount or db.execute(UPDATE_CONVERSATION, row).rowcount
    )


def _count(db: Db, turns: Sequence[TurnRows]) -> None:
    """What turns of one commit have in common is added in one go."""
    sums: dict[tuple[Any, ...], int] = {}
    for turn in turns:
        for place, count in turn.tallies:
            sums[place] = sums.get(place, 0) + count
    if sums:
        _add_tallies(db, [(*place, count) for place, count in sums.items()])


def _consume(db: Db, turn: TurnRows) -> None:
    fired = turn.fired
    if fired and not db.execute(_FIRE_TIMER, (turn.conversation_id, *fired)).rowcount:
        raise Consumed(f"Timer {fired[0]} is gone")
    if turn.finished is not None:  # perhaps cancelled meanwhile: the engine knows whether it waits
        _delete_intents(db, (), [turn.finished])


def _drop(db: Db, turn: TurnRows) -> None:
    if turn.epoch_moved:
        dropped = db.execute(_DROP_OUTBOX, (turn.now, turn.conversation_id, turn.epoch))
        turn.events += dropping(dropped.fetchall(), turn.now)
        db.execute(_DROP_TIMERS, (turn.conversation_id, turn.epoch))
    for name in turn.cancelled:
        db.execute(_CANCEL_TIMER, (turn.conversation_id, name))
    for message_id in turn.deleted:
        db.execute(_DELETED, (turn.now, message_id, turn.conversation_id))
    if turn.cancelled_intents:
        _delete_intents(db, (), turn.cancelled_intents)


# ---------------------------------------------------------------- failures and tidying


@side_by_side
def dealt_with(db: Db, items: Sequence[tuple[int, Sequence[int]]]) -> list[None]:
    """Mark what was done without a turn; items are (now, numbers)."""
    for now, numbers in items:
        _inbox_done(db, (now,), numbers)
    return [None] * len(items)


@side_by_side
def postpone(db: Db, rows: Sequence[tuple[Any, ...]]) -> list[None]:
    """Rows are (not_before, parked_at, error, seq)."""
    for row in rows:
        db.execute(
            "UPDATE inbox SET attempts = attempts + 1, not_before = ?, parked_at = ?, error = ?"
            " WHERE seq = ? AND done_at IS NULL",
            row,
        )
    return [None] * len(rows)


@side_by_side
def prune(db: Db, befores: Sequence[int]) -> list[int]:
    """Drop a chunk of what was done before a moment; how many rows went."""
    return [_prune(db, before) for before in befores]


def _prune(db: Db, before: int) -> int:
    inbox = db.execute(
        "DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE received_at < ?"
        " AND done_at IS NOT NULL ORDER BY seq LIMIT ?)",
        (before, _CHUNK),
    ).rowcount
    outbox = db.execute(
        "DELETE FROM outbox WHERE key IN (SELECT key FROM outbox WHERE created_at < ?"
        " AND failed_at IS NOT NULL ORDER BY key LIMIT ?)",
        (before, _CHUNK),
    ).rowcount
    return inbox + outbox + receipts.prune(db, before, _CHUNK)
