"""Replies as calls of the Bot API: plain JSON, one call each, inside Telegram's limits.

Texts go out without a parse mode, so nothing in them is markup and nothing needs escaping.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import structlog

from adapters.messengers.telegram.media import Call, caption, media_calls, takes_caption
from bots.model.message import Attachment, Button, Card, Keyboard, Reply
from bots.shaping import ONLY_BUTTONS, clean, split, units

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTON_DATA = 64
MAX_BUTTONS = 100
MAX_ROW = 8

_LINKS = ("https://", "http://", "tg://")

log = structlog.get_logger()


def render(chat_id: str, reply: Reply) -> list[Call]:
    """The calls that say it, in order, each with its `method` beside the parameters.

    A file of the bot folder stands in `upload` as {"field", "file"} in place of a reference; those
    of an album in `uploads`, each with its place `at` in the `media`. A card is a message of its own.
    """
    text = clean(reply.text).strip()
    markup = _markup(reply.keyboard) if reply.keyboard is not None else None
    if reply.renews.isdecimal() and markup is not None and "inline_keyboard" in markup:
        return [_renewal(chat_id, int(reply.renews), text, markup)]
    media = media_calls(reply.attachments)
    if text and len(media) == 1 and _takes(media[0], text, markup):
        caption(media[0], text)
        text = ""
    cards = [call for card in reply.cards for call in _card(card)]
    if not text and markup is not None and _needs_words(reply, media):
        text = ONLY_BUTTONS
    words: list[Call] = [{"method": "sendMessage", "text": part} for part in split(text, MAX_TEXT)]
    # What stands above cards is their heading; buttons alone come below everything.
    below = text == ONLY_BUTTONS
    calls = [*media, *cards, *words] if below else [*media, *words, *cards]
    spoken = words or media
    if markup is not None and spoken:
        spoken[-1]["reply_markup"] = markup
    if reply.clear_keyboard:
        _clear_keyboard(calls)
    chat = _chat(chat_id)
    return [{"method": call.pop("method"), "chat_id": chat, **call} for call in calls]


def _renewal(chat_id: str, message_id: int, text: str, markup: dict[str, Any]) -> Call:
    """New buttons for a message that is there; `instead` is said where it is there no more."""
    return {
        "method": "editMessageReplyMarkup",
        "chat_id": _chat(chat_id),
        "message_id": message_id,
        "reply_markup": markup,
        "instead": text or ONLY_BUTTONS,
    }


def _needs_words(reply: Reply, media: Sequence[Call]) -> bool:
    """Whether nothing of the message could bear its buttons."""
    if media:
        return bool(media[-1]["method"] == "sendMediaGroup")
    return not reply.clear_keyboard or bool(reply.cards)


def _takes(call: Call, text: str, markup: Any) -> bool:
    """Whether a text may stand under the media. Under an album there is no place for buttons."""
    if call["method"] == "sendMediaGroup" and markup is not None:
        return False
    return takes_caption(call) and units(text) <= MAX_CAPTION


def _clear_keyboard(calls: Sequence[Call]) -> None:
    for call in calls:
        if call["method"] != "sendMediaGroup" and "reply_markup" not in call:
            call["reply_markup"] = {"remove_keyboard": True}
            return


def _card(card: Card) -> list[Call]:
    title = clean(card.title).strip()
    text = f"{title}\n{clean(card.text).strip()}".strip()
    bold = [{"type": "bold", "offset": 0, "length": units(title)}] if title else []
    calls = media_calls([Attachment(kind="photo", ref=card.photo)]) if card.photo else []
    if calls and units(text) <= MAX_CAPTION:
        calls[0] |= {"caption": text, "caption_entities": bold}
    else:
        parts = split(text, MAX_TEXT)
        calls += [{"method": "sendMessage", "text": part} for part in parts]
        calls[-len(parts)]["entities"] = bold
    markup = _markup(card.keyboard) if card.keyboard is not None else None
    if markup is not None:
        calls[-1]["reply_markup"] = markup
    return calls


def _chat(chat_id: str) -> int | str:
    """A number where Telegram could have given it: JSON takes no whole numbers past 64 bits."""
    digits = chat_id.removeprefix("-")
    return int(chat_id) if digits.isdecimal() and len(digits) <= 18 else chat_id


# ---------------------------------------------------------------- keyboards


def _markup(keyboard: Keyboard) -> dict[str, Any] | None:
    if keyboard.inline and not any(button.share for button in _buttons(keyboard)):
        rows = _rows(keyboard, _inline_button)
        return {"inline_keyboard": rows} if rows else None
    rows = _rows(keyboard, _reply_button)
    if not rows:
        return None
    return {"keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True}


def _buttons(keyboard: Keyboard) -> Iterator[Button]:
    return (button for row in keyboard.rows for button in row)


def _rows(
    keyboard: Keyboard, render_button: Callable[[Button], dict[str, Any] | None]
) -> list[list[dict[str, Any]]]:
    left = MAX_BUTTONS
    rows: list[list[dict[str, Any]]] = []
    for row in keyboard.rows:
        made = [button for button in map(render_button, row) if button is not None]
        if len(made) > left:
            log.warning("Telegram takes 100 buttons, the rest is left out")
        made = made[:left]
        left -= len(made)
        rows.extend(_in_pieces(made, MAX_ROW))
    return rows


def _in_pieces(row: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    buttons = iter(row)
    while piece := list(islice(buttons, size)):
        yield piece


def _inline_button(button: Button) -> dict[str, Any] | None:
    label = clean(button.text).strip() or "…"
    if button.url is not None:
        if not button.url.startswith(_LINKS):
            # Telegram would refuse the whole message for it.
            log.warning("A button's link is no address, the button is left out")
            return None
        return {"text": label, "url": button.url}
    payload = button.payload or label
    if len(payload.encode("utf-8", "replace")) > MAX_BUTTON_DATA:
        log.warning("A button's payload is longer than 64 bytes and is cut", name=button.name)
        payload = payload.encode("utf-8", "replace")[:MAX_BUTTON_DATA].decode("utf-8", "ignore")
    return {"text": label, "callback_data": clean(payload)}


def _reply_button(button: Button) -> dict[str, Any] | None:
    """A button of this keyboard writes its own label; a link cannot stand here."""
    label = clean(button.text).strip()
    if button.url is not None or not label:
        log.warning("A button is left out: beside a share button only texts can stand")
        return None
    if button.share == "phone":
        return {"text": label, "request_contact": True}
    if button.share == "location":
        return {"text": label, "request_location": True}
    return {"text": label}
