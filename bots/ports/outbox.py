"""Calls to channels on their way out."""

from datetime import datetime
from typing import Protocol

from bots.model.answer import Delivery
from bots.model.turn import Begun, Outgoing


class Outbox(Protocol):
    """What is on its way out."""

    async def unsent(self) -> list[Outgoing]:
        """Every row not sent yet, due or not, being sent or not, each chat's in order."""

    async def begin(self, row: Outgoing) -> Begun:
        """Mark a row as being sent, unless the conversation's epoch has moved on: then it is dropped."""

    async def sent(self, key: str, platform_message_id: str) -> None:
        """Done; the message's record learns the platform's id."""

    async def later(self, key: str, until: datetime, error: str) -> None:
        """Not now: try again then."""

    async def held(self, key: str, since: datetime, error: str) -> bool:
        """Not before the customer writes again. True for the first of its message: an event tells."""

    async def heard_at(self, conversation: int) -> datetime | None:
        """When the customer of a conversation last wrote."""

    async def failed(self, key: str, error: str) -> None:
        """Never: keep it where a person sees it, and let the chat's next one go."""

    async def revived(self, message_id: str) -> list[Outgoing]:
        """What failed of a message, to be sent after all, in order; taken so once."""

    async def delivered(self, message_id: str) -> Delivery | None:
        """How far a message has come: the worst of its parts. None where nothing was to send."""
