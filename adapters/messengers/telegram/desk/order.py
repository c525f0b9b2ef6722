"""A command of an operator: as somebody wrote it, and what carries it out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk_updates import thread_of
from adapters.messengers.telegram.fields import id_of
from bots.errors import Conflict
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Relay
from bots.model.operator import Operator, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One command as it was written: `rest` is what stood behind its name.

    A button is an order too: `message` is then the one it hangs on, and `version` what it showed.
    """

    group: DeskGroup
    message: dict[str, Any]
    who: Operator
    language: str
    rest: str = ""
    chat: Conversation | None = None
    version: int | None = None
    pressed: bool = False

    @property
    def about(self) -> Conversation:
        """The chat it is about. Raises Conflict where it was written outside of any."""
        if self.chat is None:
            raise Conflict("Outside of a chat", "outside")
        return self.chat

    def said(self) -> Relay:
        """The message it stands in, as what goes to the customer."""
        return self.relay("out")

    def relay(self, way: Literal["out", "note", "own"] = "note") -> Relay:
        """The message it was written in, as something of the chat."""
        return Relay(
            channel=self.group.channel,
            chat_id=self.group.chat_id,
            message_id=id_of(self.message.get("message_id")) or "",
            thread_id=thread_of(self.message),
            conversation_id=self.about.id,
            way=way,
            operator=self.who.id,
        )


Run = Callable[[Order, Kit], Awaitable[Answer | str | None]]
"""Gives what is answered; None where the topic shows it by itself. Raises a Problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its name, what else it is called, what it takes and means (Russian, English).

    `everywhere`: also outside of a chat's topic.
    """

    name: str
    run: Run
    takes: tuple[str, str] = ("", "")
    means: tuple[str, str]
    also: tuple[str, ...] = ()
    role: Role = "operator"
    everywhere: bool = False
