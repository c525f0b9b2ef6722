"""The desk as the house sees it: hears of every turn, and is brought what happens in groups."""

from collections.abc import Sequence

import structlog

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.desk.line import Line
from adapters.messengers.telegram.desk.parts import Parts
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.model.message import UnifiedMessage
from bots.model.turn import Event, MessageRecord

log = structlog.get_logger()


class TelegramDesk:
    """All groups of a workspace. Its state is on disk: what it shows is brought up to date from there."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._groups: dict[tuple[str, str], DeskGroup] = {}
        self._lines: dict[tuple[str, str], Line] = {}

    # ------------------------------------------------------------ what comes in

    def is_desk(self, channel: str, chat_id: str) -> bool:
        """Whether what happens in this chat is for us."""
        return (channel, chat_id) in self._groups

    async def take(self, message: UnifiedMessage) -> None:
        """Something happened in a group (`desk_updates.py`); the same may come twice."""

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed."""

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Know the groups, and show in them what happened while we were away."""
        for group in await self._parts.desks.groups(self._parts.workspace):
            self._groups[group.channel, group.chat_id] = group

    async def close(self) -> None:
        """Let the calls under way end."""

    # ------------------------------------------------------------ lines

    def line(self, group: DeskGroup) -> Line | None:
        """The way into a group; None while our account there is not connected."""
        channel = self._parts.channels.get(group.channel)
        if not isinstance(channel, TelegramChannel):
            return None
        key = group.channel, group.chat_id
        if key not in self._lines:
            self._lines[key] = Line(
                channel.client, group.chat_id, clock=self._parts.clock, sleep=self._parts.sleep
            )
        return self._lines[key]
