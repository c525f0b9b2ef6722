"""The end of a hand-off in its topic: what came of it, one line; then the topic is closed."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from adapters.messengers.telegram.desk.card import ended, stars
from adapters.messengers.telegram.desk.card_words import say
from adapters.messengers.telegram.desk.drawing import Drawing
from adapters.messengers.telegram.desk.faces import Faces
from adapters.messengers.telegram.desk.flat import is_shared
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.mirror import Mirror
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import TopicClosed, TopicLost
from adapters.messengers.telegram.desk.saying import said
from adapters.messengers.telegram.desk.topics import Topics, thread
from adapters.messengers.telegram.desk.words import spent
from bots.errors import ChannelError
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic
from bots.model.episode import Episode

AT_ONCE = 50
"""Topics that are deleted in one go: the next ones have their turn the next time."""

log = structlog.get_logger()


class Closing:
    """What is done once is noted, so that nothing is said twice after a restart."""

    def __init__(
        self, parts: Parts, topics: Topics, faces: Faces, drawing: Drawing, mirror: Mirror
    ) -> None:
        self._parts = parts
        self._topics = topics
        self._faces = faces
        self._drawing = drawing
        self._mirror = mirror

    async def close(
        self, chat: Conversation, episode: Episode, topic: Topic, line: Line, group: DeskGroup
    ) -> Topic:
        """The last messages, the line, the lock. Raises TopicLost, TopicClosed, GroupDown."""
        topic = await self._mirror.show(chat, topic, line, group=group)
        people = await self._drawing.people()
        language = self._parts.speaks(chat)
        began = episode.accepted_at or episode.requested_at
        took = (episode.released_at or began) - began
        text = ended(episode, people, language)
        if took > timedelta(minutes=1):
            text = say(language, "took", ended=text, time=spent(took.total_seconds(), language))
        await self._say(chat, topic, line, text)
        return await self._lock(topic, line, {"closed": episode.number, "waits": False})

    async def leave(self, chat: Conversation, topic: Topic, line: Line, to: DeskGroup) -> Topic:
        """The chat goes on in another group."""
        language = self._parts.speaks(chat)
        await self._say(chat, topic, line, say(language, "moved", group=to.title or to.chat_id))
        self._faces.left(topic, await self._topics.closed_icon(topic.channel), line)
        # Its episode is forgotten: should the chat come back here, it gets a card anew.
        return await self._lock(topic, line, {"episode": 0, "waits": False})

    async def rated(self, chat: Conversation, episode: Episode, topic: Topic, line: Line) -> Topic:
        """What the customer thought of it, and what was wrong, each once."""
        language = self._parts.speaks(chat)
        if episode.rating is not None:
            text = say(language, "rated", stars=stars(episode.rating))
            topic = await self._once(chat, episode, topic, line, "rated", text)
        if episode.comment:
            text = say(language, "commented", comment=episode.comment)
            topic = await self._once(chat, episode, topic, line, "commented", text)
        return topic

    async def _once(
        self, chat: Conversation, episode: Episode, topic: Topic, line: Line, name: str, text: str
    ) -> Topic:
        if topic.shown.get(name) == episode.number:
            return topic
        await self._say(chat, topic, line, text)
        topic = replace(topic, shown={**topic.shown, name: episode.number})
        await self._parts.desks.put_topic(topic)
        return topic

    async def old(self) -> Sequence[Topic]:
        """Topics that were closed long ago, where their owner wants them gone."""
        keep = self._parts.keep_topics
        if keep is None:
            return ()
        before = self._parts.clock() - keep
        return await self._parts.desks.closed_before(self._parts.workspace, before, limit=AT_ONCE)

    async def archive(self, old: Topic, line: Line) -> bool:
        """Delete one of them, unless it is used again; while nothing else is done with its chat."""
        kept = await self._parts.desks.topics(old.conversation_id)
        here = (old.channel, old.chat_id, old.gen)
        topic = next((one for one in kept if (one.channel, one.chat_id, one.gen) == here), old)
        if topic.status != "closed":
            return False
        if not is_shared(topic) and not await self._deleted(topic, line):
            return False
        shown = {**topic.shown, "archived": True}
        await self._parts.desks.put_topic(replace(topic, status="lost", shown=shown))
        return True

    async def _deleted(self, topic: Topic, line: Line) -> bool:
        try:
            await line.call("deleteForumTopic", thread(topic), Urgency.COSMETIC)
        except TopicLost:
            return True
        except ChannelError as error:
            log.warning("An old topic stays", chat=topic.conversation_id, why=str(error))
            return False
        return True

    async def _lock(self, topic: Topic, line: Line, noted: Mapping[str, Any]) -> Topic:
        shown = {**topic.shown, **noted}
        if is_shared(topic):
            return await self._topics.closed(topic, shown)
        return await self._topics.close(topic, line, shown)

    async def _say(self, chat: Conversation, topic: Topic, line: Line, text: str) -> None:
        """In a topic that somebody closed already the card says it alone."""
        with suppress(TopicClosed):
            await said(self._parts, chat, topic, line, text)
