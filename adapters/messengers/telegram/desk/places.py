"""The places of chats in groups: woken by what happens, found again after a restart."""

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk import flat
from adapters.messengers.telegram.desk.card_words import QUEUE_TOPICS
from adapters.messengers.telegram.desk.closing import Closing
from adapters.messengers.telegram.desk.drawing import Drawing
from adapters.messengers.telegram.desk.faces import Faces
from adapters.messengers.telegram.desk.groups import Groups
from adapters.messengers.telegram.desk.line import Urgency
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.looking_on import BOTS, LookingOn
from adapters.messengers.telegram.desk.mirror import Mirror
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.presenting import Presenting
from adapters.messengers.telegram.desk.seats import Seats
from adapters.messengers.telegram.desk.showing import Showing
from adapters.messengers.telegram.desk.titles import number_in
from adapters.messengers.telegram.desk.topics import Topics
from adapters.messengers.telegram.desk.waking import Waking
from adapters.messengers.telegram.desk_updates import thread_of
from adapters.messengers.telegram.fields import id_of
from bots.errors import ChannelError
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.model.turn import Event

log = structlog.get_logger()


class Places:
    """One task for each chat that has something to show; what a chat shows is read from disk."""

    def __init__(self, parts: Parts, groups: Groups, lines: Lines, mirror: Mirror) -> None:
        self._parts = parts
        self._groups = groups
        self._lines = lines
        self._topics = Topics(parts)
        self._waking = Waking(self._bring, clock=parts.clock, sleep=parts.sleep)
        self._faces = Faces(parts, self._topics, self._waking.wake)
        drawing = Drawing(parts)
        self._closing = Closing(parts, self._topics, self._faces, drawing, mirror)
        self._seats = Seats(parts, self._topics, self._faces, drawing)
        self._presenting = Presenting(
            parts,
            topics=self._topics,
            faces=self._faces,
            drawing=drawing,
            mirror=mirror,
            closing=self._closing,
            seats=self._seats,
        )
        self._showing = Showing(
            parts,
            groups,
            lines,
            self._presenting,
            seats=self._seats,
            closing=self._closing,
            looking_on=LookingOn(parts, self._topics, self._seats),
        )
        # Weak, so that a quiet chat costs nothing.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    # ------------------------------------------------------------ woken

    def wake(self, conversation_id: int) -> None:
        """Something of this chat may have to be shown."""
        self._waking.wake(conversation_id)

    def looks_on(self, bot: str) -> bool:
        """Whether people want to see the chats that a bot runs."""
        return self._showing.looks_on(bot)

    def told(self, chat: Conversation, events: Sequence[Event]) -> None:
        """A turn was committed: where people have to do with it, its place is brought up to date."""
        episode = chat.episode
        if self._showing.looks_on(chat.address.bot):
            self.wake(chat.id)
        elif episode is None:
            return
        elif episode.open or any(one.name.startswith(("handoff.", "chat.")) for one in events):
            self.wake(chat.id)

    async def start(self) -> None:
        """Show what happened while nobody could be shown anything; also when a group came back."""
        self._showing.back()
        self._seats.look_again()
        await self._wake_all()

    async def _wake_all(self) -> None:
        """Whatever has something left to show."""
        workspace = self._parts.workspace
        waiting = {chat.id for chat, _ in await self._parts.episodes.open(workspace)}
        unfinished = await self._parts.desks.unfinished(workspace)
        waiting |= {one.conversation_id for one in unfinished}
        for id in sorted(waiting - {flat.QUEUE}):
            self.wake(id)

    async def close(self) -> None:
        """What is left to show is found again at the next start."""
        await self._waking.close()
        await self._faces.close()

    @property
    def unseen(self) -> dict[int, str]:
        """Chats with people that no operator can be shown, and why."""
        return dict(self._showing.unseen)

    def troubles(self) -> dict[str, str]:
        """What people should know of groups, by the group's chat id."""
        return self._presenting.full

    @property
    def busy(self) -> int:
        """How many chats are being brought up to date just now."""
        return self._waking.busy

    async def archive(self) -> None:
        """Close topics in which nothing happens, delete such as were closed long ago where that is wanted."""
        for topic in await self._parts.desks.unfinished(self._parts.workspace):
            if topic.shown.get(BOTS):
                self.wake(topic.conversation_id)
        gone = 0
        for topic in await self._closing.old():
            group = self._groups.at(topic.channel, topic.chat_id)
            line = self._lines.of(group) if group is not None else None
            if line is None:
                continue
            async with self._lock(topic.conversation_id):
                gone += await self._closing.archive(topic, line)
        if gone:
            log.info("Old topics were deleted", count=gone)

    # ------------------------------------------------------------ whose

    async def whose(self, group: DeskGroup, message: dict[str, Any]) -> int | None:
        """The chat that a message of a group belongs to; None for one that belongs to none."""
        thread = thread_of(message)
        if thread:
            topic = await self._parts.desks.topic_at(group.channel, group.chat_id, thread)
            own = topic is not None and not flat.is_shared(topic)
            if topic is not None and own and topic.conversation_id != flat.QUEUE:
                return topic.conversation_id
        return await flat.whose(self._parts.desks, group.channel, group.chat_id, message)

    # ------------------------------------------------------------ what people and Telegram do to topics

    async def adopt(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """A topic that we made: one whose making was not noted is found again by its number."""
        made = thread_of(message) or id_of(message.get("message_thread_id")) or ""
        name = mapping(message, "forum_topic_created").get("name")
        number = number_in(name)
        if not made or not _is_ours(group, message):
            return
        if number is None:
            await self._adopt_queue(group, name, made)
            return
        async with self._lock(number):
            here = [
                one
                for one in await self._parts.desks.topics(number)
                if (one.channel, one.chat_id) == (group.channel, group.chat_id)
            ]
            adopted = await self._topics.adopt(here, made)
        if adopted is not None:
            self.wake(number)
        elif here:
            await self._delete(group, made)

    async def _adopt_queue(self, group: DeskGroup, name: Any, made: str) -> None:
        if name not in QUEUE_TOPICS:
            return
        adopted, beside = await self._topics.adopt_queue(group, made)
        if adopted is not None:
            await self._wake_all()
        elif beside:
            await self._delete(group, made)

    async def renamed(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """A person gave a topic another name: it stays. The icon is ours all the same."""
        if mapping(message, "forum_topic_edited").get("name") and not _is_ours(group, message):
            thread = thread_of(message)
            await self._parts.desks.named_by_hand(group.channel, group.chat_id, thread)

    async def closed_by_hand(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """A topic was closed; where the chat goes on, it is opened again when something is shown."""
        await self._wake_of(group, message)

    async def reopened_by_hand(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """A topic was opened; where nobody has the chat, it is closed again."""
        topic = await self._topic_of(group, message)
        if topic is None:
            return
        async with self._lock(topic.conversation_id):
            await self._topics.found_open(topic)
        self.wake(topic.conversation_id)

    async def _wake_of(self, group: DeskGroup, message: dict[str, Any]) -> None:
        topic = await self._topic_of(group, message)
        if topic is not None:
            self.wake(topic.conversation_id)

    async def _topic_of(self, group: DeskGroup, message: dict[str, Any]) -> Any:
        thread = thread_of(message)
        if not thread:
            return None
        topic = await self._parts.desks.topic_at(group.channel, group.chat_id, thread)
        return None if topic is None or flat.is_shared(topic) else topic

    async def _delete(self, group: DeskGroup, thread: str) -> None:
        """A twin, which came of a call that was made again: nothing was ever shown in it."""
        line = self._lines.of(group)
        if line is None:
            return
        try:
            call = {"message_thread_id": int(thread)}
            await line.call("deleteForumTopic", call, Urgency.COSMETIC)
        except ChannelError as error:
            log.info("An empty topic stays", thread=thread, why=str(error))

    # ------------------------------------------------------------ work

    async def _bring(self, id: int) -> Any:
        async with self._lock(id):
            topics = await self._faces.noted(await self._parts.desks.topics(id))
            return await self._showing.bring(id, topics)

    def _lock(self, id: int) -> asyncio.Lock:
        return self._locks.setdefault(id, asyncio.Lock())


def _is_ours(group: DeskGroup, message: dict[str, Any]) -> bool:
    """Whether our own account did it: Telegram tells us of that too."""
    return group.channel == f"telegram:{id_of(mapping(message, 'from').get('id'))}"
