"""The process of the fake VK, started and stopped for tests, and the calls that it tells of."""

import http.client
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

ROOT = Path(__file__).resolve().parents[2]
GROUP = 222111
SCREEN_NAME = "shop"
TOKEN = "vk1.a.TEST-TOKEN"

_STARTED = "Fake VK on "


@dataclass(frozen=True, slots=True)
class Call:
    """A call the server got. `at` is CLOCK_MONOTONIC, the same in every process of a machine.

    `status` is the HTTP status (0: nothing was answered), `code` VK's error (0: none). Uploads,
    downloads and the long poll are the methods `upload`, `download` and `longpoll`. With `quiet`
    only `at`, `method` and `peer_id` are kept.
    """

    at: float
    method: str
    peer_id: str
    token: str = ""
    status: int = 200
    code: int = 0
    response: Any = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.parameters.get("message", "")

    @property
    def keyboard(self) -> Any:
        """The keyboard that was sent, None without one."""
        return orjson.loads(self.parameters.get("keyboard") or "null")

    @property
    def labels(self) -> list[list[str]]:
        rows = (self.keyboard or {"buttons": []})["buttons"]
        return [[one["action"].get("label", one["action"]["type"]) for one in row] for row in rows]


class VkProcess:
    """A running server; `with …start() as vk:` ends its process afterwards."""

    def __init__(
        self, process: "subprocess.Popen[str]", base: str, groups: Mapping[int, tuple[str, str]]
    ) -> None:
        self.base = base
        self.api = f"{base}/method/"
        self.groups = groups
        self._process = process
        self._connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)

    @classmethod
    def start(
        cls,
        groups: Mapping[int, tuple[str, str]] | None = None,
        *,
        quiet: bool = False,
        port: int = 0,
    ) -> Self:
        """`groups` are ids with screen names and tokens; without any there is one, GROUP."""
        groups = groups or {GROUP: (SCREEN_NAME, TOKEN)}
        command = [sys.executable, "-m", "tests.servers.fake_vk", "--with-parent"]
        command += ["--port", str(port), *(["--quiet"] if quiet else [])]
        for group_id, (name, token) in groups.items():
            command += ["--group", f"{group_id}:{name}={token}"]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(_STARTED):
            process.kill()
            process.wait()
            raise RuntimeError("the fake VK did not start")
        return cls(process, line.removeprefix(_STARTED).strip(), groups)

    def stop(self) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.wait(timeout=10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        content = orjson.dumps(body) if body is not None else b""
        self._connection.request(method, path, content, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = orjson.loads(response.read())
        if response.status >= 400:
            raise RuntimeError(f"{path}: {answer}")
        return answer
