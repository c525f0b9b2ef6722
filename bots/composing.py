"""From what a flow says to rows: history, and the calls to a channel that deliver it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bots.model.conversation import Conversation
from bots.model.message import Attachment, Button, Keyboard, MessageType, Reply, UnifiedMessage
from bots.model.turn import MessageRecord, Outgoing
from bots.ports import Channel
from flows.turn import Press, Say

SHORT_LABEL = 16
"""Two buttons whose labels are at most this long share a row."""

_TYPES: dict[str, MessageType] = {
    "photo": "image",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "document",
    "location": "location",
    "contact": "contact",
}


def button(press: Press) -> Button:
    """A button of the engine as the house knows it."""
    return Button(
        text=press.text,
        payload=press.payload,
        url=press.url,
        share=press.share,
        name=press.name,
        data=press.data,
    )


def keyboard(presses: Sequence[Press]) -> Keyboard | None:
    """Rows of one, or of two where the labels are short.

    Sharing a phone or a place works only from a keyboard that replaces the customer's own.
    """
    if not presses:
        return None
    rows: list[tuple[Button, ...]] = []
    for made in map(button, presses):
        last = rows[-1] if rows else ()
        if len(last) == 1 and max(len(last[0].text), len(made.text)) <= SHORT_LABEL:
            rows[-1] = (last[0], made)
        else:
            rows.append((made,))
    return Keyboard(rows=tuple(rows), inline=not any(press.share for press in presses))


def reply(say: Say, message_id: str, *, clear_keyboard: bool) -> Reply:
    """A message of the flow, ready for a channel."""
    attachments = tuple(
        Attachment(kind="document" if kind == "file" else kind, ref=ref)  # type: ignore[arg-type]
        for kind, ref in say.media
    )
    return Reply(
        message_id=message_id,
        text=say.text,
        message_type=_TYPES.get(attachments[0].kind, "document") if attachments else "text",
        attachments=attachments,
        keyboard=keyboard(say.buttons),
        clear_keyboard=clear_keyboard,
        once=say.once,
    )


def inbound(message: UnifiedMessage, seq: int) -> MessageRecord:
    """What the customer sent, for history; of a pressed button it is the label."""
    return MessageRecord(
        message_id=message.message_id,
        seq=seq,
        direction="inbound",
        author="customer",
        created_at=message.timestamp,
        text=message.text or "",
        message_type=message.message_type,
        platform_message_id=message.platform_message_id,
        attachments=message.attachments,
    )


def outbound(
    said: Reply,
    conversation: Conversation,
    channel: Channel | None,
    *,
    seq: int,
    now: datetime,
) -> tuple[MessageRecord, list[Outgoing]]:
    """The history row of a reply and the calls that deliver it (none where nobody delivers)."""
    record = MessageRecord(
        message_id=said.message_id,
        seq=seq,
        direction="outbound",
        author=said.author,
        created_at=now,
        text=said.text,
        message_type=said.message_type,
        keyboard=said.keyboard,
        attachments=said.attachments,
        intent=said.intent,
        confidence=said.confidence,
    )
    if channel is None:
        return record, []
    rows = [
        Outgoing(
            key=f"{said.message_id}:{part}",
            conversation_id=conversation.id,
            address=conversation.address,
            seq=seq,
            part=part,
            epoch=conversation.epoch,
            payload=payload,
            message_id=said.message_id,
            created_at=now,
            once=said.once,
        )
        for part, payload in enumerate(channel.render(conversation.address, said))
    ]
    return record, rows


def marked_sending(rows: Sequence[Outgoing], now: datetime) -> list[Outgoing]:
    """The same rows, the first one born as being sent: it leaves right after the commit."""
    return [replace(rows[0], sending_at=now), *rows[1:]] if rows else []
