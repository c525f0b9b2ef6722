"""Chats in lists, for those who look through many of them."""

from typing import Protocol

from bots.model.conversation import Conversation
from bots.model.dialog import Page, Sought
from bots.model.turn import MessageRecord


class Dialogs(Protocol):
    """Chats in lists, and one with its messages, always inside one workspace."""

    async def listed(self, workspace: int, sought: Sought, *, limit: int, offset: int) -> Page:
        """Those that something happened in last come first; `total` counts all that are sought."""

    async def one(self, workspace: int, id: int) -> tuple[Conversation, int | None, str]:
        """A chat by its number, and the id and the name of its bot's assistant. Raises NotFound."""

    async def messages(
        self, conversation: int, *, limit: int, offset: int | None, after: int | None
    ) -> tuple[list[MessageRecord], int]:
        """In order, and how many there are in all: those past a `seq`, or behind so many, or the last."""

    async def done_by(self, conversation: int, surface: str, key: str) -> bool:
        """Whether a turn of the chat came of this message of a surface (`Relay`)."""

    async def written(self, conversation: int, surface: str, key: str) -> MessageRecord | None:
        """What an operator said by a message of a surface (`Relay`), which is none of a group."""
