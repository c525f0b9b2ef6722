"""Noting down what comes in, where several processes do: the database gives the numbers."""

from collections.abc import Sequence
from typing import Any

from storage.db import Db
from storage.sql import Insert

_insert = Insert(
    "inbox",
    "workspace, bot, channel, external_id, chat_id, message, received_at, slot, attempts",
    values="(?, ?, ?, ?, ?, ?, ?, ?, 0)",
    tail="ON CONFLICT DO NOTHING RETURNING seq, workspace, bot, channel, external_id",
)


class SequencedIntake:
    """Numbers of one chat's messages rise as they are accepted, whichever processes accept them."""

    side_by_side = True

    def __call__(
        self, db: Db, groups: Sequence[Sequence[tuple[Any, ...]]], /
    ) -> list[list[int | None]]:
        rows = [row for group in groups for row in group]
        given = {key: seq for seq, *key_ in _insert.returning(db, rows) for key in [tuple(key_)]}
        # Of two that are the same the first is the new one.
        return [[given.pop(row[:4], None) for row in group] for group in groups]
