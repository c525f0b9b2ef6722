"""Dialogs of the fake MAX as a customer sees them, in the notation that all messengers share."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.servers.screen import Bubble, button, contact, file, location, rendered

SHORT = 40
"""How many signs of a message are quoted to say which one is meant."""

_ASKS = {"request_contact": "phone", "request_geo_location": "location"}
_DONE = {
    "bot_stopped": "stops the bot",
    "dialog_removed": "removes the dialog",
    "bot_started": "starts the bot",
}
_KINDS = {"image": "photo", "file": "document"}


def lines_of_dialog(seen: Iterable[Mapping[str, Any]]) -> list[str]:
    """`seen` is what the server tells of one dialog, in its order."""
    return rendered(_bubble(one) for one in seen)


def _bubble(seen: Mapping[str, Any]) -> Bubble:
    who, act, extra = seen["who"], seen["act"], seen["extra"]
    body = seen["message"].get("body") or {}
    if act == "presses":
        return Bubble(who, pressed=extra["label"])
    if act == "notifies":
        return Bubble(who, extra["text"], act="notification")
    if act == "deletes":
        return Bubble(who, act=f"deletes «{_short(body)}»")
    if act in _DONE:
        payload = extra.get("payload")
        return Bubble(who, act=_DONE[act], notes=[f"payload {payload}"] if payload else ())
    link = seen["message"].get("link")
    done = ""
    if act == "edits":
        done = "edits"
    elif link:
        quoted = _short(link["message"])
        done = f"replies to «{quoted}»" if link["type"] == "reply" else f"forwards «{quoted}»"
    attachments = body.get("attachments") or []
    return Bubble(
        who,
        body.get("text") or "",
        act=done,
        media=list(_media(attachments, extra.get("names") or [])),
        buttons=[row for one in attachments for row in _rows(one)],
        notes=[_mark(body["text"], mark) for mark in body.get("markup") or ()],
    )


def _media(attachments: Iterable[Mapping[str, Any]], names: list[str]) -> Iterable[str]:
    for at, one in enumerate(attachments):
        kind, payload = one["type"], one.get("payload") or {}
        if kind == "location":
            yield location(one["latitude"], one["longitude"])
        elif kind == "contact":
            yield _contact(payload)
        elif kind == "sticker":
            yield file(kind, payload.get("code") or "")
        elif kind != "inline_keyboard":
            yield file(_KINDS.get(kind, kind), names[at] if at < len(names) else "")


def _contact(payload: Mapping[str, Any]) -> str:
    """As it is sent, or as a customer's is told: in a vCard."""
    card = payload.get("vcf_info") or ""
    name, phone = (re.search(rf"(?m)^{key}[^:\r\n]*:([^\r\n]*)", card) for key in ("FN", "TEL"))
    return contact(
        payload.get("name") or (name[1] if name else ""),
        payload.get("vcf_phone") or (phone[1] if phone else ""),
    )


def _rows(attachment: Mapping[str, Any]) -> list[list[str]]:
    if attachment["type"] != "inline_keyboard":
        return []
    return [
        [
            button(one["text"], url=one.get("url", ""), asks=_ASKS.get(one["type"], ""))
            for one in row
        ]
        for row in attachment["payload"]["buttons"]
    ]


def _mark(text: str, mark: Mapping[str, Any]) -> str:
    raw = text.encode("utf-16-le")[mark["from"] * 2 : (mark["from"] + mark["length"]) * 2]
    where = mark.get("url") or mark.get("user_id") or ""
    return f"{mark['type']}: {raw.decode('utf-16-le')}" + (f" → {where}" if where else "")


def _short(body: Mapping[str, Any]) -> str:
    text = " ".join((body.get("text") or "").split())
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
