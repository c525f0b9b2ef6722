"""A message of a chat as operators see it: whose it is, what it says, what hangs on it. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.messengers.telegram.contents import UNREADABLE
from adapters.messengers.telegram.desk.titles import LONG
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.media import Call
from adapters.messengers.telegram.render import MAX_CAPTION, render
from bots.model.message import Attachment, Entity, Keyboard, Reply
from bots.model.turn import MessageRecord
from bots.shaping import linked, shortened, units

MAX_TEXT = 4096
LONGEST_QUOTE = 200
PART = 16
"""What the parts of a message are numbered by: a call, and in it up to ten of an album."""

WORDS = Words(
    {
        "customer": ("💬 Клиент: ", "💬 Customer: "),
        "bot": ("🤖 ", "🤖 "),
        "api": ("🔌 API: ", "🔌 API: "),
        "operator": ("👤 {who}: ", "👤 {who}: "),
        "natively": ("👤 {who} в {platform}: ", "👤 {who} in {platform}: "),
        "somebody": ("Оператор", "Operator"),
        "pressed": ("🔘 Нажата кнопка: ", "🔘 Pressed: "),
        "forwarded": ("↪️ Переслано: ", "↪️ Forwarded: "),
        "was": ("Было: ", "Was: "),
        "corrected": ("✏️ Исправлено: ", "✏️ Corrected: "),
        "refused": (
            "⚠️ Сообщение не удалось показать: {why}",
            "⚠️ A message could not be shown: {why}",
        ),
        "nothing": ("(пустое сообщение)", "(an empty message)"),
        "photo": ("фото", "a photo"),
        "video": ("видео", "a video"),
        "audio": ("аудио", "audio"),
        "voice": ("голосовое сообщение", "a voice message"),
        "document": ("файл", "a file"),
        "sticker": ("стикер", "a sticker"),
        "location": ("место на карте", "a place"),
        "contact": ("контакт", "a contact"),
        "unknown": (
            "вложение, которое {platform} не отдаёт ботам",
            "something that {platform} does not give to bots",
        ),
        "poll": ("опрос", "a poll"),
        "story": ("историю", "a story"),
        "game": ("игру", "a game"),
        "invoice": ("счёт", "an invoice"),
        "giveaway": ("розыгрыш", "a giveaway"),
        "giveaway_winners": ("итоги розыгрыша", "a giveaway's winners"),
        "paid_media": ("платное медиа", "paid media"),
        "checklist": ("список дел", "a checklist"),
        "gift": ("подарок", "a gift"),
        "this": ("это", "this"),
        "gone": (
            "📎 Клиент прислал: {what}{called}. Здесь это не показать: {why}. Попросите прислать иначе.",
            "📎 The customer sent {what}{called}. It cannot be shown here: {why}. Ask for it otherwise.",
        ),
    }
)

OURS = tuple("🤖🔌👤💬🔘↪✏⚠📎📝❌⏸⛔✅❗🔒⏰➡")
"""What lines of the desk begin with: a customer who writes so is named, or they would pass for ours."""

_HEADER = re.compile(r"·\s*#\d+\s*$")
"""How the line ends that tells chats apart where they share a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a message: the line of a shared place, who said it, what it answers.

    `quoted` are words of a message that is not here to be replied to.
    """

    language: str
    header: str = ""
    name: str = ""
    quoted: str = ""
    platform: str = ""


def named(attachment: Attachment, language: str, platform: str = "") -> str:
    """What an attachment is, in words."""
    title = LONG.get(platform, platform)
    kind = attachment.details.get("as") if attachment.kind == "unknown" else None
    name = kind if kind in UNREADABLE else attachment.kind
    return WORDS.say(language, name, platform=title)


def said_by(record: MessageRecord, frame: Frame) -> str:
    """What a message begins with; nothing where it is the customer's plain words."""
    if record.author == "customer":
        if record.happening == "button":
            return WORDS.say(frame.language, "pressed")
        if record.metadata.get("forwarded"):
            return WORDS.say(frame.language, "forwarded")
        return WORDS.say(frame.language, "customer") if pretends(record.words) else ""
    if record.author != "operator":
        return WORDS.say(frame.language, record.author)
    name = frame.name or WORDS.say(frame.language, "somebody")
    if frame.name:
        return WORDS.say(frame.language, "operator", who=name)
    platform = LONG.get(frame.platform, frame.platform)
    return WORDS.say(frame.language, "natively", who=name, platform=platform)


def pretends(text: str) -> bool:
    """Whether any line of a customer's looks like one of the desk's own."""
    return any(_looks_ours(line) for line in text.splitlines())


def _looks_ours(line: str) -> bool:
    seen = line.lstrip("".join({one for one in line if unicodedata.category(one)[0] in "ZCM"}))
    return seen.startswith(OURS) or _HEADER.search(line) is not None


def plain(record: MessageRecord) -> bool:
    """Whether it is nothing but words, so that others may stand in the same message."""
    return (
        bool(record.text.strip())
        and record.happening == "message"
        and not record.attachments
        and not record.cards
        and not record.reply_to
        and record.keyboard is None
        and not record.metadata.get("forwarded")
    )


def fits_together(records: Sequence[MessageRecord], more: MessageRecord) -> bool:
    """Whether one more may be shown in the same message: one author, words alone, not too long."""
    if records and more.author != records[0].author or not all(map(plain, (*records, more))):
        return False
    length = sum(units(one.text) + 1 for one in (*records, more))
    return length <= MAX_TEXT - 200


def together(records: Sequence[MessageRecord]) -> MessageRecord:
    """Several as one: each on lines of its own, what is marked in them stays marked."""
    text = ""
    entities: list[Entity] = []
    for record in records:
        if text:
            text += "\n"
        entities += (replace(one, start=one.start + len(text)) for one in record.entities)
        text += record.text
    return replace(records[0], text=text, entities=tuple(entities))


def as_reply(
    record: MessageRecord, frame: Frame, attachments: Sequence[Attachment], lines: Sequence[str]
) -> Reply:
    """What is said in the group; `lines` stand for what hangs on it and cannot be shown."""
    text, entities = record.text, record.entities
    if record.cards:
        text, entities = record.words, ()
    before = ""
    marks: list[Entity] = []
    if frame.header:
        marks.append(Entity(kind="bold", start=0, length=len(frame.header)))
        before = f"{frame.header}\n"
    if frame.quoted:
        quote = shortened(" ".join(frame.quoted.split()), LONGEST_QUOTE)
        marks.append(Entity(kind="quote", start=len(before), length=len(quote)))
        before += f"{quote}\n"
    by = said_by(record, frame)
    if record.happening == "edited" or record.replaces:
        by = WORDS.say(frame.language, "corrected") + by
    if not text.strip() and by and not attachments and not lines:
        text, entities = WORDS.say(frame.language, "nothing"), ()
    before += by
    # The keyboard stands as words: whoever presses one here would press for nobody.
    after = "".join(f"\n{line}" for line in (*lines, *_buttons(record.keyboard)))
    if not text.strip() and not by.strip():
        before, after = before.rstrip("\n"), after if before else after.lstrip("\n")
    moved = (replace(one, start=one.start + len(before)) for one in entities)
    whole = f"{before}{text}{after}"
    return Reply(
        message_id="",
        text=whole if whole.strip() or attachments else WORDS.say(frame.language, "nothing"),
        entities=(*marks, *moved),
        attachments=_as_album(attachments),
    )


def calls_of(reply: Reply) -> list[Call]:
    """The calls that show it, without the chat they go to."""
    calls = render("0", reply)
    for call in calls:
        call.pop("chat_id")
    return calls


def ids_of(result: Any) -> list[str]:
    """What Telegram calls the messages that a call made, in order."""
    sent = result if isinstance(result, list) else [result]
    ids = [one.get("message_id") for one in sent if isinstance(one, Mapping)]
    return [str(id) for id in ids if isinstance(id, int)]


def edited_calls(
    message_id: str,
    text: str,
    entities: Sequence[Entity],
    earlier: Sequence[str],
    frame: Frame,
    *,
    caption: bool = False,
) -> Call | None:
    """The edit that shows new words over the old ones; None where they do not fit into one message,
    or would pass for words of the desk."""
    if pretends(text):
        return None
    header = f"{frame.header}\n" if frame.header else ""
    was = WORDS.say(frame.language, "was")
    old = "\n".join(f"{was}{one.strip()}" for one in earlier if one.strip())
    whole = f"{header}{text}\n{old}" if old else f"{header}{text}"
    if units(whole) > (MAX_CAPTION if caption else MAX_TEXT):
        return None
    moved = [replace(one, start=one.start + len(header)) for one in entities]
    if header:
        moved.insert(0, Entity(kind="bold", start=0, length=len(frame.header)))
    calls = calls_of(Reply(message_id="", text=whole, entities=tuple(moved)))
    if len(calls) != 1:
        return None
    call = calls[0]
    if old:
        mark = {
            "type": "expandable_blockquote",
            "offset": units(call["text"]) - units(old),
            "length": units(old),
        }
        call["entities"] = [*call.get("entities", ()), mark]
    edit: Call = {"method": "editMessageText", "message_id": int(message_id)}
    if not caption:
        return {**call, **edit}
    marks = {"caption_entities": call["entities"]} if "entities" in call else {}
    return {**edit, "method": "editMessageCaption", "caption": call["text"], **marks}


def _as_album(attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
    if len(attachments) < 2:
        return tuple(replace(one, album=False) for one in attachments)
    return tuple(replace(one, album=True) for one in attachments)


def _buttons(keyboard: Keyboard | None) -> list[str]:
    if keyboard is None:
        return []
    labels = [button.text for row in keyboard.rows for button in row]
    return [shortened(" ".join(f"[{label}]" for label in labels), 500)] if labels else []


def words_of(record: MessageRecord, language: str, platform: str) -> str:
    """A message in a line, for a quote."""
    kinds = [f"[{named(one, language, platform)}]" for one in record.attachments]
    return " ".join([*kinds, linked(record.words, ())]).strip()
