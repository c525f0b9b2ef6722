"""What the fake MAX knows: bots, their dialogs with people, messages and files."""

import asyncio
import copy
from dataclasses import dataclass, field
from typing import Any

from tests.servers.max_events import DIALOGS, TIME, person

Json = dict[str, Any]


class Refused(Exception):
    """MAX's own no: its HTTP status, its word for it and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{status} {code} {message}")

    @property
    def body(self) -> Json:
        return {"code": self.code, "message": self.message}


class Violation(Refused):
    """A call that the documentation forbids."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "proto.payload", message)


@dataclass(slots=True)
class Dialog:
    """With one person. `state` is open, suspended (the bot was stopped), removed, or none yet."""

    user_id: int
    state: str = "none"
    seen: list[Json] = field(default_factory=list)

    @property
    def chat_id(self) -> int:
        return DIALOGS + self.user_id

    def show(self, who: str, act: str, message: Json | None = None, **extra: Any) -> None:
        """Note what is seen from now on."""
        self.seen.append(
            {"who": who, "act": act, "message": copy.deepcopy(message or {}), "extra": extra}
        )


@dataclass(slots=True)
class Subscription:
    url: str
    secret: str
    types: tuple[str, ...]


@dataclass(slots=True)
class Bot:
    token: str
    user_id: int
    nick: str
    dialogs: dict[int, Dialog] = field(default_factory=dict)
    messages: dict[str, Json] = field(default_factory=dict)
    pressed: dict[str, int] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    waiting: list[Json] = field(default_factory=list)
    first: int = 1
    """The number of the first update that waits to be fetched."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    pending: int = 0
    delivered: int = 0
    attempts: int = 0
    lost: int = 0
    revoked: bool = False
    processing: int = 0
    """How often a file is not ready yet after it was uploaded."""

    def dialog(self, user_id: int) -> Dialog:
        return self.dialogs.setdefault(user_id, Dialog(user_id))

    @property
    def me(self) -> Json:
        name = {"username": self.nick, "first_name": self.nick.title(), "last_name": None}
        return person(self.user_id, **name, is_bot=True) | {"commands": self.commands}


class Numbers:
    """Rising numbers for messages, and moments that rise with them."""

    def __init__(self) -> None:
        self._last = 0

    def mid(self) -> str:
        self._last += 1
        return f"mid.{self._last:016x}"

    def now(self) -> int:
        """In milliseconds; no two are the same."""
        self._last += 1
        return TIME + self._last * 1000
