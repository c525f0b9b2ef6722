"""The process of the fake VK, started and stopped for tests, and the calls that it tells of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import orjson

from tests.servers.fake import Fake

GROUP = 222111
SCREEN_NAME = "shop"
TOKEN = "vk1.a.TEST-TOKEN"


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


class VkProcess(Fake):
    """A running server; `with …start() as vk:` ends its process afterwards."""

    def __init__(self, groups: Mapping[int, tuple[str, str]], *, quiet: bool, port: int) -> None:
        given = [f"--group={number}:{name}={token}" for number, (name, token) in groups.items()]
        super().__init__("tests.servers.fake_vk", *given, quiet=quiet, port=port)
        self.api = f"{self.base}/method/"
        self.groups = groups

    @classmethod
    def start(
        cls,
        groups: Mapping[int, tuple[str, str]] | None = None,
        *,
        quiet: bool = False,
        port: int = 0,
    ) -> Self:
        """`groups` are ids with screen names and tokens; without any there is one, GROUP."""
        return cls(groups or {GROUP: (SCREEN_NAME, TOKEN)}, quiet=quiet, port=port)
