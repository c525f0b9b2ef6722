"""A chat as it is, in one group: its card, what was said, who is called, how it looks, how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from adapters.messengers.telegram.desk.callouts import callout
from adapters.messengers.telegram.desk.card import address_of
from adapters.messengers.telegram.desk.closing import Closing
from adapters.messengers.telegram.desk.drawing import EPISODES, Drawing
from adapters.messengers.telegram.desk.faces import Faces
from adapters.messengers.telegram.desk.flat import is_shared
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.looking_on import BOTS
from adapters.messengers.telegram.desk.mirror import Mirror
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import BadEntities, TopicClosed, TopicLost
from adapters.messengers.telegram.desk.saying import own, said
from adapters.messengers.telegram.desk.seats import RECREATED, Seats
from adapters.messengers.telegram.desk.titles import turns_at
from adapters.messengers.telegram.desk.topics import Topics, newest, thread
from bots.errors import ChannelError, RemoteFailed
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic
from bots.model.episode import Episode

ELSEWHERE = "elsewhere"
"""In `Topic.shown`: other chats of a customer who cannot be reached."""
MOST_OTHERS = 3

ORDERS = "orders"
"""In `Topic.shown`: the customer's last orders as they were told for a hand-off."""

LEFT = "left"
"""In `Topic.shown`: the card of a hand-off that was over before its end was shown, and its number."""

PASSED = "passed"
"""In `Topic.shown`: which hand-off was over before it was shown, and told of all the same."""

MENDS = 4
"""Topics found closed or gone, one after the other, until the group is left alone for a while."""

FULL = 450_000
"""Messages from which on another group is needed: past half a million topics were lost."""

log = structlog.get_logger()


class Presenting:
    """One chat is brought up to date at a time; many chats may be at once."""

    def __init__(
        self,
        parts: Parts,
        *,
        topics: Topics,
        faces: Faces,
        drawing: Drawing,
        mirror: Mirror,
        closing: Closing,
        seats: Seats,
    ) -> None:
        self._parts = parts
        self._topics = topics
        self._faces = faces
        self._drawing = drawing
        self._mirror = mirror
        self._closing = closing
        self._seats = seats
        self.full: dict[str, str] = {}
        """Groups with so many messages that Telegram may soon lose the oldest topics."""

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
            seat = await self._seats.of(chat, episode, group, line, topics)
            if isinstance(seat, datetime):
                return seat
            topic = seat.topic
            try:
                topic = await self._carded(chat, episode, topic, line, waits=seat.waits)
                if not seat.waits:
                    topic = await self._mirror.show(chat, topic, line, group=group)
                    topic = await self._called(chat, episode, topic, line)
            except TopicLost:
                await self._seats.lost(topic)
            except TopicClosed:
                await self._seats.reopen(topic, line)
            else:
                return _earliest(seat.again, await self._look(chat, topic, line))
            topics = await self._parts.desks.topics(chat.id)
        log.error("Topics of a chat are closed or deleted over and over", chat=chat.id)
        return self._parts.clock() + RECREATED

    async def end(
        self, chat: Conversation, episode: Episode, group: DeskGroup, line: Line, topic: Topic
    ) -> datetime | None:
        """What came of it, in the place where it was shown. Raises GroupDown, GroupMoved."""
        self._seats.settled(group, chat.id)
        try:
            if topic.shown.get(BOTS) and topic.shown.get("episode") != episode.number:
                return None
            if topic.shown.get("episode") != episode.number:
                # It ended before anybody was shown it.
                shown = {**topic.shown, "closed": episode.number}
                await self._lock_unseen(topic, line, shown)
                return None
            if topic.shown.get("closed") != episode.number:
                topic = await self._closed(chat, episode, group, line, topic)
            elif topic.status != "closed" and not topic.shown.get(BOTS):
                await self._lock_unseen(topic, line, dict(topic.shown))
            topic = await self._closing.rated(chat, episode, topic, line)
            self._faces.card(topic, await self._card(chat, episode, topic), line)
        except TopicLost:
            await self._seats.lost(topic)
            return None
        return None if is_shared(topic) else await self._faces.title(chat, topic, line)

    async def pass_by(
        self, chat: Conversation, episode: Episode, group: DeskGroup, line: Line
    ) -> datetime | None:
        """A request that was over before anybody saw it, as a line among the others.

        A moment where that can be shown then. Raises GroupDown, GroupMoved.
        """
        place = await self._seats.aside(chat, episode, group, line)
        if isinstance(place, datetime):
            return place
        before = {**place.shown, "before": [0, episode.last_seq]}
        card = await self._card(chat, episode, replace(place, shown=before))
        call = {**thread(place), **card.message, "disable_notification": True}
        try:
            said = await line.call("sendMessage", call, Urgency.LATER)
        except TopicClosed:
            await self._seats.reopen(place, line)
            said = await line.call("sendMessage", call, Urgency.LATER)
        except TopicLost:
            await self._seats.lost(place)
            return self._parts.clock() + RECREATED
        await self._parts.noted([replace(own(place, said), conversation_id=chat.id)])
        kept = newest(await self._parts.desks.topics(chat.id), group)
        if kept is not None:
            shown: dict[str, Any] = {**kept.shown, PASSED: episode.number}
            if is_shared(kept):
                shown |= {
                    "before": before["before"],
                    "card": str(said["message_id"]),
                    "card_of": card.stamp,
                    "episode": episode.number,
                    "closed": episode.number,
                }
                await self._topics.closed(kept, shown)
            else:
                await self._parts.desks.put_topic(replace(kept, shown=shown))
        return None

    # ------------------------------------------------------------ what is shown in it

    async def _carded(
        self, chat: Conversation, episode: Episode, topic: Topic, line: Line, *, waits: bool
    ) -> Topic:
        """With its card: a new one for a new hand-off, else as it is by now."""
        if topic.shown.get("episode") == episode.number:
            if topic.shown.get("closed") == episode.number:
                # It was over, and goes on.
                over = ("closed", "rated", "commented")
                shown = {key: value for key, value in topic.shown.items() if key not in over}
                topic = replace(topic, shown=shown)
                await self._parts.desks.put_topic(topic)
            self._ask_for_orders(chat, episode, topic)
            self._look_elsewhere(chat, episode, topic)
            card = await self._card(chat, episode, topic)
            self._faces.card(topic, card, line)
            await self._end_earlier(chat, topic, line)
            return topic
        upto = max(topic.mirrored, episode.first_seq)
        # In a topic that is used again, what it shows needs no telling.
        after = topic.mirrored if topic.shown.get("card") else 0
        shown = {**topic.shown, "before": [after, upto], BOTS: False}
        topic = replace(topic, mirrored=upto, shown=shown)
        card = await self._card(chat, episode, topic)
        call: dict[str, Any] = {**thread(topic), **card.message}
        # Of a flood of requests only those that get a topic go before the words of chats that have one.
        urgency = Urgency.SOON if waits else Urgency.NOW
        try:
            said = await line.call("sendMessage", call, urgency, request=True)
        except BadEntities:
            call.pop("entities")
            said = await line.call("sendMessage", call, urgency, request=True)
        carded = {
            **topic.shown,
            "card": str(said["message_id"]),
            "card_of": card.stamp,
            "episode": episode.number,
            LEFT: _left(topic),
        }
        topic = replace(topic, shown=carded)
        await self._parts.noted([own(topic, said)], topic)
        await self._end_earlier(chat, topic, line)
        self._count(topic, int(said["message_id"]))
        self._ask_for_orders(chat, episode, topic)
        return topic

    async def _end_earlier(self, chat: Conversation, topic: Topic, line: Line) -> None:
        """The hand-off before this one may have ended unseen: its card does not stay as if it went on."""
        left = topic.shown.get(LEFT)
        if not left:
            return
        card, number = left
        known = await self._parts.episodes.of_chat(chat.id, limit=EPISODES)
        drawn = [
            await self._drawing.card(chat, one, topic, short=False)
            for one in known
            if one.number == number
        ]

        async def ended() -> Mapping[str, Any]:
            for one in drawn:
                call = {**one.message, "message_id": int(card)}
                try:
                    await line.call("editMessageText", call, Urgency.LATER, merge=f"card {card}")
                except ChannelError as error:
                    log.info("A card stays as it is", chat=chat.id, why=str(error))
            return {LEFT: None}

        self._faces.beside(topic, LEFT, ended)

    def _ask_for_orders(self, chat: Conversation, episode: Episode, topic: Topic) -> None:
        """Once for each hand-off; the card is there meanwhile, and is edited then."""
        asks, queue = self._parts.orders, self._parts.queue(chat)
        known = topic.shown.get(ORDERS)
        asked = isinstance(known, dict) and known.get("episode") == episode.number
        if asks is None or queue.orders is None or asked or topic.shown.get("waits"):
            return

        async def found() -> Mapping[str, Any]:
            try:
                lines = await asks(chat, queue)
            except RemoteFailed as failed:
                log.warning("A card is without orders", chat=chat.id, why=str(failed))
                return {ORDERS: {"episode": episode.number, "lines": [], "failed": True}}
            return {ORDERS: {"episode": episode.number, "lines": list(lines)}}

        self._faces.beside(topic, ORDERS, found)

    def _look_elsewhere(self, chat: Conversation, episode: Episode, topic: Topic) -> None:
        """Whoever cannot be reached here may be reached in another messenger."""
        known = topic.shown.get(ELSEWHERE)
        looked = isinstance(known, dict) and known.get("episode") == episode.number
        if not chat.unreachable or looked:
            return

        async def found() -> Mapping[str, Any]:
            others = await self._parts.episodes.of_same_person(chat, limit=MOST_OTHERS)
            listed = [[one.id, one.platform, address_of(one)] for one in others]
            return {ELSEWHERE: {"episode": episode.number, "chats": listed}}

        self._faces.beside(topic, ELSEWHERE, found)

    async def _called(
        self, chat: Conversation, episode: Episode, topic: Topic, line: Line
    ) -> Topic:
        """Whoever has to know of it now is called by name, once."""
        called = callout(
            chat,
            topic.shown.get("called"),
            people=await self._parts.operators.known(),
            notes=await self._parts.desks.notes(chat.id),
            language=self._parts.speaks(chat),
            now=self._parts.clock(),
        )
        if called is None:
            return topic
        topic = replace(topic, shown={**topic.shown, "called": called.noted})
        if called.text:
            await said(self._parts, chat, topic, line, called.text, called.marks, noted=topic)
        else:
            await self._parts.desks.put_topic(topic)
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
            await self._seats.reopen(topic, line)
            return await self._closing.close(chat, episode, topic, line, group)

    async def _lock_unseen(self, topic: Topic, line: Line, shown: dict[str, Any]) -> None:
        if topic.thread_id and not is_shared(topic) and topic.status == "open":
            await self._topics.close(topic, line, shown)
        elif topic.status != "closed":
            await self._topics.closed(topic, shown)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _left(topic: Topic) -> list[Any] | None:
    """The card that the topic has, where its hand-off was not seen to end."""
    card, number = topic.shown.get("card"), topic.shown.get("episode")
    if not card or not number:
        return topic.shown.get(LEFT)
    return [card, number] if topic.shown.get("closed") != number else topic.shown.get(LEFT)
