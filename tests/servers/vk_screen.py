"""Talks of the fake VK as a customer sees them, in the notation that all messengers share."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

from tests.servers.screen import Bubble, button, file, location, rendered


def lines_of_talk(seen: Iterable[Mapping[str, Any]]) -> list[str]:
    """`seen` is what the server tells of one peer, in its order."""
    return rendered(bubble for one in seen if (bubble := _bubble(one)) is not None)


def _bubble(seen: Mapping[str, Any]) -> Bubble | None:
    author, kind, message, extra = (seen[name] for name in ("author", "kind", "message", "extra"))
    if kind == "press":
        return Bubble(author, pressed=extra["label"])
    if kind == "answer":
        return _answer(extra)
    if kind == "delete":
        return Bubble(author, act=f"deletes «{message['text']}»")
    if kind == "reaction":
        return Bubble(author, reaction=str(extra.get("reaction_id") or ""))
    if kind != "message" and kind != "edit":
        acts = {"message_deny": "forbids messages", "user_block": "is blocked"}
        return Bubble(author, act=acts[kind]) if kind in acts else None
    return _message(author, "edits" if kind == "edit" else "", message, extra)


def _message(author: str, act: str, message: Mapping[str, Any], extra: Mapping[str, Any]) -> Bubble:
    if author == "client" and "payload" in message and not act and message["text"]:
        return Bubble(author, pressed=message["text"])
    replied = message.get("reply_message")
    if replied and not act:
        act = f"replies to «{replied.get('text', '')}»"
    keyboard = message.get("keyboard")
    rows = [[_button(one) for one in row] for row in keyboard["buttons"]] if keyboard else []
    inline = bool(keyboard and keyboard.get("inline"))
    cards = message.get("template", {}).get("elements", [])
    return Bubble(
        author,
        message.get("text", ""),
        act=act,
        media=_media(message, extra),
        buttons=rows if inline else (),
        keyboard=rows if keyboard and not inline else None,
        cards=[_card(card, name) for card, name in zip_longest(cards, extra.get("cards", ()))],
        notes=["forwarded"] if message.get("fwd_messages") else (),
    )


def _media(message: Mapping[str, Any], extra: Mapping[str, Any]) -> list[str]:
    names = list(extra.get("names", ()))
    media = []
    for place, attached in enumerate(message.get("attachments") or ()):
        kind = attached["type"]
        name = names[place] if place < len(names) else _name(kind, attached.get(kind) or {})
        media.append(file(kind, name))
    if geo := message.get("geo"):
        place_names = geo.get("place", {})
        at = geo["coordinates"]
        media.append(location(at["latitude"], at["longitude"], place_names.get("title", "")))
    return media


def _name(kind: str, body: Mapping[str, Any]) -> str:
    if kind == "sticker":
        return str(body.get("sticker_id", ""))
    if kind == "audio":
        return f"{body.get('artist', '')} — {body.get('title', '')}"
    return str(body.get("title") or body.get("url") or "")


def _card(card: Mapping[str, Any], photo: str | None) -> Bubble:
    text = "\n".join(filter(None, (card.get("title"), card.get("description"))))
    media = [file("photo", photo or card["photo_id"])] if "photo_id" in card else []
    row = [_button(one) for one in card["buttons"]]
    link = card.get("action", {}).get("link")
    notes = [f"opens {link}"] if link else ()
    return Bubble("card", text, media=media, buttons=[row], notes=notes)


def _button(one: Mapping[str, Any]) -> str:
    action = one["action"]
    kind = action["type"]
    if kind == "location":
        return button("location", asks="location")
    if kind == "open_app":
        return button(action["label"], url=f"https://vk.com/app{action['app_id']}")
    return button(action.get("label", kind), url=action.get("link", ""))


def _answer(told: Mapping[str, Any]) -> Bubble:
    if told["type"] == "show_snackbar":
        return Bubble("bot", told["text"], act="snackbar")
    return Bubble("bot", act=f"opens {told.get('link') or told.get('app_id')}")
