"""Shows a chat in its topic: every message past the topic's cursor, in order, none left out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from adapters.messengers.telegram.desk.edits import Edits
from adapters.messengers.telegram.desk.flat import header, is_shared
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.media import Media, refused_lines, uploads
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.placing import placed, relay_of, reply_to
from adapters.messengers.telegram.desk.shown import (
    MAX_TEXT,
    PART,
    WORDS,
    Frame,
    as_reply,
    calls_of,
    fits_together,
    ids_of,
    plain,
    together,
    words_of,
)
from adapters.messengers.telegram.media import Call
from bots.errors import NotFound, Rejected
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Relay, Topic
from bots.model.message import Reply
from bots.model.turn import MessageRecord
from bots.shaping import head

AT_ONCE = 50
"""Messages read at a time."""

SHORT = 0.5
"""The share of a line's budget below which words are shown together."""

SHORTEST, LONGEST = 3.0, 8.0
"""Seconds a customer's words wait for more of them while the budget is short; the shorter it is the
longer they do."""

log = structlog.get_logger()


class Mirror:
    """The same again shows nothing twice, but for what a crash left in doubt between Telegram's answer
    and our note of it: that may stand twice in the group, never with the customer."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._media = Media(parts.channels, parts.sleep)
        self._edits = Edits(parts)

    async def show(
        self, chat: Conversation, topic: Topic, line: Line, *, group: DeskGroup
    ) -> Topic:
        """Messages past `topic.mirrored`, in order; the topic as it was noted.

        Raises TopicLost, TopicClosed, GroupDown, GroupMoved for the caller to heal, and nothing is lost by it.
        """
        while messages := await self._after(chat, topic):
            while messages:
                if await self._waited(messages, line):
                    messages = await self._after(chat, topic)
                batch = _batch(messages, short=line.left < SHORT)
                topic = await self._shown(chat, topic, line, group, batch)
                messages = [one for one in messages if one.seq > topic.mirrored]
        return topic

    async def _after(self, chat: Conversation, topic: Topic) -> list[MessageRecord]:
        found = await self._parts.episodes.messages(chat.id, after=topic.mirrored, limit=AT_ONCE)
        if not found:
            return found
        # Looked at after the messages: of a hand-off that is over by now, all of it is among them.
        now = await self._parts.episodes.conversation(self._parts.workspace, chat.id)
        episode = now.episode
        if episode is not None and not episode.open:
            # What is said after the hand-off is between the customer and the bot.
            return [one for one in found if one.seq <= episode.last_seq]
        return found

    async def _waited(self, messages: Sequence[MessageRecord], line: Line) -> bool:
        """Whether more may have come: where the budget is short, words wait for more of them."""
        left = line.left
        first = messages[0]
        if left >= SHORT or not plain(first) or len(messages) > 1:
            return False
        window = LONGEST - (LONGEST - SHORTEST) * left / SHORT
        rest = window - (self._parts.clock() - first.created_at).total_seconds()
        if rest <= 0 or rest > window:
            return False
        await self._parts.sleep(rest)
        return True

    # ------------------------------------------------------------ one message

    async def _shown(
        self,
        chat: Conversation,
        topic: Topic,
        line: Line,
        group: DeskGroup,
        batch: Sequence[MessageRecord],
    ) -> Topic:
        record, upto = batch[0], batch[-1].seq
        at = topic.channel, topic.chat_id
        relays = await self._parts.desks.relays(chat.id, record.seq)
        here = [one for one in relays if (one.channel, one.chat_id) == at]
        if any(one.way == "out" for one in here):
            # An operator wrote it in this very group.
            return await self._noted(topic, (), upto)
        frame = await self._frame(chat, topic, record, relays)
        if record.happening == "edited" or record.replaces:
            shown = await self._edits.correct(chat, topic, line, record, frame)
            if shown is not None:
                return await self._noted(topic, shown, upto)
        done = {
            one.part // PART for one in here if one.way == "in" and one.thread_id == topic.thread_id
        }
        if not done and line.left < SHORT and _may_stand_with_others(record):
            together_shown = await self._shown_in_turn(chat, topic, line, frame)
            if together_shown is not None:
                return together_shown
        if record.renews and not record.text.strip():
            return await self._noted(topic, (), upto)
        brought = await self._media.brought(
            record, came_by=chat.address.channel, into=group.channel, language=frame.language
        )
        answered, quoted = await self._answered(chat, topic, record, frame)
        frame = replace(frame, quoted=quoted)
        reply = as_reply(
            together(batch) if len(batch) > 1 else record, frame, brought.attachments, brought.lines
        )
        calls = calls_of(reply)
        if answered is not None and calls:
            calls[0]["reply_parameters"] = answered
        silent = record.author != "customer"
        for number, call in enumerate(calls):
            if number in done:
                continue
            files = uploads(call, brought.files)
            media = call["method"] != "sendMessage"
            urgency = Urgency.SOON if media else Urgency.LATER if silent else Urgency.NOW
            try:
                ids = await placed(topic, line, call, urgency, files, silent=silent)
            except Rejected as rejected:
                words = _instead(call, reply, frame, chat.address.channel, rejected)
                ids = await placed(topic, line, words, urgency, {}, silent=silent)
            made = [
                relay_of(chat, topic, id, one.seq, number * PART + place)
                for one in batch
                for place, id in enumerate(ids)
            ]
            if number == len(calls) - 1:
                return await self._noted(topic, made, upto)
            # After each call, so that a crash shows no more than this one again.
            await self._parts.noted(made)
        return await self._noted(topic, (), upto)

    async def _shown_in_turn(
        self, chat: Conversation, topic: Topic, line: Line, frame: Frame
    ) -> Topic | None:
        """What a customer wrote by the time the line has room for it; None where the group refuses it so."""
        batch: list[MessageRecord] = []

        async def prepare() -> Mapping[str, Any]:
            batch[:] = _batch(await self._after(chat, topic), short=True)
            (call,) = calls_of(as_reply(together(batch), frame, (), ()))
            return {name: value for name, value in call.items() if name != "method"}

        where = {"message_thread_id": int(topic.thread_id)} if topic.thread_id else {}
        try:
            sent = await line.call("sendMessage", where, Urgency.NOW, prepare=prepare)
        except Rejected as rejected:
            log.warning("A group refuses a message, showing it otherwise", why=str(rejected))
            return None
        made = [relay_of(chat, topic, id, one.seq, 0) for one in batch for id in ids_of(sent)]
        return await self._noted(topic, made, batch[-1].seq)

    async def _noted(self, topic: Topic, relays: Sequence[Relay], upto: int) -> Topic:
        topic = replace(topic, mirrored=max(topic.mirrored, upto))
        await self._parts.noted(relays, topic)
        return topic

    async def _frame(
        self, chat: Conversation, topic: Topic, record: MessageRecord, relays: Sequence[Relay]
    ) -> Frame:
        name = ""
        by = record.operator
        if by is None:
            by = next((one.operator for one in relays if one.way == "out"), None)
        if record.author == "operator" and by is not None:
            try:
                name = (await self._parts.operators.by_id(by)).name
            except NotFound:
                name = f"#{by}"
        return Frame(
            language=self._parts.speaks(chat),
            header=header(chat) if is_shared(topic) else "",
            name=name,
            platform=chat.platform,
        )

    # ------------------------------------------------------------ what it answers, what it corrects

    async def _answered(
        self, chat: Conversation, topic: Topic, record: MessageRecord, frame: Frame
    ) -> tuple[dict[str, Any] | None, str]:
        """What the first call answers; where the message is not here, its words, which are quoted."""
        if not record.reply_to or record.happening == "button":
            return None, ""
        answered = await self._parts.episodes.said_as(chat.id, record.reply_to)
        for one in answered:
            place = await self._place(chat, topic, one.seq)
            if place is not None:
                return reply_to(place, record.metadata.get("quote")), ""
        said = words_of(answered[-1], frame.language, chat.platform) if answered else ""
        return None, str(record.metadata.get("quote") or said)

    async def _place(self, chat: Conversation, topic: Topic, seq: int) -> int | None:
        """The message of this topic that shows one of the chat's, or that it was written by."""
        for relay in await self._parts.desks.relays(chat.id, seq):
            here = (relay.channel, relay.chat_id, relay.thread_id)
            if here == (topic.channel, topic.chat_id, topic.thread_id) and relay.way != "own":
                return int(relay.message_id)
        return None


def _may_stand_with_others(record: MessageRecord) -> bool:
    """Words of a customer: what operators say may have been said in this very group."""
    return record.author == "customer" and plain(record) and fits_together([], record)


def _batch(messages: Sequence[MessageRecord], *, short: bool) -> list[MessageRecord]:
    """The first message, and those that may stand in the same one of the group."""
    batch = [messages[0]]
    if short and _may_stand_with_others(messages[0]):
        for more in messages[1:]:
            if not fits_together(batch, more):
                break
            batch.append(more)
    return batch


def _instead(call: Call, reply: Reply, frame: Frame, channel: str, why: Rejected) -> Call:
    """What stands for a call that the group does not take in any form: the words, and what is missing."""
    media = [call, *call.get("media", ())]
    words = [one["caption"] for one in media if one.get("caption")]
    if call["method"] == "sendMessage":
        words = [WORDS.say(frame.language, "refused", why=why)]
    else:
        words += refused_lines(reply.attachments, frame.language, channel, why)
    return {"method": "sendMessage", "text": head("\n".join(words), MAX_TEXT)}
