"""What a topic looks like (title, icon, card, pin): kept up without anybody waiting for it.

Such calls are the first that a busy group leaves out, so that nobody's words wait behind them. What
came of one is noted when its chat is brought up to date next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from adapters.messengers.telegram.desk.card import Card
from adapters.messengers.telegram.desk.flat import is_shared
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import CannotEdit, Skipped
from adapters.messengers.telegram.desk.titles import title_of
from adapters.messengers.telegram.desk.topics import Topics, moment_of, thread
from bots.errors import ChannelError
from bots.model.conversation import Conversation
from bots.model.desk import Topic

APART = timedelta(seconds=60)
"""How far apart the titles and icons of one topic are written, at least."""

log = structlog.get_logger()

_Place = tuple[int, str, str, int]


class Faces:
    """At most one call of each kind is under way for a topic; `wake` is told when one has ended."""

    def __init__(self, parts: Parts, topics: Topics, wake: Callable[[int], None]) -> None:
        self._parts = parts
        self._topics = topics
        self._wake = wake
        self._under_way: dict[tuple[_Place, str], asyncio.Task[None]] = {}
        self._came: dict[_Place, dict[str, Any]] = {}
        self._pinned_at: dict[_Place, datetime] = {}

    async def noted(self, topics: Sequence[Topic]) -> list[Topic]:
        """The topics with what came of calls since; it is on disk then."""
        return [await self._noted(topic) for topic in topics]

    async def title(self, chat: Conversation, topic: Topic, line: Line) -> datetime | None:
        """See to title and icon; gives when to look again, where it is too early for them."""
        wanted = {
            "title": topic.shown.get("title") if topic.titled_by_hand else title_of(chat),
            "icon": await self._topics.icon(chat, topic.channel) or topic.shown.get("icon", ""),
        }
        changed = {key: value for key, value in wanted.items() if topic.shown.get(key) != value}
        if not changed or self._goes_on(topic, "title"):
            return None
        last = moment_of(topic.shown.get("titled_at"))
        now = self._parts.clock()
        if last is not None and last + APART > now:
            return last + APART
        call = {**thread(topic)}
        if "title" in changed:
            call["name"] = changed["title"]
        if wanted["icon"]:
            call["icon_custom_emoji_id"] = wanted["icon"]

        async def edit() -> Mapping[str, Any]:
            merge = f"title {topic.thread_id}"
            try:
                await line.call("editForumTopic", call, Urgency.COSMETIC, merge=merge)
            except ChannelError as error:
                # Left out, or not allowed: the next one is tried as late as if it had gone well.
                log.debug("A topic keeps its look", chat=topic.conversation_id, why=str(error))
                return {"titled_at": self._stamp()}
            return {**wanted, "titled_at": self._stamp()}

        self._begin(topic, "title", edit)
        return None

    def left(self, topic: Topic, icon: str, line: Line) -> None:
        """A topic that its chat has left does not look as if somebody were still wanted there."""
        if not icon or is_shared(topic) or topic.shown.get("icon") == icon:
            return
        call = {**thread(topic), "icon_custom_emoji_id": icon}

        async def edit() -> Mapping[str, Any]:
            try:
                await line.call("editForumTopic", call, Urgency.LATER)
            except ChannelError as error:
                log.debug("A topic keeps its look", chat=topic.conversation_id, why=str(error))
                return {}
            return {"icon": icon, "titled_at": self._stamp()}

        self._begin(topic, "left", edit)

    def card(self, topic: Topic, card: Card, line: Line) -> None:
        """See to it that the card says what is so now."""
        shown = topic.shown.get("card")
        if not shown or topic.shown.get("card_of") == card.stamp or self._goes_on(topic, "card"):
            return

        async def edit() -> Mapping[str, Any]:
            call = {**card.message, "message_id": int(shown)}
            try:
                await line.call("editMessageText", call, Urgency.LATER, merge=f"card {shown}")
            except CannotEdit:
                # Somebody deleted it: another one is shown.
                return {"card": "", "episode": 0}
            except ChannelError as error:
                log.info("A card stays as it is", chat=topic.conversation_id, why=str(error))
            return {"card_of": card.stamp}

        self._begin(topic, "card", edit)

    def pin(self, topic: Topic, line: Line) -> None:
        """Have the card at hand; without a right to it, it is not pinned."""
        card = topic.shown.get("card")
        now = self._parts.clock()
        tried_at = self._pinned_at.get(_place(topic))
        lately = tried_at is not None and now - tried_at < APART
        if not card or topic.shown.get("pinned") == card or lately or self._goes_on(topic, "pin"):
            return
        # Past that time it is tried again whether or not it is known here.
        kept = {place: at for place, at in self._pinned_at.items() if now - at < APART}
        self._pinned_at = {**kept, _place(topic): now}
        call = {"message_id": int(card), "disable_notification": True}

        async def pin() -> Mapping[str, Any]:
            try:
                await line.call("pinChatMessage", call, Urgency.COSMETIC)
            except Skipped:
                # There was no room for it: another time.
                return {}
            except ChannelError as error:
                log.info("A card is not pinned", chat=topic.conversation_id, why=str(error))
            self._pinned_at.pop(_place(topic), None)
            return {"pinned": card}

        self._begin(topic, "pin", pin)

    def beside(
        self, topic: Topic, kind: str, work: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> None:
        """Find something out that the card tells; what comes of it is noted in `shown`."""
        if not self._goes_on(topic, kind):
            self._begin(topic, kind, work)

    def say(self, topic: Topic, call: Mapping[str, Any], message_id: str, line: Line) -> None:
        """Have a message say something else, if there is room."""
        edit = {**call, "message_id": int(message_id)}
        self._quietly(
            topic, f"say {message_id}", lambda: line.call("editMessageText", edit, Urgency.COSMETIC)
        )

    async def close(self) -> None:
        """Let go: what was to be shown is found again at the next start."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------ beside

    def _quietly(self, topic: Topic, kind: str, call: Callable[[], Awaitable[Any]]) -> None:
        async def made() -> Mapping[str, Any]:
            try:
                await call()
            except ChannelError as error:
                log.debug("Left out in a group", what=kind, why=str(error))
            return {}

        self._begin(topic, kind, made)

    def _goes_on(self, topic: Topic, kind: str) -> bool:
        return (_place(topic), kind) in self._under_way

    def _begin(
        self, topic: Topic, kind: str, work: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> None:
        place = _place(topic)

        async def run() -> None:
            try:
                came = await work()
            finally:
                self._under_way.pop((place, kind), None)
            if came:
                self._came.setdefault(place, {}).update(came)
                self._wake(topic.conversation_id)

        self._under_way[place, kind] = asyncio.create_task(run())

    async def _noted(self, topic: Topic) -> Topic:
        came = self._came.pop(_place(topic), None)
        if came is None:
            return topic
        topic = replace(topic, shown={**topic.shown, **came})
        await self._parts.desks.put_topic(topic)
        return topic

    def _stamp(self) -> str:
        return self._parts.clock().isoformat()


def _place(topic: Topic) -> _Place:
    return (topic.conversation_id, topic.channel, topic.chat_id, topic.gen)
