"""Replies as calls of the Bot API: plain JSON, one call each, inside Telegram's limits.

Texts go out without a parse mode, so nothing in them is markup and nothing needs escaping; what is
marked stands beside them.
"""

from collections.abc import Container, Sequence
from typing import Any

from adapters.messengers.telegram.entities import render_entities, written_out
from adapters.messengers.telegram.keyboards import NOTHING, render_keyboard
from adapters.messengers.telegram.media import CAPTIONED, Call, caption, media_calls
from adapters.messengers.telegram.parse import TAKEN
from adapters.messengers.telegram.prices import invoice_call, invoice_words
from bots.model.message import Attachment, Card, Entity, Reply
from bots.shaping import ONLY_BUTTONS, clean, said_anew, shortened, split, units

MAX_TEXT = 4096
MAX_CAPTION = 1024
CHOSEN = "✓"


def render(chat_id: str, reply: Reply, *, sells: Container[str] = ()) -> list[Call]:
    """The calls that say it, in order, each with its `method` beside the parameters.

    A file of the bot folder stands in `upload` as {"field", "file"} in place of a reference; those
    of an album in `uploads`, each with its place `at` in the `media`. A card is a message of its own.
    An invoice in one of the currencies of `sells` is paid inside Telegram.
    """
    text, entities = clean(reply.text), reply.entities
    if entities:
        text, entities = written_out(text, entities)
    if reply.replaces.isdecimal():
        rewritten = _rewritten(chat_id, reply, text, entities)
        return [rewritten] if rewritten is not None else render(chat_id, said_anew(reply))
    markup, lines = render_keyboard(reply.keyboard) if reply.keyboard is not None else NOTHING
    if reply.renews.isdecimal() and markup is not None and "inline_keyboard" in markup:
        return [_renewal(chat_id, int(reply.renews), text.strip(), markup)]
    bill = invoice_call(reply.invoice, markup, sells) if reply.invoice else None
    if bill is not None and "reply_markup" in bill:
        markup = None
    if lines:
        text = f"{text.rstrip()}\n\n{lines}"
    if reply.invoice and bill is None:
        text = f"{text.rstrip()}\n\n{invoice_words(reply.invoice)}"
    media = media_calls(reply.attachments)
    if text.strip() and len(media) == 1 and _takes(media[0], text.strip(), markup):
        ((words, marks),) = _parts(text, entities, MAX_CAPTION)
        caption(media[0], words, marks)
        text = ""
    cards = [call for card in reply.cards for call in _card(card)]
    if not text.strip() and markup is not None and _needs_words(reply, media):
        text = ONLY_BUTTONS
    spoken_words = _messages(text, entities)
    # What stands above cards is their heading; buttons alone come below everything.
    below = text == ONLY_BUTTONS
    calls = [*media, *cards, *spoken_words] if below else [*media, *spoken_words, *cards]
    spoken = spoken_words or media
    if markup is not None and spoken:
        spoken[-1]["reply_markup"] = markup
    if reply.clear_keyboard:
        _clear_keyboard(calls)
    if bill is not None:
        calls.append(bill)
    if reply.reply_to.isdecimal() and calls:
        calls[0]["reply_parameters"] = {
            "message_id": int(reply.reply_to),
            "allow_sending_without_reply": True,
        }
    chat = _chat(chat_id)
    return [{"method": call.pop("method"), "chat_id": chat, **call} for call in calls]


def render_pressed(chat_id: str, message_id: str, label: str) -> list[Call]:
    """Of the buttons the chosen one stays, which does nothing any more; without a label none."""
    if not message_id.isdecimal():
        return []
    chosen = clean(label).strip().removeprefix(CHOSEN).strip()
    rows = [[{"text": f"{CHOSEN} {chosen}", "callback_data": TAKEN}]] if chosen else []
    return [
        {
            "method": "editMessageReplyMarkup",
            "chat_id": _chat(chat_id),
            "message_id": int(message_id),
            "reply_markup": {"inline_keyboard": rows},
        }
    ]


def _renewal(chat_id: str, message_id: int, text: str, markup: dict[str, Any]) -> Call:
    """New buttons for a message that is there; `instead` is said where it is there no more."""
    return {
        "method": "editMessageReplyMarkup",
        "chat_id": _chat(chat_id),
        "message_id": message_id,
        "reply_markup": markup,
        "instead": text or ONLY_BUTTONS,
    }


def render_taken_back(chat_id: str, message_ids: Sequence[str]) -> list[Call]:
    """https://core.telegram.org/bots/api#deletemessages"""
    ids = [int(id) for id in message_ids if id.isdecimal()]
    return (
        [{"method": "deleteMessages", "chat_id": _chat(chat_id), "message_ids": ids}] if ids else []
    )


def render_reacted(chat_id: str, message_id: str, emoji: str) -> list[Call]:
    """https://core.telegram.org/bots/api#setmessagereaction"""
    if not message_id.isdecimal():
        return []
    reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
    call: Call = {"method": "setMessageReaction", "chat_id": _chat(chat_id)}
    return [{**call, "message_id": int(message_id), "reaction": reaction}]


def _rewritten(chat_id: str, reply: Reply, text: str, entities: Sequence[Entity]) -> Call | None:
    """New words for a message that is there; `instead` is said where it cannot be changed any more.

    None where they do not fit into it.
    """
    captioned = bool(reply.attachments)
    parts = _parts(text, entities, MAX_CAPTION if captioned else MAX_TEXT)
    if len(parts) > 1 or not (parts or captioned):
        return None
    words, marks = parts[0] if parts else ("", [])
    call: Call = {"chat_id": _chat(chat_id), "message_id": int(reply.replaces)}
    name = "caption" if captioned else "text"
    if marks:
        call["caption_entities" if captioned else "entities"] = marks
    method = "editMessageCaption" if captioned else "editMessageText"
    said = shortened(clean(reply.corrected), MAX_TEXT)
    return {"method": method, **call, name: words, "instead": said}


def _messages(text: str, entities: Sequence[Entity]) -> list[Call]:
    return [
        {"method": "sendMessage", "text": words, **({"entities": marks} if marks else {})}
        for words, marks in _parts(text, entities, MAX_TEXT)
    ]


def _parts(text: str, entities: Sequence[Entity], limit: int) -> list[tuple[str, list[Any]]]:
    """The parts of a text that fit, each with what is marked in it."""
    parts = split(text, limit)
    if not entities:
        return [(part, []) for part in parts]
    made = []
    at = 0
    for part in parts:
        # Between two parts lies nothing but blank.
        at = text.index(part, at)
        made.append((part, render_entities(entities, part, begins=at)))
        at += len(part)
    return made


def _needs_words(reply: Reply, media: Sequence[Call]) -> bool:
    """Whether nothing of the message could bear its buttons."""
    if media:
        return bool(media[-1]["method"] == "sendMediaGroup")
    return not reply.clear_keyboard or bool(reply.cards)


def _takes(call: Call, text: str, markup: Any) -> bool:
    """Whether a text may stand under the media. Under an album there is no place for buttons."""
    if call["method"] == "sendMediaGroup" and markup is not None:
        return False
    return call["method"] in CAPTIONED and units(text) <= MAX_CAPTION


def _clear_keyboard(calls: Sequence[Call]) -> None:
    for call in calls:
        if call["method"] != "sendMediaGroup" and "reply_markup" not in call:
            call["reply_markup"] = {"remove_keyboard": True}
            return


def _card(card: Card) -> list[Call]:
    markup, lines = render_keyboard(card.keyboard) if card.keyboard is not None else NOTHING
    title = clean(card.title).strip()
    words = (title, clean(card.text).strip(), lines)
    text = "\n".join(part for part in words if part)
    bold = [Entity(kind="bold", start=0, length=len(title))] if title else []
    calls = media_calls([Attachment(kind="photo", ref=card.photo)]) if card.photo else []
    if calls and text and units(text) <= MAX_CAPTION:
        ((said, marks),) = _parts(text, bold, MAX_CAPTION)
        caption(calls[0], said, marks)
    else:
        calls += _messages(text if text or calls else ONLY_BUTTONS, bold)
    if markup is not None:
        calls[-1]["reply_markup"] = markup
    return calls


def _chat(chat_id: str) -> int | str:
    """A number where Telegram could have given it: JSON takes no whole numbers past 64 bits."""
    digits = chat_id.removeprefix("-")
    return int(chat_id) if digits.isdecimal() and len(digits) <= 18 else chat_id
