"""Between rows and the dataclasses of bots/model: moments, JSON, messages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bots.model.answer import Answer
from bots.model.conversation import Conversation
from bots.model.desk import Note, Relay
from bots.model.episode import Episode
from bots.model.message import (
    Address,
    Attachment,
    Card,
    Entity,
    Happening,
    Keyboard,
    UnifiedMessage,
)
from bots.model.turn import Arrival, Intent, MessageRecord, Outgoing, Timer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


# Not orjson: whole numbers past 64 bits, which a customer may well type, come back as they were.
_encoder = msgspec.json.Encoder(enc_hook=_plain)
_decoder = msgspec.json.Decoder()
_messages = msgspec.json.Decoder(UnifiedMessage)
_answers = msgspec.json.Decoder(Answer)
_episodes = msgspec.json.Decoder(Episode)


class _Parts(msgspec.Struct, omit_defaults=True):
    """What few messages have, and how one was understood, in one column."""

    keyboard: Keyboard | None = None
    attachments: tuple[Attachment, ...] = ()
    cards: tuple[Card, ...] = ()
    renews: bool = False
    rung: str = ""
    because: Mapping[str, str] = {}
    was_at: str = ""
    now_at: str = ""
    entities: tuple[Entity, ...] = ()
    reply_to: str = ""
    metadata: Mapping[str, Any] = {}
    happening: Happening = "message"
    replaces: str = ""
    operator: int | None = None


_parts = msgspec.json.Decoder(_Parts)
_NO_PARTS = _Parts()


def to_micros(moment: datetime) -> int:
    # Dividing by a microsecond says the same at three times the price.
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def maybe_micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def to_moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def maybe_moment(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def to_json(value: Any) -> str:
    return _encoder.encode(value).decode()


def from_json(text: str) -> Any:
    return {} if text == "{}" else _decoder.decode(text)


# ---------------------------------------------------------------- messages


def message_to_row(message: UnifiedMessage, now: int, slot: int) -> tuple[Any, ...]:
    """A row of the inbox without its number."""
    workspace, bot, channel, chat_id = message.address
    text = _encoder.encode(message).decode()
    return workspace, bot, channel, message.external_id, chat_id, text, now, slot


def arrival_from_row(row: Any) -> Arrival:
    """From a row of seq, message, attempts."""
    return Arrival(seq=row[0], message=_messages.decode(row[1]), attempts=row[2])


def parts_to_json(record: MessageRecord) -> str | None:
    if not (
        record.keyboard
        or record.attachments
        or record.cards
        or record.rung
        or record.was_at
        or record.now_at
        or record.entities
        or record.reply_to
        or record.metadata
        or record.happening != "message"
        or record.replaces
        or record.operator is not None
    ):
        return None
    parts = _Parts(
        keyboard=record.keyboard,
        attachments=record.attachments,
        cards=record.cards,
        renews=record.renews,
        rung=record.rung,
        because=record.because,
        was_at=record.was_at,
        now_at=record.now_at,
        entities=record.entities,
        reply_to=record.reply_to,
        metadata=record.metadata,
        happening=record.happening,
        replaces=record.replaces,
        operator=record.operator,
    )
    return _encoder.encode(parts).decode()


def parts_from_json(text: str | None) -> _Parts:
    return _NO_PARTS if text is None else _parts.decode(text)


def record_to_row(record: MessageRecord, conversation: Conversation) -> tuple[Any, ...]:
    """In the order of `storage.writes.MESSAGE_COLUMNS`."""
    return (
        conversation.id,
        record.seq,
        conversation.address[0],
        record.message_id,
        record.direction,
        record.author,
        to_micros(record.created_at),
        record.message_type,
        record.text,
        record.platform_message_id,
        record.intent,
        record.confidence,
        parts_to_json(record),
    )


RECORD_COLUMNS = (
    "m.message_id, m.seq, m.direction, m.author, m.created_at, m.text, m.message_type, "
    "m.platform_message_id, m.intent, m.confidence, m.parts, m.deleted_at"
)
"""Of `messages m`."""


def record_from_row(row: Any) -> MessageRecord:
    """From a row of RECORD_COLUMNS."""
    parts = parts_from_json(row[10])
    return MessageRecord(
        message_id=row[0],
        seq=row[1],
        direction=row[2],
        author=row[3],
        created_at=to_moment(row[4]),
        text=row[5],
        message_type=row[6],
        platform_message_id=row[7],
        keyboard=parts.keyboard,
        attachments=parts.attachments,
        cards=parts.cards,
        renews=parts.renews,
        intent=row[8],
        confidence=row[9],
        rung=parts.rung,
        because=parts.because,
        was_at=parts.was_at,
        now_at=parts.now_at,
        entities=parts.entities,
        reply_to=parts.reply_to,
        metadata=parts.metadata,
        happening=parts.happening,
        replaces=parts.replaces,
        operator=parts.operator,
        deleted_at=maybe_moment(row[11]),
    )


# ---------------------------------------------------------------- what goes out and comes back


def outgoing_to_row(row: Outgoing, workspace: int, slot: int) -> tuple[Any, ...]:
    return (
        row.key,
        workspace,
        row.conversation_id,
        row.seq,
        row.part,
        row.epoch,
        row.message_id,
        row.once,
        to_json(row.payload),
        to_micros(row.created_at),
        row.attempts,
        maybe_micros(row.not_before),
        maybe_micros(row.sending_at),
        slot,
    )


def timer_to_row(timer: Timer, workspace: int, slot: int) -> tuple[Any, ...]:
    return (
        timer.conversation_id,
        timer.name,
        workspace,
        to_micros(timer.due),
        timer.epoch,
        to_json(timer.payload),
        slot,
    )


def intent_to_row(intent: Intent, workspace: int, slot: int) -> tuple[Any, ...]:
    return (
        intent.key,
        workspace,
        intent.conversation_id,
        intent.wait_id,
        intent.action,
        to_json(intent.arguments),
        intent.timeout,
        intent.retries,
        intent.attempts,
        to_micros(intent.created_at),
        maybe_micros(intent.not_before),
        slot,
    )


# ---------------------------------------------------------------- conversations

CONVERSATION_COLUMNS = (
    "c.id, c.uuid, c.workspace, c.bot, c.channel, c.chat_id, c.platform, c.user_id, c.customer_id, "
    "c.owner, c.status, c.unreachable, c.keyboard, c.claim, c.epoch, c.seq, c.step, c.position, "
    "c.context, c.created_at, c.updated_at, u.remembered, c.heard_at, c.episode, u.profile, "
    "c.blocked"
)
"""Of `conversations c JOIN customers u ON u.id = c.customer_id`."""


def conversation_from_row(row: Any) -> Conversation:
    """From a row of CONVERSATION_COLUMNS."""
    episode = None if row[23] is None else _episodes.decode(row[23])
    return Conversation(
        id=row[0],
        uuid=row[1],
        address=Address(row[2], row[3], row[4], row[5]),
        platform=row[6],
        user_id=row[7],
        customer_id=row[8],
        owner=row[9],
        status=row[10],
        unreachable=bool(row[11]),
        blocked=bool(row[25]),
        keyboard=bool(row[12]),
        claim=row[13],
        epoch=row[14],
        seq=row[15],
        step=row[16],
        position=from_json(row[17]),
        context=from_json(row[18]),
        created_at=to_moment(row[19]),
        updated_at=to_moment(row[20]),
        user=from_json(row[21]),
        profile=from_json(row[24]),
        heard_at=maybe_moment(row[22]),
        episode=episode,
    )


def episode_to_row(episode: Episode, conversation: Conversation) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    return (
        episode.id,
        conversation.address.workspace,
        conversation.address.bot,
        conversation.id,
        episode.number,
        episode.state,
        episode.queue,
        episode.assignee,
        to_micros(episode.requested_at),
        maybe_micros(episode.released_at),
        to_json(episode),
    )


def episode_from_json(text: str) -> Episode:
    """From the column `data`."""
    return _episodes.decode(text)


def note_to_row(note: Note, workspace: int) -> tuple[Any, ...]:
    """In the order of the table's columns, without the id."""
    return (
        workspace,
        note.conversation_id,
        note.episode,
        note.operator,
        note.text,
        to_micros(note.created_at),
    )


def relay_to_row(relay: Relay, now: int) -> tuple[Any, ...]:
    """In the order of `RELAY_COLUMNS`."""
    return (
        relay.channel,
        relay.chat_id,
        relay.message_id,
        relay.thread_id,
        relay.conversation_id,
        relay.seq,
        relay.part,
        relay.way,
        relay.operator,
        now,
    )


RELAY_COLUMNS = (
    "channel, chat_id, message_id, thread_id, conversation_id, seq, part, way, operator, created_at"
)


def relay_from_row(row: Any) -> Relay:
    """From a row of RELAY_COLUMNS."""
    return Relay(
        channel=row[0],
        chat_id=row[1],
        message_id=row[2],
        thread_id=row[3],
        conversation_id=row[4],
        seq=row[5],
        part=row[6],
        way=row[7],
        operator=row[8],
    )


# ---------------------------------------------------------------- answers


def answer_to_json(answer: Answer) -> str:
    return _encoder.encode(answer).decode()


def answer_from_json(text: str) -> Answer:
    return _answers.decode(text)
