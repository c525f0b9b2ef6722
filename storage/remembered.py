"""What flows remember of a customer: of two chats that learn at once, each writes what it has learnt."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from storage.db import Db
from storage.rows import from_json, to_json

_UPDATE = "UPDATE customers SET remembered = ?, updated_at = ? WHERE id = ? AND remembered = ?"
_LOCK = "UPDATE customers SET updated_at = ? WHERE id = ? RETURNING remembered"
_PUT = "UPDATE customers SET remembered = ? WHERE id = ?"


class Learnt(NamedTuple):
    """What was remembered of a customer when a turn began, and what is after it; as JSON."""

    customer: int
    now: int
    before: str
    after: str


def remember(db: Db, learnt: Learnt) -> str | None:
    """Write it down; what is remembered now, where that is more than the turn knew of."""
    if db.execute(_UPDATE, (learnt.after, learnt.now, learnt.customer, learnt.before)).rowcount:
        return None
    # Another chat of theirs has learnt something meanwhile, perhaps in another process.
    rows = db.execute(_LOCK, (learnt.now, learnt.customer)).fetchall()
    if not rows:
        return None
    merged = to_json(
        _merged(from_json(rows[0][0]), from_json(learnt.before), from_json(learnt.after))
    )
    db.execute(_PUT, (merged, learnt.customer))
    return merged


def remember_all(db: Db, learnt: Sequence[Learnt]) -> dict[int, str]:
    """The same for several turns: what is remembered of those of whom it is more, by their numbers."""
    found = ((one.customer, remember(db, one)) for one in learnt)
    return {customer: merged for customer, merged in found if merged is not None}


def _merged(
    now: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """What is there, with all that a turn has changed from `before` to `after`."""
    merged = {name: value for name, value in now.items() if name in after or name not in before}
    for name, value in after.items():
        if name in before and before[name] == value:
            continue
        there, was = now.get(name), before.get(name, {})
        if isinstance(there, dict) and isinstance(was, dict) and isinstance(value, dict):
            merged[name] = _merged(there, was, value)
        else:
            merged[name] = value
    return merged
