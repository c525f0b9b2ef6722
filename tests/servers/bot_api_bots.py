"""The bots of a fake Bot API: each by its token, with all that belongs to it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bot_api_chats import Chats
from tests.servers.bot_api_groups import Groups
from tests.servers.bot_api_payments import Payments, Queries

ONLY_IF_ASKED_FOR = ("chat_member", "message_reaction", "message_reaction_count")
"""Updates that come to those alone who name them: https://core.telegram.org/bots/api#setwebhook"""


class Clock:
    """Seconds since 1970, and whatever tests moved it forward by, or where they set it."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.stands_at: float | None = None

    def __call__(self) -> float:
        return time.time() + self.ahead if self.stands_at is None else self.stands_at


@dataclass(slots=True)
class Bot:
    """A bot by its token: its updates, its webhook and what it sent."""

    token: str
    username: str
    clock: Callable[[], float]
    webhook: dict[str, Any] | None = None
    allowed: list[str] = field(default_factory=list)
    pending: dict[int, dict[str, Any]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    next_update: int = 1000
    attempts: int = 0
    delivered: int = 0
    last_error: str = ""
    last_error_at: float = 0
    commands: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    menu_buttons: dict[str, Any] = field(default_factory=dict)
    poller: object = None
    chats: Chats = field(init=False)
    groups: Groups = field(init=False)
    queries: Queries = field(init=False)
    payments: Payments = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """All but where updates go, and how many have gone there."""
        self.chats = Chats(self.clock)
        self.groups = Groups()
        self.queries = Queries(self.clock)
        self.payments = Payments(self.queries)
        self.commands.clear()
        self.menu_buttons.clear()
        if self.webhook is None:
            self.pending.clear()
            self.allowed = []

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": "Bot", "username": self.username}

    def wants(self, update: Mapping[str, Any]) -> bool:
        kinds = [kind for kind in update if kind != "update_id"]
        if self.allowed:
            return all(kind in self.allowed for kind in kinds)
        return not any(kind in ONLY_IF_ASKED_FOR for kind in kinds)
