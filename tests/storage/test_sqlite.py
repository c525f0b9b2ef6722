"""Opening the file: ours alone, told plainly when it cannot be; outages pass without loss."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.errors import Unavailable
from storage.database import sqlite_path
from storage.sqlite import open_sqlite
from tests.storage.conftest import ON_SQLITE, HandClock, House, numbers
from tests.storage.samples import ANNA, answer, message, opened

# ---------------------------------------------------------------- opening


@ON_SQLITE
async def test_a_second_easy_flow_on_the_same_file_is_refused(
    house: House, clock: HandClock
) -> None:
    with pytest.raises(OSError, match="already runs on .*easyflow.db.*process"):
        await open_sqlite(house.path, new_id=numbers(), clock=clock)


@ON_SQLITE
async def test_every_commit_is_synced_to_disk(house: House) -> None:
    assert await house.run("PRAGMA journal_mode") == [("wal",)]
    assert await house.run("PRAGMA synchronous") == [(2,)]  # FULL


@ON_SQLITE
async def test_others_may_read_while_it_runs(house: House) -> None:
    await answer(house.stores.journal, await opened(house.stores.journal))
    connection = sqlite3.connect(f"file:{house.path}?mode=ro", uri=True)
    assert connection.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    connection.close()


async def test_the_data_folder_is_made(tmp_path: Path, clock: HandClock) -> None:
    path = tmp_path / "deep" / "data" / "easyflow.db"
    stores = await open_sqlite(path, new_id=numbers(), clock=clock)
    await stores.close()
    assert path.exists()


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield tmp_path
    tmp_path.chmod(stat.S_IRWXU)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_an_unwritable_folder_is_named_with_the_cure(
    unwritable: Path, clock: HandClock
) -> None:
    with pytest.raises(OSError, match="Cannot write to the data folder .* EASYFLOW_DATA_DIR"):
        await open_sqlite(unwritable / "easyflow.db", new_id=numbers(), clock=clock)


async def test_a_data_folder_that_is_a_file_is_named_with_the_cure(
    tmp_path: Path, clock: HandClock
) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(OSError, match="Cannot write to the data folder .* EASYFLOW_DATA_DIR"):
        await open_sqlite(tmp_path / "data" / "easyflow.db", new_id=numbers(), clock=clock)


async def test_a_file_that_is_no_database_is_named_and_let_go(
    tmp_path: Path, clock: HandClock
) -> None:
    path = tmp_path / "easyflow.db"
    path.write_text("these are not the bytes of a database, however long one looks at them" * 20)
    for _ in range(2):  # the second time it would say that somebody runs on it
        with pytest.raises(
            OSError,
            match=r"Cannot open the database .*: .* `python run\.py doctor` looks at the file",
        ):
            await open_sqlite(path, new_id=numbers(), clock=clock)


def files_with_bytes(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.stat().st_size}


@ON_SQLITE
async def test_closing_leaves_one_file(house: House, tmp_path: Path) -> None:
    await answer(house.stores.journal, await opened(house.stores.journal))
    await house.stores.close()
    assert files_with_bytes(tmp_path) <= {"easyflow.db", "easyflow.db.lock"}
    await house.open()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/easyflow.db", "data/easyflow.db"),
        ("sqlite:////var/lib/easyflow.db", "/var/lib/easyflow.db"),
        ("sqlite+aiosqlite:///x.db", "x.db"),
    ],
)
def test_a_url_names_a_file(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)


@pytest.mark.parametrize("url", ["postgresql://host/db", "sqlite://", "data/easyflow.db", ""])
def test_another_url_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///data/easyflow.db"):
        sqlite_path(url)


# ---------------------------------------------------------------- outages


@ON_SQLITE
async def test_a_full_disk_is_an_outage_that_passes(house: House) -> None:
    journal = house.stores.journal
    conversation = await opened(journal)
    ((pages,),) = await house.run("PRAGMA page_count")
    await house.run(f"PRAGMA max_page_count = {pages}")
    large = [message(str(number), text="а" * 4000) for number in range(40)]
    with pytest.raises(Unavailable):
        await journal.accept(large)
    with pytest.raises(Unavailable):
        await answer(journal, conversation, changes={"context": {"long": "а" * 100_000}})
    assert await journal.backlog() == []
    assert not house.stores.writable
    await house.run("PRAGMA max_page_count = 1000000")
    assert len(await journal.accept(large)) == 40
    assert house.stores.writable
    assert (await journal.claim(ANNA)).context == {}


@ON_SQLITE
async def test_another_writer_on_the_file_is_an_outage_that_passes(house: House) -> None:
    journal = house.stores.journal
    await house.run("PRAGMA busy_timeout = 10")
    intruder = sqlite3.connect(house.path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await journal.accept([message("1")])
    intruder.execute("ROLLBACK")
    intruder.close()
    assert len(await journal.accept([message("1")])) == 1


async def test_after_closing_nothing_is_taken(house: House) -> None:
    await house.stores.close()
    with pytest.raises(Unavailable):
        await house.stores.journal.accept([message("1")])
    await house.open()


async def test_closing_waits_for_what_was_handed_in(house: House) -> None:
    journal = house.stores.journal
    taking = [asyncio.ensure_future(journal.accept([message(str(n))])) for n in range(100)]
    await asyncio.sleep(0)
    await house.stores.close()
    taken = [arrival for arrivals in await asyncio.gather(*taking) for arrival in arrivals]
    await house.open()
    assert await house.stores.journal.backlog() == taken
    assert len(taken) == 100
