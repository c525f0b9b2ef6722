"""The one message every messenger's update becomes, and what may hang on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

AttachmentKind = Literal[
    "photo", "video", "audio", "voice", "document", "sticker", "location", "contact"
]
MessageType = Literal[
    "text", "image", "video", "document", "voice", "sticker", "audio", "location", "contact"
]
Happening = Literal["message", "button", "edited", "blocked", "unblocked", "event", "schedule"]
BY_CUSTOMER: frozenset[Happening] = frozenset({"message", "button", "edited"})
"""What a customer says or does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file, place or contact; `ref` is what its channel needs to fetch it again.

    Telegram: the `file_id`; web: the path it is served from. `details` holds latitude and
    longitude of a location, phone and name of a contact (and `own: True` when the customer shared
    their own number with the messenger's button). Those with `album` are shown as one.
    """

    kind: AttachmentKind
    ref: str = ""
    name: str | None = None
    mime: str | None = None
    size: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    album: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button. `payload` comes back when it is pressed (at most 64 bytes in UTF-8)."""

    text: str
    payload: str = ""
    url: str | None = None
    share: Literal["phone", "location"] | None = None
    name: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """Rows of buttons, under the message (`inline`) or in place of the customer's keyboard."""

    rows: tuple[tuple[Button, ...], ...]
    inline: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of several things shown side by side; `photo` is a reference as an attachment's."""

    title: str
    text: str = ""
    photo: str = ""
    keyboard: Keyboard | None = None


class Address(NamedTuple):
    """Where a conversation takes place; the key of its lane.

    `channel` is a channel's name: `telegram:<bot id>`, `web`, `api`. `chat_id` is the platform's
    own id of the chat (for `api`, the session id).
    """

    workspace: int
    bot: str
    channel: str
    chat_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedMessage:
    """A customer's message as the whole house sees it.

    `external_id` is what the platform repeats when it delivers again (Telegram's `update_id`);
    together with the address' channel it is taken once. `button` is the payload of a pressed
    button; `reply_token` is what the platform wants back at once (a callback query's id).
    `profile` is what the platform says of the person: name, username, language. An `event` and
    the time of a `schedule` are nothing a customer does: what it is stands in `metadata`.
    """

    message_id: str
    address: Address
    platform: str
    user_id: str
    external_id: str
    timestamp: datetime
    happening: Happening = "message"
    text: str | None = None
    message_type: MessageType = "text"
    platform_message_id: str = ""
    button: str | None = None
    reply_token: str | None = None
    attachments: tuple[Attachment, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the bot or a person says, before a channel renders it.

    A photo's (file's) `ref` is a path inside the bot folder (`media/hello.jpg`), an `https://` URL,
    or a channel's own reference. `clear_keyboard` takes a reply keyboard away again. `template` is
    what a channel that knows templates sends in its place. `renews` is the platform's id of the
    message whose buttons these replace, where the channel can do that; its text is for the others.
    """

    message_id: str
    text: str = ""
    message_type: MessageType = "text"
    attachments: tuple[Attachment, ...] = ()
    cards: tuple[Card, ...] = ()
    keyboard: Keyboard | None = None
    clear_keyboard: bool = False
    template: Mapping[str, Any] = field(default_factory=dict)
    renews: str = ""
    once: bool = False
    author: Literal["bot", "operator", "api"] = "bot"
    intent: str | None = None
    confidence: float | None = None
