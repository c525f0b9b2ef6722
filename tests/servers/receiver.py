"""The hand on customers' systems that are told of events: tests see there what came, and revive the dead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from tests.servers.fake import Fake


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One call; `seq` is that of the message it is about, `standard` and `plain` the secrets that fit."""

    path: str
    id: str
    event: str
    chat: int
    seq: int
    happened: float
    at: float
    taken: bool
    standard: tuple[int, ...]
    plain: tuple[int, ...]


class Receiver(Fake):
    """A running one; `with` ends its process afterwards."""

    @classmethod
    def start(cls, *, slow: float = 0.3) -> Self:
        """`slow` are the seconds that the slow one takes."""
        return cls("tests.servers.fake_receiver", "--slow", str(slow), quiet=False, port=0)

    def __init__(self, module: str, *options: str, quiet: bool, port: int) -> None:
        super().__init__(module, *options, quiet=quiet, port=port)
        self._seen: list[Told] = []

    @property
    def place(self) -> str:
        """Its host and port."""
        return self.base.removeprefix("http://")

    def knows(self, path: str, secret: str) -> None:
        """Check signatures of calls of this path with one more secret."""
        self._ask("POST", "/__secret", {"path": path, "secret": secret})

    def revive(self) -> None:
        """The dead takes what it is told from now on."""
        self._ask("POST", "/__revive")

    def calls(self, path: str) -> list[Told]:
        """All of them, in order."""
        fresh = self._ask("GET", f"/__calls?since={len(self._seen)}")
        self._seen += [_told(one) for one in fresh]
        return [one for one in self._seen if one.path == path]


def _told(call: dict[str, Any]) -> Told:
    assert call["id"] == call["header"]
    return Told(
        path=call["path"],
        id=call["id"],
        event=call["event"],
        chat=call["chat"],
        seq=call["seq"],
        happened=datetime.fromisoformat(call["happened"]).timestamp(),
        at=call["at"],
        taken=call["taken"],
        standard=tuple(call["signed"]["standard"]),
        plain=tuple(call["signed"]["plain"]),
    )
