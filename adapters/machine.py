"""What the machine says of us: how much of its disk we fill, how many processes we are."""

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from bots.ports import Clock
from bots.services.system import Disk

KEPT = 10.0
"""Seconds for which a measured disk is told again: to look at it means to look at every file."""


class Machine:
    """Looks in threads of its own. Nobody who asks meanwhile begins a second look."""

    def __init__(self, data: Path, *, uploads: Sequence[Path], logs: Path, clock: Clock) -> None:
        self._data = data
        self._uploads = uploads
        self._logs = logs
        self._clock = clock
        self._looking = asyncio.Lock()
        self._known: tuple[float, Disk] | None = None

    async def disk(self) -> Disk:
        async with self._looking:
            now = self._clock().timestamp()
            if self._known is None or now - self._known[0] >= KEPT:
                self._known = now, await asyncio.to_thread(self._measured)
            return self._known[1]

    async def processes(self) -> int:
        """We ourselves and whatever we have started."""
        return 1 + await asyncio.to_thread(_children, os.getpid())

    def _measured(self) -> Disk:
        return Disk(
            uploads=sum(sum(_sizes(folder)) for folder in self._uploads),
            logs=sum(_sizes(self._logs)),
            available=shutil.disk_usage(self._data).free,
        )


def _sizes(folder: Path) -> Iterator[int]:
    """Of every file below; what vanishes while we look counts nothing."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.stat(os.path.join(place, name), follow_symlinks=False).st_size
            except OSError:
                continue


def _children(parent: int) -> int:
    """Living descendants of a process, as Linux tells them; 0 where nobody tells."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold spaces and brackets of its own.
            state, above = entry.read_text(errors="replace").rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if state != "Z":
            children.setdefault(int(above), []).append(int(entry.parent.name))
    found, waiting = 0, [parent]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += len(below)
        waiting += below
    return found
