"""UnifiedMessage: what was said in a chat, in and out, in one form whatever the messenger."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from adapters.http.easyflow import examples
from adapters.http.easyflow.keyboards import MessageKind
from adapters.http.easyflow.names import Moment, message_id
from bots.model.answer import Delivery
from bots.model.conversation import Conversation
from bots.model.message import Attachment, Button, Card, Keyboard, MessageType
from bots.model.turn import MessageRecord

FILES = "/api/v1/messaging/files"

KIND: Mapping[MessageType, MessageKind] = {
    "text": "text",
    "image": "image",
    "video": "video",
    "document": "document",
    "voice": "voice",
    "sticker": "sticker",
    "audio": "document",
    "location": "text",
    "contact": "text",
}
"""Our types in the words of the contract; what a file is exactly stands on the attachment."""


class UnifiedAttachment(BaseModel):
    """A file, a place or a contact; `url` is where the file is to be had."""

    type: str
    url: str | None = None
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    details: dict[str, Any] | None = None


class UnifiedMessage(BaseModel):
    """A message of a chat, from the customer or to them.

    `metadata` has `author`, for what was sent `delivery` (`status`: queued, held, sent, delivered,
    read or failed; `error`, `code`), and where there is any: `reply_to` (the platform's id of the
    message that is answered), `entities` (what is marked in the text, in characters), `cards`,
    `intent`, `confidence`, `album`, `start`, `quote`, `forwarded`, `referral`.
    """

    model_config = ConfigDict(json_schema_extra={"example": examples.UNIFIED_MESSAGE})

    message_id: str
    platform: str
    platform_message_id: str
    user_id: str
    chat_id: str
    text: str | None = None
    message_type: MessageKind
    direction: Literal["inbound", "outbound"]
    inline_keyboard: dict[str, Any] | None = None
    reply_keyboard: dict[str, Any] | None = None
    attachments: list[UnifiedAttachment] | None = None
    timestamp: Moment
    metadata: dict[str, Any] | None = None

    @classmethod
    def of(
        cls, record: MessageRecord, conversation: Conversation, delivery: Delivery | None
    ) -> "UnifiedMessage":
        """`delivery` is of a message that was sent."""
        keyboard = _buttons(record.keyboard) if record.keyboard is not None else None
        inline = record.keyboard is not None and record.keyboard.inline
        attachments = [
            _attachment(attachment, record, number)
            for number, attachment in enumerate(record.attachments, 1)
        ]
        return cls(
            message_id=message_id(record.message_id),
            platform=conversation.platform,
            platform_message_id=record.platform_message_id,
            user_id=conversation.user_id,
            chat_id=conversation.address.chat_id,
            text=record.words or None,
            message_type=KIND[record.message_type],
            direction=record.direction,
            inline_keyboard=keyboard if inline else None,
            reply_keyboard=None if inline else keyboard,
            attachments=attachments or None,
            timestamp=record.created_at,
            metadata=_metadata(record, delivery),
        )


def _buttons(keyboard: Keyboard) -> dict[str, Any]:
    return {
        "buttons": [[_button(button, keyboard.inline) for button in row] for row in keyboard.rows]
    }


def _button(button: Button, inline: bool) -> dict[str, Any]:
    if button.url is not None:
        return {"text": button.text, "url": button.url}
    if inline:
        return {"text": button.text, "callback_data": button.payload}
    shared = {"phone": "request_contact", "location": "request_location"}
    return {"text": button.text} | ({shared[button.share]: True} if button.share else {})


def _attachment(attachment: Attachment, record: MessageRecord, number: int) -> UnifiedAttachment:
    url = None
    if attachment.ref and record.author in ("customer", "operator"):
        url = f"{FILES}/{message_id(record.message_id)}/{number}"
    elif attachment.ref.startswith(("https://", "http://")):
        url = attachment.ref
    return UnifiedAttachment(
        type="image" if attachment.kind == "photo" else attachment.kind,
        url=url,
        name=attachment.name,
        mime_type=attachment.mime,
        size=attachment.size,
        details=dict(attachment.details) or None,
    )


def _metadata(record: MessageRecord, delivery: Delivery | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        **record.metadata,
        "author": record.author,
        "reply_to": record.reply_to or None,
        "entities": [_entity(one) for one in record.entities] or None,
        "cards": list(_cards(record.cards)) or None,
        "intent": record.intent,
        "confidence": record.confidence,
    }
    if delivery is not None:
        told["delivery"] = _given(
            status=delivery.status, error=delivery.error or None, code=delivery.code
        )
    return _given(**told)


def _entity(entity: Any) -> dict[str, Any]:
    return _given(
        kind=entity.kind, start=entity.start, length=entity.length, url=entity.url or None
    )


def _cards(cards: Iterable[Card]) -> Iterable[dict[str, Any]]:
    for card in cards:
        buttons = _buttons(card.keyboard)["buttons"] if card.keyboard is not None else None
        yield _given(
            title=card.title, text=card.text or None, photo=card.photo or None, buttons=buttons
        )


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
