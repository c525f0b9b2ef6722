"""What customers saw, held against the files of `golden/`; UPDATE_GOLDEN=1 writes them anew."""

import asyncio
import difflib
import os
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
STILL = 0.7
"""Seconds of silence after which a conversation is written down."""
WITHIN = 60.0
"""Seconds that the last messages may take."""

Screen = Callable[[], str]


class Golden:
    """The conversations of one messenger. Each is looked at when it ends, and all of them once more
    at the very end: what comes twice or late is seen then."""

    def __init__(self, platform: str) -> None:
        self._folder = FOLDER / platform
        self._screens: dict[str, Screen] = {}
        self._writes = bool(os.environ.get("UPDATE_GOLDEN"))

    async def holds(self, case: str, screen: Screen) -> None:
        """Raises AssertionError with the difference."""
        self._screens[case] = screen
        if self._writes:
            await self._write(case, screen)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WITHIN
        while difference := self._difference(case):
            assert loop.time() < deadline, difference
            await asyncio.sleep(0.05)

    def still_hold(self) -> list[str]:
        """The differences of all that were looked at."""
        return list(filter(None, map(self._difference, self._screens)))

    def _difference(self, case: str) -> str:
        path = self._path(case)
        wanted = path.read_text(encoding="utf-8") if path.exists() else ""
        seen = self._screens[case]()
        lines = difflib.unified_diff(
            wanted.splitlines(), seen.splitlines(), str(path.relative_to(FOLDER)), "seen", n=100
        )
        return "\n".join(line.rstrip("\n") for line in lines)

    async def _write(self, case: str, screen: Screen) -> None:
        seen, now = "", screen()
        while seen != now:
            await asyncio.sleep(STILL)
            seen, now = now, screen()
        path = self._path(case)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(now, encoding="utf-8")

    def _path(self, case: str) -> Path:
        return self._folder / f"{case}.txt"
