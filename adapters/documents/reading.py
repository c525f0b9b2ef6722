"""The text of a file, read in a process of its own that is ended when it takes too much."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import orjson
import structlog

from adapters.documents.child import HEAVY_STATUS, SECONDS
from bots.errors import FileTooLarge, Unavailable, UnknownFormat
from bots.model.knowledge import FileKind, Piece

log = structlog.get_logger()

PROGRAM = Path(__file__).with_name("child.py")
PATIENCE = 120.0
"""Seconds a file may take by the clock; by the processor's time it is `child.SECONDS`."""
LARGEST_ANSWER = 64 << 20

_NEEDED = ("LD_LIBRARY_PATH", "SYSTEMROOT")
"""Without these some Pythons do not begin; nothing else of the server's is told to the process."""
_OVERWORKED = frozenset(-number for number in (signal.SIGKILL, signal.SIGALRM, signal.SIGXCPU))


async def pieces_of(
    path: Path, kind: FileKind, *, patience: float = PATIENCE, seconds: int = SECONDS
) -> list[Piece]:
    """Raises UnknownFormat, FileTooLarge with the reason, Unavailable where no process begins."""
    try:
        told, status = await _told(path, kind, patience, seconds)
    except FileNotFoundError as error:
        raise UnknownFormat("The file is gone from the server: upload it again") from error
    except OSError as error:
        raise Unavailable(f"No process can be begun to read a document: {error}") from error
    if told is None:
        raise FileTooLarge("Reading takes too long: split the document")
    if status == HEAVY_STATUS:
        raise FileTooLarge("Reading takes too much memory: split the document")
    if status in _OVERWORKED:
        raise FileTooLarge("Reading takes too much work: split the document")
    answer = _parsed(told) if status == 0 else None
    if answer is None:
        log.warning("A process died of the document it read", kind=kind, status=status)
        raise UnknownFormat("The file cannot be read: it is broken. Save it anew")
    if "why" in answer:
        raise (FileTooLarge if answer["heavy"] else UnknownFormat)(answer["why"])
    return [
        Piece(title=title, text=text, title_stems=title_stems, stems=stems)
        for title, text, title_stems, stems in answer["pieces"]
    ]


async def _told(
    path: Path, kind: FileKind, patience: float, seconds: int
) -> tuple[bytes | None, int]:
    """What the process wrote, None where it took too long or wrote too much, and how it ended."""
    with path.open("rb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-B", "-X", "utf8", str(PROGRAM), kind, str(seconds)),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            cwd="/",
        )
    assert process.stdout is not None
    told: bytes | None = None
    try:
        async with asyncio.timeout(patience):
            told = await _all(process.stdout)
            if told is not None:
                return told, await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return None, 0


async def _all(stream: asyncio.StreamReader) -> bytes | None:
    told = bytearray()
    while chunk := await stream.read(1 << 16):
        told += chunk
        if len(told) > LARGEST_ANSWER:
            return None
    return bytes(told)


def _parsed(told: bytes) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = orjson.loads(told)
    except orjson.JSONDecodeError:
        return None
    return answer
