"""`backup`, `restore` and `move`: everything that is kept, as a file or in another database."""

import argparse
import asyncio
import sys
import time
from functools import partial
from pathlib import Path

from adapters.terminal.backup import Backup, Elsewhere, NotRestored, Restore
from adapters.terminal.backup_note import note_backup
from adapters.terminal.leaving import stop
from adapters.terminal.move import Moving
from composition.here import VERSION, now
from config.keys import KEY_FILE
from config.settings import Settings
from storage import move as moves
from storage.backup import Unusable, check_database, copy_database, counts, hold_back
from storage.move import copy_out, held, put_back
from storage.moving import NotMoved
from storage.opening import in_use, place_of, shown_place
from storage.postgres.url import shown


def backup(settings: Settings, given: argparse.Namespace) -> int:
    """Everything that is kept as one file, whether a server runs or not."""
    place = settings.database
    if isinstance(place, Path) and not place.exists():
        stop(f"There is no database at {place}: nothing was kept yet.")

    def copy(source: Path, file: Path) -> None:
        if isinstance(place, Path):
            copy_database(source, file)
        else:
            asyncio.run(copy_out(place, file))

    saving = Backup(
        data=settings.data_dir,
        bots=settings.bots_dir,
        database=file_of_database(settings),
        key=KEY_FILE,
        version=VERSION,
        copy=copy,
        count=counts,
        out=sys.stdout,
    )
    path = given.file or Path(f"easyflow-{now():%Y%m%d-%H%M%S}.zip")
    try:
        saving.write(path, now(), with_key=not given.without_key)
    except (NotMoved, OSError) as error:
        stop(f"No backup was made: {said_of(error)}")
    note_backup(settings.data_dir, path, now())
    return 0


def said_of(error: Exception) -> str:
    """With the file that it is about, where there is one."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror


def file_of_database(settings: Settings) -> Path:
    """Where SQLite's file is, or was before everything was moved to PostgreSQL."""
    place = settings.database
    return place if isinstance(place, Path) else settings.data_dir / "easyflow.db"


def restore(settings: Settings, given: argparse.Namespace) -> int:
    """A backup in place of what is there; the server must not run."""
    place, elsewhere = settings.database, None
    if not isinstance(place, Path):
        url = place
        elsewhere = Elsewhere(
            shown=shown_place(url),
            holds=lambda: any(asyncio.run(held(url)).values()),
            keep=lambda file: asyncio.run(copy_out(url, file)),
            put=lambda file: asyncio.run(put_back(file, url)),
        )
    restoring = Restore(
        data=settings.data_dir,
        bots=settings.bots_dir,
        database=file_of_database(settings),
        check=check_database,
        hold_back=hold_back,
        running=lambda: not (isinstance(place, Path) and not place.exists()) and in_use(place),
        elsewhere=elsewhere,
        out=sys.stdout,
    )
    try:
        restoring.read(
            given.file,
            now(),
            force=given.force,
            with_bots=given.bots,
            resend=given.resend,
        )
    except (NotRestored, NotMoved, Unusable) as error:
        stop(f"Nothing was restored: {error}.")
    except OSError as error:
        stop(f"Not restored: {said_of(error)}")
    return 0


async def move(settings: Settings, given: argparse.Namespace) -> int:
    """Everything that is kept into another database; no server may run on either."""
    source = settings.database
    try:
        target = place_of(given.to)
    except ValueError as error:
        stop(f"--to {shown(given.to)}: {error}")
    home = settings.data_dir.resolve() / "easyflow.db"
    moving = Moving(
        source=shown_place(source),
        target=shown_place(target),
        setting="" if target == home else f"EASYFLOW_DATABASE_URL={shown_place(target)}",
        move=partial(moves.move, source.resolve() if isinstance(source, Path) else source, target),
        monotonic=time.monotonic,
        out=sys.stdout,
    )
    try:
        return await moving.do()
    except (NotMoved, OSError) as error:
        stop(f"Nothing was moved: {said_of(error)}.")
