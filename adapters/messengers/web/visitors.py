"""Which chat of which workspace is a visitor's, by the bot they talk to and the token they keep."""

import hashlib
from collections.abc import Callable

from adapters.messengers.web.frames import PLATFORM
from bots.errors import NotFound
from bots.model.message import Address

WorkspaceOf = Callable[[str], int]
"""Whose a bot is. Raises NotFound."""


def chat_of(token: str) -> str:
    """The chat a visitor's token opens. The token itself is kept nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def visitors_address(bot: str, token: str, workspace_of: WorkspaceOf) -> Address | None:
    """A visitor's chat; None without a token, or where there is no such bot."""
    if not bot or not token:
        return None
    try:
        return Address(workspace_of(bot), bot, PLATFORM, chat_of(token))
    except NotFound:
        return None
