"""All tables of one database into another, every row compared afterwards: the whole of it, or nothing."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol

from sqlalchemy import Table

from bots.model.message import Address
from bots.model.slots import CHORES, slot_of
from storage.every_table import METADATA, WORDS
from storage.rows import from_json

CHUNK = 500
"""Rows in memory at a time; a row may hold all files of a bot."""

OF_PROCESSES = ("leases", "processes")
"""Who is at work just now: of one database alone."""

Row = tuple[Any, ...]


class NotMoved(Exception):
    """Nothing was changed; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as it is copied. `number` is the column that the database itself counts up."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    number: str | None = None

    @property
    def plain(self) -> str:
        """Every row."""
        return f"SELECT {', '.join(f't.{column}' for column in self.columns)} FROM {self.name} t"

    @property
    def addressed(self) -> str:
        """Every row, behind it the chat it is of where it lies in a slot."""
        if "slot" not in self.columns:
            return self.plain
        chat, join = "t", ""
        if self.name != "inbox":
            chat, join = "c", " LEFT JOIN conversations c ON c.id = t.conversation_id"
        of = ", ".join(f"{chat}.{column}" for column in ("workspace", "bot", "channel", "chat_id"))
        return self.plain.replace(f" FROM {self.name} t", f", {of} FROM {self.name} t{join}")

    @property
    def in_order(self) -> str:
        """Behind either: by the key, so that whoever takes rows in puts each behind the last."""
        return f" ORDER BY {', '.join(f't.{column}' for column in self.key)}"

    @property
    def insert(self) -> str:
        """For SQLite."""
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"


def _shape(table: Table) -> Shape:
    key = [column.name for column in table.primary_key]
    counted = table.autoincrement_column
    number = None if counted is None else counted.name
    return Shape(table.name, tuple(table.columns.keys()), tuple(key), number)


SHAPES = (
    *(_shape(table) for table in METADATA.sorted_tables if table.name not in OF_PROCESSES),
    Shape(WORDS, ("rowid", "title", "body"), ("rowid",)),
)
"""Those first that others speak of."""


class Source(Protocol):
    """A database at one moment."""

    def rows(self, shape: Shape, query: str) -> AsyncIterator[Sequence[Row]]:
        """What a query of a table gives, a chunk at a time."""

    async def last_number(self, shape: Shape) -> int:
        """The last number it gave to a row of a table, 0 for none; it is given to no other."""


class Target(Source, Protocol):
    """An empty database, within one transaction."""

    slotted: bool
    """Whether processes share slots out there."""
    keeps_nul: bool

    async def put(self, shape: Shape, rows: Sequence[Row]) -> None:
        """Rows as they are."""

    async def count_on(self, shape: Shape, last: int) -> None:
        """Numbers of the table go on behind this one."""


class Sum:
    """How many rows there are, and what they are, in whichever order."""

    def __init__(self) -> None:
        self.count = 0
        self._total = 0

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.count += 1
            digest = blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=8).digest()
            self._total += int.from_bytes(digest)

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Sum) and self.count == other.count
        return same and isinstance(other, Sum) and self._total == other._total

    __hash__ = None  # type: ignore[assignment]


async def copy(
    source: Source, target: Target, *, tell: Callable[[str, int], None] = lambda _table, _rows: None
) -> dict[str, int]:
    """How many rows of each table there are on either side now. Raises NotMoved where they differ.

    `tell` hears how many rows of a table are over there.
    """
    sums = {shape.name: Sum() for shape in SHAPES}
    for shape in SHAPES:
        async for rows in source.rows(shape, shape.addressed):
            ready = [_fitted(shape, row, target) for row in rows]
            await target.put(shape, ready)
            sums[shape.name].add(ready)
            tell(shape.name, sums[shape.name].count)
        if shape.number is not None:
            await target.count_on(shape, await source.last_number(shape))
    for shape in SHAPES:
        there = Sum()
        async for rows in target.rows(shape, shape.plain):
            there.add(rows)
        if there != sums[shape.name]:
            here = sums[shape.name].count
            raise NotMoved(
                f"{shape.name} is not over there as it is here"
                f" ({here} rows here, {there.count} there); nothing was moved"
            )
    return {name: one.count for name, one in sums.items()}


def _fitted(shape: Shape, row: Row, target: Target) -> Row:
    """A row as the target has it, without the chat behind it."""
    count = len(shape.columns)
    fitted = list(row[:count])
    if "slot" in shape.columns:
        slot = _slot(shape, row) if target.slotted else 0
        fitted[shape.columns.index("slot")] = slot
    if not target.keeps_nul:
        for place, value in enumerate(fitted):
            if type(value) is str and "\0" in value:
                fitted[place] = value.replace("\0", "")
    return tuple(fitted)


def _slot(shape: Shape, row: Row) -> int:
    *_, workspace, bot, channel, chat_id = row
    if workspace is None:
        return 0  # of a chat that is gone: nobody looks for it
    if shape.name == "inbox":
        message = row[shape.columns.index("message")]
        if message is not None and from_json(message).get("happening") == "desk":
            return CHORES
    return slot_of(Address(workspace, bot, channel, chat_id))
