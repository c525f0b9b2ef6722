"""Updates of MAX as tests need them: what a customer writes, attaches, presses and does."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

Update = dict[str, Any]

CUSTOMER = 5001
BOT = 900
TIME = 1_790_000_000_000
DIALOGS = 100_000
"""The number of a dialog is this and the customer's."""


def person(user_id: int = CUSTOMER, **fields: Any) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "first_name": "Аня",
        "last_name": "Белова",
        "username": None,
        "is_bot": False,
        "last_activity_time": TIME,
        **fields,
    }


def written(
    user_id: int = CUSTOMER,
    text: str | None = "",
    *,
    mid: str = "mid.1",
    attachments: Sequence[Mapping[str, Any]] = (),
    link: Mapping[str, Any] | None = None,
    chat_type: str = "dialog",
    markup: Sequence[Mapping[str, Any]] = (),
    sender: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A message as MAX tells it, written by a customer unless `sender` says otherwise."""
    body: dict[str, Any] = {"mid": mid, "seq": 1, "text": text}
    if attachments:
        body["attachments"] = [dict(one) for one in attachments]
    if markup:
        body["markup"] = [dict(one) for one in markup]
    message: dict[str, Any] = {
        "sender": dict(sender or person(user_id)),
        "recipient": {"chat_id": DIALOGS + user_id, "chat_type": chat_type, "user_id": BOT},
        "timestamp": TIME,
        "body": body,
    }
    return message | ({"link": dict(link)} if link else {})


def message(user_id: int = CUSTOMER, text: str | None = "", **fields: Any) -> Update:
    """A message of a customer; `fields` as in `written`."""
    told = {"message": written(user_id, text, **fields), "user_locale": "ru"}
    return {"update_type": "message_created", "timestamp": TIME, **told}


def edited(user_id: int, mid: str, text: str, *, at: int = TIME + 5000) -> Update:
    told = {"message": written(user_id, text, mid=mid)}
    return {"update_type": "message_edited", "timestamp": at, **told}


def removed(user_id: int, mid: str) -> Update:
    told = {"message_id": mid, "chat_id": DIALOGS + user_id, "user_id": user_id}
    return {"update_type": "message_removed", "timestamp": TIME, **told}


def started(user_id: int = CUSTOMER, payload: str | None = None, *, at: int = TIME) -> Update:
    told = {"chat_id": DIALOGS + user_id, "user": person(user_id), "user_locale": "ru-RU"}
    given = {"payload": payload} if payload is not None else {}
    return {"update_type": "bot_started", "timestamp": at, **told, **given}


def stopped(user_id: int = CUSTOMER, kind: str = "bot_stopped", *, at: int = TIME) -> Update:
    told = {"chat_id": DIALOGS + user_id, "user": person(user_id)}
    return {"update_type": kind, "timestamp": at, **told}


def press(
    user_id: int,
    payload: str,
    *,
    callback_id: str = "cb.1",
    of: Mapping[str, Any] | None = None,
    at: int = TIME,
) -> Update:
    """A pressed button; `of` is the message it hangs on, None where that was deleted."""
    callback = {
        "timestamp": at,
        "callback_id": callback_id,
        "payload": payload,
        "user": person(user_id),
    }
    told = {"callback": callback, "message": dict(of) if of is not None else None}
    return {"update_type": "message_callback", "timestamp": at, **told, "user_locale": "ru"}


# ---------------------------------------------------------------- attachments


def image(url: str, token: str = "t.image") -> dict[str, Any]:
    return {"type": "image", "payload": {"photo_id": 1, "token": token, "url": url}}


def video(token: str, url: str = "https://v.example/1") -> dict[str, Any]:
    return {"type": "video", "payload": {"url": url, "token": token}, "duration": 3}


def audio(url: str, token: str = "t.audio") -> dict[str, Any]:
    return {"type": "audio", "payload": {"url": url, "token": token}}


def paper(url: str, name: str, size: int = 10, token: str = "t.file") -> dict[str, Any]:
    payload = {"url": url, "token": token}
    return {"type": "file", "payload": payload, "filename": name, "size": size}


def place(latitude: float, longitude: float) -> dict[str, Any]:
    return {"type": "location", "latitude": latitude, "longitude": longitude}


def contact(
    phone: str, owner: int | None = None, name: str = "Аня Белова", *, token: str = ""
) -> dict[str, Any]:
    """With the `token` of the bot whose button shared it, it has the hash by which MAX vouches for it."""
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL;TYPE=cell:{phone}\r\nEND:VCARD\r\n"
    info = person(owner) if owner is not None else None
    payload = {"vcf_info": card, "max_info": info}
    if token:
        payload["hash"] = hmac.new(token.encode(), card.encode(), hashlib.sha256).hexdigest()
    return {"type": "contact", "payload": payload}


def sticker(url: str, code: str) -> dict[str, Any]:
    return {"type": "sticker", "payload": {"url": url, "code": code}, "width": 9, "height": 9}


def keyboard(*rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """As it hangs on a message of the bot's that is told."""
    return {"type": "inline_keyboard", "payload": {"buttons": [list(row) for row in rows]}}
