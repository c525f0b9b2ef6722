"""What a commit checks of leases, and how rows of the slots that are held are found."""

from collections.abc import Collection
from typing import Any

from bots.model.slots import Slots
from storage.db import Db

NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
"""The moment by the clock of PostgreSQL, in microseconds: the clock of all leases."""

_HELD = f"SELECT holder, name FROM leases WHERE until > {NOW} AND holder = ? AND name = ANY(?)"

Lease = tuple[str, str]
"""A process and the name of a lease."""


def lease_of(slots: Slots, slot: int) -> Lease:
    """What has to be held by whoever works for a slot."""
    return (slots.holder, f"slot:{slot}")


def held_leases(db: Db, wanted: Collection[Lease]) -> set[Lease]:
    """Those of them that are still held; asks nothing where nothing is wanted."""
    held: set[Lease] = set()
    for holder in {holder for holder, _ in wanted}:
        names = [name for one, name in wanted if one == holder]
        held |= set(db.execute(_HELD, (holder, names)).fetchall())
    return held


def of_slots(slots: Slots, column: str) -> tuple[str, tuple[Any, ...]]:
    """A condition with its values: a row is of the slots that this process holds. Empty for all."""
    held = slots.held
    return ("", ()) if held is None else (f" AND {column} = ANY(?)", (sorted(held),))
