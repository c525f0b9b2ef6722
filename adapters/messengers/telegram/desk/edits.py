"""What a customer corrected, in the topic: the new words, with the old ones to be read beneath."""

from collections.abc import Sequence

from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.placing import placed, relay_of, reply_to
from adapters.messengers.telegram.desk.refused import BadEntities, CannotEdit
from adapters.messengers.telegram.desk.shown import (
    PART,
    Frame,
    as_reply,
    calls_of,
    edited_calls,
    plain,
)
from adapters.messengers.telegram.media import Call
from bots.model.conversation import Conversation
from bots.model.desk import Relay, Topic
from bots.model.turn import MessageRecord


class Edits:
    """Edits messages of the topic, where that can be done; elsewhere says what was corrected."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def correct(
        self, chat: Conversation, topic: Topic, line: Line, record: MessageRecord, frame: Frame
    ) -> list[Relay] | None:
        """New words over the old ones, which stay to be read; None where it has to be said anew.

        What is said anew is told of as a correction.
        """
        id = record.replaces or record.platform_message_id
        versions = await self._parts.episodes.said_as(chat.id, id)
        if not versions and record.replaces:
            # A page calls our messages by our own ids.
            found = await self._parts.episodes.message(self._parts.workspace, id)
            versions = [found[1]] if found is not None and found[0].id == chat.id else []
        same = record.direction
        earlier = [one for one in versions if one.direction == same and one.seq < record.seq]
        if record.replaces:
            # What we said anew has an id of its own only where it could not be edited.
            earlier = earlier[-1:]
        if earlier and earlier[-1].text == record.text and earlier[-1].entities == record.entities:
            return []
        original = earlier[0] if earlier else None
        if record.attachments and not _same_files(record, original):
            return None
        shown = []
        if original is not None:
            shown = [
                one
                for one in await self._parts.desks.relays(chat.id, original.seq)
                if (one.channel, one.chat_id) == (topic.channel, topic.chat_id)
                and one.thread_id == topic.thread_id
                and one.way != "own"
            ]
        one_piece = len(record.attachments) == 1 or (original is not None and plain(original))
        alone = len(shown) == 1 and one_piece and record.direction == "inbound"
        if alone and not await self._shared(chat, shown[0], [one.seq for one in versions]):
            call = edited_calls(
                shown[0].message_id,
                record.text,
                record.entities,
                [one.text for one in earlier],
                frame,
                caption=bool(record.attachments),
            )
            if call is not None and await self._edited(line, call):
                return [relay_of(chat, topic, shown[0].message_id, record.seq, 0)]
        if any(one.way == "out" for one in shown):
            # Whoever corrected it sees it where they wrote it.
            return []
        calls = calls_of(as_reply(record, frame, (), ()))
        if shown:
            calls[0]["reply_parameters"] = reply_to(int(shown[0].message_id), None)
        made: list[Relay] = []
        for number, one in enumerate(calls):
            silent = record.direction == "outbound"
            ids = await placed(topic, line, one, Urgency.LATER, {}, silent=silent)
            made += [
                relay_of(chat, topic, id, record.seq, number * PART + place)
                for place, id in enumerate(ids)
            ]
        return made

    async def _shared(self, chat: Conversation, relay: Relay, versions: Sequence[int]) -> bool:
        """Whether others were shown in the same message, before it or after it."""
        for seq in {relay.seq - 1, relay.seq + 1} - set(versions):
            for other in await self._parts.desks.relays(chat.id, seq):
                if (other.chat_id, other.message_id) == (relay.chat_id, relay.message_id):
                    return True
        return False

    async def _edited(self, line: Line, call: Call) -> bool:
        parameters = dict(call)
        method = parameters.pop("method")
        merge = f"edit:{parameters['message_id']}"
        try:
            await line.call(method, parameters, Urgency.LATER, merge=merge)
        except (CannotEdit, BadEntities):
            return False
        return True


def _same_files(record: MessageRecord, original: MessageRecord | None) -> bool:
    return original is not None and [one.ref for one in record.attachments] == [
        one.ref for one in original.attachments
    ]
