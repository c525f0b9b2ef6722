"""Replies as calls of the Cloud API: plain JSON, one message each, inside WhatsApp's limits.

Who a call goes to is added when it is made (`channel.py`): people's ids change.
"""

from collections.abc import Sequence
from typing import Any

from adapters.messengers.whatsapp.buttons import MAX_BODY, Shown, shown
from adapters.messengers.whatsapp.markup import last_apart, parts_of
from adapters.messengers.whatsapp.media import MAX_TEXT, WITH_WORDS, Call, media_calls, words
from bots.model.message import Attachment, Card, Entity, Reply
from bots.shaping import ONLY_BUTTONS, clean, head, units

MAX_CAPTION = 1024

_NOTHING = "—"
"""Stands for an empty value of a template: WhatsApp refuses an empty one."""


def render(reply: Reply, *, language: str, phone_known: bool) -> list[Call]:
    """The calls that say it, in order; `language` is the bot's.

    `phone_known` says whether WhatsApp tells us the customer's number, so that a button can share it.
    """
    if reply.template:
        calls = [_template(reply.template, language)]
    else:
        calls = _calls(reply, language, phone_known)
    if reply.reply_to and calls:
        calls[0]["body"]["context"] = {"message_id": clean(reply.reply_to)}
    return calls


def _calls(reply: Reply, language: str, phone_known: bool) -> list[Call]:
    buttons = shown(reply.keyboard, language=language, phone_known=phone_known)
    text = _joined(reply.text.rstrip(), _invoice(reply))
    main = _said(text, reply.entities, media_calls(reply.attachments), buttons)
    cards = [
        call for card in reply.cards for call in _card(card, language, phone_known=phone_known)
    ]
    # What stands above cards is their heading; buttons alone come below everything.
    below = not text and not reply.attachments
    return [*cards, *main] if below else [*main, *cards]


def _card(card: Card, language: str, *, phone_known: bool) -> list[Call]:
    title = card.title.strip()
    text = _joined(title, card.text.strip(), between="\n")
    bold = [Entity(kind="bold", start=0, length=len(title))] if title else []
    photo = [Attachment(kind="photo", ref=card.photo)] if card.photo else []
    buttons = shown(card.keyboard, language=language, phone_known=phone_known)
    return _said(text, bold, media_calls(photo), buttons)


def _said(text: str, entities: Sequence[Entity], media: list[Call], buttons: Shown) -> list[Call]:
    """Words, files and buttons together in as few messages as they fit into."""
    parts = parts_of(_joined(text, buttons.lines) or buttons.instead, entities, MAX_TEXT)
    if buttons.kind:
        before, body = last_apart(parts, MAX_BODY)
        bubble = _interactive(buttons.kind, body or ONLY_BUTTONS, buttons.action)
        if not before and len(media) == 1 and buttons.takes_header:
            media = _above(media[0], bubble)
        calls = [*media, *map(_words, before), bubble]
        return [*calls, _place(buttons.place)] if buttons.place else calls
    if buttons.place:
        before, body = last_apart(parts, MAX_BODY)
        return [*media, *map(_words, before), _place(body or buttons.place)]
    if len(parts) == 1 and _takes_caption(media) and units(parts[0]) <= MAX_CAPTION:
        first = media[0]["body"]
        first[first["type"]]["caption"] = parts[0]
        return media
    return [*media, *map(_words, parts)]


def _takes_caption(media: Sequence[Call]) -> bool:
    """Whether words may stand under the first of them; the others are shown as one with it."""
    return bool(media) and all(call["body"]["type"] in WITH_WORDS for call in media)


def _above(call: Call, bubble: Call) -> list[Call]:
    """Put a picture above the words of a bubble; what cannot stand there stays a message before it."""
    kind = call["body"]["type"]
    if kind not in WITH_WORDS:
        return [call]
    bubble["body"]["interactive"]["header"] = {"type": kind, kind: call["body"][kind]}
    if "file" in call:
        bubble["file"] = {**call["file"], "at": ["interactive", "header"]}
    return []


def _interactive(kind: str, text: str, action: Any) -> Call:
    inner = {"type": kind, "body": {"text": text}, "action": action}
    return {"body": {"type": "interactive", "interactive": inner}}


def _place(text: str) -> Call:
    """Asks for the customer's place; the words on the button are WhatsApp's own.

    https://developers.facebook.com/docs/whatsapp/cloud-api/messages/location-request-messages
    """
    return _interactive("location_request_message", text, {"name": "send_location"})


def _words(text: str) -> Call:
    return {"body": words(text)}


def _template(template: Any, language: str) -> Call:
    """`name`, or `name/en_US` where the template is of another language than the bot.

    https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
    """
    name, _, own = clean(str(template.get("template", ""))).strip().partition("/")
    body: dict[str, Any] = {"name": name, "language": {"code": own or language}}
    given = template.get("values")
    values = list(given) if isinstance(given, list | tuple) else []
    if values:
        parameters = [{"type": "text", "text": _value(value)} for value in values]
        body["components"] = [{"type": "body", "parameters": parameters}]
    return {"body": {"type": "template", "template": body}, "template": True}


def _value(value: Any) -> str:
    """A template's value stands on one line."""
    text = " ".join(clean(str(value)).split()) if value is not None else ""
    return head(text, MAX_CAPTION) or _NOTHING


def _invoice(reply: Reply) -> str:
    """Nothing is paid inside of WhatsApp here: what is to be paid is said."""
    invoice = reply.invoice
    if not invoice:
        return ""
    price = " ".join(str(invoice[key]) for key in ("amount", "currency") if invoice.get(key))
    return _joined(str(invoice.get("title") or ""), price, between=": ")


def _joined(*texts: str, between: str = "\n\n") -> str:
    return between.join(filter(None, texts))
