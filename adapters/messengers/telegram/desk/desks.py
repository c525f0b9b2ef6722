"""The desks of all workspaces, each made when a group of its people needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog

from adapters.messengers.telegram.desk.desk import TelegramDesk
from adapters.messengers.telegram.desk.failures import NAMES as FAILED
from bots.errors import LeaseLost, Unavailable
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.model.desk_state import DeskState, GroupState
from bots.model.message import UnifiedMessage
from bots.model.neighbour import Stirred
from bots.model.turn import Event, MessageRecord
from bots.ports import Sleep

LOOK_EVERY = 1.0
"""Seconds between two looks at the groups that the process with the desks set up or removed."""

PATIENCE = 5.0
"""Seconds that what is under way in groups may take before the desks close."""

log = structlog.get_logger()


class WorkspaceDesks:
    """Brings everything to the desk of the workspace that it belongs to.

    A workspace whose people have no group yet has nothing to be shown: its desk is made when
    something is said in a group, such as `/setup`.

    Of several processes one has the desks, between `start` and `close`. The others know which chats are
    groups, because updates may come to any of them, and keep nothing else.
    """

    def __init__(
        self,
        make: Callable[[int], TelegramDesk],
        workspace_of_channel: Callable[[str], int | None],
        with_groups: Callable[[], Awaitable[Iterable[int]]],
        groups: Callable[[int], Awaitable[Sequence[DeskGroup]]],
        *,
        rest: Sleep = asyncio.sleep,
    ) -> None:
        """`make` gives the desk of a workspace, `workspace_of_channel` whose an open account is.

        `rest` is between two looks for groups that other processes have set up.
        """
        self._rest = rest
        self._make = make
        self._workspace_of_channel = workspace_of_channel
        self._with_groups = with_groups
        self._groups = groups
        self._known: Mapping[tuple[str, str], DeskGroup] = {}
        self._desks: dict[int, TelegramDesk] = {}
        self._unstarted: dict[int, TelegramDesk] = {}
        self._taking = 0
        self._quiet = asyncio.Event()
        self._closed = False
        self._making = asyncio.Lock()

    def is_desk(self, channel: str, chat_id: str) -> bool:
        """Whether what happens in this chat is for operators."""
        workspace = self._workspace_of_channel(channel)
        desk = self._desks.get(workspace) if workspace is not None else None
        if desk is not None:
            return desk.is_desk(channel, chat_id)
        known = self._known.get((channel, chat_id))
        return known is not None and known.workspace == workspace

    async def take(self, message: UnifiedMessage) -> None:
        """Something happened in a group. Raises LeaseLost where another process has the desks now."""
        if self._closed:
            raise LeaseLost("The desks are another process's")
        self._taking += 1
        try:
            await (await self._desk(message.address.workspace)).take(message)
        finally:
            self._taking -= 1
            self._quiet.set()

    async def asked_inline(self, channel: str, query: dict[str, Any]) -> None:
        """Somebody types behind the name of one of our accounts: any process answers at once."""
        workspace = self._workspace_of_channel(channel)
        if workspace is None:
            return
        desk = self._desks.get(workspace)
        if desk is None and any(one.workspace == workspace for one in self._known.values()):
            desk = self._unstarted.get(workspace)
            if desk is None:
                desk = self._unstarted[workspace] = self._make(workspace)
        if desk is not None:
            await desk.asked_inline(channel, query)

    def hears_of(self, chat: Stirred) -> bool:
        """Of chats that people have to do with or look on, and of what did not arrive anywhere."""
        desk = self._desks.get(chat.address.workspace)
        if desk is None:
            return False
        failed = not chat.names.isdisjoint(FAILED)
        return chat.with_people or failed or desk.looks_on(chat.address.bot)

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed (`bots.ports.Listener`)."""
        desk = self._desks.get(conversation.address.workspace)
        if desk is None:
            return
        desk.told(conversation, messages, events)
        if any(one.name in FAILED for one in events):
            # Another process sent it.
            desk.undelivered()

    def undelivered(self) -> None:
        """Something did not reach its customer; each desk looks whether it was theirs."""
        for desk in self._desks.values():
            desk.undelivered()

    async def start(self, first: int) -> None:
        """Make the desks of all who have groups, and that of the owner's workspace; also once more."""
        self._closed = False
        for workspace in sorted({first, *await self._with_groups()}):
            await self._desk(workspace)

    async def close(self) -> None:
        """Let the calls under way end; another process may have the desks then."""
        self._closed = True
        try:
            async with asyncio.timeout(PATIENCE):
                while self._taking:
                    self._quiet.clear()
                    await self._quiet.wait()
        except TimeoutError:
            log.warning("Something is still under way in operators' groups", count=self._taking)
        desks, self._desks = self._desks, {}
        await asyncio.gather(*(desk.close() for desk in desks.values()))

    async def look(self) -> None:
        """Know which chats are groups, whichever process has set them up."""
        found = [await self._groups(workspace) for workspace in await self._with_groups()]
        self._known = {(one.channel, one.chat_id): one for groups in found for one in groups}

    async def follow(self) -> None:
        """The same again and again, for ever."""
        while True:
            try:
                await self.look()
            except Unavailable:
                log.debug("Operators' groups cannot be read just now")
            await self._rest(LOOK_EVERY)

    async def tidy(self) -> None:
        """The daily chore."""
        for desk in list(self._desks.values()):
            await desk.tidy()

    def state(self, workspace: int) -> DeskState:
        """How the groups of a workspace fare, by name; of those of all others, how many do not."""
        states = {number: desk.state() for number, desk in self._desks.items()} or self._noted()
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

    def _noted(self) -> dict[int, DeskState]:
        """What the process that has the desks noted of the groups."""
        groups: dict[int, dict[str, GroupState]] = {}
        for one in self._known.values():
            named = groups.setdefault(one.workspace, {})
            named[f"{one.channel}/{one.chat_id}"] = GroupState(trouble=one.trouble)
        return {workspace: DeskState(groups=named) for workspace, named in groups.items()}

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
