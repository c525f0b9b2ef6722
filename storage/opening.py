"""Where the data is kept, and the one way to open it, whichever database it is."""

from pathlib import Path

from bots.model.slots import ALONE, Slots
from bots.ports import Clock, NewId
from storage.stores import Stores

Place = Path | str
"""The file of SQLite, or the URL of PostgreSQL."""


def live_files(place: Place) -> dict[str, dict[str, str]]:
    """The files of each bot's live version, before the database is opened; of a new one, none."""
    if isinstance(place, Path):
        from storage import versions

        return versions.live_files(place)
    from storage.postgres.beside import live_files

    return live_files(place)


async def open_stores(place: Place, *, new_id: NewId, clock: Clock, slots: Slots = ALONE) -> Stores:
    """Raises OSError with a sentence: not there, not writable, or in use by another Easy Flow."""
    if isinstance(place, Path):
        from storage.sqlite import open_sqlite

        return await open_sqlite(place, new_id=new_id, clock=clock)
    try:
        from storage.postgres.opening import open_postgres
    except ModuleNotFoundError as missing:
        raise OSError(
            f"PostgreSQL needs the library {missing.name}, which is not installed:"
            " `make run EXTRAS=scale` installs it"
        ) from None
    return await open_postgres(place, new_id=new_id, clock=clock, slots=slots)
