"""Operators' groups, and what is shown in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bots.model.desk import Canned, DeskGroup, Note, Relay, Topic


class Groups(Protocol):
    """The groups where operators answer."""

    async def groups(self, workspace: int) -> list[DeskGroup]:
        """In the order in which they were set up."""

    async def put_group(self, group: DeskGroup) -> None:
        """Keep it by its channel and chat, in place of what was there."""

    async def remove_group(self, channel: str, chat_id: str) -> None:
        """With its topics; what was relayed stays."""

    async def move_group(self, channel: str, old: str, new: str) -> None:
        """The group has another id now, with all that was shown in it."""


class Topics(Protocol):
    """The topics of chats in the groups."""

    async def topics(self, conversation: int) -> list[Topic]:
        """Of a chat, the newest generation first."""

    async def topic_at(self, channel: str, chat_id: str, thread_id: str) -> Topic | None:
        """Whose topic that is, whatever became of it."""

    async def unfinished(self, workspace: int) -> list[Topic]:
        """Topics that are being made or stand open, over all groups."""

    async def closed_before(self, workspace: int, moment: datetime, *, limit: int) -> list[Topic]:
        """Topics that were closed before then and are so still, the oldest first."""

    async def named_by_hand(self, channel: str, chat_id: str, thread_id: str) -> None:
        """A person gave a topic its title, which it keeps from now on."""

    async def put_topic(self, topic: Topic) -> None:
        """Keep it by its chat, group and generation, in place of what was there.

        What was `mirrored` never becomes less, and what was `titled_by_hand` stays so.
        """


class Relays(Protocol):
    """What of a chat is shown in a group, message by message."""

    async def add_relays(self, relays: Sequence[Relay], topic: Topic | None = None) -> None:
        """Note what was shown, and the topic as it is then, in one write; known ones change nothing."""

    async def relay(self, channel: str, chat_id: str, message_id: str) -> Relay | None:
        """What a message of a group is."""

    async def relays(self, conversation: int, seq: int) -> list[Relay]:
        """Where a message of a chat is shown, in the order of its parts."""


class Notes(Protocol):
    """What operators tell one another of a chat."""

    async def add_note(self, note: Note) -> Note:
        """Keep what operators tell one another."""

    async def notes(self, conversation: int) -> list[Note]:
        """Of a chat, the oldest first."""


class CannedTexts(Protocol):
    """Answers that operators keep ready."""

    async def canned(self, workspace: int, bot: str) -> list[Canned]:
        """Those of a bot and those of every bot, by key."""

    async def put_canned(self, canned: Canned, *, now: datetime) -> None:
        """Keep it by its bot and key; an empty text takes it away."""


class Desks(Groups, Topics, Relays, Notes, CannedTexts, Protocol):
    """Operators' groups, the topics of chats in them, and what is shown there."""
