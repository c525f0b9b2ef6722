"""A wall clock that the rig moves under a running server, by Debian's `faketime` library.

Only the wall clock: CLOCK_MONOTONIC goes on as it is, as on a machine whose clock is set.
"""

import time
from pathlib import Path

import pytest

LIBRARIES = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime")
HOUR = 3600
DAY = 24 * HOUR
READ_EVERY = 1
"""Seconds for which a process believes what it read last of the clock."""
SEEN_WITHIN = READ_EVERY + 1.2
"""It counts whole ones, so that there may be one more."""


def library() -> Path | None:
    """Where it is, None where it is not installed."""
    found = (Path(folder) / "libfaketimeMT.so.1" for folder in LIBRARIES)
    return next((path for path in found if path.exists()), None)


class WallClock:
    """What the processes that get its `environ` read as the time; it begins with the true one."""

    def __init__(self, folder: Path) -> None:
        """Skips the test where the library is missing."""
        path = library()
        if path is None:
            pytest.skip("the clock cannot be moved: install the package faketime")
        self._file = folder / "clock"
        self._ahead = 0
        self._library = path
        self.step(0)

    def step(self, seconds: int) -> None:
        """Set the clock forward, or back; returns when everybody sees it."""
        self._ahead += seconds
        # Never half written: whoever reads it meanwhile would be told another time.
        new = self._file.with_suffix(".new")
        new.write_text(f"{self._ahead:+d}\n")
        new.replace(self._file)
        if seconds:
            time.sleep(SEEN_WITHIN)

    @property
    def environ(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": str(READ_EVERY),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
