"""The one message every messenger's update becomes, and what may hang on it."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from bots.model.record import record

AttachmentKind = Literal[
    "photo", "video", "audio", "voice", "document", "sticker", "location", "contact", "unknown"
]
MessageType = Literal[
    "text", "image", "video", "document", "voice", "sticker", "audio", "location", "contact"
]
Happening = Literal[
    "message", "button", "edited", "blocked", "unblocked", "event", "schedule", "echo", "desk"
]
"""What came. An `echo` is what a person of ours wrote to the customer in the messenger itself; `desk`
is whatever happens in an operators' group, the messenger's own update in `metadata["update"]`, those of
an album's parts in `metadata["updates"]`."""
LOOSE_ALBUM = "media"
"""The `album` of pictures where the messenger does not tell which of them belong together: those that
come one after another at once do."""

BY_CUSTOMER: frozenset[Happening] = frozenset({"message", "button", "edited"})
"""What a customer says or does."""

EntityKind = Literal[
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "quote",
    "link",
    "mention",
    "hashtag",
    "cashtag",
    "command",
    "url",
    "email",
    "phone",
    "emoji",
]


@record(frozen=True, slots=True, kw_only=True)
class Entity:
    """A part of a text that means or looks like more: `start` and `length` count characters of it.

    `url` is where a `link` leads, or the person a `mention` without a user name is of (a platform's
    id); the language of `pre`, the id of a custom `emoji`.
    """

    kind: EntityKind
    start: int
    length: int
    url: str = ""


@record(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file, place or contact; `ref` is what its channel needs to fetch it again.

    What another channel keeps stands in any of them as `bots.elsewhere` writes it. Telegram: the
    `file_id`; WhatsApp: the media id; VK: the address of the file, or
    `photo-1_2_key`; web: the path it is served from. Those with `album` are shown as one.

    `details` tells more, where there is more to tell. A location has latitude and longitude, a
    venue title and address too, one that moves `live` (the seconds it is shared for). A contact has
    phone and name, and `own: True` when the customer shared their own number with the messenger's
    button. `round: True` is a video note, `animation: True` a GIF (both are videos), `dice: True` a
    die thrown (a sticker, with emoji and value); a sticker has an emoji. Of an `unknown` one the
    messenger lets us know only that something was sent.
    """

    kind: AttachmentKind
    ref: str = ""
    name: str | None = None
    mime: str | None = None
    size: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    album: bool = False


@record(frozen=True, slots=True, kw_only=True)
class Button:
    """One button. `payload` comes back when it is pressed (at most 64 bytes in UTF-8)."""

    text: str
    payload: str = ""
    url: str | None = None
    share: Literal["phone", "location"] | None = None
    name: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@record(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """Rows of buttons, under the message (`inline`) or in place of the customer's keyboard."""

    rows: tuple[tuple[Button, ...], ...]
    inline: bool = True


@record(frozen=True, slots=True, kw_only=True)
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

    @property
    def at_messenger(self) -> bool:
        """Whether it is at an account of a messenger outside, which may come and go."""
        return ":" in self.channel


@record(frozen=True, slots=True, kw_only=True)
class UnifiedMessage:
    """A customer's message as the whole house sees it.

    `external_id` is what the platform repeats when it delivers again (Telegram's `update_id`);
    together with the address' channel it is taken once. `button` is the payload of a pressed
    button; `reply_token` is what the platform wants back at once (a callback query's id).
    `profile` is what the platform says of the person: name, username, language, phone. `reply_to`
    is the platform's id of the message that is answered. An `event` and the time of a `schedule`
    are no words: what it is stands in `metadata` (`event` its name, `data`).

    Other `metadata`: `album` (the same for parts that belong together), `start` (what a deep link
    carried), `quote` (the words that are answered), `forwarded` (True), `referral` (the
    advertisement it came by).
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
    entities: tuple[Entity, ...] = ()
    reply_to: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def chat_id(self) -> str:
        """The platform's own id of the chat."""
        return self.address.chat_id

    @property
    def direction(self) -> Literal["inbound", "outbound"]:
        """Which way it went."""
        return "outbound" if self.happening == "echo" else "inbound"


@record(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the bot or a person says, before a channel renders it.

    A photo's (file's) `ref` is a path inside the bot folder (`media/hello.jpg`), an `https://` URL,
    or a channel's own reference. `clear_keyboard` takes a reply keyboard away again. `template` is
    what a channel that knows templates sends in its place. `renews` is the platform's id of the
    message whose buttons these replace, where the channel can do that; its text is for the others.
    `reply_to` is the platform's id of the message that is answered. `replaces` is its id of a message of
    ours whose words these take the place of, where the channel can do that; elsewhere, and where it
    is too late for it, `corrected` is said instead. `invoice` (title, description,
    amount as text, currency, id; the label of its `button`) is paid inside the messenger, where that
    can be done. `operator` is who of our people says it.
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
    entities: tuple[Entity, ...] = ()
    reply_to: str = ""
    replaces: str = ""
    corrected: str = ""
    invoice: Mapping[str, Any] = field(default_factory=dict)
    once: bool = False
    author: Literal["bot", "operator", "api"] = "bot"
    operator: int | None = None
    intent: str | None = None
    confidence: float | None = None
