"""Hostile files do no harm: each is refused with a sentence or is text, within its bounds."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from adapters.documents import child
from adapters.documents.looks import kind_of
from adapters.documents.reading import pieces_of
from bots.errors import FileRefused, FileTooLarge
from tests.security.bombs import BOMBS, Bomb

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("packed once", "a book", "one line of 20 MB")
SECONDS = 2
"""What the process that reads may take here: less than in earnest, for there are many."""


async def become(bomb: Bomb, folder: Path) -> str:
    """What an upload comes to: the refusal's sentence, or nothing where there was text."""
    path = folder / "kept.upload"
    path.write_bytes(bomb.content())
    try:
        pieces = await pieces_of(path, kind_of(path, bomb.filename, bomb.declared), seconds=SECONDS)
    except FileRefused as error:
        return str(error) or "refused without a word"
    assert pieces
    assert all("root:" not in piece.text for piece in pieces)
    return ""


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
async def test_a_hostile_file_is_refused_with_a_sentence_or_is_text(
    bomb: Bomb, tmp_path: Path
) -> None:
    said = await become(bomb, tmp_path)
    assert bomb.said in said if bomb.said else said == "", said


def test_no_process_that_read_one_has_had_more_memory_than_it_may() -> None:
    """Asked of a process of its own, which waits for nobody but those that read; in kilobytes."""
    program = f"""
import asyncio, pathlib, resource, sys
from tests.security.bombs import BOMBS
from tests.security.test_documents import become
for bomb in BOMBS:
    if bomb.name in {HEAVY}:
        asyncio.run(become(bomb, pathlib.Path(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", program, folder],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    assert 0 < int(done.stdout) * 1024 <= child.MEMORY


def test_a_process_that_reads_can_open_nothing() -> None:
    """Neither a file nor a connection, once it has what it is to read."""
    program = """
import encodings.idna, os, socket, sys
from adapters.documents.child import open_nothing_more
attempts = [
    lambda: open("/etc/passwd"), lambda: open("/tmp/x", "w"), lambda: os.open("/", os.O_RDONLY),
    socket.socket, socket.socketpair, os.pipe, lambda: os.dup(1),
]
open_nothing_more()
for attempt in attempts:
    try:
        attempt()
    except OSError:
        continue
    sys.exit(1)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0


async def test_a_process_that_is_silent_is_ended_by_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"text")
    with pytest.raises(FileTooLarge, match="too long"):
        await pieces_of(path, "txt", patience=0.0)
