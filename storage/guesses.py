"""Tries at passwords and codes, counted for all processes together; behind bots.ports.Guesses."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.model.guess import Judge, Tried, Tries
from storage.db import Db, Writes, side_by_side
from storage.rows import maybe_moment, to_micros

CLOCKS_APART = timedelta(seconds=5)
"""How far ahead the clock of another process may be. What lies further ahead was before a clock was put back."""

_TRIES = "SELECT count(*), min(at), max(at) FROM guesses WHERE at > ? AND at <= ? AND"
_HERE = f"{_TRIES} account = ? AND network = ?"
_NETWORK = f"{_TRIES} network = ?"
_ACCOUNT = f"{_TRIES} account = ?"


class SqlGuesses:
    """One row for each try, for as long as it counts."""

    def __init__(self, writer: Writes) -> None:
        self._writer = writer

    async def begin(
        self, account: str, network: str, judge: Judge, *, now: datetime, since: datetime
    ) -> timedelta:
        wait: timedelta = await self._writer.do(_begin, (account, network, judge, now, since))
        return wait

    async def forgive(self, account: str, network: str) -> None:
        await self._writer.do(_forgive, (account, network))


# ---------------------------------------------------------------- in the writer's thread


def _begin(db: Db, items: Sequence[tuple[str, str, Judge, datetime, datetime]]) -> list[timedelta]:
    return [_begin_one(db, *item) for item in items]


def _begin_one(
    db: Db, account: str, network: str, judge: Judge, now: datetime, since: datetime
) -> timedelta:
    span = (to_micros(since), to_micros(now + CLOCKS_APART))
    wait = judge(
        Tried(
            here=_tries(db, _HERE, (*span, account, network)),
            network=_tries(db, _NETWORK, (*span, network)),
            account=_tries(db, _ACCOUNT, (*span, account)),
        )
    )
    if wait <= timedelta():
        db.execute("DELETE FROM guesses WHERE at <= ?", (to_micros(since),))
        db.execute(
            "INSERT INTO guesses (account, network, at) VALUES (?, ?, ?)",
            (account, network, to_micros(now)),
        )
    return wait


def _tries(db: Db, query: str, values: tuple[Any, ...]) -> Tries:
    count, first, last = db.execute(query, values).fetchone()
    return Tries(count, maybe_moment(first), maybe_moment(last))


@side_by_side
def _forgive(db: Db, items: Sequence[tuple[str, str]]) -> list[None]:
    db.executemany("DELETE FROM guesses WHERE account = ? AND network = ?", items)
    return [None] * len(items)
