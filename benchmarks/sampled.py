"""The server with somebody who looks, each millisecond or two of CPU, at what the loop's thread is doing."""

import atexit
import json
import os
import runpy
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

EVERY = 0.002
"""Seconds of the process's CPU between two looks."""

ROOT = str(Path(__file__).parent.parent) + "/"


class Samples:
    """CPU of the loop's thread by the innermost piece of code that is ours, or a server's or client's."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._last = time.thread_time()
        self._began = 0.0

    def begin(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        signal.signal(signal.SIGUSR1, self._begin_anew)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        atexit.register(self._write)

    def _look(self, number: int, frame: FrameType | None) -> None:
        # The timer counts the CPU of all threads: what this one used meanwhile is the sample's weight.
        now = time.thread_time()
        self._seconds[_place(frame)] += now - self._last
        self._last = now

    def _begin_anew(self, number: int, frame: FrameType | None) -> None:
        """The load begins: what was before does not count."""
        self._seconds.clear()
        self._last = time.thread_time()
        self._began = time.process_time() - self._last

    def _write(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        others = time.process_time() - time.thread_time() - self._began
        Path(self._path).write_text(json.dumps({"loop": self._seconds, "others": others}))


def _place(frame: FrameType | None) -> str:
    """The file, from the root on, or the library; "" for the event loop itself."""
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(ROOT) and "/site-packages/" not in path:
            place = path.removeprefix(ROOT)
            ours = place in ("run.py", "benchmarks/sampled.py") or place.startswith("composition/")
            return "" if ours else place
        if "/uvicorn/" in path:
            return "uvicorn"
        if "/sqlalchemy/" in path or "/aiosqlite/" in path:
            return "sqlalchemy"
        frame = frame.f_back
    return ""


if __name__ == "__main__":
    sys.path.insert(0, ROOT)
    sys.argv = ["run.py"]
    Samples(os.environ["SAMPLES"]).begin()
    runpy.run_path(f"{ROOT}run.py", run_name="__main__")
