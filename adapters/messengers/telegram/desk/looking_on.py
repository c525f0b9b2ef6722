"""Chats that the bot runs, shown as they go where a queue has `mirror: all`: many lines in one message.

They come last. A topic is made, and a line written, only while the group has more than half of its
budget left, so that no request and no word of a chat that people have waits for them.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.card_words import say
from adapters.messengers.telegram.desk.gate import has_begun
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.mirror import SHORT
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.placing import relay_of
from adapters.messengers.telegram.desk.refused import TopicClosed, TopicLost
from adapters.messengers.telegram.desk.saying import own
from adapters.messengers.telegram.desk.seats import Seats
from adapters.messengers.telegram.desk.shown import MAX_TEXT, Frame, named, pretends, said_by
from adapters.messengers.telegram.desk.topics import Topics, moment_of, thread
from adapters.messengers.telegram.desk.words import Words
from bots.errors import NotFound
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Topic
from bots.model.turn import MessageRecord
from bots.shaping import shortened, units

TOGETHER = timedelta(seconds=6)
"""How long lines wait for more of them."""
LONGEST_WAIT = timedelta(seconds=15)
BUSY = timedelta(seconds=15)
"""How soon a group is looked at again that has no room."""
SILENT = timedelta(hours=12)
"""After so long a silence the topic is closed; the next word opens it."""
AT_ONCE = 50
LONGEST = 900
"""Units of one message; the whole of it stands in the transcript."""
BOTS = "bots"
"""In `Topic.shown` while the bot's chat is looked on at there."""

WORDS = Words(
    {
        "head": (
            "🤖 Этот чат ведёт бот. Чтобы ответить самим, возьмите его.",
            "🤖 The bot answers this chat. To answer yourself, take it.",
        ),
        "customer": ("💬 ", "💬 "),
    }
)


class LookingOn:
    """Shows each message once, but for what a crash left in doubt between Telegram's answer and our note."""

    def __init__(self, parts: Parts, topics: Topics, seats: Seats) -> None:
        self._parts = parts
        self._topics = topics
        self._seats = seats

    def queue(self, bot: str) -> str | None:
        """The queue whose people look on at the bot's chats; None where none do."""
        with suppress(NotFound):
            for name, queue in self._parts.queues(bot).items():
                if queue.mirror == "all":
                    return name
        return None

    async def show(
        self, chat: Conversation, group: DeskGroup, line: Line, topics: Sequence[Topic]
    ) -> datetime | None:
        """What was said since; gives when to look again. Raises GroupDown, GroupMoved."""
        if not await has_begun(self._parts.episodes, chat):
            return None
        now = self._parts.clock()
        known = next((one for one in topics if one.shown.get(BOTS)), None)
        after = max((one.mirrored for one in topics), default=self._seats.begins(chat))
        waiting = await self._after(chat, after)
        if not waiting or (known is None and not any(map(_is_word, waiting))):
            await self._rest(known, line)
            return None
        last = moment_of(known.shown.get("looked_at")) if known is not None else None
        # Whoever goes on writing is shown all the same.
        newest = min(waiting[-1].created_at, waiting[0].created_at + LONGEST_WAIT)
        due = max(filter(None, (last, newest))) + TOGETHER
        if now < due <= now + TOGETHER:
            return due
        if line.left < SHORT:
            return now + BUSY
        place = await self._seats.looked_on(chat, group, line, topics)
        if place is None or isinstance(place, datetime):
            return place
        try:
            await self._said(chat, await self._opened(chat, place, line), line)
        except TopicLost:
            await self._seats.lost(place)
        except TopicClosed:
            await self._topics.closed(place, {**place.shown, BOTS: False})
        return now + TOGETHER

    async def leave(self, topic: Topic, line: Line) -> None:
        """Nobody looks on any more."""
        with suppress(TopicLost):
            await self._topics.close(topic, line, {**topic.shown, BOTS: False})

    # ------------------------------------------------------------ inside

    async def _after(self, chat: Conversation, seq: int) -> list[MessageRecord]:
        return await self._parts.episodes.messages(chat.id, after=seq, limit=AT_ONCE)

    async def _rest(self, topic: Topic | None, line: Line) -> None:
        """A topic in which nothing happens is closed by and by; whoever tidies up looks at each."""
        if topic is None or topic.status != "open":
            return
        last = moment_of(topic.shown.get("looked_at")) or topic.created_at
        if self._parts.clock() >= last + SILENT:
            await self.leave(topic, line)

    async def _opened(self, chat: Conversation, topic: Topic, line: Line) -> Topic:
        """With the line that says whose chat it is."""
        if topic.shown.get(BOTS) and topic.status == "open":
            return topic
        if topic.status == "closed":
            await line.call("reopenForumTopic", thread(topic), Urgency.LATER)
        language = self._parts.speaks(chat)
        take = button(say(language, "button take"), chat.id, "take", 0)
        call = {
            **thread(topic),
            "text": WORDS.say(language, "head"),
            "disable_notification": True,
            "reply_markup": {"inline_keyboard": [[take]]},
        }
        said = await line.call("sendMessage", call, Urgency.LATER)
        shown = {**topic.shown, BOTS: True}
        # Of a card that comes later only what is not shown here is the history.
        shown.setdefault("card", str(said["message_id"]))
        topic = replace(topic, status="open", shown=shown)
        await self._parts.noted([own(topic, said)], topic)
        return topic

    async def _said(self, chat: Conversation, topic: Topic, line: Line) -> None:
        batch: list[MessageRecord] = []
        language = self._parts.speaks(chat)

        async def prepare() -> Mapping[str, Any]:
            """All that was said by the time there is room for it."""
            waiting = await self._after(chat, topic.mirrored)
            batch[:], text = _together(waiting, Frame(language=language, platform=chat.platform))
            return {"text": text}

        call = {**thread(topic), "disable_notification": True}
        sent = await line.call("sendMessage", call, Urgency.LATER, prepare=prepare)
        shown = {**topic.shown, "looked_at": self._parts.clock().isoformat()}
        topic = replace(topic, mirrored=batch[-1].seq, shown=shown)
        made = [relay_of(chat, topic, str(sent["message_id"]), one.seq, 0) for one in batch]
        await self._parts.noted(made, topic)


def _is_word(record: MessageRecord) -> bool:
    """Whether a customer wrote it: a press, or what the bot says at the end, opens no topic again."""
    return record.author == "customer" and record.happening != "button"


def _together(messages: Sequence[MessageRecord], frame: Frame) -> tuple[list[MessageRecord], str]:
    """As many messages as fit into one, a line or more for each."""
    batch: list[MessageRecord] = []
    lines: list[str] = []
    room = MAX_TEXT
    for one in messages:
        line = _line(one, frame)
        room -= units(line) + 1
        if batch and room < 0:
            break
        batch.append(one)
        lines.append(line)
    return batch, "\n".join(lines)


def _line(record: MessageRecord, frame: Frame) -> str:
    files = [f"[{named(one, frame.language, frame.platform)}]" for one in record.attachments]
    words = record.words
    begins = said_by(record, frame)
    if record.author == "customer":
        # A line of theirs that looks like one of ours stands behind their sign, and in one line.
        words = " ".join(words.split()) if pretends(words) else words
        plain = record.happening != "button" and not record.metadata.get("forwarded")
        begins = WORDS.say(frame.language, "customer") if plain else begins
    mark = "✏️ " if record.happening == "edited" or record.replaces else ""
    return begins + mark + shortened(" ".join([*files, words]).strip() or "—", LONGEST)
