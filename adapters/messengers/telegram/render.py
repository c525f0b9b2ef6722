"""Replies as calls of the Bot API: plain JSON, one call each, inside Telegram's limits.

Texts go out without a parse mode, so nothing in them is markup and nothing needs escaping.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import structlog

from bots.model.message import Attachment, Button, Keyboard, Reply

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTON_DATA = 64
MAX_BUTTONS = 100
MAX_ROW = 8

ONLY_BUTTONS = "👇"
"""What stands above buttons that come without a text: Telegram takes no message without one."""

_METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "audio": "sendAudio",
    "voice": "sendVoice",
    "document": "sendDocument",
    "sticker": "sendSticker",
}
_LINKS = ("https://", "http://", "tg://")

log = structlog.get_logger()

Call = dict[str, Any]


def render(chat_id: str, reply: Reply) -> list[Call]:
    """The calls that say it, in order, each with its `method` beside the parameters.

    A file of the bot folder stands in `upload` as {"field", "file"} in place of a reference.
    """
    text = _clean(reply.text).strip()
    markup = _markup(reply)
    media = [call for call in map(_attachment, reply.attachments) if call is not None]
    if text and len(media) == 1 and _takes_caption(media[0]) and units(text) <= MAX_CAPTION:
        media[0]["caption"] = text
        text = ""
    elif not text and markup is not None and not media and not reply.clear_keyboard:
        text = ONLY_BUTTONS
    calls = [*media, *({"method": "sendMessage", "text": part} for part in split(text, MAX_TEXT))]
    if calls:
        if markup is not None:
            calls[-1]["reply_markup"] = markup
        if reply.clear_keyboard:
            calls[0].setdefault("reply_markup", {"remove_keyboard": True})
    chat = _chat(chat_id)
    return [{"method": call.pop("method"), "chat_id": chat, **call} for call in calls]


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int) -> list[str]:
    """Parts that fit, cut after a paragraph, else a line, a sentence, a word, else anywhere."""
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        cut = _best_cut(_head(rest, limit))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units; no character outside the BMP is halved."""
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def _best_cut(head: str) -> int:
    """Where to cut. A nice place in the first quarter would leave too short a part."""
    shortest = len(head) // 4
    for ends in (("\n\n",), ("\n",), (". ", "! ", "? ", "… "), (" ",)):
        cut = max(head.rfind(end) + len(end) if end in head else 0 for end in ends)
        if cut > shortest:
            return cut
    return len(head)


def _clean(text: str) -> str:
    """Half a surrogate pair cannot be written as UTF-8; a question mark stands in for it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _chat(chat_id: str) -> int | str:
    """A number where Telegram could have given it: JSON takes no whole numbers past 64 bits."""
    digits = chat_id.removeprefix("-")
    return int(chat_id) if digits.isdecimal() and len(digits) <= 18 else chat_id


# ---------------------------------------------------------------- attachments


def _attachment(attachment: Attachment) -> Call | None:
    details = attachment.details
    if attachment.kind == "location":
        return {
            "method": "sendLocation",
            "latitude": details.get("latitude", 0),
            "longitude": details.get("longitude", 0),
        }
    if attachment.kind == "contact":
        phone = str(details.get("phone", ""))
        name = str(details.get("name") or phone)
        return {"method": "sendContact", "phone_number": phone, "first_name": _clean(name)}
    if not attachment.ref:
        log.warning("An attachment without a file is left out", kind=attachment.kind)
        return None
    call: Call = {"method": _METHODS[attachment.kind]}
    if is_local(attachment.ref):
        call["upload"] = {"field": attachment.kind, "file": attachment.ref}
    else:
        call[attachment.kind] = attachment.ref
    return call


def is_local(ref: str) -> bool:
    """Whether it is a path: Telegram's own file ids have neither dots nor slashes."""
    return not ref.startswith(("https://", "http://")) and ("/" in ref or "." in ref)


def _takes_caption(call: Call) -> bool:
    return call["method"] not in ("sendSticker", "sendLocation", "sendContact")


# ---------------------------------------------------------------- keyboards


def _markup(reply: Reply) -> dict[str, Any] | None:
    if reply.keyboard is None:
        return None
    if reply.keyboard.inline and not any(button.share for button in _buttons(reply.keyboard)):
        rows = _rows(reply.keyboard, _inline_button)
        return {"inline_keyboard": rows} if rows else None
    rows = _rows(reply.keyboard, _reply_button)
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
    label = _clean(button.text).strip() or "…"
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
    return {"text": label, "callback_data": _clean(payload)}


def _reply_button(button: Button) -> dict[str, Any] | None:
    """A button of this keyboard writes its own label; a link cannot stand here."""
    label = _clean(button.text).strip()
    if button.url is not None or not label:
        log.warning("A button is left out: beside a share button only texts can stand")
        return None
    if button.share == "phone":
        return {"text": label, "request_contact": True}
    if button.share == "location":
        return {"text": label, "request_location": True}
    return {"text": label}
