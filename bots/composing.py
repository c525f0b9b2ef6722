"""From what a flow says to rows: history, and the calls to a channel that deliver it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots import unrendered
from bots.model.conversation import Conversation
from bots.model.episode import Source
from bots.model.message import (
    Attachment,
    AttachmentKind,
    Button,
    Card,
    Keyboard,
    MessageType,
    Reply,
    UnifiedMessage,
)
from bots.model.turn import ALWAYS, MessageRecord, Outgoing
from bots.ports import Channel
from bots.shaping import said_anew
from flows.choices import PICKED
from flows.messengers import BY_NAME
from flows.turn import Card as SaidCard
from flows.turn import Press, Say, Understood

_TOGETHER = ((2, 5), (5, 4), (6, 3), (16, 2))
"""How many buttons share a row: labels of at most so many characters, and so many of them."""

MANY_BUTTONS = 5
"""Fewer stand two in a row at most, however short they are: they are easier to hit."""

AFTER_ALL = 1000
"""The part of what leaves after all parts of the last message."""

_KINDS: dict[str, AttachmentKind] = {
    "photo": "photo",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "document",
    "sticker": "sticker",
}

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
    """Rows of one, or of more where the labels are short.

    Sharing a phone or a place works only from a keyboard that replaces the customer's own.
    """
    if not presses:
        return None
    most = _across(presses)
    rows: list[tuple[Button, ...]] = []
    for made in map(button, presses):
        last = rows[-1] if rows else ()
        if last and len(last) < min(most, _room((*last, made))):
            rows[-1] = (*last, made)
        else:
            rows.append((made,))
    return Keyboard(rows=tuple(rows), inline=not any(press.share for press in presses))


def _across(presses: Sequence[Press]) -> int:
    """How many columns look tidy; one or two labels longer than all others have rows of their own."""
    if len(presses) < MANY_BUTTONS:
        return 2
    third = sorted((_length(press.text) for press in presses), reverse=True)[2]
    return next((many for length, many in _TOGETHER if third <= length), 1)


def _length(label: str) -> int:
    """Without the mark of a chosen one, so that the buttons stay where they are when it comes."""
    return len(label.removeprefix(PICKED).lstrip())


def _room(row: Sequence[Button]) -> int:
    """How many buttons a row may have that holds these."""
    longest = max(_length(one.text) for one in row)
    return next((many for length, many in _TOGETHER if longest <= length), 1)


def reply(say: Say, message_id: str, understood: Understood) -> Reply:
    """A message of the flow, ready for a channel."""
    alone = [Attachment(kind=_KINDS[kind], ref=ref) for kind, ref in say.media]
    album = [Attachment(kind=_KINDS[kind], ref=ref, album=True) for kind, ref in say.album]
    attachments = (*alone, *album)
    return Reply(
        message_id=message_id,
        text=say.text,
        message_type=_TYPES.get(attachments[0].kind, "document") if attachments else "text",
        attachments=attachments,
        cards=tuple([_card(card) for card in say.cards]),
        keyboard=keyboard(say.buttons),
        once=say.once,
        template=say.template,
        intent=understood.intent,
        confidence=understood.confidence,
    )


def source_of(understood: Understood) -> Source:
    """What a customer did that had the flow call a person."""
    if understood.rung == "button":
        return "button"
    if understood.rung in ("exact", "contains", "means"):
        return "phrase"
    return "misfits" if understood.rung == "no_match" else "step"


def _card(card: SaidCard) -> Card:
    return Card(title=card.title, text=card.text, photo=card.photo, keyboard=keyboard(card.buttons))


def inbound(
    message: UnifiedMessage,
    seq: int,
    understood: Understood,
    *,
    was_at: str = "",
    now_at: str = "",
) -> MessageRecord:
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
        intent=understood.intent,
        confidence=understood.confidence,
        rung=understood.rung,
        because=understood.because,
        was_at=was_at,
        now_at=now_at,
        entities=message.entities,
        reply_to=message.reply_to,
        metadata=message.metadata,
        happening=message.happening,
    )


def echo(message: UnifiedMessage, seq: int) -> MessageRecord:
    """What a person of ours wrote in the messenger itself, for history; it has been sent."""
    return MessageRecord(
        message_id=message.message_id,
        seq=seq,
        direction="outbound",
        author="operator",
        created_at=message.timestamp,
        text=message.text or "",
        message_type=message.message_type,
        platform_message_id=message.platform_message_id,
        attachments=message.attachments,
        entities=message.entities,
        reply_to=message.reply_to,
        metadata=message.metadata,
    )


def outbound(said: Reply, seq: int, now: datetime) -> MessageRecord:
    """A reply, for history."""
    return MessageRecord(
        message_id=said.message_id,
        seq=seq,
        direction="outbound",
        author=said.author,
        created_at=now,
        text=said.text,
        message_type=said.message_type,
        keyboard=said.keyboard,
        attachments=said.attachments,
        cards=said.cards,
        renews=bool(said.renews),
        intent=said.intent,
        confidence=said.confidence,
        entities=said.entities,
        reply_to=said.reply_to,
        replaces=said.replaces,
        operator=said.operator,
    )


def deliveries(
    said: Sequence[tuple[int, Reply]],
    conversation: Conversation,
    channel: Channel | None,
    *,
    now: datetime,
    at_once: bool,
) -> list[Outgoing]:
    """The calls that deliver replies, which come with their places in the conversation.

    Without their channel they are put off until it is there. `at_once`: the first row is born as being
    sent, because it leaves right after the commit. One that may go only once is not: nobody is to
    doubt whether it was sent before it really is begun.
    """
    rows: list[Outgoing] = []
    for seq, reply in said:
        calls = (
            channel.render(conversation.address, _for(channel, reply))
            if channel is not None
            else [unrendered.put_off(reply)]
        )
        for part, payload in enumerate(calls):
            rows.append(
                Outgoing(
                    key=f"{reply.message_id}:{part}",
                    conversation_id=conversation.id,
                    address=conversation.address,
                    seq=seq,
                    part=part,
                    epoch=conversation.epoch if reply.author == "bot" else ALWAYS,
                    payload=payload,
                    message_id=reply.message_id,
                    created_at=now,
                    once=reply.once,
                    sending_at=now if at_once and not rows and not reply.once else None,
                    heard_at=conversation.heard_at,
                )
            )
    return rows


def _for(channel: Channel, reply: Reply) -> Reply:
    """New words for a message that is there, where the messenger takes them; else they are said."""
    if not reply.replaces:
        return reply
    known = BY_NAME.get(channel.platform)
    edits = channel.our_ids or (known is not None and known.edits)
    return reply if edits else said_anew(reply)


def taken_back(
    message_id: str,
    ids: Sequence[str],
    conversation: Conversation,
    channel: Channel,
    *,
    now: datetime,
) -> list[Outgoing]:
    """The calls that take a message of ours away, behind all that is to be said before."""
    calls = channel.taken_back(conversation.address, ids)
    return _after_all(f"{message_id}:back", calls, conversation, now, message_id=message_id)


def reactions(
    act: str,
    message_id: str,
    emoji: str,
    conversation: Conversation,
    channel: Channel,
    *,
    now: datetime,
) -> list[Outgoing]:
    """The calls that put a sign under a message. They belong to none: nobody waits for them."""
    calls = channel.reacted(conversation.address, message_id, emoji)
    return _after_all(f"{act}:", calls, conversation, now)


def _after_all(
    key: str,
    calls: Sequence[Mapping[str, Any]],
    conversation: Conversation,
    now: datetime,
    *,
    message_id: str = "",
) -> list[Outgoing]:
    """Rows behind all that is to be said before, whoever has the chat by then."""
    return [
        Outgoing(
            key=f"{key}{number}",
            conversation_id=conversation.id,
            address=conversation.address,
            seq=conversation.seq,
            part=AFTER_ALL + number,
            epoch=ALWAYS,
            payload=payload,
            message_id=message_id,
            created_at=now,
            heard_at=conversation.heard_at,
        )
        for number, payload in enumerate(calls)
    ]


def marks(
    press: UnifiedMessage,
    label: str,
    conversation: Conversation,
    channel: Channel,
    *,
    now: datetime,
    at_once: bool,
) -> list[Outgoing]:
    """The calls that show which button was taken. They belong to no message: nobody waits for them."""
    calls = channel.pressed(conversation.address, press.platform_message_id, label)
    return [
        Outgoing(
            key=f"{press.message_id}:{number}",
            conversation_id=conversation.id,
            address=conversation.address,
            seq=conversation.seq,
            part=AFTER_ALL + number,
            epoch=conversation.epoch,
            payload=payload,
            message_id="",
            created_at=now,
            sending_at=now if at_once and not number else None,
            heard_at=conversation.heard_at,
        )
        for number, payload in enumerate(calls)
    ]
