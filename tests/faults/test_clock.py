"""The rig's own clock: whoever reads it after it was set goes by it, or timers would ring that should not."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.rig.clock import HOUR, WallClock

TELLS = "import sys, time\nfor line in sys.stdin: print(time.time(), flush=True)"


def test_a_clock_that_was_set_is_seen_at_once(tmp_path: Path) -> None:
    clock = WallClock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", TELLS],
        env=os.environ | clock.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for hours in (0, -1, 0, 1):
            clock.step(hours * HOUR - clock.ahead)
            print(file=process.stdin, flush=True)
            ahead = float(process.stdout.readline()) - time.time()
            assert round(ahead / HOUR) == hours
        process.stdin.close()
