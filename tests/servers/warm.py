"""Processes that begin with everything imported: hundreds of starts, each of a tenth of the time.

They are processes all the same, with an environment, files and an end of their own. What a start by
itself is like, tests/test_run.py knows.
"""

import atexit
import contextlib
import functools
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.warm_process import LARGEST, ROOT

PATIENCE = 600.0
"""Seconds for a process to begin: the first one waits for all imports."""


class Hearth:
    """The Python that is warm; one for all tests of a worker."""

    def __init__(self) -> None:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, its):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)
        with its:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.warm_process", str(its.fileno())],
                cwd=ROOT,
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._socket = ours
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._began: dict[int, int] = {}
        self._ended: dict[int, int] = {}

    def begin(
        self,
        argv: Sequence[str],
        files: Sequence[int],
        *,
        environ: Mapping[str, str],
        cwd: Path,
        module: str,
    ) -> int:
        """The id of the new process."""
        number = next(self._numbers)
        order = {
            "number": number,
            "argv": list(argv),
            "environ": dict(environ),
            "cwd": str(cwd),
            "module": module,
        }
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(order).encode()], list(files))
        deadline = time.monotonic() + PATIENCE
        while number not in self._began:
            assert time.monotonic() < deadline, "the warm Python does not answer"
            self._hear(1.0)
        return self._began.pop(number)

    def ended(self, pid: int, within: float = 0.0) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        deadline = time.monotonic() + within
        while pid not in self._ended:
            left = deadline - time.monotonic()
            self._hear(max(min(left, 0.1), 0.0))
            if left <= 0:
                break
        return self._ended.get(pid)

    def _hear(self, within: float) -> None:
        with self._lock:
            while select.select([self._socket], [], [], within)[0]:
                content = self._socket.recv(LARGEST)
                assert content, "the warm Python is gone"
                told = json.loads(content)
                if "began" in told:
                    self._ended.pop(told["began"], None)
                    self._began[told["order"]] = told["began"]
                else:
                    self._ended[told["pid"]] = told["status"]
                within = 0.0

    def close(self) -> None:
        self._socket.close()
        self._process.wait()


@functools.cache
def hearth() -> Hearth:
    """Lit at first need."""
    lit = Hearth()
    atexit.register(lit.close)
    return lit


class Process:
    """What `subprocess.Popen` is for a process that was started cold, as far as tests need it."""

    def __init__(
        self,
        argv: Sequence[str],
        files: tuple[int, int, int],
        *,
        environ: Mapping[str, str],
        cwd: Path = ROOT,
        module: str = "",
    ) -> None:
        """`argv` begins with the program, or with whatever a `module` is to see there."""
        self.pid = hearth().begin(argv, files, environ=environ, cwd=cwd, module=module)
        self.returncode: int | None = None
        self._argv = argv

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        if self.returncode is None:
            self.returncode = hearth().ended(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutExpired."""
        if self.returncode is None:
            self.returncode = hearth().ended(self.pid, timeout if timeout is not None else 1e9)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(list(self._argv), timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            # It may have ended since, before its status is known here; subprocess says nothing either.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    input: str = "",
    cwd: Path = ROOT,
    timeout: float = 120.0,
) -> "subprocess.CompletedProcess[str]":
    """A program from its beginning to its end, as `subprocess.run` does it. Raises TimeoutExpired."""
    reading, to_it = os.pipe()
    from_it, writing = os.pipe()
    complaining, writing_too = os.pipe()
    try:
        process = Process(argv, (reading, writing, writing_too), environ=environ, cwd=cwd)
    finally:
        for file in (reading, writing, writing_too):
            os.close(file)
    said: dict[int, bytes] = {}

    def write() -> None:
        with os.fdopen(to_it, "wb") as stream:
            try:
                stream.write(input.encode())
                stream.flush()
            except BrokenPipeError:
                return

    def read(file: int) -> None:
        with os.fdopen(file, "rb") as stream:
            said[file] = stream.read()

    threads = [threading.Thread(target=write, daemon=True)]
    threads += [
        threading.Thread(target=read, args=(one,), daemon=True) for one in (from_it, complaining)
    ]
    for one in threads:
        one.start()
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    for one in threads:
        one.join(timeout)
    return subprocess.CompletedProcess(
        list(argv), status, said[from_it].decode(), said[complaining].decode()
    )
