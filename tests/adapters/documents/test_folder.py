"""The folder of documents: names nobody guesses, and nothing in it that no document names."""

import io
import os
import stat
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from adapters.documents.folder import LARGEST, Folder
from bots.errors import FileTooLarge, Unavailable

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)


def folder(root: Path, *, largest: int = LARGEST, spare: int = 0) -> Folder:
    names = count()
    return Folder(
        root / "documents",
        new_name=lambda: f"name{next(names)}",
        clock=lambda: NOW,
        largest=largest,
        spare=spare,
    )


def there(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "documents").iterdir())


async def test_a_file_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    kept = await folder(tmp_path).keep(io.BytesIO(b"text"))
    assert (kept.size, kept.digest[:8]) == (4, "982d9e3e")
    assert there(tmp_path) == [kept.name]
    assert stat.S_IMODE((tmp_path / "documents" / kept.name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "documents").stat().st_mode) == 0o700


async def test_of_a_file_that_is_too_large_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge, match="may have 3 bytes"):
        await folder(tmp_path, largest=3).keep(io.BytesIO(b"text"))
    assert there(tmp_path) == []


async def test_the_last_of_the_disk_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nearly full"):
        await folder(tmp_path, spare=1 << 60).keep(io.BytesIO(b"text"))
    assert there(tmp_path) == []


async def test_only_old_files_that_nobody_knows_are_tidied_away(tmp_path: Path) -> None:
    one = folder(tmp_path)
    assert await one.tidy(()) == 0  # before there is a folder at all
    known, unknown, young = [(await one.keep(io.BytesIO(b"a"))).name for _ in range(3)]
    stranger = tmp_path / "documents" / "readme.txt"
    stranger.write_text("not ours")
    for name in (known, unknown, stranger.name):
        os.utime(tmp_path / "documents" / name, (NOW.timestamp() - 1,) * 2)
    os.utime(tmp_path / "documents" / young, (NOW.timestamp() + 1,) * 2)
    assert await one.tidy({known}) == 1
    assert there(tmp_path) == sorted([known, young, stranger.name])
    await one.drop(known)
    await one.drop(known)
    assert known not in there(tmp_path)
