"""Ids: UUIDs of version 7 that rise, whatever the clock does."""

import uuid
from collections.abc import Iterator

from adapters.ids import Ids

AT_NOON = 1_772_442_000_000_000_000


def ids_at(moments: Iterator[int]) -> Ids:
    return Ids(lambda: next(moments), lambda count: bytes(range(256)) * (count // 256))


def test_an_id_is_a_uuid_of_version_7_with_the_milliseconds_in_front() -> None:
    made = uuid.UUID(ids_at(iter([AT_NOON]))())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == AT_NOON // 1_000_000


def test_ids_rise_where_the_clock_stands_still_or_goes_back() -> None:
    moments = [AT_NOON, AT_NOON, AT_NOON - 5_000_000, AT_NOON + 1_000_000]
    make = ids_at(iter(moments))
    made = [make() for _ in moments]
    assert made == sorted(set(made))
