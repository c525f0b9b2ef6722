"""What a time of talking came to."""

from typing import Protocol

from bots.model.metrics import Counted, Period


class Metrics(Protocol):
    """Counting what was talked about, always inside one workspace."""

    async def counted(
        self, workspace: int, period: Period, *, bot: str | None, user_id: str | None
    ) -> Counted:
        """Of all chats, or those of a bot, or of a user."""
