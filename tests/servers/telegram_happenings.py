"""Updates as Telegram sends them, one function for everything that happens in a chat.

https://core.telegram.org/bots/api#update
"""

from collections.abc import Mapping, Sequence
from typing import Any

DATE = 1_790_000_000
FILES = ("photo", "video", "audio", "voice", "video_note", "sticker", "animation", "document")


def person(chat_id: int, *, name: str = "Иван", language: str = "ru") -> dict[str, Any]:
    return {
        "id": chat_id,
        "is_bot": False,
        "first_name": name,
        "username": f"user{chat_id}",
        "language_code": language,
    }


def message(chat_id: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
    """An update with a message; `fields` go into the message (`photo=…`, `contact=…`)."""
    body: dict[str, Any] = {
        "message_id": 1,
        "from": person(chat_id),
        "chat": {"id": chat_id, "type": "private", "first_name": "Иван"},
        "date": DATE,
    }
    if text is not None:
        body["text"] = text
    return {"message": body | fields}


def press(
    chat_id: int, payload: str, *, query_id: str = "1", message_id: int = 1
) -> dict[str, Any]:
    """An update with a pressed inline button."""
    return {
        "callback_query": {
            "id": query_id,
            "from": person(chat_id),
            "message": {
                "message_id": message_id,
                "chat": {"id": chat_id, "type": "private"},
                "date": DATE,
                "text": "…",
            },
            "chat_instance": "1",
            "data": payload,
        }
    }


# ---------------------------------------------------------------- what people send


def started(chat_id: int, payload: str = "") -> dict[str, Any]:
    """The bot was opened; through a deep link it comes with a payload of at most 64 signs."""
    command = {"type": "bot_command", "offset": 0, "length": 6}
    return message(chat_id, f"/start {payload}".strip(), entities=[command])


def attached(
    chat_id: int, kind: str, file_id: str = "", caption: str | None = None, **fields: Any
) -> dict[str, Any]:
    """A message with a file: photo, video, audio, voice, video_note, sticker, animation, document.

    `fields` go into the message.
    """
    file_id = file_id or f"{kind}-file"
    info = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": 40_000}
    content: Any = {**info, **_TOLD.get(kind, {})}
    if kind == "photo":
        content = [
            {**info, "file_id": f"{file_id}-small", "width": 90, "height": 67, "file_size": 1200},
            {**info, "file_id": f"{file_id}-medium", "width": 320, "height": 240},
            {**info, "width": 1280, "height": 960},
        ]
    if caption is not None:
        fields["caption"] = caption
    if kind == "animation":
        # It is told as a document too, for bots from before there were animations.
        names = ("file_name", "mime_type")
        fields["document"] = {**info, **{name: content[name] for name in names}}
    return message(chat_id, **{kind: content}, **fields)


_TOLD: Mapping[str, Mapping[str, Any]] = {
    "video": {"width": 1280, "height": 720, "duration": 9, "mime_type": "video/mp4"},
    "audio": {"duration": 180, "performer": "Хор", "title": "Песня", "mime_type": "audio/mpeg"},
    "voice": {"duration": 4, "mime_type": "audio/ogg"},
    "video_note": {"length": 384, "duration": 6},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "👍",
        "set_name": "Hands",
    },
    "animation": {
        "width": 320,
        "height": 240,
        "duration": 2,
        "mime_type": "video/mp4",
        "file_name": "cat.mp4",
    },
    "document": {"file_name": "чек.pdf", "mime_type": "application/pdf"},
}


def album(
    chat_id: int,
    kinds: Sequence[str],
    *,
    caption: str | None = None,
    caption_at: int = 0,
    group: str = "13850000000000001",
    files: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """An album: every part is an update of its own, and the words hang on any one of them."""
    return [
        attached(
            chat_id,
            kind,
            files[place] if files else f"{kind}-{place}",
            caption if place == caption_at else None,
            media_group_id=group,
        )
        for place, kind in enumerate(kinds)
    ]


def located(chat_id: int, latitude: float, longitude: float, **more: Any) -> dict[str, Any]:
    """A place; with `live_period` (seconds) in `more` one that moves."""
    return message(chat_id, location={"latitude": latitude, "longitude": longitude, **more})


def moved(
    chat_id: int, message_id: int, latitude: float, longitude: float, **more: Any
) -> dict[str, Any]:
    """A live location is edited all the time; without `live_period` in `more` it has ended."""
    body = located(chat_id, latitude, longitude, **more)["message"]
    return {"edited_message": {**body, "message_id": message_id, "edit_date": DATE + 60}}


def venue(chat_id: int, latitude: float, longitude: float, title: str) -> dict[str, Any]:
    place = {"latitude": latitude, "longitude": longitude}
    told = {"location": place, "title": title, "address": "ул. Ленина, 1"}
    return message(chat_id, location=place, venue=told)


def contact(chat_id: int, phone: str, *, own: bool = True, name: str = "Иван") -> dict[str, Any]:
    """A shared number, the customer's own or somebody else's, who need not be in Telegram."""
    card: dict[str, Any] = {"phone_number": phone, "first_name": name}
    return message(chat_id, contact=card | ({"user_id": chat_id} if own else {}))


def thrown(chat_id: int, value: int = 6, emoji: str = "🎲") -> dict[str, Any]:
    return message(chat_id, dice={"emoji": emoji, "value": value})


def asked(chat_id: int, question: str, *options: str) -> dict[str, Any]:
    """A poll that the customer sent."""
    poll = {
        "id": "1",
        "question": question,
        "options": [
            {"persistent_id": str(place), "text": option, "voter_count": 0}
            for place, option in enumerate(options)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
    return message(chat_id, poll=poll)


def edited(chat_id: int, message_id: int, text: str, **fields: Any) -> dict[str, Any]:
    """The customer changed a text."""
    body = {**message(chat_id, text, **fields)["message"], "message_id": message_id}
    return {"edited_message": {**body, "edit_date": DATE + 30}}


def replying(
    update: Mapping[str, Any], to: Mapping[str, Any], *, quote: str | None = None
) -> dict[str, Any]:
    """The same message, said in reply to another one or to a part of its words."""
    body = {**update["message"], "reply_to_message": dict(to)}
    if quote is not None:
        position = str(to.get("text") or to.get("caption") or "").find(quote)
        body["quote"] = {"text": quote, "position": max(position, 0), "is_manual": True}
    return {"message": body}


def replying_elsewhere(update: Mapping[str, Any], *, quote: str) -> dict[str, Any]:
    """The same message, said in reply to one of another chat."""
    origin = {
        "type": "channel",
        "chat": {"id": -1001, "type": "channel", "title": "Новости"},
        "message_id": 7,
        "date": DATE,
    }
    told = {"external_reply": {"origin": origin}, "quote": {"text": quote, "position": 0}}
    return {"message": {**update["message"], **told}}


# ---------------------------------------------------------------- what people do


def press_of_old(chat_id: int, payload: str, *, message_id: int = 1) -> dict[str, Any]:
    """A button under a message too old for Telegram to tell more of than its number."""
    query = press(chat_id, payload, query_id="old")["callback_query"]
    there = {"chat": query["message"]["chat"], "message_id": message_id, "date": 0}
    return {"callback_query": {**query, "message": there}}


def press_inline(chat_id: int, payload: str) -> dict[str, Any]:
    """A button under a message that was sent by way of the bot in some other chat."""
    query = press(chat_id, payload, query_id="inline")["callback_query"]
    del query["message"]
    return {"callback_query": {**query, "inline_message_id": "AQAAAA"}}


def blocked(chat_id: int) -> dict[str, Any]:
    return _member(chat_id, "member", "kicked")


def unblocked(chat_id: int) -> dict[str, Any]:
    return _member(chat_id, "kicked", "member")


def _member(chat_id: int, before: str, now: str) -> dict[str, Any]:
    me = {"id": 111111, "is_bot": True, "first_name": "Bot", "username": "shop_bot"}

    def member(status: str) -> dict[str, Any]:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": me, "status": status, **until}

    return {
        "my_chat_member": {
            "chat": {"id": chat_id, "type": "private", "first_name": "Иван"},
            "from": person(chat_id),
            "date": DATE,
            "old_chat_member": member(before),
            "new_chat_member": member(now),
        }
    }


def reacted(chat_id: int, message_id: int, *new: str, old: Sequence[str] = ()) -> dict[str, Any]:
    """Reactions as they are now, `old` as they were; none: taken back."""

    def emoji(words: Sequence[str]) -> list[dict[str, str]]:
        return [{"type": "emoji", "emoji": word} for word in words]

    return {
        "message_reaction": {
            "chat": {"id": chat_id, "type": "private"},
            "message_id": message_id,
            "user": person(chat_id),
            "date": DATE,
            "old_reaction": emoji(old),
            "new_reaction": emoji(new),
        }
    }


def reaction_count(chat_id: int, message_id: int, **counts: int) -> dict[str, Any]:
    """How often anonymous reactions were given, by their emoji."""
    reactions = [
        {"type": {"type": "emoji", "emoji": emoji}, "total_count": count}
        for emoji, count in counts.items()
    ]
    told = {"chat": {"id": chat_id, "type": "channel", "title": "Новости"}, "date": DATE}
    return {"message_reaction_count": {**told, "message_id": message_id, "reactions": reactions}}


def web_app_data(chat_id: int, data: str, button: str = "Открыть") -> dict[str, Any]:
    return message(chat_id, web_app_data={"data": data, "button_text": button})


# ---------------------------------------------------------------- money

ADDRESS = {
    "country_code": "RU",
    "state": "",
    "city": "Тула",
    "street_line1": "ул. Ленина, 1",
    "street_line2": "",
    "post_code": "300000",
}


def shipping_query(chat_id: int, payload: str, *, query_id: str = "s1") -> dict[str, Any]:
    query = {"id": query_id, "from": person(chat_id), "invoice_payload": payload}
    return {"shipping_query": {**query, "shipping_address": ADDRESS}}


def pre_checkout_query(
    chat_id: int, payload: str, amount: int, currency: str = "RUB", *, query_id: str = "p1"
) -> dict[str, Any]:
    """`amount` is in the smallest units of the currency."""
    query = {"id": query_id, "from": person(chat_id), **_paid(payload, amount, currency)}
    return {"pre_checkout_query": query}


def successful_payment(
    chat_id: int, payload: str, amount: int, currency: str = "RUB", *, charge: str = "charge-1"
) -> dict[str, Any]:
    """`amount` is in the smallest units of the currency."""
    payment = {**_paid(payload, amount, currency), **_charge(charge)}
    return message(chat_id, successful_payment=payment)


def refunded_payment(
    chat_id: int, payload: str, amount: int, *, charge: str = "charge-1"
) -> dict[str, Any]:
    return message(chat_id, refunded_payment={**_paid(payload, amount, "XTR"), **_charge(charge)})


def _paid(payload: str, amount: int, currency: str) -> dict[str, Any]:
    return {"currency": currency, "total_amount": amount, "invoice_payload": payload}


def _charge(charge: str) -> dict[str, str]:
    return {"telegram_payment_charge_id": charge, "provider_payment_charge_id": f"bank-{charge}"}


# ---------------------------------------------------------------- groups, channels, business


def in_group(chat_id: int, group_id: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
    """A message of a person in a group, whose id is below zero."""
    kind = "supergroup" if group_id < -(10**12) else "group"
    return message(chat_id, text, chat={"id": group_id, "type": kind, "title": "Друзья"}, **fields)


def migrated(group_id: int, to: int) -> list[dict[str, Any]]:
    """A group became a supergroup with another id: told in the old one and in the new one."""
    return [
        in_group(5, group_id, migrate_to_chat_id=to),
        in_group(5, to, migrate_from_chat_id=group_id),
    ]


def posted(text: str, channel_id: int = -1001000000001, *, edited: bool = False) -> dict[str, Any]:
    """A post in a channel: nobody is named who wrote it."""
    chat = {"id": channel_id, "type": "channel", "title": "Новости"}
    post = {"message_id": 1, "sender_chat": chat, "chat": chat, "date": DATE, "text": text}
    return (
        {"edited_channel_post": {**post, "edit_date": DATE}} if edited else {"channel_post": post}
    )


def for_business(chat_id: int, text: str, connection: str = "b1") -> dict[str, Any]:
    """A message to the account of a person who lets the bot answer for them."""
    body = message(chat_id, text, business_connection_id=connection)["message"]
    return {"business_message": body}
