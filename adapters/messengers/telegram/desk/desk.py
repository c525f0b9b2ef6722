"""The desk as the house sees it: hears of every turn, and is brought what happens in groups."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from adapters.messengers.telegram.desk.answers import Answers
from adapters.messengers.telegram.desk.commands.catalogue import VERBS
from adapters.messengers.telegram.desk.failures import Failures
from adapters.messengers.telegram.desk.groups import Groups
from adapters.messengers.telegram.desk.hints import Hinting
from adapters.messengers.telegram.desk.incoming import Incoming
from adapters.messengers.telegram.desk.inline import Inline
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.line import SATURATED
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.mirror import Mirror
from adapters.messengers.telegram.desk.orders import Orders
from adapters.messengers.telegram.desk.outward import Outward
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.places import Places
from adapters.messengers.telegram.desk.presses import Presses
from adapters.messengers.telegram.desk.reactions import Reactions
from adapters.messengers.telegram.desk.remarks import Remarks
from adapters.messengers.telegram.desk.rights import Rights
from adapters.messengers.telegram.desk.service import Service
from adapters.messengers.telegram.desk.setup import Setup
from adapters.messengers.telegram.desk.unsaid import Unsaid
from adapters.messengers.telegram.desk.windows import Windows
from bots.model.conversation import Conversation
from bots.model.desk_state import DeskState, GroupState
from bots.model.message import UnifiedMessage
from bots.model.turn import Event, MessageRecord

CHECK_EVERY = timedelta(hours=1)
"""Between two looks at our rights."""
LOOK_EVERY = timedelta(seconds=30)
"""Between two looks at what commands beside the server changed."""

log = structlog.get_logger()


class TelegramDesk:
    """All groups of a workspace. Its state is on disk: what it shows is brought up to date from there."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.groups = Groups(parts.desks, parts.workspace, parts.queues)
        self._lines = Lines(parts)
        self._answers = Answers(parts, self._lines)
        self._places = Places(parts, self.groups, self._lines, Mirror(parts))
        remarks = Remarks(parts)
        self._outward = Outward(parts, remarks)
        self._reactions = Reactions(parts, self.groups, self._lines)
        self._windows = Windows(parts, self.groups, self._lines)
        self._failures = Failures(parts, self.groups, self._lines, remarks, self._places.wake)
        kit = Kit(
            parts=parts,
            groups=self.groups,
            lines=self._lines,
            answers=self._answers,
            outward=self._outward,
            wake=self._places.wake,
        )
        self._rights = Rights(kit)
        self._inline = Inline(kit)
        hinting = Hinting(kit)
        orders = Orders(kit, hinting)
        self._incoming = Incoming(
            kit,
            whose=self._places.whose,
            orders=orders,
            hinting=hinting,
            inline=self._inline,
            reactions=self._reactions,
            presses=Presses(kit, hinting, verbs=VERBS, unsaid=Unsaid(kit)),
            service=Service(
                kit,
                setup=Setup(kit, self._rights),
                rights=self._rights,
                topics=self._places,
                whose=self._places.whose,
                hinting=hinting,
            ),
        )
        self._watching: asyncio.Task[None] | None = None

    # ------------------------------------------------------------ what comes in

    def is_desk(self, channel: str, chat_id: str) -> bool:
        """Whether what happens in this chat is for us."""
        return self.groups.is_desk(channel, chat_id)

    async def take(self, message: UnifiedMessage) -> None:
        """Something happened in a group (`desk_updates.py`); the same may come twice."""
        await self._incoming.take(message)

    async def asked_inline(self, channel: str, query: dict[str, Any]) -> None:
        """Somebody types behind the bot's name."""
        await self._inline.asked(channel, query)

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed."""
        self._places.told(conversation, events)
        self._windows.told(conversation)
        self._reactions.told(conversation, events)

    def looks_on(self, bot: str) -> bool:
        """Whether people want to see the chats that a bot runs."""
        return self._places.looks_on(bot)

    def undelivered(self) -> None:
        """Something did not reach its customer."""
        self._failures.look()

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Know the groups, and show in them what happened while we were away."""
        await self.groups.load()
        await self._places.start()
        self._failures.look()
        await self._windows.start()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Let the calls under way end."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._places.close()
        await self._failures.close()
        await self._windows.close()
        await self._reactions.close()
        await self._answers.close()
        await self._lines.close()

    async def tidy(self) -> None:
        """The daily chore: what is of no use any more goes; old topics where their owner wants that."""
        await self._places.archive()
        await self._windows.tidy()

    def troubles(self) -> Mapping[str, str]:
        """What people should know of the groups, in a sentence each, by the group's chat id."""
        found = {one.chat_id: one.trouble for one in self.groups.all if one.trouble}
        more = [*self._lines.troubles().items(), *self._places.troubles().items()]
        for chat_id, trouble in more:
            found[chat_id] = "; ".join(filter(None, (found.get(chat_id), trouble)))
        return found

    def state(self) -> DeskState:
        """How the groups fare, for `/readyz` and `/metrics`."""
        troubles, delays = self.troubles(), self._lines.delays()
        groups = {}
        for one in self.groups.all:
            behind, waiting = delays.get(one.chat_id, (0.0, 0))
            groups[f"{one.channel}/{one.chat_id}"] = GroupState(
                trouble=troubles.get(one.chat_id, ""),
                waiting=waiting,
                behind=timedelta(seconds=behind),
                saturated=behind > SATURATED,
            )
        return DeskState(groups=groups, unseen=len(self._places.unseen))

    async def _others(self) -> bool:
        """Whether the groups are others than before: commands beside the server remove them."""
        before = {(one.channel, one.chat_id) for one in self.groups.all}
        await self.groups.load()
        return before != {(one.channel, one.chat_id) for one in self.groups.all}

    async def _watch(self) -> None:
        """Look again and again whether the groups are as they should be."""
        looked = None
        while True:
            try:
                now = self._parts.clock()
                if looked is None or now - looked >= CHECK_EVERY:
                    looked = now
                    await self._rights.check_all()
                else:
                    await self._rights.catch_up()
                    if await self._others():
                        # Chats of a group that was removed go to another, where there is one.
                        await self._places.start()
                if self._failures.late:
                    self._failures.look()
            except Exception as error:  # noqa: BLE001 - whatever it meets, it looks again
                log.warning("The operators' groups could not be looked at", error=repr(error))
            await self._parts.sleep(LOOK_EVERY.total_seconds())
