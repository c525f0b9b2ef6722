"""Where in a group a chat is shown: a topic of its own, or, while there is none, a place it shares."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from adapters.messengers.telegram.desk.drawing import Drawing
from adapters.messengers.telegram.desk.faces import Faces
from adapters.messengers.telegram.desk.flat import QUEUE, SHARED
from adapters.messengers.telegram.desk.gate import is_new
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import GroupDown, NotAllowed, TopicLost
from adapters.messengers.telegram.desk.slots import Slots
from adapters.messengers.telegram.desk.topics import LEASE, NoTopics, Topics, ahead, newest
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic
from bots.model.episode import Episode

RECREATED = timedelta(minutes=10)
"""Somebody who deletes a topic deletes the next one too: one is made in this time."""

LOOKS = 2
"""Topics a minute of chats that people only look on at: requests have theirs beside them."""
LOOKED_BACK = 20
"""Messages of before that are shown where a chat is looked on at from then on."""

FLAT_FOR = timedelta(hours=1)
"""For how long a group that did not let us make a topic is taken for one without, unless it is looked at."""

log = structlog.get_logger()


class Seat(NamedTuple):
    """A place, and when a better one may be had. While it `waits`, only its request is shown there."""

    topic: Topic
    again: datetime | None = None
    waits: bool = False


class Seats:
    """Finds each chat a place, the same for as long as it is there."""

    def __init__(self, parts: Parts, topics: Topics, faces: Faces, drawing: Drawing) -> None:
        self._parts = parts
        self._topics = topics
        self._faces = faces
        self._drawing = drawing
        self._slots: dict[tuple[str, str], Slots] = {}
        self._looks: dict[tuple[str, str], Slots] = {}
        self._flat: dict[tuple[str, str], tuple[datetime, DeskGroup]] = {}

    def look_again(self) -> None:
        """Rights may have come back."""
        self._flat.clear()

    async def lost(self, topic: Topic) -> None:
        """A place that is gone; of one that chats share it is gone for all of them."""
        await self._topics.lost(topic)
        if topic.shown.get(SHARED) and topic.thread_id:
            for queue in await self._parts.desks.topics(QUEUE):
                if (queue.channel, queue.chat_id, queue.thread_id) == (
                    topic.channel,
                    topic.chat_id,
                    topic.thread_id,
                ):
                    await self._topics.lost(queue)

    async def reopen(self, topic: Topic, line: Line) -> None:
        """Somebody closed it, and the chat goes on. Raises GroupDown."""
        try:
            await self._topics.reopen(topic, line)
        except TopicLost:
            await self.lost(topic)
        except NotAllowed as error:
            raise GroupDown(str(error)) from error

    def settled(self, group: DeskGroup, conversation: int) -> None:
        """The chat needs no topic any more."""
        self._of(group).used(conversation)

    # ------------------------------------------------------------ the place

    async def of(
        self,
        chat: Conversation,
        episode: Episode,
        group: DeskGroup,
        line: Line,
        topics: Sequence[Topic],
    ) -> Seat | datetime:
        """Where to show the chat; a moment where that is known only then."""
        now = self._parts.clock()
        topic = newest(topics, group)
        if topic is not None and not topic.shown.get(SHARED):
            if topic.status == "creating":
                if topic.lease_until is not None and ahead(topic.lease_until, now, LEASE):
                    return topic.lease_until
                return await self._made(chat, episode, group, line, topics, topic)
            if topic.status == "closed":
                await self.reopen(topic, line)
                topic = replace(topic, status="open")
            return Seat(topic)
        if self._is_flat(group):
            return Seat(await self._shared(chat, episode, group, topics, "", waits=False))
        again: datetime | None = None
        waits = False
        if await is_new(self._parts.episodes, chat, episode):
            pass
        elif (guarded := self._guarded(chat, group, topics)) is not None:
            again = guarded
        elif (slot := self._of(group).of(chat.id, now)) > now:
            again, waits = slot, True
        else:
            return await self._made(chat, episode, group, line, topics, None)
        try:
            queue = await self._topics.queue(group, line, self._parts.speaks(chat))
        except NoTopics as refused:
            return await self._without_topics(chat, episode, group, topics, refused)
        if isinstance(queue, datetime):
            return queue
        place = await self._shared(chat, episode, group, topics, queue.thread_id, waits=waits)
        return Seat(place, again, waits)

    @staticmethod
    def begins(chat: Conversation) -> int:
        """Behind which message people begin to look on."""
        return max(chat.seq - LOOKED_BACK, 0)

    async def looked_on(
        self, chat: Conversation, group: DeskGroup, line: Line, topics: Sequence[Topic]
    ) -> Topic | datetime | None:
        """A topic for a chat that the bot runs; a moment where it may be had then, None for never."""
        now, topic = self._parts.clock(), newest(topics, group)
        key = group.channel, group.chat_id
        looks = self._looks.setdefault(key, Slots(LOOKS))
        try:
            if topic is not None and not topic.shown.get(SHARED):
                if topic.status != "creating":
                    return topic
                if topic.lease_until is not None and ahead(topic.lease_until, now, LEASE):
                    return topic.lease_until
                return await self._topics.create(topic, chat, line, Urgency.LATER)
            if self._is_flat(group):
                # Among others' messages these would only be in the way.
                return None
            if (slot := looks.of(chat.id, now)) > now:
                return slot
            made = await self._topics.make(
                chat,
                group,
                line,
                gen=_next(topics, group),
                mirrored=max([self.begins(chat), *(one.mirrored for one in topics)]),
                urgency=Urgency.LATER,
            )
        except NoTopics:
            return None
        looks.used(chat.id)
        return made

    async def aside(
        self, chat: Conversation, episode: Episode, group: DeskGroup, line: Line
    ) -> Topic | datetime:
        """A place among others for a request that is over; a moment where it is there by then."""
        topics = await self._parts.desks.topics(chat.id)
        thread_id, place = "", None
        if not self._is_flat(group):
            with suppress(NoTopics):
                queue = await self._topics.queue(group, line, self._parts.speaks(chat))
                if isinstance(queue, datetime):
                    return queue
                thread_id, place = queue.thread_id, replace(queue, shown={SHARED: True})
        known = newest(topics, group)
        if known is None or known.shown.get(SHARED):
            return await self._shared(chat, episode, group, topics, thread_id, waits=False)
        # Its own topic is kept for the next time; only that this was told is noted there.
        return place or replace(known, thread_id="", shown={SHARED: True})

    async def _made(
        self,
        chat: Conversation,
        episode: Episode,
        group: DeskGroup,
        line: Line,
        topics: Sequence[Topic],
        begun: Topic | None,
    ) -> Seat | datetime:
        """A topic of the chat's own."""
        before = newest(topics, group)
        try:
            if begun is not None:
                topic = await self._topics.create(begun, chat, line)
            else:
                topic = await self._topics.make(
                    chat,
                    group,
                    line,
                    gen=_next(topics, group),
                    mirrored=_shown_already(topics, episode),
                )
        except NoTopics as refused:
            topics = await self._parts.desks.topics(chat.id)
            return await self._without_topics(chat, episode, group, topics, refused)
        self._of(group).used(chat.id)
        if before is not None and before is not begun:
            await self._moved_out(chat, before, topic, line)
        return Seat(topic)

    async def _moved_out(self, chat: Conversation, shared: Topic, to: Topic, line: Line) -> None:
        """Where the chat was among others a link leads on."""
        await self._topics.closed(shared, {**shared.shown, "episode": 0, "waits": False})
        if shared.shown.get("card"):
            text = self._drawing.has_topic(chat)
            link = {"type": "text_link", "offset": 0, "url": _link(to)}
            entities = [{**link, "length": len(text.encode("utf-16-le")) // 2}]
            self._faces.say(
                shared, {"text": text, "entities": entities}, shared.shown["card"], line
            )

    async def _without_topics(
        self,
        chat: Conversation,
        episode: Episode,
        group: DeskGroup,
        topics: Sequence[Topic],
        refused: NoTopics,
    ) -> Seat:
        log.error("A group lets us make no topics", chat=group.chat_id, why=str(refused))
        self._flat[group.channel, group.chat_id] = self._parts.clock() + FLAT_FOR, group
        return Seat(await self._shared(chat, episode, group, topics, "", waits=False))

    async def _shared(
        self,
        chat: Conversation,
        episode: Episode,
        group: DeskGroup,
        topics: Sequence[Topic],
        thread_id: str,
        *,
        waits: bool,
    ) -> Topic:
        """A place among others, the same for as long as it is there."""
        known = newest(topics, group)
        if known is not None and known.shown.get(SHARED) and known.thread_id == thread_id:
            if known.status == "open" and bool(known.shown.get("waits")) == waits:
                return known
            return await self._topics.shared(
                chat, group, replace(known, shown={**known.shown, "waits": waits})
            )
        return await self._topics.shared(
            chat,
            group,
            Topic(
                workspace=self._parts.workspace,
                conversation_id=chat.id,
                channel=group.channel,
                chat_id=group.chat_id,
                gen=_next(topics, group),
                thread_id=thread_id,
                mirrored=_shown_already(topics, episode),
                shown={SHARED: True, "waits": waits},
                created_at=self._parts.clock(),
            ),
        )

    def _guarded(
        self, chat: Conversation, group: DeskGroup, topics: Sequence[Topic]
    ) -> datetime | None:
        """Until when no other topic is made for a chat whose topics are being deleted."""
        here = [
            one
            for one in topics
            if (one.channel, one.chat_id) == (group.channel, group.chat_id)
            and not one.shown.get(SHARED)
            and not one.shown.get("archived")
            and one.thread_id
        ]
        # The oldest was made because it was needed, each later one because one was deleted.
        until = here[0].created_at + RECREATED if len(here) > 1 else None
        if until is None or until <= self._parts.clock():
            return None
        log.error("The topic of a chat was deleted twice", chat=chat.id, until=until.isoformat())
        return until

    def _is_flat(self, group: DeskGroup) -> bool:
        until, as_it_was = self._flat.get((group.channel, group.chat_id), (None, group))
        tried = until is not None and ahead(until, self._parts.clock(), FLAT_FOR)
        return group.flat or (tried and as_it_was == group)

    def _of(self, group: DeskGroup) -> Slots:
        return self._slots.setdefault((group.channel, group.chat_id), Slots())


def _next(topics: Sequence[Topic], group: DeskGroup) -> int:
    key = (group.channel, group.chat_id)
    return max((one.gen for one in topics if (one.channel, one.chat_id) == key), default=0) + 1


def _shown_already(topics: Sequence[Topic], episode: Episode) -> int:
    """Up to which message operators saw the chat, wherever that was."""
    return max([episode.first_seq, *(one.mirrored for one in topics)])


def _link(topic: Topic) -> str:
    """Where Telegram's own programs find a topic."""
    return f"https://t.me/c/{topic.chat_id.removeprefix('-100')}/{topic.thread_id}"
