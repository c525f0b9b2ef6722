"""What a customer sees in Telegram, from what the fake server saw in a chat."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.servers.screen import Bubble, button, contact, file, location

SHORT = 40
"""How many signs of a message are quoted to say which one is meant."""

_FILES = ("photo", "video", "audio", "voice", "video_note", "sticker", "document")
_ASKS = {
    "request_contact": "phone",
    "request_location": "location",
    "request_users": "people",
    "request_chat": "chat",
    "request_poll": "poll",
}
_SERVICE = (
    "successful_payment",
    "refunded_payment",
    "web_app_data",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "new_chat_members",
    "left_chat_member",
)

Entry = Mapping[str, Any]


def bubbles(log: Iterable[Entry]) -> Iterator[Bubble]:
    for entry in log:
        yield _MADE.get(entry["act"], _done)(entry)


def _said(entry: Entry) -> Bubble:
    message, markup = entry["message"], entry.get("markup") or {}
    reply = message.get("reply_to_message")
    quote = (message.get("quote") or {}).get("text")
    return Bubble(
        author=entry["who"],
        act=f"replies to «{quote or _short(reply)}»" if reply or quote else "",
        text=str(message.get("text") or message.get("caption") or ""),
        media=list(_media(message)),
        buttons=_buttons(markup),
        keyboard=_keyboard(markup),
        notes=list(_notes(message)),
    )


def _edited(entry: Entry) -> Bubble:
    message, before = entry["message"], entry.get("before") or {}
    return Bubble(
        author=entry["who"],
        act=f"edits «{_short(before)}»",
        text=str(message.get("text") or message.get("caption") or ""),
        media=list(_media(message)),
        buttons=_buttons(entry.get("markup") or {}),
    )


def _marked(entry: Entry) -> Bubble:
    """The buttons alone were changed or taken away."""
    buttons = _buttons(entry.get("markup") or {})
    notes = () if buttons else ("no buttons any more",)
    act = f"changes the buttons of «{_short(entry['message'])}»"
    return Bubble(entry["who"], act=act, buttons=buttons, notes=notes)


def _deleted(entry: Entry) -> Bubble:
    return Bubble(entry["who"], act=f"deletes «{_short(entry['message'])}»")


def _reacted(entry: Entry) -> Bubble:
    emoji = [one.get("emoji") or one.get("type", "") for one in entry["reaction"]]
    return Bubble(entry["who"], reaction=" ".join(emoji))


def _pressed(entry: Entry) -> Bubble:
    return Bubble(entry["who"], pressed=entry["label"])


def _done(entry: Entry) -> Bubble:
    return Bubble(entry["who"], act=entry["act"])


_MADE = {
    "says": _said,
    "edits": _edited,
    "marks": _marked,
    "deletes": _deleted,
    "reacts": _reacted,
    "presses": _pressed,
}


# ---------------------------------------------------------------- parts of a message


def _short(message: Any) -> str:
    if not isinstance(message, dict):
        return "…"
    text = str(message.get("text") or message.get("caption") or "").partition("\n")[0]
    if not text:
        return next(_media(message), "…")
    return text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"


def _media(message: Mapping[str, Any]) -> Iterator[str]:
    if "animation" in message:
        yield file("animation")
        return
    for kind in _FILES:
        if kind in message:
            yield file(kind, _name(message[kind]))
    if isinstance(place := message.get("venue") or message.get("location"), dict):
        spot = place.get("location", place)
        names = [str(place[key]) for key in ("title", "address") if key in place]
        yield location(spot.get("latitude", 0), spot.get("longitude", 0), *names)
    if isinstance(card := message.get("contact"), dict):
        names = [str(card[key]) for key in ("first_name", "last_name") if card.get(key)]
        yield contact(" ".join(names), str(card.get("phone_number", "")))
    if isinstance(dice := message.get("dice"), dict):
        yield f"{dice.get('emoji')} {dice.get('value')}"
    if isinstance(poll := message.get("poll"), dict):
        yield f"poll {poll.get('question')}"
    if isinstance(invoice := message.get("invoice"), dict):
        total = f"{invoice['total_amount']} {invoice['currency']}"
        yield f"invoice {invoice['title']}: {invoice['description']}, {total}"


def _name(info: Any) -> str:
    """The name of a document; of a sticker what it shows."""
    if not isinstance(info, dict):
        return ""
    return str(info.get("file_name") or info.get("emoji") or "")


def _notes(message: Mapping[str, Any]) -> Iterator[str]:
    if "forward_origin" in message:
        yield "forwarded"
    for kind in _SERVICE:
        if kind in message:
            value = message[kind]
            told = value.get("data") or value.get("total_amount") if isinstance(value, dict) else ""
            yield f"{kind} {told or ''}".rstrip()


def _buttons(markup: Mapping[str, Any]) -> Sequence[Sequence[str]]:
    return [[_inline(one) for one in row] for row in markup.get("inline_keyboard", ())]


def _inline(one: Mapping[str, Any]) -> str:
    if (app := one.get("web_app")) is not None:
        return button(one["text"], url=app["url"])
    if "copy_text" in one:
        return button(one["text"], asks="copies")
    return button(one["text"], url=one.get("url", ""))


def _keyboard(markup: Mapping[str, Any]) -> Sequence[Sequence[str]] | None:
    if "remove_keyboard" in markup:
        return ()
    if "keyboard" not in markup:
        return None
    return [[_key(one) for one in row] for row in markup["keyboard"]]


def _key(one: Any) -> str:
    if isinstance(one, str):
        return one
    if (app := one.get("web_app")) is not None:
        return button(one["text"], url=app["url"])
    asks = next((word for name, word in _ASKS.items() if one.get(name)), "")
    return button(one["text"], asks=asks)
