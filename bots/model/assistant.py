"""Assistant: a bot as its owner sees it over the API, whether it was made there or is a folder."""

from dataclasses import dataclass
from datetime import datetime

MADE = "assistant."
"""How the names of bots begin that were made over the API; no folder is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """`bot` is the name under which it answers, `channel` its account in Telegram.

    `website` says whether its chat is open on pages: on ours, and on those of `domains`. `once` is what
    the request that made it is known by, which makes no second one.
    """

    id: int
    workspace: int
    bot: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    system_prompt: str = ""
    ai_model: str = ""
    active: bool = True
    website: bool = True
    domains: tuple[str, ...] = ()
    channel: str | None = None
    username: str = ""
    deleted_at: datetime | None = None
    once: str | None = None

    @property
    def made(self) -> bool:
        """Whether it was made over the API; else it is a folder of the server's owner."""
        return self.bot.startswith(MADE)
