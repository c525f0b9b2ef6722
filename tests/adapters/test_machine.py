"""What is told of the machine is measured."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.machine import Machine

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


class Watch:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def filled(folder: Path, **sizes: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in sizes.items():
        (folder / name).write_bytes(b"x" * size)
    return folder


async def test_files_below_every_folder_count_and_are_looked_at_again_later(
    tmp_path: Path,
) -> None:
    clock = Watch()
    first, second = filled(tmp_path / "files", a=10, b=5), tmp_path / "nowhere yet"
    filled(tmp_path / "files" / "deeper" / "still", c=100)
    (tmp_path / "files" / "link").symlink_to(filled(tmp_path / "elsewhere", big=9000) / "big")
    machine = Machine(
        tmp_path, uploads=[first, second], logs=filled(tmp_path / "logs", d=7), clock=clock
    )
    disk = await machine.disk()
    link = (first / "link").lstat().st_size
    assert (disk.uploads, disk.logs) == (115 + link, 7)
    assert disk.available > 0
    filled(second, e=50)
    assert (await machine.disk()).uploads == 115 + link, "so soon nobody looks again"
    clock.now += timedelta(seconds=11)
    assert (await machine.disk()).uploads == 165 + link


async def test_our_own_children_are_counted_and_theirs(tmp_path: Path) -> None:
    machine = Machine(tmp_path, uploads=[], logs=tmp_path, clock=Watch())
    before = await machine.processes()
    code = (
        "import subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE);"
        "print('up', flush=True); input(); child.stdin.close(); child.wait()"
    )
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"up\n"
    assert await machine.processes() == before + 2
    await child.communicate(b"\n")
    assert await machine.processes() == before
