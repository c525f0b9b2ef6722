"""The real server, `python run.py`, in a process of its own: started, killed and started again."""

import asyncio
import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from tests.servers.warm import Process, run

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-that-only-tests-know"
SECRET = "webhook-secret-of-tests"


def free_port() -> int:
    """A port nobody listens on, and none that systems give to clients.

    While the server is killed, such a one could be taken by a connection on its way out.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class EasyFlow:
    """A server over one data folder and one port, which outlive its process."""

    def __init__(
        self, data: Path, *, bots: Path | None = None, command: Sequence[str] = (), **environ: str
    ) -> None:
        """`environ` are settings without their prefix: `telegram__token="…"`."""
        self.data = data
        self.argv = ["run.py", *command]
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        name = "-".join([data.name, *command, *([str(self.port)] if command else [])])
        self._log = data.parent / f"{name}.log"
        self._process: Process | subprocess.Popen[bytes] | None = None
        kept = {key: value for key, value in os.environ.items() if "EASYFLOW_" not in key}
        self.environ = kept | {
            "EASYFLOW_DATA_DIR": str(data),
            "EASYFLOW_BOTS_DIR": str(bots or ROOT / "config" / "bots"),
            "EASYFLOW_HTTP__PORT": str(self.port),
            "EASYFLOW_ADMIN__EMAIL": "owner@example.com",
            "EASYFLOW_ADMIN__PASSWORD": "correct horse battery",
            "EASYFLOW_ADMIN__API_KEY": KEY,
        }
        self.set(**environ)

    def set(self, **environ: str) -> None:
        """Change settings; they hold from the next start on."""
        self.environ |= {f"EASYFLOW_{name.upper()}": value for name, value in environ.items()}

    @property
    def log(self) -> str:
        """Everything it has printed so far, over all its starts."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, within: float = 120.0) -> Self:
        """Start the process and wait until it answers. Raises AssertionError with its log."""
        with self._log.open("ab") as log, open(os.devnull, "rb") as nothing:
            files = (nothing.fileno(), log.fileno(), log.fileno())
            self._process = self._begin(files)
        deadline = time.monotonic() + within
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"it did not start:\n{self.log}")
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """What a power cut does to a process."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Kill it, if it was ever started and still runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def signal(self, number: int) -> None:
        """SIGSTOP, SIGCONT and the like."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> int:
        """SIGTERM; the exit status. Raises TimeoutExpired after half a minute."""
        assert self._process is not None
        self.signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = KEY,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,
    ) -> tuple[int, Any]:
        """One request; the status and the answer, parsed where it is JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = {"Content-Type": "application/json", **(headers or {})}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        content = body if isinstance(body, bytes) else orjson.dumps(body) if body else b""
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        is_json = (response.headers.get("Content-Type") or "").startswith("application/json")
        return response.status, orjson.loads(text) if is_json else text.decode(errors="replace")

    def command(self, *words: str) -> str:
        """`python run.py …` beside the server, over the same data; what it prints."""
        done = self.typed(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def typed(self, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """The same, however it ends, with variables of its own beside the server's."""
        return run(["run.py", *words], environ=self.environ | environ)

    async def asked(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """`call` beside other things that happen."""
        return await asyncio.to_thread(self.call, method, path, body, **more)

    def _begin(self, files: tuple[int, int, int]) -> "Process | subprocess.Popen[bytes]":
        return Process(self.argv, files, environ=self.environ)

    def answers(self) -> bool:
        """Whether it is ready."""
        try:
            return self.call("GET", "/readyz", timeout=10)[0] == 200
        except OSError:
            return False
