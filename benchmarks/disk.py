"""How long this disk takes to make 4 KiB safe: the floor under every durable answer."""

import os
import time
from pathlib import Path


def fdatasync_times(folder: Path, count: int = 300) -> list[float]:
    """Seconds that `count` appends of 4 KiB with fdatasync took, one by one."""
    path = folder / "fdatasync.probe"
    block = b"x" * 4096
    times = []
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        for _ in range(count):
            started = time.perf_counter()
            os.write(file, block)
            os.fdatasync(file)
            times.append(time.perf_counter() - started)
    finally:
        os.close(file)
        path.unlink()
    return times
