"""Topics of a group: made once and found again, reopened, closed, given up for lost."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from adapters.messengers.telegram.desk.card_words import say
from adapters.messengers.telegram.desk.flat import QUEUE
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import NotAllowed
from adapters.messengers.telegram.desk.titles import by_emoji, icon_of, state_of, title_of
from bots.errors import ChannelError, Rejected
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic

LEASE = timedelta(seconds=30)
"""For how long whoever makes a topic is waited for, before another one is made in its place."""

ICONS_AGAIN = timedelta(minutes=5)
"""How soon Telegram is asked for its icons again, where it did not answer."""

log = structlog.get_logger()


class NoTopics(ChannelError):
    """The group has no topics, or does not let us make them."""


class Topics:
    """Every change is on disk before anybody relies on it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._icons: dict[str, Mapping[str, str]] = {}
        self._asked_at: dict[str, datetime] = {}
        self._making_queue: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # ------------------------------------------------------------ a chat's own

    async def make(
        self,
        chat: Conversation,
        group: DeskGroup,
        line: Line,
        *,
        gen: int,
        mirrored: int,
        urgency: Urgency = Urgency.NOW,
    ) -> Topic:
        """A topic for a chat. Raises NoTopics."""
        now = self._parts.clock()
        topic = Topic(
            workspace=self._parts.workspace,
            conversation_id=chat.id,
            channel=group.channel,
            chat_id=group.chat_id,
            gen=gen,
            mirrored=mirrored,
            created_at=now,
        )
        return await self.create(topic, chat, line, urgency)

    async def create(
        self, topic: Topic, chat: Conversation, line: Line, urgency: Urgency = Urgency.NOW
    ) -> Topic:
        """Ask Telegram for a topic that is noted, or was noted and never came to be."""
        topic = replace(topic, status="creating", lease_until=self._parts.clock() + LEASE)
        await self._parts.desks.put_topic(topic)
        title = title_of(chat)
        icon = await self.icon(chat, topic.channel)
        try:
            made = await self._created(line, title, icon, urgency)
        except NoTopics:
            await self._parts.desks.put_topic(replace(topic, status="lost", lease_until=None))
            raise
        shown = {**topic.shown, "title": title, "icon": icon, "titled_at": self._stamp()}
        return await self._kept(
            replace(topic, thread_id=made, status="open", lease_until=None, shown=shown)
        )

    async def icon(self, chat: Conversation, channel: str) -> str:
        """The id of the icon that tells how a chat stands; "" where Telegram does not say which there are."""
        account = self._parts.channels.get(chat.address.channel)
        window = account.window if account is not None else None
        return icon_of(state_of(chat, self._parts.clock(), window), await self._stickers(channel))

    async def closed_icon(self, channel: str) -> str:
        """The same of a topic in which nothing more happens."""
        return icon_of("closed", await self._stickers(channel))

    async def reopen(self, topic: Topic, line: Line) -> Topic:
        """Open it again; one that is open stays so. Raises TopicLost, NotAllowed."""
        if topic.thread_id:
            await line.call("reopenForumTopic", thread(topic), Urgency.NOW, request=True)
        else:
            await line.call("reopenGeneralForumTopic", {}, Urgency.NOW)
        return await self._kept(replace(topic, status="open"))

    async def close(self, topic: Topic, line: Line, shown: Mapping[str, Any]) -> Topic:
        """Close it, and note what is shown of it by then. Raises TopicLost.

        One that Telegram does not close for us is over all the same.
        """
        try:
            await line.call("closeForumTopic", thread(topic), Urgency.SOON)
        except (NotAllowed, Rejected) as error:
            log.warning("A topic could not be closed", chat=topic.conversation_id, why=str(error))
        return await self.closed(topic, shown)

    async def closed(self, topic: Topic, shown: Mapping[str, Any]) -> Topic:
        """Nothing more is shown there, until the chat needs people again."""
        now = self._parts.clock()
        return await self._kept(replace(topic, status="closed", closed_at=now, shown=shown))

    async def found_open(self, topic: Topic) -> Topic:
        """Somebody opened it by hand."""
        closed = topic.status == "closed"
        return await self._kept(replace(topic, status="open")) if closed else topic

    async def lost(self, topic: Topic) -> Topic:
        """Somebody deleted it. What was shown in it can be answered no more."""
        log.warning("A topic is gone", chat=topic.conversation_id, gen=topic.gen)
        return await self._kept(replace(topic, status="lost", lease_until=None))

    # ------------------------------------------------------------ places that chats share

    async def shared(self, chat: Conversation, group: DeskGroup, like: Topic) -> Topic:
        """A chat's place among others: `like` has the generation, the thread and the rest."""
        return await self._kept(
            replace(
                like,
                workspace=self._parts.workspace,
                conversation_id=chat.id,
                channel=group.channel,
                chat_id=group.chat_id,
                status="open",
            )
        )

    async def queue(self, group: DeskGroup, line: Line, language: str) -> Topic | datetime:
        """The one topic of requests that have none of their own; a moment where it is there by then.

        Raises NoTopics.
        """
        async with self._making_queue[line.chat_id]:
            return await self._queue(group, line, language)

    async def _queue(self, group: DeskGroup, line: Line, language: str) -> Topic | datetime:
        known = await self._queues(group)
        topic, now = newest(known, group), self._parts.clock()
        if topic is not None and topic.thread_id:
            return topic
        lease = topic.lease_until if topic is not None else None
        if lease is not None and ahead(lease, now, LEASE):
            # Whoever ended before they noted it: Telegram is about to tell of it.
            return lease
        topic = topic or Topic(
            workspace=self._parts.workspace,
            conversation_id=QUEUE,
            channel=group.channel,
            chat_id=group.chat_id,
            gen=max((one.gen for one in known), default=0) + 1,
            created_at=now,
        )
        topic = replace(topic, status="creating", lease_until=now + LEASE)
        await self._parts.desks.put_topic(topic)
        try:
            made = await self._created(line, say(language, "queue topic"), "")
        except NoTopics:
            await self._parts.desks.put_topic(replace(topic, status="lost", lease_until=None))
            raise
        return await self._kept(replace(topic, thread_id=made, status="open", lease_until=None))

    async def adopt_queue(self, group: DeskGroup, made: str) -> tuple[Topic | None, bool]:
        """The same as `adopt` for the topic of the queue; and whether there is any beside it."""
        async with self._making_queue[group.chat_id]:
            here = await self._queues(group)
            return await self.adopt(here, made), bool(here)

    async def _queues(self, group: DeskGroup) -> list[Topic]:
        key = (group.channel, group.chat_id)
        known = await self._parts.desks.topics(QUEUE)
        return [one for one in known if (one.channel, one.chat_id) == key]

    # ------------------------------------------------------------ found again

    async def adopt(self, topics: Sequence[Topic], made: str) -> Topic | None:
        """A topic of ours that Telegram tells of: the one that was never noted, else a twin (None)."""
        if any(one.thread_id == made for one in topics):
            return next(one for one in topics if one.thread_id == made)
        waits = next(
            (one for one in topics if one.status == "creating" and not one.thread_id), None
        )
        if waits is None:
            return None
        log.info("A topic was found again", chat=waits.conversation_id)
        return await self._kept(replace(waits, thread_id=made, status="open", lease_until=None))

    async def _created(
        self, line: Line, title: str, icon: str, urgency: Urgency = Urgency.NOW
    ) -> str:
        """The new topic's thread."""
        looks = {"icon_custom_emoji_id": icon} if icon else {}
        try:
            made = await line.call(
                "createForumTopic", {"name": title, **looks}, urgency, request=True
            )
        except (NotAllowed, Rejected) as error:
            raise NoTopics(str(error)) from error
        return str(made["message_thread_id"])

    async def _stickers(self, channel: str) -> Mapping[str, str]:
        account = self._parts.account(channel)
        asked_at, now = self._asked_at.get(channel), self._parts.clock()
        lately = asked_at is not None and now - asked_at < ICONS_AGAIN
        if channel not in self._icons and account is not None and not lately:
            self._asked_at[channel] = now
            try:
                given = await account.client.call("getForumTopicIconStickers", {})
            except ChannelError as error:
                log.info("Telegram does not tell its icons", why=str(error))
                return {}
            self._icons[channel] = by_emoji(given)
        return self._icons.get(channel, {})

    async def _kept(self, topic: Topic) -> Topic:
        return await self._parts.kept(topic)

    def _stamp(self) -> str:
        return self._parts.clock().isoformat()


def newest(topics: Sequence[Topic], group: DeskGroup) -> Topic | None:
    """A chat's place in a group, if it is not lost; `topics` have the newest generation first."""
    return next(iter(there(topics, group)), None)


def there(topics: Sequence[Topic], group: DeskGroup) -> list[Topic]:
    """Those of one group that are not lost."""
    key = (group.channel, group.chat_id)
    return [one for one in topics if (one.channel, one.chat_id) == key and one.status != "lost"]


def moment_of(stamp: Any) -> datetime | None:
    """A moment that `Topic.shown` keeps."""
    return datetime.fromisoformat(stamp) if isinstance(stamp, str) and stamp else None


def ahead(until: datetime, now: datetime, most: timedelta) -> bool:
    """Whether something lasts that lasts for `most`: however the clock is set back, never longer."""
    return now < until <= now + most


def thread(topic: Topic) -> dict[str, Any]:
    """Where a call goes; General is addressed by no thread at all."""
    return {"message_thread_id": int(topic.thread_id)} if topic.thread_id else {}
