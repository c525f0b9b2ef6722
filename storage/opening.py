"""Where the data is kept, and the one way to open it, whichever database it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bots.model.slots import ALONE, Slots
from bots.ports import Clock, NewId
from storage.postgres.url import shown
from storage.stores import Stores

if TYPE_CHECKING:
    from storage.beside import Beside

Place = Path | str
"""The file of SQLite, or the URL of PostgreSQL."""


_POSTGRES = ("postgresql://", "postgresql+asyncpg://", "postgres://")
_SQLITE = ("sqlite+aiosqlite:///", "sqlite:///")


def place_of(typed: str) -> Place:
    """Of what a person types: a URL of either database, or a data folder. Raises ValueError with a sentence."""
    if typed.startswith(_POSTGRES):
        rest = typed.partition("://")[2]
        if not _has_a_port(rest):
            raise ValueError(
                "its port is no number; in a password write %40 for @, %2F for /, %3A for :, %23 for #"
            )
        if not urlsplit(f"//{rest}").path.strip("/"):
            raise ValueError(
                "it names no database: postgresql+asyncpg://user:password@host/easyflow"
            )
        return f"postgresql+asyncpg://{rest}"
    for begin in _SQLITE:
        if typed.startswith(begin) and len(typed) > len(begin):
            return Path(typed.removeprefix(begin)).resolve()
    if "://" in typed or not typed.strip():
        raise ValueError(
            "write postgresql+asyncpg://user:password@host/database, sqlite:///path/to/easyflow.db"
            " or a data folder"
        )
    path = Path(typed).resolve()
    if path.is_file() or path.suffix == ".db":
        return path
    return path / "easyflow.db"


def _has_a_port(rest: str) -> bool:
    """Whether the port is a number, where there is one: a password as it is typed hides it."""
    try:
        return (urlsplit(f"//{rest}").port or 1) > 0
    except ValueError:
        return False


def shown_place(place: Place) -> str:
    """For people's eyes: the URL, without its password."""
    if isinstance(place, Path):
        return f"sqlite+aiosqlite:///{place}"
    return shown(place)


def live_files(place: Place) -> dict[str, dict[str, str]]:
    """The files of each bot's live version, before the database is opened; of a new one, none."""
    if isinstance(place, Path):
        from storage import versions

        return versions.live_files(place)
    check_library()
    from storage.postgres.beside import live_files

    return live_files(place)


async def open_beside(place: Place) -> "Beside":
    """As a process beside the running server has it. Raises NoDatabase with a sentence, NewerDatabase."""
    if isinstance(place, Path):
        from storage import beside

        return beside.open_beside(place)
    check_library()
    from storage.postgres.beside import open_beside

    return await open_beside(place)


@asynccontextmanager
async def starting(place: Place) -> AsyncIterator[None]:
    """Nobody else who starts on the database does so meanwhile. Raises OSError where it is not there."""
    if isinstance(place, Path):
        # Whoever opens the file has it alone.
        yield
        return
    check_library()
    from storage.postgres.beside import starting

    async with starting(place):
        yield


def in_use(place: Place) -> bool:
    """Whether a server has this database now."""
    if isinstance(place, Path):
        from storage import beside

        return beside.in_use(place)
    check_library()
    from storage.postgres.beside import in_use

    return in_use(place)


async def open_stores(place: Place, *, new_id: NewId, clock: Clock, slots: Slots = ALONE) -> Stores:
    """Raises OSError with a sentence: not there, not writable, or in use by another Easy Flow."""
    if isinstance(place, Path):
        from storage.sqlite import open_sqlite

        return await open_sqlite(place, new_id=new_id, clock=clock)
    check_library()
    from storage.postgres.opening import open_postgres

    return await open_postgres(place, new_id=new_id, clock=clock, slots=slots)


def check_library() -> None:
    """Raises OSError with a sentence where what speaks to PostgreSQL is not installed."""
    if find_spec("asyncpg") is None:
        raise OSError(
            "PostgreSQL needs the library asyncpg, which is not installed:"
            " `make run EXTRAS=scale` installs it"
        )
