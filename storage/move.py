"""A database moved to another place, copied into a file, or put back from one; PostgreSQL or SQLite."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from storage import moving_sqlite
from storage.database import Lock
from storage.migrate import HEAD, migrate, revision
from storage.moving import SHAPES, NotMoved, Source, copy
from storage.opening import Place, check_library

Tell = Callable[[str, int], None]


def quietly(_table: str, _rows: int) -> None:
    """Tell nobody how far it is."""


async def move(source: Place, target: Place, tell: Tell = quietly) -> dict[str, int]:
    """Everything in the source over into the target, which is empty; the source stays as it is.

    Gives the rows of each table, counted and compared on either side. Raises NotMoved or OSError
    with a sentence; then nothing is in the target.
    """
    if source == target:
        raise NotMoved("That is where it is already: name another place")
    if not isinstance(source, Path):
        return await _from_postgres(source, target, tell)
    _look_at_version(source)
    with _alone(source), moving_sqlite.read(source) as reading:
        return await _into(reading, target, tell)


async def copy_out(place: str, file: Path) -> None:
    """A PostgreSQL database as it is at one moment, in a new file of SQLite; servers go on meanwhile."""
    check_library()
    from storage.postgres import moving

    async with moving.read(place) as reading:
        with moving_sqlite.made(file) as target:
            await copy(reading, target)


async def put_back(file: Path, place: str) -> None:
    """A file of SQLite in place of all that is in a PostgreSQL database: the whole of it, or nothing.

    The file is brought up to date first. Raises NotMoved or OSError with a sentence.
    """
    check_library()
    from storage.postgres import moving

    migrate(f"sqlite:///{file}")
    with moving_sqlite.read(file) as reading:
        async with moving.filled(place, emptied=True) as filling:
            await copy(reading, filling)


async def held(place: str) -> dict[str, int]:
    """How many rows there are in each table of a PostgreSQL database. Raises OSError with a sentence."""
    check_library()
    from storage.postgres import moving

    return await moving.counts(place)


async def _from_postgres(source: str, target: Place, tell: Tell) -> dict[str, int]:
    check_library()
    from storage.postgres import moving

    await moving.refuse_running(source)
    async with moving.read(source) as reading:
        return await _into(reading, target, tell, partial(moving.refuse_running, source))


async def _into(
    reading: Source, target: Place, tell: Tell, still: Callable[[], Awaitable[None]] | None = None
) -> dict[str, int]:
    """`still` raises at the end where the source was not left alone meanwhile."""
    if isinstance(target, Path):
        with _alone(target):
            return await _into_file(reading, target, tell, still)
    check_library()
    from storage.postgres import moving

    async with moving.filled(target) as filling:
        told = await copy(reading, filling, tell=tell)
        if still is not None:
            await still()
        return told


async def _into_file(
    reading: Source, target: Path, tell: Tell, still: Callable[[], Awaitable[None]] | None
) -> dict[str, int]:
    _refuse_full(target)
    half = target.with_name(f".{target.name}.moving")
    with moving_sqlite.made(half) as filling:
        told = await copy(reading, filling, tell=tell)
        if still is not None:
            await still()
    for log in ("-wal", "-shm"):
        target.with_name(target.name + log).unlink(missing_ok=True)
    half.replace(target)
    moving_sqlite.sync(target.parent)
    return told


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No server has the file meanwhile. Raises NotMoved."""
    try:
        lock = Lock(path)
    except BlockingIOError:
        raise NotMoved(f"An Easy Flow is at work on {path}: stop it first") from None
    try:
        yield
    finally:
        lock.release()


def _look_at_version(path: Path) -> None:
    try:
        at = revision(f"sqlite:///{path}") if path.exists() else None
    except sqlite3.Error as error:
        raise NotMoved(f"{path} cannot be read: {error}") from None
    if at is None:
        raise NotMoved(f"There is no database at {path}: nothing was kept there yet")
    if at != HEAD:
        raise NotMoved(
            f"{path} is of another version of Easy Flow ({at}, this one has {HEAD}): start and stop"
            " a server of this version on it, which brings an older one up to date"
        )


def _refuse_full(path: Path) -> None:
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
            names = [
                row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            counted = {
                shape.name: db.execute(f"SELECT count(*) FROM {shape.name}").fetchone()[0]
                for shape in SHAPES
                if shape.name in names
            }
    except sqlite3.Error as error:
        raise NotMoved(f"{path} is there already, and no database of ours ({error})") from None
    there = [f"{count} {name}" for name, count in counted.items() if count]
    foreign = names and "alembic_version" not in names
    if there or foreign:
        told = (
            f"there are {', '.join(there[:6])}{' …' if len(there) > 6 else ''}"
            if there
            else ("it is of another program")
        )
        raise NotMoved(
            f"{path} is not empty, {told}: name another file, nothing is ever overwritten"
        )
