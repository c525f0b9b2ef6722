"""Brings the groups up to date with one chat, from what is on disk, whatever happened since."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from adapters.messengers.telegram.desk.closing import Closing
from adapters.messengers.telegram.desk.groups import Groups
from adapters.messengers.telegram.desk.line import Line
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.looking_on import BOTS, LookingOn
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.presenting import PASSED, Presenting
from adapters.messengers.telegram.desk.refused import GroupDown, GroupMoved, TopicLost
from adapters.messengers.telegram.desk.seats import Seats
from adapters.messengers.telegram.desk.topics import ahead
from bots.errors import ChannelDown, ChannelError, NotFound
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic
from bots.model.episode import Episode

NEWS = timedelta(days=1)
"""For how long it is told that a request was there which nobody saw."""

AGAIN = timedelta(seconds=60)
"""How soon a group is tried again that could not be written to."""

log = structlog.get_logger()


class Showing:
    """`bring` is called by one task per chat at a time. `unseen` are chats that nobody is shown."""

    def __init__(
        self,
        parts: Parts,
        groups: Groups,
        lines: Lines,
        presenting: Presenting,
        *,
        seats: Seats,
        closing: Closing,
        looking_on: LookingOn,
    ) -> None:
        self._parts = parts
        self._groups = groups
        self._lines = lines
        self._presenting = presenting
        self._seats = seats
        self._closing = closing
        self._looking_on = looking_on
        self._down: dict[tuple[str, str], tuple[datetime, DeskGroup]] = {}
        self.unseen: dict[int, str] = {}

    def back(self) -> None:
        """A group may be there again: none is waited for."""
        self._down.clear()

    async def bring(self, id: int, topics: Sequence[Topic]) -> datetime | None:
        """Show what is not shown yet; gives when to look again by itself."""
        try:
            chat = await self._parts.episodes.conversation(self._parts.workspace, id)
        except NotFound:
            return None
        episode = chat.episode
        if episode is not None and episode.open and not chat.blocked:
            return await self._open(chat, episode, topics)
        self.unseen.pop(id, None)
        again = None
        if episode is not None and self._is_news(chat, episode, topics):
            again = await self._pass_by(chat, episode)
        elif episode is not None:
            again = await self._ended(chat, episode, topics)
        later = await self._look_on(chat)
        return min(filter(None, (again, later)), default=None)

    # ------------------------------------------------------------ while the bot has it

    def looks_on(self, bot: str) -> bool:
        """Whether people want to see the chats that this bot runs."""
        return self._groups.any and self._looking_on.queue(bot) is not None

    async def _look_on(self, chat: Conversation) -> datetime | None:
        topics = await self._parts.desks.topics(chat.id)
        queue = self._looking_on.queue(chat.address.bot)
        if queue is None or chat.blocked:
            for topic in topics:
                group = self._groups.at(topic.channel, topic.chat_id)
                line = self._line(group) if group is not None else None
                if line is not None and topic.status == "open" and topic.shown.get(BOTS):
                    await self._looking_on.leave(topic, line)
            return None
        group = self._groups.best(chat.address.bot, queue)
        line = self._line(group) if group is not None else None
        if group is None or line is None:
            return None
        try:
            return await self._looking_on.show(chat, group, line, topics)
        except GroupMoved as moved:
            await self._groups.moved(group, moved.chat_id)
            return self._parts.clock()
        except GroupDown as down:
            self._fell(group, down.why)
            return self._parts.clock() + AGAIN

    # ------------------------------------------------------------ while people have the chat

    async def _open(
        self, chat: Conversation, episode: Episode, topics: Sequence[Topic]
    ) -> datetime | None:
        if episode.native and not any(one.shown.get("episode") == episode.number for one in topics):
            # Whoever answers in the messenger itself sees the chat there.
            return None
        why = "no group of operators is set up for it"
        for group in self._groups.of(chat):
            line = self._line(group)
            if line is None:
                why = "the group cannot be written to just now"
                continue
            try:
                again = await self._presenting.show(chat, episode, group, line, topics)
            except GroupMoved as moved:
                await self._groups.moved(group, moved.chat_id)
                return self._parts.clock()
            except GroupDown as down:
                self._fell(group, down.why)
                why = down.why
                continue
            except ChannelDown:
                raise
            except ChannelError as error:
                log.error("A chat cannot be shown in a group", chat=chat.id, why=str(error))
                why = str(error)
                continue
            self.unseen.pop(chat.id, None)
            self._down.pop((group.channel, group.chat_id), None)
            await self._leave_others(chat, group, topics)
            return again
        await self._nobody(chat, episode, why)
        return self._parts.clock() + AGAIN

    async def _leave_others(
        self, chat: Conversation, here: DeskGroup, topics: Sequence[Topic]
    ) -> None:
        """The chat is shown in one group: where it was before, its place is closed."""
        for topic in topics:
            elsewhere = (topic.channel, topic.chat_id) != (here.channel, here.chat_id)
            if not elsewhere or topic.status != "open":
                continue
            group = self._groups.at(topic.channel, topic.chat_id)
            line = self._line(group) if group is not None else None
            if line is None:
                continue
            try:
                await self._closing.leave(chat, topic, line, here)
            except TopicLost:
                await self._seats.lost(topic)
            except ChannelError as error:
                log.info("A topic that a chat left stays open", chat=chat.id, why=str(error))

    async def _nobody(self, chat: Conversation, episode: Episode, why: str) -> None:
        """What the customer writes is safe on disk; that nobody sees it has to be known."""
        self.unseen[chat.id] = why
        if not episode.unseen:
            tell = log.error if self._groups.all else log.warning
            tell("Nobody can be shown a chat that waits for a person", chat=chat.id, why=why)
            await self._parts.handoff.unseen(chat.address, why)

    # ------------------------------------------------------------ afterwards

    def _is_news(self, chat: Conversation, episode: Episode, topics: Sequence[Topic]) -> bool:
        """Whether a request ended of which nobody was shown anything."""
        if episode.open or chat.blocked or episode.native or episode.released_at is None:
            return False
        if self._parts.clock() - episode.released_at > NEWS:
            return False
        told = {one.shown.get(name) for one in topics for name in ("episode", PASSED)}
        return episode.number not in told

    async def _pass_by(self, chat: Conversation, episode: Episode) -> datetime | None:
        """Where it would have been shown stands that it was there."""
        for group in self._groups.of(chat):
            line = self._line(group)
            if line is None:
                continue
            try:
                return await self._presenting.pass_by(chat, episode, group, line)
            except GroupMoved as moved:
                await self._groups.moved(group, moved.chat_id)
                return self._parts.clock()
            except GroupDown as down:
                self._fell(group, down.why)
        return self._parts.clock() + AGAIN if self._groups.all else None

    async def _ended(
        self, chat: Conversation, episode: Episode, topics: Sequence[Topic]
    ) -> datetime | None:
        again: list[datetime] = []
        for topic in topics:
            if topic.status == "lost" or not _has_to_do_with(topic, episode):
                continue
            group = self._groups.at(topic.channel, topic.chat_id)
            if group is None:
                continue
            line = self._line(group)
            if line is None:
                again.append(self._parts.clock() + AGAIN)
                continue
            try:
                later = await self._presenting.end(chat, episode, group, line, topic)
            except GroupMoved as moved:
                await self._groups.moved(group, moved.chat_id)
                return self._parts.clock()
            except GroupDown as down:
                self._fell(group, down.why)
                later = self._parts.clock() + AGAIN
            if later is not None:
                again.append(later)
        return min(again, default=None)

    # ------------------------------------------------------------ groups

    def _line(self, group: DeskGroup) -> Line | None:
        until, as_it_was = self._down.get((group.channel, group.chat_id), (None, group))
        if until is not None and ahead(until, self._parts.clock(), AGAIN) and as_it_was == group:
            # Nobody has looked at it since.
            return None
        return self._lines.of(group)

    def _fell(self, group: DeskGroup, why: str) -> None:
        key = group.channel, group.chat_id
        if key not in self._down:
            log.error("A group of operators cannot be written to", chat=group.chat_id, why=why)
        self._down[key] = self._parts.clock() + AGAIN, group


def _has_to_do_with(topic: Topic, episode: Episode) -> bool:
    """Whether the end of this hand-off is to be seen there, or was not yet."""
    return topic.status != "closed" or topic.shown.get("episode") == episode.number
