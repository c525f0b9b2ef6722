"""Events of VK as tests need them: what a customer sends, attaches and does."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

Event = dict[str, Any]
Attachment = dict[str, Any]

CUSTOMER = 5
DATE = 1_790_000_000


def event(kind: str, body: Mapping[str, Any], **fields: Any) -> Event:
    """Any event; `fields` go beside the object: `event_id` above all."""
    return {"type": kind, "object": dict(body), **fields}


def message(
    user_id: int,
    text: str = "",
    *,
    peer_id: int | None = None,
    payload: Any = None,
    attachments: Sequence[Attachment] = (),
    client_info: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Event:
    """A message of a customer; `fields` go into it: `geo`, `ref`, `reply_message`, `fwd_messages`."""
    body: dict[str, Any] = {"from_id": user_id, "peer_id": peer_id or user_id, "text": text}
    if payload is not None:
        body["payload"] = orjson.dumps(payload).decode()
    if attachments:
        body["attachments"] = list(attachments)
    told: dict[str, Any] = {"message": body | fields}
    return event("message_new", told | ({"client_info": client_info} if client_info else {}))


def start(user_id: int, **fields: Any) -> Event:
    """«Начать» pressed by somebody who has not written yet."""
    return message(user_id, "Начать", payload={"command": "start"}, **fields)


def callback_press(
    user_id: int, payload: Any, *, number: int = 1, peer_id: int | None = None, **fields: Any
) -> Event:
    """A pressed callback button of the message with this number in the talk."""
    body = {"user_id": user_id, "peer_id": peer_id or user_id, "payload": payload}
    return event("message_event", body | {"conversation_message_id": number} | fields)


def edited(user_id: int, number: int, text: str, **fields: Any) -> Event:
    body = {"from_id": user_id, "peer_id": user_id, "conversation_message_id": number}
    return event("message_edit", body | {"text": text} | fields)


def reply(peer_id: int, text: str, *, admin_id: int | None = None, **fields: Any) -> Event:
    """What goes out of the community not by our own call: an admin wrote it, or another app."""
    admin = {"admin_author_id": admin_id} if admin_id is not None else {}
    return event("message_reply", {"peer_id": peer_id, "text": text} | admin | fields)


def allow(user_id: int, key: str = "") -> Event:
    return event("message_allow", {"user_id": user_id, "key": key})


def deny(user_id: int) -> Event:
    return event("message_deny", {"user_id": user_id})


def read(user_id: int, number: int) -> Event:
    told = {"read_message_id": number, "conversation_message_id": number}
    return event("message_read", {"from_id": user_id, "peer_id": user_id} | told)


def typing(user_id: int, group_id: int) -> Event:
    told = {"from_id": user_id, "to_id": -group_id, "state": "typing"}
    return event("message_typing_state", told)


def reaction(user_id: int, number: int, reaction_id: int | None = 1) -> Event:
    """None takes the reaction back."""
    told = {"reacted_id": user_id, "peer_id": user_id, "cmid": number}
    given = {"reaction_id": reaction_id} if reaction_id is not None else {}
    return event("message_reaction_event", told | given)


def block(user_id: int, *, admin_id: int = 1) -> Event:
    """The community put a person on its blacklist."""
    told = {"admin_id": admin_id, "user_id": user_id, "unblock_date": 0, "reason": 0}
    return event("user_block", told | {"comment": "", "comment_visible": 0})


# ---------------------------------------------------------------- attachments


def _attached(kind: str, body: Mapping[str, Any]) -> Attachment:
    return {"type": kind, kind: dict(body)}


def photo(url: str, *, number: int = 1) -> Attachment:
    """The largest of its sizes is not the last one, as at VK."""
    sizes = [
        {"type": kind, "width": width, "height": height, "url": f"{url}?size={kind}"}
        for kind, width, height in (
            ("s", 75, 50),
            ("z", 1080, 720),
            ("m", 130, 87),
            ("x", 604, 403),
        )
    ]
    body = {"album_id": -3, "date": DATE, "id": number, "owner_id": CUSTOMER, "has_tags": False}
    return _attached("photo", body | {"access_key": "k1", "sizes": sizes, "text": ""})


def video(title: str = "Двор", *, number: int = 2) -> Attachment:
    """VK gives no address of the film itself to a community."""
    image = [{"url": "https://vk.com/v.jpg", "width": 320, "height": 240, "with_padding": 1}]
    body = {"id": number, "owner_id": CUSTOMER, "title": title, "duration": 12, "date": DATE}
    return _attached("video", body | {"access_key": "k2", "image": image, "type": "video"})


def audio(artist: str = "Кино", title: str = "Пачка сигарет", *, url: str = "") -> Attachment:
    body = {"id": 3, "owner_id": CUSTOMER, "artist": artist, "title": title, "duration": 267}
    return _attached("audio", body | {"date": DATE, "url": url})


def audio_message(url: str, *, seconds: int = 4) -> Attachment:
    links = {"link_ogg": url, "link_mp3": f"{url}?as=mp3"}
    body = {"id": 4, "owner_id": CUSTOMER, "duration": seconds, "waveform": [0, 9, 4, 1]}
    return _attached("audio_message", body | links | {"access_key": "k4"})


def document(url: str, title: str = "договор.pdf", *, size: int = 1000) -> Attachment:
    body = {"id": 5, "owner_id": CUSTOMER, "title": title, "size": size, "url": url, "type": 1}
    extension = title.rpartition(".")[2]
    return _attached("doc", body | {"ext": extension, "date": DATE, "access_key": "k5"})


def sticker(number: int = 9046) -> Attachment:
    images = [{"url": f"https://vk.com/sticker/{number}-128", "width": 128, "height": 128}]
    body: dict[str, Any] = {"sticker_id": number, "product_id": 279, "images": images}
    body |= {"inner_type": "base_sticker_new", "is_allowed": True}
    return _attached("sticker", body | {"images_with_background": images})


def link(url: str, title: str = "Статья") -> Attachment:
    body = {"url": url, "title": title, "caption": "", "description": "", "is_favorite": False}
    return _attached("link", body)


def wall(text: str = "Открылись!", *, owner_id: int = -1, number: int = 7) -> Attachment:
    body = {"id": number, "from_id": owner_id, "to_id": owner_id, "date": DATE, "text": text}
    return _attached("wall", body | {"post_type": "post", "attachments": []})


def market(title: str = "Чашка", *, number: int = 8, roubles: int = 900) -> Attachment:
    price = {
        "amount": str(roubles * 100),
        "currency": {"id": 643, "name": "RUB"},
        "text": f"{roubles} ₽",
    }
    body = {"id": number, "owner_id": -1, "title": title, "description": "", "price": price}
    return _attached("market", body | {"availability": 0, "date": DATE})


def place(latitude: float = 55.75, longitude: float = 37.61, *, title: str = "") -> dict[str, Any]:
    """For `message(geo=…)`."""
    coordinates = {"latitude": latitude, "longitude": longitude}
    named = {"place": {"id": 0, "title": title, "country": "Россия"}} if title else {}
    return {"type": "point", "coordinates": coordinates} | named


def other_message(user_id: int, text: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    """For `message(reply_message=…)` and `message(fwd_messages=[…])`."""
    told = {"date": DATE, "from_id": user_id, "peer_id": user_id, "text": text, "id": number}
    return told | {"conversation_message_id": number, "attachments": []} | fields
