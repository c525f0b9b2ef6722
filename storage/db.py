"""What stores need of a database: SQLite's connections have it, and PostgreSQL's are made to."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from bots.errors import EasyFlowError

Item = TypeVar("Item")
Result = TypeVar("Result")

Values = Sequence[Any] | Mapping[str, Any]
"""Of `?` and `?1`, or of `:name`."""


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""

    def fetchone(self) -> Any:
        """The next row, as a tuple; None behind the last."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Each row that is left."""


class Db(Protocol):
    """A connection inside a transaction. Its statements are written so that both databases take them."""

    def execute(self, sql: str, values: Any = (), /) -> Cursor:
        """One statement."""

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Cursor:
        """One statement for each of several rows; gives none back."""


Work = Callable[[Db, Sequence[Item]], Sequence[Result | EasyFlowError]]
"""Writes several items of one kind. Gives a result for each, in order.

An error of ours given as a result says that nothing was written for that item; anything raised
undoes the whole group, which is then tried by halves, down to single items.
"""


Marked = TypeVar("Marked", bound=Callable[..., Any])


def side_by_side(work: Marked) -> Marked:
    """Marks work that is right whatever other processes write meanwhile.

    It changes rows by a condition of their own, and looks at nothing that it has not changed. All
    other work has the database to itself, among processes as within one.
    """
    work.side_by_side = True  # type: ignore[attr-defined]
    return work


def goes_side_by_side(work: Callable[..., Any]) -> bool:
    """Whether it is marked so."""
    return getattr(work, "side_by_side", False)


class Writes(Protocol):
    """Takes work and says when what it did is synced to disk."""

    def do(
        self, work: "Work[Item, Result]", item: Item, *, patient: bool = False
    ) -> Awaitable[Result]:
        """Raises Unavailable when the database does not take it; then nothing of it was written.

        What is `patient` waits a moment for others to share its commit with.
        """


class Rows(Protocol):
    """What a query gave."""

    def first(self) -> Any:
        """The first row; None where there is none."""

    def fetchall(self) -> Sequence[Any]:
        """All of them."""

    def scalar(self) -> Any:
        """The first value of the first row; None where there is none."""

    def __iter__(self) -> Iterator[Any]:
        """Each row."""


class Reader(Protocol):
    """A connection that only reads."""

    async def exec_driver_sql(self, sql: str, values: Any = None, /) -> Rows:
        """One query."""


class Readers(Protocol):
    """Connections that only read, for everything that is not in a hurry."""

    def connect(self) -> AbstractAsyncContextManager[Reader]:
        """One of them, for a while."""

    async def dispose(self) -> None:
        """Close them all."""


class Reading(Protocol):
    """Several queries of one state of the database, in one go."""

    async def do(self, work: Callable[[Db], Result]) -> Result:
        """What `work` gives, which reads and nothing else."""

    async def close(self) -> None:
        """Let those that read come to their end."""
