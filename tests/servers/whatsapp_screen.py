"""What a customer of WhatsApp sees: messages of the Cloud API and of webhooks as bubbles."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.servers.screen import Bubble, Menu, button, contact, file, location

Json = Mapping[str, Any]
Shown = Mapping[str, Any]
"""`author`, `id`, `message`, and of a template the `labels` of its buttons."""


def bubbles(shown: Sequence[Shown], names: Mapping[str, str]) -> list[Bubble]:
    """`names` are the names of uploaded files by their id."""
    texts = {one["id"]: _quoted(one["message"]) for one in shown}
    return [_bubble(one, names, texts) for one in shown]


def _bubble(one: Shown, names: Mapping[str, str], texts: Mapping[str, str]) -> Bubble:
    author, message = one["author"], one["message"]
    kind = message["type"]
    inner: Any = message.get(kind)
    context = message.get("context") or {}
    quoted = texts.get(str(context.get("message_id") or context.get("id")))
    act = f"replies to «{quoted}»" if quoted is not None else ""
    match kind:
        case "text":
            return Bubble(author, inner["body"], act)
        case "image" | "video" | "audio" | "document" | "sticker":
            return Bubble(author, inner.get("caption", ""), act, media=[_file(kind, inner, names)])
        case "location":
            return Bubble(author, act=act, media=[_place(inner)])
        case "contacts":
            return Bubble(author, act=act, media=[_card(card) for card in inner])
        case "reaction":
            return Bubble(author, reaction=inner.get("emoji", ""))
        case "template":
            labels = [one["labels"]] if one.get("labels") else []
            return Bubble(author, media=[_template(inner)], buttons=labels)
        case "interactive" if author != "client":
            return _offer(author, act, inner, names)
        case "interactive":
            return _choice(author, inner)
        case "button":
            return Bubble(author, pressed=inner["text"])
        case "edit":
            return Bubble(author, _quoted(inner["message"]), act="edits")
        case "revoke":
            return Bubble(author, act=f"deletes «{texts.get(inner['original_message_id'], '')}»")
        case "system":
            return Bubble("system", inner["body"])
        case "order":
            items = inner["product_items"]
            goods = ", ".join(
                f"{item['quantity']} × {item['product_retailer_id']}" for item in items
            )
            return Bubble(author, inner.get("text", ""), media=[f"order {goods}"])
    return Bubble(author, media=[str(kind)])


def _offer(author: str, act: str, inner: Json, names: Mapping[str, str]) -> Bubble:
    action = inner["action"]
    header = inner.get("header", {})
    pictures = [_file(header["type"], header[header["type"]], names)] if _is_file(header) else []
    notes = [f"header «{header['text']}»"] if header.get("type") == "text" else []
    if "footer" in inner:
        notes.append(f"footer «{inner['footer']['text']}»")
    rows: list[list[str]] = []
    menu = None
    match inner["type"]:
        case "button":
            rows = [[one["reply"]["title"] for one in action["buttons"]]]
        case "list":
            menu = Menu(action["button"], [_section(section) for section in action["sections"]])
        case "cta_url":
            link = action["parameters"]
            rows = [[button(link["display_text"], url=link["url"])]]
        case "location_request_message":
            rows = [[button("Send location", asks="location")]]
        case "flow":
            rows = [[button(action["parameters"]["flow_cta"], asks="form")]]
    text = inner["body"]["text"]
    return Bubble(author, text, act, media=pictures, buttons=rows, menu=menu, notes=notes)


def _section(section: Json) -> tuple[str, list[str]]:
    rows = [
        f"{row['title']} — {row['description']}" if row.get("description") else row["title"]
        for row in section["rows"]
    ]
    return section.get("title", ""), rows


def _choice(author: str, inner: Json) -> Bubble:
    kind = inner["type"]
    if kind == "nfm_reply":
        return Bubble(author, inner[kind]["response_json"], act="fills in")
    return Bubble(author, pressed=inner[kind]["title"])


def _file(kind: str, inner: Json, names: Mapping[str, str]) -> str:
    name = inner.get("filename") or names.get(str(inner.get("id"))) or inner.get("link") or ""
    shown = {"image": "photo", "audio": "voice" if inner.get("voice") else "audio"}.get(kind, kind)
    return file(shown, name)


def _is_file(header: Json) -> bool:
    return header.get("type") in ("image", "video", "document")


def _place(inner: Json) -> str:
    words = [inner[key] for key in ("name", "address") if inner.get(key)]
    return location(inner["latitude"], inner["longitude"], *words)


def _card(card: Json) -> str:
    phones = [phone.get("phone", "") for phone in card.get("phones", ())]
    return contact(card.get("name", {}).get("formatted_name", ""), ", ".join(phones))


def _template(inner: Json) -> str:
    values = [
        _value(parameter)
        for component in inner.get("components", ())
        for parameter in component.get("parameters", ())
    ]
    return f"template {inner['name']}" + (f": {', '.join(values)}" if values else "")


def _value(parameter: Json) -> str:
    inner = parameter[parameter["type"]]
    if isinstance(inner, str):
        return inner
    return str(inner.get("fallback_value") or inner.get("link") or parameter["type"])


def _quoted(message: Json) -> str:
    """The first line of what a message says, or its kind."""
    inner: Any = message.get(message["type"], {})
    words = ""
    if isinstance(inner, dict):
        words = inner.get("body") or inner.get("caption") or inner.get("text") or ""
        words = words["text"] if isinstance(words, dict) else words
    return words.split("\n")[0] if isinstance(words, str) and words else str(message["type"])
