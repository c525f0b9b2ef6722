"""A wall clock that the rig moves under a running server, by Debian's `faketime` library.

Only the wall clock: CLOCK_MONOTONIC goes on as it is, as on a machine whose clock is set.
"""

from pathlib import Path

import pytest

LIBRARIES = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime")
HOUR = 3600
DAY = 24 * HOUR


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
        self.ahead = 0
        """Seconds by which it is ahead of the true one."""
        self._library = path
        self.step(0)

    def step(self, seconds: int) -> None:
        """Set the clock forward, or back: whoever reads it from now on sees it."""
        self.ahead += seconds
        # Never half written: whoever reads it meanwhile would be told another time.
        new = self._file.with_suffix(".new")
        new.write_text(f"{self.ahead:+d}\n")
        new.replace(self._file)

    @property
    def environ(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            # Else a process goes on by what it read for two seconds, and sets timers by that.
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
