"""What an operator said, said otherwise or taken back: the customer's copy follows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.said import said
from adapters.messengers.telegram.desk.titles import LONG
from adapters.messengers.telegram.desk.words import Words
from bots.model.conversation import Conversation
from bots.model.desk import Relay
from bots.model.message import Entity, Reply
from bots.model.operator import Operator
from bots.model.turn import MessageRecord

PATIENCE = 5.0
"""Seconds that a message which is just being sent is waited for."""

AT_ONCE = 500

WORDS = Words(
    {
        # What the customer reads, in the bot's language.
        "corrected": ("Исправление: ", "Correction: "),
        "not_sent": (
            "Это сообщение ещё не доставлено, исправлять нечего.",
            "This message has not been delivered, so there is nothing to change.",
        ),
        "no_words": ("Напишите новый текст.", "Write the new text."),
        "cannot": (
            "{platform} не даёт удалять сообщения: клиент его видит.",
            "{platform} lets nobody delete messages: the customer sees it.",
        ),
        "taken_back": ("Удаляю у клиента.", "Deleting it for the customer."),
        "done": ("Исправлено.", "Corrected."),
    }
)


class Corrections:
    """Nothing is changed twice: an update that comes again finds the words as they should be."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def edited(
        self,
        chat: Conversation,
        who: Operator,
        message: Mapping[str, Any],
        relay: Relay,
        came_by: str,
    ) -> None:
        """An operator edited what they had said by `relay`. Raises Conflict, Taken."""
        record = await self._record(relay)
        if record is None:
            return
        found = said(
            message,
            message_id="",
            came_by=came_by,
            goes_by=chat.address.channel,
            language=self._parts.speaks(chat),
        )
        await self._say(chat, who, record, found.reply.text, found.reply.entities)

    async def correct(self, chat: Conversation, who: Operator, relay: Relay, text: str) -> str:
        """New words for what was said by `relay`; what to tell the operator. Raises Conflict, Taken."""
        language = self._parts.speaks(chat)
        record = await self._record(relay)
        if record is None:
            return WORDS.say(language, "not_sent")
        if not text.strip():
            return WORDS.say(language, "no_words")
        await self._say(chat, who, record, text.strip(), ())
        return WORDS.say(language, "done")

    async def take_back(self, chat: Conversation, who: Operator, relay: Relay) -> str:
        """Away with what was said by `relay`; what to tell the operator. Raises Conflict, Taken."""
        language = self._parts.speaks(chat)
        record = await self._record(relay)
        ids = await self._ids(chat, record) if record is not None else []
        channel = self._parts.channels.get(chat.address.channel)
        # Some call nothing by an id: whether they can do it is asked with any.
        if channel is None or not channel.taken_back(chat.address, ids or ["0"]):
            return WORDS.say(language, "cannot", platform=LONG.get(chat.platform, chat.platform))
        if record is None or not ids:
            return WORDS.say(language, "not_sent")
        await self._parts.handoff.take_back(chat.address, who, record.message_id, ids)
        return WORDS.say(language, "taken_back")

    async def _say(
        self,
        chat: Conversation,
        who: Operator,
        record: MessageRecord,
        text: str,
        entities: Sequence[Entity],
    ) -> None:
        last = await self._last(chat, record)
        if (last.text, tuple(last.entities)) == (text, tuple(entities)):
            # Telegram tells of changes that nobody sees, too.
            return
        ids = await self._ids(chat, record)
        prefix = WORDS.say(self._parts.speaks(chat), "corrected")
        several = len(record.attachments) > 1 and not self._is_ours(chat)
        anew = len(ids) != 1 or several
        reply = Reply(
            message_id=self._parts.new_id(),
            text=text,
            entities=tuple(entities),
            message_type=record.message_type,
            replaces=ids[0] if ids else "",
            corrected=f"{prefix}{text}",
            author="operator",
        )
        if anew:
            moved = tuple(replace(one, start=one.start + len(prefix)) for one in entities)
            reply = replace(reply, text=reply.corrected, entities=moved, message_type="text")
            reply = replace(reply, replaces="", reply_to=ids[0] if ids else "")
        await self._parts.handoff.say(chat.address, who, reply)

    async def _last(self, chat: Conversation, record: MessageRecord) -> MessageRecord:
        """What the customer reads now in its place."""
        last, after = record, record.seq
        prefix = WORDS.say(self._parts.speaks(chat), "corrected")
        called = record.message_id if self._is_ours(chat) else record.platform_message_id
        while later := await self._parts.episodes.messages(chat.id, after=after, limit=AT_ONCE):
            for one in later:
                if one.author != "operator" or one.direction != "outbound":
                    continue
                if called and one.replaces == called:
                    last = one
                elif one.reply_to == called and one.text.startswith(prefix):
                    before = len(prefix)
                    marks = tuple(replace(e, start=e.start - before) for e in one.entities)
                    last = replace(one, text=one.text[before:], entities=marks)
            after = later[-1].seq
        return last

    async def _record(self, relay: Relay) -> MessageRecord | None:
        found = await self._parts.episodes.messages(
            relay.conversation_id, after=relay.seq - 1, limit=1
        )
        return found[0] if found and found[0].seq == relay.seq else None

    def _is_ours(self, chat: Conversation) -> bool:
        channel = self._parts.channels.get(chat.address.channel)
        return channel is not None and channel.our_ids

    async def _ids(self, chat: Conversation, record: MessageRecord) -> list[str]:
        """What the messenger calls it; one that is just being sent is waited for."""
        if self._is_ours(chat):
            return [record.message_id]
        ids = await self._parts.episodes.platform_ids(record.message_id)
        if not ids:
            await self._parts.deliveries.delivery(record.message_id, patience=PATIENCE)
            ids = await self._parts.episodes.platform_ids(record.message_id)
        return ids
