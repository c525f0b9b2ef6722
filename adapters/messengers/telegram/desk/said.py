"""What an operator wrote in a group, as words for the customer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.foreign_json import mapping
from adapters.messengers.telegram.contents import UNREADABLE, attached
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.entities import parse_entities
from adapters.messengers.telegram.fields import string, whole
from bots.elsewhere import elsewhere
from bots.model.message import Attachment, Entity, Reply

LARGEST_DOWNLOAD = 20 * 1024 * 1024
"""What Telegram gives bots: https://core.telegram.org/bots/api#getfile"""

TELEGRAM = "telegram"

WORDS = Words(
    {
        "round": (
            "круглое видео уйдёт как обычное",
            "the round video will go as an ordinary one",
        ),
        "moving": (
            "движущийся стикер уйдёт как эмодзи {emoji}",
            "the moving sticker will go as the emoji {emoji}",
        ),
        "sticker": ("стикер уйдёт как картинка", "the sticker will go as a picture"),
        "dice": ("кубик уйдёт как эмодзи {emoji}", "the die will go as the emoji {emoji}"),
        "live": (
            "место уйдёт неподвижной точкой",
            "the place will go as a point that does not move",
        ),
    }
)

_NAMES: Mapping[str, str] = {
    "photo": "photo.jpg",
    "video": "video.mp4",
    "audio": "audio.mp3",
    "voice": "voice.ogg",
    "sticker": "sticker.webp",
    "document": "file",
}
_MOVING = "🙂"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What goes to the customer. `unsendable` names what cannot go at all (of `shown.WORDS`), `losses` says
    in sentences what will look otherwise there; `too_big` is the bytes of a file that we cannot fetch.
    """

    reply: Reply
    unsendable: str = ""
    losses: tuple[str, ...] = ()
    too_big: int = 0


def parts_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A message, or all parts of its album, in the order in which they were sent."""
    album = message.get("album")
    parts = album if isinstance(album, list) and album else [message]
    return sorted(parts, key=lambda one: whole(one.get("message_id")))


def said(
    message: Mapping[str, Any],
    *,
    message_id: str,
    came_by: str,
    goes_by: str,
    language: str,
    reply_to: str = "",
) -> Said:
    """For a customer whose chat is at `goes_by`; the group is of the account `came_by`."""
    text, entities = "", list[Entity]()
    attachments: list[Attachment] = []
    losses: list[str] = []
    too_big = 0
    parts = parts_of(message)
    unsendable = next((kind for part in parts for kind in UNREADABLE if kind in part), "")
    message_type = "text"
    platform = goes_by.partition(":")[0]
    for part in parts:
        words, marks = _words(part)
        if words:
            shift = len(text) + 1 if text else 0
            text = f"{text}\n{words}" if text else words
            entities += (replace(one, start=one.start + shift) for one in marks)
        kind, found = attached(part, mapping(part, "from"))
        message_type = kind if message_type == "text" else message_type
        for one in found:
            if platform != TELEGRAM:
                loss, changed, more = _elsewhere(one, part, language)
                losses += loss
                text = f"{text}\n{more}".strip() if more else text
                if changed is None:
                    continue
                one = changed
            if came_by != goes_by and one.ref:
                if (one.size or 0) > LARGEST_DOWNLOAD:
                    too_big = one.size or 0
                name = one.name or _NAMES.get(one.kind, "file")
                one = replace(one, ref=elsewhere(came_by, one.ref, name))
            attachments.append(one)
    if len(attachments) > 1:
        attachments = [replace(one, album=True) for one in attachments]
    if not text.strip() and not attachments and not unsendable:
        unsendable = "this"
    return Said(
        reply=Reply(
            message_id=message_id,
            text=text,
            entities=tuple(entities),
            attachments=tuple(attachments),
            message_type=message_type if attachments else "text",  # type: ignore[arg-type]
            reply_to=reply_to,
            author="operator",
        ),
        unsendable=unsendable,
        losses=tuple(losses),
        too_big=too_big,
    )


def _words(part: Mapping[str, Any]) -> tuple[str, tuple[Entity, ...]]:
    for key, marks in (("text", "entities"), ("caption", "caption_entities")):
        if words := string(part.get(key)):
            return words, parse_entities(part.get(marks), words)
    return "", ()


def _elsewhere(
    one: Attachment, part: Mapping[str, Any], language: str
) -> tuple[Sequence[str], Attachment | None, str]:
    """What other messengers make of what only Telegram has: losses, the attachment, words in its place."""
    emoji = str(one.details.get("emoji") or _MOVING)
    if one.details.get("dice"):
        return [WORDS.say(language, "dice", emoji=emoji)], None, emoji
    if one.kind == "sticker":
        raw = mapping(part, "sticker")
        if raw.get("is_animated") is True or raw.get("is_video") is True:
            return [WORDS.say(language, "moving", emoji=emoji)], None, emoji
        picture = replace(one, kind="photo", name="sticker.webp", details={})
        return [WORDS.say(language, "sticker")], picture, ""
    if one.details.get("round"):
        return [WORDS.say(language, "round")], replace(one, details={}), ""
    if one.details.get("live"):
        still = {key: value for key, value in one.details.items() if key != "live"}
        return [WORDS.say(language, "live")], replace(one, details=still), ""
    return [], one, ""
