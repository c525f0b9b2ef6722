"""The desks of all workspaces, each made when a group of its people needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from adapters.messengers.telegram.desk.desk import TelegramDesk
from bots.model.conversation import Conversation
from bots.model.desk_state import DeskState
from bots.model.message import UnifiedMessage
from bots.model.turn import Event, MessageRecord


class WorkspaceDesks:
    """Brings everything to the desk of the workspace that it belongs to.

    A workspace whose people have no group yet has nothing to be shown: its desk is made when
    something is said in a group, such as `/setup`.
    """

    def __init__(
        self,
        make: Callable[[int], TelegramDesk],
        workspace_of_channel: Callable[[str], int | None],
        with_groups: Callable[[], Awaitable[Iterable[int]]],
    ) -> None:
        """`make` gives the desk of a workspace, `workspace_of_channel` whose an open account is."""
        self._make = make
        self._workspace_of_channel = workspace_of_channel
        self._with_groups = with_groups
        self._desks: dict[int, TelegramDesk] = {}
        self._making = asyncio.Lock()

    def is_desk(self, channel: str, chat_id: str) -> bool:
        """Whether what happens in this chat is for operators."""
        workspace = self._workspace_of_channel(channel)
        desk = self._desks.get(workspace) if workspace is not None else None
        return desk is not None and desk.is_desk(channel, chat_id)

    async def take(self, message: UnifiedMessage) -> None:
        """Something happened in a group."""
        await (await self._desk(message.address.workspace)).take(message)

    async def asked_inline(self, channel: str, query: dict[str, Any]) -> None:
        """Somebody types behind the name of one of our accounts."""
        workspace = self._workspace_of_channel(channel)
        desk = self._desks.get(workspace) if workspace is not None else None
        if desk is not None:
            await desk.asked_inline(channel, query)

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed (`bots.ports.Listener`)."""
        desk = self._desks.get(conversation.address.workspace)
        if desk is not None:
            desk.told(conversation, messages, events)

    def undelivered(self) -> None:
        """Something did not reach its customer; each desk looks whether it was theirs."""
        for desk in self._desks.values():
            desk.undelivered()

    async def start(self, first: int) -> None:
        """Make the desks of all who have groups, and that of the owner's workspace."""
        for workspace in sorted({first, *await self._with_groups()}):
            await self._desk(workspace)

    async def close(self) -> None:
        """Let the calls under way end."""
        await asyncio.gather(*(desk.close() for desk in self._desks.values()))

    async def tidy(self) -> None:
        """The daily chore."""
        for desk in list(self._desks.values()):
            await desk.tidy()

    def state(self, workspace: int) -> DeskState:
        """How the groups of a workspace fare, by name; of those of all others, how many do not."""
        states = {number: desk.state() for number, desk in self._desks.items()}
        own = states.get(workspace, DeskState()).groups
        others = [
            group
            for number, state in states.items()
            if number != workspace
            for group in state.groups.values()
        ]
        return DeskState(
            groups=own,
            unseen=sum(state.unseen for state in states.values()),
            elsewhere=len(others),
            troubled_elsewhere=sum(bool(group.trouble) for group in others),
        )

    async def _desk(self, workspace: int) -> TelegramDesk:
        known = self._desks.get(workspace)
        if known is not None:
            return known
        async with self._making:
            if workspace not in self._desks:
                desk = self._make(workspace)
                # Known only once it has read its groups: before that it would take none for its own.
                await desk.start()
                self._desks[workspace] = desk
        return self._desks[workspace]
