"""What people do in VK besides writing: they press, read, react, order, forbid and allow."""

from typing import Any

from adapters.foreign_json import listed, mapping, string, whole
from adapters.messengers.vk.around import Around, Found
from adapters.messengers.vk.fields import person, written
from adapters.messengers.vk.names import BUTTON, IN_TALK
from bots.model.receipt import Receipt

_REACTIONS = [
    "❤️",
    "🔥",
    "😂",
    "👍",
    "💩",
    "❓",
    "😭",
    "😡",
    "👎",
    "👌",
    "😃",
    "🤔",
    "🙏",
    "😘",
    "😍",
    "🎉",
]
"""By their numbers, from 1: https://dev.vk.com/ru/method/messages.getReactionsAssets"""


def pressed(body: dict[str, Any], around: Around) -> Found | None:
    peer = person(body.get("peer_id"))
    token = string(body.get("event_id"))
    payload = body.get("payload")
    if isinstance(payload, str):
        payload = written(payload)
    pressed = string(payload.get(BUTTON)) if isinstance(payload, dict) else ""
    if not peer or not token or not pressed:
        return None
    number = whole(body.get("conversation_message_id"))
    fields = {
        "happening": "button",
        "button": pressed,
        "reply_token": token,
        "platform_message_id": f"{IN_TALK}{number}" if number > 0 else "",
    }
    return peer, number, fields


def allowed(body: dict[str, Any], around: Around) -> Found | None:
    peer = person(body.get("user_id"))
    key = string(body.get("key"))
    fields = {"happening": "unblocked", "metadata": {"start": key} if key else {}}
    return (peer, int(around.now.timestamp()), fields) if peer else None


def denied(body: dict[str, Any], around: Around) -> Found | None:
    peer = person(body.get("user_id"))
    return (peer, int(around.now.timestamp()), {"happening": "blocked"}) if peer else None


def reacted(body: dict[str, Any], around: Around) -> Found | None:
    peer = person(body.get("peer_id"))
    number = whole(body.get("cmid"))
    if not peer or whole(body.get("reacted_id")) != peer or number <= 0:
        return None
    reaction = whole(body.get("reaction_id"))
    emoji = _REACTIONS[reaction - 1] if 1 <= reaction <= len(_REACTIONS) else ""
    if reaction > len(_REACTIONS):
        emoji = f"vk:{reaction}"
    data = {"emoji": emoji, "message_id": f"{IN_TALK}{number}"}
    fields = {"happening": "event", "metadata": {"event": "reaction.set", "data": data}}
    return peer, number, fields


def ordered(body: dict[str, Any], around: Around) -> Found | None:
    """An order in the community's shop: https://dev.vk.com/ru/reference/objects/market-order"""
    peer, number = person(body.get("user_id")), whole(body.get("id"))
    if not peer or not number:
        return None
    data = {
        "catalog": str(whole(body.get("group_id")) or ""),
        "items": [_item(one) for one in listed(body, "preview_order_items")],
        "text": string(body.get("comment")),
    }
    metadata = {"event": "order.placed", "data": data}
    return peer, number, {"happening": "event", "date": body.get("date"), "metadata": metadata}


def _item(raw: Any) -> dict[str, Any]:
    """VK counts money in hundredths, as a text."""
    price = mapping(raw, "price")
    amount = string(price.get("amount")) or str(whole(price.get("amount")))
    told = raw if isinstance(raw, dict) else {}
    return {
        "id": str(whole(told.get("item_id")) or ""),
        "quantity": whole(told.get("quantity")),
        "price": int(amount) / 100 if amount.isdecimal() and len(amount) < 16 else 0,
        "currency": string(mapping(price, "currency").get("name")),
    }


def receipts(body: dict[str, Any], around: Around) -> tuple[Receipt, ...]:
    """A customer read all there was up to a message; what we ourselves read is no news."""
    peer = person(body.get("peer_id"))
    number = whole(body.get("read_message_id"))
    if not peer or whole(body.get("from_id")) != peer or number <= 0:
        return ()
    return (
        Receipt(
            channel=around.channel,
            platform_message_id=str(number),
            status="read",
            at=around.now,
            chat_id=str(peer),
            upto=True,
        ),
    )
