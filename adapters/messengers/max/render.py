"""Replies as calls of MAX's API: plain JSON, one message each, inside MAX's limits."""

from collections.abc import Iterator, Sequence
from typing import Any

from adapters.messengers.max.keyboards import Rows, Shown, shown
from adapters.messengers.max.markup import Words, parts_of, words_of
from bots.model.message import Attachment, Card, Entity, Reply
from bots.shaping import ONLY_BUTTONS, card_words, clean, place_words, said_anew

MAX_ALBUM = 10
"""Pictures and videos that go in one message."""

_PICTURES = ("photo", "video")

Call = dict[str, Any]


def render(chat_id: str, reply: Reply) -> list[Call]:
    """The calls that say it, in order.

    `do` is `send` or `edit`. Files stand in `files`, each with its kind and reference, and are
    uploaded when they are sent; `attach` is what goes as it is, `buttons` the rows of the keyboard.
    """
    person = int(chat_id) if chat_id.isdecimal() and len(chat_id) <= 18 else 0
    buttons = shown(reply.keyboard)
    words = words_of(reply.text, reply.entities)
    for attachment in reply.attachments:
        if attachment.kind == "location" and _named(attachment):
            words = words.with_line(place_words(attachment).rpartition("\n")[0])
    words = words.with_line(buttons.lines)
    if reply.renews and buttons.rows:
        return [_renewal(person, reply.renews, words, buttons.rows)]
    if reply.replaces:
        rewritten = _rewritten(person, reply, words)
        return [rewritten] if rewritten is not None else render(chat_id, said_anew(reply))
    calls = _spoken(words, list(_bundles(reply.attachments)), reply, buttons)
    if calls and reply.reply_to:
        calls[0]["reply_to"] = reply.reply_to
    return [{"do": "send", "user_id": person, **call} for call in calls]


def pressed(chat_id: str, message_id: str, label: str) -> list[Call]:
    """The message with its buttons gone and the taken one below its words."""
    return [{"do": "edit", "message_id": message_id, "taken": label}] if message_id else []


def taken_back(message_ids: Sequence[str]) -> list[Call]:
    """https://dev.max.ru/docs-api/methods/DELETE/messages"""
    return [{"do": "delete", "message_id": id} for id in message_ids]


def _rewritten(person: int, reply: Reply, words: Words) -> Call | None:
    """New words for a message that is there; `instead` is said where it cannot be changed."""
    said = parts_of(words) if words.text else []
    if len(said) != 1:
        return None
    corrected = said_anew(reply)
    anew = parts_of(words_of(corrected.text, corrected.entities))
    instead = [{"do": "send", "user_id": person, **call} for call in anew]
    return {"do": "edit", "message_id": reply.replaces, "words": said[0], "instead": instead}


def _renewal(person: int, message_id: str, words: Words, rows: Rows) -> Call:
    """New buttons for a message that is there; `instead` is said where it cannot be changed."""
    said: list[Call] = parts_of(words if words.text else Words(ONLY_BUTTONS))
    said[-1]["buttons"] = rows
    instead = [{"do": "send", "user_id": person, **call} for call in said]
    return {"do": "edit", "message_id": message_id, "buttons": rows, "instead": instead}


def _spoken(words: Words, bundles: list[Call], reply: Reply, buttons: Shown) -> list[Call]:
    """Files first, the last of them with the words; then cards, and buttons below everything."""
    cards = [call for card in reply.cards for call in _card(card)]
    said: list[Call] = parts_of(words) if words.text else []
    if len(said) == 1 and bundles and _bears_words(bundles[-1]):
        said[0] |= bundles.pop()
    calls = [*bundles, *said, *cards]
    if buttons.rows:
        if cards or not calls or "buttons" in calls[-1]:
            calls.append({"text": ONLY_BUTTONS})
        calls[-1]["buttons"] = buttons.rows
    return calls


def _card(card: Card) -> list[Call]:
    buttons = shown(card.keyboard)
    title = clean(card.title).strip()
    bold = [Entity(kind="bold", start=0, length=len(title))] if title else []
    words = words_of(card_words(card), bold).with_line(buttons.lines)
    calls: list[Call] = parts_of(words) if words.text else []
    if card.photo:
        calls = calls or [{}]
        calls[0]["files"] = [{"kind": "photo", "ref": card.photo}]
    if buttons.rows:
        calls = calls or [{"text": ONLY_BUTTONS}]
        calls[-1]["buttons"] = buttons.rows
    return calls


# ---------------------------------------------------------------- attachments


def _bundles(attachments: Sequence[Attachment]) -> Iterator[Call]:
    """Pictures and videos go together; everything else must be the only attachment of its message.

    https://github.com/max-messenger/max-bot-api-schema
    """
    together: list[dict[str, str]] = []
    for attachment in attachments:
        picture = attachment.kind in _PICTURES and bool(attachment.ref)
        if together and (not picture or len(together) == MAX_ALBUM):
            yield {"files": together}
            together = []
        if picture:
            together.append(_file(attachment))
        elif (alone := _alone(attachment)) is not None:
            yield alone
    if together:
        yield {"files": together}


def _alone(attachment: Attachment) -> Call | None:
    details = attachment.details
    if attachment.kind == "location":
        place = {key: details.get(key, 0) for key in ("latitude", "longitude")}
        return {"attach": {"type": "location", **place}}
    if attachment.kind == "contact":
        person = _contact(attachment)
        return {"attach": {"type": "contact", "payload": person}} if person["name"] else None
    if attachment.kind == "sticker" and (code := details.get("code")):
        return {"attach": {"type": "sticker", "payload": {"code": clean(str(code))}}}
    return {"files": [_file(attachment)]} if attachment.ref else None


def _contact(attachment: Attachment) -> dict[str, str]:
    phone = clean(str(attachment.details.get("phone", "")))
    name = clean(str(attachment.details.get("name") or phone))
    return {"name": name, "vcf_phone": phone} if phone else {"name": name}


def _file(attachment: Attachment) -> dict[str, str]:
    file = {"kind": attachment.kind, "ref": attachment.ref}
    return {**file, "name": attachment.name} if attachment.name else file


def _bears_words(bundle: Call) -> bool:
    """A sticker, a place and a person stand alone; what is shown as a file takes words."""
    return "files" in bundle


def _named(attachment: Attachment) -> bool:
    return bool(attachment.details.get("title") or attachment.details.get("address"))
