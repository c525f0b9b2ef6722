"""Versions of a bot: each publishing leaves one that never changes, and one of them is live."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a bot. `number` counts from 1 within the bot, `hash` is `Bot.version`.

    `by` says who published it and from where. `left_at` is when it stopped being live, None for
    the one that is.
    """

    bot: str
    number: int
    hash: str
    by: str
    published_at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Which version of a bot is live, and `since` when: it tells one publishing from another.

    `workspace` is whose bot it is.

    With `retire` chats that cannot move are still to be told. `taken` is what the server made of
    it: None while it has not looked, "" where it answers by it, else why it does not.
    """

    bot: str
    number: int
    hash: str
    since: datetime
    workspace: int
    retire: bool = False
    taken: str | None = None
