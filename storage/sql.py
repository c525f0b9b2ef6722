"""Many rows in one statement: one step of SQLite, and one release of Python's lock, for all."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from storage.db import Db

_MOST = 64  # a power of two; 64 rows of 13 columns stay far below SQLite's limit of variables


class Insert:
    """`INSERT INTO table (columns) VALUES … tail`, for any number of rows.

    Statements are made for 1, 2, 4 … rows only, so that SQLite's cache of them stays warm.
    """

    def __init__(self, table: str, columns: str, *, tail: str = "", values: str = "") -> None:
        group = values or "(" + ", ".join("?" for _ in columns.split(",")) + ")"
        head = f"INSERT INTO {table} ({columns}) VALUES "
        sizes = [1 << power for power in range(_MOST.bit_length())]
        self._statements = {size: f"{head}{', '.join([group] * size)} {tail}" for size in sizes}

    def __call__(self, db: Db, rows: Sequence[Iterable[Any]]) -> int:
        """How many rows were written."""
        written = start = 0
        while start < len(rows):
            size = min(_MOST, 1 << ((len(rows) - start).bit_length() - 1))
            flat = list(chain.from_iterable(rows[start : start + size]))
            written += db.execute(self._statements[size], flat).rowcount
            start += size
        return written

    def returning(self, db: Db, rows: Sequence[Iterable[Any]]) -> list[Any]:
        """What a `tail` that ends in RETURNING gives of the rows that were written."""
        given: list[Any] = []
        start = 0
        while start < len(rows):
            size = min(_MOST, 1 << ((len(rows) - start).bit_length() - 1))
            flat = list(chain.from_iterable(rows[start : start + size]))
            given += db.execute(self._statements[size], flat).fetchall()
            start += size
        return given


class AnyOf:
    """A statement with `IN (?…)` as its last variables, for any number of keys."""

    def __init__(self, before: str, after: str = "") -> None:
        sizes = [1 << power for power in range(_MOST.bit_length())]
        self._statements = {
            size: f"{before} IN ({', '.join('?' * size)}) {after}" for size in sizes
        }

    def __call__(self, db: Db, first: Sequence[Any], keys: Sequence[Any]) -> int:
        """How many rows were touched; `first` are the variables that stand before the keys."""
        touched = start = 0
        while start < len(keys):
            size = min(_MOST, 1 << ((len(keys) - start).bit_length() - 1))
            chosen = keys[start : start + size]
            touched += db.execute(self._statements[size], (*first, *chosen)).rowcount
            start += size
        return touched

    def returning(self, db: Db, keys: Sequence[Any]) -> list[Any]:
        """What an `after` that is RETURNING gives of the rows that were touched, in any order."""
        given: list[Any] = []
        start = 0
        while start < len(keys):
            size = min(_MOST, 1 << ((len(keys) - start).bit_length() - 1))
            given += db.execute(self._statements[size], keys[start : start + size]).fetchall()
            start += size
        return given


def inserted(db: Db, insert: str, values: Any) -> int:
    """Write one row; the id that the database gave it."""
    ((id,),) = db.execute(f"{insert} RETURNING id", values).fetchall()
    return int(id)
