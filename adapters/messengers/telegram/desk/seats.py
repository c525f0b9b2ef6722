"""Where in a group a chat is shown: a topic of its own, or, while there is none, a place it shares."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog

from adapters.messengers.telegram.desk.closing import Closing, own
from adapters.messengers.telegram.desk.drawing import Drawing
from adapters.messengers.telegram.desk.faces import Faces
from adapters.messengers.telegram.desk.flat import QUEUE, SHARED, is_shared
from adapters.messengers.telegram.desk.gate import is_new
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.mirror import Mirror
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import (
    BadEntities,
    GroupDown,
    NotAllowed,
    TopicClosed,
    TopicLost,
)
from adapters.messengers.telegram.desk.slots import Slots
from adapters.messengers.telegram.desk.titles import turns_at
from adapters.messengers.telegram.desk.topics import NoTopics, Topics, newest, thread
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic
from bots.model.episode import Episode

MENDS = 4
"""Topics found closed or gone, one after the other, until the group is left alone for a while."""

RECREATED = timedelta(minutes=10)
"""Somebody who deletes a topic deletes the next one too: one is made in this time."""

FULL = 450_000
"""Messages from which on another group is needed: past half a million topics were lost."""

FLAT_FOR = timedelta(hours=1)
"""For how long a group that did not let us make a topic is taken for one without, unless it is looked at."""

log = structlog.get_logger()


class _Seat(NamedTuple):
    """A place, and when a better one may be had. While it `waits`, only its request is shown there."""

    topic: Topic
    again: datetime | None = None
    waits: bool = False


class Seats:
    """One chat is brought up to date at a time; many chats may be at once."""

    def __init__(
        self,
        parts: Parts,
        topics: Topics,
        faces: Faces,
        drawing: Drawing,
        mirror: Mirror,
        closing: Closing,
    ) -> None:
        self._parts = parts
        self._topics = topics
        self._faces = faces
        self._drawing = drawing
        self._mirror = mirror
        self._closing = closing
        self.full: dict[str, str] = {}
        """Groups with so many messages that Telegram may soon lose the oldest topics."""
        self._slots: dict[tuple[str, str], Slots] = {}
        self._flat: dict[tuple[str, str], tuple[datetime, DeskGroup]] = {}

    def look_again(self) -> None:
        """Rights may have come back."""
        self._flat.clear()

    async def show(
        self,
        chat: Conversation,
        episode: Episode,
        group: DeskGroup,
        line: Line,
        topics: Sequence[Topic],
    ) -> datetime | None:
        """The chat as it is, in this group. Raises GroupDown, GroupMoved."""
        for _ in range(MENDS):
            seat = await self._seat(chat, episode, group, line, topics)
            if isinstance(seat, datetime):
                return seat
            topic = seat.topic
            try:
                topic = await self._carded(chat, episode, topic, line, waits=seat.waits)
                if not seat.waits:
                    topic = await self._mirror.show(chat, topic, line, group=group)
            except TopicLost:
                await self.lost(topic)
            except TopicClosed:
                await self._reopened(topic, line)
            else:
                return _earliest(seat.again, await self._look(chat, topic, line))
            topics = await self._parts.desks.topics(chat.id)
        log.error("Topics of a chat are closed or deleted over and over", chat=chat.id)
        return self._parts.clock() + RECREATED

    async def end(
        self, chat: Conversation, episode: Episode, group: DeskGroup, line: Line, topic: Topic
    ) -> datetime | None:
        """What came of it, in the place where it was shown. Raises GroupDown, GroupMoved."""
        self._of(group).used(chat.id)
        try:
            if topic.shown.get("episode") != episode.number:
                # It ended before anybody was shown it.
                shown = {**topic.shown, "closed": episode.number}
                await self._lock_unseen(topic, line, shown)
                return None
            if topic.shown.get("closed") != episode.number:
                topic = await self._closed(chat, episode, group, line, topic)
            elif topic.status != "closed":
                await self._lock_unseen(topic, line, dict(topic.shown))
            topic = await self._closing.rated(chat, episode, topic, line)
            self._faces.card(topic, await self._card(chat, episode, topic), line)
        except TopicLost:
            await self.lost(topic)
            return None
        return None if is_shared(topic) else await self._faces.title(chat, topic, line)

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

    # ------------------------------------------------------------ the place

    async def _seat(
        self,
        chat: Conversation,
        episode: Episode,
        group: DeskGroup,
        line: Line,
        topics: Sequence[Topic],
    ) -> _Seat | datetime:
        """Where to show the chat; a moment where that is known only then."""
        now = self._parts.clock()
        topic = newest(topics, group)
        if topic is not None and not topic.shown.get(SHARED):
            if topic.status == "creating":
                if topic.lease_until is not None and topic.lease_until > now:
                    return topic.lease_until
                return await self._made(chat, episode, group, line, topics, topic)
            if topic.status == "closed":
                await self._reopened(topic, line)
                topic = replace(topic, status="open")
            return _Seat(topic)
        if self._is_flat(group):
            return _Seat(await self._shared(chat, episode, group, topics, "", waits=False))
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
        place = await self._shared(chat, episode, group, topics, queue.thread_id, waits=waits)
        return _Seat(place, again, waits)

    async def _made(
        self,
        chat: Conversation,
        episode: Episode,
        group: DeskGroup,
        line: Line,
        topics: Sequence[Topic],
        begun: Topic | None,
    ) -> _Seat | datetime:
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
        return _Seat(topic)

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
    ) -> _Seat:
        log.error("A group lets us make no topics", chat=group.chat_id, why=str(refused))
        self._flat[group.channel, group.chat_id] = self._parts.clock() + FLAT_FOR, group
        return _Seat(await self._shared(chat, episode, group, topics, "", waits=False))

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

    async def _reopened(self, topic: Topic, line: Line) -> None:
        try:
            await self._topics.reopen(topic, line)
        except TopicLost:
            await self.lost(topic)
        except NotAllowed as error:
            raise GroupDown(str(error)) from error

    def _is_flat(self, group: DeskGroup) -> bool:
        until, as_it_was = self._flat.get((group.channel, group.chat_id), (None, group))
        tried = until is not None and until > self._parts.clock() and as_it_was == group
        return group.flat or tried

    def _of(self, group: DeskGroup) -> Slots:
        return self._slots.setdefault((group.channel, group.chat_id), Slots())

    # ------------------------------------------------------------ what is shown in it

    async def _carded(
        self, chat: Conversation, episode: Episode, topic: Topic, line: Line, *, waits: bool
    ) -> Topic:
        """With its card: a new one for a new hand-off, else as it is by now."""
        if topic.shown.get("episode") == episode.number:
            if topic.shown.get("closed") == episode.number:
                # It was over, and goes on.
                over = ("closed", "rated")
                shown = {key: value for key, value in topic.shown.items() if key not in over}
                topic = replace(topic, shown=shown)
                await self._parts.desks.put_topic(topic)
            card = await self._card(chat, episode, topic)
            self._faces.card(topic, card, line)
            return topic
        upto = max(topic.mirrored, episode.first_seq)
        # In a topic that is used again, what it shows needs no telling.
        after = topic.mirrored if topic.shown.get("card") else 0
        topic = replace(topic, mirrored=upto, shown={**topic.shown, "before": [after, upto]})
        card = await self._card(chat, episode, topic)
        call: dict[str, Any] = {**thread(topic), **card.message}
        try:
            said = await line.call("sendMessage", call, Urgency.NOW)
        except BadEntities:
            call.pop("entities")
            said = await line.call("sendMessage", call, Urgency.NOW)
        shown = {
            **topic.shown,
            "card": str(said["message_id"]),
            "card_of": card.stamp,
            "episode": episode.number,
        }
        topic = replace(topic, shown=shown)
        await self._parts.desks.add_relays([own(topic, said)], topic)
        self._count(topic, int(said["message_id"]))
        return topic

    def _count(self, topic: Topic, message_id: int) -> None:
        """The messages of a group are numbered from 1."""
        if message_id < FULL or topic.chat_id in self.full or not topic.chat_id.startswith("-100"):
            return
        log.error("A group of operators is nearly full", chat=topic.chat_id, messages=message_id)
        self.full[topic.chat_id] = (
            f"the group has over {message_id} messages, and Telegram loses the oldest topics of such:"
            " make another group, /setup there, and remove this one"
        )

    async def _card(self, chat: Conversation, episode: Episode, topic: Topic) -> Any:
        short = bool(topic.shown.get("waits"))
        return await self._drawing.card(chat, episode, topic, short=short)

    async def _look(self, chat: Conversation, topic: Topic, line: Line) -> datetime | None:
        """Title and icon; gives when they change by themselves."""
        if is_shared(topic):
            return None
        self._faces.pin(topic, line)
        again = await self._faces.title(chat, topic, line)
        return _earliest(again, turns_at(chat, self._parts.clock(), self._drawing.window(chat)))

    # ------------------------------------------------------------ the end

    async def _closed(
        self, chat: Conversation, episode: Episode, group: DeskGroup, line: Line, topic: Topic
    ) -> Topic:
        try:
            return await self._closing.close(chat, episode, topic, line, group)
        except TopicClosed:
            # Somebody closed it by hand before the last messages were shown.
            await self._reopened(topic, line)
            return await self._closing.close(chat, episode, topic, line, group)

    async def _lock_unseen(self, topic: Topic, line: Line, shown: dict[str, Any]) -> None:
        if topic.thread_id and not is_shared(topic) and topic.status == "open":
            await self._topics.close(topic, line, shown)
        elif topic.status != "closed":
            await self._topics.closed(topic, shown)


def _next(topics: Sequence[Topic], group: DeskGroup) -> int:
    key = (group.channel, group.chat_id)
    return max((one.gen for one in topics if (one.channel, one.chat_id) == key), default=0) + 1


def _shown_already(topics: Sequence[Topic], episode: Episode) -> int:
    """Up to which message operators saw the chat, wherever that was."""
    return max([episode.first_seq, *(one.mirrored for one in topics)])


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _link(topic: Topic) -> str:
    """Where Telegram's own programs find a topic."""
    return f"https://t.me/c/{topic.chat_id.removeprefix('-100')}/{topic.thread_id}"
