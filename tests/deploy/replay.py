"""Runs a service of compose.yaml on this machine: its command, its environment, its rights."""

import json
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.deploy.image import Image, rights

RESTARTS = 3
"""Starts after the first; an engine never gives up, but somebody has to see why it does not start."""

SECONDS = {"s": 1.0, "m": 60.0}


def seconds(text: str) -> float:
    """`40s`, `1m30s`."""
    return sum(float(count) * SECONDS[unit] for count, unit in re.findall(r"(\d+)([sm])", text))


class Service:
    """One container's main process. What it may not do there it may not do here.

    Where this runs as root it is the image's user, without any capability or way to get one; the
    files of the image are root's. Otherwise it is whoever runs this.
    """

    def __init__(
        self,
        name: str,
        image: Image,
        service: Mapping[str, Any],
        environ: Mapping[str, str],
        *,
        names: Mapping[str, str],
        log: Path,
    ) -> None:
        """`names` are words of the environment and of commands with what stands for them here."""
        self.name = name
        self._image = image
        self._names = names
        self._log = log
        self._told = {**image.variables(environ), "TMPDIR": str(image.root / "tmp")}
        self._told = {key: self._here(value) for key, value in self._told.items()}
        command = service.get("command", image.command)
        assert isinstance(command, list), "a command is a list, so that no shell stands before it"
        self._command = [self._here(word) for word in command]
        check = service.get("healthcheck", {})
        test = check.get("test", ["CMD", *image.health])
        assert test[0] == "CMD"
        self._check = [self._here(word) for word in test[1:]]
        within = check.get("start_period", image.healthy_within.get("start-period", "0s"))
        self._starts_within = seconds(within)
        self._check_takes = seconds(
            check.get("timeout", image.healthy_within.get("timeout", "30s"))
        )
        self._restarts = RESTARTS if service.get("restart") == "unless-stopped" else 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        (self._image.root / "tmp").mkdir(exist_ok=True)
        (self._image.root / "tmp").chmod(0o1777)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*rights(self._image.user), *self._command],
                cwd=self._image.at("."),
                env=self._told,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def until_healthy(self) -> Self:
        """Ask by its own check until it says yes. Raises AssertionError with the log.

        Where it ends meanwhile it is started again if the composition says so, as an engine does.
        """
        assert self._process is not None
        # A machine that is busy with other tests is no reason: three times what is allowed.
        deadline = time.monotonic() + 3 * self._starts_within
        while self.checked() != 0:
            if self._process.poll() is not None:
                assert self._restarts > 0, f"{self.name} ended:\n{self.log}"
                self._restarts -= 1
                self._start()
            assert time.monotonic() < deadline, f"{self.name} is not healthy:\n{self.log}"
            # Each look starts a Python, which takes from the start that it waits for.
            time.sleep(1)
        return self

    def checked(self) -> int:
        """What its health check ends with, carried out as it is."""
        return subprocess.run(
            [*rights(self._image.user), *self._check],
            check=False,
            cwd=self._image.at("."),
            env=self._told,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10 * self._check_takes,
        ).returncode

    def stopped(self, within: float) -> int:
        """The image's signal, and the exit status. Raises TimeoutExpired."""
        assert self._process is not None
        self._process.send_signal(getattr(signal, self._image.signal))
        return self._process.wait(timeout=within)

    def ran(self, *command: str) -> str:
        """A command beside it, as `docker compose exec` does; what it prints."""
        done = subprocess.run(
            [*rights(self._image.user), *map(self._here, command)],
            check=False,
            cwd=self._image.at("."),
            env=self._told,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _here(self, text: str) -> str:
        for word, stands in self._names.items():
            text = re.sub(rf"(?<![\w.\-]){re.escape(word)}(?![\w\-])", stands, text)
        return self._image.here(text)


def asked(port: int, path: str, body: Any = None, *, key: str = "") -> Any:
    """One request to what listens there, and the JSON of its answer. Raises HTTPError."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    request.add_header("Content-Type", "application/json")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    content = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, content, timeout=60) as answer:
        return json.loads(answer.read())
