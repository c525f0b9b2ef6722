"""What Meta posts to a bot's webhook, kind by kind, built the way the real bodies are.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
A content (`text("Привет")`) becomes a message of a person, messages and statuses a value, values
changes, and changes the body of one POST.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A customer: known by telephone number, by business-scoped user id, or by both.

    https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
    """

    wa_id: str | None = "79001234567"
    user_id: str | None = None
    name: str = "Иван"
    username: str | None = None
    parent_user_id: str | None = None

    @property
    def chat(self) -> str:
        return self.wa_id or self.user_id or ""


# ---------------------------------------------------------------- contents


def text(body: str) -> Json:
    return {"type": "text", "text": {"body": body}}


def media(kind: str, file: Mapping[str, Any], **more: Any) -> Json:
    """`kind` is image, video, audio, document or sticker; `file` comes from `WhatsApp.file`."""
    return {"type": kind, kind: {**file, **more}}


def voice(file: Mapping[str, Any]) -> Json:
    return media("audio", file, voice=True)


def location(latitude: float, longitude: float, **more: str) -> Json:
    """`more` are `name`, `address` and `url`, which only a chosen place has."""
    return {"type": "location", "location": {"latitude": latitude, "longitude": longitude, **more}}


def contacts(*cards: Json) -> Json:
    return {"type": "contacts", "contacts": list(cards)}


def card(name: str, phone: str, wa_id: str | None = None) -> Json:
    number = {"phone": phone, "type": "CELL", **({"wa_id": wa_id} if wa_id else {})}
    return {"name": {"formatted_name": name, "first_name": name}, "phones": [number]}


def reaction(message_id: str, emoji: str | None) -> Json:
    """None takes a reaction back: then the key is absent."""
    return {
        "type": "reaction",
        "reaction": {"message_id": message_id, **({"emoji": emoji} if emoji is not None else {})},
    }


def template_button(label: str, payload: str | None = None) -> Json:
    """A quick reply of a template was pressed."""
    return {"type": "button", "button": {"payload": payload or label, "text": label}}


def button_reply(id_: str, title: str) -> Json:
    return _interactive("button_reply", {"id": id_, "title": title})


def list_reply(id_: str, title: str, description: str | None = None) -> Json:
    more = {"description": description} if description is not None else {}
    return _interactive("list_reply", {"id": id_, "title": title, **more})


def flow_reply(answers: Mapping[str, Any], *, body: str = "Sent") -> Json:
    """A Flow was filled in; its answers come as JSON within JSON."""
    form = {"name": "flow", "body": body, "response_json": json.dumps(answers)}
    return _interactive("nfm_reply", form)


def _interactive(kind: str, reply: Json) -> Json:
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}


def order(catalog_id: str, *items: Json, words: str = "") -> Json:
    products = list(items) or [order_item("sku-1")]
    return {
        "type": "order",
        "order": {"catalog_id": catalog_id, "text": words, "product_items": products},
    }


def order_item(sku: str, quantity: int = 1, price: float = 100.0, currency: str = "RUB") -> Json:
    return {
        "product_retailer_id": sku,
        "quantity": quantity,
        "item_price": price,
        "currency": currency,
    }


def changed_number(person: Person, number: str) -> Json:
    """Comes as a message without `contacts` beside it."""
    says = f"User {person.name} changed from {person.wa_id} to {number}"
    return {
        "type": "system",
        "system": {"body": says, "wa_id": number, "type": "user_changed_number"},
    }


def unsupported(kind: str = "unsupported") -> Json:
    """A poll, a disappearing photo and the like; `unknown` is its older name."""
    details = {"details": "Message type is currently not supported."}
    error = {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": details,
    }
    return {"type": kind, "errors": [error]}


def edit(original_id: str, content: Json) -> Json:
    inner = {"context": {"id": original_id}, **content}
    return {"type": "edit", "edit": {"original_message_id": original_id, "message": inner}}


def revoke(original_id: str) -> Json:
    return {"type": "revoke", "revoke": {"original_message_id": original_id}}


def advert(source_id: str = "120226305854810726", **more: Any) -> Json:
    """The `referral` of a message that came from an advertisement or a post."""
    return {
        "source_url": "https://fb.me/3cr4Wqqkv",
        "source_id": source_id,
        "source_type": "ad",
        "body": "Скидки",
        "headline": "Напишите нам",
        "media_type": "image",
        "image_url": "https://example.com/ad.jpg",
        "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
        **more,
    }


# ---------------------------------------------------------------- around them


def message(person: Person, content: Json, *, id_: str, at: float, **more: Any) -> Json:
    """`more` are further keys: `context`, `referral`, `group_id`."""
    who: Json = {}
    if person.wa_id:
        who["from"] = person.wa_id
    if person.user_id:
        who["from_user_id"] = person.user_id
    if person.parent_user_id:
        who["from_parent_user_id"] = person.parent_user_id
    return {**who, "id": id_, "timestamp": str(int(at)), **content, **more}


def contact(person: Person) -> Json:
    """How a person stands in `contacts` beside the messages."""
    profile = {"name": person.name, **({"username": person.username} if person.username else {})}
    known = {
        "wa_id": person.wa_id,
        "user_id": person.user_id,
        "parent_user_id": person.parent_user_id,
    }
    return {"profile": profile, **{key: value for key, value in known.items() if value}}


def status(
    number: str,
    what: str,
    *,
    at: float,
    person: Person | None = None,
    errors: Sequence[Json] = (),
    **more: Any,
) -> Json:
    """Of a message the bot sent: `sent`, `delivered`, `read`, `played`, `failed`, `deleted`."""
    who: Json = {}
    if person is not None and person.wa_id:
        who["recipient_id"] = person.wa_id
    if person is not None and person.user_id:
        who["recipient_user_id"] = person.user_id
    if what in ("sent", "delivered", "read"):
        pricing = {"billable": False, "pricing_model": "PMP", "category": "service"}
        more = {"pricing": {**pricing, "type": "free_customer_service"}, **more}
    failed = {"errors": list(errors)} if errors else {}
    return {"id": number, "status": what, "timestamp": str(int(at)), **who, **more, **failed}


def value(
    phone_id: str,
    display: str,
    *,
    messages: Sequence[Json] = (),
    people: Sequence[Person] = (),
    statuses: Sequence[Json] = (),
    errors: Sequence[Json] = (),
    **more: Any,
) -> Json:
    parts: dict[str, Sequence[Json]] = {
        "contacts": [contact(person) for person in people],
        "messages": messages,
        "statuses": statuses,
        "errors": errors,
    }
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": display, "phone_number_id": phone_id},
        **{key: list(part) for key, part in parts.items() if part},
        **more,
    }


def echo(display: str, person: Person, content: Json, *, id_: str, at: float) -> Json:
    """What a person of the business wrote in the WhatsApp Business app, beside the bot.

    https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/smb_message_echoes
    """
    to = {"to": person.wa_id} if person.wa_id else {"to_user_id": person.user_id}
    return {"from": display, **to, "id": id_, "timestamp": str(int(at)), **content}


def change(value_: Json, field: str = "messages") -> Json:
    return {"value": value_, "field": field}


def entry(waba: str, *changes: Json) -> Json:
    return {"id": waba, "changes": list(changes)}


def body(*entries: Json) -> Json:
    return {"object": "whatsapp_business_account", "entry": list(entries)}


def wire(body_: Json) -> bytes:
    """The bytes that Meta signs: no spaces, non-ASCII as lower-case \\uXXXX, slashes as \\/."""
    return json.dumps(body_, separators=(",", ":")).replace("/", "\\/").encode()
